"""Pairing: states of ties by hand, both sides' gaps against plain dictionaries, load and Gini by brute force."""

from __future__ import annotations

import datetime as dt
import itertools
import math
from typing import Any

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from graph.analysis.pairing import gini, pairing_load, unpaired
from graph.dataset import Dataset
from tests.analysis.districts import DAY, datasets, few, profile, shuffled, view_data, view_of, with_ended
from tests.analysis.plain import Plain
from tests.analysis.test_coverage import PARTS

PROFILE = profile()
NODES = {
    "Area": [{"id": "d", "kind": "区县"}, {"id": "s", "kind": "街道"}, {"id": "c", "kind": "社区"}],
    "Organization": [{"id": "oc", "kind": "党委", "tier": "社区党委"}],
    "Unit": [{"id": "u", "kind": "机关"}, {"id": "f", "kind": "国企"}],
}
BASE = {"PART_OF": PARTS[:2], "COVERS": [{"from": "oc", "to": "c", "mode": "单独"}]}


def rows_of(*ties: dict[str, Any], **more: Any) -> dict[str, dict[str, Any]]:
    paired = [{"from": "oc", "to": "u"} | t for t in ties]
    return {r["node"]["id"]: r for r in unpaired(view_of(NODES | more, BASE | {"PAIRED_WITH": paired})).rows}


def test_without_any_tie_both_sides_are_unpaired() -> None:
    rows = rows_of()
    assert {k: (r["side"], r["states"]) for k, r in rows.items()} == {
        "t.oc": ("community", ["none"]),
        "t.u": ("unit", ["none"]),
        "t.f": ("unit", ["none"]),
    }
    assert rows["t.oc"]["missing"] == ["机关部门", "企业"]
    assert rows["t.oc"]["required"] == ["机关部门"]
    assert rows["t.oc"]["area"]["id"] == "t.c"


@pytest.mark.parametrize(
    ("tie", "states"),
    [
        ({"since": "2026-06-01"}, ["kind_missing"]),
        ({"since": "2026-01-01"}, ["kind_missing"]),
        ({"since": "2025-12-01"}, ["kind_missing", "unknown"]),
        ({"since": None}, ["kind_missing", "unknown"]),
        ({"since": "2025-01-01", "last_active": "2026-05-01"}, ["kind_missing"]),
        ({"since": "2025-01-01", "last_active": "2025-05-01"}, ["kind_missing", "dormant"]),
        ({"since": "2025-01-01", "activities": 0}, ["kind_missing", "dormant"]),
        ({"since": "2026-06-01", "activities": 0}, ["kind_missing"]),
        ({"since": "2025-01-01", "activities": 3}, ["kind_missing", "unknown"]),
        ({"since": "2025-01-01", "agreement_until": "2026-06-29"}, ["kind_missing", "expired"]),
        ({"since": "2026-06-01", "agreement_until": "2026-06-30"}, ["kind_missing"]),
        ({"since": "2025-01-01", "until": "2026-06-29"}, ["none"]),
    ],
)
def test_states_of_one_tie(tie: dict[str, Any], states: list[str]) -> None:
    assert rows_of(tie)["t.oc"]["states"] == states


def test_one_living_tie_is_enough_and_renewal_ends_expiry() -> None:
    old = {"since": "2020-01-01", "agreement_until": "2025-01-01"}
    rows = rows_of(old, {"since": "2026-06-01"}, {"to": "f", "since": "2026-06-01"})
    assert rows == {}
    assert rows_of(old)["t.u"]["states"] == ["expired"]


def test_a_shared_activity_keeps_a_tie_alive() -> None:
    nodes = NODES | {"Activity": [{"id": "v", "kind": "共建活动", "date": "2026-05-05"}]}
    took = [{"from": "oc", "to": "v"}, {"from": "u", "to": "v"}]
    relations = BASE | {"PAIRED_WITH": [{"from": "oc", "to": "u", "since": "2024-01-01"}], "TOOK_PART": took}
    rows = {r["node"]["id"]: r["states"] for r in unpaired(view_of(nodes, relations)).rows}
    assert rows["t.oc"] == ["kind_missing"] and "t.u" not in rows


def test_a_unit_that_can_carry_none_is_not_asked_and_a_profile_without_pairing_says_so() -> None:
    rows = rows_of(Unit=[{"id": "u", "kind": "机关", "capacity": 0}, {"id": "x", "kind": "社会组织"}])
    assert list(rows) == ["t.oc"]
    answer = unpaired(view_of(NODES, BASE, with_profile=profile(pairing=None)))
    assert answer.rows == [] and answer.totals["notices"][0]["code"] == "no-pairing"


def plain_state(row: dict[str, Any], shared: str | None) -> str:
    """State of one tie from the words of domain.md 3."""
    today = DAY.isoformat()
    limit = (DAY - dt.timedelta(days=180)).isoformat()
    if row["agreement_until"] and row["agreement_until"] < today:
        return "expired"
    last = max((d for d in (row["last_active"], shared) if d), default=None)
    young = row["since"] is not None and row["since"] >= limit
    if young or (last and last >= limit):
        return "active"
    if last or (row["activities"] == 0 and row["since"]):
        return "dormant"
    return "unknown"


def plain_ties(p: Plain) -> list[dict[str, Any]]:
    """Ties of organizations that stand for a community or village, with state and area."""
    out = []
    for r in p.links("PAIRED_WITH"):
        seats = sorted(
            c["to"]
            for c in p.links("COVERS")
            if c["from"] == r["from"] and c["to"] in p.of("Area") and c["mode"] in (None, "单独", "联合")
        )
        if p.every[r["from"]]["kind"] == "党员中心户" or p.every[r["from"]]["tier"] not in ("社区党委", "村党总支"):
            continue
        if seats and p.every[seats[0]]["kind"] in ("社区", "村"):
            both = [
                {t["to"] for t in p.links("TOOK_PART") if t["from"] == end and p.every[t["to"]]["label"] == "Activity"}
                for end in (r["from"], r["to"])
            ]
            days = [p.every[v]["date"] for v in both[0] & both[1]]
            state = plain_state(r, max((d for d in days if d <= DAY.isoformat()), default=None))
            out.append({"area": seats[0], "unit": r["to"], "state": state})
    return out


def told(data: Dataset) -> Dataset:
    orgs = data.node("Organization").with_columns(
        line=pl.lit(None, pl.String), tier=pl.col("tier").fill_null("社区党委")
    )
    return Dataset("t", {**data.nodes, "Organization": orgs}, data.relations)


@few(50)
@given(datasets())
def test_gaps_of_both_sides_equal_plain_dictionaries(data: Dataset) -> None:
    data = told(data)
    p, answer = Plain(data), unpaired(view_data(data))
    ties = plain_ties(p)
    kinds = {"机关部门": ("机关",), "企业": ("非公企业", "国企")}
    wanted = {}
    for id_, row in p.of("Area").items():
        if row["kind"] in ("社区", "村"):
            mine = [t for t in ties if t["area"] == id_]
            live = {p.every[t["unit"]]["kind"] for t in mine if t["state"] != "expired"}
            missing = [k for k, v in kinds.items() if not live & set(v)]
            states = {t["state"] for t in mine}
            found = set() if "active" in states else states
            wanted[id_] = {"none"} if not mine else found | ({"kind_missing"} if missing else set())
    for id_, row in p.of("Unit").items():
        if row["kind"] in ("机关", "非公企业", "国企") and row["capacity"] != 0:
            states = {t["state"] for t in ties if t["unit"] == id_}
            wanted[id_] = set() if "active" in states else states or {"none"}
    found = {(r["area"] if r["side"] == "community" else r["node"])["id"]: set(r["states"]) for r in answer.rows}
    assert found == {k: v for k, v in wanted.items() if v}
    assert answer.totals["community"]["of"] + answer.totals["unit"]["of"] == len(wanted)


@few(25)
@given(datasets())
def test_load_equals_plain_counting(data: Dataset) -> None:
    data = told(data)
    p, answer = Plain(data), pairing_load(view_data(data))
    ties = {(t["area"], t["unit"]) for t in plain_ties(p) if t["state"] != "expired"}
    for row in answer.rows:
        if row["side"] == "community":
            wanted = sum(a == row["area"]["id"] for a, _ in ties)
        else:
            wanted = sum(u == row["node"]["id"] for _, u in ties)
        assert row["partners"] == wanted
        if row["side"] == "community":
            mean = len(ties) / sum(a["kind"] in ("社区", "村") for a in p.of("Area").values())
            low, high = math.floor(mean), math.ceil(mean)
        else:
            low = high = p.every[row["node"]["id"]]["capacity"] or 1
        assert row["limit"] == high
        assert row["load"] == (
            "none" if not wanted else "under" if wanted < low else "over" if wanted > high else "even"
        )


@few(10)
@given(datasets())
def test_order_of_rows_and_ended_relations_change_nothing(data: Dataset) -> None:
    def found(changed: Dataset) -> list[tuple[Any, ...]]:
        return [(r["node"]["id"], r["states"], r["missing"]) for r in unpaired(view_data(changed)).rows]

    assert found(shuffled(data, 2)) == found(data) == found(with_ended(data, 2))


@given(st.lists(st.integers(0, 9), min_size=1, max_size=8))
def test_gini_is_half_the_mean_difference_over_the_mean(values: list[int]) -> None:
    total, n = sum(values), len(values)
    if not total:
        assert gini(values) is None
        return
    spread = sum(abs(a - b) for a, b in itertools.product(values, repeat=2))
    assert gini(values) == pytest.approx(spread / (2 * n * total))


def test_a_unit_paired_with_a_community_outside_the_scope_is_not_unpaired() -> None:
    nodes = NODES | {"Area": [*NODES["Area"], {"id": "s2", "kind": "街道"}]}
    relations = BASE | {
        "PART_OF": [*PARTS[:2], {"from": "s2", "to": "d", "hierarchy": "行政"}],
        "LOCATED_IN": [{"from": "u", "to": "s2"}],
        "PAIRED_WITH": [{"from": "oc", "to": "u", "since": "2026-06-01"}],
    }
    seen = view_of(nodes, relations, scope=["t.s2"])
    assert [r["states"] for r in unpaired(seen).rows if r["node"]["id"] == "t.u"] in ([], [["unknown"]])
    assert [r["partners"] for r in pairing_load(seen).rows if r["node"]["id"] == "t.u"] == [1]


def test_partners_elsewhere_of_a_unit_located_here_count_and_stay_unnamed() -> None:
    nodes = NODES | {"Area": [*NODES["Area"], {"id": "s2", "kind": "街道"}]}
    relations = BASE | {
        "PART_OF": [*PARTS[:2], {"from": "s2", "to": "d", "hierarchy": "行政"}],
        "LOCATED_IN": [{"from": "u", "to": "s2"}],
        "PAIRED_WITH": [{"from": "oc", "to": "u", "since": "2020-06-01", "activities": 0}],
    }
    seen = view_of(nodes, relations, scope=["t.s2"])
    assert not seen.visible[seen.snapshot.index("t.oc")]
    rows = [r for r in unpaired(seen).rows if r["node"]["id"] == "t.u"]
    assert [(r["states"], r["partners"]) for r in rows] == [(["dormant"], [])]
    assert [r["partners"] for r in pairing_load(seen).rows if r["node"]["id"] == "t.u"] == [1]
