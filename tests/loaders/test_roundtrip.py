"""Export → read → difference is nothing: random datasets and the published districts."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from graph.changes import difference
from graph.dataset import Dataset, dataset, relation_ids
from graph.model import NODE_TYPES, RELATION_TYPES, node_attributes, relation_attributes
from graph.profile import Profile, load_profile
from loaders.checking import kinds
from loaders.districts import build
from loaders.load import read
from loaders.writing import write_csv, write_workbook

PROFILE = load_profile("fuxing")


def _joined(head: str, middle: str, tail: str) -> st.SearchStrategy[str]:
    return st.builds("{}{}{}".format, st.sampled_from(head), st.text(middle, max_size=6), st.sampled_from(tail))


TEXT = _joined("东风=+@（A0", "社区党=+-@（）()/#*'ABC019 、，;:", "委部）C9")
ITEM = _joined("东风=+@（A", "社区党=+-@（）()/#*'ABC 、，;:", "委部）C")
DAY = st.dates(date(1900, 1, 1), date(2200, 12, 31)).map(str)
VALUES = {
    "text": TEXT,
    "code": st.from_regex(r"[A-Z0-9]{2,20}", fullmatch=True),
    "int": st.integers(0, 2**53 - 1),
    "number": st.floats(0, 1e12).map(lambda x: round(x, 6)),
    "date": DAY,
    "bool": st.booleans(),
    "texts": st.lists(ITEM, min_size=1, max_size=3),
}
OUTSIDE = ("id", "from", "to", "since", "until", "source_file", "source_sheet", "source_row", "kind", "tier", "line")


def _attributes(draw: st.DrawFn, attributes: tuple, row: dict[str, object]) -> None:
    for a in attributes:
        if a.name in OUTSIDE or not draw(st.booleans()):
            continue
        values = st.sampled_from([v for v in a.values if v]) if a.values else VALUES[a.type]
        row[a.name] = draw(values)


def _life(draw: st.DrawFn, row: dict[str, object]) -> None:
    since, until = sorted((draw(DAY), draw(DAY)))
    row["since"] = draw(st.sampled_from([None, since]))
    row["until"] = draw(st.sampled_from([None, until]))


@st.composite
def datasets(draw: st.DrawFn) -> Dataset:
    """Small datasets with names that repeat, look like ids, codes or formulas, and relations of every type."""
    nodes: dict[str, list[dict[str, object]]] = {}
    ids: dict[str, list[str]] = {}
    for label in NODE_TYPES:
        for i in range(draw(st.integers(0, 3))):
            row: dict[str, object] = {"id": f"fuxing.{label[:2]}{i}"}
            _attributes(draw, node_attributes(label), row)
            row["name"] = draw(st.one_of(TEXT, st.sampled_from(["东风社区", "fuxing.Ar0", "Or1", "党支部"])))
            allowed = sorted(kinds(label, PROFILE))
            row["kind"] = draw(st.sampled_from([None, *allowed]))
            _life(draw, row)
            nodes.setdefault(label, []).append(row)
            ids.setdefault(label, []).append(str(row["id"]))
    relations: dict[str, pl.DataFrame] = {}
    for type_, relation in RELATION_TYPES.items():
        rows = _relations(draw, type_, ids)
        if rows:
            known = dataset("fuxing", {}, {type_: rows}).relation(type_).unique("id", keep="first", maintain_order=True)
            if relation.single:
                key = ["from", *([relation.key] if relation.key else [])]
                ended = known.filter(pl.col("until").is_not_null())
                current = known.filter(pl.col("until").is_null()).unique(key, keep="first", maintain_order=True)
                known = pl.concat([ended, current])
            known = known.unique(["from", "to", "until", *([relation.key] if relation.key else [])], keep="first")
            relations[type_] = known.with_columns(relation_ids(type_))
    return dataset("fuxing", nodes, relations)


def _relations(draw: st.DrawFn, type_: str, ids: dict[str, list[str]]) -> list[dict[str, object]]:
    ends = [(a, b) for s, t in RELATION_TYPES[type_].ends for a in ids.get(s, ()) for b in ids.get(t, ()) if a < b]
    rows = []
    for start, end in draw(st.lists(st.sampled_from(ends), max_size=3)) if ends else []:
        row: dict[str, object] = {"from": start, "to": end}
        _attributes(draw, relation_attributes(type_), row)
        _life(draw, row)
        rows.append(row)
    return rows


def _unchanged(data: Dataset, path: Path, profile: Profile) -> None:
    reading = read([path], data.district, profile, data)
    assert [(e["code"], e["sheet"], e["row"], e["column"]) for e in reading.errors] == []
    assert reading.dataset is not None
    changes = difference(data, reading.dataset, on="2026-01-01")
    assert changes.counts() == {
        "added": 0,
        "changed": 0,
        "moved": 0,
        "ended": 0,
        "unchanged": data.node_count + data.relation_count,
    }


SETTINGS = settings(
    max_examples=12, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture]
)


@SETTINGS
@given(data=datasets())
def test_csv_round_trip(tmp_path_factory: pytest.TempPathFactory, data: Dataset) -> None:
    if not data.nodes:
        return
    folder = tmp_path_factory.mktemp("csv")
    write_csv(data, folder)
    _unchanged(data, folder, PROFILE)


@SETTINGS
@given(data=datasets())
def test_workbook_round_trip(tmp_path_factory: pytest.TempPathFactory, data: Dataset) -> None:
    if not data.nodes:
        return
    path = tmp_path_factory.mktemp("xlsx") / "导出.xlsx"
    write_workbook(data, path, PROFILE)
    _unchanged(data, path, PROFILE)


@pytest.mark.parametrize("district", ["fuxing", "gulou", "lufeng", "sishui"])
def test_published_district_round_trips_as_a_workbook(tmp_path: Path, district: str) -> None:
    data, profile = build(district), load_profile(district)
    write_workbook(data, tmp_path / "导出.xlsx", profile)
    _unchanged(data, tmp_path / "导出.xlsx", profile)


def test_city_round_trips_as_csv(tmp_path: Path) -> None:
    data = build("changchun")
    write_csv(data, tmp_path)
    _unchanged(data, tmp_path, load_profile("changchun"))


def test_reading_an_export_into_nothing_gives_the_same_graph(tmp_path: Path) -> None:
    data = build("fuxing")
    write_csv(data, tmp_path)
    reading = read([tmp_path], "fuxing", load_profile("fuxing"), None)
    assert reading.dataset is not None
    assert reading.dataset.node_count == data.node_count
    assert reading.dataset.relation_count == data.relation_count
