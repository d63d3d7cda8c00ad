"""网格图: the areas below one area down to its grids, those without the organization or head they need as gaps."""

from __future__ import annotations

import numpy as np

from graph.analysis.coverage import cover
from graph.errors import NotFoundError
from graph.view import View
from visual.charts.naming import Options, box, chosen_area, frame
from visual.charts.notes import bounded, bounded_words, counted_below, counts_note, shorter
from visual.figure import BoxStyle, Drawing, TreeNode
from visual.tree import draw_tree

DEPTH = 2
JUDGED = frozenset({"organization", "post"})  # evidence whose lack makes an area a gap of this chart


def grid_chart(view: View, options: Options) -> Drawing:
    """The areas below the asked one, by the 网格 hierarchy, `depth` levels deep; what lies deeper is counted by kind.

    An area that a rule of the profile asks an organization or a head of, and that has none, is a gap.
    `NotFoundError` when the area has nothing below it.
    """
    area = chosen_area(view, options)
    grids = _Grids(view)
    asked = options.depth or DEPTH
    depth = bounded(grids.forest, area - grids.start, asked)
    tree = grids.tree(area - grids.start, depth)
    if not tree.children:
        raise NotFoundError("这个区域下面没有网格或别的下级区域。", "请用 --area 指定上级区域。", code="empty-chart")
    drawn = f"按网格层级绘制，画出{view.kind(area)}以下区域{grids.drawn - 1}个"
    parts = [drawn, *([f"其中空白{grids.gaps_drawn}个"] if grids.gaps_drawn else [])]
    if grids.counted:
        parts.append(f"另有{grids.counted}个更低层级的区域按类型计数")
    basis = ("，".join(parts) + "。", *bounded_words(asked, depth))
    return draw_tree(
        tree,
        frame(view, options, f"{view.name(area)}网格图", basis, grids.behind),
        paper=options.paper,
        orientation=options.orientation,
        mono=options.mono,
        shorter=shorter(tree, grids.counts),
    )


class _Grids:
    """Builds the tree of areas once and keeps count of what was drawn; opened for one chart and thrown away."""

    def __init__(self, view: View) -> None:
        self.view = view
        self.start = view.snapshot.span("Area").start
        self.forest = view.areas("网格")
        self.gaps = _gaps(view)
        self.drawn = self.gaps_drawn = self.counted = 0
        self.behind: list[int] = []
        self.counts: dict[str, dict[str, int]] = {}

    def tree(self, position: int, depth: int) -> TreeNode:
        """The area with `depth` levels below it."""
        node = position + self.start
        missing = bool(self.gaps[position])
        style: BoxStyle = "gap" if missing else "area"
        self.drawn, self.gaps_drawn = self.drawn + 1, self.gaps_drawn + missing
        self.behind.append(node)
        if depth:
            children = tuple(self.tree(child, depth - 1) for child in sub_areas(self.view, node))
            return TreeNode(box(self.view, node, style=style), children)
        kinds = self.view.profile.area_kinds
        counts, below = counted_below(self.view, "Area", "kind", self.forest, position, kinds)
        self.counted += len(below)
        self.behind.extend((below + self.start).tolist())
        self.counts[self.view.id(node)] = counts
        return TreeNode(box(self.view, node, style=style, note=counts_note(counts)))


def sub_areas(view: View, area: int) -> list[int]:
    """Positions of an area's direct sub-areas in the 网格 hierarchy, in the official order; below a community by kind
    first, because there each kind is numbered for itself."""
    forest = view.areas("网格")
    position = area - view.snapshot.span("Area").start
    below = forest.descendants(position)[1:]
    found = [int(a) for a in below[forest.parent[below] == position]]
    profile = view.profile
    if position == view.root_area() - view.snapshot.span("Area").start or view.kind(area) in profile.reporting_kinds:
        return found
    rank = {kind: at for at, kind in enumerate(profile.area_kinds)}
    start = area - position
    return sorted(found, key=lambda a: rank.get(view.kind(a + start), len(rank)))


def _gaps(view: View) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    """Bool over the area range: some rule asks an organization or a head of the area and it has none."""
    span = view.snapshot.span("Area")
    gaps = np.zeros(span.stop - span.start, np.bool_)
    for rule in view.profile.coverage:
        if rule.subject.label == "Area" and JUDGED.intersection(rule.accepts):
            found = cover(view, rule)
            gaps[found.nodes[~found.covered] - span.start] = True
    return gaps
