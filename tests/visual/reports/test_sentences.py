"""Sentences built from numbers, on districts of a few nodes: none, one, all and missing."""

from __future__ import annotations

from typing import Any

import pytest

from api.specimens import specimen_of
from graph.errors import NotFoundError
from graph.view import View
from tests.analysis.districts import view_of
from visual.reports.content import Imprint, Paragraph, Report, outline

AREAS = [{"id": "区", "kind": "区县"}, {"id": "街道", "kind": "街道"}, {"id": "社区", "kind": "社区"}]
PARTS = [{"from": "街道", "to": "区", "hierarchy": "行政"}, {"from": "社区", "to": "街道", "hierarchy": "行政"}]


def district(grids: int, covered: int) -> View:
    """A district with so many grids of which so many have a branch."""
    areas = AREAS + [{"id": f"格{n}", "kind": "网格"} for n in range(grids)]
    parts = PARTS + [{"from": f"格{n}", "to": "社区", "hierarchy": "网格"} for n in range(grids)]
    branches = [{"id": f"支部{n}", "kind": "党支部"} for n in range(covered)]
    covers = [{"from": f"支部{n}", "to": f"格{n}", "mode": "单独"} for n in range(covered)]
    nodes: dict[str, list[dict[str, Any]]] = {"Area": areas, "Organization": branches}
    return view_of(nodes, {"PART_OF": parts, "COVERS": covers})


def said(report: Report) -> str:
    every = [*report.lead, *(b for _, _, blocks in outline(report.sections) for b in blocks)]
    return "\n".join(b.text for b in every if isinstance(b, Paragraph))


def grid_rule(view: View) -> str:
    rules = [r for r in view.profile.coverage if r.subject.label == "Area" and "网格" in r.subject.kinds]
    return rules[0].name


@pytest.mark.parametrize(
    ("grids", "covered", "words"),
    [
        (3, 0, "应覆盖3个，均未覆盖，覆盖0%（0/3）"),
        (3, 2, "应覆盖3个，已覆盖2个，空白点1个，覆盖66.7%（2/3）"),
        (3, 3, "应覆盖3个，没有空白点，覆盖100%（3/3）"),
        (0, 0, "没有应覆盖的对象，不计算比率"),
    ],
)
def test_coverage_of_none_some_all_and_nothing(grids: int, covered: int, words: str) -> None:
    seen = district(grids, covered)
    report = specimen_of("coverage", seen, Imprint())
    assert f"{grid_rule(seen)}：{words}" in said(report)


def test_a_single_gap_is_named() -> None:
    report = said(specimen_of("coverage", district(3, 2), Imprint()))
    assert "空白点1个，即格2，" in report


def test_nothing_to_cover_is_no_report() -> None:
    with pytest.raises(NotFoundError) as caught:
        specimen_of("coverage", view_of({"Area": AREAS[:1]}, {}), Imprint())
    assert caught.value.code == "empty-report"


@pytest.mark.parametrize("kind", ["pairing", "monthly", "rectification", "booklet"])
def test_every_other_report_has_words_for_an_almost_empty_district(kind: str) -> None:
    report = specimen_of(kind, district(2, 1), Imprint())
    words = said(report)
    assert words
    assert "None" not in words
    assert "nan" not in words
    assert "%" not in words.replace("%（", "")


def test_missing_numbers_are_said_to_be_missing() -> None:
    booklet = said(specimen_of("booklet", district(2, 1), Imprint()))
    assert "党员数未报" in booklet
    assert "没有登记岗位，空缺未报。" in booklet
    assert "没有呼应记录，响应情况未报。" in booklet
    monthly = said(specimen_of("monthly", district(2, 1), Imprint()))
    assert "本月没有登记的变化。" in monthly
    assert "没有街道填报过台账" in monthly
    assert "本月已填报0%（0/1）" in monthly
