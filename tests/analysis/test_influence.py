"""Influence of one node on all others: a hand-made example and the strongest of all simple paths."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from graph.analysis.influence import influence
from graph.analysis.paths import paths
from graph.dataset import Dataset
from graph.errors import NotFoundError, ParameterError
from tests.analysis.districts import view_data, view_of
from tests.analysis.walks import all_paths, networks, oracle_graph, strength, walking_profile

WALKING = walking_profile()


def test_hand_example() -> None:
    view = view_of(
        {"Area": [{"id": "c"}], "Organization": [{"id": "d"}, {"id": "s"}, {"id": "o"}], "Unit": [{"id": "u"}]},
        {
            "SUBORDINATE_TO": [{"from": "s", "to": "d"}, {"from": "o", "to": "s"}],
            "COVERS": [{"from": "o", "to": "c", "mode": "单独"}],
            "PAIRED_WITH": [{"from": "o", "to": "u"}],
        },
        with_profile=WALKING,
    )

    def shown(answer: Any) -> list[tuple[Any, ...]]:
        return [(r["node"]["id"], r["strength"], r["hops"], r["via"]["id"], r["channel"]) for r in answer.rows]

    answer = influence(view, "t.d")
    assert shown(answer) == [
        ("t.s", 1.0, 1, "t.d", "leadership"),
        ("t.o", 1.0, 2, "t.s", "leadership"),
        ("t.c", 1.0, 3, "t.o", "leadership"),
        ("t.u", 0.5, 3, "t.o", "mixed"),
    ]
    assert answer.totals["by_channel"] == {"leadership": 3, "pairing": 0, "alliance": 0, "mixed": 1}
    assert answer.totals["weights"]["basis"] == "本地设定"
    assert shown(influence(view, "t.d", limit=1)) == [("t.s", 1.0, 1, "t.d", "leadership")]
    by_area = influence(view, "t.c")
    assert by_area.totals["represented_by"]["id"] == "t.o"
    assert shown(by_area)[-1] == ("t.u", 0.5, 1, "t.o", "pairing")


def test_what_reaches_nothing_says_zero() -> None:
    view = view_of({"Organization": [{"id": "a"}, {"id": "b"}]}, with_profile=WALKING)
    answer = influence(view, "t.a")
    assert (answer.rows, answer.totals["reached"]) == ([], 0)


def test_bad_questions() -> None:
    view = view_of({"Organization": [{"id": "a"}]}, with_profile=WALKING)
    with pytest.raises(NotFoundError):
        influence(view, "t.none")
    with pytest.raises(ParameterError):
        influence(view, "t.a", limit=0)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(networks(), st.data())
def test_equal_to_the_strongest_of_all_simple_paths(data: Dataset, draw: st.DataObject) -> None:
    ids = [i for label in ("Organization", "Unit", "Alliance") for i in data.node(label)["id"].to_list()]
    start = draw.draw(st.sampled_from(ids))
    graph = oracle_graph(data)
    best = {v: found[0] for v in graph if v != start and (found := all_paths(graph, start, v))}
    view = view_data(data, with_profile=WALKING)
    answer = influence(view, start)
    assert {r["node"]["id"]: r["hops"] for r in answer.rows} == {v: len(p) - 1 for v, p in best.items()}
    assert {r["node"]["id"]: r["strength"] for r in answer.rows} == pytest.approx(
        {v: float(strength(graph, p)) for v, p in best.items()}
    )
    for row in answer.rows:
        way = paths(view, [start], [row["node"]["id"]], k=20).rows
        tied = [r for r in way if r["strength"] == way[0]["strength"] and len(r["hops"]) == row["hops"]]
        assert row["via"]["id"] == min(r["hops"][-1]["from"]["id"] for r in tied)
        assert row["channel"] in {r["channel"] for r in tied}
