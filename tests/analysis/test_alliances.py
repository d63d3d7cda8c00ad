"""Alliances: missing, incomplete, dormant, unknown, and the turns of the rotating chair."""

from __future__ import annotations

from typing import Any

import pytest

from graph.analysis.alliances import alliance_status
from tests.analysis.districts import view_of
from tests.analysis.test_chain import COVERS, ORGS, UP
from tests.analysis.test_coverage import GRIDS, PARTS


def row_of(members: list[dict[str, Any]], met: str | None = None, **alliance: Any) -> dict[str, Any]:
    """The row of the street's 大工委."""
    nodes = GRIDS | {
        "Organization": [*ORGS, {"id": "ob", "kind": "党支部"}],
        "Unit": [{"id": "u1", "kind": "机关"}, {"id": "u2", "kind": "国企"}],
        "Alliance": [{"id": "l", "kind": "大工委"} | alliance],
        "Activity": [{"id": "v", "kind": "联席会议", "date": met}],
        "Post": [{"id": "p", "kind": "兼职委员"}],
    }
    relations = {
        "PART_OF": PARTS,
        "COVERS": COVERS,
        "SUBORDINATE_TO": [{"from": a, "to": b} for a, b in UP],
        "CONVENED_IN": [{"from": "l", "to": "s"}],
        "MEMBER_OF": [{"to": "l"} | m for m in members],
        "BELONGS_TO": [{"from": "ob", "to": "u2"}],
        "TOOK_PART": [{"from": "l", "to": "v"}] if met else [],
        "OF": [{"from": "p", "to": "l"}],
    }
    rows = alliance_status(view_of(nodes, relations)).rows
    return next(r for r in rows if r["area"]["id"] == "t.s")


WHOLE = [{"from": "os", "role": "牵头"}, {"from": "u1", "role": "成员"}]


@pytest.mark.parametrize(
    ("met", "alliance", "states"),
    [
        ("2026-06-01", {}, ["ok"]),
        ("2026-04-01", {}, ["ok"]),
        ("2026-03-31", {}, ["dormant"]),
        ("2026-03-31", {"period_days": 180}, ["ok"]),
        (None, {}, ["unknown"]),
        (None, {"since": "2026-06-01"}, ["ok"]),
        ("2026-07-01", {}, ["unknown"]),
    ],
)
def test_meeting_within_the_period(met: str | None, alliance: dict[str, Any], states: list[str]) -> None:
    assert row_of(WHOLE, met, **alliance)["states"] == states


def test_composition_and_leader() -> None:
    row = row_of([{"from": "u1", "role": "牵头"}], "2026-06-01")
    assert (row["states"], row["missing"]) == (["incomplete"], ["街道党工委（牵头）"])
    row = row_of([{"from": "os", "role": "牵头"}], "2026-06-01")
    assert row["missing"] == ["驻区单位"] and row["part_time"] == 1
    # The branch of a state firm stands for the firm.
    assert row_of([{"from": "os", "role": "牵头"}, {"from": "ob", "role": "成员"}], "2026-06-01")["states"] == ["ok"]


def test_an_area_without_its_alliance() -> None:
    rows = alliance_status(view_of(GRIDS, {"PART_OF": PARTS})).rows
    assert [(r["area"]["id"], r["states"], r["alliance"], r["missing"]) for r in rows] == [
        ("t.s", ["missing"], None, ["街道大工委"]),
        ("t.c", ["missing"], None, ["社区大党委"]),
    ]


def test_turns_of_the_chair_count_ended_ones() -> None:
    turns = [
        {"from": "u1", "role": "轮值主席", "since": "2025-01-01", "until": "2025-06-30"},
        {"from": "u1", "role": "轮值主席", "since": "2026-01-01"},
        {"from": "u2", "role": "轮值主席", "since": "2025-07-01", "until": "2025-12-31"},
    ]
    chair = row_of([*WHOLE, *turns], "2026-06-01")["chair"]
    assert (chair["turns"], chair["members"], chair["never"]) == (3, 3, 1)
    assert chair["gini"] == pytest.approx(4 / 9)
    assert row_of(WHOLE)["chair"] is None
