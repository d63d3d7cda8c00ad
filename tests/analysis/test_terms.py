"""Terms: over and due, computed and declared, and whom the check skips."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from graph.analysis.terms import months_after, terms
from tests.analysis.districts import view_of

AREAS = {"Area": [{"id": "d", "kind": "区县"}]}


def states(**organization: Any) -> list[tuple[str, str | None, str]]:
    orgs = [{"id": "o", "kind": "党支部"} | organization]
    return [(r["state"], r["term_ends"], r["basis"]) for r in terms(view_of(AREAS | {"Organization": orgs})).rows]


@pytest.mark.parametrize(
    ("organization", "wanted"),
    [
        ({"term_ends": "2026-06-29"}, ("over", "2026-06-29", "declared")),
        ({"term_ends": "2026-06-30"}, ("within_3", "2026-06-30", "declared")),
        ({"term_ends": "2026-09-30"}, ("within_3", "2026-09-30", "declared")),
        ({"term_ends": "2026-10-01"}, ("within_6", "2026-10-01", "declared")),
        ({"term_ends": "2027-06-30"}, ("within_12", "2027-06-30", "declared")),
        ({"elected": "2021-01-15", "term_years": 5}, ("over", "2026-01-15", "computed")),
        ({"elected": "2023-08-01", "tier": "网格党支部"}, ("within_3", "2026-08-01", "profile")),
        ({"elected": "2023-08-01"}, ("unknown", None, "none")),
        ({}, ("unknown", None, "none")),
    ],
)
def test_states(organization: dict[str, Any], wanted: tuple[str, str | None, str]) -> None:
    assert states(**organization) == [wanted]


@pytest.mark.parametrize(
    "organization",
    [
        {"term_ends": "2027-07-01"},
        {"kind": "临时党支部", "term_ends": "2020-01-01"},
        {"kind": "党工委", "term_ends": "2020-01-01"},
        {"kind": "党小组", "term_ends": "2020-01-01"},
        {"tier": "街道党工委", "kind": "党委", "term_ends": "2020-01-01"},
    ],
)
def test_later_temporary_and_dispatched_ones_are_no_rows(organization: dict[str, Any]) -> None:
    assert states(**organization) == []


def test_the_longest_overdue_comes_first_and_totals_name_the_denominator() -> None:
    orgs = [{"id": f"o{y}", "kind": "党支部", "term_ends": f"{y}-01-01"} for y in (2026, 2024, 2030)]
    answer = terms(view_of(AREAS | {"Organization": orgs}))
    assert [(r["node"]["id"], r["days"]) for r in answer.rows] == [("t.o2024", -911), ("t.o2026", -180)]
    assert answer.totals["of"] == 3 and answer.totals["states"]["later"] == 1


def test_months_end_on_the_last_day_of_short_months() -> None:
    assert months_after(dt.date(2026, 8, 31), 6) == dt.date(2027, 2, 28)
    assert months_after(dt.date(2023, 12, 15), 60) == dt.date(2028, 12, 15)
