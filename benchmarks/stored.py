"""Figures that need Neo4j: import from CSV, read to a Snapshot, and coverage as one Cypher query each rule."""

from __future__ import annotations

import datetime as dt
import shutil
import statistics
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import polars as pl

from api.desk import Desk
from api.importing import import_files
from api.opening import opened
from api.settings import read_settings
from benchmarks.city import DISTRICT, city, profile
from benchmarks.measure import Figure, once, table
from benchmarks.statements import COVERAGE, SHORTEST
from graph.analysis.coverage import coverage_counts
from graph.dataset import Dataset
from graph.snapshot import build
from graph.store.bolt import Store
from graph.store.read import read_narrow
from graph.view import View, view
from loaders.writing import write_csv

COVERAGE_OF_ALL = "coverage of every area and rule, warm arrays"
STRONGEST = "strongest path"


def stored_figures(data: Dataset, folder: Path) -> tuple[list[Figure], dict[str, float]]:
    """Import the city into an empty embedded store (default heap), again, and with 1% changed; then read it.

    Returns the figures, and the milliseconds of Cypher by the names of the figures that it is compared with.
    """
    (folder / "profiles").mkdir()
    shutil.copy(Path(__file__).with_name("city.toml"), folder / "profiles" / "city.toml")
    write_csv(data, folder / "csv")
    write_csv(_changed(data), folder / "changed")
    settings, _ = read_settings({"data_dir": str(folder / "data"), "profile_dir": str(folder / "profiles")})
    with opened(settings, print) as open_store:
        desk = Desk(settings, open_store)
        figures = [
            _imported(desk, "import of the city from CSV into an empty store", folder / "csv", 75),
            _imported(desk, "the same again, nothing changed", folder / "csv", 25),
            _imported(desk, "with 1% of the nodes changed", folder / "changed", 30),
        ]
        took, snapshot = once(lambda: build(read_narrow(open_store.store, DISTRICT)[0], 1))
        figures.append(Figure("Neo4j → Snapshot", took / 1000, 4, unit="s"))
        asked = view(snapshot, profile(), dt.date(2024, 6, 30))
        coverage, equal = _coverage(open_store.store, asked)
        figures.append(Figure("coverage by Cypher, one query a rule", coverage, note=f"equal to ours: {equal}"))
        path = _path(open_store.store)
        figures.append(Figure("shortest path by Cypher", path, note="by hops only: Cypher has no weighted paths"))
        return figures, {COVERAGE_OF_ALL: coverage, STRONGEST: path}


def _imported(desk: Desk, what: str, folder: Path, limit: float) -> Figure:
    took, report = once(lambda: import_files(desk, [folder], DISTRICT, "benchmark", print))
    note = ", ".join(f"{k} {v:,}" for k, v in report["counts"].items()) if report["ok"] else str(report["errors"][:1])
    return Figure(what, took / 1000, limit, note=note, unit="s")


def _changed(data: Dataset) -> Dataset:
    """Every hundredth organization and area with another number of members or households."""
    index = pl.int_range(pl.len())
    nodes = dict(data.nodes)
    for label, column in (("Organization", "members"), ("Area", "households")):
        other = pl.when(index % 100 == 0).then(pl.col(column).fill_null(0) + 1).otherwise(pl.col(column))
        nodes[label] = nodes[label].with_columns(other.alias(column))
    return Dataset(data.district, nodes, data.relations)


def _coverage(store: Store, asked: View) -> tuple[float, bool]:
    """Milliseconds of the coverage rules as Cypher, warm, and whether the counts equal ours."""
    rules = asked.profile.coverage

    def ask() -> list[list[list[Any]]]:
        return [
            store.read(
                COVERAGE, prefix=f"{DISTRICT}.", subjects=list(r.subject.kinds), kinds=list(r.organization_kinds),
                modes=list(r.modes),
            )
            for r in rules
        ]  # fmt: skip

    ask()
    took, answers = once(ask)
    span = asked.snapshot.span("Area")
    ids = [asked.id(v) for v in range(span.start, span.stop)]
    equal = True
    for rule, rows in zip(rules, answers, strict=True):
        counts = coverage_counts(asked, rule)
        pairs = zip(ids, counts.total.tolist(), counts.covered.tolist(), strict=True)
        equal &= {i: (t, c) for i, t, c in pairs if t} == {i: (t, c) for i, t, c in rows}
    return took, equal


def _path(store: Store) -> float:
    """Median milliseconds of the shortest path from the top to twenty communities' organizations."""
    ends = [f"{DISTRICT}.o{i:06}" for i in range(120, 900, 39)]

    def ask(end: str) -> float:
        return once(lambda: store.read(SHORTEST, start=f"{DISTRICT}.o000000", end=end))[0]

    ask(ends[0])
    return statistics.median(map(ask, ends))


if __name__ == "__main__":
    with TemporaryDirectory() as temporary:
        print(table(stored_figures(city(), Path(temporary))[0]))
