"""What changed: the real renames of four districts 2017–2023, and every kind of change by hand."""

from __future__ import annotations

import csv
import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

from graph.altered import Altered
from graph.analysis.diff import diff_of_days, diff_of_revisions
from graph.analysis.renames import near, stem
from graph.dataset import Dataset, dataset
from graph.errors import ParameterError
from graph.rewind import rewound
from graph.snapshot import build
from graph.view import view
from tests.analysis.districts import DAY, profile

HERE = Path(__file__).parent
Row = dict[str, Any]
NO_CODES: Mapping[str, str] = {}


def table(name: str) -> list[Row]:
    with (HERE / name).open(encoding="utf-8", newline="") as f:
        return list(csv.DictReader(f))


REAL: dict[tuple[str, str, str], list[Row]] = defaultdict(list)
for _row in table("changes_2017_2023.csv"):
    REAL[_row["area"], _row["from_year"], _row["to_year"]].append(_row)


def kind(row: Row) -> str:
    """The kind that the code tells (loaders/districts/divisions/PROVENANCE.md)."""
    street, place = int(row["code"][6:9]), int(row["code"][9:])
    if row["level"] == "乡级":
        return "街道" if street < 100 else "镇"
    return "社区" if place < 200 or 400 <= place < 500 else "村"


def editions(rows: Sequence[Row], years: tuple[str, str]) -> tuple[Dataset, dict[str, str]]:
    """Both editions as one history in which nothing kept its id: what is in the first only ended, the rest is new."""
    areas: list[Row] = []
    parts: list[Row] = []
    codes: dict[str, str] = {}
    parents = {r["parent_code"] for r in rows}
    areas += [{"id": f"t.p{p}", "name": f"上级{p}", "kind": "街道"} for p in sorted(parents)]
    for i, row in enumerate(rows):
        for side, name in (("o", row["old_name"]), ("n", row["new_name"])):
            if name:
                days = {"until": f"{years[0]}-12-31"} if side == "o" else {"since": f"{years[1]}-01-01"}
                areas.append({"id": f"t.{side}{i}", "name": name, "kind": kind(row)} | days)
                parts.append({"from": f"t.{side}{i}", "to": f"t.p{row['parent_code']}", "hierarchy": "行政"} | days)
                codes[f"t.{side}{i}"] = row["code"]
    return dataset("t", {"Area": areas}, {"PART_OF": parts}), codes


def changes_of(key: tuple[str, str, str], *, with_codes: bool = True) -> list[Row]:
    data, codes = editions(REAL[key], key[1:])
    snapshot = build(data, 1)
    days = (dt.date(int(key[1]), 6, 30), dt.date(int(key[2]), 6, 30))
    before, after = (view(snapshot, profile(), day) for day in days)

    def known(ids: Sequence[str]) -> Mapping[str, str]:
        return {i: codes[i] for i in ids if i in codes} if with_codes else {}

    return diff_of_days(before, after, known).rows


def verdicts(rows: Sequence[Row]) -> dict[tuple[str, str], tuple[str, str]]:
    """(side, id) → what is said of the node, and the name of the new one."""
    said: dict[tuple[str, str], tuple[str, str]] = {}
    for row in sorted(rows, key=lambda r: r["review"] is not None):
        if row["change"] in ("renamed", "merged", "split"):
            word = row["review"]["code"] if row["review"] else row["change"]
            for old in row["before"]["nodes"]:
                said["o", old["id"]] = word, row["after"]["nodes"][0]["name"]
            for new in row["after"]["nodes"]:
                said["n", new["id"]] = word, new["name"]
        else:
            side = "o" if row["change"] == "ended" else "n"
            said[side, row["node"]["id"]] = row["change"], ""
    return said


def test_at_least_95_of_100_hand_checked_changes_are_told_right() -> None:
    said = {key: verdicts(changes_of(key)) for key in REAL}
    checked = table("renames_hand_checked.csv")
    wrong = []
    for row in checked:
        key = row["area"], row["from_year"], row["to_year"]
        place, source = next(
            (i, r) for i, r in enumerate(REAL[key]) if r["code"] == row["code"] and row["name"] in r.values()
        )
        side = "o" if source["old_name"] == row["name"] else "n"
        if said[key][side, f"t.{side}{place}"] != (row["expected"], row["other"]):
            wrong.append((row["name"], row["expected"], said[key][side, f"t.{side}{place}"]))
    assert len(checked) == 100
    assert len(wrong) <= 5, wrong


@pytest.mark.parametrize("key", [k for k, rows in REAL.items() if any(r["change"] == "renamed" for r in rows)])
def test_every_rename_with_a_code_is_a_fact_and_without_one_hardly_any_is_wrong(key: tuple[str, str, str]) -> None:
    renamed = {f"t.o{i}": r["new_name"] for i, r in enumerate(REAL[key]) if r["change"] == "renamed"}
    facts = [r for r in changes_of(key) if r["change"] == "renamed" and r["review"] is None]
    assert {r["before"]["nodes"][0]["id"]: r["node"]["name"] for r in facts} == renamed
    guesses = [r for r in changes_of(key, with_codes=False) if r["change"] == "renamed"]
    assert all(r["review"]["code"] == "suspected-renamed" for r in guesses)
    told = {r["before"]["nodes"][0]["id"]: r["node"]["name"] for r in guesses}
    assert [i for i in told if i in renamed and told[i] != renamed[i]] == []


def test_without_any_code_98_of_100_renames_are_proposed() -> None:
    found = total = 0
    for key, rows in REAL.items():
        total += sum(r["change"] == "renamed" for r in rows)
        guesses = [r for r in changes_of(key, with_codes=False) if r["change"] == "renamed"]
        ids = {(r["before"]["nodes"][0]["id"], r["node"]["id"]) for r in guesses}
        found += sum((f"t.o{i}", f"t.n{i}") in ids for i, r in enumerate(rows) if r["change"] == "renamed")
    assert total == 731
    assert found / total > 0.98


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("张家庄", "李家庄", False),
        ("第一", "第二", False),
        ("上岩庄", "尚岩庄", True),
        ("榆树园街", "榆树园", True),
        ("南关", "北关", False),
        ("东", "西", False),
    ],
)
def test_near_names(one: str, other: str, same: bool) -> None:
    assert near(one, other) is near(other, one) is same


def test_a_stem_never_becomes_empty() -> None:
    assert [stem(n, "Area") for n in ("村", "社区", "镇", "百家村街道")] == ["村", "社区", "镇", "百家"]
    assert stem("中共复兴区委员会", "Organization") == stem("复兴区党委", "Organization") == "复兴区"


NODES: dict[str, list[Row]] = {
    "Area": [
        {"id": "t.q", "name": "试验区", "kind": "区县"},
        {"id": "t.s1", "name": "甲街道", "kind": "街道"},
        {"id": "t.s2", "name": "乙街道", "kind": "街道"},
        {"id": "t.c1", "name": "东风社区", "kind": "社区"},
        {"id": "t.g1", "name": "第1网格", "kind": "网格"},
        {"id": "t.g2", "name": "第2网格", "kind": "网格"},
        {"id": "t.old", "name": "和平社区", "kind": "社区", "until": "2025-12-31"},
        {"id": "t.new1", "name": "东和平社区", "kind": "社区", "since": "2026-01-01"},
        {"id": "t.new2", "name": "西和平社区", "kind": "社区", "since": "2026-01-01"},
    ],
    "Organization": [{"id": "t.o1", "name": "第1网格党支部", "kind": "党支部"}],
}
RELATIONS: dict[str, list[Row]] = {
    "PART_OF": [
        {"from": "t.s1", "to": "t.q", "hierarchy": "行政"},
        {"from": "t.s2", "to": "t.q", "hierarchy": "行政"},
        {"from": "t.c1", "to": "t.s1", "hierarchy": "行政", "until": "2025-12-31"},
        {"from": "t.c1", "to": "t.s2", "hierarchy": "行政", "since": "2026-01-01"},
        {"from": "t.g1", "to": "t.c1", "hierarchy": "网格"},
        {"from": "t.g2", "to": "t.c1", "hierarchy": "网格"},
        {"from": "t.old", "to": "t.s1", "hierarchy": "行政", "until": "2025-12-31"},
        {"from": "t.new1", "to": "t.s1", "hierarchy": "行政", "since": "2026-01-01"},
        {"from": "t.new2", "to": "t.s1", "hierarchy": "行政", "since": "2026-01-01"},
    ],
    "COVERS": [{"from": "t.o1", "to": "t.g1", "mode": "单独", "since": "2026-02-01"}],
}


def no_codes(_: Sequence[str]) -> Mapping[str, str]:
    return NO_CODES


def test_between_two_days_moves_splits_and_the_change_of_rates() -> None:
    snapshot = build(dataset("t", NODES, RELATIONS), 4)
    before, after = (view(snapshot, profile(), dt.date(y, 6, 30)) for y in (2025, 2026))
    found = diff_of_days(before, after, no_codes)
    told = Counter((r["change"], r["node"]["id"]) for r in found.rows)
    assert told == {
        ("moved", "t.c1"): 1,
        ("ended", "t.old"): 1,
        ("added", "t.new1"): 1,
        ("added", "t.new2"): 1,
        ("added", "t.o1"): 1,
        ("split", "t.old"): 1,
    }
    moved = next(r for r in found.rows if r["change"] == "moved")
    assert (moved["before"]["to"]["id"], moved["after"]["to"]["id"]) == ("t.s1", "t.s2")
    split = next(r for r in found.rows if r["change"] == "split")
    assert [n["id"] for n in split["after"]["nodes"]] == ["t.new1", "t.new2"]
    assert found.totals["review"] == 1
    assert found.totals["changes"]["split"] == 0
    rates = {r["metric"]: (r["before"], r["after"]) for r in found.totals["rates"]}
    assert rates["coverage.grids"] == ({"n": 0, "of": 2, "rate": 0.0}, {"n": 1, "of": 2, "rate": 0.5})
    assert [rates["nodes.Area"][i]["n"] for i in (0, 1)] == [7, 8]
    with pytest.raises(ParameterError, match="起始日期晚于终止日期"):
        diff_of_days(after, before, no_codes)


def test_between_two_revisions_a_kept_identity_makes_a_rename_a_fact() -> None:
    now = build(dataset("t", NODES, RELATIONS), 2)
    changes = [
        Altered("Area", "t.c1", False, {"name": "西风社区", "households": 3}, {"name": "东风社区", "households": None}),
        Altered("Area", "t.g2", False, {"grade": "小"}, {"grade": None}),
        Altered("Organization", "t.o1", True),
        Altered("COVERS", "t.o1>COVERS>t.g1>单独>2026-02-01", True),
        Altered("PART_OF", "t.g1>PART_OF>t.c1>网格>", False, {"until": "2020-01-01"}, {"until": None}),
    ]
    before, after = view(rewound(now, 1, changes), profile(), DAY), view(now, profile(), DAY)
    found = diff_of_revisions(before, after, changes, no_codes)
    told = {(r["change"], r["node"]["id"], r.get("relation")) for r in found.rows}
    assert told == {
        ("renamed", "t.c1", None),
        ("changed", "t.g2", None),
        ("added", "t.o1", None),
        ("added", "t.o1", "COVERS"),
        ("changed", "t.g1", "PART_OF"),
    }
    renamed = found.rows[0]
    assert (renamed["before"]["name"], renamed["after"]["name"], renamed["review"]) == ("西风社区", "东风社区", None)
    assert found.totals["changes"] == {
        "renamed": 1, "moved": 0, "added": 2, "ended": 0, "changed": 2, "merged": 0, "split": 0,
    }  # fmt: skip


def test_a_caller_sees_only_changes_of_its_own_subtree() -> None:
    snapshot = build(dataset("t", NODES, RELATIONS), 4)
    days = [dt.date(y, 6, 30) for y in (2025, 2026)]
    before, after = (view(snapshot, profile(), day, ["t.s2"]) for day in days)
    found = diff_of_days(before, after, no_codes)
    assert {r["node"]["id"] for r in found.rows} <= {"t.c1", "t.g1", "t.g2", "t.o1"}
    assert found.rows != []
