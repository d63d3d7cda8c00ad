"""Coverage: a five-node district by hand, an oracle in plain dictionaries, and changes that must (not) matter."""

from __future__ import annotations

from dataclasses import fields
from typing import Any

import numpy as np
import polars as pl
import pytest
from hypothesis import given

from graph.analysis.coverage import cover, coverage, coverage_counts
from graph.dataset import Dataset, relation_table
from graph.errors import NotFoundError, ParameterError
from graph.profile import CoverageRule
from tests.analysis.districts import data_of, datasets, few, profile, renamed, shuffled, view_data, view_of, with_ended
from tests.analysis.plain import Plain

PROFILE = profile()
CLASS = {None: 0, "单独": 0, "联合": 1, "区域": 2, "行业": 2}

GRIDS = {
    "Area": [
        {"id": "d", "kind": "区县"},
        {"id": "s", "kind": "街道"},
        {"id": "c", "kind": "社区"},
        {"id": "g1", "kind": "网格"},
        {"id": "g2", "kind": "网格", "generated": True},
    ]
}
PARTS = [
    {"from": "s", "to": "d", "hierarchy": "行政"},
    {"from": "c", "to": "s", "hierarchy": "行政"},
    {"from": "g1", "to": "c", "hierarchy": "网格"},
    {"from": "g2", "to": "c", "hierarchy": "网格"},
]


def plain_states(p: Plain, rule: CoverageRule) -> dict[str, dict[str, Any]]:
    """For each subject of a rule what it has, straight from domain.md 3."""
    s = rule.subject
    out = {}
    organizations, posts = p.of("Organization"), p.of("Post")

    def sitting(id_: str) -> bool:
        return id_ not in posts or posts[id_]["status"] != "空缺"

    for id_, row in p.of(s.label).items():
        if (s.kinds and row["kind"] not in s.kinds) or (s.sectors and row.get("sector") not in s.sectors):
            continue
        classes = []
        close = []
        for r in p.links("COVERS"):
            kind = organizations[r["from"]]["kind"]
            if r["to"] != id_ or kind == "党员中心户":
                continue
            if CLASS[r["mode"]] < 2:
                close.append(r["from"])
            counted = kind in rule.organization_kinds or (not rule.organization_kinds and kind != "党小组")
            if counted and (r["mode"] or "单独") in rule.modes:
                classes.append(CLASS[r["mode"]])
        for r in p.links("BELONGS_TO"):
            kind = organizations[r["from"]]["kind"]
            if r["to"] == id_ and kind != "党员中心户":
                close.append(r["from"])
                if kind in (rule.organization_kinds or [kind]) and (rule.organization_kinds or kind != "党小组"):
                    classes.append(1 if kind == "联合党支部" else 0)
        own = min(classes, default=None)
        advised = any(r["to"] == id_ and sitting(r["from"]) for r in p.links("ADVISES"))
        charged = {r["from"] for r in p.links("RESPONSIBLE_FOR")}
        has = {
            "organization": own is not None,
            "work": advised,
            "post": any(
                r["to"] == id_ and posts[r["from"]]["kind"] in rule.post_kinds and sitting(r["from"])
                for r in p.links("OF")
            ),
            "facility": any(
                r["to"] == id_ and p.every[r["from"]]["kind"] in rule.facility_kinds for r in p.links("SERVES")
            ),
            "assignment": any(
                r["to"] == id_ and r["mode"] in rule.assignment_modes and sitting(r["from"])
                for r in p.links("ASSIGNED_TO")
            ),
            "project": id_ in charged or bool(charged & set(close)),
        }
        backstop = any(r["to"] == id_ for r in p.links("BACKSTOPS"))
        out[id_] = {
            "covered": any(has[a] for a in rule.accepts),
            "sole": own == 0,
            "joint": own == 1,
            "wider": own == 2,
            "work": own is None and advised,
            "backstopped": backstop and own is None and not advised,
        }
    return out


@few(40)
@given(datasets())
def test_counts_equal_plain_dictionaries(data: Dataset) -> None:
    p, view = Plain(data), view_data(data)
    start = view.snapshot.span("Area").start
    for rule in PROFILE.coverage:
        states = plain_states(p, rule)
        counts = coverage_counts(view, rule)
        for area in p.of("Area"):
            below = p.below(area, rule.hierarchy)
            if rule.subject.label == "Area":
                mine = [states[i] for i in states if i in below]
            else:
                homes = {i: view.home()[view.index(i)] for i in states}
                located = {i: p.unit_area(i) for i in states}
                assert all(view.id(int(homes[i])) == a for i, a in located.items() if a)
                inner = below | {area}
                mine = [s for i, s in states.items() if (view.id(int(homes[i])) if homes[i] >= 0 else "t.d") in inner]
            at = view.index(area) - start
            assert counts.total[at] == len(mine)
            for name in ("covered", "sole", "joint", "wider", "work", "backstopped"):
                assert getattr(counts, name)[at] == sum(s[name] for s in mine), (rule.id, area, name)


def figures(data: Dataset) -> list[dict[str, Any]]:
    return [{k: v for k, v in r.items() if k != "area"} | {"area": r["area"]["id"]} for r in answer_rows(data)]


def answer_rows(data: Dataset) -> list[dict[str, Any]]:
    return coverage(view_data(data), level="all").rows


@few(20)
@given(datasets())
def test_shuffling_ending_and_renaming_change_no_figure(data: Dataset) -> None:
    wanted = figures(data)
    assert figures(shuffled(data, 7)) == wanted
    assert figures(with_ended(data, 7)) == wanted
    assert figures(renamed(data)) == wanted


@few(20)
@given(datasets())
def test_a_subtree_is_the_sum_of_its_parts(data: Dataset) -> None:
    view = view_data(data)
    for rule in PROFILE.coverage:
        forest, counts, found = view.areas(rule.hierarchy), coverage_counts(view, rule), cover(view, rule)
        n = len(forest.parent)
        for f in fields(counts):
            values = getattr(counts, f.name)
            flag = found.made_up if f.name == "generated" else getattr(found, f.name, np.ones(len(found.nodes), bool))
            own = np.bincount(found.seat[flag & (found.seat >= 0)], minlength=n)
            for v in range(n):
                children = np.flatnonzero(forest.parent == v)
                here = own[children] if rule.subject.label == "Area" else [own[v]]
                assert values[v] == values[children].sum() + np.sum(here)


@few(20)
@given(datasets())
def test_covering_one_gap_raises_one_count_in_each_ancestor(data: Dataset) -> None:
    rule = PROFILE.rule("grids")
    view = view_data(data)
    found = cover(view, rule)
    gaps = found.nodes[~found.covered]
    if not len(gaps):
        assert coverage_counts(view, rule).covered.tolist() == coverage_counts(view, rule).total.tolist()
        return
    grid = view.id(int(gaps[0]))
    node = pl.concat(
        [data.node("Organization"), data_of({"Organization": [{"id": "new", "kind": "党支部"}]}).node("Organization")]
    )
    link = relation_table("COVERS", [{"from": "t.new", "to": grid, "mode": "单独"}])
    more = Dataset(
        "t",
        {**data.nodes, "Organization": node},
        {**data.relations, "COVERS": pl.concat([data.relation("COVERS"), link])},
    )
    raised = coverage_counts(view_data(more), rule).covered - coverage_counts(view, rule).covered
    start, chain = (
        view.snapshot.span("Area").start,
        view.areas("网格").ancestors(int(gaps[0]) - view.snapshot.span("Area").start),
    )
    assert sorted(np.flatnonzero(raised).tolist()) == sorted(chain)
    assert set(raised[chain].tolist()) <= {1}
    assert start == view.snapshot.span("Area").start


def by_area(rows: list[dict[str, Any]], rule: str) -> dict[str, dict[str, Any]]:
    return {r["area"]["id"]: r for r in rows if r["rule"] == rule}


def test_two_grids_one_with_a_joint_branch() -> None:
    orgs = {"Organization": [{"id": "b", "kind": "联合党支部"}]}
    view = view_of(GRIDS | orgs, {"PART_OF": PARTS, "COVERS": [{"from": "b", "to": "g1", "mode": "联合"}]})
    answer = coverage(view, rule="grids")
    rows = by_area(answer.rows, "grids")
    assert list(rows) == ["t.d", "t.s"]
    row = rows["t.s"]
    assert row["subject"] == {"label": "Area", "kind": "网格"}
    assert (row["total"], row["covered"], row["gaps"], row["rate"]) == (2, 1, 1, 0.5)
    assert row["organization"] == {"covered": 1, "sole": 0, "joint": 1, "wider": 0, "groups": 0, "rate": 0.5}
    assert row["work"] == {"covered": 0, "rate": 0.0}
    assert row["generated"] == 1 == answer.generated
    assert answer.totals["rules"]["grids"]["gaps"] == 1


@pytest.mark.parametrize(
    ("kind", "mode", "covered", "groups"),
    [
        ("党支部", "单独", 1, 0),
        ("党小组", "单独", 1, 1),
        ("党员中心户", "单独", 0, 0),
        ("党支部", "区域", 0, 0),
        ("临时党支部", "单独", 0, 0),
    ],
)
def test_what_covers_a_grid(kind: str, mode: str, covered: int, groups: int) -> None:
    orgs = {"Organization": [{"id": "b", "kind": kind}]}
    view = view_of(GRIDS | orgs, {"PART_OF": PARTS, "COVERS": [{"from": "b", "to": "g1", "mode": mode}]})
    row = coverage(view, area="t.s", rule="grids").rows[0]
    assert (row["covered"], row["organization"]["groups"]) == (covered, groups)


def test_covering_the_community_does_not_cover_its_grids() -> None:
    orgs = {"Organization": [{"id": "b", "kind": "党支部"}]}
    view = view_of(GRIDS | orgs, {"PART_OF": PARTS, "COVERS": [{"from": "b", "to": "c", "mode": "单独"}]})
    assert coverage(view, rule="grids").rows[0]["covered"] == 0


def test_two_rates_and_backstop_apart() -> None:
    nodes = {
        "Area": GRIDS["Area"][:3],
        "Unit": [{"id": f"u{i}", "kind": "非公企业"} for i in range(4)],
        "Organization": [{"id": "b", "kind": "党支部"}],
        "Post": [
            {"id": "p", "kind": "党建指导员", "status": "在岗"},
            {"id": "q", "kind": "党建指导员", "status": "空缺"},
        ],
    }
    view = view_of(
        nodes,
        {
            "PART_OF": PARTS[:2],
            "LOCATED_IN": [{"from": f"u{i}", "to": "c"} for i in range(3)],
            "BELONGS_TO": [{"from": "b", "to": "u0"}],
            "ADVISES": [{"from": "p", "to": "u0"}, {"from": "p", "to": "u1"}, {"from": "q", "to": "u2"}],
            "BACKSTOPS": [{"from": "b", "to": "u1"}, {"from": "b", "to": "u2"}],
        },
    )
    rows = by_area(coverage(view, rule="enterprises").rows, "enterprises")
    street, district = rows["t.s"], rows["t.d"]
    assert (street["total"], street["covered"], street["gaps"]) == (3, 2, 1)
    assert street["organization"]["covered"] == 1 and street["organization"]["sole"] == 1
    assert street["work"] == {"covered": 1, "rate": 1 / 3}
    assert street["backstopped"] == 1
    # The enterprise that lies nowhere counts for the district, so that none is lost.
    assert (district["total"], district["gaps"]) == (4, 2)


def test_rates_are_null_without_subjects() -> None:
    view = view_of({"Area": GRIDS["Area"][:2]}, {"PART_OF": PARTS[:1]})
    row = coverage(view, rule="grids").rows[0]
    assert (row["total"], row["rate"], row["organization"]["rate"], row["work"]["rate"]) == (0, None, None, None)


def test_a_grid_outside_the_tree_is_not_lost_in_silence() -> None:
    answer = coverage(view_of(GRIDS, {"PART_OF": PARTS[:3]}), rule="grids")
    assert answer.rows[0]["total"] == 1
    assert answer.totals["notices"][0]["code"] == "outside-tree" and "1个" in answer.totals["notices"][0]["text"]


def test_levels_and_bad_input() -> None:
    view = view_of(GRIDS, {"PART_OF": PARTS})
    assert [r["area"]["id"] for r in coverage(view, rule="grids", level="社区").rows] == ["t.d", "t.c"]
    assert len(coverage(view, rule="grids", level="all").rows) == 5
    with pytest.raises(ParameterError):
        coverage(view, level="省")
    with pytest.raises(NotFoundError, match="规则"):
        coverage(view, rule="nothing")
    with pytest.raises(NotFoundError):
        coverage(view, area="t.none")
    empty = coverage(view_of({"Area": []}, {}))
    assert empty.rows == [] and empty.totals["notices"][0]["code"] == "no-area"
