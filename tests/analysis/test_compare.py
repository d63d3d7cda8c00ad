"""Districts side by side: common questions, local words, own denominators, and what has no counterpart."""

from __future__ import annotations

import datetime as dt
import functools
from typing import Any

import pytest

from api.comparing import columns, compared, notes
from graph.analysis.compare import TOPICS, ambiguous_words, compare
from graph.dataset import dataset
from graph.profile import load_profile, profile_paths
from graph.snapshot import build
from graph.view import View, view
from loaders.districts import build as district
from loaders.districts import published
from tests.analysis.districts import PROFILE_DATA, profile, view_data, view_of

NODES = {
    "Area": [{"id": "d", "kind": "区县"}, {"id": "c", "kind": "社区"}, {"id": "g", "kind": "网格", "generated": True}],
    "Organization": [{"id": "o", "kind": "党委", "tier": "社区党委"}],
}
RELATIONS = {
    "PART_OF": [
        {"from": "c", "to": "d", "hierarchy": "行政"},
        {"from": "g", "to": "c", "hierarchy": "网格"},
    ],
    "COVERS": [{"from": "o", "to": "c", "mode": "单独"}],
}
WORDS = {"words": [{"local": "三长", "common": "网格长、楼栋长、单元长"}]}
OTHER: dict[str, Any] = {
    "id": "q",
    "name": "另一区",
    "pairing": None,
    "coverage": [{**PROFILE_DATA["coverage"][0], "id": "own", "name": "网格建支部", "denominator": "在册网格"}],
    "words": [{"local": "三长", "common": "社区长、网格长、楼长"}],
}


def both() -> tuple[View, View]:
    first = view_of(NODES, RELATIONS, with_profile=profile(**WORDS))
    return first, view_data(
        dataset("q", {"Area": [{"id": "q.d", "name": "另一区", "kind": "区县"}]}, {}), with_profile=profile(**OTHER)
    )


def side(rows: list[dict[str, Any]], topic: str, question: str) -> list[dict[str, Any]]:
    return next(r["sides"] for r in rows if (r["topic"], r["question"]) == (topic, question))


def test_one_rule_under_two_names_stands_in_one_row_with_both_denominators() -> None:
    first, second = side(compare(both()), "coverage", "网格：组织覆盖")
    assert (first["local"], first["value"], first["of"], first["rate"]) == ("网格党组织覆盖", 0, 1, 0.0)
    assert (first["denominator"], first["generated"]) == ("全部网格", 1)
    assert second["local"] == "网格建支部" and second["denominator"] == "在册网格"
    assert (second["value"], second["of"], second["rate"]) == (None, None, None)
    assert second["missing"] == "数据中没有在册网格"


def test_what_has_no_counterpart_says_so_instead_of_a_zero() -> None:
    rows = compare(both())
    first, second = side(rows, "pairing", "社区（村）没有结对")
    assert (first["value"], first["of"]) == (1, 1)
    assert second["value"] is None and second["missing"] == "另一区没有对应的说法或规定"
    assert side(rows, "areas", "社区")[1]["missing"] == "数据中没有社区"
    assert all((s["value"] is not None or s["local"]) or s["missing"] for r in rows for s in r["sides"])


def test_a_word_with_two_meanings_is_named() -> None:
    found = ambiguous_words([v.profile for v in both()])
    assert found == [{"word": "三长", "meanings": {"t": "网格长、楼栋长、单元长", "q": "社区长、网格长、楼长"}}]
    everywhere = ambiguous_words([load_profile(d) for d in profile_paths()])
    assert "三个清单" in {w["word"] for w in everywhere}


def test_the_table_has_a_column_a_district_and_says_what_is_made_up() -> None:
    body = compared(both(), "coverage")
    assert {r["topic"] for r in body["rows"]} == {"coverage"}
    grids = next(r for r in body["rows"] if r["question"] == "网格：组织覆盖")
    assert [c.value(grids) for c in columns(body)] == [
        "覆盖",
        "网格：组织覆盖",
        "网格党组织覆盖：0.0%（0/1）",
        "（数据中没有在册网格）",
    ]
    assert "不作排名" in notes(body)[0]
    assert "含示例数据" in notes(body)[-1]


@functools.cache
def real(name: str) -> View:
    return view(build(district(name), 1), load_profile(name), dt.date(2026, 1, 1))


@pytest.mark.parametrize("name", ["fuxing", "sishui", "lufeng", "gulou"])
def test_a_published_district_answers_as_its_own_questions_do(name: str) -> None:
    assert name in published()
    one = real(name)
    rows = compare([one])
    assert {r["topic"] for r in rows} == set(TOPICS)
    keys = [(r["topic"], r["question"]) for r in rows]
    assert len(set(keys)) == len(keys)
    covered = [r for r in rows if r["topic"] == "coverage"]
    assert len(covered) == len(one.profile.coverage)


def test_fuxing_beside_sishui() -> None:
    rows = compare([real("fuxing"), real("sishui")])
    assert [(s["value"], s["of"]) for s in side(rows, "coverage", "社区：组织覆盖")] == [(56, 56), (11, 11)]
    fuxing, sishui = side(rows, "coverage", "小区：有阵地")
    assert fuxing["missing"] and (sishui["local"], sishui["value"]) == ("小区红帆驿站", 101)
