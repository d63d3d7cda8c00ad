"""Weak points: a hand-made district, and plain NetworkX on the contracted graph."""

from __future__ import annotations

from typing import Any

import networkx as nx
import pytest
from hypothesis import HealthCheck, given, settings

from graph.analysis.contraction import contraction
from graph.analysis.separation import separation
from graph.analysis.weak_points import betweenness, weak_points
from graph.dataset import Dataset
from graph.errors import NotFoundError
from tests.analysis.districts import PROFILE_DATA, datasets, shuffled, view_data, view_of, with_ended

BRIEF = settings(max_examples=50, deadline=None, suppress_health_check=[HealthCheck.too_slow])
LABELS = ("Area", "Organization", "Unit", "Alliance", "Post", "Facility", "Demand", "Resource", "Project", "Activity")
TIES = ("SUBORDINATE_TO", "PART_OF", *PROFILE_DATA["influence"]["weights"])
COMMUNITIES = ("社区", "村")

NODES: dict[str, Any] = {
    "Area": [
        {"id": "a", "kind": "区县"},
        {"id": "s", "kind": "街道"},
        {"id": "c1", "kind": "社区"},
        {"id": "c2", "kind": "社区"},
        {"id": "g", "kind": "网格"},
    ],
    "Organization": [
        {"id": "oa", "kind": "党委"},
        {"id": "os", "kind": "党工委"},
        {"id": "o1", "kind": "党委"},
        {"id": "o2", "kind": "党委"},
        {"id": "ox", "kind": "党支部"},
    ],
    "Unit": [
        {"id": "u1", "kind": "机关", "capacity": 3},
        {"id": "u2", "kind": "机关", "capacity": 3},
        {"id": "u3", "kind": "国企", "capacity": 1},
    ],
}
RELATIONS: dict[str, Any] = {
    "PART_OF": [
        {"from": "s", "to": "a", "hierarchy": "行政"},
        {"from": "c1", "to": "s", "hierarchy": "行政"},
        {"from": "c2", "to": "s", "hierarchy": "行政"},
        {"from": "g", "to": "c1", "hierarchy": "网格"},
    ],
    "SUBORDINATE_TO": [{"from": "os", "to": "oa"}, {"from": "o1", "to": "os"}, {"from": "o2", "to": "os"}],
    "COVERS": [
        {"from": f"o{x}", "to": y, "mode": "单独"} for x, y in (("a", "a"), ("s", "s"), ("1", "c1"), ("2", "c2"))
    ],
    "PAIRED_WITH": [
        {"from": "o1", "to": "u1"},
        {"from": "o2", "to": "u1"},
        {"from": "o2", "to": "u3"},
        {"from": "ox", "to": "u3"},
    ],
}


def _counts(row: dict[str, Any]) -> tuple[int, ...]:
    return tuple(row["cut_off"].values())


def _node(row: dict[str, Any]) -> str:
    """Id of the element: of a relation its start."""
    element = row["element"]
    return str((element.get("node") or element["from"])["id"])


def test_hand_example() -> None:
    answer = weak_points(view_of(NODES, RELATIONS))
    rows = {(r["kind"], _node(r)): r for r in answer.rows}
    last = rows["last_tie", "t.o1"]
    assert (last["tie"], last["element"]["relation"], last["element"]["to"]["id"]) == ("partner", "PAIRED_WITH", "t.u1")
    assert _counts(last) == (1, 1, 1, 0)
    assert last["replaced_by"]["id"] == "t.u2"
    # The branch ox hangs on the network by its unit u3 alone, which hangs on o2 alone.
    assert _counts(rows["only_passage", "t.u3"]) == (1, 0, 0, 0)
    assert _counts(rows["only_passage", "t.o2"]) == (1, 0, 0, 1)
    bridges = [r["element"] for r in answer.rows if "relation" in r["element"] and r["kind"] == "only_passage"]
    assert {(e["from"]["id"], e["to"]["id"]) for e in bridges} == {("t.o2", "t.u3"), ("t.ox", "t.u3")}
    superior = rows["formal_superior", "t.o1"]
    assert (_counts(superior), superior["element"]["area"]["id"]) == ((0, 1, 0, 0), "t.c1")
    assert superior["replaced_by"]["id"] == "t.os"
    # The street's loss takes all that hangs on its two communities, ox too, which is no formal part of it.
    assert _counts(rows["only_passage", "t.os"]) == (3, 3, 2, 2)
    assert ("formal_superior", "t.oa") not in rows
    assert answer.totals["by_kind"]["formal_superior"] == 1


def test_head_of_several_places_is_a_weak_point_and_one_head_is_not() -> None:
    nodes = NODES | {
        "Post": [
            {"id": "p1", "kind": "网格长", "status": "在岗", "holder_key": "k"},
            {"id": "p2", "kind": "书记", "status": "在岗", "holder_key": "k"},
            {"id": "p3", "kind": "书记", "status": "在岗", "holder_key": "m"},
        ]
    }
    relations = {"OF": [{"from": "p1", "to": "g"}, {"from": "p2", "to": "o1"}, {"from": "p3", "to": "o2"}]}
    rows = [r for r in weak_points(view_of(nodes, RELATIONS | relations)).rows if r.get("tie") == "head"]
    assert [(r["element"]["node"]["id"], [v["id"] for v in r["losers"]]) for r in rows] == [("t.p1", ["t.g", "t.o1"])]


def test_area_and_limit() -> None:
    view = view_of(NODES, RELATIONS)
    inside = weak_points(view, area="t.c1").rows
    assert [r["kind"] for r in inside] == ["last_tie", "hub", "formal_superior"]
    assert {_node(r) for r in inside} == {"t.o1"}
    assert len(weak_points(view, limit=1).rows) < len(weak_points(view).rows)
    with pytest.raises(NotFoundError):
        weak_points(view, area="t.none")


def _number(data: Dataset) -> dict[str, int]:
    ids = [i for label in LABELS for i in sorted(data.node(label)["id"].to_list())]
    return {v: i for i, v in enumerate(ids)}


def _places(data: Dataset) -> dict[str, str]:
    place = {v: v for v in _number(data)}
    areas = set(data.node("Area")["id"].to_list())
    for row in sorted(data.relation("COVERS").iter_rows(named=True), key=lambda r: r["from"], reverse=True):
        if row["mode"] == "单独" and row["to"] in areas:
            place[row["to"]] = row["from"]
    return place


def _formal(data: Dataset, place: dict[str, str]) -> dict[str, str]:
    """Formal superior of each place; a cycle is cut at its lowest node."""
    parent: dict[str, str] = {}
    above: dict[str, str] = {}
    for wanted in ("小区", "行政", "网格"):
        for row in data.relation("PART_OF").iter_rows(named=True):
            if row["hierarchy"] == wanted:
                above[row["from"]] = row["to"]
    number = _number(data)
    for area in sorted(above, key=number.__getitem__):
        if place[area] != place[above[area]]:
            parent[place[area]] = place[above[area]]
    for row in data.relation("SUBORDINATE_TO").iter_rows(named=True):
        parent[row["from"]] = row["to"]
    for cycle in list(nx.simple_cycles(nx.DiGraph(parent.items()))):
        del parent[min(cycle, key=number.__getitem__)]
    return parent


def _contracted(data: Dataset) -> tuple[nx.MultiGraph, dict[str, str], dict[str, str]]:
    place = _places(data)
    parent = _formal(data, place)
    graph = nx.MultiGraph()
    graph.add_nodes_from(v for v in place if place[v] == v)
    for type_ in dict.fromkeys(TIES):
        for row in data.relation(type_).iter_rows(named=True):
            a, b = place[row["from"]], place[row["to"]]
            if a != b and (type_ != "PART_OF" or parent.get(a) == b):
                graph.add_edge(a, b, key=row["id"], relation=row)
    return graph, place, parent


def _below(parent: dict[str, str], top: str) -> set[str]:
    """The place and all formally below it."""
    found = {top}
    while more := {v for v, p in parent.items() if p in found} - found:
        found |= more
    return found


def _root(data: Dataset, parent: dict[str, str], component: set[str]) -> str:
    number = _number(data)
    placed = {v for label in ("Area", "Organization") for v in data.node(label)["id"].to_list()}
    return min(component, key=lambda v: (-len(_below(parent, v)) if v in placed else 0, number[v]))


@BRIEF
@given(datasets())
def test_cut_off_equals_networkx(data: Dataset) -> None:
    graph, place, parent = _contracted(data)
    view = view_data(data)
    net = contraction(view)
    cut = separation(net)
    ids = list(view.snapshot.ids)
    own = {v: tuple(net.own[i].tolist()) for i, v in enumerate(ids)}
    placed = {place[v] for label in ("Area", "Organization") for v in data.node(label)["id"].to_list()}

    def total(parts: list[set[str]]) -> list[int]:
        return [sum(own[v][i] for part in parts for v in part) for i in range(4)]

    points = set(nx.articulation_points(nx.Graph(graph)))
    bridges: dict[str, list[int]] = {}
    for component in nx.connected_components(graph):
        root = _root(data, parent, component)
        for v in component:
            rest = graph.subgraph(component - {v})
            parts = [c for c in nx.connected_components(rest) if root not in c and c & placed]
            formal = [c for c in parts if v in placed and c & placed <= _below(parent, v)]
            other = [c for c in parts if c not in formal]
            expected = ([0] * 4, [0] * 4) if v == root else (total(formal), total(other))
            i = ids.index(v)
            assert (cut.formal[i].tolist(), cut.other[i].tolist()) == expected
            assert v in points or v == root or expected == ([0] * 4, [0] * 4)
        for a, b in nx.bridges(nx.Graph(graph.subgraph(component))):
            left = nx.Graph(graph.subgraph(component))
            left.remove_edge(a, b)
            far = next(c for c in nx.connected_components(left) if root not in c)
            near = a if b in far else b
            formal_part = near in placed and far & placed <= _below(parent, near)
            if far & placed and not formal_part and graph.number_of_edges(a, b) == 1:
                (row,) = graph.get_edge_data(a, b).values()
                bridges[row["relation"]["id"]] = total([far])
    found = {
        _relation(data, r["element"]): list(r["cut_off"].values())
        for r in weak_points(view).rows
        if r["kind"] == "only_passage" and "relation" in r["element"]
    }
    assert found == bridges


def _relation(data: Dataset, element: dict[str, Any]) -> str:
    frame = data.relation(element["relation"])
    ends = (frame["from"] == element["from"]["id"]) & (frame["to"] == element["to"]["id"])
    return str(frame.filter(ends)["id"][0])


@BRIEF
@given(datasets())
def test_betweenness_equals_networkx_on_the_backbone(data: Dataset) -> None:
    graph = nx.Graph(_contracted(data)[0])
    kept = {v for label in ("Unit", "Alliance") for v in data.node(label)["id"].to_list()}
    while leaves := [v for v, d in graph.degree if d <= 1 and v not in kept]:
        graph.remove_nodes_from(leaves)
    graph.remove_nodes_from([v for v, d in list(graph.degree) if d == 0])
    view = view_data(data)
    nodes, found = betweenness(view, contraction(view))
    assert {view.id(v): b for v, b in zip(nodes.tolist(), found.tolist(), strict=True)} == pytest.approx(
        nx.betweenness_centrality(graph)
    )


@settings(BRIEF, max_examples=20)
@given(datasets())
def test_last_partners_by_hand_and_order_changes_nothing(data: Dataset) -> None:
    view = view_data(data)
    body = weak_points(view).body()
    assert weak_points(view_data(shuffled(data, 3))).body() == body
    assert weak_points(view_data(with_ended(data, 3))).body() == body
    partners: dict[str, set[str]] = {}
    for row in data.relation("MEMBER_OF").iter_rows(named=True):
        if row["from"] in set(data.node("Organization")["id"].to_list()):
            partners.setdefault(row["from"], set()).add(row["to"])
    losers = {v["id"] for r in body["rows"] if r.get("tie") == "alliance" for v in r["losers"]}
    assert losers == {v for v, joined in partners.items() if len(joined) == 1}
