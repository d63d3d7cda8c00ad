"""Whom one organization, unit or area reaches, how strongly, and through whom last."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix
from scipy.sparse.csgraph import dijkstra

from graph.analysis.answer import Answer, Row, answer
from graph.analysis.network import Network, network, strength_of
from graph.analysis.paths import place
from graph.analysis.reasons import weights_shown
from graph.analysis.routes import in_layers
from graph.errors import ParameterError
from graph.model import NODE_TYPES
from graph.view import View

Array = NDArray[Any]
CHANNEL_BITS = {"leadership": 1, "pairing": 2, "alliance": 4}
_CHANNELS = ("", "leadership", "pairing", "mixed", "alliance", "mixed", "mixed", "mixed")


def influence(view: View, id_: str, limit: int | None = None) -> Answer:
    """Every node that a node reaches along walked relations and through at most one alliance (domain.md 3, 影响).

    Args:
        id_: id of an organization, unit, alliance or area (an area without hops of its own is represented by the
            organization that covers it).
        limit: only the strongest so many rows; totals are over all.

    Returns:
        Rows `{"node", "strength", "hops", "via", "channel"}`, strongest first, then fewer hops, then ids. `via` is the
        node before it on the strongest path, `channel` that path's. Totals: reached nodes by label and by channel, and
        the weights, 本地设定.
    """
    if limit is not None and limit < 1:
        raise ParameterError("参数 limit 须为正整数。", "请给出 1 以上的整数，或不给。")
    net = network(view)
    node = view.index(id_)
    start = place(view, net, node, leaving=True)
    cost, came, bits, hops = _reach(view, net, start)
    reached = np.flatnonzero(cost < np.inf)
    reached = reached[reached != start]
    reached = reached[np.lexsort((net.order[reached], cost[reached]))]
    strength = strength_of(cost[reached], hops[reached])
    rows: list[Row] = [
        {
            "node": view.ref(v),
            "strength": float(f"{s:.9g}"),
            "hops": int(hops[v]),
            "via": view.ref(int(came[v])),
            "channel": _CHANNELS[bits[v]],
        }
        for v, s in zip(reached[:limit].tolist(), strength[:limit].tolist(), strict=True)
    ]
    spans = {label: view.snapshot.span(label) for label in NODE_TYPES}
    channels = np.array(_CHANNELS)[bits[reached]]
    totals = {
        "from": view.ref(node),
        "represented_by": view.ref(start) if start != node else None,
        "reached": len(reached),
        "by_label": {k: int(((reached >= s.start) & (reached < s.stop)).sum()) for k, s in spans.items()},
        "by_channel": {c: int((channels == c).sum()) for c in ("leadership", "pairing", "alliance", "mixed")},
        "weights": weights_shown(view.profile),
    }
    return answer(view, rows, totals, np.append(reached, node))


def _layers(net: Network) -> tuple[Array, Array, Array, Any]:
    """Source and target state and number of every hop in both layers, and the matrix of their costs."""
    first = np.ones(len(net.source), bool)
    first[1:] = (net.source[1:] != net.source[:-1]) | (net.target[1:] != net.target[:-1])
    hops = np.flatnonzero(first)
    source, target, number = in_layers(net, hops, net.source[hops], net.target[hops], net.n)
    bounds = np.searchsorted(source, np.arange(2 * net.n + 1)).astype(np.int32)
    matrix = csr_matrix(  # type: ignore[no-untyped-call]
        (net.cost[number], target, bounds), shape=(2 * net.n, 2 * net.n)
    )
    return source, target, number, matrix


def _reach(view: View, net: Network, start: int) -> tuple[Array, Array, Array, Array]:
    """For every node: least cost (infinite: not reached), the node before it, the channels' bits, the number of hops.

    Of equally strong ways the last node with the smallest id is taken.
    """
    source, target, number, matrix = view.once("influence layers", lambda: _layers(net))
    n = net.n
    cost = np.asarray(dijkstra(matrix, indices=start))
    tight = np.flatnonzero((cost[source] + net.cost[number] == cost[target]) & (cost[target] < np.inf))
    # For each state the least place of the source's id, with the hop packed behind it.
    packed = np.full(2 * n, np.iinfo(np.int64).max)
    np.minimum.at(packed, target[tight], (net.order[source[tight] % n].astype(np.int64) << 32) | tight)
    via = np.where(packed < np.iinfo(np.int64).max, packed & 0xFFFFFFFF, -1)
    channel = np.array([CHANNEL_BITS[view.profile.influence.weights[t].channel] for t in net.types], np.uint8)
    # Equally strong with and without an alliance: again the last node with the smallest id.
    after = (cost[n:] < cost[:n]) | ((cost[n:] == cost[:n]) & (packed[n:] < packed[:n]))
    better = np.where(after, np.arange(n, 2 * n), np.arange(n))
    bits, hops = np.zeros(n, np.uint8), np.zeros(n, np.int32)
    nodes = np.flatnonzero(via[better] >= 0)
    hop = via[better[nodes]]
    while len(nodes):
        bits[nodes] |= channel[net.type[number[hop]]]
        hops[nodes] += 1
        hop = via[source[hop]]
        on = hop >= 0
        nodes, hop = nodes[on], hop[on]
    last = via[better]
    came = np.where(last >= 0, source[np.maximum(last, 0)] % n, -1) if len(source) else np.full(n, -1)
    return cost[better], came, bits, hops
