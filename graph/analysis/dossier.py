"""一组织一档: everything that is known about one organization, area, unit or other node."""

from __future__ import annotations

from typing import Any

import numpy as np

from graph.analysis.answer import Answer, Row, answer
from graph.analysis.overview import KINDS
from graph.analysis.tiers import place
from graph.model import RELATION_TYPES, node_attributes, relation_attributes
from graph.snapshot import DAY_MAX, DAY_MIN, NULL_INT, date_text
from graph.view import View


def show(view: View, id_: str, limit: int = 100) -> Answer:
    """One row: `node`, `attributes` (what the Snapshot holds), `area`, `line`, `tier`, `superiors`, `relations`.

    `relations` are by type and direction: `{"relation", "name", "direction": "out|in", "count", "ties"}` with at most
    `limit` ties, each `{"node", …attributes}`. `NotFoundError` for an unknown id.
    """
    node = view.index(id_)
    label = view.snapshot.label(node)
    attributes = {
        a.name: value
        for a in node_attributes(label)
        if a.narrow and a.name not in ("id", "name", "kind") and (value := _attribute(view, node, a.name)) is not None
    }
    relations, behind = _relations(view, node, limit)
    row: Row = {
        "node": view.ref(node),
        "attributes": attributes,
        "area": view.ref(int(view.home()[node])),
        "relations": relations,
    }
    if label == "Organization":
        line, tier = place(view, node)
        span = view.snapshot.span(label)
        above = [p + span.start for p in view.organizations().ancestors(node - span.start)]
        row |= {
            "line": line.id if line else None,
            "tier": tier.tier if tier else None,
            "superiors": [view.ref(o) for o in above],
            "below": _below(view, node),
        }
        behind += above
    if label == "Area":
        start = view.snapshot.span(label).start
        chain = view.areas().ancestors(node - start)
        row["superiors"] = [view.ref(p + start) for p in chain]
    return answer(view, [row], {"relations": sum(r["count"] for r in relations)}, [node, *behind])


def _attribute(view: View, node: int, name: str) -> Any:
    if name == "short_name":
        return view.snapshot.texts("short_name")[node] or None
    if name == "order":
        order = int(view.snapshot.arrays["order"][node])
        return None if order < 0 else order
    if name == "holder_key":
        return None
    return view.snapshot.value(node, name)


def _below(view: View, node: int) -> Row:
    """Numbers of all subordinate organizations by sort, the node itself left out."""
    start = view.snapshot.span("Organization").start
    below = view.organizations().descendants(node - start)[1:]
    return {name: int(view.coded("Organization", "kind", kinds)[below].sum()) for name, kinds in KINDS.items()}


def _relations(view: View, node: int, limit: int) -> tuple[list[Row], list[int]]:
    out: list[Row] = []
    behind: list[int] = []
    for type_, relation in RELATION_TYPES.items():
        edges = view.edges(type_)
        for direction, near, far in (("out", edges.source, edges.target), ("in", edges.target, edges.source)):
            hits = np.flatnonzero(near == node)
            if len(hits):
                behind += far[hits].tolist()
                ties = [
                    {"node": view.ref(int(far[i])), **tie_attributes(view, type_, int(edges.row[i]))}
                    for i in hits[:limit].tolist()
                ]
                row = {"relation": type_, "name": relation.zh, "direction": direction, "count": len(hits)}
                out.append(row | {"ties": ties})
    return out, behind


def tie_attributes(view: View, type_: str, row: int) -> Row:
    """The narrow attributes of one relation that have a value, as JSON values (dates as text)."""
    out: Row = {}
    for a in relation_attributes(type_):
        if not a.narrow:
            continue
        cell = view.snapshot.edge_column(type_, a.name)[row]
        if a.type in ("text", "code"):
            value: Any = view.snapshot.edge_words(type_, a.name)[int(cell)] or None
        elif a.type == "date":
            value = None if cell in (DAY_MIN, DAY_MAX) else date_text(int(cell))
        elif a.type == "bool":
            value = bool(cell > 0)
        elif a.type == "number":
            value = None if np.isnan(cell) else float(cell)
        else:
            value = None if cell == NULL_INT else int(cell)
        if value is not None:
            out[a.name] = value
    return out
