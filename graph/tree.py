"""Forests as arrays: depth, preorder and sums over subtrees, all by level, never a loop over nodes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]


@dataclass(frozen=True)
class Forest:
    """A forest over nodes 0…n-1.

    Args:
        parent: int array, -1 for roots (nodes on a cycle are cut loose and are roots too).
        depth: 0 at the roots.
        enter: preorder position; the subtree of v is the positions enter[v] … leave[v]-1.
        leave: one past the last position of the subtree.
        preorder: node at each position.
    """

    parent: Array
    depth: Array
    enter: Array
    leave: Array
    preorder: Array

    def below(self, values: Array) -> Array:
        """Sum of `values` (shape n or n × k) over the nodes strictly below each node."""
        return self.within(values) - values

    def within(self, values: Array) -> Array:
        """Sum of `values` (shape n or n × k) over each node and all below it."""
        running = np.zeros((len(values) + 1, *values.shape[1:]), dtype=np.result_type(values, np.int64))
        np.cumsum(values[self.preorder], axis=0, out=running[1:])
        return np.asarray(running[self.leave] - running[self.enter])

    def descendants(self, node: int) -> Array:
        """The node and all below it, in preorder."""
        return self.preorder[self.enter[node] : self.leave[node]]

    def ancestors(self, node: int) -> list[int]:
        """The chain from the parent up to the root."""
        chain = []
        while (node := int(self.parent[node])) >= 0:
            chain.append(node)
        return chain


def _levels(parent: Array) -> tuple[Array, list[Array]]:
    """Depths, and the nodes of each level, of a parent array without cycles."""
    n = len(parent)
    by_parent = np.argsort(parent, kind="stable")
    starts = np.searchsorted(parent[by_parent], np.arange(n + 1))
    depth = np.zeros(n, np.int32)
    levels: list[Array] = []
    level = np.flatnonzero(parent < 0)
    while len(level):
        depth[level] = len(levels)
        levels.append(level)
        counts = starts[level + 1] - starts[level]
        first = np.repeat(starts[level] - np.concatenate([[0], np.cumsum(counts)[:-1]]), counts)
        level = by_parent[first + np.arange(counts.sum())]
    return depth, levels


def forest(parent: Array, order: Array | None = None) -> Forest:
    """A Forest from a parent array; siblings in the order of `order` (ties by number).

    Nodes on a cycle (met only in a store changed by other hands) are cut loose at their lowest number.
    """
    parent = _without_cycles(np.asarray(parent, dtype=np.int64))
    n = len(parent)
    depth, levels = _levels(parent)
    size = np.ones(n, np.int64)
    for level in reversed(levels[1:]):
        np.add.at(size, parent[level], size[level])
    rank = np.arange(n) if order is None else np.asarray(order)
    enter = np.zeros(n, np.int64)
    for depth_now, members in enumerate(levels):
        above = parent[members]
        chosen = np.lexsort((members, rank[members], above))
        level, above = members[chosen], above[chosen]
        before = np.concatenate([[0], np.cumsum(size[level])[:-1]])
        new_group = np.concatenate([[True], above[1:] != above[:-1]])
        base = before[np.maximum.accumulate(np.where(new_group, np.arange(len(level)), 0))]
        enter[level] = before if depth_now == 0 else enter[above] + 1 + before - base
    preorder = np.empty(n, np.int64)
    preorder[enter] = np.arange(n)
    return Forest(parent, depth, enter, enter + size, preorder)


def _without_cycles(parent: Array) -> Array:
    """Cut each cycle at its lowest node: follow parents by doubling; what never reaches a root is on or above one."""
    n = len(parent)
    if not n:
        return parent
    jump = np.where(parent < 0, n, parent)
    reach = np.append(jump, n)
    for _ in range(int(n).bit_length() + 1):
        reach = reach[reach]
    if not np.any(reach[:n] != n):
        return parent
    parent = parent.copy()
    stuck = reach[:n] != n
    seen = np.zeros(n, bool)
    for v in np.flatnonzero(stuck).tolist():
        path, on_path = v, []
        while path >= 0 and not seen[path]:
            seen[path] = True
            on_path.append(path)
            path = int(parent[path])
        if path in on_path:
            parent[min(on_path[on_path.index(path) :])] = -1
    return parent
