"""What a month changed: the answers of a monthly report that need an earlier day or revision."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Callable
from typing import Any
from zoneinfo import ZoneInfo

from api.asking import Asked, body
from api.questions import question
from graph.analysis.answer import Row
from graph.errors import ParameterError
from graph.rewind import rewound
from graph.store import replay, revisions
from graph.view import view

BETWEEN = ("coverage.before", "diff")


def between(about: Asked, coverage: Callable[[Asked], Row]) -> dict[str, Row]:
    """The answers `coverage.before` and `diff` from the day `before` (else the last of the month before) to `as_of`.

    Where files were written since, the difference is that of the revisions and the earlier coverage is counted on the
    data as it was; else both are of the days, on the data as it is.

    Args:
        coverage: the body of the coverage of an earlier asking.

    Raises `ParameterError` where `before` is not before `as_of`.
    """
    day: dt.date = about.view.as_of
    before: dt.date = about.values["before"] or day.replace(day=1) - dt.timedelta(days=1)
    if before >= day:
        raise ParameterError("比较的日期不早于截至日期。", "请用 --before 给出更早的日期。", code="before-invalid")
    first, last = _revisions(about, before, day)
    if first and last > first:
        try:
            return _by_revisions(about, coverage, before, (first, last))
        except ParameterError as error:
            if error.code != "difference-too-large":
                raise
    days = {"from": before.isoformat(), "to": day.isoformat(), "as_of": None}
    earlier = _earlier(about, about.view.snapshot, before)
    return {"coverage.before": coverage(earlier), "diff": _diff(about, days)}


def _by_revisions(
    about: Asked, coverage: Callable[[Asked], Row], before: dt.date, numbers: tuple[int, int]
) -> dict[str, Row]:
    found = _diff(about, {"from": str(numbers[0]), "to": str(numbers[1])})
    snapshot = about.view.snapshot
    changes = replay.net(about.store, snapshot.district, numbers[0], snapshot.revision, most=None)
    earlier = _earlier(about, rewound(snapshot, numbers[0], changes) if changes else snapshot, before)
    return {"coverage.before": coverage(earlier), "diff": found}


def _earlier(about: Asked, snapshot: Any, day: dt.date) -> Asked:
    """The asking as it would have been on an earlier day."""
    made = view(snapshot, about.view.profile, day)
    return dataclasses.replace(about, view=made, whole=made)


def _diff(about: Asked, values: Row) -> Row:
    asking = question("diff")
    return body(asking, dataclasses.replace(about, values={**about.values, **values}))


def _revisions(about: Asked, before: dt.date, day: dt.date) -> tuple[int, int]:
    """The last revisions written up to two days, 0 for none."""
    zone = ZoneInfo(about.values["timezone"])
    first = last = 0
    for row in revisions.listed(about.store, about.district):
        on = dt.datetime.fromisoformat(row["at"]).astimezone(zone).date()
        first = max(first, int(row["number"])) if on <= before else first
        last = max(last, int(row["number"])) if on <= day else last
    return first, last
