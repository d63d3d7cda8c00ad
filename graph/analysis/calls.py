"""呼应: which department answers which street or community, how fast, and which never does (街呼区应, 吹哨报到)."""

from __future__ import annotations

import numpy as np

from graph.analysis.answer import Answer, Row, answer
from graph.analysis.asked import asked_nodes, asked_subtree, notice
from graph.snapshot import NULL_INT
from graph.view import View

STATES = ("ok", "overdue", "unanswered", "never", "unknown")


def calls(view: View, area: str | None = None) -> Answer:
    """Rows `{"unit", "node", "area", "calls", "answered", "on_time", "answer_rate", "on_time_rate", "state"}`.

    One row for each department and whom it answers, all periods in force together. `state`: never (called, not once
    answered), unanswered (some calls are), overdue (all answered, some late), unknown (no numbers), ok.
    Totals hold the sums and the departments that answer nobody.
    """
    edges = view.edges("RESPONDS_TO")
    home, start = view.home(), view.snapshot.span("Area").start
    place = home[edges.target]
    chosen = (
        (place >= 0) & asked_subtree(view, area)[np.maximum(place - start, 0)] if area else np.ones(len(edges), bool)
    )
    pairs: dict[tuple[int, int], list[int | None]] = {}
    columns = [view.snapshot.edge_column("RESPONDS_TO", c)[edges.row] for c in ("calls", "answered", "on_time")]
    for i in np.flatnonzero(chosen).tolist():
        sums = pairs.setdefault((int(edges.source[i]), int(edges.target[i])), [None, None, None])
        for k, column in enumerate(columns):
            if column[i] != NULL_INT:
                sums[k] = (sums[k] or 0) + int(column[i])
    rows = [_row(view, unit, whom, *sums) for (unit, whom), sums in pairs.items()]
    rows.sort(key=lambda r: (STATES[::-1].index(r["state"]), r["unit"]["id"], r["node"]["id"]))
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


def _row(view: View, unit: int, whom: int, called: int | None, answered: int | None, on_time: int | None) -> Row:
    return {
        "unit": view.ref(unit),
        "node": view.ref(whom),
        "area": view.ref(int(view.home()[whom])),
        "calls": called,
        "answered": answered,
        "on_time": on_time,
        "answer_rate": answered / called if called and answered is not None else None,
        "on_time_rate": on_time / called if called and on_time is not None else None,
        "state": _state(called, answered, on_time),
    }


def _state(called: int | None, answered: int | None, on_time: int | None) -> str:
    if called is None or answered is None:
        return "unknown"
    if called and not answered:
        return "never"
    if answered < called:
        return "unanswered"
    return "overdue" if on_time is not None and on_time < answered else "ok"
