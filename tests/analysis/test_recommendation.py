"""Recommendation: the largest and cheapest placement, the set that proves no larger one, and whole districts."""

from __future__ import annotations

import itertools

import networkx as nx
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from graph.analysis.pairing import pairing_load, unpaired
from graph.analysis.placing import competing, place
from graph.analysis.recommendation import recommend
from graph.dataset import Dataset
from tests.analysis.districts import PROFILE_DATA, datasets, few, profile, shuffled, view_data, view_of
from tests.analysis.test_pairing import told

Problem = tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]


@st.composite
def problems(draw: st.DrawFn) -> Problem:
    """At most four demands and three units with at most two places each."""
    demands, units = draw(st.integers(0, 4)), draw(st.integers(1, 3))

    def matrix(of: st.SearchStrategy[int], rows: int, columns: int) -> np.ndarray:
        cells = draw(st.lists(of, min_size=rows * columns, max_size=rows * columns))
        return np.array(cells, np.int64).reshape(rows, columns)

    allowed = matrix(st.integers(0, 1), demands, units).astype(bool)
    room = matrix(st.integers(0, 2), 1, units)[0]
    crowding = np.sort(matrix(st.integers(0, 5), units, 4), axis=1)
    return matrix(st.integers(0, 9), demands, units), allowed, room, crowding


def every_placement(problem: Problem) -> list[tuple[int, ...]]:
    _, allowed, room, _ = problem
    choices = [[-1, *np.flatnonzero(row).tolist()] for row in allowed]
    found = itertools.product(*choices)
    return [p for p in found if all(p.count(u) <= room[u] for u in range(len(room)))]


def worth(problem: Problem, placement: tuple[int, ...]) -> tuple[int, int]:
    """How many are left out, then what it costs: less is better."""
    cost, _, _, crowding = problem
    spent = sum(int(cost[d, u]) for d, u in enumerate(placement) if u >= 0)
    crowded = sum(int(crowding[u, :n].sum()) for u in range(len(crowding)) if (n := placement.count(u)))
    return placement.count(-1), spent + crowded


@given(problems())
@few(300)
def test_the_placement_is_the_largest_and_cheapest_of_all(problem: Problem) -> None:
    found = tuple(place(*problem).tolist())
    assert found in every_placement(problem)
    assert worth(problem, found) == min(worth(problem, p) for p in every_placement(problem))


@given(problems())
@few(300)
def test_the_violating_set_proves_that_no_more_can_be_served(problem: Problem) -> None:
    _, allowed, room, _ = problem
    found = place(*problem)
    demands, units = competing(allowed, found)
    left_out = int((found < 0).sum())
    assert left_out == min(worth(problem, p)[0] for p in every_placement(problem))
    assert not allowed[np.ix_(demands, np.setdiff1d(np.arange(len(room)), units))].any()
    assert len(demands) - int(room[units].sum()) == left_out
    # Hall: no set of demands outnumbers the places it may go to by more.
    subsets = itertools.chain.from_iterable(itertools.combinations(range(len(found)), n) for n in range(len(found) + 1))
    shortage = [len(s) - int(room[allowed[list(s)].any(axis=0)].sum()) if s else 0 for s in subsets]
    assert max(shortage) == left_out


NODES = {
    "Area": [
        {"id": "d", "kind": "区县"},
        {"id": "s", "kind": "街道", "name": "一街道"},
        {"id": "z", "kind": "街道", "name": "二街道"},
        {"id": "c1", "kind": "社区"},
        {"id": "c2", "kind": "社区"},
        {"id": "c3", "kind": "社区"},
    ],
    "Organization": [{"id": f"o{i}", "kind": "党委", "tier": "社区党委"} for i in (1, 2, 3)],
    "Unit": [
        {"id": "hospital", "kind": "国企", "sector": "医疗"},
        {"id": "school", "kind": "国企"},
        {"id": "far", "kind": "国企", "capacity": 9},
        {"id": "shut", "kind": "国企", "operating": False},
        {"id": "office", "kind": "机关", "capacity": 2},
    ],
    "Demand": [{"id": "n1", "category": "教育"}, {"id": "n2", "category": "医疗"}],
    "Resource": [{"id": "r1", "category": "教育"}],
}
RELATIONS = {
    "PART_OF": [
        {"from": a, "to": b, "hierarchy": "行政"}
        for a, b in (("s", "d"), ("z", "d"), ("c1", "s"), ("c2", "s"), ("c3", "z"))
    ],
    "COVERS": [{"from": f"o{i}", "to": f"c{i}", "mode": "单独"} for i in (1, 2, 3)],
    "LOCATED_IN": [{"from": "hospital", "to": "s"}, {"from": "school", "to": "s"}, {"from": "office", "to": "s"}],
    "NEEDS": [{"from": "o1", "to": "n1"}, {"from": "o2", "to": "n2"}],
    "OFFERS": [{"from": "school", "to": "r1"}],
    "PAIRED_WITH": [
        {"from": "o3", "to": "office", "since": "2026-06-01"},
        {"from": "o1", "to": "far", "agreement_until": "2026-01-01"},
    ],
}
OPTIONAL = profile(
    pairing=PROFILE_DATA["pairing"] | {"kinds": [{**k, "required": False} for k in PROFILE_DATA["pairing"]["kinds"]]}
)


def test_needs_decide_and_the_reasons_say_so() -> None:
    answer = recommend(view_of(NODES, RELATIONS, with_profile=OPTIONAL))
    pairs = {(r["community"]["id"], r["unit"]["id"]) for r in answer.rows}
    assert pairs == {("t.c1", "t.school"), ("t.c2", "t.hospital")}
    first = answer.rows[0]
    assert [r["code"] for r in first["reasons"]] == ["need-match", "missing-kind", "near", "load"]
    assert first["reasons"][0]["text"] == "能满足需求：教育（社区待解决需求1类中的1类）"
    assert first["reasons"][2]["text"] == "同在一街道"
    # need 1 × 0.4 + kind 1 × 0.3 + half the way up shared × 0.2 + nothing carried × 0.1
    assert first["score"] == 0.9
    assert answer.more["hall"] is None


def test_of_equals_the_old_partner_comes_first_and_is_a_renewal() -> None:
    nodes = NODES | {"Unit": [{"id": i, "kind": "国企"} for i in ("a", "b", "c")], "Demand": [], "Resource": []}
    ties = {"PAIRED_WITH": [{"from": "o2", "to": "b", "agreement_until": "2026-01-01"}], "LOCATED_IN": []}
    without = {"NEEDS": [], "OFFERS": []}
    answer = recommend(view_of(nodes, RELATIONS | ties | without, with_profile=OPTIONAL))
    renewed = next(r for r in answer.rows if r["community"]["id"] == "t.c2")
    assert renewed["unit"]["id"] == "t.b" and renewed["renewal"]
    assert renewed["reasons"][0]["code"] == "renewal"


def test_a_required_kind_that_runs_out_is_told_with_the_communities_that_compete_for_it() -> None:
    answer = recommend(view_of(NODES, RELATIONS))
    assert [r["unit"]["id"] for r in answer.rows] == ["t.office"]
    hall = answer.more["hall"]
    assert [c["id"] for c in hall["communities"]] == ["t.c1", "t.c2"]
    assert [u["id"] for u in hall["units"]] == ["t.office"]
    assert (hall["demand"], hall["capacity"], hall["missing"]) == (2, 1, 1)
    assert [(u["kind"], u["reason"]["code"]) for u in answer.more["unmet"]] == [("机关部门", "no-place")]
    assert "缺1个" in answer.totals["notices"][-1]["text"]


def test_every_kind_asks_for_all_that_is_missing() -> None:
    answer = recommend(view_of(NODES, RELATIONS, with_profile=OPTIONAL), every_kind=True)
    # c1 and c2 lack both kinds, c3 lacks a firm.
    assert answer.totals["demand"] == 5
    assert answer.totals["unmet"] == 1


@pytest.mark.parametrize(("changes", "code"), [({"pairing": None}, "no-pairing"), ({}, "no-communities")])
def test_nothing_to_recommend_is_said(changes: dict[str, None], code: str) -> None:
    answer = recommend(view_of({"Area": [{"id": "d", "kind": "区县"}]}, with_profile=profile(**changes)))
    assert answer.rows == [] and answer.totals["notices"][0]["code"] == code
    assert answer.body()["pairs"] == [] and answer.body()["hall"] is None


@given(datasets(), st.booleans())
@few(60)
def test_a_random_district_is_served_as_far_as_its_places_go(data: Dataset, every_kind: bool) -> None:
    view = view_data(data)
    answer = recommend(view, every_kind=every_kind)
    load = {r["node"]["id"]: r["partners"] for r in pairing_load(view).rows if r["side"] == "unit"}
    bare = {
        r["area"]["id"]
        for r in unpaired(view).rows
        if r["side"] == "community" and (r["states"][0] == "none" or r["states"][-1] == "expired")
    }
    named = {r["community"]["id"] for r in (*answer.rows, *answer.more["unmet"])}
    assert bare <= named
    units = [r["unit"]["id"] for r in answer.rows]
    pairs = [(r["community"]["id"], r["unit"]["id"]) for r in answer.rows]
    assert len(set(pairs)) == len(pairs)
    span = view.snapshot.span("Unit")
    own = {view.id(u): view.snapshot.value(u, "capacity") for u in range(span.start, span.stop)}
    limit = {u: 1 if c is None else int(c) for u, c in own.items()}
    for unit in set(units):
        assert units.count(unit) + load[unit] <= limit[unit]
    kinds = dict(zip(*(data.node("Unit")[c].to_list() for c in ("id", "kind")), strict=True))
    free = {unit: max(limit[unit] - load.get(unit, 0), 0) for unit in limit}
    asked = [(r["kind"], every_kind or "reason" in r) for r in (*answer.rows, *answer.more["unmet"])]
    flow, _ = nx.maximum_flow(_network(asked, free, kinds), "s", "t")
    assert flow == len(answer.rows)


def _network(asked: list[tuple[str | None, bool]], free: dict[str, int], kinds: dict[str, str]) -> nx.DiGraph:
    """Every demand (its kind, and whether it is bound to that), the units of that kind, and their free places."""
    of = {"机关": "机关部门", "非公企业": "企业", "国企": "企业"}
    graph = nx.DiGraph()
    graph.add_nodes_from("st")
    for i, (wanted, bound) in enumerate(asked):
        graph.add_edge("s", i, capacity=1)
        for unit, kind in kinds.items():
            if kind in of and (wanted == of[kind] or wanted is None or not (bound or wanted == "机关部门")):
                graph.add_edge(i, unit, capacity=1)
                graph.add_edge(unit, "t", capacity=free[unit])
    return graph


@given(datasets(), st.integers(0, 9))
@few(25)
def test_the_order_of_rows_changes_nothing(data: Dataset, seed: int) -> None:
    first, second = recommend(view_data(data)), recommend(view_data(shuffled(data, seed)))
    assert first.body() == second.body()


def several_kinds(capacity: int) -> dict[str, object]:
    """Kinds that share units: a 国企 of the 医疗 sector is a hospital and a firm at once."""
    kinds = [
        {"id": "firms", "name": "企业", "unit_kinds": ["国企"], "required": True},
        {"id": "hospitals", "name": "医院", "unit_kinds": ["国企"], "sectors": ["医疗", "物业"], "required": True},
    ]
    return PROFILE_DATA["pairing"] | {"kinds": kinds, "default_capacity": capacity}  # type: ignore[no-any-return]


def test_one_unit_of_two_kinds_makes_up_for_both() -> None:
    nodes = NODES | {"Unit": [{"id": "hospital", "kind": "国企", "sector": "医疗", "capacity": 3}]}
    relations = RELATIONS | {"PAIRED_WITH": [], "LOCATED_IN": [], "OFFERS": []}
    answer = recommend(view_of(nodes, relations, with_profile=profile(pairing=several_kinds(1))))
    assert [(r["community"]["id"], r["unit"]["id"]) for r in answer.rows] == [
        (f"t.c{i}", "t.hospital") for i in (1, 2, 3)
    ]
    assert (answer.totals["demand"], answer.totals["served"], answer.more["hall"]) == (6, 6, None)
    assert "补上所缺的企业、医院" in {r["text"] for r in answer.rows[0]["reasons"]}


@given(datasets(), st.integers(1, 3))
@few(40)
def test_units_of_several_kinds_are_given_once_to_a_community_and_never_beyond_their_places(
    data: Dataset, places: int
) -> None:
    data = told(data)
    view = view_data(data, with_profile=profile(pairing=several_kinds(places)))
    answer = recommend(view, every_kind=True)
    pairs = [(r["community"]["id"], r["unit"]["id"]) for r in answer.rows]
    assert len(set(pairs)) == len(pairs)
    before = {r["node"]["id"]: r for r in pairing_load(view).rows if r["side"] == "unit"}
    for unit in {u for _, u in pairs}:
        assert before[unit]["partners"] + sum(u == unit for _, u in pairs) <= before[unit]["limit"]
    left = {(u["community"]["id"], u["kind"]) for u in answer.more["unmet"]}
    for row in unpaired(view).rows:
        if row["side"] == "community":
            mine = {u for c, u in pairs if c == row["area"]["id"]}
            sectors = {view.snapshot.value(view.snapshot.index(u), "sector") for u in mine}
            has = {"企业"} if mine else set()
            has |= {"医院"} if "物业" in sectors else set()
            assert {k for c, k in left if c == row["area"]["id"]} == set(row["missing"]) - has
