"""填报进度: which street has handed in this month, and how old the data behind each of its answers is."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from graph.analysis.answer import Answer, Row, answer
from graph.analysis.asked import asked_areas, notice, reported_areas
from graph.model import NODE_TYPES, RELATION_TYPES
from graph.rewind import node_numbers
from graph.snapshot import Snapshot
from graph.view import View

Array = NDArray[Any]
ANSWERS: Mapping[str, tuple[str, ...]] = {
    "chain": ("Organization", "SUBORDINATE_TO", "COVERS"),
    "coverage": ("Area", "PART_OF", "Organization", "COVERS", "Unit", "ADVISES", "BACKSTOPS"),
    "pairing": ("Unit", "PAIRED_WITH"),
    "alliances": ("Alliance", "MEMBER_OF", "CONVENED_IN"),
    "reports-in": ("REPORTED_TO",),
    "vacancies": ("Post", "OF"),
    "facilities": ("Facility", "SERVES"),
    "lists": ("Demand", "Resource", "Project", "NEEDS", "OFFERS", "CLAIMS", "RESPONSIBLE_FOR"),
    "activities": ("Activity", "TOOK_PART"),
    "calls": ("RESPONDS_TO",),
    "assignments": ("ASSIGNED_TO",),
    "assessments": ("ASSESSED_BY",),
}
"""Answer (a command, or a sort of ledger) → the tables whose youngest row is its date."""

HANDED_IN, LOADED, REVERTED = "import", "load", "revert"


@dataclass(frozen=True, slots=True)
class Written:
    """One revision as far as it tells who handed in.

    Args:
        number, author, source: of the revision.
        on: the day it was written, in the time zone of the district.
        by: `import` (a file was handed in), `load` (published data) or `revert`.
        ids: what it wrote by node label or relation type.
    """

    number: int
    author: str
    source: str
    on: dt.date
    by: str
    ids: Mapping[str, Sequence[str]]


def submissions(view: View, written: Iterable[Written], area: str | None = None, level: str | None = None) -> Answer:
    """One row for each reporting area (or area of `level`): what was written of it last, and when.

    Args:
        written: the revisions, the newest first; those after the day of the view are passed over.

    Returns:
        Rows `{"area", "state", "last", "data"}`. `state` is `submitted` when a file touched the area in the month of
        `as_of` and no revert did since, else `missing`, or `never` when no file ever did. `last` is that of
        the last file: `{"revision", "on", "author", "source"}` or null. `data`: for each answer that has data
        `{"answer", "on", "revision", "days"}`, the last write of any kind to its tables there. A file that said only
        what was stored already leaves no revision, so it is not seen here.
    """
    shown = _shown(view, area, level)
    found = {p: _Area({}, None, None) for p in shown}
    place = _reporting(view, shown)
    for revision in written:
        if revision.on > view.as_of:
            continue
        for table, ids in revision.ids.items():
            for p in np.unique(place[_numbers(view.snapshot, table, ids)]).tolist():
                if p in found:
                    found[p] = found[p].told(table, revision)
    rows = [_row(view, p, found[p]) for p in shown]
    states = {s: sum(r["state"] == s for r in rows) for s in ("submitted", "missing", "never")}
    month = f"{view.as_of.year}年{view.as_of.month}月"
    missing = [] if rows else [notice("no-area", "数据中没有要填报的区域，无法判断填报进度。")]
    behind = np.array(shown, np.int64) + view.snapshot.span("Area").start
    return answer(view, rows, {"month": month, "states": states, "notices": missing}, behind)


@dataclass(frozen=True, slots=True)
class _Area:
    """What is known of one area: by table its last write, the last write of all, the last file."""

    tables: Mapping[str, Written]
    last: Written | None
    file: Written | None

    def told(self, table: str, revision: Written) -> _Area:
        """With one more revision, older than those before."""
        file = self.file or (revision if revision.by == HANDED_IN else None)
        return _Area({table: revision, **self.tables}, self.last or revision, file)


def _shown(view: View, area: str | None, level: str | None) -> list[int]:
    """The areas that hand in: those of the reporting tier; an asked area itself only where it is of that tier."""
    tops = asked_areas(view, area)
    kinds = (level,) if level not in (None, "all") else view.profile.reporting_kinds
    fits = view.coded("Area", "kind", kinds)
    return [p for p in reported_areas(view, tops, level) if level == "all" or fits[p]]


def _reporting(view: View, shown: Sequence[int]) -> Array:
    """Over all nodes and one more (for unknown ids): the lowest shown area in which it lies, as position, else -1."""
    span, forest = view.snapshot.span("Area"), view.areas()
    at = np.full(span.stop - span.start, -1, np.int64)
    at[shown] = shown
    for p in forest.preorder.tolist():
        if at[p] < 0 and forest.parent[p] >= 0:
            at[p] = at[forest.parent[p]]
    home = view.home()
    return np.append(np.where(home >= 0, at[np.maximum(home - span.start, 0)], -1), -1)


def _numbers(snapshot: Snapshot, table: str, ids: Sequence[str]) -> Array:
    """Node numbers of written nodes, or of the sources of written relations; -1 (the last place) for unknown ones."""
    if table in NODE_TYPES:
        labels: tuple[str, ...] = (table,)
    elif table in RELATION_TYPES:
        labels = tuple(dict.fromkeys(a for a, _ in RELATION_TYPES[table].ends))
    else:
        return np.zeros(0, np.int64)
    wanted = dict.fromkeys((i.partition(">")[0] for i in ids), labels)
    return np.array(list(node_numbers(snapshot, wanted).values()), np.int64)


def _row(view: View, place: int, known: _Area) -> Row:
    month = (view.as_of.year, view.as_of.month)
    last, file = known.last, known.file
    reverted = last is not None and last.by == REVERTED
    handed_in = file is not None and not reverted and (file.on.year, file.on.month) == month
    state = "submitted" if handed_in else "missing" if file else "never"
    data = []
    for name, tables in ANSWERS.items():
        told = [known.tables[t] for t in tables if t in known.tables]
        if told:
            youngest = max(told, key=lambda w: w.number)
            days = (view.as_of - youngest.on).days
            data.append({"answer": name, "on": youngest.on.isoformat(), "revision": youngest.number, "days": days})
    shown = file and {"revision": file.number, "on": file.on.isoformat(), "author": file.author, "source": file.source}
    return {"area": view.ref(place + view.snapshot.span("Area").start), "state": state, "last": shown, "data": data}
