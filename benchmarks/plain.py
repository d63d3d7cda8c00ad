"""The same questions in plain NetworkX, written the way one would who knows nothing of arrays."""

from __future__ import annotations

import itertools
import math
from collections import Counter
from dataclasses import dataclass

import networkx as nx

from graph.dataset import Dataset
from graph.profile import CoverageRule, Profile

State = tuple[str, int]
Counts = dict[str, tuple[int, int]]


@dataclass(frozen=True)
class Plain:
    """The city as NetworkX: `kinds` of all nodes, the area tree (child → parent), who covers what, and the walked
    graph (`cost` = −ln weight)."""

    kinds: dict[str, str]
    areas: nx.DiGraph
    covers: nx.MultiDiGraph
    walked: nx.DiGraph


def plain(data: Dataset, profile: Profile) -> Plain:
    """Build the NetworkX graphs."""
    kinds = {
        i: k
        for frame in data.nodes.values()
        for i, k in zip(frame["id"].to_list(), frame["kind"].to_list(), strict=True)
    }
    part = data.relation("PART_OF")
    areas = nx.DiGraph(zip(part["from"].to_list(), part["to"].to_list(), strict=True))
    covers = nx.MultiDiGraph()
    cover = data.relation("COVERS")
    for source, target, mode in zip(*(cover[c].to_list() for c in ("from", "to", "mode")), strict=True):
        covers.add_edge(target, source, mode=mode)
    return Plain(kinds, areas, covers, walked(data, profile))


def walked(data: Dataset, profile: Profile) -> nx.DiGraph:
    """The walked graph in two layers, (id, 0) before the alliance and (id, 1) after it, so that a path passes at most
    one; of several hops between two nodes the strongest. No tie of the city is dormant on the day asked about."""
    alliances = set(data.node("Alliance")["id"].to_list())
    graph = nx.DiGraph()
    for type_, weights in profile.influence.weights.items():
        frame = data.relation(type_)
        for source, target in zip(frame["from"].to_list(), frame["to"].to_list(), strict=True):
            for a, b, weight in ((source, target, weights.forward), (target, source, weights.backward)):
                if weight > 0:
                    for tail, head in _layers(a, b, alliances):
                        cost = -math.log(weight)
                        if not graph.has_edge(tail, head) or graph[tail][head]["cost"] > cost:
                            graph.add_edge(tail, head, cost=cost)
    return graph


def _layers(a: str, b: str, alliances: set[str]) -> list[tuple[State, State]]:
    if b in alliances:
        return [((a, 0), (b, 0))]
    if a in alliances:
        return [((a, 0), (b, 1))]
    return [((a, 0), (b, 0)), ((a, 1), (b, 1))]


def coverage(graphs: Plain, rule: CoverageRule) -> Counts:
    """Total and covered subjects strictly below every area."""
    total: Counter[str] = Counter()
    covered: Counter[str] = Counter()
    for node, kind in graphs.kinds.items():
        if kind not in rule.subject.kinds or node not in graphs.areas:
            continue
        has = node in graphs.covers and any(
            tie["mode"] in rule.modes and (not rule.organization_kinds or graphs.kinds[o] in rule.organization_kinds)
            for o, ties in graphs.covers[node].items()
            for tie in ties.values()
        )
        above = next(iter(graphs.areas[node]), None)
        while above is not None:
            total[above] += 1
            covered[above] += has
            above = next(iter(graphs.areas[above]), None)
    return {area: (n, covered[area]) for area, n in total.items()}


def strongest(graph: nx.DiGraph, start: str, end: str) -> list[float]:
    """Strength of the strongest path by Dijkstra on the whole graph, none if there is no path."""
    if (start, 0) not in graph:
        return []
    cost: dict[State, float] = nx.single_source_dijkstra_path_length(graph, (start, 0), weight="cost")
    found = [cost[goal] for goal in ((end, 0), (end, 1)) if goal in cost]
    return [math.exp(-min(found))] if found else []


def strongest_simple(graph: nx.DiGraph, start: str, end: str, k: int) -> list[float]:
    """Strengths of the k strongest simple paths by `shortest_simple_paths` (a path through both layers of a node is
    not simple and left out)."""
    goal = (end, 2)
    graph.add_edges_from((((end, layer), goal) for layer in (0, 1) if (end, layer) in graph), cost=0.0)
    try:
        if (start, 0) not in graph or goal not in graph or not nx.has_path(graph, (start, 0), goal):
            return []
        every = nx.shortest_simple_paths(graph, (start, 0), goal, weight="cost")
        simple = (p for p in every if len({v for v, _ in p[:-1]}) == len(p) - 1)
        return [
            math.exp(-sum(graph[a][b]["cost"] for a, b in itertools.pairwise(p))) for p in itertools.islice(simple, k)
        ]
    finally:
        if goal in graph:
            graph.remove_node(goal)
