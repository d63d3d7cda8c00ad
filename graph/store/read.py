"""Read a district: everything for imports and exports, a narrow part for the Snapshot, single nodes by id.

Neo4j is read-committed, so state and revision are read before and after; what lies between counts only if both times
the district was ready and at the same revision.
"""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from types import MappingProxyType
from typing import Any

import polars as pl

from graph.dataset import Dataset, node_schema, relation_schema
from graph.model import NODE_TYPES, RELATION_TYPES
from graph.store import cypher, districts, manifest, recovery
from graph.store.bolt import Store

_AT_ONCE = 2
_NODES = "MATCH (n:Entity) WHERE n.id IN $ids RETURN labels(n), n {.*}"
_RELATIONS = (
    "MATCH (n:Entity) WHERE n.id IN $ids MATCH (n)-[r]-(o:Entity) "
    "RETURN n.id, type(r), startNode(r).id, endNode(r).id, r {.*}, labels(o), o.id, o.name, o.kind "
    "ORDER BY n.id, type(r), r.id LIMIT $limit"
)


def read_full(store: Store, district: str, *, wait: float = districts.WAIT_SECONDS) -> tuple[Dataset, int]:
    """The whole district with all columns, and its revision."""
    return _steady(store, district, narrow=False, wait=wait)


def read_narrow(store: Store, district: str, *, wait: float = districts.WAIT_SECONDS) -> tuple[Dataset, int]:
    """The district with the columns an analysis needs (`narrow` in the model), and its revision.

    The frames lack the other columns.
    """
    return _steady(store, district, narrow=True, wait=wait)


def read_stored(store: Store, district: str, *, wait: float = districts.WAIT_SECONDS) -> tuple[Dataset, int]:
    """What a file is to be compared with: the whole district, or an empty one where none is loaded yet."""
    held = districts.find(store, district) if manifest.examine(store) else None
    if held is None:
        return Dataset(district, MappingProxyType({}), MappingProxyType({})), 0
    if not held.loaded:
        return Dataset(district, MappingProxyType({}), MappingProxyType({})), held.revision
    return read_full(store, district, wait=wait)


def current(store: Store, district: str, *, wait: float = districts.WAIT_SECONDS) -> districts.District:
    """The district once it is ready: clears up after a dead writer, waits up to `wait` seconds for a living one."""
    deadline = time.monotonic() + wait
    while True:
        held = districts.find(store, district)
        if held is not None and held.abandoned:
            recovery.recover(store, held)
            continue
        if held is None or held.state in ("ready", "unloaded"):
            return districts.get(store, district)
        if not districts.pause(deadline):
            raise districts.busy(held)


def fetch(store: Store, ids: Sequence[str], *, relations: bool = True, limit: int = 1_000) -> list[dict[str, Any]]:
    """All properties of a few nodes, in the order of `ids`; unknown ids are left out.

    Returns:
        Mappings of the stored attributes with `label`, and with `relations`: mappings with `type`, `from`, `to`, the
        attributes, and the `other` end as `{"id", "label", "name", "kind"}`; at most `limit` over all nodes.
    """
    found: dict[str, dict[str, Any]] = {}
    for labels, values in store.read(_NODES, ids=list(ids)):
        found[values["id"]] = {"label": _label(labels), **_shown(values)}
    if relations:
        for node in found.values():
            node["relations"] = []
        rows = store.read(_RELATIONS, ids=list(found), limit=limit)
        for id_, type_, source, target, values, labels, other, name, kind in rows:
            end = {"id": other, "label": _label(labels), "name": name, "kind": kind}
            relation = {"type": type_, "from": source, "to": target, **_shown(values), "other": end}
            found[id_]["relations"].append(relation)
    return [found[i] for i in ids if i in found]


def _label(labels: Sequence[str]) -> str:
    return next(name for name in labels if name in NODE_TYPES)


def _shown(values: dict[str, Any]) -> dict[str, Any]:
    return {k: v for k, v in values.items() if k != "revision"}


def _steady(store: Store, district: str, *, narrow: bool, wait: float) -> tuple[Dataset, int]:
    manifest.require(store)
    deadline = time.monotonic() + wait
    while True:
        before = current(store, district, wait=max(0.0, deadline - time.monotonic()))
        data = _read(store, before, narrow=narrow)
        after = districts.find(store, district)
        if after is not None and after.state == "ready" and after.revision == before.revision:
            districts.refuse_emptied(after, data.node_count)
            return data, after.revision
        if time.monotonic() >= deadline:
            raise districts.busy(after or before)


def _read(store: Store, held: districts.District, *, narrow: bool) -> Dataset:
    """All tables; two at a time, so that the server makes one ready while the rows of another are unpacked."""

    def table(name: str) -> pl.DataFrame:
        return _table(store, held, name, cypher.columns_of(name, narrow=narrow))

    with ThreadPoolExecutor(_AT_ONCE) as pool:
        nodes = {k: pool.submit(table, k) for k in NODE_TYPES if held.may_hold(f"{k}.id")}
        relations = {k: pool.submit(table, k) for k in RELATION_TYPES if held.may_hold(f"{k}.id")}
        return Dataset(held.id, _filled(nodes), _filled(relations))


def _filled(tables: Mapping[str, Future[pl.DataFrame]]) -> Mapping[str, pl.DataFrame]:
    return MappingProxyType({k: f for k, table in tables.items() if (f := table.result()).height})


def _table(store: Store, held: districts.District, name: str, columns: Sequence[str]) -> pl.DataFrame:
    """A table with the asked columns; those that never held a value are not asked for."""
    node = name in NODE_TYPES
    schema = node_schema(name) if node else relation_schema(name)
    kinds = {c: schema[c] for c in columns if held.may_hold(f"{name}.{c}")}
    statement = (cypher.read_nodes if node else cypher.read_relations)(name, list(kinds))

    def frame(record: tuple[list[Any], ...]) -> pl.DataFrame:
        return pl.DataFrame([_column(c, part, kinds[c]) for c, part in zip(kinds, record, strict=True)])

    slices = store.stream(statement, frame, prefix=f"{held.id}.", null=cypher.NULL)
    rows = pl.concat([pl.DataFrame(schema=kinds), *slices])
    empty = [pl.lit(None, schema[c]).alias(c) for c in columns if c not in kinds]
    whole = rows.with_columns(empty).select(columns)
    return whole if node else _with_ends(whole)


def _column(name: str, values: list[Any], kind: Any) -> pl.Series:
    if cypher.NULL in values:
        values = [None if v == cypher.NULL else v for v in values]
    return pl.Series(name, values, dtype=kind)


def _with_ends(frame: pl.DataFrame) -> pl.DataFrame:
    """Add `from` and `to`, which are the first and third part of a relation's id."""
    parts = pl.col("id").str.split_exact(">", 3).struct
    ends = frame.with_columns(parts.field("field_0").alias("from"), parts.field("field_2").alias("to"))
    return ends.select("id", "from", "to", *frame.columns[1:])
