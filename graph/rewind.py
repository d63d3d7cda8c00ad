"""A Snapshot as an earlier revision was: only the arrays that changed are copied, and no store is read.

Names are not rewound (a difference tells both); everything that an analysis counts is.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from graph.altered import Altered
from graph.declaration import Attribute
from graph.model import NODE_TYPES, RELATION_TYPES, node_attributes, relation_attributes
from graph.snapshot import DAY_MAX, DAY_MIN, NULL_INT, Snapshot, Texts, day

Array = NDArray[Any]
Arrays = dict[str, Array]
_OVER_ALL = ("since", "until", "generated", "order")
_NAMES = ("id", "name", "short_name")


def rewound(snapshot: Snapshot, revision: int, changes: Sequence[Altered]) -> Snapshot:
    """The Snapshot of an earlier revision of the same district.

    Args:
        snapshot: of a later revision.
        revision: the earlier one.
        changes: the net changes from the earlier to the later.

    What was added since stays in the arrays but is in force on no day.
    """
    cells: dict[str, list[tuple[int, Attribute, Any]]] = {}
    gone: dict[tuple[str, str], list[int]] = {}
    by_table: dict[str, list[Altered]] = {}
    for change in changes:
        by_table.setdefault(change.table, []).append(change)
    numbers = node_numbers(snapshot, about(changes))
    for table, some in by_table.items():
        node = table in NODE_TYPES
        specs = {a.name: a for a in (node_attributes if node else relation_attributes)(table) if a.narrow}
        start = snapshot.span(table).start if node else 0
        days = ("since", "until") if node else (f"r.{table}.since", f"r.{table}.until")
        found = [numbers[c.id] for c in some] if node else _rows(snapshot, table, some, numbers)
        for change, at in zip(some, found, strict=True):
            if at < 0:
                continue
            if change.added:
                gone.setdefault(days, []).append(at)
                continue
            for attribute in change.before.keys() & specs.keys() - set(_NAMES):
                wide = node and attribute in _OVER_ALL
                name = attribute if wide else f"{'n' if node else 'r'}.{table}.{attribute}"
                cell = (at if wide else at - start, specs[attribute], change.before[attribute])
                cells.setdefault(name, []).append(cell)
    new: Arrays = {}
    for name, some_cells in cells.items():
        new |= _written(snapshot.arrays, name, some_cells)
    for (since, until), rows in gone.items():
        for name, never in ((since, DAY_MAX), (until, DAY_MIN)):
            new[name] = new.get(name, np.array(snapshot.arrays[name]))
            new[name][rows] = never
    return Snapshot(snapshot.district, revision, snapshot.bounds, {**snapshot.arrays, **new})


def _written(old: Mapping[str, Array], name: str, cells: Sequence[tuple[int, Attribute, Any]]) -> Arrays:
    """A copy of one column with cells set (values as a change list has them), and its vocabulary where it grew."""
    rows, spec = [at for at, _, _ in cells], cells[0][1]
    if spec.type not in ("text", "code"):
        column = np.array(old[name])
        column[rows] = [_cell(spec, value) for _, _, value in cells]
        return {name: column}
    words = {w: i for i, w in enumerate(Texts(old[f"w.{name}.blob"], old[f"w.{name}.offsets"]))}
    codes = [words.setdefault(str(value or ""), len(words)) for _, _, value in cells]
    column = np.array(old[name])
    if len(words) > np.iinfo(column.dtype).max:
        column = column.astype(np.int32)
    column[rows] = codes
    encoded = [w.encode() for w in words]
    offsets = np.cumsum([0, *map(len, encoded)]).astype(np.int64)
    return {name: column, f"w.{name}.blob": np.frombuffer(b"".join(encoded), np.uint8), f"w.{name}.offsets": offsets}


def _cell(spec: Attribute, value: Any) -> Any:
    if spec.type == "date":
        null = DAY_MAX if spec.name == "until" else DAY_MIN
        return null if value is None else day(dt.date.fromisoformat(value))
    if spec.type == "number":
        return np.nan if value is None else float(value)
    if spec.type == "bool":
        return -1 if value is None else int(value)
    return NULL_INT if value is None else int(value)


def about(changes: Iterable[Altered]) -> dict[str, Sequence[str]]:
    """Ids of all nodes that changes are about (changed ones, both ends of relations), with their possible labels."""
    ends = {
        t: tuple(tuple(dict.fromkeys(pair[i] for pair in r.ends)) for i in (0, 1)) for t, r in RELATION_TYPES.items()
    }
    wanted: dict[str, Sequence[str]] = {}
    for change in changes:
        if change.table in NODE_TYPES:
            wanted[change.id] = (change.table,)
        else:
            source, _, target, *_ = change.id.split(">")
            wanted.setdefault(source, ends[change.table][0])
            wanted.setdefault(target, ends[change.table][1])
    return wanted


def node_numbers(snapshot: Snapshot, wanted: Mapping[str, Iterable[str]]) -> dict[str, int]:
    """The numbers of many ids, each among some labels; -1 for those that are not there.

    An id belongs to one node of the store, so that one pass over all ids answers for all that are wanted.
    """
    places = {id_: i for i, id_ in enumerate(snapshot.ids) if id_ in wanted}
    out = dict.fromkeys(wanted, -1)
    for id_, i in places.items():
        if any(span.start <= i < span.stop for span in map(snapshot.span, wanted[id_])):
            out[id_] = i
    return out


def ends_of(change: Altered, numbers: Mapping[str, int]) -> tuple[int, int]:
    """The node numbers of both ends of a changed relation, -1 for an end that is not there."""
    source, _, target, *_ = change.id.split(">")
    return numbers[source], numbers[target]


def _rows(snapshot: Snapshot, type_: str, changes: Sequence[Altered], numbers: Mapping[str, int]) -> list[int]:
    """The rows of changed relations in their type's columns, -1 for one that is not there.

    The Snapshot keeps no ids of relations: a row is found by both ends, then by key, present values, `since`.
    """
    source, target = (snapshot.edge_column(type_, e).astype(np.int64) for e in ("from", "to"))
    pairs = source * snapshot.n + target
    ends = [ends_of(c, numbers) for c in changes]
    wanted = np.array([s * snapshot.n + t if s >= 0 and t >= 0 else -1 for s, t in ends], np.int64)
    rows: dict[int, list[int]] = {}
    for row in np.flatnonzero(np.isin(pairs, wanted)).tolist():
        rows.setdefault(int(pairs[row]), []).append(row)
    out = []
    for change, pair in zip(changes, wanted.tolist(), strict=True):
        left = rows.get(pair, [])
        row = max(left, key=lambda r: _fit(snapshot, r, change)) if len(left) > 1 else left[0] if left else -1
        if left:
            left.remove(row)
        out.append(row)
    return out


def _fit(snapshot: Snapshot, row: int, change: Altered) -> tuple[bool, int, bool]:
    """How well a row is the relation: the key in its id, how many of its present values, the `since` in its id."""
    type_ = change.table
    key = RELATION_TYPES[type_].key
    *_, in_key, since = change.id.split(">")
    told = {a.name for a in relation_attributes(type_) if a.narrow} & change.after.keys()
    same = sum(snapshot.edge_value(type_, row, a) == change.after[a] for a in told)
    return (
        not key or (snapshot.edge_value(type_, row, key) or "") == in_key,
        same,
        (snapshot.edge_value(type_, row, "since") or "") == since,
    )
