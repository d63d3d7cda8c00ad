"""Which stored relation a row of a file means, and which stored one a new row replaces.

A relation's identity is its type, both ends, its key attribute and `since`. A file often leaves `since` out; then its
row means the current relation between the same ends, whatever day that began. A stored id never changes.
"""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from graph.altered import WITHDRAWN
from graph.dataset import relation_ids
from graph.model import RELATION_TYPES

_ROW = "\x00row"


@dataclass(frozen=True, slots=True)
class Match:
    """How the rows of a file meet the stored relations of one type.

    Args:
        known: rows that mean a stored relation, with its `id`; `reopened` is true where that one had ended.
        new: rows that mean none, with the `id` and `since` they get and `moves`, true where they replace another.
        replaced: `id` and `until` of the stored current relations whose place is taken.
    """

    known: pl.DataFrame
    new: pl.DataFrame
    replaced: pl.DataFrame


def match(type_: str, stored: pl.DataFrame, given: pl.DataFrame, on: str) -> Match:
    """Match the rows of a file (`from`, `to` and any other columns) with the stored relations of a type.

    A row without `since` that replaces a relation, or revives an ended one, begins on the ISO day `on`.
    """
    key = RELATION_TYPES[type_].key
    ends = ["from", "to", key] if key and key in given.columns else ["from", "to"]
    rows = _complete(given, key).with_row_index(_ROW)
    keyed = rows.select(_ROW, *_columns(key), canon=relation_ids(type_))
    # What a revert withdrew has another `since` now; the id still tells what it was.
    canon = pl.when(pl.col("until") == WITHDRAWN).then(pl.col("id")).otherwise(relation_ids(type_))
    held = stored.select("id", *_columns(key), canon=canon)

    open_row = pl.col("since").is_null() & pl.col("until").is_null()
    exact = keyed.join(held.select("id", "canon", was=pl.col("until")), on="canon")
    exact = exact.filter(~(open_row & pl.col("was").is_not_null()))
    found = exact.select(_ROW, "id")
    current = held.filter(pl.col("until").is_null())
    rest = keyed.join(found, on=_ROW, how="anti")
    if rest.height:
        found = _same_ends(rest.filter(open_row), current, ends, found)
        undated = current.filter(pl.col("since").is_null())
        found = _same_ends(rest.filter(pl.col("since").is_not_null()), undated, ends, found)
        rest = keyed.join(found, on=_ROW, how="anti")
    free = current.join(found, on="id", how="anti")
    return _split(type_, rows, found, rest, held, free, on)


def _split(
    type_: str,
    rows: pl.DataFrame,
    found: pl.DataFrame,
    rest: pl.DataFrame,
    held: pl.DataFrame,
    free: pl.DataFrame,
    on: str,
) -> Match:
    """Give the rows that match nothing their day and id, and end what they replace."""
    relation = RELATION_TYPES[type_]
    source = ["from", relation.key] if relation.key else ["from"]
    open_rows = rest.filter(pl.col("until").is_null() & pl.lit(relation.single))
    moving = open_rows.select(_ROW, *source).join(free, on=source, nulls_equal=True)
    begun = pl.col(_ROW).is_in(moving[_ROW].implode()) | pl.col("canon").is_in(held["canon"].implode())
    dated = rest.with_columns(
        since=pl.when(pl.col("since").is_null() & pl.col("until").is_null() & begun)
        .then(pl.lit(on))
        .otherwise(pl.col("since"))
    ).with_columns(canon=relation_ids(type_))
    back = dated.join(held.select("id", "canon"), on="canon")
    known = pl.concat(
        [
            rows.join(found, on=_ROW).with_columns(reopened=pl.lit(False)),
            rows.join(back.select(_ROW, "id"), on=_ROW).with_columns(reopened=pl.lit(True)),
        ]
    )
    fresh = dated.join(back, on=_ROW, how="anti").select(_ROW, "since", id=pl.col("canon"))
    new = rows.drop("since").join(fresh, on=_ROW, maintain_order="left")
    new = new.with_columns(moves=pl.col(_ROW).is_in(moving[_ROW].implode()))
    begins = dated.select(_ROW, begins="since")
    day_before = pl.col("begins").str.to_date("%Y-%m-%d").dt.offset_by("-1d").dt.to_string("%Y-%m-%d")
    replaced = moving.join(begins, on=_ROW).unique("id", keep="first", maintain_order=True)
    return Match(known.drop(_ROW), new.drop(_ROW), replaced.select("id", until=day_before))


def _columns(key: str | None) -> list[str]:
    return ["from", "to", *([key] if key else []), "since", "until"]


def _complete(given: pl.DataFrame, key: str | None) -> pl.DataFrame:
    """The rows with the columns of the identity, null where the file lacks them, and without an id of their own."""
    missing = [pl.lit(None, pl.String).alias(c) for c in _columns(key) if c not in given.columns]
    return given.drop("id", strict=False).with_columns(missing)


def _same_ends(rows: pl.DataFrame, current: pl.DataFrame, ends: list[str], found: pl.DataFrame) -> pl.DataFrame:
    """Add to `found` the rows that mean a current relation with equal ends: one row each, the latest `since` first."""
    free = current.join(found, on="id", how="anti").sort("since", descending=True, nulls_last=True)
    hits = rows.select(_ROW, *ends).join(
        free.select("id", *ends), on=ends, nulls_equal=True, maintain_order="left_right"
    )
    hits = hits.unique(_ROW, keep="first", maintain_order=True).unique("id", keep="first", maintain_order=True)
    return pl.concat([found, hits.select(_ROW, "id")])
