"""双报到, 呼应, 赋权, 下沉 and 考评 on one small district, each figure worked out on paper."""

from __future__ import annotations

from typing import Any

import pytest

from graph.analysis.assessments import assessments
from graph.analysis.assignments import assignments
from graph.analysis.calls import calls
from graph.analysis.powers import powers
from graph.analysis.reports_in import reports_in
from tests.analysis.districts import view_of
from tests.analysis.test_chain import COVERS, ORGS, UP
from tests.analysis.test_coverage import GRIDS, PARTS

NODES = GRIDS | {
    "Organization": [*ORGS, {"id": "ob1", "kind": "党支部", "serving_members": 10}, {"id": "ob2", "kind": "党支部"}],
    "Unit": [{"id": "u1", "kind": "机关"}, {"id": "u2", "kind": "机关"}],
    "Post": [{"id": "p", "kind": "第一书记", "status": "在岗"}, {"id": "q", "kind": "第一书记", "status": "空缺"}],
}
BASE = {
    "PART_OF": PARTS,
    "COVERS": COVERS,
    "SUBORDINATE_TO": [{"from": a, "to": b} for a, b in UP],
    "BELONGS_TO": [{"from": "ob1", "to": "u1"}, {"from": "ob2", "to": "u2"}],
    "LOCATED_IN": [{"from": "u1", "to": "c"}, {"from": "u2", "to": "c"}],
}


def test_two_halves_are_never_added() -> None:
    halves = [
        {"from": "ob1", "to": "oc", "half": "单位", "at": "驻地"},
        {"from": "ob1", "to": "c", "half": "在职党员", "at": "居住地", "members": 8, "active_members": 6},
    ]
    district, street = reports_in(view_of(NODES, BASE | {"REPORTED_TO": halves})).rows
    assert (district["area"]["id"], street["area"]["id"]) == ("t.d", "t.s")
    assert street["organizations"] == {"n": 1, "of": 2, "rate": 0.5}
    assert street["serving_members"] == {"n": 8, "of": 10, "rate": 0.8}
    assert street["received"] == {"organizations": 1, "members": 8}
    assert street["active"] == {"n": 6, "of": 8, "rate": 0.75}


def test_without_records_no_rate_is_zero() -> None:
    answer = reports_in(view_of(NODES, BASE))
    assert answer.rows[0]["organizations"] == {"n": None, "of": 2, "rate": None}
    assert answer.totals["notices"][0]["code"] == "no-reports"


@pytest.mark.parametrize(
    ("numbers", "state"),
    [
        ({"calls": 4, "answered": 4, "on_time": 4}, "ok"),
        ({"calls": 4, "answered": 4, "on_time": 3}, "overdue"),
        ({"calls": 4, "answered": 3, "on_time": 3}, "unanswered"),
        ({"calls": 4, "answered": 0}, "never"),
        ({}, "unknown"),
    ],
)
def test_states_of_calls(numbers: dict[str, int], state: str) -> None:
    answer = calls(view_of(NODES, BASE | {"RESPONDS_TO": [{"from": "u1", "to": "oc"} | numbers]}))
    (row,) = answer.rows
    assert (row["state"], row["area"]["id"]) == (state, "t.c")
    assert row["answer_rate"] == (numbers["answered"] / 4 if numbers else None)
    assert [u["id"] for u in answer.totals["without_calls"]] == ["t.u2"]


def test_periods_of_calls_are_added() -> None:
    months = [
        {"from": "u1", "to": "oc", "period": p, "calls": 3, "answered": 2, "on_time": 1} for p in ("2026-05", "2026-06")
    ]
    (row,) = calls(view_of(NODES, BASE | {"RESPONDS_TO": months})).rows
    assert (row["calls"], row["answered"], row["on_time"]) == (6, 4, 2)


def test_a_period_without_a_number_is_not_one_with_none_in_time() -> None:
    months = [
        {"from": "u1", "to": "oc", "period": "2026-05", "calls": 3, "answered": 3},
        {"from": "u1", "to": "oc", "period": "2026-06", "calls": 3, "answered": 3, "on_time": 3},
    ]
    (row,) = calls(view_of(NODES, BASE | {"RESPONDS_TO": months})).rows
    assert row["rates"]["on_time"] == {"n": 3, "of": 3, "rate": 1.0}
    assert (row["answer_rate"], row["state"]) == (1.0, "ok")


def test_members_of_an_organization_without_a_number_are_in_no_rate() -> None:
    halves = [
        {"from": "ob1", "to": "c", "half": "在职党员", "at": "居住地", "members": 8},
        {"from": "ob2", "to": "c", "half": "在职党员", "at": "居住地", "members": 5},
    ]
    answer = reports_in(view_of(NODES, BASE | {"REPORTED_TO": halves}))
    assert answer.rows[1]["serving_members"] == {"n": 8, "of": 10, "rate": 0.8}
    assert (answer.rows[1]["uncounted"], answer.rows[1]["received"]["members"]) == (5, 13)
    assert answer.totals["notices"][0]["code"] == "serving-members-partly"


def test_powers_and_who_sent_nothing_down() -> None:
    sent = {
        "DELEGATES_TO": [{"from": "u1", "to": "os", "power": "行政处罚", "items": 70}],
        "STATIONED_AT": [{"from": "u1", "to": "c", "people": 5}],
        "HAS_POWER_OVER": [{"from": "os", "to": "u1", "power": "考核"}, {"from": "os", "to": "u2", "power": "考核"}],
    }
    answer = powers(view_of(NODES, BASE | sent))
    (row,) = answer.rows
    assert row["area"]["id"] == "t.s" and row["state"] == "some"
    assert row["delegated"]["items"] == 70 and row["delegated"]["by_power"] == {"行政处罚": 70}
    assert [(b["unit"]["id"], b["people"]) for b in row["stationed"]["by"]] == [("t.u1", 5)]
    assert row["over"] == {"考核": 2}
    assert [u["id"] for u in answer.totals["sent_nothing"]] == ["t.u2"]
    assert powers(view_of(NODES, BASE)).rows[0]["state"] == "unknown"


def test_who_is_sent_where_and_which_area_has_nobody() -> None:
    sent = [
        {"from": "u1", "to": "g1", "mode": "包联", "people": 3, "households": 40},
        {"from": "p", "to": "g1", "mode": "驻村", "people": 1},
        {"from": "q", "to": "g2", "mode": "驻村"},
    ]
    view = view_of(NODES, BASE | {"ASSIGNED_TO": sent})
    rows = {r["area"]["id"]: r for r in assignments(view).rows}
    assert {k: r["state"] for k, r in rows.items()} == {"t.g1": "assigned", "t.g2": "nobody"}
    assert (rows["t.g1"]["people"], rows["t.g1"]["households"], rows["t.g1"]["shops"]) == (4, 40, None)
    assert [a["mode"] for a in rows["t.g1"]["assigned"]] == ["包联", "驻村"]
    assert assignments(view, mode="驻村").totals["people"] == 1
    assert assignments(view, area="t.g2").totals["nobody"] == 1


def test_grids_of_another_grade_are_not_asked_and_totals_are_over_the_rows() -> None:
    grades = {"g1": "一级", "g2": "单元"}
    nodes = NODES | {"Area": [a | {"grade": grades.get(str(a["id"]))} for a in NODES["Area"]]}
    sent = [{"from": "u1", "to": "g1", "mode": "包联"}, {"from": "u2", "to": "c", "mode": "下沉"}]
    view = view_of(nodes, BASE | {"ASSIGNED_TO": sent})
    assert [r["area"]["id"] for r in assignments(view).rows] == ["t.c", "t.g1"]
    assert assignments(view, area="t.g1").totals["by_mode"] == {"包联": 1}


def assessed(*rows: dict[str, Any]) -> dict[str, list[str]]:
    answer = assessments(view_of(NODES, BASE | {"ASSESSED_BY": list(rows)}))
    return {r["node"]["id"]: r["missing"] for r in answer.rows}


def test_both_directions_of_assessment() -> None:
    now = {"kind": "述职", "year": 2026, "grade": "好"}
    assert assessed({"from": "o1", "to": "oc", **now}) == {"t.o1": [], "t.o2": ["from_above"]}
    both = assessed({"from": "oc", "to": "os", **now}, {"from": "oc", "to": "o1", **now})
    assert both == {"t.oc": []}
    last_year = {"kind": "述职", "since": "2025-12-01"}
    assert assessed({"from": "oc", "to": "o1", **last_year}) == {"t.oc": ["from_below"]}
    assert assessed({"from": "u1", "to": "os", **now}) == {"t.u1": [], "t.u2": ["other"]}


def test_a_superior_outside_the_scope_still_assesses_from_above() -> None:
    now = {"kind": "述职", "year": 2026}
    relations = BASE | {"ASSESSED_BY": [{"from": "os", "to": "od", **now}]}
    (row,) = assessments(view_of(NODES, relations, scope=["t.s"])).rows
    assert (row["node"]["id"], row["missing"], len(row["from_above"])) == ("t.os", [], 1)
