"""Strongest simple paths through at most one alliance, and the next strongest ones (Yen), on a part of the network.

Every node but an alliance stands in two layers: before the alliance (a path may still enter one) and after it. Both
copies are the same node: what a path has used is closed in both layers, so that paths stay simple.
"""

from __future__ import annotations

import heapq
import itertools
from bisect import insort
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix
from scipy.sparse.csgraph import dijkstra

from graph.analysis.network import CORE, Network

Array = NDArray[Any]

INFINITE = float("inf")
FARTHEST = 2.0**53
_PATIENCE = 256


@dataclass(frozen=True)
class Layers:
    """A part of the network as states: state p < m is node `nodes[p]` (before), state m + p the same node after.

    Args:
        nodes: node number of each position, ascending.
        order: place of each state's node among all ids, for ties.
        bounds: the hops from state s are bounds[s] … bounds[s+1]-1.
        source, target, cost: of each hop between states.
        hop: the network's hop number behind each.
        turned: hops sorted by target, and `turned_bounds` into them.
        start: the state at which a path starts.
        goals: the states at which it ends.
    """

    nodes: Array
    order: Array
    bounds: Array
    source: Array
    target: Array
    cost: Array
    hop: Array
    turned: Array
    turned_bounds: Array
    start: int
    goals: tuple[int, ...]

    @property
    def size(self) -> int:
        """Number of states."""
        return 2 * len(self.nodes)


@dataclass(frozen=True, order=True)
class Route:
    """A simple path: its cost, the places of its nodes among all ids (for ties), its states, the network's hops."""

    cost: float
    order: tuple[int, ...]
    states: tuple[int, ...]
    hops: tuple[int, ...]


def _climb(start: int, net: Network, forward: bool) -> set[int]:
    """The node and what lies on ever rising ranks from it (or, backward, towards it)."""
    found, waiting = {start}, [start]
    ends = net.target if forward else net.source
    while waiting:
        node = waiting.pop()
        near = ends[net.leaving(node) if forward else net.entering(node)]
        for other in near[(net.rank[near] > net.rank[node]) & (net.rank[near] != CORE)].tolist():
            if other not in found:
                found.add(other)
                waiting.append(other)
    return found


def part(net: Network, start: int, end: int, allowed: Collection[int], closed: Iterable[int]) -> Layers:
    """The part of the network that holds every simple path from start to end.

    Args:
        allowed: positions in `net.types` that may be walked.
        closed: nodes that must not be passed.
    """
    chains = _climb(start, net, True) | _climb(end, net, False)
    member = net.rank == CORE
    member[list(chains)] = True
    outer = [v for v in chains if net.rank[v] != CORE]
    around = [net.leaving(v) for v in outer] + [net.entering(v) for v in outer]
    hops = np.unique(np.concatenate(around)) if around else np.empty(0, np.int64)
    hops = hops[member[net.source[hops]] & member[net.target[hops]]]
    hops = np.sort(np.concatenate([net.core, hops])) if len(hops) else net.core
    shut = list(closed)
    member[shut] = False
    if shut:
        hops = hops[member[net.source[hops]] & member[net.target[hops]]]
    if len(set(allowed)) < len(net.types):
        hops = hops[np.isin(net.type[hops], list(allowed))]
    source, target = net.source[hops], net.target[hops]
    if len(hops):
        strongest = np.concatenate([[True], (source[1:] != source[:-1]) | (target[1:] != target[:-1])])
        hops, source, target = hops[strongest], source[strongest], target[strongest]
    return _layered(net, np.flatnonzero(member), hops, source, target, start, end)


def in_layers(net: Network, hops: Array, tail: Array, head: Array, m: int) -> tuple[Array, Array, Array]:
    """Source state, target state and number of the hops in both layers, sorted by source.

    Args:
        hops: hop numbers, ascending.
        tail, head: positions of their ends.
        m: number of positions.
    """
    leaves, enters = net.alliance[net.source[hops]], net.alliance[net.target[hops]]
    after = ~leaves & ~enters
    # Hops are sorted by source and the states after the alliance come last, so the result is sorted already.
    tails = np.concatenate([tail, tail[after] + m])
    heads = np.concatenate([np.where(leaves & ~enters, head + m, head), head[after] + m])
    return tails, heads, np.concatenate([hops, hops[after]])


def _layered(net: Network, nodes: Array, hops: Array, source: Array, target: Array, start: int, end: int) -> Layers:
    m = len(nodes)
    place = np.full(net.n, -1, np.int32)
    place[nodes] = np.arange(m, dtype=np.int32)
    tails, heads, numbers = in_layers(net, hops, place[source], place[target], m)
    turned = np.argsort(heads, kind="stable")
    states = np.arange(2 * m + 1)
    return Layers(
        nodes=nodes,
        order=np.tile(net.order[nodes], 2),
        bounds=np.searchsorted(tails, states),
        source=tails,
        target=heads,
        cost=net.cost[numbers],
        hop=numbers,
        turned=turned,
        turned_bounds=np.searchsorted(heads[turned], states),
        start=int(place[start]),
        goals=(int(place[end]),) if net.alliance[end] else (int(place[end]), int(place[end]) + m),
    )


def to_goal(layers: Layers, without: Sequence[int] = (), lost: int = -1) -> Array:
    """Least cost from each state to the goals, infinite where there is no way.

    Args:
        without: positions of nodes that must not be entered or left, in both layers.
        lost: number of a network's hop that is not walked.
    """
    cost = layers.cost
    if without:
        shut = np.zeros(layers.size, bool)
        shut[list(without)] = True
        shut[len(layers.nodes) :] = shut[: len(layers.nodes)]
        cost = np.where(shut[layers.source] | shut[layers.target], INFINITE, cost)
    if lost >= 0:
        cost = np.where(layers.hop == lost, INFINITE, cost)
    backwards = csr_matrix(  # type: ignore[no-untyped-call]
        (cost[layers.turned], layers.source[layers.turned], layers.turned_bounds), shape=(layers.size, layers.size)
    )
    return np.asarray(dijkstra(backwards, indices=list(layers.goals), min_only=True, limit=FARTHEST))


Way = tuple[float, tuple[int, ...]]


@dataclass(frozen=True)
class _Guide:
    """What steers a search: least costs to the goals, and the ways on from the states that were met.

    `near[state]` lists (cost to the goal over the hop, cost of the hop, next state, place of its id), cheapest first.
    """

    layers: Layers
    lower: Array
    near: dict[int, list[tuple[float, float, int, int]]]

    def ways(self, state: int) -> list[tuple[float, float, int, int]]:
        """The ways on from a state that lead to a goal."""
        found = self.near.get(state)
        if found is None:
            hops = slice(self.layers.bounds[state], self.layers.bounds[state + 1])
            to, cost = self.layers.target[hops], self.layers.cost[hops]
            whole = (cost + self.lower[to]).tolist()
            every = zip(whole, cost.tolist(), to.tolist(), self.layers.order[to].tolist(), strict=True)
            found = self.near[state] = sorted(way for way in every if way[0] < INFINITE)
        return found


def _spur(guide: _Guide, root: tuple[int, ...], banned: set[int], bound: float) -> Way | None:
    """The cheapest way from the last state of `root` to a goal that meets no node of `root` again, and its cost.

    Args:
        banned: states that must not come next.
        bound: what the way may cost at most.
    """
    layers = guide.layers
    m = len(layers.nodes)
    closed = {state % m for state in root}
    found, exhausted = _best(guide, root[-1], closed, banned, bound, _PATIENCE)
    if exhausted:
        # Where the root cuts the way off, exact distances without it end a long search at once.
        exact = _Guide(layers, to_goal(layers, sorted(closed)), {})
        found, _ = _best(exact, root[-1], closed, banned, bound, layers.size)
    return found


def _best(
    guide: _Guide, start: int, closed: set[int], banned: set[int], bound: float, patience: int
) -> tuple[Way | None, bool]:
    """A*; of equal cost the way with the smallest ids. Second value: gave up after `patience` states."""
    goals, m = guide.layers.goals, len(guide.layers.nodes)
    waiting: list[tuple[float, float, tuple[int, ...], tuple[int, ...]]] = [(0.0, 0.0, (), (start,))]
    done: set[int] = set()
    while waiting:
        _, spent, order, way = heapq.heappop(waiting)
        state = way[-1]
        if state in done:
            continue
        if state in goals:
            return (spent, way), False
        done.add(state)
        if len(done) > patience:
            return None, True
        for whole, step, to, place in guide.ways(state):
            if spent + whole > bound:
                break
            if to in done or to % m in closed or (state == start and to in banned):
                continue
            heapq.heappush(waiting, (spent + whole, spent + step, (*order, place), (*way, to)))
    return None, False


def _route(layers: Layers, states: tuple[int, ...]) -> Route:
    """A path of states with its cost and hops."""
    hops, cost = [], 0.0
    for state, following in itertools.pairwise(states):
        first = int(layers.bounds[state])
        j = first + int(np.argmax(layers.target[first : layers.bounds[state + 1]] == following))
        hops.append(int(layers.hop[j]))
        cost += float(layers.cost[j])
    return Route(cost, tuple(layers.order[list(states)].tolist()), states, tuple(hops))


def routes(layers: Layers, k: int) -> list[Route]:
    """The k cheapest simple paths from start to goal: by cost (strength, then hops), then by the ids of their nodes.

    Yen's algorithm, deviating only behind a path's own deviation (Lawler); distances to the goal steer each search.
    """
    guide = _Guide(layers, to_goal(layers), {})
    first = _spur(guide, (layers.start,), set(), INFINITE) if guide.lower[layers.start] < INFINITE else None
    if first is None:
        return []
    found: list[Route] = []
    candidates: list[tuple[Route, int]] = [(_route(layers, first[1]), 0)]
    seen = {first[1]}
    while candidates and len(found) < k:
        best, deviation = candidates.pop(0)
        found.append(best)
        wanted = k - len(found)
        for i in range(deviation, len(best.states) - 1) if wanted else ():
            root = best.states[: i + 1]
            banned = {r.states[i + 1] for r in found if r.states[: i + 1] == root}
            worst = candidates[wanted - 1][0].cost if len(candidates) >= wanted else INFINITE
            way = _spur(guide, root, banned, worst - _route(layers, root).cost)
            if way is not None and root[:-1] + way[1] not in seen:
                states = root[:-1] + way[1]
                seen.add(states)
                insort(candidates, (_route(layers, states), i))
    return found
