"""党组织体系图: the chain below one area, with the areas that lack an organization drawn as gaps."""

from __future__ import annotations

from graph.errors import NotFoundError
from graph.view import View
from visual.charts.naming import Options, box, chosen_area, frame
from visual.charts.notes import bounded, bounded_words, counted_below, counts_note, shorter
from visual.charts.seats import seats
from visual.figure import Box, Drawing, TreeNode
from visual.tree import draw_tree

_DEFAULT_DEPTH = {"市": 2, "区县": 2, "街道": 2, "镇": 2, "乡": 2}


def organization_chart(view: View, options: Options) -> Drawing:
    """The organization chart of an area down to `depth` levels below its own organization.

    What lies deeper is counted in the last box by tier (网格党支部12); an area that must have its own organization
    and has none is drawn as 空白 under its superior. `NotFoundError` when the area has neither organizations nor gaps.
    """
    area = chosen_area(view, options)
    # Without a depth asked for, the chart follows the areas; lines that stand at no area (机关线) are counted.
    chain = _Chain(view, by_area=options.depth is None)
    asked = options.depth or _DEFAULT_DEPTH.get(view.kind(area), 3)
    root = chain.seats.organization_of(area)
    depth = bounded(chain.forest, root - chain.span.start, asked) if root >= 0 else asked
    tree = chain.tree(root, depth) if root >= 0 else chain.gap_tree(area, depth)
    if root < 0 and not tree.children:
        raise NotFoundError(
            "这个区域没有党组织，也没有应建未建的下级区域，画不出体系图。",
            "请换上级区域，或用 --area 指定别的区域。",
            code="empty-chart",
        )
    title = f"{view.name(area)}党组织体系图"
    basis = [f"口径：按隶属关系绘制，党组织{chain.drawn_organizations}个"]
    if chain.drawn_gaps:
        basis.append(f"空白区域{chain.drawn_gaps}个以虚线粗框标出")
    if chain.counted:
        basis.append(f"另有{chain.counted}个下级组织按层级计数，未逐个画出")
    sentences = ("；".join(basis) + "。", *bounded_words(asked, depth))
    return draw_tree(
        tree,
        frame(view, options, title, sentences, chain.behind),
        paper=options.paper,
        orientation=options.orientation,
        mono=options.mono,
        shorter=shorter(tree, chain.counts),
    )


class _Chain:
    """Builds the tree once and keeps count of what was drawn; opened for one chart and thrown away."""

    def __init__(self, view: View, *, by_area: bool) -> None:
        self.view = view
        self.by_area = by_area
        self.span = view.snapshot.span("Organization")
        self.forest = view.organizations()
        self.areas = view.areas("行政")
        self.area_start = view.snapshot.span("Area").start
        self.seats = seats(view)
        self.expected = {k for line in view.profile.lines for t in line.tiers if not t.optional for k in t.area_kinds}
        self.lines = tuple(line.id for line in view.profile.lines)
        self.tiers = tuple(dict.fromkeys(t.tier for line in view.profile.lines for t in line.tiers))
        self.drawn_organizations = self.drawn_gaps = self.counted = 0
        self.behind: list[int] = []
        self.counts: dict[str, dict[str, int]] = {}

    def tree(self, organization: int, depth: int) -> TreeNode:
        """The organization with `depth` levels below it."""
        self.drawn_organizations += 1
        self.behind.append(organization)
        below = self._children(organization)
        gaps = self._gaps(organization)
        if depth == 0 or (self.by_area and self.drawn_organizations > 1 and organization not in self.seats.area_of):
            return TreeNode(self._rolled(organization, len(gaps)))
        children = tuple(self.tree(o, depth - 1) for o in below) + tuple(self.gap_tree(a, 0) for a in gaps)
        return TreeNode(self._box(organization), children)

    def gap_tree(self, area: int, depth: int) -> TreeNode:
        """An area without an organization, with what its own sub-areas have."""
        self.drawn_gaps += 1
        self.behind.append(area)
        below: list[TreeNode] = []
        if depth > 0:
            for child in self._sub_areas(area):
                organization = self.seats.organization_of(child)
                if organization >= 0:
                    below.append(self.tree(organization, depth - 1))
                elif self.view.kind(child) in self.expected:
                    below.append(self.gap_tree(child, depth - 1))
        return TreeNode(box(self.view, area, style="gap", kind="空白"), tuple(below))

    def _box(self, organization: int) -> Box:
        tier = str(self.view.snapshot.value(organization, "tier") or "")
        return box(self.view, organization, kind=tier)

    def _children(self, organization: int) -> list[int]:
        position = organization - self.span.start
        start, stop = int(self.forest.enter[position]) + 1, int(self.forest.leave[position])
        found: list[int] = []
        while start < stop:
            child = int(self.forest.preorder[start])
            found.append(child + self.span.start)
            start = int(self.forest.leave[child])
        return sorted(found, key=self._line_rank)

    def _line_rank(self, organization: int) -> int:
        """Position of the organization's line in the profile: siblings stand by line, then in the official order."""
        line = str(self.view.snapshot.value(organization, "line") or "")
        return self.lines.index(line) if line in self.lines else len(self.lines)

    def _sub_areas(self, area: int) -> list[int]:
        position = area - self.area_start
        below = self.areas.descendants(position)[1:]
        direct = below[self.areas.parent[below] == position]
        return [int(a) + self.area_start for a in direct]

    def _gaps(self, organization: int) -> list[int]:
        area = self.seats.area_of.get(organization, -1)
        if area < 0:
            return []
        return [
            a for a in self._sub_areas(area) if self.view.kind(a) in self.expected and a not in self.seats.covered_by
        ]

    def _rolled(self, organization: int, gaps: int) -> Box:
        """The last box of a branch: what is below it counted by tier."""
        position = organization - self.span.start
        counts, below = counted_below(self.view, "Organization", "tier", self.forest, position, self.tiers)
        self.counted += len(below)
        self.behind.extend((below + self.span.start).tolist())
        parts = counts | ({"空白": gaps} if gaps else {})
        self.counts[self.view.id(organization)] = parts
        tier = str(self.view.snapshot.value(organization, "tier") or "")
        return box(self.view, organization, kind=tier, note=counts_note(parts))
