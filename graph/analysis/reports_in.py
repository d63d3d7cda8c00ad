"""双报到: which organizations report where they are located, which serving members where they live, and how active.

单位报到率 = organizations that reported ÷ organizations that should (those of units in the area); 党员报到率 = serving
members who reported where they live ÷ serving members; 活跃率 apart. The two halves are never added.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from graph.analysis.answer import Answer, Row, answer
from graph.analysis.asked import asked_areas, notice, reported_areas
from graph.analysis.coverage import seats
from graph.analysis.tiers import places
from graph.view import View

Array = NDArray[Any]


def reports_in(view: View, area: str | None = None, level: str | None = None) -> Answer:
    """One row for the asked area and each area of the reporting tier (or of `level`) below it.

    `organizations` and `serving_members` are rates `{"n", "of", "rate"}` of what is based in the area; `received`
    counts organizations and members that report to the area (or to organizations there); `active` is the rate of
    active among reported members where the ledger says so. A rate without a known denominator is null. Members that
    an organization without a number of serving members reports are in no numerator: `uncounted` says how many.
    """
    tops = asked_areas(view, area)
    shown = reported_areas(view, tops, level)
    start, columns = view.snapshot.span("Area").start, _columns(view)
    edges = view.edges("REPORTED_TO")
    halves = set(view.edge_words(edges, "half"))
    known = {"unit": "单位" in halves, "member": "在职党员" in halves}
    rows = [_row(view, p + start, {k: int(v[p]) for k, v in columns.items()}, known) for p in shown]
    missing = []
    if not len(edges):
        missing.append(notice("no-reports", "数据中没有双报到记录，无法计算报到率。"))
    elif not columns["serving"][tops].any():
        missing.append(notice("no-serving-members", "党组织没有在职党员数，党员报到率缺分母。"))
    elif left_out := int(columns["uncounted"][tops].sum()):
        text = f"有{left_out}名报到党员所在的党组织没有填在职党员数，不计入党员报到率的分子。"
        missing.append(notice("serving-members-partly", text))
    return answer(view, rows, {"notices": missing}, np.concatenate([edges.source, edges.target]))


def _rate(n: int, of: int, known: bool = True) -> Row:
    """A rate; without records its numerator is not known to be 0, without a denominator it is none."""
    return {"n": n if known else None, "of": of or None, "rate": n / of if of and known else None}


def _row(view: View, area: int, number: dict[str, int], known: dict[str, bool]) -> Row:
    return {
        "area": view.ref(area),
        "organizations": _rate(number["reported"], number["should"], known["unit"]),
        "serving_members": _rate(number["members"], number["serving"], known["member"] and number["serving"] > 0),
        "uncounted": number["uncounted"],
        "received": {"organizations": number["received"], "members": number["received_members"]},
        "active": _rate(number["active"], number["active_of"]),
        "generated": number["generated"],
    }


def _columns(view: View) -> dict[str, Array]:
    span = view.snapshot.span("Organization")
    forest, edges = view.areas(), view.edges("REPORTED_TO")
    mine = view.inside[edges.source]
    unit_half = view.edge_coded(edges, "half", ("单位",))
    member_half = view.edge_coded(edges, "half", ("在职党员",)) & ~view.edge_coded(edges, "at", ("驻地",))

    def total(nodes: Array, weights: Array | None = None) -> Array:
        seat = seats(view, nodes)
        kept = seat >= 0
        own = np.bincount(seat[kept], None if weights is None else weights[kept], len(forest.parent))
        return forest.within(own.astype(np.int64))

    def cell(name: str) -> Array:
        return view.snapshot.edge_column("REPORTED_TO", name)[edges.row].astype(np.int64)

    belongs = view.edges("BELONGS_TO").source
    reported = np.unique(edges.source[unit_half & mine])
    should = np.union1d(belongs[view.inside[belongs]], reported)
    should = should[places(view).statistical[should - span.start]]
    reported = np.intersect1d(reported, should)
    based = view.nodes("Organization")
    serving = view.values("Organization", "serving_members")[based - span.start]
    members, active = cell("members"), cell("active_members")
    count = np.maximum(members, 0)
    to_count = member_half & mine
    has_whole = (view.values("Organization", "serving_members") >= 0)[edges.source - span.start]
    told = to_count & (active >= 0) & (members > 0)
    return {
        "should": total(should),
        "reported": total(reported),
        "serving": total(based, np.maximum(serving, 0)),
        "members": total(edges.source[to_count & has_whole], count[to_count & has_whole]),
        "uncounted": total(edges.source[to_count & ~has_whole], count[to_count & ~has_whole]),
        "received": total(edges.target[unit_half]),
        "received_members": total(edges.target[member_half], count[member_half]),
        "active": total(edges.source[told], active[told]),
        "active_of": total(edges.source[told], members[told]),
        "generated": total(should[view.snapshot.arrays["generated"][should]]),
    }
