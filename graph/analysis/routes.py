"""Strongest simple paths through at most one alliance, and the next strongest ones (Yen), on a part of the network.

Every node but an alliance stands in two layers: before the alliance (a path may still enter one) and after it. Both
copies are the same node: what a path has used is closed in both layers, so that paths stay simple.
"""

from __future__ import annotations

import heapq
import itertools
from bisect import insort
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import dijkstra

from graph.analysis.network import CORE, Network
from graph.snapshot import Texts

Array = NDArray[Any]

INFINITE = float("inf")
_PATIENCE = 256


@dataclass(frozen=True)
class Layers:
    """A part of the network as states: state p < m is node `nodes[p]` (before), state m + p the same node after.

    Args:
        nodes: node number of each position, ascending.
        source, target, cost: of each hop between states, sorted by source.
        hop: the network's hop number behind each.
        start: the state at which a path starts.
        goals: the states at which it ends.
    """

    nodes: Array
    source: Array
    target: Array
    cost: Array
    hop: Array
    start: int
    goals: tuple[int, ...]

    @property
    def size(self) -> int:
        """Number of states."""
        return 2 * len(self.nodes)


@dataclass(frozen=True, order=True)
class Route:
    """A simple path: its cost, the ids of its nodes (for ties), its states and the network's hops."""

    cost: float
    ids: tuple[bytes, ...]
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


def _layered(net: Network, nodes: Array, hops: Array, source: Array, target: Array, start: int, end: int) -> Layers:
    m = len(nodes)
    place = np.full(net.n, -1, np.int32)
    place[nodes] = np.arange(m, dtype=np.int32)
    tail, head = place[source], place[target]
    leaves, enters = net.alliance[source], net.alliance[target]
    after = ~leaves & ~enters
    tails = np.concatenate([tail, tail[after] + m])
    heads = np.concatenate([np.where(leaves & ~enters, head + m, head), head[after] + m])
    numbers = np.concatenate([hops, hops[after]])
    chosen = np.argsort(tails, kind="stable")
    goals = (int(place[end]),) if net.alliance[end] else (int(place[end]), int(place[end]) + m)
    return Layers(
        nodes, tails[chosen], heads[chosen], net.cost[numbers[chosen]], numbers[chosen], int(place[start]), goals
    )


def to_goal(layers: Layers, without: Sequence[int] = (), hop_kept: Array | None = None) -> Array:
    """Least cost from each state to the goals, infinite where there is no way.

    Args:
        without: positions of nodes that must not be entered or left, in both layers.
        hop_kept: bool per hop between states; the others are not walked.
    """
    m = len(layers.nodes)
    source, target, cost = layers.source, layers.target, layers.cost
    keep = hop_kept
    if without:
        open_ = np.ones(2 * m, bool)
        open_[list(without)] = False
        open_[m:] = open_[:m]
        passable = open_[source] & open_[target]
        keep = passable if keep is None else keep & passable
    if keep is not None:
        source, target, cost = source[keep], target[keep], cost[keep]
    turned = coo_matrix((cost, (target, source)), shape=(layers.size, layers.size)).tocsr()  # type: ignore[no-untyped-call]
    return np.asarray(dijkstra(turned, indices=list(layers.goals), min_only=True))


@dataclass(frozen=True)
class _Lists:
    """A part of the network as plain lists, for the search of single paths.

    Args:
        bounds: the hops from state s are bounds[s] … bounds[s+1]-1.
        target, cost: of each hop.
        lower: least cost from each state to the goals.
        ids: id of the node of a state.
    """

    layers: Layers
    bounds: list[int]
    target: list[int]
    cost: list[float]
    lower: list[float]
    ids: Callable[[int], bytes]


def _lists(layers: Layers, ids: Texts) -> _Lists:
    nodes, m = layers.nodes, len(layers.nodes)
    return _Lists(
        layers,
        np.searchsorted(layers.source, np.arange(layers.size + 1)).tolist(),
        layers.target.tolist(),
        layers.cost.tolist(),
        to_goal(layers).tolist(),
        cache(lambda state: ids.raw(int(nodes[state % m]))),
    )


Way = tuple[float, tuple[int, ...]]


def _spur(at: _Lists, root: tuple[int, ...], banned: set[int], bound: float) -> Way | None:
    """The cheapest way from the last state of `root` to a goal that meets no node of `root` again, and its cost.

    Args:
        banned: states that must not come next.
        bound: what the way may cost at most.
    """
    m = len(at.layers.nodes)
    closed = {state % m for state in root}
    found, exhausted = _best(at, root[-1], closed, banned, bound, at.lower, _PATIENCE)
    if exhausted:
        # Where the root cuts the way off, exact distances without it end a long search at once.
        lower = to_goal(at.layers, sorted(closed)).tolist()
        found, _ = _best(at, root[-1], closed, banned, bound, lower, None)
    return found


def _best(
    at: _Lists,
    start: int,
    closed: set[int],
    banned: set[int],
    bound: float,
    lower: list[float],
    patience: int | None,
) -> tuple[Way | None, bool]:
    """A*; of equal cost the way with the smallest ids. Second value: gave up after `patience` states."""
    goals, m = at.layers.goals, len(at.layers.nodes)
    waiting: list[tuple[float, float, tuple[bytes, ...], tuple[int, ...]]] = [(0.0, 0.0, (), (start,))]
    done: set[int] = set()
    while waiting:
        _, spent, ids, way = heapq.heappop(waiting)
        state = way[-1]
        if state in done:
            continue
        if state in goals:
            return (spent, way), False
        done.add(state)
        if patience is not None and len(done) > patience:
            return None, True
        for j in range(at.bounds[state], at.bounds[state + 1]):
            following = at.target[j]
            rest = lower[following]
            if rest == INFINITE or following in done or following % m in closed:
                continue
            if state == start and following in banned:
                continue
            total = spent + at.cost[j]
            if total + rest <= bound:
                heapq.heappush(waiting, (total + rest, total, (*ids, at.ids(following)), (*way, following)))
    return None, False


def _route(at: _Lists, states: tuple[int, ...]) -> Route:
    """A path of states with its cost and hops."""
    hops, cost = [], 0.0
    for state, following in itertools.pairwise(states):
        j = at.target.index(following, at.bounds[state], at.bounds[state + 1])
        hops.append(int(at.layers.hop[j]))
        cost += at.cost[j]
    return Route(cost, tuple(at.ids(s) for s in states), states, tuple(hops))


def routes(layers: Layers, ids: Texts, k: int) -> list[Route]:
    """The k cheapest simple paths from start to goal: by cost (strength, then hops), then by the ids of their nodes.

    Yen's algorithm, deviating only behind a path's own deviation (Lawler); distances to the goal steer each search.
    """
    at = _lists(layers, ids)
    if at.lower[layers.start] == INFINITE:
        return []
    first = _spur(at, (layers.start,), set(), INFINITE)
    if first is None:
        return []
    found: list[Route] = []
    candidates: list[tuple[Route, int]] = [(_route(at, first[1]), 0)]
    seen = {first[1]}
    while candidates and len(found) < k:
        best, deviation = candidates.pop(0)
        found.append(best)
        wanted = k - len(found)
        for i in range(deviation, len(best.states) - 1) if wanted else ():
            root = best.states[: i + 1]
            banned = {r.states[i + 1] for r in found if r.states[: i + 1] == root}
            spent = _route(at, root).cost
            worst = candidates[wanted - 1][0].cost if len(candidates) >= wanted else INFINITE
            way = _spur(at, root, banned, worst - spent)
            if way is not None and root[:-1] + way[1] not in seen:
                states = root[:-1] + way[1]
                seen.add(states)
                insort(candidates, (_route(at, states), i))
    return found
