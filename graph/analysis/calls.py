"""呼应: which department answers which street or community, how fast, and which never does (街呼区应, 吹哨报到)."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from graph.analysis.answer import Answer, Row, answer
from graph.analysis.asked import asked_nodes, asked_subtree, notice
from graph.snapshot import NULL_INT
from graph.view import View

STATES = ("ok", "overdue", "unanswered", "never", "unknown")
WORST_FIRST = ("never", "unanswered", "overdue", "unknown", "ok")
Period = tuple[int | None, ...]


def calls(view: View, area: str | None = None) -> Answer:
    """Rows `{"unit", "node", "area", "calls", "answered", "on_time", "answer_rate", "on_time_rate", "rates", "state"}`.

    One row for each department and whom it answers, all periods in force together: worst first. `state`: never
    (called, not once answered), unanswered (some calls are not), overdue (all answered, some late), unknown (no
    numbers), ok. `rates` holds `{"n", "of", "rate"}` of answered and on_time: over the calls of the periods that give
    both (null without any), for a period that does not say how many were in time is not one without any. Totals hold
    the sums and the departments that answer nobody.
    """
    edges = view.edges("RESPONDS_TO")
    home, start = view.home(), view.snapshot.span("Area").start
    place = home[edges.target]
    chosen = (
        (place >= 0) & asked_subtree(view, area)[np.maximum(place - start, 0)] if area else np.ones(len(edges), bool)
    )
    periods: dict[tuple[int, int], list[Period]] = {}
    columns = [view.snapshot.edge_column("RESPONDS_TO", c)[edges.row] for c in ("calls", "answered", "on_time")]
    for i in np.flatnonzero(chosen).tolist():
        numbers = tuple(None if c[i] == NULL_INT else int(c[i]) for c in columns)
        periods.setdefault((int(edges.source[i]), int(edges.target[i])), []).append(numbers)
    rows = [_row(view, unit, whom, found) for (unit, whom), found in periods.items()]
    rows.sort(key=lambda r: (WORST_FIRST.index(r["state"]), r["unit"]["id"], r["node"]["id"]))
    departments = asked_nodes(view, "Unit", None)
    offices = departments[view.coded("Unit", "kind", ("机关",))[departments - view.snapshot.span("Unit").start]]
    silent = offices[~np.isin(offices, edges.source)]
    totals = {
        **{k: sum(r[k] or 0 for r in rows) for k in ("calls", "answered", "on_time")},
        "states": {s: sum(r["state"] == s for r in rows) for s in STATES},
        "departments": len(offices),
        "without_calls": [view.ref(int(u)) for u in silent.tolist()] if len(edges) else [],
        "notices": [] if len(edges) else [notice("no-calls", "数据中没有呼应记录，无法判断响应情况。")],
    }
    return answer(view, rows, totals, np.concatenate([edges.source[chosen], edges.target[chosen]]))


def _row(view: View, unit: int, whom: int, periods: list[Period]) -> Row:
    answered, on_time = _rate(periods, 1), _rate(periods, 2)
    return {
        "unit": view.ref(unit),
        "node": view.ref(whom),
        "area": view.ref(int(view.home()[whom])),
        **{name: _sum(p[i] for p in periods) for i, name in enumerate(("calls", "answered", "on_time"))},
        "answer_rate": answered["rate"],
        "on_time_rate": on_time["rate"],
        "rates": {"answered": answered, "on_time": on_time},
        "state": min((_state(*p) for p in periods), key=WORST_FIRST.index) if _answers(periods) else "never",
    }


def _sum(numbers: Iterable[int | None]) -> int | None:
    known = [n for n in numbers if n is not None]
    return sum(known) if known else None


def _rate(periods: list[Period], part: int) -> Row:
    """A part of the calls of the periods that give both, and these calls."""
    both = [(p[part] or 0, p[0] or 0) for p in periods if p[0] is not None and p[part] is not None]
    n, of = sum(n for n, _ in both), sum(called for _, called in both)
    return {"n": n if both else None, "of": of or None, "rate": n / of if of else None}


def _answers(periods: list[Period]) -> bool:
    """Whether anything was answered in any period, or nothing is known to have been left."""
    called, answered = _sum(p[0] for p in periods), _sum(p[1] for p in periods)
    return not called or answered is None or answered > 0


def _state(called: int | None, answered: int | None, on_time: int | None) -> str:
    """The state of one period; one with no answer at all is `unanswered` here."""
    if called is None or answered is None:
        return "unknown"
    if answered < called:
        return "unanswered"
    return "overdue" if on_time is not None and on_time < answered else "ok"
