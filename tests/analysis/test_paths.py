"""Influence paths: a hand-made example, every simple path by brute force, filters, redaction and errors."""

from __future__ import annotations

import itertools
from typing import Any

import networkx as nx
import numpy as np
import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from graph.analysis.paths import paths
from graph.dataset import Dataset
from graph.errors import NotFoundError, ParameterError
from graph.view import View
from tests.analysis.districts import shuffled, view_data, view_of, with_ended
from tests.analysis.walks import WEIGHTS, all_paths, networks, nodes_of, oracle_graph, strength, walking_profile

WALKING = walking_profile()
BRIEF = settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
BRIEFER = settings(BRIEF, max_examples=15)


def five(**changes: Any) -> View:
    """District committee over a street over two communities; one unit paired with both; the street's alliance."""
    nodes = {
        "Area": [{"id": "c1", "kind": "社区"}],
        "Organization": [{"id": "d"}, {"id": "s"}, {"id": "o1"}, {"id": "o2"}],
        "Unit": [{"id": "u"}],
        "Alliance": [{"id": "l"}],
    }
    relations: dict[str, Any] = {
        "SUBORDINATE_TO": [{"from": "s", "to": "d"}, {"from": "o1", "to": "s"}, {"from": "o2", "to": "s"}],
        "COVERS": [{"from": "o1", "to": "c1", "mode": "单独"}],
        "PAIRED_WITH": [{"from": "o1", "to": "u"}, {"from": "o2", "to": "u"}],
        "MEMBER_OF": [{"from": "s", "to": "l", "role": "牵头"}, {"from": "u", "to": "l", "role": "成员"}],
    }
    return view_of(nodes, relations | changes, with_profile=WALKING)


def test_hand_example_with_alternatives() -> None:
    body = paths(five(), ["t.d"], ["t.u"], k=5).body()
    assert [(nodes_of(r), r["strength"], r["channel"], r["bottleneck"]) for r in body["rows"]] == [
        (["t.d", "t.s", "t.o1", "t.u"], 0.5, "mixed", 2),
        (["t.d", "t.s", "t.o2", "t.u"], 0.5, "mixed", 2),
        (["t.d", "t.s", "t.l", "t.u"], 0.25, "mixed", 1),
    ]
    (pair,) = body["totals"]["pairs"]
    assert [v["id"] for v in pair["only_nodes"]] == ["t.s"]
    assert [(r["relation"], r["from"]["id"], r["to"]["id"]) for r in pair["only_relations"]] == [
        ("SUBORDINATE_TO", "t.s", "t.d")
    ]
    assert body["totals"]["weights"]["basis"] == "本地设定"
    hop = body["rows"][0]["hops"][0]
    assert hop["direction"] == "backward"
    assert hop["reason"] == {"code": "subordinate-to-backward", "text": "上级党组织领导下级党组织"}


def test_leadership_does_not_run_upwards_or_to_siblings() -> None:
    answer = paths(five(PAIRED_WITH=[], MEMBER_OF=[]), ["t.o1"], ["t.o2"])
    assert answer.rows == []
    assert answer.totals["pairs"][0]["why"]["code"] == "not-connected"


def test_area_is_reached_by_its_organization_and_speaks_through_it() -> None:
    to_area = paths(five(), ["t.d"], ["t.c1"], k=1).rows[0]
    assert nodes_of(to_area) == ["t.d", "t.s", "t.o1", "t.c1"]
    assert (to_area["channel"], to_area["strength"]) == ("leadership", 1.0)
    from_area = paths(five(), ["t.c1"], ["t.u"], k=1)
    assert nodes_of(from_area.rows[0]) == ["t.o1", "t.u"]
    assert from_area.totals["pairs"][0]["from_represented_by"]["id"] == "t.o1"


def test_dormant_tie_weighs_less_and_says_so() -> None:
    old = {"since": "2020-01-01", "last_active": "2021-01-01"}
    row = paths(five(PAIRED_WITH=[{"from": "o1", "to": "u", **old}]), ["t.o1"], ["t.u"]).rows[0]
    assert row["hops"][0]["weight"] == 0.25
    assert row["hops"][0]["reason"]["code"] == "paired-with-forward-dormant"
    unknown = paths(five(PAIRED_WITH=[{"from": "o1", "to": "u", "since": "2020-01-01"}]), ["t.o1"], ["t.u"]).rows[0]
    assert unknown["hops"][0]["weight"] == 0.5


def test_only_one_alliance() -> None:
    ends = [("o1", "l"), ("u", "l"), ("u", "l2"), ("o2", "l2")]
    view = view_of(
        {"Organization": [{"id": "o1"}, {"id": "o2"}], "Unit": [{"id": "u"}], "Alliance": [{"id": "l"}, {"id": "l2"}]},
        {"MEMBER_OF": [{"from": a, "to": b, "role": "成员"} for a, b in ends]},
        with_profile=WALKING,
    )
    assert paths(view, ["t.o1"], ["t.o2"]).rows == []
    assert nodes_of(paths(view, ["t.o1"], ["t.l"]).rows[0]) == ["t.o1", "t.l"]
    assert nodes_of(paths(view, ["t.o1"], ["t.u"]).rows[0]) == ["t.o1", "t.l", "t.u"]


def test_filters_avoid_and_several_targets() -> None:
    view = five()
    by_alliance = paths(view, ["t.d"], ["t.u"], without=["PAIRED_WITH"])
    assert [nodes_of(r) for r in by_alliance.rows] == [["t.d", "t.s", "t.l", "t.u"]]
    assert paths(view, ["t.d"], ["t.u"], without=["共建"]).rows == by_alliance.rows
    chain = paths(view, ["t.d"], ["t.u"], only=["隶属"])
    assert (chain.rows, chain.totals["pairs"][0]["why"]["code"]) == ([], "filtered")
    around = paths(view, ["t.d"], ["t.u"], avoid=["t.o1"])
    assert "t.o1" not in {v for r in around.rows for v in nodes_of(r)}
    several = paths(view, ["t.d"], ["t.u", "t.o1"], k=2)
    assert [(r["to"]["id"], r["rank"]) for r in several.rows] == [("t.u", 1), ("t.u", 2), ("t.o1", 1), ("t.o1", 2)]


def test_redaction_hides_nodes_and_the_whole_strength() -> None:
    view = five()
    visible = view.visible.copy()
    visible[view.snapshot.index("t.s")] = False
    row = paths(view, ["t.d"], ["t.u"], k=1, visible=visible).rows[0]
    assert row["strength"] is None and row["bottleneck"] is None
    assert row["hops"][0]["to"] == {"hidden": True} == row["hops"][1]["from"]
    assert row["hops"][2]["to"]["id"] == "t.u"
    visible[view.snapshot.index("t.o1")] = False
    assert paths(view, ["t.d"], ["t.u"], k=1, visible=visible).rows[0]["hops"][1] == {"hidden": True}
    with pytest.raises(NotFoundError):
        paths(view, ["t.d"], ["t.s"], visible=visible)


@pytest.mark.parametrize(
    ("arguments", "error"),
    [
        ({"k": 0}, ParameterError),
        ({"k": 21}, ParameterError),
        ({"only": ["LIKES"]}, ParameterError),
        ({"without": ["区域归属"]}, ParameterError),
        ({"avoid": ["t.d"]}, ParameterError),
        ({"avoid": ["t.none"]}, NotFoundError),
        ({"to_ids": ["t.d"]}, ParameterError),
        ({"to_ids": ["t.none"]}, NotFoundError),
        ({"to_ids": []}, ParameterError),
    ],
)
def test_bad_questions(arguments: dict[str, Any], error: type[Exception]) -> None:
    with pytest.raises(error) as raised:
        paths(five(), **({"from_ids": ["t.d"], "to_ids": ["t.u"]} | arguments))
    assert raised.value.remedy  # type: ignore[attr-defined]


def test_unknown_relation_names_the_allowed_ones() -> None:
    with pytest.raises(ParameterError) as raised:
        paths(five(), ["t.d"], ["t.u"], only=["LIKES"])
    assert "PAIRED_WITH（结对共建）" in raised.value.remedy


def _pick(data: Dataset, draw: st.DataObject) -> tuple[str, str]:
    ids = [i for label in ("Organization", "Unit", "Alliance") for i in data.node(label)["id"].to_list()]
    start, end = draw.draw(st.sampled_from(ids)), draw.draw(st.sampled_from(ids))
    assume(start != end)
    return start, end


@BRIEF
@given(networks(), st.data())
def test_equal_to_every_simple_path(data: Dataset, draw: st.DataObject) -> None:
    start, end = _pick(data, draw)
    k = draw.draw(st.integers(1, 20))
    without = draw.draw(st.sampled_from([(), (), ("PAIRED_WITH",), ("SUBORDINATE_TO", "MEMBER_OF")]))
    graph = oracle_graph(data, [t for t in WEIGHTS if t not in without])
    expected = all_paths(graph, start, end)
    answer = paths(view_data(data, with_profile=WALKING), [start], [end], k=k, without=without)
    assert [nodes_of(r) for r in answer.rows] == expected[:k]
    assert [r["strength"] for r in answer.rows] == pytest.approx([float(strength(graph, p)) for p in expected[:k]])
    (pair,) = answer.totals["pairs"]
    if expected:
        always = set(expected[0][1:-1]).intersection(*(p[1:-1] for p in expected))
        assert [v["id"] for v in pair["only_nodes"]] == [v for v in expected[0][1:-1] if v in always]
    else:
        assert pair["why"]["text"]


@BRIEFER
@given(networks(), st.data())
def test_only_relations_are_those_whose_loss_leaves_no_path(data: Dataset, draw: st.DataObject) -> None:
    start, end = _pick(data, draw)
    answer = paths(view_data(data, with_profile=WALKING), [start], [end], k=3)
    expected = set()
    for type_ in WEIGHTS if answer.rows else ():
        frame = data.relation(type_)
        for row in frame.iter_rows(named=True):
            left = dict(data.relations) | {type_: frame.filter(frame["id"] != row["id"])}
            if not all_paths(oracle_graph(Dataset("t", data.nodes, left)), start, end):
                expected.add((type_, row["from"], row["to"]))
    (pair,) = answer.totals["pairs"]
    assert {(r["relation"], r["from"]["id"], r["to"]["id"]) for r in pair["only_relations"]} == expected


@BRIEFER
@given(networks(), st.data())
def test_order_of_rows_and_ended_relations_change_nothing(data: Dataset, draw: st.DataObject) -> None:
    start, end = _pick(data, draw)
    first = paths(view_data(data, with_profile=WALKING), [start], [end]).body()
    assert paths(view_data(shuffled(data, 7), with_profile=WALKING), [start], [end]).body() == first
    assert paths(view_data(with_ended(data, 7), with_profile=WALKING), [start], [end]).body() == first


def test_long_search_that_finds_nothing() -> None:
    """A ring of 400 returns only through the path itself: the search gives up and takes exact distances."""
    ring = [f"c{i:03}" for i in range(400)]
    steps = [("s", "r"), ("r", "t"), ("r", ring[0]), (ring[-1], "r"), *itertools.pairwise(ring)]
    relations = {"GUIDED_BY": [{"from": b, "to": a} for a, b in steps]}
    view = view_of({"Organization": [{"id": v} for v in ["s", "r", "t", *ring]]}, relations, with_profile=WALKING)
    assert [nodes_of(r) for r in paths(view, ["t.s"], ["t.t"], k=3).rows] == [["t.s", "t.r", "t.t"]]


@settings(max_examples=10, deadline=None)
@given(st.integers(0, 10**6))
def test_larger_graphs_agree_with_networkx(seed: int) -> None:
    chance = np.random.default_rng(seed)
    orgs = [f"o{i:03}" for i in range(300)]
    ends = {(int(a), int(b)) for a, b in chance.integers(0, 300, (700, 2)) if a != b}
    relations = {"GUIDED_BY": [{"from": orgs[b], "to": orgs[a]} for a, b in ends]}
    view = view_of({"Organization": [{"id": o} for o in orgs]}, relations, with_profile=WALKING)
    graph = nx.DiGraph((f"t.{orgs[a]}", f"t.{orgs[b]}") for a, b in ends)
    start, end = "t.o000", "t.o001"
    expected: list[list[str]] = []
    if graph.has_node(start) and graph.has_node(end) and nx.has_path(graph, start, end):
        for path in nx.shortest_simple_paths(graph, start, end):
            if len(expected) >= 20 and len(path) > len(expected[-1]):
                break
            expected.append(path)
    found = [nodes_of(r) for r in paths(view, [start], [end], k=20).rows]
    assert found == sorted(expected, key=lambda p: (len(p), p))[:20]
