"""Reports of the published districts without a store, for the gallery and the tests."""

from __future__ import annotations

import dataclasses
import datetime as dt

from api.gallery import seen
from api.grants import BOUND
from api.parameters import COMMON, parse
from api.questions import question
from graph.analysis.answer import Row
from graph.analysis.coverage import coverage
from graph.analysis.diff import diff_of_days
from graph.analysis.submissions import submissions
from graph.view import View, view
from visual.reports.content import Imprint, Report
from visual.reports.kinds import KINDS
from visual.reports.material import Material

UNIT = "某某组织部"
UNKEPT: Row = {"found": True, "by": None, "reason": None}  # a finding of which the store keeps nothing


def specimen(kind: str, district: str, *, changed: bool = False, imprint: Imprint | None = None) -> Report:
    """A report of a published district on the gallery's day; `changed`: with a year's made-up changes."""
    return specimen_of(kind, seen(district, changed), imprint or Imprint(unit=UNIT))


def specimen_of(
    kind: str, of: View, imprint: Imprint, *, area: str | None = None, before: dt.date | None = None
) -> Report:
    """A report of any view: every answer as its question gives it, findings as if nobody had touched them."""
    found = KINDS[kind]
    start = before or of.as_of.replace(month=1, day=1) - dt.timedelta(days=365)
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
