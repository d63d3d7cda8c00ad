"""Roll-up notes of a last box (网格党支部12), whole and shortened so that a district fits one sheet."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from graph.tree import Forest
from graph.view import View
from visual.figure import TreeNode
from visual.rollup import levels_of

MOST_DRAWN = 4_000  # boxes of one chart: some fifty sheets
Counts = Mapping[str, Mapping[str, int]]


def counts_note(counts: Mapping[str, int]) -> str:
    """楼栋党支部7·单元党小组13."""
    return "·".join(f"{name}{number}" for name, number in counts.items())


def counted_below(
    view: View, label: str, attribute: str, forest: Forest, position: int, order: Sequence[str]
) -> tuple[dict[str, int], NDArray[Any]]:
    """How many nodes lie below `position` (within the label's range) by a word attribute, in the order of `order`,
    and their positions. Words outside it come last; nodes without one count as 其他."""
    below = forest.descendants(position)[1:]
    if not len(below):
        return {}, below
    words = view.snapshot.words(label, attribute)
    codes, numbers = np.unique(view.values(label, attribute)[below], return_counts=True)
    counts = {words[code] or "其他": number for code, number in zip(codes.tolist(), numbers.tolist(), strict=True)}
    rank = {word: at for at, word in enumerate(order)}
    return {word: counts[word] for word in sorted(counts, key=lambda w: rank.get(w, len(rank)))}, below


def bounded(forest: Forest, position: int, depth: int, most: int = MOST_DRAWN) -> int:
    """`depth`, or the largest one below it that draws at most `most` nodes below `position`; at least 1."""
    levels = forest.depth[forest.descendants(position)] - forest.depth[position]
    while depth > 1 and np.count_nonzero(levels <= depth) > most:
        depth -= 1
    return depth


def bounded_words(asked: int, drawn: int, most: int = MOST_DRAWN) -> tuple[str, ...]:
    """What the 口径 says where `bounded` drew fewer levels than were asked for."""
    return (f"画{asked}层超过{most}项，只画{drawn}层。",) if drawn < asked else ()


def shorter(tree: TreeNode, counts: Counts) -> list[tuple[TreeNode, str]]:
    """The tree with abbreviated words in the notes of its last level, then with the nearest tier only, then without;
    each with the sentence for the 口径. `counts` are the numbers behind the notes by the id of their box."""
    last = [node.box for node in list(levels_of(tree))[-1] if counts.get(node.box.id)]
    if not last:
        return []
    kinds = "、".join(dict.fromkeys(own.kind for own in last))
    every = {own.id: dict(counts[own.id]) for own in last}
    nearest = {id_: dict(list(own.items())[:1]) for id_, own in every.items()}
    found: list[tuple[TreeNode, str]] = []
    for variant, more in ((every, ""), (nearest, "更低层级未列")):
        words = list(dict.fromkeys(word for own in variant.values() for word in own))
        short = abbreviations(words)
        notes = {id_: counts_note({short[w]: n for w, n in own.items()}) for id_, own in variant.items()}
        said = "，".join(part for part in ("、".join(f"{short[w]}指{w}" for w in words if short[w] != w), more) if part)
        if said:
            found.append((renoted(tree, notes), f"{kinds}框内{said}。"))
    return [*found, (renoted(tree, dict.fromkeys(every, "")), f"{kinds}框内未列下级数量。")]


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
