"""覆盖情况图: by area and rule of the profile how many are covered of how many, gaps hatched."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from graph.analysis.coverage import cover, coverage_counts
from graph.errors import NotFoundError
from graph.profile import CoverageRule
from graph.view import View
from visual.charts.naming import Options, box, chosen_area, frame
from visual.charts.notes import bounded, bounded_words
from visual.figure import Box, Drawing, Row, Section
from visual.tiles import draw_tiles

MOST_ROWS = 1_000
LEGEND = (("organization", ""), ("area", "没有空白"), ("gap", "有空白"), ("unit", "没有应覆盖的对象"))


def coverage_chart(view: View, options: Options) -> Drawing:
    """A row an area, a column a rule: n/N, the rate and the number of gaps.

    `depth` 1: the areas below the asked one; 2: those below these, too, grouped by them, and so on. Without a depth it
    is 1 (streets of a district, communities of a street). `NotFoundError` without rules or areas below.
    """
    rules = view.profile.coverage
    area = chosen_area(view, options)
    start = view.snapshot.span("Area").start
    asked = options.depth or 1
    depth = bounded(view.areas(), area - start, asked, MOST_ROWS)
    sections = _grouped(view, area - start, depth)
    if not rules or not sections:
        raise NotFoundError(
            "这个区域下面没有可列的区域，或治理方案没有声明覆盖规则。",
            "请用 --area 指定上级区域，或在方案中加入 [[coverage]]。",
            code="empty-chart",
        )
    counts = [_tally(view, rule) for rule in rules]
    kept = [(rule, each) for rule, each in zip(rules, counts, strict=True) if each.total[area - start]]
    if not kept:
        raise NotFoundError("这个区域没有应覆盖的对象。", "请用 --area 指定上级区域。", code="empty-chart")
    left_out = [rule.name for rule in rules if rule not in [rule for rule, _ in kept]]
    drawn = tuple(
        Section(
            replace(box(view, above + start, style="organization"), starred=False),
            tuple(_row(view, position, kept) for position in below),
        )
        for above, below in sections
    )
    behind = np.unique(np.concatenate([cover(view, rule).nodes for rule, _ in kept]))
    basis = (
        "框内为已覆盖数/应覆盖数和比率，按治理方案的覆盖规则计算，一个对象只计一次。",
        *(f"{rule.name}的分母：{rule.denominator}。" for rule, _ in kept),
        *bounded_words(asked, depth, MOST_ROWS),
        *((f"{'、'.join(left_out)}在这个区域没有应覆盖的对象，未列。",) if left_out else ()),
    )
    seen = frame(view, options, f"{view.name(area)}覆盖情况图", basis, behind.tolist())
    return draw_tiles(
        drawn,
        replace(seen, legend=LEGEND),
        columns=[rule.name for rule, _ in kept],
        paper=options.paper,
        orientation=options.orientation,
        mono=options.mono,
    )


def _grouped(view: View, top: int, depth: int) -> list[tuple[int, list[int]]]:
    """The areas `depth` levels below `top` (positions), grouped by the area right above them; nearer ones where a
    branch ends earlier are left to their own level."""
    forest = view.areas()
    below = forest.descendants(top)[1:]
    level = below[forest.depth[below] == forest.depth[top] + depth]
    while depth > 1 and not len(level):
        depth -= 1
        level = below[forest.depth[below] == forest.depth[top] + depth]
    groups: dict[int, list[int]] = {}
    for position in level.tolist():
        groups.setdefault(int(forest.parent[position]), []).append(position)
    return list(groups.items())


@dataclass(frozen=True, slots=True)
class Tally:
    """Over the area range: how many subjects an area has below it, itself counted where it is one, and how many of
    them are covered."""

    total: NDArray[np.int64]
    covered: NDArray[np.int64]


def _tally(view: View, rule: CoverageRule) -> Tally:
    counts, found = coverage_counts(view, rule), cover(view, rule)
    total, covered = counts.total.copy(), counts.covered.copy()
    if rule.subject.label == "Area":
        places = found.nodes - view.snapshot.span("Area").start
        total[places] += 1
        covered[places[found.covered]] += 1
    return Tally(total, covered)


def _row(view: View, position: int, rules: list[tuple[CoverageRule, Tally]]) -> Row:
    head = box(view, position + view.snapshot.span("Area").start, style="organization")
    return Row(head, tuple((_tile(head, rule, tally, position),) for rule, tally in rules))


def _tile(head: Box, rule: CoverageRule, tally: Tally, position: int) -> Box:
    total, covered = int(tally.total[position]), int(tally.covered[position])
    if not total:
        return Box(head.id, "—", style="unit", tooltip=f"{head.label}：{rule.name}，没有应覆盖的对象")
    said = f"{covered}/{total}"
    rate = percent(covered, total)
    tip = f"{head.label}：{rule.name}{said}"
    if covered == total:
        return Box(head.id, said, style="area", note=rate, tooltip=tip)
    return Box(head.id, said, style="gap", note=f"{rate}，空白{total - covered}", tooltip=tip)


def percent(n: int, of: int) -> str:
    """A rate with one decimal, more where that would round to 100% or 0% while it is neither (99.97%)."""
    if n in (0, of):
        return "100%" if n else "0%"
    for decimals in range(1, 8):
        text = f"{100 * n / of:.{decimals}f}"
        if 0 < float(text) < 100:
            break
    return f"{text}%"
