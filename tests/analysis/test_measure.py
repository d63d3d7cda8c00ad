"""Measures: parsed with their faults, and equal to independent countings on random and on published districts."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from graph.analysis.checks import checks_of
from graph.analysis.measure import parse_measure
from graph.analysis.measured import measured
from graph.dataset import Dataset
from graph.errors import InputError
from graph.profile import load_profile
from graph.quantities import Interval, exactly
from graph.snapshot import build
from graph.view import view
from tests.analysis.districts import DAY, data_of, datasets, few, renamed, shuffled, view_data, with_ended
from tests.loaders.counts import data
from tests.loaders.published import COUNTS

# The district's own row holds the article's number: the measure adds up the communities instead.
OTHERWISE = {("gulou", "72万")}
MEASURED = {
    (district, check.figure): check.measure
    for district in ("fuxing", "changchun", "lufeng", "sishui", "gulou")
    for check in checks_of(district).claims
    if check.measure and (district, check.figure) in COUNTS and (district, check.figure) not in OTHERWISE
}


def test_most_reproduced_figures_have_a_measure() -> None:
    assert len(MEASURED) >= 60


@pytest.mark.parametrize("district", ["fuxing", "changchun", "lufeng", "sishui", "gulou"])
def test_measures_equal_the_independent_counts_of_the_published_districts(district: str) -> None:
    shown = view(build(data(district), 1), load_profile(district), DAY)
    for (of, literal), text in MEASURED.items():
        if of == district:
            found = measured(shown, parse_measure(text))
            assert found.value == exactly(COUNTS[of, literal](data(district))), literal


def in_force(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Rows that hold on the day."""
    day = DAY.isoformat()
    return [r for r in rows if (r["since"] or "") <= day and day <= (r["until"] or "9999")]


def brute(d: Dataset) -> dict[str, Any]:
    """Some measures by plain loops over rows."""
    areas = {r["id"]: r for r in in_force(d.node("Area").to_dicts())}
    organizations = {r["id"]: r for r in in_force(d.node("Organization").to_dicts())}
    units = {r["id"]: r for r in in_force(d.node("Unit").to_dicts())}
    covers = in_force(d.relation("COVERS").to_dicts())
    paired = in_force(d.relation("PAIRED_WITH").to_dicts())
    covered = {
        c["to"]
        for c in covers
        if c["mode"] in ("单独", "联合")
        and c["to"] in areas
        and organizations[c["from"]]["kind"] in ("党支部", "党小组")
    }
    grids = [a for a in areas.values() if a["kind"] == "网格"]
    members = [u["full_members"] for u in units.values() if u["kind"] == "非公企业"]
    keys = [p["holder_key"] for p in in_force(d.node("Post").to_dicts())]
    known = sorted({k for k in keys if k})
    share = None if not grids else exactly(100 * sum(g["id"] in covered for g in grids) / len(grids))
    return {
        "count Area kind=网格": exactly(len(grids)) if grids else None,
        "count Area kind=网格 with=COVERS.to[kind=党支部|党小组&mode=单独|联合]": (
            exactly(sum(g["id"] in covered for g in grids)) if grids else None
        ),
        "count Area kind=网格 with=COVERS.to[kind=党支部|党小组&mode=单独|联合] / count Area kind=网格": share,
        "sum Unit.full_members kind=非公企业": _sum(members),
        "distinct Post.holder_key": Interval(len(known), len(known) + keys.count(None)) if known else None,
        "distinct PAIRED_WITH.to to.kind=机关": _count({p["to"] for p in paired if units[p["to"]]["kind"] == "机关"}),
        "sum PAIRED_WITH.activities": _sum([p["activities"] for p in paired]),
    }


def _sum(values: list[int | None]) -> Interval | None:
    known = [v for v in values if v is not None]
    return None if not known else Interval(sum(known), float("inf") if None in values else sum(known))


def _count(found: set[str]) -> Interval | None:
    return exactly(len(found)) if found else None


@few(25)
@given(datasets())
def test_measures_equal_plain_loops(d: Dataset) -> None:
    shown = view_data(d)
    for text, expected in brute(d).items():
        assert measured(shown, parse_measure(text)).value == expected, text


@few(10)
@given(datasets(), st.integers(0, 99))
def test_order_names_and_ended_relations_change_nothing(d: Dataset, seed: int) -> None:
    measures = [parse_measure(t) for t in brute(d)]
    before = [measured(view_data(d), m).value for m in measures]
    for changed in (shuffled(d, seed), renamed(d), with_ended(d, seed)):
        assert [measured(view_data(changed), m).value for m in measures] == before


def test_a_sum_takes_each_source_once() -> None:
    units = [{"id": "u", "kind": "机关"}, {"id": "v", "kind": "机关"}]
    areas = [{"id": "a", "kind": "街道"}, {"id": "b", "kind": "街道"}]
    ties = [{"from": u, "to": a, "items": n} for u, n in (("u", 3), ("v", 4)) for a in ("a", "b")]
    shown = view_data(data_of({"Unit": units, "Area": areas}, {"DELEGATES_TO": ties}))
    assert measured(shown, parse_measure("sum DELEGATES_TO.items")).value == exactly(14)
    assert measured(shown, parse_measure("sum DELEGATES_TO.items once=from")).value == exactly(7)


def test_an_empty_word_stands_for_an_empty_cell() -> None:
    posts = [{"id": f"p{i}", "kind": "网格长", "status": s} for i, s in enumerate(("在岗", None, "空缺"))]
    shown = view_data(data_of({"Post": posts}))
    assert measured(shown, parse_measure("count Post kind=网格长 status=在岗|")).value == exactly(2)


@pytest.mark.parametrize(
    "text",
    [
        "", "count", "number Area", "count Nothing", "count COVERS", "count Area.kind", "sum Area", "sum Area.kind",
        "sum Area.nothing", "count Area kind", "count Area kind=", "count Area nothing=1", "count Area from.kind=x",
        "distinct COVERS.from to.nothing=1", "count Area with=COVERS", "count Area with=NOTHING.to",
        "count Area with=COVERS.to[nothing=1]", "sum COVERS.from", "count Area / count Area / count Area",
        "distinct COVERS.from under=x", "count Area once=from", "count Post holder=x",
    ],
)  # fmt: skip
def test_a_wrong_measure_is_refused_with_a_remedy(text: str) -> None:
    with pytest.raises(InputError) as caught:
        parse_measure(text)
    assert caught.value.code == "measure-invalid"
    assert caught.value.remedy
