"""Who has handed in, by hand: the month of the day asked about, reverts, published data, and the age of the data."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence

from graph.analysis.submissions import Written, submissions
from tests.analysis.districts import view_of

NODES = {
    "Area": [
        {"id": "q", "name": "试验区", "kind": "区县"},
        {"id": "s1", "name": "甲街道", "kind": "街道"},
        {"id": "s2", "name": "乙街道", "kind": "街道"},
        {"id": "c1", "name": "东风社区", "kind": "社区"},
    ],
    "Organization": [{"id": "o1", "name": "东风社区党委", "kind": "党委"}],
    "Unit": [{"id": "u1", "name": "供电所", "kind": "国企"}],
}
RELATIONS = {
    "PART_OF": [
        {"from": "s1", "to": "q", "hierarchy": "行政"},
        {"from": "s2", "to": "q", "hierarchy": "行政"},
        {"from": "c1", "to": "s1", "hierarchy": "行政"},
    ],
    "COVERS": [{"from": "o1", "to": "c1", "mode": "单独"}],
    "PAIRED_WITH": [{"from": "o1", "to": "u1"}],
}
PAIRED = {"PAIRED_WITH": ["t.o1>PAIRED_WITH>t.u1>>"]}
ALL = {"Area": ["t.s1", "t.s2", "t.c1"], "Organization": ["t.o1"], "COVERS": ["t.o1>COVERS>t.c1>单独>"]}


def written(number: int, on: str, by: str, ids: Mapping[str, Sequence[str]]) -> Written:
    return Written(number, "某人", f"{number}.xlsx", dt.date.fromisoformat(on), by, ids)


LOAD = written(1, "2026-05-02", "load", ALL)
FILE = written(2, "2026-06-03", "import", PAIRED)
UNDONE = written(3, "2026-06-20", "revert", PAIRED)


def states(*revisions: Written) -> dict[str, str]:
    rows = submissions(view_of(NODES, RELATIONS), revisions).rows
    return {r["area"]["id"]: r["state"] for r in rows}


def test_a_file_of_this_month_counts_for_the_street_of_what_it_touched() -> None:
    found = submissions(view_of(NODES, RELATIONS), [FILE, LOAD])
    one, two = found.rows
    assert (one["state"], one["last"]) == (
        "submitted",
        {"revision": 2, "on": "2026-06-03", "author": "某人", "source": "2.xlsx"},
    )
    assert (two["state"], two["last"]) == ("never", None)
    ages = {d["answer"]: (d["revision"], d["days"]) for d in one["data"]}
    assert ages == {"chain": (1, 59), "coverage": (1, 59), "pairing": (2, 27)}
    assert found.totals["states"] == {"submitted": 1, "missing": 0, "never": 1}
    assert found.totals["month"] == "2026年6月"


def test_an_older_file_or_an_undone_one_is_missing() -> None:
    assert states(written(2, "2026-05-31", "import", PAIRED), LOAD)["t.s1"] == "missing"
    assert states(UNDONE, FILE, LOAD)["t.s1"] == "missing"
    assert states(LOAD) == {"t.s1": "never", "t.s2": "never"}


def test_what_was_written_after_the_day_asked_about_is_not_seen() -> None:
    assert states(written(4, "2026-07-01", "import", ALL), FILE, LOAD) == {"t.s1": "submitted", "t.s2": "never"}


def test_only_the_asked_area_and_unknown_ids_harm_nothing() -> None:
    strange = written(2, "2026-06-03", "import", {"Area": ["t.gone"], "NO_SUCH_TABLE": ["x"]})
    rows = submissions(view_of(NODES, RELATIONS), [strange, LOAD], area="t.s2").rows
    assert [(r["area"]["id"], r["state"]) for r in rows] == [("t.s2", "never")]
    assert {r["area"]["id"] for r in submissions(view_of(NODES, RELATIONS), [LOAD], level="社区").rows} == {"t.c1"}
