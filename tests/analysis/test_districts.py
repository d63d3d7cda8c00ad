"""The analyses on the five published districts: subtree sums, shapes that the figures force, and nothing lost."""

from __future__ import annotations

import datetime as dt
from functools import cache

import numpy as np
import pytest

from graph.analysis.chain import chain
from graph.analysis.coverage import coverage
from graph.analysis.gaps import gaps
from graph.analysis.overview import overview
from graph.analysis.pairing import unpaired
from graph.analysis.vacancies import vacancies
from graph.profile import load_profile
from graph.snapshot import build
from graph.view import View, view
from loaders import districts

SMALL = ("fuxing", "lufeng", "sishui", "gulou")


@cache
def district(name: str) -> View:
    return view(build(districts.build(name), 1), load_profile(name), dt.date(2026, 6, 30))


@pytest.mark.parametrize("name", SMALL)
def test_the_district_is_the_sum_of_its_reporting_areas_and_of_its_gaps(name: str) -> None:
    v = district(name)
    answer = coverage(v)
    for rule in v.profile.coverage:
        top, *parts = [r for r in answer.rows if r["rule"] == rule.id]
        lost = top["total"] - sum(r["total"] for r in parts)
        if rule.subject.label == "Area":
            # A street is a subject of its district, not of itself.
            assert lost == sum(r["area"]["kind"] in rule.subject.kinds for r in parts)
        assert lost >= 0
        assert top["gaps"] == gaps(v, rule=rule.id).totals["gaps"]
        assert top["organization"]["covered"] + top["work"]["covered"] <= top["total"]


def test_what_the_figures_of_fuxing_force() -> None:
    v = district("fuxing")
    totals = unpaired(v).totals["community"]
    assert totals["of"] == 56
    assert totals["missing"] == {"区直部门": 2, "企事业单位": 9, "两新组织": 3}
    grids = coverage(v, rule="grid-organization").rows[0]
    assert grids["total"] == 1013 and grids["gaps"] > 0
    firms = coverage(v, rule="property-firms").rows[0]
    assert (firms["total"], firms["covered"]) == (69, 69)
    assert firms["organization"]["covered"] + firms["work"]["covered"] == 69


def test_gulou_has_480_grids_with_one_branch_and_sishui_457_posts_held_together() -> None:
    assert chain(district("gulou")).totals["faults"]["single_child"] == 480
    assert vacancies(district("sishui")).totals["faults"]["together"] == 457


def test_at_least_1085_party_groups_of_lufeng_have_no_house() -> None:
    lines = chain(district("lufeng")).totals["lines"]
    groups = [t for li in lines for t in li["tiers"] if t["tier"] == "党小组" and t["count"]]
    assert sum(t["count"] for t in groups) == 1867
    assert sum(t["span"]["without"] for t in groups) >= 1085


@pytest.mark.parametrize("name", SMALL)
def test_the_overview_counts_every_organization_once(name: str) -> None:
    v = district(name)
    top, *parts = overview(v).rows
    kinds = ("committees", "general_branches", "branches", "temporary", "groups", "houses")
    assert sum(top[k] for k in kinds) == len(v.nodes("Organization"))
    assert all(sum(r[k] for r in parts) <= top[k] for k in kinds)
    assert np.all([r["data_date"] is None or r["data_date"] <= "2026-06-30" for r in parts])
