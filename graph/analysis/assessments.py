"""双向考评 (述联评联考): who was not assessed this year, from above or from below."""

from __future__ import annotations

import datetime as dt
from typing import Any

from graph.analysis.answer import Answer, Row, answer
from graph.analysis.asked import asked_nodes, notice
from graph.analysis.tiers import place
from graph.snapshot import DAY_MIN, NULL_INT, date_text
from graph.view import View

DIRECTIONS = ("from_above", "from_below", "other")


def assessments(view: View, area: str | None = None, year: int | None = None) -> Answer:
    """Rows `{"node", "area", "year", "tier", "from_above", "from_below", "other", "missing"}`.

    Each list holds `{"by", "kind", "grade"}`. `missing` names the directions in which others of the same tier (units:
    of the same kind) have ever been assessed and this one was not in the year (default: that of the day asked about).
    From above: the assessor is a formal superior, near or far; from below: a subordinate.
    """
    asked = year or view.as_of.year
    found = _all(view)
    expected: dict[str, set[str]] = {}
    for node, direction, _, _ in found:
        expected.setdefault(_group(view, node), set()).add(direction)
    mine: dict[int, dict[str, list[Row]]] = {}
    for node, direction, when, row in found:
        if when == asked:
            mine.setdefault(node, {}).setdefault(direction, []).append(row)
    nodes = [*asked_nodes(view, "Organization", area).tolist(), *asked_nodes(view, "Unit", area).tolist()]
    rows: list[Row] = []
    for node in nodes:
        group = _group(view, node)
        if group in expected:
            has = mine.get(node, {})
            lacking = [d for d in DIRECTIONS if d in expected[group] and d not in has]
            rows.append(
                {
                    "node": view.ref(node),
                    "area": view.ref(int(view.home()[node])),
                    "year": asked,
                    "tier": group,
                    **{d: has.get(d, []) for d in DIRECTIONS},
                    "missing": lacking,
                }
            )
    totals = {
        "year": asked,
        "of": len(rows),
        "missing": {d: sum(d in r["missing"] for r in rows) for d in DIRECTIONS},
        "notices": [] if found else [notice("no-assessments", "数据中没有考评记录，无法判断谁未被考评。")],
    }
    return answer(view, rows, totals, [n for n, *_ in found] + [view.index(r["node"]["id"]) for r in rows])


def _group(view: View, node: int) -> str:
    """Tier of an organization (else its kind), kind of a unit: whom it is compared with."""
    if view.snapshot.label(node) == "Organization":
        _, tier = place(view, node)
        return tier.tier if tier else view.kind(node)
    return view.kind(node)


def _all(view: View) -> list[tuple[int, str, int | None, dict[str, Any]]]:
    """Every assessment in force: assessed, direction, year, who and with what result."""
    edges = view.edges("ASSESSED_BY")
    column = view.snapshot.edge_column
    years, since = column("ASSESSED_BY", "year")[edges.row], column("ASSESSED_BY", "since")[edges.row]
    kind, grade = view.edge_words(edges, "kind"), view.edge_words(edges, "grade")
    span, forest = view.snapshot.span("Organization"), view.organizations()
    up = view.edges("SUBORDINATE_TO")
    # Of a caller's scope only the next superior is seen, and it stands in no tree.
    far = ~view.inside[up.target]
    outside = set(zip(up.source[far].tolist(), up.target[far].tolist(), strict=True))
    out = []
    for i, (who, by) in enumerate(zip(edges.source.tolist(), edges.target.tolist(), strict=True)):
        direction = "other"
        if span.start <= who < span.stop:
            a, b = who - span.start, by - span.start
            if forest.enter[b] < forest.enter[a] < forest.leave[b] or (who, by) in outside:
                direction = "from_above"
            elif forest.enter[a] < forest.enter[b] < forest.leave[a]:
                direction = "from_below"
        when = int(years[i]) if years[i] != NULL_INT else _year(int(since[i]))
        row = {"by": view.ref(by), "kind": kind[i] or None, "grade": grade[i] or None}
        out.append((who, direction, when, row))
    return out


def _year(day: int) -> int | None:
    text = date_text(day) if day != DAY_MIN else None
    return dt.date.fromisoformat(text).year if text else None
