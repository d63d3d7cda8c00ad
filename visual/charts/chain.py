"""体系示意图: the lines (条线) of a profile with their tiers from the top down, and its alliances."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from graph.profile import Line, Tier
from graph.view import View
from visual.charts.naming import Options, chosen_area, frame
from visual.figure import Box, Drawing, TreeNode
from visual.tree import draw_tree


def chain_chart(view: View, options: Options) -> Drawing:
    """How the district is organized by its profile: each line from the top tier down, with the number of organizations
    of a tier below the asked area, and the alliances the profile declares. `depth` limits the tiers shown."""
    area = chosen_area(view, options)
    inside = _inside(view, area, whole=options.area is None)
    lines = view.profile.lines
    top = lines[0].tiers[0]
    depth = options.depth or max(len(line.tiers) for line in lines)
    counted = [_line(view, line, inside, depth) for line in lines]
    if view.profile.alliances:
        counted.append(_alliances(view, depth))
    tree = TreeNode(Box("top", top.tier, style="organization", note=_note(top, "")), tuple(counted))
    behind = np.flatnonzero(inside) + view.snapshot.span("Organization").start
    basis = (
        "按治理方案的条线和层级绘制，数字为现行党组织数；（可设）为可以不设的层级。",
        f"治理方案：{view.profile.source}。" if view.profile.source else "",
    )
    seen = frame(view, options, f"{view.name(area)}党组织体系示意图", basis, behind.tolist())
    return draw_tree(
        tree,
        replace(seen, legend=(("area", "条线"),)),
        paper=options.paper,
        orientation=options.orientation,
        mono=options.mono,
        shorter=[(_without_kinds(tree), "党组织的类型未列。")],
    )


def _without_kinds(tree: TreeNode) -> TreeNode:
    """The tree with the first part of its notes (党委/党总支·56个) left out."""
    note = tree.box.note.partition("·")[2] if tree.box.style == "organization" else tree.box.note
    children = tuple(_without_kinds(child) for child in tree.children)
    return replace(tree, box=replace(tree.box, note=note), children=children)


def _inside(view: View, area: int, *, whole: bool) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    """Bool over the organizations: inside the view and, if not `whole`, at home in the area or below it."""
    span = view.snapshot.span("Organization")
    inside = np.asarray(view.inside[span].copy(), np.bool_)
    if whole:
        return inside
    areas = view.snapshot.span("Area")
    here = np.zeros(view.snapshot.n + 1, np.bool_)
    here[view.areas().descendants(area - areas.start) + areas.start] = True
    return np.asarray(inside & here[view.home()[span]], np.bool_)


def _line(view: View, line: Line, inside: np.ndarray[tuple[int], np.dtype[np.bool_]], depth: int) -> TreeNode:
    """The line's own box with its tiers below the top one hanging on each other."""
    own = inside & view.coded("Organization", "line", (line.id,))
    below: tuple[TreeNode, ...] = ()
    for number, tier in reversed(list(enumerate(line.tiers[1:depth], 1))):
        count = int(np.count_nonzero(own & view.coded("Organization", "tier", (tier.tier,))))
        note = _note(tier, (_shared(view, line, tier) if not count else "") or f"{count}个")
        box = Box(f"{line.id}.{number}", tier.tier, style="organization", kind=tier.tier, note=note)
        below = (TreeNode(box, below),)
    return TreeNode(Box(f"line.{line.id}", line.name, style="area", kind="条线"), below)


def _shared(view: View, line: Line, tier: Tier) -> str:
    """同街道社区线: the organizations of a tier that lines have in common belong to the first of them."""
    first = next(other for other in view.profile.lines if other.index(tier.tier) >= 0)
    return "" if first.id == line.id else f"同{first.name}"


def _note(tier: Tier, count: str) -> str:
    return "·".join(part for part in ("/".join(tier.kinds[:2]), count, "可设" if tier.optional else "") if part)


def _alliances(view: View, depth: int) -> TreeNode:
    """The alliances by tier, as one more branch."""
    convened = view.edges("CONVENED_IN")
    start = view.snapshot.span("Area").start
    below: tuple[TreeNode, ...] = ()
    for number, rule in reversed(list(enumerate(view.profile.alliances[: max(depth - 1, 0)]))):
        here = view.coded("Area", "kind", rule.area_kinds)[convened.target - start]
        fits = view.coded("Alliance", "kind", (rule.kind,))[convened.source - view.snapshot.span("Alliance").start]
        count = len(np.unique(convened.source[here & fits]))
        box = Box(f"alliance.{number}", rule.local, style="alliance", kind="联席机制", note=f"{rule.tier}级·{count}个")
        below = (TreeNode(box, below, "member"),)
    return TreeNode(Box("alliances", "联席机制", style="area", kind="条线"), below, "member")
