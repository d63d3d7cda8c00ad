"""Roll-up notes of a last box (网格党支部12), whole and shortened so that a district fits one sheet."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from visual.figure import TreeNode


def counts_note(counts: Mapping[str, int]) -> str:
    """楼栋党支部7·单元党小组13."""
    return "·".join(f"{name}{number}" for name, number in counts.items())


def abbreviations(tiers: Sequence[str]) -> dict[str, str]:
    """The shortest of 支部, 党支部 and the whole name of each tier that no other of them shares.

    >>> abbreviations(["楼栋党支部", "单元党小组"])
    {'楼栋党支部': '支部', '单元党小组': '小组'}
    """
    found: dict[str, str] = {}
    for tier in tiers:
        shorter = (tier[-2:], tier[:2] + tier[-2:], tier)
        found[tier] = next(s for s in shorter if s == tier or not any(s in _forms(t) for t in tiers if t != tier))
    return found


def _forms(tier: str) -> tuple[str, ...]:
    return tier[-2:], tier[:2] + tier[-2:], tier


def renoted(tree: TreeNode, notes: Mapping[str, str]) -> TreeNode:
    """The tree with other notes in the boxes whose ids `notes` names."""
    box = replace(tree.box, note=notes[tree.box.id]) if tree.box.id in notes else tree.box
    return replace(tree, box=box, children=tuple(renoted(child, notes) for child in tree.children))
