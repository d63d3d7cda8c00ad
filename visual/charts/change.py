"""变化图: before and after of what came, went, moved, was renamed or is tied otherwise, and of the rates."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import Any

from graph.analysis.answer import Row as Fact
from graph.errors import NotFoundError
from graph.model import RELATION_TYPES, node_attributes
from graph.view import View
from visual.charts.compared import NODE_LABELS, TIES, Compared, compared_days
from visual.charts.coverage import percent
from visual.charts.naming import Options, box, chosen_area, frame
from visual.figure import Box, Drawing, Row, Section
from visual.groups import draw_groups

MOVES = {"SUBORDINATE_TO": "改变隶属", "PART_OF": "区划调整", "PAIRED_WITH": "结对变化", "MEMBER_OF": "联席成员变化"}
A_YEAR = 365
MOST_RATES, MOST_VALUES = 12, 3
OUTSIDE = "（范围外）"
SIDES = ("before", "after")


def change_chart(view: View, options: Options) -> Drawing:
    """Before and after within the asked area, of what `options.compared` holds (two days, two revisions, a plan); if
    nothing, the day of the view is compared with `options.before`, a year earlier if not given.

    First the rates that changed, then nodes and ties; proposals of renames, merges and splits stand last as such.
    `depth` keeps to nodes at most so many area levels below the asked one. `ParameterError` for a day that is not
    earlier; `NotFoundError` when nothing changed.
    """
    area = chosen_area(view, options)
    asked = view.id(area) if options.area is not None else None
    before = options.before or view.as_of - dt.timedelta(days=A_YEAR)
    seen = options.compared or compared_days(view, before, asked)
    near = _near(seen, view.id(area), options.depth)
    rows = [row for row in seen.rows if near(row["node"]) or near(row.get("other"))]
    sections = tuple(section for section in (_rates(seen), *_sections(seen, rows)) if section.rows)
    if not any(section.box.id != "change.rates" for section in sections):
        raise NotFoundError(f"{seen.words}，没有变化。", "请换更早的日期、别的修订或别的区域。", code="empty-chart")
    basis = [f"{seen.words}：{'，'.join(f'{s.box.label}{len(s.rows)}处' for s in sections)}。"]
    left_out = sum(1 for row in rows if not _drawn(row))
    if left_out:
        basis.append(f"岗位、阵地等其他变化{left_out}处未画出。")
    return draw_groups(
        sections,
        replace(
            frame(seen.now, options, f"{view.name(area)}组织变化图", basis, _behind(seen.now, sections)),
            legend=(("area", "区域、说明"),),
        ),
        columns=seen.sides,
        paper=options.paper,
        orientation=options.orientation,
        mono=options.mono,
        line="member",
        line_words="关系",
    )


def _near(seen: Compared, area: str, depth: int | None) -> Callable[[Fact | None], bool]:
    """Whether a ref's node is at home in the area's subtree on either side, at most `depth` levels below it."""
    within: set[str] = set()
    for view in (seen.then, seen.now):
        top = view.snapshot.find(area)
        if top is None or not view.inside[top]:
            continue
        forest, start = view.areas(), view.snapshot.span("Area").start
        below = forest.descendants(top - start)
        if depth is not None:
            below = below[forest.depth[below] <= forest.depth[top - start] + depth]
        here = {int(position) + start for position in below}
        within |= {view.id(n) for n, home in enumerate(view.home().tolist()) if home in here}
    return lambda ref: ref is not None and ref.get("id") in within


def _drawn(row: Fact) -> bool:
    return row["relation"] in TIES if "relation" in row else row["node"]["label"] in NODE_LABELS


def _behind(now: View, sections: Sequence[Section]) -> list[int]:
    found = (now.snapshot.find(row.head.id) for section in sections for row in section.rows)
    return sorted({node for node in found if node is not None})


def _sections(seen: Compared, rows: Sequence[Fact]) -> Iterator[Section]:
    facts = [row for row in rows if row["review"] is None and _drawn(row)]
    nodes = [row for row in facts if "relation" not in row]
    for change, name, put in (
        ("added", "新设", _added),
        ("ended", "撤销", _ended),
        ("renamed", "更名", _renamed),
        ("merged", "合并", _proposed),
        ("split", "拆分", _proposed),
        ("changed", "内容变化", _altered),
    ):
        found = [put(seen, row) for row in nodes if row["change"] == change]
        yield _section(change, name, [row for row in found if row])
    for type_ in TIES:
        ties: dict[str, list[Fact]] = {}
        for row in facts:
            if row.get("relation") == type_ and row["node"]:
                ties.setdefault(row["node"]["id"], []).append(row)
        name = MOVES.get(type_, f"{RELATION_TYPES[type_].zh}变化")
        yield _section(type_, name, [_tied(seen, each) for each in ties.values()])
    yield _section("review", "疑似待核", [_proposed(seen, row) for row in rows if row["review"]])


def _section(key: str, name: str, rows: Sequence[Row]) -> Section:
    return Section(Box(f"change.{key}", name, style="area", note=f"{len(rows)}处"), tuple(rows))


def _named(seen: Compared, ref: Fact | None, note: str = "") -> Box:
    """The box of a ref, whichever side knows it; outside the scope it has no name."""
    for view in (seen.now, seen.then):
        node = view.snapshot.find(ref["id"]) if ref and "id" in ref else None
        if node is not None and (view.scope is None or view.visible[node]):
            return box(view, node, note=note)
    return Box("hidden", OUTSIDE, style="area", note=note)


def _said(row: Fact, words: str) -> Box:
    return Box(row["node"]["id"], words, style="area")


def _added(seen: Compared, row: Fact) -> Row:
    return Row(_named(seen, row["node"]), ((), (_said(row, "设立"),)))


def _ended(seen: Compared, row: Fact) -> Row:
    return Row(_named(seen, row["node"]), ((_said(row, "现行"),), (_said(row, "撤销"),)))


def _renamed(seen: Compared, row: Fact) -> Row:
    if "nodes" in row["after"]:
        return _proposed(seen, row)
    return Row(_named(seen, row["node"]), ((_said(row, row["before"]["name"]),), (_said(row, row["after"]["name"]),)))


def _proposed(seen: Compared, row: Fact) -> Row:
    """What several nodes became, or may have become."""
    was, now = (tuple(_named(seen, ref) for ref in row[side]["nodes"]) for side in ("before", "after"))
    return Row(_named(seen, row["node"], note="疑似" if row["review"] else ""), (was, now))


def _altered(seen: Compared, row: Fact) -> Row | None:
    """The values that differ, without personal ones; none where only such or internal values differ."""
    zh = {a.name: a.zh for a in node_attributes(row["node"]["label"]) if not a.personal}
    keys = [key for key in row["after"] if key in zh][:MOST_VALUES]
    if not keys:
        return None
    sides = (row["before"] or {}, row["after"])
    was, now = (_said(row, "；".join(f"{zh[key]}：{_value(side.get(key))}" for key in keys)) for side in sides)
    return Row(_named(seen, row["node"]), ((was,), (now,)))


def _value(value: Any) -> str:
    return "无" if value is None else str(value)


def _tied(seen: Compared, rows: Sequence[Fact]) -> Row:
    """The ties of one type of a node that ended, began or lead elsewhere."""
    was: list[Box] = []
    now: list[Box] = []
    for row in rows:
        if row["change"] == "moved":
            was.append(_named(seen, row["before"]["to"], "已结束"))
            now.append(_named(seen, row["after"]["to"], "新增"))
        elif row["change"] == "added":
            now.append(_named(seen, row["other"], "新增"))
        else:
            was.append(_named(seen, row["other"], "已结束" if row["change"] == "ended" else ""))
            if row["change"] == "changed":
                now.append(_named(seen, row["other"], "内容有变"))
    return Row(_named(seen, rows[0]["node"]), (tuple(was), tuple(now)))


def _rates(seen: Compared) -> Section:
    changed = [row for row in seen.rates if row["before"] != row["after"]][:MOST_RATES]
    rows = [
        Row(
            Box(f"rate.{row['metric']}", row["name"], style="area"),
            tuple((Box(f"rate.{row['metric']}.{side}", _figures(row[side]), style="area"),) for side in SIDES),
        )
        for row in changed
    ]
    return Section(Box("change.rates", "指标", style="area", note=f"{len(rows)}项"), tuple(rows))


def _figures(figures: Fact | None) -> str:
    if figures is None:
        return "—"
    if figures["of"] is None:
        return str(figures["n"])
    return f"{figures['n']}/{figures['of']}（{percent(figures['n'], figures['of'])}）" if figures["of"] else "0/0"
