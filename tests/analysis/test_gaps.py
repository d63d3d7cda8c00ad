"""Gaps: the uncovered subjects, their grades and reasons, and the nearest formal organization above."""

from __future__ import annotations

import networkx as nx
import polars as pl
import pytest
from hypothesis import given

from graph.analysis.coverage import coverage
from graph.analysis.gaps import gaps
from graph.dataset import Dataset
from tests.analysis.districts import datasets, few, profile, shuffled, view_data, view_of, with_ended
from tests.analysis.plain import Plain
from tests.analysis.test_coverage import GRIDS, PARTS, plain_states

PROFILE = profile()


@few(30)
@given(datasets())
def test_gaps_are_what_coverage_lacks(data: Dataset) -> None:
    p, view = Plain(data), view_data(data)
    rows = gaps(view).rows
    for rule in PROFILE.coverage:
        mine = [r["node"]["id"] for r in rows if r["rule"] == rule.id]
        assert sorted(mine) == sorted(i for i, s in plain_states(p, rule).items() if not s["covered"])
        assert len(mine) == coverage(view, rule=rule.id).rows[0]["gaps"]
    for area in [r["area"]["id"] for r in coverage(view, rule="grids").rows]:
        part = gaps(view, area=area)
        assert {k: v["gaps"] for k, v in part.totals["rules"].items()} == {
            k: v["gaps"] for k, v in coverage(view, area=area).totals["rules"].items()
        }


def plain_responsible(p: Plain, gap: str, wanted: str) -> set[str]:
    """Who may answer for an area's gap: the tier's organizations at the nearest area above that has any."""
    tree = p.tree("行政").reverse()
    chain = list(nx.dfs_preorder_nodes(tree, gap))[1:]
    organizations = p.of("Organization")
    close = [
        (r["from"], r["to"])
        for r in p.links("COVERS")
        if r["mode"] in (None, "单独", "联合") and organizations[r["from"]]["kind"] != "党员中心户"
    ]
    for area in chain:
        here = {o for o, a in close if a == area and organizations[o]["tier"] == wanted}
        if here:
            return here
    informal = ("党小组", "党员中心户", "临时党支部", "功能型党组织")
    for area in chain:
        here = {o for o, a in close if a == area and organizations[o]["kind"] not in informal}
        if here:
            return here
    return set()


@few(30)
@given(datasets())
def test_responsible_is_the_nearest_formal_organization_above(data: Dataset) -> None:
    told = data.node("Organization").with_columns(
        line=pl.lit(None, pl.String), tier=pl.col("tier").fill_null("网格党支部")
    )
    data = Dataset("t", {**data.nodes, "Organization": told}, data.relations)
    p = Plain(data)
    for row in gaps(view_data(data), rule="grids").rows:
        allowed = plain_responsible(p, row["node"]["id"], "社区党委")
        assert (row["responsible"]["id"] in allowed) if row["responsible"] else not allowed


def units(**of: object) -> dict[str, list[dict[str, object]]]:
    rows = [{"id": name, "kind": "非公企业", "full_members": count} for name, count in of.items()]
    return {"Area": GRIDS["Area"][:3], "Unit": rows}


def test_unit_gaps_are_graded_by_full_members() -> None:
    nodes = units(many=3, few=2, none=0, unknown=None, own=5) | {"Organization": [{"id": "b", "kind": "党支部"}]}
    located = [{"from": u, "to": "c"} for u in ("many", "few", "none", "unknown", "own")]
    view = view_of(nodes, {"PART_OF": PARTS[:2], "LOCATED_IN": located, "BELONGS_TO": [{"from": "b", "to": "own"}]})
    answer = gaps(view, rule="enterprises")
    assert {r["node"]["id"]: r["grade"] for r in answer.rows} == {
        "t.many": "应建未建",
        "t.few": "应联建",
        "t.none": "无党员",
        "t.unknown": None,
    }
    assert {r["area"]["id"] for r in answer.rows} == {"t.c"}
    assert answer.totals["rules"]["enterprises"]["grades"] == {"应建未建": 1, "应联建": 1, "无党员": 1}


@pytest.mark.parametrize(
    ("kind", "mode", "code"),
    [
        ("党员中心户", "单独", "house_only"),
        ("党支部", "区域", "mode_refused"),
        ("党委", "单独", "kind_refused"),
        (None, None, "no_organization"),
    ],
)
def test_the_reason_names_what_does_not_suffice(kind: str | None, mode: str | None, code: str) -> None:
    orgs = [{"id": "b", "kind": kind}] if kind else []
    covers = [{"from": "b", "to": "g1", "mode": mode}] if kind else []
    view = view_of(GRIDS | {"Organization": orgs}, {"PART_OF": PARTS, "COVERS": covers})
    rows = {r["node"]["id"]: r for r in gaps(view, rule="grids").rows}
    assert rows["t.g1"]["reason"]["code"] == code
    assert rows["t.g1"]["reason"]["text"]
    assert (rows["t.g1"]["generated"], rows["t.g2"]["generated"]) == (False, True)


def test_reasons_of_units_and_posts() -> None:
    nodes = units(a=1, b=1) | {"Organization": [{"id": "o", "kind": "党支部"}]}
    view = view_of(
        nodes,
        {"PART_OF": PARTS[:2], "BACKSTOPS": [{"from": "o", "to": "a"}], "LOCATED_IN": [{"from": "a", "to": "c"}]},
    )
    codes = {r["node"]["id"]: r["reason"]["code"] for r in gaps(view, rule="enterprises").rows}
    assert codes == {"t.a": "backstop_only", "t.b": "no_organization_or_work"}
    posts = {"Post": [{"id": "p", "kind": "网格长", "status": "空缺"}]}
    heads = gaps(view_of(GRIDS | posts, {"PART_OF": PARTS, "OF": [{"from": "p", "to": "g1"}]}), rule="heads")
    assert {r["node"]["id"]: r["reason"]["code"] for r in heads.rows} == {"t.g1": "post_vacant", "t.g2": "no_post"}


def test_the_community_answers_for_its_grids_and_the_street_where_it_has_none() -> None:
    orgs = [{"id": "oc", "kind": "党委", "tier": "社区党委"}, {"id": "os", "kind": "党工委", "tier": "街道党工委"}]
    covers = [{"from": "os", "to": "s", "mode": "单独"}, {"from": "oc", "to": "c", "mode": "单独"}]
    view = view_of(GRIDS | {"Organization": orgs}, {"PART_OF": PARTS, "COVERS": covers})
    assert [r["responsible"]["id"] for r in gaps(view, rule="grids").rows] == ["t.oc", "t.oc"]
    view = view_of(GRIDS | {"Organization": orgs[1:]}, {"PART_OF": PARTS, "COVERS": covers[:1]})
    assert [r["responsible"]["id"] for r in gaps(view, rule="grids").rows] == ["t.os", "t.os"]


@few(10)
@given(datasets())
def test_order_of_rows_and_ended_relations_change_nothing(data: Dataset) -> None:
    def told(changed: Dataset) -> list[tuple[object, ...]]:
        return [
            (r["rule"], r["node"]["id"], r["reason"]["code"], r["responsible"]) for r in gaps(view_data(changed)).rows
        ]

    assert told(shuffled(data, 3)) == told(data) == told(with_ended(data, 3))
