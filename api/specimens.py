"""The published districts and their reports without a store, for the gallery and the tests."""

from __future__ import annotations

import dataclasses
import datetime as dt
from functools import cache

import polars as pl

from api.grants import BOUND
from api.parameters import COMMON, parse
from api.questions import question
from graph.analysis.answer import Row
from graph.analysis.coverage import coverage
from graph.analysis.diff import diff_of_days
from graph.analysis.submissions import submissions
from graph.dataset import Dataset
from graph.profile import load_profile
from graph.snapshot import build as build_snapshot
from graph.view import View, view
from loaders.districts import build
from visual.reports.content import Imprint, Report
from visual.reports.kinds import KINDS
from visual.reports.material import Material

DAY, BEFORE = dt.date(2026, 1, 5), dt.date(2025, 1, 1)
UNIT = "某某组织部"
UNKEPT: Row = {"found": True, "by": None, "reason": None}  # a finding of which the store keeps nothing


def dated(frame: pl.DataFrame, column: str, start: int, count: int, day: str) -> pl.DataFrame:
    """The frame with a day written into `count` rows from `start` on."""
    at = pl.int_range(pl.len())
    inside = (at >= start) & (at < start + count)
    return frame.with_columns(pl.when(inside).then(pl.lit(day)).otherwise(pl.col(column)).alias(column))


def with_a_year(data: Dataset) -> Dataset:
    """A published district (which has no history) with made-up changes of 2025: organizations and ties that began or
    ended."""
    nodes, relations = dict(data.nodes), dict(data.relations)
    founded = dated(nodes["Organization"], "since", 20, 4, "2025-08-01")
    nodes["Organization"] = dated(founded, "until", 30, 2, "2025-05-01")
    for type_ in {"PAIRED_WITH", "MEMBER_OF"} & set(relations):
        ended = dated(relations[type_], "until", 0, 3, "2025-06-30")
        relations[type_] = dated(ended, "since", 3, 3, "2025-07-01")
    return Dataset(data.district, nodes, relations)


@cache
def seen(district: str, changed: bool) -> View:
    """The whole view of a published district on the gallery's day, as it is or with a year's changes."""
    data = build(district)
    return view(build_snapshot(with_a_year(data) if changed else data, 1), load_profile(district), DAY)


def specimen(kind: str, district: str, *, changed: bool = False, imprint: Imprint | None = None) -> Report:
    """A report of a published district on the gallery's day; `changed`: with a year's made-up changes."""
    return specimen_of(kind, seen(district, changed), imprint or Imprint(unit=UNIT))


def specimen_of(
    kind: str, of: View, imprint: Imprint, *, area: str | None = None, before: dt.date | None = None
) -> Report:
    """A report of any view: every answer as its question gives it, findings as if nobody had touched them."""
    found = KINDS[kind]
    start = before or BEFORE
    names = [n for n in (*found.needs, *found.takes) if of.scope is None or n in BOUND]
    answers = {name: _answer(of, name, area, start) for name in names}
    return found.build(Material(of, answers, area, _levels(of), imprint))


def _levels(of: View) -> tuple[str, ...]:
    return tuple(k for k in of.profile.reporting_kinds if of.coded("Area", "kind", (k,)).any())


def _answer(of: View, name: str, area: str | None, before: dt.date) -> Row:
    earlier = view(of.snapshot, of.profile, before)
    if name == "coverage.before":
        return coverage(earlier, area).body()
    if name == "submissions":
        return submissions(of, (), area).body()
    if name == "diff":
        answer = diff_of_days(earlier, of, lambda _: {})
        totals = {**answer.totals, "from": before.isoformat(), "to": of.as_of.isoformat(), "notices": []}
        return dataclasses.replace(answer, totals=totals).body()
    asking = question(name)
    values = {**parse((*asking.own, *COMMON), {}), **({"area": area} if area else {})}
    body = asking.ask(of, of, values).body()
    return {**body, "rows": [{**r, **UNKEPT} for r in body["rows"]]} if name == "findings" else body
