"""The two sides of a 变化图: two days, two revisions, or what is and what a plan would make of it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from graph.analysis.answer import Answer, Row
from graph.analysis.diff import Codes, diff_of_days
from graph.analysis.plan import planned
from graph.analysis.rates import changed_rates
from graph.errors import ParameterError
from graph.snapshot import build
from graph.view import View
from graph.view import view as view_of
from visual.sheet import chinese_date

NODE_LABELS = ("Organization", "Area", "Unit", "Alliance")
SINGLE_TIES = ("SUBORDINATE_TO", "PART_OF")
TIES = (*SINGLE_TIES, "PAIRED_WITH", "MEMBER_OF", "GUIDED_BY", "CONVENED_IN")


@dataclass(frozen=True, slots=True)
class Compared:
    """Two views with the rows of `graph.analysis.diff` between them and every rate on both sides (`changed_rates`);
    `sides` are the titles of the two columns, `words` says in the 口径 what was compared."""

    then: View
    now: View
    rows: Sequence[Row]
    rates: Sequence[Row]
    sides: tuple[str, str]
    words: str


def compared_answer(then: View, now: View, found: Answer, sides: tuple[str, str]) -> Compared:
    """Two views with the answer of `diff_of_days` or `diff_of_revisions`."""
    return Compared(then, now, found.rows, found.totals["rates"], sides, f"{sides[1]}与{sides[0]}比较")


def compared_days(view: View, before: dt.date, area: str | None, codes: Codes = lambda _: {}) -> Compared:
    """The day of the view compared with an earlier one; `ParameterError` when it is not earlier."""
    if before >= view.as_of:
        raise ParameterError("比较的日期不早于截至日期。", "请给出更早的日期。", code="before-invalid")
    then = view_of(view.snapshot, view.profile, before, _scope(view))
    sides = (chinese_date(before), chinese_date(view.as_of))
    return compared_answer(then, view, diff_of_days(then, view, codes, area), sides)


def compared_plan(view: View, ops: Sequence[Mapping[str, Any]], area: str | None) -> Compared:
    """The district as it is and as a plan would make it (on a copy); `InputError` for a plan that cannot be done."""
    now = view_of(build(planned(view, ops), view.snapshot.revision), view.profile, view.as_of, _scope(view))
    rates = changed_rates(view, now, area)
    return Compared(view, now, _rows(view, now), rates, ("现状", "设想"), f"按设想的{len(ops)}项改动推演，未写入")


def _scope(view: View) -> list[str] | None:
    return None if view.scope is None else [view.id(root) for root in view.scope]


def _rows(then: View, now: View) -> list[Row]:
    """What differs between two views of different Snapshots, by ids, in the shape of `graph.analysis.diff`."""
    rows: list[Row] = []
    old, new = _nodes(then), _nodes(now)
    for change, view, ids in (("added", now, new.keys() - old.keys()), ("ended", then, old.keys() - new.keys())):
        rows += [_row(change, view.ref(view.snapshot.index(id_))) for id_ in sorted(ids)]
    for type_ in TIES:
        before, after = _ties(then, type_), _ties(now, type_)
        for source in sorted(before.keys() | after.keys()):
            if not (source in old and source in new) and type_ in SINGLE_TIES:
                continue
            was, now_ = before.get(source, set()), after.get(source, set())
            node = (now if source in new else then).ref((now if source in new else then).snapshot.index(source))
            for change, view, ids in (("ended", then, was - now_), ("added", now, now_ - was)):
                others = [view.ref(view.snapshot.index(id_)) for id_ in sorted(ids)]
                rows += [{**_row(change, node), "relation": type_, "other": other} for other in others]
    return rows


def _row(change: str, node: Row | None) -> Row:
    return {"change": change, "node": node, "before": None, "after": {}, "review": None}


def _nodes(view: View) -> dict[str, int]:
    return {view.id(int(n)): int(n) for label in NODE_LABELS for n in view.nodes(label)}


def _ties(view: View, type_: str) -> dict[str, set[str]]:
    edges = view.edges(type_)
    found: dict[str, set[str]] = {}
    for source, target in zip(edges.source.tolist(), edges.target.tolist(), strict=True):
        found.setdefault(view.id(source), set()).add(view.id(target))
    return found
