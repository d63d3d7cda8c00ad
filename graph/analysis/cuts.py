"""What breaks the last path if lost: nodes and relations that every path passes, and the smallest set that cuts all.

A path walks through at most one alliance, so that a node may stand in two layers: the smallest cut is no flow problem.
It is searched exactly, up to `LARGEST` nodes, along the nodes of a path that is left (one of them must be lost).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from graph.analysis.network import Network
from graph.analysis.routes import INFINITE, Layers, Route, routes, to_goal

LARGEST = 3


@dataclass(frozen=True)
class Cut:
    """A smallest set whose loss leaves no path: nodes, and the hops that join both ends directly (each relation)."""

    nodes: tuple[int, ...]
    direct: tuple[int, ...]

    @property
    def size(self) -> int:
        """How many are to be lost."""
        return len(self.nodes) + len(self.direct)


def smallest_cut(layers: Layers, net: Network, found: Sequence[Route], allowed: Sequence[int]) -> Cut | None:
    """The smallest set of nodes (ends left out) and of relations between both ends that leaves no path.

    Of equally small ones the one whose nodes come first along the strongest paths. None where more than `LARGEST`
    nodes have to be lost.

    Args:
        found: paths that are known: of each that shares no node with the others one must be lost.
    """
    alone, _ = critical(layers, net, found, allowed)
    if alone:
        return Cut((alone[0],), ())
    start, end = (int(layers.nodes[s % len(layers.nodes)]) for s in (layers.start, layers.goals[0]))
    joining = [int(h) for h in net.between(start, end) if net.type[h] in allowed]
    carriers = {(int(net.type[h]), int(net.row[h])): h for h in joining}
    left = replace(layers, cost=np.where(np.isin(layers.hop, joining), INFINITE, layers.cost)) if joining else layers
    for most in range(max(_apart(layers, found), 0 if joining else 2), LARGEST + 1):
        nodes = _cutting(left, net, allowed, most)
        if nodes is not None:
            return Cut(nodes, tuple(carriers.values()))
    return None


def _apart(layers: Layers, found: Sequence[Route]) -> int:
    """How many of the paths share no inner node, at least."""
    used = set[int]()
    count = 0
    for route in found:
        inner = {s % len(layers.nodes) for s in route.states[1:-1]}
        if inner and not inner & used:
            used |= inner
            count += 1
    return count


def _cutting(layers: Layers, net: Network, allowed: Sequence[int], most: int) -> tuple[int, ...] | None:
    """At most `most` nodes that close every path."""
    found = routes(layers, 2)
    if not found or not most:
        return None if found else ()
    if most == 1:
        nodes, _ = critical(layers, net, found, allowed)
        return (nodes[0],) if nodes else None
    m = len(layers.nodes)
    for place in (s % m for s in found[0].states[1:-1]):
        shut = (layers.source % m == place) | (layers.target % m == place)
        more = _cutting(replace(layers, cost=np.where(shut, INFINITE, layers.cost)), net, allowed, most - 1)
        if more is not None:
            return (int(layers.nodes[place]), *more)
    return None


def critical(
    layers: Layers, net: Network, found: Sequence[Route], allowed: Sequence[int]
) -> tuple[list[int], list[int]]:
    """Nodes and hops that every path passes, in the order of the strongest path.

    Only what all found paths share is tried, each by taking it away and asking whether a way is left; behind the last
    node with two ways into it nothing need be tried. A hop that two relations carry is not lost with one of them.
    """
    m = len(layers.nodes)
    places = [[s % m for s in r.states] for r in found]
    shared = set(places[0]).intersection(*places[1:])
    sure = _forced(layers, net, places[0])
    nodes = [
        p
        for i, p in enumerate(places[0][1:-1], 1)
        if p in shared and (i >= sure or to_goal(layers, (p,))[layers.start] == INFINITE)
    ]
    common = set(found[0].hops).intersection(*(r.hops for r in found[1:]))
    hops = []
    for i, hop in enumerate(found[0].hops):
        if hop not in common:
            continue
        parallel = net.between(int(net.source[hop]), int(net.target[hop]))
        carriers = {(int(net.type[h]), int(net.row[h])) for h in parallel if net.type[h] in allowed}
        if len(carriers) == 1 and (i >= sure or to_goal(layers, lost=hop)[layers.start] == INFINITE):
            hops.append(hop)
    return [int(layers.nodes[p]) for p in nodes], hops


def _forced(layers: Layers, net: Network, places: list[int]) -> int:
    """Index on a path from which on every node is entered from the one before it only."""
    for i in range(len(places) - 1, 0, -1):
        hops = net.entering(int(layers.nodes[places[i]]))
        sources = set(net.source[hops].tolist())
        if sources != {int(layers.nodes[places[i - 1]])}:
            return i
    return 0
