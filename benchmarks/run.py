"""All figures in one table: `python -m benchmarks.run [--no-store] [--out FILE]`. Run by hand on a quiet machine.

The city of `city.py` is answered by this program, by plain NetworkX and, with the store, by one Cypher query, in the
same run and with equal results.
"""

from __future__ import annotations

import argparse
import dataclasses
import datetime as dt
import functools
import json
import math
import random
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from benchmarks import plain
from benchmarks.city import city, profile
from benchmarks.measure import Figure, machine, median, once, percentile, table
from benchmarks.questions import question_figures
from benchmarks.stored import COVERAGE_OF_ALL, STRONGEST, stored_figures
from graph.analysis.coverage import coverage_counts
from graph.analysis.influence import influence
from graph.analysis.network import network
from graph.analysis.paths import paths
from graph.analysis.recommendation import recommend
from graph.analysis.weak_points import weak_points
from graph.dataset import Dataset
from graph.snapshot import build, load, save
from graph.view import View, view
from visual.charts import CHARTS
from visual.charts.naming import Options
from visual.render import render

DAY = dt.date(2024, 6, 30)
PAIRS = 200
COMPARED = 20


def main() -> None:
    """Measure and print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--no-store", action="store_true", help="leave out everything that needs Neo4j")
    parser.add_argument("--out", type=Path, help="also write the table to this file")
    options = parser.parse_args()
    head = machine()
    spent, data = once(city)
    figures = [Figure("generate the city", spent, note=f"{data.node_count:,} nodes, {data.relation_count:,} relations")]
    took, snapshot = once(lambda: build(data, 1))
    figures.append(Figure("Dataset → Snapshot", took))
    asked = view(snapshot, profile(), DAY)
    figures += _coverage(asked, data)
    figures += _paths(asked, data)
    figures += _others(asked)
    figures += _recommendation(data)
    figures += question_figures(asked, data)
    with tempfile.TemporaryDirectory() as folder:
        save(snapshot, Path(folder) / "city.snap")
        figures += _second_process(Path(folder) / "city.snap")
        if not options.no_store:
            more, cypher = stored_figures(data, Path(folder))
            figures = [dataclasses.replace(f, cypher=cypher.get(f.what)) for f in figures] + more
    text = f"{head}\n\n{table(figures)}\n"
    sys.stdout.write(text)
    if options.out:
        options.out.write_text(text, "utf-8")


def _coverage(asked: View, data: Dataset) -> Iterator[Figure]:
    rules = asked.profile.coverage
    ours = median(lambda: [coverage_counts(asked, r) for r in rules])
    graphs = plain.plain(data, asked.profile)
    spent, expected = once(lambda: [plain.coverage(graphs, r) for r in rules])
    span = asked.snapshot.span("Area")
    ids = [asked.id(v) for v in range(span.start, span.stop)]
    equal = True
    for rule, wanted in zip(rules, expected, strict=True):
        found = coverage_counts(asked, rule)
        pairs = zip(ids, found.total.tolist(), found.covered.tolist(), strict=True)
        equal &= {i: (t, c) for i, t, c in pairs if t} == wanted
    note = f"{len(rules)} rules, {len(ids):,} areas; equal: {equal}"
    yield Figure(COVERAGE_OF_ALL, ours, 50, spent, note=note)


def _pairs(asked: View) -> list[tuple[str, str]]:
    """Random pairs: half from the top, half between communities or above, units and anything."""
    chance = random.Random(1)
    ids = list(asked.snapshot.ids)
    middle = [f"city.o{i:06}" for i in range(1, 911)] + [f"city.u{i:06}" for i in range(3_000)]
    found = [("city.o000000", chance.choice(ids)) for _ in range(PAIRS // 2)]
    found += [(chance.choice(middle), chance.choice(ids)) for _ in range(PAIRS // 2)]
    return [(a, b) for a, b in found if a != b]


def _paths(asked: View, data: Dataset) -> Iterator[Figure]:
    took, _ = once(lambda: network(asked))
    yield Figure("walked network, once a revision", took)
    pairs = _pairs(asked)
    graph = plain.walked(data, asked.profile)

    def ours(pair: tuple[str, str], k: int) -> tuple[float, list[float]]:
        spent, answer = once(lambda: paths(asked, [pair[0]], [pair[1]], k=k))
        return spent, [r["strength"] for r in answer.rows]

    def theirs(pair: tuple[str, str], k: int) -> tuple[float, list[float]]:
        if k == 1:
            return once(lambda: plain.strongest(graph, *pair))
        return once(lambda: plain.strongest_simple(graph, *pair, k))

    for name, k, limit in ((STRONGEST, 1, 20.0), ("strongest path and 4 alternatives", 5, 100.0)):
        found = {p: ours(p, k) for p in pairs}
        compared = {p: theirs(p, k) for p in pairs[:: len(pairs) // COMPARED]}
        equal = sum(_same(found[p][1], strengths) for p, (_, strengths) in compared.items())
        times = [spent for spent, _ in found.values()]
        note = f"95%: {percentile(times, 0.95):.0f} ms, worst {max(times):.0f} ms, {len(found)} pairs; "
        note += f"equal to NetworkX on the whole graph: {equal} of {len(compared)}"
        yield Figure(
            name, statistics.median(times), limit, statistics.median(t for t, _ in compared.values()), note=note
        )


def _same(found: list[float], expected: list[float]) -> bool:
    return len(found) == len(expected) and all(map(functools.partial(math.isclose, rel_tol=1e-8), found, expected))


def _others(asked: View) -> Iterator[Figure]:
    yield Figure("influence of one node on all", median(lambda: influence(asked, "city.o000000", 100), 5), 300)
    took, answer = once(lambda: weak_points(asked))
    yield Figure("weak points of the city, cold", took, 5_000, note=json.dumps(answer.totals["by_kind"]))
    draw = CHARTS["organization"][1]
    street = median(lambda: render(draw(asked, Options(area="city.a000011")), "svg"), 5)
    yield Figure("organization chart of a street, SVG", street, 500)
    district = median(lambda: render(draw(asked, Options(area="city.a000001")), "svg"), 3)
    yield Figure("organization chart of a district of 32,000 nodes, rolled up, SVG", district, 1_500)


def _recommendation(data: Dataset) -> Iterator[Figure]:
    """All 800 communities without a partner against the free places of 3,000 units, cold and again."""
    bare = {k: f for k, f in data.relations.items() if k != "PAIRED_WITH"}
    snapshot = build(Dataset(data.district, data.nodes, bare), 1)
    for what, every_kind in (("one partner each", False), ("one of every kind each", True)):
        asked = view(snapshot, profile(), DAY)
        took, answer = once(functools.partial(recommend, asked, every_kind=every_kind))
        note = f"{answer.totals['served']:,} of {answer.totals['demand']:,} demands, {answer.totals['units']:,} units"
        yield Figure(f"recommendation for 800 communities, {what}", took, 3_000, note=note)


_CHILD = """
import json, sys, time, datetime as dt, pathlib
from benchmarks.city import profile
from graph.analysis.coverage import coverage_counts
from graph.analysis.paths import paths
from graph.snapshot import load
from graph.view import view
import psutil
start = time.perf_counter()
snapshot = load(pathlib.Path(sys.argv[1]))
found = snapshot.find("city.o000500")
took = (time.perf_counter() - start) * 1000
asked = view(snapshot, profile(), dt.date(2024, 6, 30))
for rule in asked.profile.coverage:
    coverage_counts(asked, rule)
for i in range(100, 150):
    paths(asked, ["city.o000000"], [f"city.o{i:06}"])
print(json.dumps({"ms": took, "mb": psutil.Process().memory_info().rss / 1e6}))
"""


def _second_process(path: Path) -> Iterator[Figure]:
    took, _ = once(lambda: load(path))
    yield Figure("map the Snapshot file", took, note=f"{path.stat().st_size / 1e6:.0f} MB")
    done = subprocess.run([sys.executable, "-c", _CHILD, str(path)], capture_output=True, check=True, text=True)
    said = json.loads(done.stdout)
    yield Figure("a second process gets the Snapshot and finds an id", said["ms"], 200)
    yield Figure("that process after coverage and 50 paths, resident", said["mb"], 400, unit="MB")


if __name__ == "__main__":
    main()
