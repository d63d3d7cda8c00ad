"""What falls off the contracted network when one node or one tie is lost: linear in nodes and ties.

Trees that hang on the rest are taken off round by round as arrays; only what is left is walked node by node.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import connected_components

from graph.analysis.contraction import COUNTED, Contraction

Array = NDArray[Any]


@dataclass(frozen=True)
class Separation:
    """What is cut off from the top of its component.

    Args:
        formal: n × 4 counts (`COUNTED`) of the parts that lose node v and lie formally below it.
        other: the same of the parts that lie elsewhere.
        bridges: (tie, counts) of each tie, by its number, whose loss cuts off such an other part.
        root: bool per node: the top of a component (the place with most below it), of which nothing is said.
    """

    formal: Array
    other: Array
    bridges: tuple[tuple[int, tuple[int, ...]], ...]
    root: Array


@dataclass(frozen=True)
class _Parts:
    """Running sums: what each node stands for with all that was taken off onto it, and what its loss cuts off.

    `first` and `last` bound the formal preorder positions of the places it stands for (n and -1: none).
    """

    sums: Array
    first: Array
    last: Array
    formal: Array
    other: Array


def separation(net: Contraction) -> Separation:
    """What the loss of each node and tie cuts off."""
    n = net.n
    place = net.is_place
    parts = _Parts(
        net.own.copy(),
        np.where(place, net.formal.enter, n),
        np.where(place, net.formal.enter, -1),
        np.zeros((n, len(COUNTED)), np.int64),
        np.zeros((n, len(COUNTED)), np.int64),
    )
    root = _roots(net)
    bridges: list[tuple[int, tuple[int, ...]]] = []
    left = _take_off_trees(net, parts, root, bridges)
    _walk(net, parts, root, left, bridges)
    parts.formal[root] = 0
    parts.other[root] = 0
    return Separation(parts.formal, parts.other, tuple(sorted(bridges)), root)


def _roots(net: Contraction) -> Array:
    """The place with the largest formal subtree of each component, the lowest number of several."""
    graph = coo_matrix((np.ones(len(net.low)), (net.low, net.high)), shape=(net.n, net.n))  # type: ignore[no-untyped-call]
    _, component = connected_components(graph, directed=False)
    size = np.where(net.is_place, net.formal.leave - net.formal.enter, 0)
    best = np.lexsort((np.arange(net.n), -size, component))
    first = np.concatenate([[True], component[best][1:] != component[best][:-1]])
    root = np.zeros(net.n, bool)
    root[best[first]] = True
    return root


def _below(net: Contraction, parts: _Parts, part: Array, node: Array) -> Array:
    """Bool: every place of the part lies formally below the node."""
    enter, leave = net.formal.enter[node], net.formal.leave[node]
    return np.asarray(net.is_place[node] & (parts.first[part] > enter) & (parts.last[part] < leave))


def _take_off_trees(net: Contraction, parts: _Parts, root: Array, bridges: list[tuple[int, tuple[int, ...]]]) -> Array:
    """Take leaves off, adding each to its neighbour, until none is left; the numbers of the ties that remain."""
    left = np.arange(len(net.low))
    while True:
        low, high = net.low[left], net.high[left]
        degree = np.bincount(low, minlength=net.n) + np.bincount(high, minlength=net.n)
        leaf = (degree == 1) & ~root
        off = leaf[low] | leaf[high]
        if not off.any():
            return left
        part, node = np.where(leaf[low], low, high)[off], np.where(leaf[low], high, low)[off]
        held = parts.last[part] >= 0
        formal = held & _below(net, parts, part, node)
        np.add.at(parts.formal, node[formal], parts.sums[part[formal]])
        other = held & ~formal
        np.add.at(parts.other, node[other], parts.sums[part[other]])
        bridges += zip(left[off][other].tolist(), map(tuple, parts.sums[part[other]].tolist()), strict=True)
        np.add.at(parts.sums, node, parts.sums[part])
        np.minimum.at(parts.first, node, parts.first[part])
        np.maximum.at(parts.last, node, parts.last[part])
        left = left[~off]


def _walk(
    net: Contraction, parts: _Parts, root: Array, left: Array, bridges: list[tuple[int, tuple[int, ...]]]
) -> None:
    """Depth-first search with low points over what the trees left (Tarjan)."""
    near: dict[int, list[tuple[int, int]]] = {}
    for tie, a, b in zip(left.tolist(), net.low[left].tolist(), net.high[left].tolist(), strict=True):
        near.setdefault(a, []).append((b, tie))
        near.setdefault(b, []).append((a, tie))
    found: dict[int, int] = {}
    lowest: dict[int, int] = {}
    for top in np.flatnonzero(root).tolist():
        if top not in near:
            continue
        found[top] = lowest[top] = len(found)
        waiting = [(top, -1, iter(near[top]))]
        while waiting:
            node, came, ways = waiting[-1]
            for other, tie in ways:
                if tie == came:
                    continue
                if other in found:
                    lowest[node] = min(lowest[node], found[other])
                else:
                    found[other] = lowest[other] = len(found)
                    waiting.append((other, tie, iter(near[other])))
                    break
            else:
                waiting.pop()
                if waiting:
                    _leave(net, parts, waiting[-1][0], node, found, lowest, came, bridges)


def _leave(
    net: Contraction,
    parts: _Parts,
    above: int,
    node: int,
    found: dict[int, int],
    lowest: dict[int, int],
    tie: int,
    bridges: list[tuple[int, tuple[int, ...]]],
) -> None:
    """Close a node of the search: does what hangs on it fall off with the node above?"""
    if lowest[node] >= found[above] and parts.last[node] >= 0:
        formal = bool(_below(net, parts, np.array([node]), np.array([above]))[0])
        (parts.formal if formal else parts.other)[above] += parts.sums[node]
        if not formal and lowest[node] > found[above]:
            bridges.append((tie, tuple(parts.sums[node].tolist())))
    lowest[above] = min(lowest[above], lowest[node])
    parts.sums[above] += parts.sums[node]
    parts.first[above] = min(parts.first[above], parts.first[node])
    parts.last[above] = max(parts.last[above], parts.last[node])
