"""The difference of one area and the change of every rate per street, against plain dictionaries of both days."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence

import pytest
from hypothesis import given

from graph.analysis.coverage import coverage
from graph.analysis.diff import diff_of_days
from graph.analysis.rates import rates, rates_of_areas
from graph.dataset import Dataset
from graph.errors import NotFoundError
from graph.snapshot import build
from graph.view import View, view
from tests.analysis.districts import DAY, data_of, datasets, few, profile, view_data
from tests.analysis.plain import Plain
from tests.analysis.test_districts import SMALL, district

EARLIER = dt.date(2025, 6, 30)


def nothing(_: Sequence[str]) -> Mapping[str, str]:
    return {}


def both(data: Dataset) -> tuple[View, View]:
    snapshot = build(data, 1)
    return view(snapshot, profile(), EARLIER), view(snapshot, profile(), DAY)


STREETS = [
    {"id": "d", "kind": "区县"}, {"id": "s", "kind": "街道"}, {"id": "z", "kind": "街道"}, {"id": "y", "kind": "街道",
    "since": "2026-01-01"}, {"id": "c", "kind": "社区"}, {"id": "g1", "kind": "网格"}, {"id": "g2", "kind": "网格"},
]  # fmt: skip
ABOVE = {"s": "d", "z": "d", "y": "d", "c": "s", "g1": "c", "g2": "c"}
PARTS = [{"from": a, "to": b, "hierarchy": "网格" if a[0] == "g" else "行政"} for a, b in ABOVE.items()]


def test_one_new_branch_changes_the_rate_of_its_street_and_district_only() -> None:
    nodes = {"Area": STREETS, "Organization": [{"id": "o", "kind": "党支部", "members": 7, "since": "2026-02-01"}]}
    ties = {"PART_OF": PARTS, "COVERS": [{"from": "o", "to": "g1", "mode": "单独", "since": "2026-02-01"}]}
    before, after = both(data_of(nodes, ties))
    found = diff_of_days(before, after, nothing)
    changed = {
        (a["area"]["id"], r["metric"]): (r["before"], r["after"])
        for a in found.totals["areas"]
        for r in a["rates"]
        if r["before"] is not None and r["before"] != r["after"]
    }
    none, half = {"n": 0, "of": 2, "rate": 0.0}, {"n": 1, "of": 2, "rate": 0.5}
    assert changed.pop(("t.s", "coverage.grids")) == (none, half)
    assert changed.pop(("t.s", "members"))[1]["n"] == 7
    assert set(changed) == {("t.s", "nodes.Organization")}
    new = next(a for a in found.totals["areas"] if a["area"]["id"] == "t.y")
    assert {r["before"] for r in new["rates"]} == {None}
    assert all(r["after"]["rate"] in (None, 0.0) for r in new["rates"])


def test_an_area_narrows_rows_and_rates_and_an_unknown_one_is_refused() -> None:
    nodes = {"Area": STREETS, "Unit": [{"id": "u", "kind": "机关", "since": "2026-02-01"}]}
    ties = {"PART_OF": PARTS, "LOCATED_IN": [{"from": "u", "to": "c", "since": "2026-02-01"}]}
    before, after = both(data_of(nodes, ties))
    inner = diff_of_days(before, after, nothing, "t.s")
    assert {r["node"]["id"] for r in inner.rows} == {"t.u"}
    units = next(r for r in inner.totals["rates"] if r["metric"] == "nodes.Unit")
    assert (units["before"]["n"], units["after"]["n"]) == (0, 1)
    assert diff_of_days(before, after, nothing, "t.z").rows == []
    assert {r["node"]["id"] for r in diff_of_days(before, after, nothing, "t.y").rows} == {"t.y"}
    with pytest.raises(NotFoundError):
        diff_of_days(before, after, nothing, "t.nowhere")


@few(25)
@given(datasets())
def test_the_rates_of_areas_equal_plain_dictionaries(data: Dataset) -> None:
    p, v = Plain(data), view_data(data)
    areas = [int(n) for n in v.nodes("Area")]
    rows = {(r["rule"], r["area"]["id"]): r for r in coverage(v, level="all").rows}
    for node, found in zip(areas, rates_of_areas(v, areas), strict=True):
        id_, by = v.id(node), {r["metric"]: r for r in found}
        inner = p.below(id_, "行政") | {id_}
        assert by["nodes.Area"]["n"] == len(inner)
        located = {u for u in p.of("Unit") if p.unit_area(u) in inner}
        lost = {u for u in p.of("Unit") if p.unit_area(u) is None} if id_ == "t.d" else set()
        assert by["nodes.Unit"]["n"] == len(located | lost)
        assert by["participation"]["of"] == len(located)
        for rule in v.profile.coverage:
            if (rule.id, id_) in rows:
                wanted = rows[rule.id, id_]
                assert (by[f"coverage.{rule.id}"]["n"], by[f"coverage.{rule.id}"]["of"]) == (
                    wanted["covered"], wanted["total"],
                )  # fmt: skip
        assert all(r["rate"] == (r["n"] / r["of"] if r["of"] else None) for r in found)


@pytest.mark.parametrize("name", SMALL)
def test_the_rates_of_the_district_are_those_of_its_own_area(name: str) -> None:
    v = district(name)
    assert rates_of_areas(v, [v.root_area()])[0] == rates(v)
