"""Figures of the questions on the city: all rules, findings, claims of five districts, a difference of 1%, what-if."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

import polars as pl

from benchmarks.city import profile
from benchmarks.measure import Figure, median, once
from graph.altered import Altered
from graph.analysis.claims import claims
from graph.analysis.diff import diff_of_revisions
from graph.analysis.findings import findings
from graph.analysis.rules.judging import rules
from graph.analysis.what_if import what_if
from graph.dataset import Dataset
from graph.profile import load_profile
from graph.rewind import rewound
from graph.snapshot import build
from graph.view import View, view
from loaders import districts

DISTRICTS = ("fuxing", "lufeng", "sishui", "gulou", "changchun")
CLAIMS_ON = dt.date(2026, 6, 30)


def question_figures(asked: View, data: Dataset) -> Iterator[Figure]:
    """All figures of issue 4 that need no store.

    Args:
        asked: the city's view; data: its rows.
    """
    again = view(asked.snapshot, asked.profile, asked.as_of)
    took, answer = once(lambda: rules(again))
    yield Figure("all rules of the city, cold", took, 500, note=f"{len(answer.rows)} parts of rules")
    took, answer = once(lambda: findings(again))
    yield Figure("all findings of the city, after the rules", took, note=f"{len(answer.rows):,} findings")
    yield _difference(asked, data)
    plan = [{"op": "dissolve", "node": data.node("Unit")["id"][0]}]
    yield Figure("what-if: every metric of the city before and after", once(lambda: what_if(again, plan))[0])
    yield _claims()


def _difference(asked: View, data: Dataset) -> Figure:
    """Two revisions of which 1% of the nodes and relations differ: names, and relations that came."""
    changes = [
        Altered(label, id_, False, {"name": f"{name}旧"}, {"name": name})
        for label, frame in data.nodes.items()
        for id_, name in frame.gather_every(100).select("id", "name").iter_rows()
    ]
    changes += [
        Altered(type_, id_, True)
        for type_, frame in data.relations.items()
        for id_ in frame.gather_every(100).select(pl.col("id")).to_series().to_list()
    ]
    # The present revision's view is warm, as the service keeps it; the earlier one is made for the question.
    snapshot, chosen = asked.snapshot, profile()
    took, before = once(lambda: view(rewound(snapshot, snapshot.revision - 1, changes), chosen, asked.as_of))
    spent, answer = once(lambda: diff_of_revisions(before, asked, changes, lambda _: {}))
    note = f"{len(changes):,} changes, {len(answer.rows):,} rows; of it {took:.0f} ms to rewind the Snapshot"
    return Figure("difference of two revisions of the city, 1% changed", took + spent, 1_000, note=note)


def _claims() -> Figure:
    views = [view(build(districts.build(d), 1), load_profile(d), CLAIMS_ON) for d in DISTRICTS]
    count = sum(len(claims(v).rows) for v in views)

    def ask() -> None:
        for v in views:
            claims(view(v.snapshot, v.profile, v.as_of))

    return Figure("claims of all five districts", median(ask, 3), 1_000, note=f"{count} claims")
