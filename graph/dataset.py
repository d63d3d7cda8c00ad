"""A district as frozen tables of columns: what files become, what the store gives back, what exports read.

One polars frame per node label and relation type, columns derived from the model; dates are ISO text (`2024-05-01`).
Never one object a row: a city as columns takes 130 MB, as records 1,055 MB.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

import polars as pl

from graph.errors import InputError
from graph.model import (
    NODE_TYPES,
    RELATION_TYPES,
    SOURCE,
    Attribute,
    AttributeType,
    node_attributes,
    relation_attributes,
)

ID_PATTERN = re.compile(r"[A-Za-z0-9_-]+\.[A-Za-z0-9._-]+")
ID_LENGTH = 64
SOURCE_COLUMNS = tuple(a.name for a in SOURCE)

_DTYPES: Mapping[AttributeType, Any] = {
    "text": pl.String,
    "code": pl.String,
    "date": pl.String,
    "int": pl.Int64,
    "number": pl.Float64,
    "bool": pl.Boolean,
    "texts": pl.List(pl.String),
}


def dtype(attribute: Attribute) -> Any:
    """The polars type that holds an attribute."""
    return _DTYPES[attribute.type]


def node_schema(label: str) -> dict[str, Any]:
    """Column name → polars type of a node label's table, in official order."""
    return {a.name: dtype(a) for a in node_attributes(label)}


def relation_schema(type_: str) -> dict[str, Any]:
    """Column name → polars type of a relation type's table: `id`, `from`, `to`, then the attributes."""
    head: dict[str, Any] = {"id": pl.String, "from": pl.String, "to": pl.String}
    return head | {a.name: dtype(a) for a in relation_attributes(type_)}


@dataclass(frozen=True, slots=True)
class Dataset:
    """One district's tables.

    Args:
        district: id of the district, the part of every id before the first dot.
        nodes: label → frame with the columns of `node_schema`; labels without rows may be absent.
        relations: type → frame with the columns of `relation_schema`; likewise.
    """

    district: str
    nodes: Mapping[str, pl.DataFrame]
    relations: Mapping[str, pl.DataFrame]

    def node(self, label: str) -> pl.DataFrame:
        """The table of a label, empty if absent."""
        return self.nodes.get(label, pl.DataFrame(schema=node_schema(label)))

    def relation(self, type_: str) -> pl.DataFrame:
        """The table of a relation type, empty if absent."""
        return self.relations.get(type_, pl.DataFrame(schema=relation_schema(type_)))

    @property
    def node_count(self) -> int:
        """Number of nodes, ended ones included."""
        return sum(f.height for f in self.nodes.values())

    @property
    def relation_count(self) -> int:
        """Number of relations, ended ones included."""
        return sum(f.height for f in self.relations.values())


def conform(frame: pl.DataFrame, schema: Mapping[str, Any]) -> pl.DataFrame:
    """Bring a frame to a schema: missing columns become null, types are cast, the order is the schema's.

    `generated` is false where it is null. Unknown columns raise `InputError`.
    """
    unknown = [c for c in frame.columns if c not in schema]
    if unknown:
        raise InputError(f"表中有模型没有的列：{'、'.join(unknown)}。", "请删去这些列，或改用数据字典中的列名。")
    exprs = [
        (pl.col(name) if name in frame.columns else pl.lit(None)).cast(kind).alias(name)
        for name, kind in schema.items()
    ]
    out = frame.select(exprs) if frame.height else pl.DataFrame(schema=dict(schema))
    return out.with_columns(pl.col("generated").fill_null(False))


def relation_ids(type_: str) -> pl.Expr:
    """Expression of a relation's own id: `from>TYPE>to>key>since` (identity of design.md 6)."""
    key = RELATION_TYPES[type_].key
    parts = [pl.col("from"), pl.lit(type_), pl.col("to"), pl.col(key) if key else pl.lit(""), pl.col("since")]
    return pl.concat_str([p.fill_null("") for p in parts], separator=">").alias("id")


def node_table(label: str, rows: Iterable[Mapping[str, Any]] | pl.DataFrame) -> pl.DataFrame:
    """A node table from row mappings or a frame with some of its columns."""
    frame = rows if isinstance(rows, pl.DataFrame) else _frame(rows, node_schema(label))
    return conform(frame, node_schema(label))


def relation_table(type_: str, rows: Iterable[Mapping[str, Any]] | pl.DataFrame) -> pl.DataFrame:
    """A relation table from row mappings or a frame with `from`, `to` and some of its columns; ids are issued."""
    schema = relation_schema(type_)
    frame = rows if isinstance(rows, pl.DataFrame) else _frame(rows, schema)
    return conform(frame, schema).with_columns(relation_ids(type_)).select(list(schema))


def _frame(rows: Iterable[Mapping[str, Any]], schema: Mapping[str, Any]) -> pl.DataFrame:
    listed = list(rows)
    present = {k: v for k, v in schema.items() if any(k in r for r in listed)}
    unknown = {k for r in listed for k in r} - set(schema)
    if unknown:
        raise InputError(
            f"表中有模型没有的列：{'、'.join(sorted(unknown))}。", "请删去这些列，或改用数据字典中的列名。"
        )
    return pl.DataFrame({k: [r.get(k) for r in listed] for k in present}, schema=present)


def dataset(
    district: str,
    nodes: Mapping[str, Iterable[Mapping[str, Any]] | pl.DataFrame],
    relations: Mapping[str, Iterable[Mapping[str, Any]] | pl.DataFrame],
) -> Dataset:
    """A Dataset from rows or frames by label and type, in the model's order; empty tables are left out."""
    node_frames = {k: node_table(k, nodes[k]) for k in NODE_TYPES if k in nodes}
    relation_frames = {k: relation_table(k, relations[k]) for k in RELATION_TYPES if k in relations}
    return Dataset(
        district,
        MappingProxyType({k: f for k, f in node_frames.items() if f.height}),
        MappingProxyType({k: f for k, f in relation_frames.items() if f.height}),
    )


def digest(data: Dataset, *, with_source: bool = False) -> str:
    """SHA-256 over all rows sorted by id: equal for equal graphs whatever the order of rows (sources left out)."""
    h = hashlib.sha256()
    for name, frame in sorted([*data.nodes.items(), *data.relations.items()]):
        kept = frame if with_source else frame.drop(SOURCE_COLUMNS)
        h.update(name.encode())
        h.update(kept.sort("id").write_json().encode())
    return h.hexdigest()
