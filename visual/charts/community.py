"""One community on one sheet: its superior, sub-areas, partners, alliances, posts and facilities."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from graph.errors import ParameterError
from graph.view import View, official_order
from visual.charts.grid import sub_areas
from visual.charts.naming import Options, box, chosen_area, frame
from visual.charts.notes import counted_below, counts_note
from visual.charts.seats import seats
from visual.figure import Box, Drawing, LineStyle, TreeNode
from visual.tree import draw_tree

DEPTH = 2  # the groups and what is in them
MOST_NAMED = 24  # a group of more is counted by kind


def community_chart(view: View, options: Options) -> Drawing:
    """Everything around one area. `depth` 1 counts what its groups hold; from 2 on each is named.

    `ParameterError` when no area is given: the chart is of one community.
    """
    if options.area is None and not view.scope:
        raise ParameterError("没有说是哪个社区。", "请用 --area 给出社区的标识或全称。", code="area-missing")
    area = chosen_area(view, options)
    chain = seats(view)
    own = chain.organization_of(area)
    groups = _Groups(view, area, own, options.depth or DEPTH)
    centre = TreeNode(_centre(view, area, own), tuple(groups.all()))
    position = own - view.snapshot.span("Organization").start
    above = int(view.organizations().parent[position]) if own >= 0 else -1
    tree = centre
    if above >= 0:
        superior = above + view.snapshot.span("Organization").start
        groups.behind.append(superior)
        tree = TreeNode(box(view, superior), (centre,))
    basis = "结对、成员、岗位和设施以现行有效的关系为准；虚线粗框为应有而没有。"
    return draw_tree(
        tree,
        frame(view, options, f"{view.name(area)}组织关系图", (basis,), [area, *groups.behind]),
        paper=options.paper,
        orientation=options.orientation,
        mono=options.mono,
    )


def _centre(view: View, area: int, organization: int) -> Box:
    if organization < 0:
        return box(view, area, style="gap", note="未建党组织")
    members = view.snapshot.value(organization, "members")
    tiers = tuple(t.tier for line in view.profile.lines for t in line.tiers)
    start = view.snapshot.span("Organization").start
    counts, _ = counted_below(view, "Organization", "tier", view.organizations(), organization - start, tiers)
    note = "·".join(part for part in (f"党员{members}人" if members else "", counts_note(counts)) if part)
    return box(view, organization, note=note)


class _Groups:
    """The groups of one area's chart and the nodes behind them; opened for one chart and thrown away."""

    def __init__(self, view: View, area: int, organization: int, depth: int) -> None:
        self.view = view
        self.area = area
        self.ends = [area, *([organization] if organization >= 0 else [])]
        self.depth = depth
        self.order = official_order(view.snapshot)
        self.behind: list[int] = list(self.ends)

    def all(self) -> Iterable[TreeNode]:
        """The groups that the profile or the data give reason to show."""
        profile = self.view.profile
        kind = self.view.kind(self.area)
        below = [a + self.view.snapshot.span("Area").start for a in sub_areas(self.view, self.area)]
        if below:
            yield self._group("areas", "下级区域", below, "lead")
        partners = self._far("PAIRED_WITH")
        paired = profile.pairing is not None and kind in profile.pairing.area_kinds
        if partners or paired:
            yield self._group(
                "pairing", profile.pairing.local if profile.pairing else "结对共建", partners, "pairing", paired
            )
        alliances = list(dict.fromkeys([*self._far("CONVENED_IN"), *self._far("MEMBER_OF")]))
        due = [r.local for r in profile.alliances if r.required and kind in r.area_kinds]
        if alliances or due:
            yield self._group("alliances", "联席机制", alliances, "member", bool(due))
        posts = self._far("OF")
        if posts:
            yield self._group("posts", "岗位", posts, "lead")
        facilities = self._far("SERVES")
        wanted = any(r.required and kind in r.area_kinds for r in profile.facilities)
        if facilities or wanted:
            yield self._group("facilities", "阵地设施", facilities, "lead", wanted)

    def _far(self, type_: str) -> list[int]:
        """The other ends of the area's and its organization's relations of a type, in the official order."""
        edges = self.view.edges(type_)
        out = edges.target[np.isin(edges.source, self.ends)]
        into = edges.source[np.isin(edges.target, self.ends)]
        found = {int(n) for n in (*out.tolist(), *into.tolist())} - set(self.ends)
        return sorted(found, key=lambda n: (self.order[n], n))

    def _group(self, key: str, name: str, nodes: list[int], line: LineStyle, due: bool = False) -> TreeNode:
        self.behind += nodes
        id_ = f"{self.view.id(self.area)}.{key}"
        if not nodes:
            return TreeNode(Box(id_, name, style="gap" if due else "area", note="没有"))
        head = Box(id_, name, style="area", note=f"{len(nodes)}个")
        if self.depth < 2:
            return TreeNode(head)
        if len(nodes) > MOST_NAMED:
            counts: dict[str, int] = {}
            for node in nodes:
                kind = self.view.kind(node) or "其他"
                counts[kind] = counts.get(kind, 0) + 1
            boxes = [
                Box(f"{id_}.{at}", kind, style="area", note=f"{n}个") for at, (kind, n) in enumerate(counts.items())
            ]
        else:
            boxes = [self._named(node) for node in nodes]
        return TreeNode(head, tuple(TreeNode(each, (), line) for each in boxes))

    def _named(self, node: int) -> Box:
        """A node without name (a post is often only a kind) is called by its kind."""
        named = box(self.view, node)
        return named if named.label else Box(named.id, named.kind or "未命名", style=named.style, starred=named.starred)
