"""A Snapshot back as the tables it was built from (the narrow columns), so that a copy of it can be changed."""

from __future__ import annotations

from types import MappingProxyType
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from graph.dataset import Dataset, dtype, node_table, relation_table
from graph.declaration import Attribute
from graph.model import NODE_TYPES, RELATION_TYPES, node_attributes, relation_attributes
from graph.snapshot import DAY_MAX, DAY_MIN, NULL_INT, Snapshot

Array = NDArray[Any]


def dataset_of(snapshot: Snapshot) -> Dataset:
    """The district of a Snapshot, ended rows included; columns that a Snapshot does not keep are null."""
    every = {name: pl.Series(name, list(snapshot.texts(name)), pl.String) for name in ("id", "name", "short_name")}
    nodes = {label: _nodes(snapshot, label, every) for label in NODE_TYPES}
    relations = {type_: _relations(snapshot, type_, every["id"]) for type_ in RELATION_TYPES}
    return Dataset(
        snapshot.district,
        MappingProxyType({k: f for k, f in nodes.items() if f.height}),
        MappingProxyType({k: f for k, f in relations.items() if f.height}),
    )


def _nodes(snapshot: Snapshot, label: str, every: dict[str, pl.Series]) -> pl.DataFrame:
    span = snapshot.span(label)
    columns = {name: texts[span.start : span.stop] for name, texts in every.items()}
    columns["short_name"] = columns["short_name"].replace({"": None})
    for spec in node_attributes(label):
        if spec.name in ("since", "until", "generated", "order"):
            columns[spec.name] = _column(spec, snapshot.arrays[spec.name][span], ())
        elif spec.narrow and spec.name not in columns:
            words = snapshot.words(label, spec.name) if spec.type in ("text", "code") else ()
            columns[spec.name] = _column(spec, snapshot.column(label, spec.name), words)
    return node_table(label, pl.DataFrame(columns))


def _relations(snapshot: Snapshot, type_: str, ids: pl.Series) -> pl.DataFrame:
    columns = {end: ids.gather(snapshot.edge_column(type_, end)) for end in ("from", "to")}
    for spec in relation_attributes(type_):
        if spec.narrow:
            words = snapshot.edge_words(type_, spec.name) if spec.type in ("text", "code") else ()
            columns[spec.name] = _column(spec, snapshot.edge_column(type_, spec.name), words)
    return relation_table(type_, pl.DataFrame(columns))


def _column(spec: Attribute, cells: Array, words: tuple[str, ...]) -> pl.Series:
    """Cells of the Snapshot as the values of the table; its nulls become null."""
    if spec.type in ("text", "code"):
        return pl.Series([w or None for w in words], dtype=pl.String).gather(cells)
    if spec.type == "date":
        known = (cells != DAY_MIN) & (cells != DAY_MAX)
        days = pl.Series(np.where(known, cells, 0)).cast(pl.Int32).cast(pl.Date).cast(pl.String)
        return pl.select(pl.when(pl.Series(known)).then(days)).to_series()
    values = pl.Series(np.ascontiguousarray(cells))
    if spec.type == "number":
        return values.fill_nan(None)
    if spec.type == "bool":
        return values if values.dtype == pl.Boolean else pl.select(pl.when(values >= 0).then(values > 0)).to_series()
    return pl.select(pl.when(values != NULL_INT).then(values)).to_series().cast(dtype(spec))
