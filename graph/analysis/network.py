"""The walked network of a view: directed weighted hops by the profile's weights, and what is left without its trees.

A hop's cost is a whole number, `round(-ln(weight) · 10^12)` plus a small charge for the hop itself, held in float64 and
exact up to 2^53: sums do not depend on the order of adding, and of equally strong paths the one with fewer hops is
cheaper.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from graph.analysis.partners import DORMANT, last_known, tie_states
from graph.snapshot import DAY_MIN
from graph.view import Edges, View

Array = NDArray[Any]

SCALE = 1e12
HOP_CHARGE = 64.0
CORE = np.iinfo(np.int16).max
_ROUNDS = 1000


@dataclass(frozen=True)
class Network:
    """Directed hops over the n nodes of a Snapshot.

    Args:
        types: relation types that the profile walks, in the profile's order.
        source, target: node numbers of each hop; hops are sorted by (source, target, cost, type).
        cost, weight: of each hop; a dormant tie's weight is already multiplied by the profile's factor.
        type: position in `types`.
        backward: the hop goes against its relation (from the relation's `to` to its `from`).
        dormant: the tie is dormant.
        row: the relation's row in the Snapshot.
        out: n+1 bounds: the hops from v are out[v] … out[v+1]-1.
        arriving, into: hop numbers sorted by target, and n+1 bounds into them.
        rank: the round in which a node fell off as part of a tree or dead end, `CORE` for what is left.
        core: numbers of the hops with both ends in the core, ascending.
        alliance: bool per node.
        order: place of each node's id among all ids.
    """

    types: tuple[str, ...]
    source: Array
    target: Array
    cost: Array
    weight: Array
    type: Array
    backward: Array
    dormant: Array
    row: Array
    out: Array
    arriving: Array
    into: Array
    rank: Array
    core: Array
    alliance: Array
    order: Array

    @property
    def n(self) -> int:
        """Number of nodes of the Snapshot."""
        return len(self.rank)

    def leaving(self, node: int) -> Array:
        """Numbers of the hops from a node."""
        return np.arange(self.out[node], self.out[node + 1])

    def entering(self, node: int) -> Array:
        """Numbers of the hops to a node."""
        return np.asarray(self.arriving[self.into[node] : self.into[node + 1]])

    def between(self, node: int, other: int) -> Array:
        """Numbers of the hops from a node to another, the strongest first."""
        hops = self.leaving(node)
        return np.asarray(hops[self.target[hops] == other])


def network(view: View) -> Network:
    """The walked network of a view, made once a view."""
    return view.once("network", lambda: _network(view))


def dormant(view: View, ties: Edges) -> Array:
    """Bool per pairing: in force longer than the profile's period without activity since (`tie_states`).

    An agreement that is over neither ends a tie nor wakes it. Unknown activity is never dormant (无法判断).
    """
    pairing = view.profile.pairing
    if pairing is None or ties.type != "PAIRED_WITH":
        return np.zeros(len(ties), bool)
    since = view.snapshot.edge_column(ties.type, "since")[ties.row].astype(np.int64)
    activities = view.snapshot.edge_column(ties.type, "activities")[ties.row]
    last = last_known(view, ties)
    states = tie_states(since, np.full(len(ties), DAY_MIN), last, activities, view.today, pairing.dormant_days)
    return np.asarray(states == DORMANT)


def _hops(view: View) -> dict[str, Array]:
    """Columns of all hops with a weight above 0, unsorted."""
    parts: dict[str, list[Array]] = {
        k: [] for k in ("source", "target", "weight", "type", "backward", "dormant", "row")
    }
    factor = view.profile.influence.dormant_factor
    for position, (type_, weights) in enumerate(view.profile.influence.weights.items()):
        ties = view.edges(type_)
        asleep = dormant(view, ties)
        for backward, weight in ((False, weights.forward), (True, weights.backward)):
            each = np.where(asleep, weight * factor, weight)
            keep = (each > 0) & (ties.source != ties.target)
            source, target = (ties.target, ties.source) if backward else (ties.source, ties.target)
            count = int(keep.sum())
            parts["source"].append(source[keep])
            parts["target"].append(target[keep])
            parts["weight"].append(each[keep])
            parts["type"].append(np.full(count, position, np.uint8))
            parts["backward"].append(np.full(count, backward))
            parts["dormant"].append(asleep[keep])
            parts["row"].append(ties.row[keep].astype(np.int32))
    empty = {"weight": np.float64, "type": np.uint8, "backward": np.bool_, "dormant": np.bool_}
    return {k: np.concatenate([np.empty(0, empty.get(k, np.int32)), *v]) for k, v in parts.items()}


def cost_of(weight: Array) -> Array:
    """Cost of hops by their weights (0 < weight ≤ 1): whole numbers in float64."""
    return np.asarray(np.rint(-np.log(weight) * SCALE) + HOP_CHARGE)


def strength_of(cost: Array, hops: Array) -> Array:
    """Strength of paths by their cost and number of hops (infinite cost: 0)."""
    return np.asarray(np.exp(-(cost - HOP_CHARGE * hops) / SCALE))


def _network(view: View) -> Network:
    n = view.snapshot.n
    hops = _hops(view)
    cost = cost_of(hops["weight"])
    chosen = np.lexsort((hops["row"], hops["type"], cost, hops["target"], hops["source"]))
    hops = {k: v[chosen] for k, v in hops.items()}
    source, target = hops["source"], hops["target"]
    arriving = np.argsort(target, kind="stable").astype(np.int32)
    rank = ranks(n, source, target)
    alliance = np.zeros(n, bool)
    alliance[view.snapshot.span("Alliance")] = True
    return Network(
        types=tuple(view.profile.influence.weights),
        cost=cost[chosen],
        out=_bounds(source, n),
        arriving=arriving,
        into=_bounds(target[arriving], n),
        rank=rank,
        core=np.flatnonzero((rank[source] == CORE) & (rank[target] == CORE)),
        alliance=alliance,
        order=_by_id(view),
        **hops,
    )


def _by_id(view: View) -> Array:
    ids = list(view.snapshot.ids)
    order = np.empty(len(ids), np.int32)
    order[sorted(range(len(ids)), key=ids.__getitem__)] = np.arange(len(ids), dtype=np.int32)
    return order


def _bounds(sorted_nodes: Array, n: int) -> Array:
    return np.searchsorted(sorted_nodes, np.arange(n + 1))


def ranks(n: int, source: Array, target: Array) -> Array:
    """In which round each node falls off; `CORE` for those that never do.

    A round takes off, together, every node with at most one neighbour, or without a hop in or without one out: none
    can lie inside a simple path of what is left. So inside a simple path no node's rank is a local minimum: ranks rise
    from the start and fall towards the end, and every simple path from s to t lies in the core, what is reached from s
    by rising ranks, and what reaches t by falling ones. Stopping early would only leave a larger core.
    """
    rank = np.full(n, CORE, np.int16)
    if not len(source):
        return np.zeros(n, np.int16)
    pairs = np.unique(source.astype(np.int64) * n + target)
    tail, head = pairs // n, pairs % n
    mutual = np.isin(head * n + tail, pairs)
    alive = np.ones(n, bool)
    for round_ in range(_ROUNDS):
        ways_out, ways_in = np.bincount(tail, minlength=n), np.bincount(head, minlength=n)
        neighbours = ways_out + ways_in - np.bincount(tail[mutual], minlength=n)
        falls = alive & ((neighbours <= 1) | (ways_out == 0) | (ways_in == 0))
        if not falls.any():
            break
        rank[falls] = round_
        alive &= ~falls
        keep = alive[tail] & alive[head]
        tail, head, mutual = tail[keep], head[keep], mutual[keep]
    return rank
