"""The chain: every fault by hand on five organizations, and a plain NetworkX oracle on random districts."""

from __future__ import annotations

from typing import Any

import networkx as nx
import polars as pl
import pytest
from hypothesis import given

from graph.analysis.chain import chain
from graph.dataset import Dataset
from graph.errors import NotFoundError
from tests.analysis.districts import datasets, few, profile, renamed, shuffled, view_data, view_of, with_ended
from tests.analysis.plain import Plain
from tests.analysis.test_coverage import GRIDS, PARTS

PROFILE = profile()
ORGS = [
    {"id": "od", "kind": "党委", "tier": "区委"},
    {"id": "os", "kind": "党工委", "tier": "街道党工委"},
    {"id": "oc", "kind": "党委", "tier": "社区党委"},
    {"id": "o1", "kind": "党支部", "tier": "网格党支部"},
    {"id": "o2", "kind": "党支部", "tier": "网格党支部"},
]
COVERS = [{"from": f"o{a}", "to": a, "mode": "单独"} for a in "dsc"] + [
    {"from": "o1", "to": "g1", "mode": "单独"},
    {"from": "o2", "to": "g2", "mode": "单独"},
]
UP = [("os", "od"), ("oc", "os"), ("o1", "oc"), ("o2", "oc")]


def answer_of(up: list[tuple[str, str]], orgs: list[dict[str, Any]] = ORGS, **more: Any) -> Any:
    covers = [c for c in COVERS if c["from"] in {o["id"] for o in orgs}]
    links = [{"from": a, "to": b} for a, b in up]
    view = view_of(GRIDS | {"Organization": orgs}, {"PART_OF": PARTS, "COVERS": covers, "SUBORDINATE_TO": links})
    return chain(view, **more)


def faults(answer: Any) -> set[tuple[str, str | None]]:
    return {(r["fault"], (r["node"] or r["area"])["id"]) for r in answer.rows}


def test_a_whole_chain_has_only_single_children() -> None:
    answer = answer_of(UP)
    assert faults(answer) == {("single_child", "t.od"), ("single_child", "t.os")}
    tiers = {t["tier"]: t for t in answer.totals["lines"][0]["tiers"]}
    assert tiers["社区党委"]["span"] == {
        "subordinates": 2, "min": 2, "median": 2.0, "mean": 2.0, "max": 2, "without": 0, "single": 0,
    }  # fmt: skip
    assert tiers["楼栋党小组"]["count"] == 0 and tiers["楼栋党小组"]["span"] is None
    assert answer.totals["organizations"] == 5


@pytest.mark.parametrize(
    ("up", "fault"),
    [
        ([UP[0], *UP[2:]], ("broken", "t.oc")),
        ([*UP[:2], ("o1", "os"), UP[3]], ("skipped", "t.o1")),
        (UP[:3], ("isolated", "t.o2")),
        ([*UP, ("o1", "os")], ("multiple", "t.o1")),
        ([*UP[:3], ("o2", "o1")], ("broken", "t.o2")),
        ([UP[0], ("oc", "o1"), *UP[2:]], ("broken", "t.o1")),
    ],
)
def test_each_fault(up: list[tuple[str, str]], fault: tuple[str, str]) -> None:
    assert fault in faults(answer_of(up))


def test_an_external_superior_is_never_isolated() -> None:
    orgs = [o | ({"external_superior": "市直机关工委"} if o["id"] == "o2" else {}) for o in ORGS]
    answer = answer_of(UP[:3], orgs)
    assert ("isolated", "t.o2") not in faults(answer)
    assert answer.totals["external"] == 1


def test_a_missing_tier_names_area_tier_and_superior() -> None:
    answer = answer_of(UP[:3], ORGS[:4])
    (row,) = [r for r in answer.rows if r["fault"] == "missing_tier"]
    assert (row["node"], row["area"]["id"], row["expected_tier"]) == (None, "t.g2", "网格党支部")
    assert row["superior"]["id"] == "t.oc" and "网格党支部" in row["reason"]["text"]


def test_rural_and_urban_grids_are_asked_by_their_own_line() -> None:
    nodes = {
        "Area": [
            {"id": "d", "kind": "区县"}, {"id": "z", "kind": "镇"}, {"id": "v", "kind": "村"},
            {"id": "big", "kind": "网格", "grade": "大"}, {"id": "small", "kind": "网格", "grade": "小"},
        ],
    }  # fmt: skip
    parts = [
        {"from": a, "to": b, "hierarchy": "行政"} for a, b in (("z", "d"), ("v", "z"), ("big", "v"), ("small", "v"))
    ]
    answer = chain(view_of(nodes, {"PART_OF": parts}), line="rural")
    missing = {(r["area"]["id"], r["expected_tier"]) for r in answer.rows}
    # A village's big grid is asked of no line: the rural one names small grids only, the urban one no villages.
    assert missing == {("t.z", "镇党委"), ("t.v", "村党总支"), ("t.small", "小网格党支部")}
    assert answer.totals["notices"][0]["code"] == "no-organizations"


def test_lines_and_areas_narrow_the_answer() -> None:
    assert {r["line"] for r in answer_of(UP, line="urban").rows} == {"urban"}
    assert answer_of(UP, area="t.g1").rows == []
    with pytest.raises(NotFoundError, match="条线"):
        answer_of(UP, line="nothing")


def plain_faults(p: Plain) -> set[tuple[str, str]]:
    """Faults of organizations, straight from the definitions; tiers are given in the ledger, lines are not."""
    organizations = p.of("Organization")
    graph = nx.DiGraph()
    graph.add_nodes_from(organizations)
    graph.add_edges_from((r["from"], r["to"]) for r in p.links("SUBORDINATE_TO"))
    out = set()
    for id_, row in organizations.items():
        line = next(li for li in PROFILE.lines if li.index(row["tier"]) >= 0)
        up, down = list(graph.successors(id_)), list(graph.predecessors(id_))
        own = line.index(row["tier"])
        if not up and row["external_superior"] is None and own > 0:
            out.add(("broken" if down else "isolated", id_))
        real = [d for d in down if organizations[d]["kind"] != "党员中心户"]
        counted = row["kind"] not in ("党小组", "党员中心户") and line.tiers[own].statistical
        if counted and len(real) == 1:
            out.add(("single_child", id_))
        for superior in up:
            above = line.index(organizations[superior]["tier"])
            if above >= own:
                out.add(("broken", id_))
            elif above >= 0 and any(not t.optional for t in line.tiers[above + 1 : own]):
                out.add(("skipped", id_))
    return out


def told(data: Dataset) -> Dataset:
    """The district with every tier given and no line."""
    orgs = data.node("Organization").with_columns(
        line=pl.lit(None, pl.String), tier=pl.col("tier").fill_null("网格党支部")
    )
    return Dataset("t", {**data.nodes, "Organization": orgs}, data.relations)


@few(40)
@given(datasets())
def test_faults_equal_plain_networkx(data: Dataset) -> None:
    data = told(data)
    rows = chain(view_data(data)).rows
    assert {(r["fault"], r["node"]["id"]) for r in rows if r["node"]} == plain_faults(Plain(data))


@few(25)
@given(datasets())
def test_missing_tiers_equal_plain_dictionaries(data: Dataset) -> None:
    data = told(data)
    p, rows = Plain(data), chain(view_data(data)).rows
    tree = p.tree("行政").reverse()
    standing = {
        (r["to"], p.every[r["from"]]["tier"])
        for r in p.links("COVERS")
        if r["mode"] in (None, "单独", "联合") and p.every[r["from"]]["kind"] != "党员中心户"
    }
    wanted = set()
    for id_, area in p.of("Area").items():
        above = {p.of("Area")[a]["kind"] for a in nx.descendants(tree, id_)}
        rural = bool(above & {"镇", "村"}) or area["kind"] in ("镇", "村")
        for tier in PROFILE.lines[1 if rural else 0].tiers:
            fits = area["kind"] in tier.area_kinds and (not tier.grades or area["grade"] in tier.grades)
            if fits and not tier.optional and (id_, tier.tier) not in standing:
                wanted.add((id_, tier.tier))
    assert {(r["area"]["id"], r["expected_tier"]) for r in rows if r["fault"] == "missing_tier"} == wanted


@few(10)
@given(datasets())
def test_order_names_and_ended_relations_change_nothing(data: Dataset) -> None:
    def found(changed: Dataset) -> list[tuple[Any, ...]]:
        return [(r["fault"], r["node"] and r["node"]["id"], r["expected_tier"]) for r in chain(view_data(changed)).rows]

    assert found(shuffled(data, 5)) == found(data) == found(with_ended(data, 5)) == found(renamed(data))
