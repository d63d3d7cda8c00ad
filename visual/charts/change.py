"""变化图: what is new, gone, moved or tied otherwise on the day of the view, compared with an earlier day."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from graph.errors import NotFoundError, ParameterError
from graph.view import View, official_order
from graph.view import view as view_of
from visual.charts.naming import Options, box, chosen_area, frame
from visual.figure import Box, Drawing, Row, Section
from visual.groups import draw_groups
from visual.sheet import chinese_date

LABELS = ("Organization", "Area", "Unit", "Alliance")
MOVES = {"SUBORDINATE_TO": "改变隶属", "PART_OF": "区划调整", "PAIRED_WITH": "结对变化", "MEMBER_OF": "联席成员变化"}
A_YEAR = 365


@dataclass(frozen=True, slots=True)
class Days:
    """The two views compared, and bool per node: at home in the asked area on either day."""

    then: View
    now: View
    here: NDArray[np.bool_]


def change_chart(view: View, options: Options) -> Drawing:
    """Before and after of every node that came, went or changed a tie within the asked area.

    Compared are `options.before` (a year earlier if not given) and the day of the view. `depth` keeps to nodes at most
    so many area levels below the asked one. `ParameterError` for a day that is not earlier; `NotFoundError` when
    nothing changed.
    """
    before = options.before or view.as_of - dt.timedelta(days=A_YEAR)
    if before >= view.as_of:
        raise ParameterError("比较的日期不早于截至日期。", "请给出更早的日期。", code="before-invalid")
    area = chosen_area(view, options)
    scope = [view.id(root) for root in view.scope] if view.scope else None
    then = view_of(view.snapshot, view.profile, before, scope)
    days = Days(then, view, _within(then, area, options.depth) | _within(view, area, options.depth))
    sections = tuple(section for section in _sections(days) if section.rows)
    if not sections:
        raise NotFoundError(
            f"从{chinese_date(before)}到{chinese_date(view.as_of)}没有变化。", "请换更早的日期。", code="empty-chart"
        )
    counts = "，".join(f"{section.box.label}{len(section.rows)}处" for section in sections)
    basis = (f"与{chinese_date(before)}比较：{counts}。", "按起止日期比较，同一对象只改名称的不列。")
    nodes = {view.snapshot.index(row.head.id) for section in sections for row in section.rows}
    seen = frame(view, options, f"{view.name(area)}组织变化图", basis, nodes)
    return draw_groups(
        sections,
        replace(seen, legend=(("area", "区域、说明"),)),
        columns=(f"{chinese_date(before)}", f"{chinese_date(view.as_of)}"),
        paper=options.paper,
        orientation=options.orientation,
        mono=options.mono,
        line="member",
        line_words="关系",
    )


def _within(view: View, area: int, depth: int | None) -> NDArray[np.bool_]:
    """Bool per node: inside the view and at home in the area's subtree (the whole of it without `depth`)."""
    forest = view.areas()
    start = view.snapshot.span("Area").start
    below = forest.descendants(area - start)
    if depth is not None:
        below = below[forest.depth[below] <= forest.depth[area - start] + depth]
    here = np.zeros(view.snapshot.n + 1, np.bool_)
    here[below + start] = True
    return np.asarray(here[view.home()] & view.inside, np.bool_)


def _sections(days: Days) -> Iterator[Section]:
    then, now = days.then.inside & days.here, days.now.inside & days.here
    for key, name, nodes in (("new", "新设", now & ~then), ("gone", "撤销", then & ~now)):
        rows = [_alone(days.now, node, key) for node in _ordered(days.now, nodes)]
        yield Section(Box(f"change.{key}", name, style="area", note=f"{len(rows)}处"), tuple(rows))
    for type_, name in MOVES.items():
        moved = [_moved(days, type_, source) for source in _altered(days, type_)]
        yield Section(Box(f"change.{type_}", name, style="area", note=f"{len(moved)}处"), tuple(moved))


def _ordered(view: View, mask: NDArray[np.bool_]) -> list[int]:
    order = official_order(view.snapshot)
    spans = [view.snapshot.span(label) for label in LABELS]
    return [
        int(node)
        for span in spans
        for node in sorted(np.flatnonzero(mask[span]) + span.start, key=lambda n: (int(order[n]), int(n)))
    ]


def _alone(view: View, node: int, key: str) -> Row:
    shown = (Box(view.id(node), "设立" if key == "new" else "现行", style="area"),)
    ended = (Box(view.id(node), "撤销", style="area"),)
    return Row(box(view, node), ((), shown) if key == "new" else (shown, ended))


def _altered(days: Days, type_: str) -> list[int]:
    """Sources that stood on both days and whose targets differ."""
    old, new = _targets(days.then, type_), _targets(days.now, type_)
    both = days.then.inside & days.now.inside & days.here
    changed = np.zeros(days.now.snapshot.n, np.bool_)
    changed[[n for n in {*old, *new} if both[n] and old.get(n, ()) != new.get(n, ())]] = True
    return _ordered(days.now, changed)


def _targets(view: View, type_: str) -> dict[int, tuple[int, ...]]:
    def make() -> dict[int, tuple[int, ...]]:
        edges = view.edges(type_)
        found: dict[int, set[int]] = {}
        for source, target in zip(edges.source.tolist(), edges.target.tolist(), strict=True):
            found.setdefault(source, set()).add(target)
        return {source: tuple(sorted(targets)) for source, targets in found.items()}

    return view.once(("targets", type_), make)


def _moved(days: Days, type_: str, source: int) -> Row:
    old, new = _targets(days.then, type_).get(source, ()), _targets(days.now, type_).get(source, ())
    return Row(
        box(days.now, source),
        (
            tuple(box(days.now, n, note="" if n in new else "已结束") for n in old),
            tuple(box(days.now, n, note="" if n in old else "新增") for n in new),
        ),
    )
