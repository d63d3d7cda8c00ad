"""What is in force on a day, and what a scope holds: the nodes within it and those one step outside."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from graph.model import RELATION_TYPES
from graph.snapshot import Snapshot

Array = NDArray[Any]
_PARTNERSHIPS = frozenset({"PAIRED_WITH", "MEMBER_OF", "ASSIGNED_TO", "RESPONDS_TO", "DELEGATES_TO", "STATIONED_AT"})
"""What ties a unit to others than those who organize it: to a street's caller, those others are no partners."""
_SHARED = frozenset({"CLAIMS", "TOOK_PART"})
"""What several may do with one item: only its owner meets all of them."""


def in_force(since: Array, until: Array, today: int) -> Array:
    """Bool: valid on the day, both ends inclusive (open ends are the nulls of the Snapshot)."""
    return np.asarray((since <= today) & (today <= until))


def current(snapshot: Snapshot, type_: str, today: int) -> Array:
    """Rows of a relation type in force on the day."""
    return np.flatnonzero(in_force(snapshot.edge_column(type_, "since"), snapshot.edge_column(type_, "until"), today))


def one_hop(snapshot: Snapshot, inside: Array, today: int) -> Array:
    """Bool per node: the other end of a relation of something inside, through which nobody farther is met."""
    found, owned = np.zeros(snapshot.n, bool), np.zeros(snapshot.n, bool)
    units = snapshot.span("Unit")
    located = inside.copy()
    located[: units.start] = located[units.stop :] = False
    for type_ in sorted(RELATION_TYPES, key=_SHARED.__contains__):
        rows = current(snapshot, type_, today)
        source, target = snapshot.edge_column(type_, "from")[rows], snapshot.edge_column(type_, "to")[rows]
        near_source, near_target = inside[source], inside[target]
        if type_ in ("NEEDS", "OFFERS", "RESPONSIBLE_FOR"):
            owned[target[near_source]] = True
        if type_ in _PARTNERSHIPS:
            near_source, near_target = near_source & ~located[source], near_target & ~located[target]
        if type_ in _SHARED:
            near_target = near_target & owned[target]
        found[target[near_source]] = True
        found[source[near_target]] = True
    return found


def within(snapshot: Snapshot, alive: Array, roots: Sequence[int], today: int) -> Array:
    """Bool per node: the subtrees of some roots with everything that lies in them, covers them or belongs to them."""
    inside = np.zeros(snapshot.n, bool)
    inside[list(roots)] = True
    inside &= alive

    def ends(type_: str) -> tuple[Array, Array, Array]:
        rows = current(snapshot, type_, today)
        source, target = snapshot.edge_column(type_, "from")[rows], snapshot.edge_column(type_, "to")[rows]
        both = alive[source] & alive[target]
        return source[both], target[both], rows[both]

    def spread(source: Array, target: Array) -> None:
        """Mark sources of marked targets until nothing changes (the depth of a tree, about ten rounds)."""
        while True:
            fresh = inside[target] & ~inside[source]
            if not fresh.any():
                return
            inside[source[fresh]] = True

    child, superior, _ = ends("SUBORDINATE_TO")
    organization, covered, rows = ends("COVERS")
    modes = snapshot.edge_words("COVERS", "mode")
    close = np.array([w in ("", "单独", "联合") for w in modes], bool)[snapshot.edge_column("COVERS", "mode")[rows]]
    areas = snapshot.span("Area")
    on_area = close & (covered >= areas.start) & (covered < areas.stop)
    spread(child, superior)
    mine = inside[organization] & on_area
    inside[covered[mine]] = True
    lower, upper, _ = ends("PART_OF")
    spread(lower, upper)
    here = inside[covered] & on_area
    inside[organization[here]] = True
    spread(child, superior)
    unit, area, _ = ends("LOCATED_IN")
    inside[unit[inside[area]]] = True
    for type_ in ("BELONGS_TO", "CONVENED_IN", "SERVES"):
        source, target, _ = ends(type_)
        inside[source[inside[target]]] = True
    inside[organization[inside[covered] & close]] = True
    post, owner, _ = ends("OF")
    inside[post[inside[owner]]] = True
    for type_ in ("NEEDS", "OFFERS", "RESPONSIBLE_FOR", "CLAIMS", "TOOK_PART"):
        source, target, _ = ends(type_)
        inside[target[inside[source]]] = True
    return inside
