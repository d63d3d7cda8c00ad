"""Rolling lower levels up into the box above them: 社区9·网格143."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace

from visual.figure import Box, TreeNode

UNNAMED_KIND = "下级"


def depth_of(node: TreeNode) -> int:
    """Levels below `node`."""
    return 1 + max(depth_of(child) for child in node.children) if node.children else 0


def levels_of(tree: TreeNode) -> Iterator[list[TreeNode]]:
    """The nodes of each level, from the root down, in official order."""
    level = [tree]
    while level:
        yield level
        level = [child for node in level for child in node.children]


def boxes_of(tree: TreeNode) -> Iterator[TreeNode]:
    """All nodes, level by level."""
    for level in levels_of(tree):
        yield from level


def roll_up(tree: TreeNode, depth: int) -> TreeNode:
    """`tree` with at most `depth` levels below the root; what was below a box is counted in its note by kind."""
    if not tree.children:
        return tree
    if depth == 0:
        return replace(tree, box=counted(tree), children=())
    return replace(tree, children=tuple(roll_up(child, depth - 1) for child in tree.children))


def counted(node: TreeNode) -> Box:
    """The box of `node` with the number of its descendants by kind, nearest level first, in its note."""
    kinds: Counter[str] = Counter()
    for below in levels_of(node):
        if below[0] is not node:
            kinds.update(child.box.kind or UNNAMED_KIND for child in below)
    counts = "·".join(f"{kind}{count}" for kind, count in kinds.items())
    return replace(node.box, note="·".join(part for part in (node.box.note, counts) if part))


def hidden_kinds(tree: TreeNode, depth: int) -> tuple[str, ...]:
    """The kinds that a roll-up to `depth` levels leaves out, in order of level."""
    kinds: dict[str, None] = {}
    for number, level in enumerate(levels_of(tree)):
        if number > depth:
            kinds.update(dict.fromkeys(node.box.kind or UNNAMED_KIND for node in level))
    return tuple(kinds)
