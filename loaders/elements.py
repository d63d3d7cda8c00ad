"""Nodes and relations one by one without their blanks, as every exported format wants them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import orjson
import polars as pl

from graph.dataset import Dataset
from graph.model import NODE_TYPES, RELATION_TYPES, node_attributes

ILLEGAL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\ud800-\udfff]")


def without_personal(data: Dataset) -> Dataset:
    """The Dataset with the personal attributes (post holders) blank."""
    kept = {}
    for label, frame in data.nodes.items():
        personal = [a.name for a in node_attributes(label) if a.personal and a.name in frame.columns]
        kept[label] = frame.with_columns(pl.lit(None, pl.String).alias(p) for p in personal)
    return Dataset(data.district, kept, data.relations)


def rows(frame: pl.DataFrame) -> Iterator[dict[str, Any]]:
    """Rows without their blanks."""
    for row in frame.iter_rows(named=True):
        yield {k: v for k, v in row.items() if v is not None}


def nodes(data: Dataset) -> Iterator[tuple[str, dict[str, Any]]]:
    """Label and attributes of every node."""
    for label in NODE_TYPES:
        if label in data.nodes:
            for row in rows(data.nodes[label]):
                yield label, row


def relations(data: Dataset) -> Iterator[tuple[str, dict[str, Any]]]:
    """Type and attributes of every relation."""
    for type_ in RELATION_TYPES:
        if type_ in data.relations:
            for row in rows(data.relations[type_]):
                yield type_, row


def xml_text(value: Any) -> str:
    """A value as text without what XML forbids; lists as JSON."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list):
        return orjson.dumps(value).decode()
    return ILLEGAL.sub("", str(value))
