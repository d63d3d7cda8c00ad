"""Random small networks and the brute-force oracle of their paths, for tests of paths, influence and weak points."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterable, Mapping
from fractions import Fraction
from typing import Any

import networkx as nx
from hypothesis import strategies as st

from graph.dataset import Dataset
from graph.profile import Profile
from tests.analysis.districts import data_of, profile

WEIGHTS: dict[str, dict[str, Any]] = {
    "SUBORDINATE_TO": {"backward": 1.0, "channel": "leadership"},
    "GUIDED_BY": {"backward": 0.6, "channel": "leadership"},
    "COVERS": {"forward": 1.0, "channel": "leadership"},
    "BELONGS_TO": {"forward": 0.5, "backward": 0.5, "channel": "leadership"},
    "PAIRED_WITH": {"forward": 0.5, "backward": 0.6, "channel": "pairing"},
    "REPORTED_TO": {"forward": 0.3, "channel": "pairing"},
    "MEMBER_OF": {"forward": 0.5, "backward": 0.5, "channel": "alliance"},
    "FEDERATES": {"forward": 0.5, "backward": 0.8, "channel": "alliance"},
}
ALLIANCE = "l"


def walking_profile(**changes: Any) -> Profile:
    """The profile of the small networks."""
    return profile(influence={"weights": WEIGHTS, "dormant_factor": 0.5} | changes)


@st.composite
def networks(draw: st.DrawFn) -> Dataset:
    """Up to 7 organizations, 4 units, 3 alliances and 2 areas with random relations of every walked type."""
    orgs = [f"o{i}" for i in range(draw(st.integers(2, 7)))]
    units = [f"u{i}" for i in range(draw(st.integers(0, 4)))]
    alliances = [f"{ALLIANCE}{i}" for i in range(draw(st.integers(0, 3)))]
    areas = ["a0", "a1"]

    def link(sources: list[str], targets: list[str], most: int, **same: Any) -> list[dict[str, Any]]:
        if not sources or not targets:
            return []
        ends = st.tuples(st.sampled_from(sources), st.sampled_from(targets)).filter(lambda e: e[0] != e[1])
        return [{"from": a, "to": b, **same} for a, b in draw(st.lists(ends, max_size=most, unique=True))]

    relations = {
        "SUBORDINATE_TO": [
            {"from": o, "to": orgs[j]} for i, o in enumerate(orgs) if (j := draw(st.integers(-1, i - 1))) >= 0
        ],
        "GUIDED_BY": link(orgs, orgs, 4) if len(orgs) > 1 else [],
        "COVERS": link(orgs, areas + units, 3, mode="单独"),
        "BELONGS_TO": link(orgs, units, 1),
        "PAIRED_WITH": link(
            orgs, units, 6, since="2020-01-01", last_active=draw(st.sampled_from([None, "2021-01-01"]))
        ),
        "REPORTED_TO": link(orgs, orgs, 3, half="单位"),
        "MEMBER_OF": link(orgs + units, alliances, 7, role="成员"),
        "FEDERATES": link(alliances, alliances, 2) if len(alliances) > 1 else [],
    }
    nodes = {"Area": areas, "Organization": orgs, "Unit": units, "Alliance": alliances}
    return data_of({k: [{"id": i} for i in v] for k, v in nodes.items()}, relations)


def oracle_graph(data: Dataset, allowed: Iterable[str] = tuple(WEIGHTS), dormant_factor: str = "0.5") -> nx.DiGraph:
    """The walked graph as plain NetworkX, the strongest hop between two nodes, exact weights."""
    graph = nx.DiGraph()
    for frame in data.nodes.values():
        graph.add_nodes_from(frame["id"].to_list())
    for type_ in allowed:
        for row in data.relation(type_).iter_rows(named=True):
            sleeping = type_ == "PAIRED_WITH" and (row["last_active"] or "9") < "2025"
            factor = Fraction(dormant_factor) if sleeping else Fraction(1)
            for source, target, key in ((row["from"], row["to"], "forward"), (row["to"], row["from"], "backward")):
                weight = Fraction(str(WEIGHTS[type_].get(key, 0))) * factor
                if weight > 0 and (not graph.has_edge(source, target) or graph[source][target]["w"] < weight):
                    graph.add_edge(source, target, w=weight)
    return graph


def strength(graph: nx.DiGraph, path: list[str]) -> Fraction:
    """Product of the weights along a path."""
    return math.prod((graph[a][b]["w"] for a, b in itertools.pairwise(path)), start=Fraction(1))


def alliance_visits(path: list[str]) -> int:
    """How often a path enters (or starts in) an alliance from outside."""
    inside = [v.startswith(f"t.{ALLIANCE}") for v in path]
    return sum(now and not before for now, before in zip(inside, [False, *inside], strict=False))


def all_paths(graph: nx.DiGraph, start: str, end: str) -> list[list[str]]:
    """Every simple path through at most one alliance: strongest first, then fewer hops, then ids."""
    found = [p for p in nx.all_simple_paths(graph, start, end) if alliance_visits(p) <= 1]
    return sorted(found, key=lambda p: (-strength(graph, p), len(p), p))


def nodes_of(row: Mapping[str, Any]) -> list[str]:
    """The ids along a path row."""
    return [row["hops"][0]["from"]["id"], *(h["to"]["id"] for h in row["hops"])]
