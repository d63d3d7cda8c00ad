"""Findings: one shape for every question, ids that stay, the strictest of several rules, and who answers."""

from __future__ import annotations

import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from graph.analysis.chain import chain
from graph.analysis.findings import SEVERITIES, findings
from graph.analysis.rules.judging import judge
from graph.errors import ParameterError
from graph.view import View
from tests.analysis.districts import datasets, few, renamed, shuffled, view_data, view_of, with_ended


def district(**firm: Any) -> View:
    """A street, a community with its committee and a grid, and a firm in it."""
    return view_of(
        {
            "Area": [
                {"id": "d", "kind": "区县"},
                {"id": "s", "kind": "街道"},
                {"id": "c", "kind": "社区"},
                {"id": "g", "kind": "网格"},
            ],
            "Organization": [
                {"id": "od", "kind": "党委"},
                {"id": "os", "kind": "党工委"},
                {"id": "oc", "kind": "党委", "term_ends": "2026-06-01"},
            ],
            "Unit": [{"id": "u", "kind": "非公企业", "full_members": 3, **firm}],
        },
        {
            "PART_OF": [
                {"from": "s", "to": "d", "hierarchy": "行政"},
                {"from": "c", "to": "s", "hierarchy": "行政"},
                {"from": "g", "to": "c", "hierarchy": "行政"},
            ],
            "COVERS": [
                {"from": "od", "to": "d", "mode": "单独"},
                {"from": "os", "to": "s", "mode": "单独"},
                {"from": "oc", "to": "c", "mode": "单独"},
            ],
            "SUBORDINATE_TO": [{"from": "os", "to": "od"}, {"from": "oc", "to": "os"}],
            "LOCATED_IN": [{"from": "u", "to": "c"}],
        },
    )


def rows_of(view: View, node: str) -> list[dict[str, Any]]:
    return [r for r in findings(view).rows if r["node"]["id"] == f"t.{node}"]


def test_one_district_shows_every_source() -> None:
    answer = findings(district())
    rules = {r["rule"] for r in answer.rows}
    assert {"R01", "R11.over", "coverage.heads", "pairing.none", "alliance.missing", "chain.missing_tier"} <= rules
    assert answer.totals["severity"] == {s: sum(r["severity"] == s for r in answer.rows) for s in SEVERITIES}
    assert [SEVERITIES.index(r["severity"]) for r in answer.rows] == sorted(
        SEVERITIES.index(r["severity"]) for r in answer.rows
    )


def test_a_finding_has_the_published_shape() -> None:
    (row,) = [r for r in findings(district()).rows if r["rule"] == "R11.over"]
    assert re.fullmatch(r"t\.f-[0-9a-f]{12}", row["id"])
    assert (row["severity"], row["node"]["id"], row["area"]["id"]) == ("warning", "t.oc", "t.c")
    assert row["message"] == "任期已于2026-06-01届满，没有换届"
    assert row["responsible"]["id"] == "t.os"
    assert (row["state"], row["due"], row["waived"]) == ("open", None, None)
    assert row["evidence"] == ["t.oc"]


def test_a_lack_that_several_rules_speak_of_is_one_finding_under_the_strictest() -> None:
    (row,) = [r for r in rows_of(district(), "u") if r["rule"] != "pairing.none"]
    assert (row["rule"], row["severity"], row["also"]) == ("R01", "error", ["coverage.enterprises"])
    assert row["responsible"]["id"] == "t.oc"
    (grid,) = [r for r in rows_of(district(), "g") if r["rule"] == "coverage.grids"]
    assert (grid["severity"], "R23" in grid["also"]) == ("warning", True)
    (head,) = [r for r in rows_of(district(), "g") if r["rule"] == "coverage.heads"]
    assert head["also"] == ["vacancies.without_post"]


def test_what_is_put_right_is_gone_and_the_rest_keeps_its_id() -> None:
    before, after = ({r["id"]: r["rule"] for r in findings(v).rows} for v in (district(), district(full_members=0)))
    gone, new = set(before) - set(after), set(after) - set(before)
    assert [before[i] for i in gone] == ["R01"]
    assert [after[i] for i in new] == ["coverage.enterprises"]


def test_they_are_narrowed_by_area_rule_and_severity() -> None:
    view = district()
    whole = findings(view).rows
    assert {r["node"]["id"] for r in findings(view, area="t.g").rows} == {"t.g"}
    assert findings(view, rule="R11").rows == [r for r in whole if r["rule"] == "R11.over"]
    assert findings(view, rule="chain").rows == [r for r in whole if r["rule"].startswith("chain.")]
    assert findings(view, severity="error").rows == [r for r in whole if r["severity"] == "error"]
    assert findings(view, rule="R02").rows == []
    with pytest.raises(ParameterError):
        findings(view, rule="R99")


def test_what_cannot_be_judged_is_said_and_is_no_finding() -> None:
    answer = findings(district())
    assert not [r for r in answer.rows if r["rule"] == "R02"]
    assert "R02" in answer.totals["notices"][0]["text"]


def test_two_heads_of_one_person_are_one_finding_whose_id_holds_all_posts() -> None:
    nodes = {
        "Area": [{"id": "d", "kind": "区县"}, {"id": "a", "kind": "网格"}, {"id": "b", "kind": "网格"}],
        "Post": [{"id": p, "kind": "网格长", "holder_key": "k"} for p in ("p", "q")],
    }
    ties = {"OF": [{"from": "p", "to": "a"}, {"from": "q", "to": "b"}]}
    rows = [r for r in findings(view_of(nodes, ties)).rows if r["rule"] == "vacancies.together"]
    assert len(rows) == 1
    assert set(rows[0]["evidence"]) >= {"t.p", "t.q"}


@given(datasets(), st.integers(0, 99))
@few(15)
def test_ids_are_unique_and_stay_whatever_the_order_names_or_history(data: Any, seed: int) -> None:
    ids = sorted(r["id"] for r in findings(view_data(data)).rows)
    assert len(ids) == len(set(ids))
    for other in (shuffled(data, seed), renamed(data)):
        assert sorted(r["id"] for r in findings(view_data(other)).rows) == ids


@given(datasets())
@few(15)
def test_they_hold_each_breach_and_each_fault_of_the_chain(data: Any) -> None:
    view = view_data(data)
    rows = findings(view).rows
    told = {(rule, r["node"]["id"]) for r in rows for rule in (r["rule"], *r["also"])}
    for each in judge(view):
        for node in each.breached.nodes.tolist():
            assert (each.check.id, view.id(node)) in told
    for row in chain(view).rows:
        assert (f"chain.{row['fault']}", (row["node"] or row["area"])["id"]) in told


@given(datasets(), st.integers(0, 99))
@few(10)
def test_ended_relations_break_nothing(data: Any, seed: int) -> None:
    old, new = ({r["id"] for r in findings(view_data(d), rule="R23").rows} for d in (data, with_ended(data, seed)))
    assert old == new
