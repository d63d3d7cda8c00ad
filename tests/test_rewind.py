"""A rewound Snapshot answers as the Snapshot of the earlier revision did."""

from __future__ import annotations

import random
from types import MappingProxyType

import polars as pl
import pytest

from graph.altered import Altered, fold
from graph.analysis.coverage import coverage
from graph.analysis.overview import overview
from graph.changes import apply, difference
from graph.dataset import Dataset, dataset
from graph.profile import load_profile
from graph.rewind import rewound
from graph.snapshot import build
from graph.store.revisions import CHANGE_SCHEMA, _columns, listing
from graph.view import view
from loaders.districts import build as published
from tests.analysis.districts import DAY

PROFILE = load_profile("fuxing")


def patched(data: Dataset, seed: int) -> Dataset:
    """A file that renames, ends, regrades and adds some of everything."""
    rng = random.Random(seed)

    def some(frame: pl.DataFrame) -> pl.DataFrame:
        return frame[sorted(rng.sample(range(frame.height), max(1, frame.height // 50)))]

    nodes = {
        "Area": some(data.node("Area")).with_columns(kind=pl.lit("改制区"), households=pl.lit(7)),
        "Organization": some(data.node("Organization")).with_columns(
            until=pl.lit("2025-12-31"), members=pl.lit(None, pl.Int64)
        ),
        "Unit": some(data.node("Unit")).with_columns(name=pl.col("name") + "（新）", sector=pl.lit("新行业")),
    }
    relations = {
        "COVERS": some(data.relation("COVERS")).with_columns(mode=pl.lit("区域")),
        "PAIRED_WITH": some(data.relation("PAIRED_WITH")).with_columns(agreement_until=pl.lit("2020-01-01")),
    }
    new = dataset(
        data.district,
        {"Area": [{"id": f"{data.district}.new{seed}", "name": "新网格", "kind": "网格"}]},
        {"PART_OF": [{"from": f"{data.district}.new{seed}", "to": data.node("Area")["id"][0], "hierarchy": "网格"}]},
    )
    nodes["Area"] = pl.concat([nodes["Area"], new.node("Area")], how="vertical_relaxed")
    return Dataset(data.district, MappingProxyType(nodes), MappingProxyType({**relations, **new.relations}))


def change_frame(changes: object) -> pl.DataFrame:
    """The change list as the store gives it back."""
    chunks = [pl.DataFrame(_columns(c), schema=CHANGE_SCHEMA) for c in listing(changes)]  # type: ignore[arg-type]
    return pl.concat(chunks)


@pytest.mark.parametrize("seed", [1, 2])
def test_two_revisions_back_everything_counts_as_it_did(seed: int) -> None:
    first = published("fuxing")
    one = difference(first, patched(first, seed), on="2026-05-01")
    second = apply(first, one)
    two = difference(second, patched(second, seed + 10), on="2026-06-01")
    third = apply(second, two)
    changes = fold([change_frame(one), change_frame(two)])
    back = view(rewound(build(third, 3), 1, changes), PROFILE, DAY)
    then, now = view(build(first, 1), PROFILE, DAY), view(build(third, 3), PROFILE, DAY)
    for question in (coverage, overview):
        answers = [question(v).body() for v in (back, then, now)]
        assert [_unnamed(r) for r in answers[0]["rows"]] == [_unnamed(r) for r in answers[1]["rows"]]
        assert answers[1]["rows"] != answers[2]["rows"]


def _unnamed(row: dict[str, object]) -> dict[str, object]:
    return {k: v["id"] if k == "area" and isinstance(v, dict) else v for k, v in row.items()}


def test_of_several_relations_between_the_same_ends_the_right_one_is_rewound() -> None:
    ties = [
        {"from": "d.o", "to": "d.u", "since": "2020-01-01", "activities": 1},
        {"from": "d.o", "to": "d.u", "since": "2024-01-01", "activities": 2},
    ]
    nodes = {"Organization": [{"id": "d.o", "name": "甲"}], "Unit": [{"id": "d.u", "name": "乙"}]}
    data = dataset("d", nodes, {"PAIRED_WITH": ties})
    snapshot = build(data, 2)
    change = Altered("PAIRED_WITH", "d.o>PAIRED_WITH>d.u>>2024-01-01", False, {"until": "2025-01-01"}, {"until": None})
    back = rewound(snapshot, 1, [change])
    rows = [(back.edge_value("PAIRED_WITH", r, "since"), back.edge_value("PAIRED_WITH", r, "until")) for r in (0, 1)]
    assert sorted(rows, key=str) == [("2020-01-01", None), ("2024-01-01", "2025-01-01")]
    assert [snapshot.edge_value("PAIRED_WITH", r, "until") for r in (0, 1)] == [None, None]


def test_changes_that_cancel_out_leave_nothing() -> None:
    def listed(*rows: tuple[str, str, str, str | None, str | None]) -> pl.DataFrame:
        return pl.DataFrame(list(rows), schema=CHANGE_SCHEMA, orient="row")

    there = listed(("Area", "changed", "d.a", '{"name":"甲"}', '{"name":"乙"}'), ("Area", "added", "d.b", None, None))
    back = listed(
        ("Area", "changed", "d.a", '{"name":"乙"}', '{"name":"甲"}'),
        ("Area", "ended", "d.b", '{"until":null}', '{"until":"1900-01-01"}'),
    )
    assert fold([there, back]) == ()
    on = listed(("Area", "changed", "d.a", '{"name":"乙","order":1}', '{"name":"丙","order":2}'))
    assert fold([there, on])[0] == Altered("Area", "d.a", False, {"name": "甲", "order": 1}, {"name": "丙", "order": 2})
