"""赋权: what has been delegated to or stationed at each street, what it may decide, and who has sent nothing down."""

from __future__ import annotations

from collections import Counter
from typing import Any

import numpy as np
from numpy.typing import NDArray

from graph.analysis.answer import Answer, Row, answer
from graph.analysis.asked import asked_areas, notice, reported_areas
from graph.view import Edges, View

Array = NDArray[Any]
NAMED = 5


def powers(view: View, area: str | None = None, level: str | None = None) -> Answer:
    """One row for each area of the reporting tier (or of `level`), what lies below it included.

    `delegated`: number of items by power and by department; `stationed`: people by department; `over`: powers that
    organizations there have over units (考核, 人事, 综合管理 …), with the number of units each; `state`: some, none
    (nothing of the three is there), unknown (the ledger has no such records at all).
    Totals name the departments that have sent nothing down.
    """
    start, span = view.snapshot.span("Area").start, view.snapshot.span("Unit")
    tops = asked_areas(view, area)
    shown = [p for p in reported_areas(view, tops, level) if p not in tops or area is not None]
    kinds = ("DELEGATES_TO", "STATIONED_AT", "HAS_POWER_OVER")
    edges = {k: view.edges(k) for k in kinds}
    any_known = any(len(e) for e in edges.values())
    rows = [_row(view, p, edges, any_known) for p in shown]
    units = view.nodes("Unit")
    offices = units[view.coded("Unit", "kind", ("机关",))[units - span.start]]
    sent = np.concatenate([edges["DELEGATES_TO"].source, edges["STATIONED_AT"].source])
    nothing = offices[~np.isin(offices, sent)]
    totals = {
        "departments": len(offices),
        "sent_nothing": [view.ref(int(u)) for u in nothing.tolist()] if len(sent) else [],
        "areas_with_nothing": sum(r["state"] == "none" for r in rows),
        "notices": _notices(view, nothing if len(sent) else nothing[:0], any_known=any_known),
    }
    near = [e.target if k != "HAS_POWER_OVER" else e.source for k, e in edges.items()]
    here = [np.any([_here(view, p, nodes) for p in shown], axis=0) if shown else nodes < 0 for nodes in near]
    behind = [e.source[h] for e, h in zip(edges.values(), here, strict=True)]
    return answer(view, rows, totals, np.concatenate([np.array([p + start for p in shown], np.int64), *behind]))


def _notices(view: View, nothing: Array, *, any_known: bool) -> list[dict[str, str]]:
    if not any_known:
        return [notice("no-powers", "数据中没有赋权、派驻记录，无法判断下放情况。")]
    if not len(nothing):
        return []
    names = "、".join(view.name(int(u)) for u in nothing[:NAMED].tolist())
    more = f"等{len(nothing)}个部门" if len(nothing) > NAMED else f"共{len(nothing)}个部门"
    return [notice("sent-nothing", f"没有下放事项、也没有派驻力量的：{names}，{more}。")]


def _here(view: View, place: int, nodes: Array) -> Array:
    """Bool per node: its home lies in the area at a position or below it."""
    forest, start = view.areas(), view.snapshot.span("Area").start
    home = view.home()[nodes] - start
    enter = forest.enter[np.maximum(home, 0)]
    return np.asarray((home >= 0) & (enter >= forest.enter[place]) & (enter < forest.leave[place]))


def _by(view: View, edges: Edges, chosen: Array, amount: str) -> list[Row]:
    """Departments with the sum of an attribute, most first; an unknown amount counts as one."""
    sums: Counter[int] = Counter()
    values = view.snapshot.edge_column(edges.type, amount)[edges.row]
    for i in np.flatnonzero(chosen).tolist():
        sums[int(edges.source[i])] += int(values[i]) if values[i] >= 0 else 1
    return [{"unit": view.ref(u), amount: n} for u, n in sorted(sums.items(), key=lambda s: (-s[1], s[0]))]


def _row(view: View, place: int, edges: dict[str, Edges], any_known: bool) -> Row:
    given, sent, over = (edges[k] for k in ("DELEGATES_TO", "STATIONED_AT", "HAS_POWER_OVER"))
    delegated, stationed = _here(view, place, given.target), _here(view, place, sent.target)
    held = _here(view, place, over.source)
    words, by_power = view.edge_words(given, "power"), Counter[str]()
    items = view.snapshot.edge_column("DELEGATES_TO", "items")[given.row]
    for i in np.flatnonzero(delegated).tolist():
        by_power[words[i] or "未注明"] += int(items[i]) if items[i] >= 0 else 1
    found = delegated.any() or stationed.any() or held.any()
    powers_over = Counter(
        w or "未注明" for w, h in zip(view.edge_words(over, "power"), held.tolist(), strict=True) if h
    )
    return {
        "area": view.ref(place + view.snapshot.span("Area").start),
        "delegated": {
            "items": sum(by_power.values()),
            "by_power": dict(by_power),
            "by": _by(view, given, delegated, "items"),
        },
        "stationed": {"by": _by(view, sent, stationed, "people")},
        "over": dict(powers_over),
        "state": "some" if found else "none" if any_known else "unknown",
    }
