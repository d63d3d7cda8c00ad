"""Lists of nodes, one node with everything known of it (一组织一档), and its neighbours."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from api.names import superior
from api.pages import PAGE, fingerprint, made, opened, page
from graph.analysis.answer import Row
from graph.analysis.dossier import show, tie_attributes
from graph.errors import ParameterError
from graph.model import RELATIONS, node_attributes
from graph.view import View

LISTS: Mapping[str, str] = {
    "areas": "Area",
    "organizations": "Organization",
    "units": "Unit",
    "alliances": "Alliance",
    "posts": "Post",
    "facilities": "Facility",
    "demands": "Demand",
    "resources": "Resource",
    "projects": "Project",
    "activities": "Activity",
}
SKIPPED = frozenset({"id", "name", "kind", "holder_key"})


def listed(view: View, name: str, values: Mapping[str, Any]) -> Row:
    """A page of a list in the order of ids: rows are refs with their narrow attributes and what lies above.

    Args:
        name: a key of LISTS.
        values: `kind`, `area` (id), `limit`, `cursor`; the cursor holds the last id, so writes move no row.
    """
    nodes = _fitting(view, LISTS[name], values)
    return _page(view, name, nodes, values)


def children(view: View, area: str, values: Mapping[str, Any]) -> Row:
    """A page of the areas directly below an area, in every hierarchy."""
    parent = view.index(area)
    if view.snapshot.label(parent) != "Area":
        raise ParameterError("这个标识不是区域。", "请给出区域的标识。")
    edges = view.edges("PART_OF")
    below = np.unique(edges.source[edges.target == parent])
    return _page(view, f"areas/{area}/children", below[view.inside[below]], values)


def pairings(view: View, values: Mapping[str, Any]) -> Row:
    """A page of 结对共建 relations: both ends and the attributes of the relation, in the order of their ends."""
    edges = view.edges("PAIRED_WITH")
    chosen = np.lexsort((edges.row, edges.target, edges.source))
    bound = fingerprint("pairings", values)
    start = int(opened(values["cursor"], bound)) if values.get("cursor") else 0
    stop = start + (values.get("limit") or PAGE)
    rows = [
        {"community": view.ref(int(edges.source[i])), "unit": view.ref(int(edges.target[i]))}
        | tie_attributes(view, "PAIRED_WITH", int(edges.row[i]))
        for i in chosen[start:stop].tolist()
    ]
    return {"rows": rows, "next": made(str(stop), bound) if stop < len(chosen) else None}


def card(view: View, id_: str, full: Mapping[str, Any] | None, *, names: bool) -> Row:
    """Everything known of one node.

    Args:
        full: its attributes as the store keeps them (source, code, holder), None if it does not hold them.
        names: whether the caller may see a post holder's name; else it is masked.
    """
    found = show(view, id_).body()
    row = found["rows"][0]
    kept = _kept(row["node"]["label"], full or {}, names=names)
    head = {k: found[k] for k in ("district", "revision", "as_of", "generated")}
    return {**head, **row, "attributes": row["attributes"] | kept}


def neighbour_rows(view: View, id_: str, values: Mapping[str, Any]) -> Row:
    """A page of the relations in force at a node."""
    bound = f"{fingerprint('neighbours', values)}-{view.snapshot.revision}"
    every = list(neighbours(view, view.index(id_)))
    rows, following = page(every, values.get("limit") or PAGE, values.get("cursor"), bound)
    return {"rows": list(rows), "next": following}


def neighbours(view: View, node: int) -> Iterator[Row]:
    """Every relation in force at a node: its type, direction seen from the node, the other end and its attributes."""
    for relation in RELATIONS:
        edges = view.edges(relation.type)
        for mine, other, direction in (
            (edges.source, edges.target, "out"),
            (edges.target, edges.source, "in"),
        ):
            for i in np.flatnonzero(mine == node).tolist():
                yield {
                    "relation": relation.type,
                    "name": relation.zh,
                    "direction": direction,
                    "node": view.ref(int(other[i])),
                } | tie_attributes(view, relation.type, int(edges.row[i]))


def masked(name: str) -> str:
    """王某某 → 王**: the family name and as many stars as characters were left out.

    >>> masked("王某某")
    '王**'
    """
    return name[:1] + "*" * max(len(name) - 1, 1) if name else name


def _fitting(view: View, label: str, values: Mapping[str, Any]) -> Any:
    span = view.snapshot.span(label)
    keep = view.inside[span].copy()
    if values.get("kind"):
        keep &= view.coded(label, "kind", (values["kind"],))
    nodes = np.flatnonzero(keep) + span.start
    if values.get("area"):
        root = view.index(values["area"])
        areas = view.snapshot.span("Area")
        if view.snapshot.label(root) != "Area":
            raise ParameterError("参数 area 不是区域的标识。", "请给出区域的标识。")
        below = np.zeros(view.snapshot.n + 1, bool)
        below[view.areas().descendants(root - areas.start) + areas.start] = True
        nodes = nodes[below[view.home()[nodes]]]
    return nodes


def _page(view: View, name: str, nodes: Any, values: Mapping[str, Any]) -> Row:
    """Nodes are numbered in the order of ids within a label, so the page after an id is a search."""
    bound = fingerprint(name, values)
    limit = values.get("limit") or PAGE
    start = 0
    if values.get("cursor"):
        last = opened(values["cursor"], bound)
        start = _after(view, nodes, last)
    chosen = nodes[start : start + limit].tolist()
    more = start + limit < len(nodes)
    rows = [(view.ref(n) or {}) | {"above": view.ref(superior(view, n))} | _attributes(view, n) for n in chosen]
    return {"rows": rows, "next": made(view.id(chosen[-1]), bound) if more else None}


def _after(view: View, nodes: Any, last: str) -> int:
    low, high = 0, len(nodes)
    while low < high:
        middle = (low + high) // 2
        if view.id(int(nodes[middle])) <= last:
            low = middle + 1
        else:
            high = middle
    return low


def _attributes(view: View, node: int) -> Row:
    label = view.snapshot.label(node)
    narrow = [a.name for a in node_attributes(label) if a.narrow and a.name not in SKIPPED]
    found = {name: _value(view, node, name) for name in narrow}
    return {k: v for k, v in found.items() if v is not None}


def _value(view: View, node: int, name: str) -> Any:
    if name == "short_name":
        return view.snapshot.texts("short_name")[node] or None
    if name == "order":
        order = int(view.snapshot.arrays["order"][node])
        return order if order >= 0 else None
    return view.snapshot.value(node, name)


def _kept(label: str, full: Mapping[str, Any], *, names: bool) -> Row:
    """What only the store keeps, holders masked."""
    personal = {a.name for a in node_attributes(label) if a.personal}
    narrow = {a.name for a in node_attributes(label) if a.narrow}
    return {
        k: (masked(str(v)) if k in personal and not names else v)
        for k, v in full.items()
        if v is not None and k not in narrow and k not in ("label", "holder_key")
    }
