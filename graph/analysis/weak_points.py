"""Weak points: whose loss takes the last tie from others, cuts parts off, or takes a broker out of the network."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import rustworkx as rx
from numpy.typing import NDArray

from graph.analysis.answer import Answer, Row, answer
from graph.analysis.asked import asked_subtree
from graph.analysis.contraction import AREAS, COMMUNITIES, COUNTED, ORGANIZATIONS, UNITS, Contraction, contraction
from graph.analysis.last_ties import LastTie, last_ties
from graph.analysis.separation import Separation, separation
from graph.analysis.successors import Successors, successors
from graph.view import View

Array = NDArray[Any]
KINDS = ("last_tie", "only_passage", "hub", "formal_superior")
HUBS = 20
_RANKED = (COMMUNITIES, ORGANIZATIONS, AREAS, UNITS)


def weak_points(view: View, area: str | None = None, limit: int | None = None) -> Answer:
    """The weak points of the contracted network, in which an organization and the area it covers alone are one place.

    Args:
        area: only those that lie in the subtree of this area.
        limit: at most so many rows of each kind.

    Returns:
        Rows in the shape `weak point` of interface.md; `cut_off` also counts units. Kinds, in this order:
        `last_tie` (`tie`: partner, adviser, alliance, head; `losers`: who is left without one; the element is the
        relation where there is one loser, else the node); `only_passage` (parts that are not formally below it fall
        off with it); `hub` (the 20 highest `betweenness` on the backbone, shortest paths, exact, of those that are not
        a superior there); `formal_superior` (必经上级, apart: what is formally below a community or higher place).
        Within a kind by communities, organizations, areas and units cut off, hubs by betweenness; then by id.
        `replaced_by` is who could take over, null where the data names nobody.
    """
    net = contraction(view)
    cut = view.once("separation", lambda: separation(net))
    heirs = successors(view, net)
    found = [
        *((0, _where(tie), _last_tie(view, net, tie, heirs)) for tie in last_ties(view)),
        *((1, v, row) for v, row in _passages(view, net, cut, heirs)),
        *((2, v, row) for v, row in _hubs(view, net, cut, heirs)),
        *((3, v, row) for v, row in _superiors(view, net, cut, heirs)),
    ]
    if area is not None:
        span = view.snapshot.span("Area")
        within, home = asked_subtree(view, area), view.home()
        found = [f for f in found if home[f[1]] >= 0 and within[home[f[1]] - span.start]]
    found.sort(key=lambda f: (f[0], _rank(f[2]), view.snapshot.ids.raw(f[1])))
    rows, behind, totals = [], [], dict.fromkeys(KINDS, 0)
    for place, node, row in found:
        totals[KINDS[place]] += 1
        if limit is None or totals[KINDS[place]] <= limit:
            rows.append(row)
        behind.append(node)
    return answer(view, rows, {"by_kind": totals}, behind)


def _rank(row: Row) -> tuple[float, ...]:
    return (-row.get("betweenness", 0.0), *(-row["cut_off"][COUNTED[i]] for i in _RANKED))


def _counts(values: Any) -> dict[str, int]:
    return {name: int(v) for name, v in zip(COUNTED, values, strict=True)}


def _row(kind: str, element: Row, counts: Any, replaced_by: Row | None, **more: Any) -> Row:
    return {"kind": kind, **more, "element": element, "cut_off": _counts(counts), "replaced_by": replaced_by}


def _where(tie: LastTie) -> int:
    """The node by which a last tie is placed and sorted: the only loser, else who is lost."""
    return tie.losers[0] if len(tie.losers) == 1 else tie.node


def _last_tie(view: View, net: Contraction, tie: LastTie, heirs: Successors) -> Row:
    element: Row = {"node": view.ref(tie.node)}
    if len(tie.losers) == 1:
        ends = (tie.losers[0], tie.node) if tie.reversed else (tie.node, tie.losers[0])
        element = {"relation": tie.relation, "from": view.ref(ends[0]), "to": view.ref(ends[1])}
    places = np.unique(net.place[list(tie.losers)])
    losers = [view.ref(v) for v in tie.losers]
    heir = view.ref(heirs.of(tie.node))
    return _row("last_tie", element, net.own[places].sum(0), heir, tie=tie.sort, losers=losers)


def _passages(view: View, net: Contraction, cut: Separation, heirs: Successors) -> Iterator[tuple[int, Row]]:
    for v in np.flatnonzero(cut.other.any(1)).tolist():
        yield v, _row("only_passage", _element(view, v), cut.other[v], view.ref(heirs.of(v)))
    for tie, counts in cut.bridges:
        if net.carriers[tie] == 1:
            type_, row = net.types[net.type[tie]], int(net.row[tie])
            source, target = (int(view.snapshot.edge_column(type_, end)[row]) for end in ("from", "to"))
            element = {"relation": type_, "from": view.ref(source), "to": view.ref(target)}
            yield source, _row("only_passage", element, counts, None)


def _superiors(view: View, net: Contraction, cut: Separation, heirs: Successors) -> Iterator[tuple[int, Row]]:
    community = (cut.formal[:, COMMUNITIES] > 0) | ((net.own[:, COMMUNITIES] > 0) & cut.formal.any(1))
    for v in np.flatnonzero(community).tolist():
        yield v, _row("formal_superior", _element(view, v), cut.formal[v], view.ref(heirs.of(v)))


def _element(view: View, node: int) -> Row:
    """A place names both its organization and, as `area`, the area that it stands for."""
    net = contraction(view)
    span = view.snapshot.span("Area")
    element: Row = {"node": view.ref(node)}
    if net.is_place[node] and not span.start <= node < span.stop:
        areas = np.flatnonzero(net.place[span] == node)
        element["area"] = view.ref(int(areas[0]) + span.start) if len(areas) else None
    return element


def backbone(view: View, net: Contraction) -> tuple[Array, Array]:
    """Ends of the ties that are left when trees of places, posts and facilities are taken off (units and alliances
    stay): what lies below the communities is a forest, what is left is the network."""
    kept = np.zeros(net.n, bool)
    for label in ("Unit", "Alliance"):
        kept[view.snapshot.span(label)] = True
    low, high = net.low, net.high
    while True:
        leaf = (np.bincount(low, minlength=net.n) + np.bincount(high, minlength=net.n) == 1) & ~kept
        off = leaf[low] | leaf[high]
        if not off.any():
            return low, high
        low, high = low[~off], high[~off]


def betweenness(view: View, net: Contraction) -> tuple[Array, Array]:
    """Nodes of the backbone and the exact betweenness of each (shortest paths by hops, normalized)."""
    low, high = backbone(view, net)
    nodes, ends = np.unique(np.stack([low, high]), return_inverse=True)
    graph = rx.PyGraph()
    graph.add_nodes_from(range(len(nodes)))
    graph.add_edges_from_no_data(list(zip(*ends.reshape(2, -1).tolist(), strict=True)))
    found = rx.betweenness_centrality(graph)
    return nodes, np.array([found[i] for i in range(len(nodes))])


def _hubs(view: View, net: Contraction, cut: Separation, heirs: Successors) -> Iterator[tuple[int, Row]]:
    nodes, between = view.once("betweenness", lambda: betweenness(view, net))
    superior = np.zeros(net.n, bool)
    above = net.formal.parent[nodes]
    superior[above[above >= 0]] = True
    brokers = np.flatnonzero(~superior[nodes] & (between > 0))
    shown = np.round(between, 9)
    ids = view.snapshot.ids
    best = sorted(brokers.tolist(), key=lambda i: (-shown[i], ids.raw(int(nodes[i]))))[:HUBS]
    for i in best:
        v = int(nodes[i])
        counts = cut.formal[v] + cut.other[v]
        yield v, _row("hub", _element(view, v), counts, view.ref(heirs.of(v)), betweenness=float(shown[i]))
