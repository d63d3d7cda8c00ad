"""What happened to each node and relation between two views: from net changes, or from valid time alone."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from graph.altered import Altered
from graph.model import NODE_TYPES, RELATION_TYPES
from graph.rewind import about, ends_of, node_numbers
from graph.snapshot import LABELS
from graph.view import View


@dataclass(frozen=True, slots=True)
class Event:
    """One thing that happened.

    Args:
        change: `added`, `ended` or `changed`.
        table: node label or relation type.
        node: number of the node, of a relation its source; other: its target, -1 for a node's event.
        key: the key attribute of a relation ("" for none).
        before, after: attribute values that differ.
    """

    change: str
    table: str
    node: int
    other: int = -1
    key: str = ""
    before: Mapping[str, Any] = field(default_factory=dict)
    after: Mapping[str, Any] = field(default_factory=dict)

    @property
    def of_node(self) -> bool:
        """Whether it is a node's, not a relation's."""
        return self.other < 0


def between_revisions(after: View, changes: Sequence[Altered]) -> list[Event]:
    """The events behind net changes; both views have the same node numbers."""
    numbers = node_numbers(after.snapshot, about(changes))
    out: list[Event] = []
    for change in changes:
        if change.table in NODE_TYPES:
            node, other, there = numbers[change.id], -1, numbers[change.id] >= 0
        else:
            node, other = ends_of(change, numbers)
            there = node >= 0 and other >= 0
        if there:
            out.append(_event(change, node, other))
    return out


def _event(change: Altered, node: int, other: int) -> Event:
    key = change.id.split(">")[3] if other >= 0 else ""
    if change.added:
        return Event("added", change.table, node, other, key, {}, change.after)
    ended = change.before.get("until", "") is None
    return Event("ended" if ended else "changed", change.table, node, other, key, change.before, change.after)


def between_days(before: View, after: View) -> list[Event]:
    """What came into force and what went out of it between the days of two views of one Snapshot."""
    out: list[Event] = []
    for label in LABELS:
        then, now = before.nodes(label), after.nodes(label)
        out += [_came(after, label, int(n)) for n in np.setdiff1d(now, then)]
        out += [_went(before, label, int(n)) for n in np.setdiff1d(then, now)]
    for type_ in RELATION_TYPES:
        then, now = before.edges(type_).row, after.edges(type_).row
        out += _relations(after, type_, np.setdiff1d(now, then).tolist(), "added", "since")
        out += _relations(before, type_, np.setdiff1d(then, now).tolist(), "ended", "until")
    return out


def _came(view: View, label: str, node: int) -> Event:
    return Event("added", label, node, after={"since": view.snapshot.value(node, "since")})


def _went(view: View, label: str, node: int) -> Event:
    return Event("ended", label, node, before={"until": None}, after={"until": view.snapshot.value(node, "until")})


def _relations(view: View, type_: str, rows: Sequence[int], change: str, told: str) -> Iterator[Event]:
    snapshot, key = view.snapshot, RELATION_TYPES[type_].key
    source, target = snapshot.edge_column(type_, "from"), snapshot.edge_column(type_, "to")
    for row in rows:
        said = str(snapshot.edge_value(type_, row, key) or "") if key else ""
        after = {told: snapshot.edge_value(type_, row, told)}
        yield Event(change, type_, int(source[row]), int(target[row]), said, {}, after)
