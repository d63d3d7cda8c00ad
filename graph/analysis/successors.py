"""Who could take over when an organization, unit, alliance or adviser is lost."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from graph.analysis.contraction import Contraction
from graph.analysis.evidence import advice, vacant
from graph.analysis.partners import capacity, partners
from graph.view import View

Array = NDArray[Any]


@dataclass(frozen=True)
class Successors:
    """Answers for one node at a time; -1 where the data names nobody."""

    of: Callable[[int], int]


def successors(view: View, net: Contraction) -> Successors:
    """Rules: a place – its formal superior; a unit – the one of its kind with the largest free capacity for pairings;
    an alliance – the one of its kind with which it shares most members (at least one); an adviser – the post of its
    kind that advises the fewest units. Of equal ones the lowest id."""
    units, alliances, advisers = _units(view), _alliances(view), _advisers(view)

    def of(node: int) -> int:
        label = view.snapshot.label(node)
        if label == "Unit":
            return _first_other(units.get(view.kind(node), []), node)
        if label == "Alliance":
            return alliances(node)
        if label == "Post":
            return _first_other(advisers.get(view.kind(node), []), node)
        return int(net.formal.parent[node]) if net.is_place[node] else -1

    return Successors(of)


def _first_other(ranked: list[int], node: int) -> int:
    return next((v for v in ranked if v != node), -1)


def _by_kind(view: View, label: str, nodes: Array, rank: Array) -> dict[str, list[int]]:
    """The two best of each kind by rank, then id (numbers of one label are in the order of ids)."""
    kinds = view.values(label, "kind")[nodes - view.snapshot.span(label).start]
    out: dict[str, list[int]] = {}
    for code, kind in enumerate(view.snapshot.words(label, "kind")):
        mine = np.flatnonzero(kinds == code)
        out[kind] = nodes[mine[np.lexsort((nodes[mine], rank[mine]))[:2]]].tolist()
    return out


def _units(view: View) -> dict[str, list[int]]:
    pairing = view.profile.pairing
    if pairing is None:
        return {}
    span = view.snapshot.span("Unit")
    ties = partners(view, pairing)
    pairs = np.unique(np.stack([ties.unit, ties.organization]).astype(np.int64), axis=1)
    free = capacity(view, pairing) - np.bincount(pairs[0] - span.start, minlength=span.stop - span.start)
    nodes = view.nodes("Unit")
    nodes = nodes[free[nodes - span.start] > 0]
    return _by_kind(view, "Unit", nodes, -free[nodes - span.start])


def _advisers(view: View) -> dict[str, list[int]]:
    span = view.snapshot.span("Post")
    told = advice(view)
    mine = told.source[(told.source >= span.start) & (told.source < span.stop)]
    load = np.bincount(mine - span.start, minlength=span.stop - span.start)
    nodes = view.nodes("Post")
    nodes = nodes[(load[nodes - span.start] > 0) & ~vacant(view)[nodes]]
    return _by_kind(view, "Post", nodes, load[nodes - span.start])


def _alliances(view: View) -> Callable[[int], int]:
    members = view.edges("MEMBER_OF")
    joined: dict[int, set[int]] = {}
    of: dict[int, set[int]] = {}
    for member, alliance in zip(members.source.tolist(), members.target.tolist(), strict=True):
        of.setdefault(alliance, set()).add(member)
        joined.setdefault(member, set()).add(alliance)

    def best(node: int) -> int:
        shared: dict[int, int] = {}
        for member in of.get(node, ()):
            for other in joined[member]:
                if other != node and view.kind(other) == view.kind(node):
                    shared[other] = shared.get(other, 0) + 1
        return min(shared, key=lambda v: (-shared[v], v)) if shared else -1

    return best
