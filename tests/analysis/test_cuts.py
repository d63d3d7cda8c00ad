"""What breaks the last path: the smallest cut against every subset, and nothing told of what is hidden."""

from __future__ import annotations

import itertools
from typing import Any

import networkx as nx
from hypothesis import given
from hypothesis import strategies as st

from graph.analysis.paths import paths
from graph.dataset import Dataset
from tests.analysis.districts import few, view_data, view_of
from tests.analysis.walks import WEIGHTS, alliance_visits, networks, oracle_graph, walking_profile

WALKING = walking_profile()


def carriers(data: Dataset, start: str, end: str) -> int:
    """Relations that lead from one straight to the other."""
    found = 0
    for type_, weights in WEIGHTS.items():
        for row in data.relation(type_).iter_rows(named=True):
            ways = (("forward", row["from"], row["to"]), ("backward", row["to"], row["from"]))
            found += any(weights.get(w, 0) and (a, b) == (start, end) for w, a, b in ways)
    return found


def connected(graph: nx.DiGraph, start: str, end: str) -> bool:
    """Whether there is a simple path through at most one alliance."""
    return any(alliance_visits(p) <= 1 for p in nx.all_simple_paths(graph, start, end))


def smallest(graph: nx.DiGraph, start: str, end: str) -> int | None:
    """The size of the smallest set of other nodes without which no path is left, by trying every set."""
    others = sorted(set(graph) - {start, end})
    for size in range(4):
        for lost in itertools.combinations(others, size):
            left = graph.copy()
            left.remove_nodes_from(lost)
            if not connected(left, start, end):
                return size
    return None


@few(30)
@given(networks(), st.data())
def test_the_smallest_cut_is_that_of_every_subset(data: Dataset, draw: st.DataObject) -> None:
    ids = [i for label in ("Organization", "Unit", "Alliance") for i in data.node(label)["id"].to_list()]
    start, end = draw.draw(st.permutations(ids))[:2]
    answer = paths(view_data(data, with_profile=WALKING), [start], [end], k=draw.draw(st.sampled_from([1, 5])))
    (pair,) = answer.totals["pairs"]
    graph = oracle_graph(data)
    if not answer.rows:
        assert pair["cut"] is None
        return
    direct = carriers(data, start, end)
    if graph.has_edge(start, end):
        graph.remove_edge(start, end)
    inner = smallest(graph, start, end)
    if inner is None:
        assert pair["cut"]["size"] is None
        return
    assert pair["cut"]["size"] == inner + direct == len(pair["cut"]["nodes"]) + len(pair["cut"]["relations"])
    graph.remove_nodes_from(v["id"] for v in pair["cut"]["nodes"])
    assert not connected(graph, start, end)
    assert bool(pair["only_nodes"] or pair["only_relations"]) == (inner + direct == 1)


def two_ways(**changes: Any) -> dict[str, Any]:
    """A committee reaches a unit through two communities; `changes` replace the types of relations."""
    return {
        "SUBORDINATE_TO": [{"from": "a", "to": "d"}, {"from": "b", "to": "d"}],
        "PAIRED_WITH": [{"from": "a", "to": "u"}, {"from": "b", "to": "u"}],
    } | changes


def test_two_ways_are_cut_by_two_and_the_answer_names_them() -> None:
    nodes = {"Organization": [{"id": i} for i in "dab"], "Unit": [{"id": "u"}]}
    answer = paths(view_of(nodes, two_ways(), with_profile=WALKING), ["t.d"], ["t.u"])
    (pair,) = answer.totals["pairs"]
    assert pair["only_nodes"] == pair["only_relations"] == []
    assert (pair["cut"]["size"], [v["id"] for v in pair["cut"]["nodes"]]) == (2, ["t.a", "t.b"])
    assert "同时失去“a”、“b”（2处）" in answer.totals["notices"][0]["text"]


def test_five_ways_are_too_many_to_name() -> None:
    middle = [f"m{i}" for i in range(5)]
    nodes = {"Organization": [{"id": i} for i in ["d", *middle]], "Unit": [{"id": "u"}]}
    relations = {
        "SUBORDINATE_TO": [{"from": m, "to": "d"} for m in middle],
        "PAIRED_WITH": [{"from": m, "to": "u"} for m in middle],
    }
    answer = paths(view_of(nodes, relations, with_profile=WALKING), ["t.d"], ["t.u"], k=2)
    assert answer.totals["pairs"][0]["cut"]["size"] is None
    assert answer.totals["notices"][0]["code"] == "many-ways"


def hidden_way(*, made_up: bool, through: str) -> dict[str, Any]:
    """What a caller is told who sees neither of the two nodes in the middle of the only path."""
    nodes = {
        "Organization": [{"id": i, "generated": made_up and i in "xy"} for i in "dxyz"],
        "Unit": [{"id": "u"}],
        "Alliance": [{"id": "l"}],
    }
    relations: dict[str, Any] = {
        "SUBORDINATE_TO": [{"from": "x", "to": "d"}],
        "PAIRED_WITH": [{"from": "z", "to": "u"}],
    }
    if through == "SUBORDINATE_TO":
        relations["SUBORDINATE_TO"] += [{"from": "y", "to": "x"}, {"from": "z", "to": "y"}]
    else:
        relations[through] = [{"from": "y", "to": "x"}]
        relations["SUBORDINATE_TO"] += [{"from": "z", "to": "y"}]
    view = view_of(nodes, relations, with_profile=WALKING)
    visible = view.visible.copy()
    for each in "xy":
        visible[view.snapshot.index(f"t.{each}")] = False
    return paths(view, ["t.d"], ["t.u"], visible=visible).body()


def test_what_is_hidden_changes_nothing_in_the_answer() -> None:
    open_ = hidden_way(made_up=False, through="SUBORDINATE_TO")
    assert open_ == hidden_way(made_up=True, through="SUBORDINATE_TO") == hidden_way(made_up=True, through="GUIDED_BY")
    (row,) = open_["rows"]
    assert (row["channel"], row["strength"], row["bottleneck"]) == (None, None, None)
    silent = dict.fromkeys(("relation", "direction", "weight", "reason"))
    assert row["hops"][0] == {"from": row["from"], "to": {"hidden": True}} | silent
    assert row["hops"][1] == {"hidden": True}
    (pair,) = open_["totals"]["pairs"]
    assert pair["only_nodes"] == [{"hidden": True}, {"hidden": True}, pair["only_nodes"][2]]
    assert "范围外的一处" in open_["totals"]["notices"][0]["text"]
