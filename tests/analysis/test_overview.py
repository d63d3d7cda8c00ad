"""The table per street: counts by hand and against plain dictionaries; the dossier of one node."""

from __future__ import annotations

import pytest
from hypothesis import given

from graph.analysis.dossier import show
from graph.analysis.overview import KINDS, overview
from graph.dataset import Dataset
from graph.errors import NotFoundError
from tests.analysis.districts import datasets, few, view_data, view_of
from tests.analysis.plain import Plain
from tests.analysis.test_chain import COVERS, ORGS, UP
from tests.analysis.test_coverage import GRIDS, PARTS

MEMBERS = {"oc": 60, "o1": 20, "o2": 35}
NODES = GRIDS | {
    "Organization": [o | {"members": MEMBERS.get(str(o["id"]))} for o in ORGS]
    + [{"id": "ot", "kind": "临时党支部", "members": 9}],
    "Unit": [{"id": "u1", "kind": "机关"}, {"id": "u2", "kind": "国企"}, {"id": "yw", "kind": "业委会"}],
}
NODES["Area"] = [*NODES["Area"], {"id": "e1", "kind": "小区"}, {"id": "e2", "kind": "小区", "since": "2024-02-03"}]
RELATIONS = {
    "PART_OF": [*PARTS, *({"from": e, "to": "c", "hierarchy": "小区"} for e in ("e1", "e2"))],
    "COVERS": [*COVERS, {"from": "ot", "to": "c", "mode": "单独"}],
    "SUBORDINATE_TO": [{"from": a, "to": b} for a, b in [*UP, ("ot", "oc")]],
    "LOCATED_IN": [{"from": u, "to": "c"} for u in ("u1", "u2")] + [{"from": "yw", "to": "e1"}],
    "MANAGES": [{"from": "yw", "to": "e1"}],
    "PAIRED_WITH": [{"from": "oc", "to": "u1", "since": "2026-06-01"}],
}


def test_the_row_of_a_street() -> None:
    answer = overview(view_of(NODES, RELATIONS))
    district, street = answer.rows
    assert [r["area"]["id"] for r in answer.rows] == ["t.d", "t.s"]
    assert {k: street[k] for k in (*KINDS, "organizations")} == {
        "committees": 2, "general_branches": 0, "branches": 2, "temporary": 1, "groups": 0, "houses": 0,
        "organizations": 4,
    }  # fmt: skip
    assert district["committees"] == 3
    # 20 + 35 in the branches; the committee's 60 would count them twice, the temporary branch never counts.
    assert street["members"] == 55
    assert street["participation"] == {"n": 1, "of": 3, "rate": 1 / 3}
    assert street["self_governance"] == {"n": 1, "of": 2, "rate": 0.5}
    assert street["coverage"]["grids"] == {
        "name": "网格党组织覆盖", "total": 2, "covered": 2, "gaps": 0, "rate": 1.0,
    }  # fmt: skip
    assert street["pairing"] == {
        "communities": 1, "none": 0, "kind_missing": 1, "expired": 0, "dormant": 0, "unknown": 0,
    }  # fmt: skip
    assert street["data_date"] == "2024-02-03"
    assert street["generated"] == 1


def test_members_are_unknown_where_no_organization_gives_a_number() -> None:
    view = view_of(GRIDS | {"Organization": ORGS}, {"PART_OF": PARTS, "COVERS": COVERS})
    assert [r["members"] for r in overview(view).rows] == [None, None]


@few(25)
@given(datasets())
def test_counts_equal_plain_dictionaries(data: Dataset) -> None:
    p, view = Plain(data), view_data(data)
    home = {
        i: view.id(int(view.home()[view.index(i)])) for i in p.of("Organization") if view.home()[view.index(i)] >= 0
    }
    for row in overview(view, level="all").rows:
        area = row["area"]["id"]
        inner = p.below(area, "行政") | {area}
        for name, kinds in KINDS.items():
            mine = [i for i, o in p.of("Organization").items() if o["kind"] in kinds and home.get(i, "t.d") in inner]
            assert row[name] == len(mine)
        units = [u for u in p.of("Unit") if (p.unit_area(u) or "t.d") in inner]
        assert row["participation"]["of"] >= len([u for u in units if p.unit_area(u)])


def test_the_dossier_of_an_organization() -> None:
    (row,) = show(view_of(NODES, RELATIONS), "t.oc").rows
    assert row["node"]["name"] == "oc" and row["tier"] == "社区党委" and row["line"] == "urban"
    assert row["attributes"]["members"] == 60
    assert [r["id"] for r in row["superiors"]] == ["t.os", "t.od"]
    assert row["below"]["branches"] == 2
    kinds = {(r["relation"], r["direction"]): r["count"] for r in row["relations"]}
    assert kinds == {
        ("SUBORDINATE_TO", "out"): 1, ("SUBORDINATE_TO", "in"): 3, ("COVERS", "out"): 1, ("PAIRED_WITH", "out"): 1,
    }  # fmt: skip
    tie = next(r for r in row["relations"] if r["relation"] == "PAIRED_WITH")["ties"][0]
    assert (tie["node"]["id"], tie["since"]) == ("t.u1", "2026-06-01")


def test_the_dossier_of_others() -> None:
    view = view_of(NODES, RELATIONS)
    (area,) = show(view, "t.g1").rows
    assert [r["id"] for r in area["superiors"]] == ["t.c", "t.s", "t.d"]
    (unit,) = show(view, "t.u1").rows
    assert unit["area"]["id"] == "t.c"
    many = show(view, "t.c", limit=1).rows[0]["relations"]
    assert all(len(r["ties"]) == 1 for r in many) and max(r["count"] for r in many) == 4
    with pytest.raises(NotFoundError):
        show(view, "t.none")
