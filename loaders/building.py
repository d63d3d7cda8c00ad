"""Linked parts to the tables of a Dataset that has only the columns which the files have."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import polars as pl

from graph.dataset import Dataset, node_schema, relation_schema
from graph.model import NODE_TYPES, RELATION_TYPES
from loaders.assembling import FROM, TO, Part, with_source
from loaders.faults import BLOCK
from loaders.headers import HISTORY, ROSTER
from loaders.identity import EID
from loaders.linking import cells
from loaders.sheets import ROW

Tables = dict[str, pl.DataFrame]
PLACE = (BLOCK, ROW)


def node_tables(parts: Sequence[Part], stored: Dataset | None) -> Tables:
    """Label → rows with `id`, the attributes given, source and `_block`, `_row`."""
    grouped: dict[str, list[pl.DataFrame]] = {}
    mapped = [p.mapped for p in parts]
    for part in parts:
        label = part.mapped.form.target
        if part.mapped.form.is_node and part.frame.height:
            schema = node_schema(label)
            own = [c for c in part.frame.columns if c in schema and c != "id"]
            frame = part.frame.select(pl.col(EID).alias("id"), *own, *PLACE)
            grouped.setdefault(label, []).append(with_source(frame, mapped))
    return {
        label: _stack(frames, node_schema(label), stored.node(label) if stored else None, ["id"])
        for label, frames in grouped.items()
    }


def with_counts(
    table: pl.DataFrame | None, counts: pl.DataFrame, parts: Sequence[Part], stored: Dataset | None
) -> pl.DataFrame:
    """The organizations with the member counts of rosters, which win over a column of the same file."""
    given = with_source(counts, [p.mapped for p in parts])
    held = stored.node("Organization") if stored else None
    if table is None:
        return _stack([given], node_schema("Organization"), held, ["id"])
    numbers = ["members", "full_members"]
    hit = table.drop(numbers, strict=False).join(counts.select("id", *numbers), on="id", maintain_order="left")
    rest = table.join(counts, on="id", how="anti")
    new = given.join(table, on="id", how="anti")
    return _stack([f for f in (rest, hit, new) if f.height], node_schema("Organization"), held, ["id"])


def relation_tables(parts: Sequence[Part], stored: Dataset | None) -> Tables:
    """Type → rows with `from`, `to`, the attributes given, source and `_block`, `_row`."""
    grouped: dict[str, list[pl.DataFrame]] = {}
    mapped = [p.mapped for p in parts]
    for i, part in enumerate(parts):
        for type_, frame in _relations(i, part):
            if frame.height:
                grouped.setdefault(type_, []).append(with_source(frame, mapped))
    out = {}
    for type_, frames in grouped.items():
        key = RELATION_TYPES[type_].key
        ends = ["from", "to", *([key] if key else [])]
        told = _history_wins(frames, ends) if RELATION_TYPES[type_].single else frames
        held = stored.relation(type_).filter(pl.col("until").is_null()) if stored else None
        out[type_] = _stack(told, relation_schema(type_), held, ends)
    return out


def _relations(index: int, part: Part) -> list[tuple[str, pl.DataFrame]]:
    target = part.mapped.form.target
    if target in (HISTORY, ROSTER):
        return _history(part) if target == HISTORY else []
    if target in RELATION_TYPES:
        schema = relation_schema(target)
        own = [c for c in part.frame.columns if c in schema]
        frame = part.frame.select(pl.col(FROM).alias("from"), pl.col(TO).alias("to"), *own, *PLACE)
        return [(target, frame.drop_nulls(["from", "to"]))]
    out = []
    for cell in cells(index, part):
        relation = RELATION_TYPES[cell.relation]
        ends = (EID, cell.name) if cell.name.startswith("single") else (cell.name, EID)
        frame = part.frame.select(pl.col(ends[0]).alias("from"), pl.col(ends[1]).alias("to"), *PLACE)
        if relation.key and cell.key:
            frame = frame.with_columns(pl.lit(cell.key).alias(relation.key))
        out.append((cell.relation, frame.drop_nulls(["from", "to"])))
    return out


def _history(part: Part) -> list[tuple[str, pl.DataFrame]]:
    """The rows of 关系历史 by the relation they name."""
    by_name = {r.zh: t for t, r in RELATION_TYPES.items() if r.single}
    out = []
    for zh, type_ in by_name.items():
        key = RELATION_TYPES[type_].key
        schema = relation_schema(type_)
        rows = part.frame.filter(pl.col("type") == zh)
        if key and "key" in rows.columns:
            rows = rows.rename({"key": key})
        own = [c for c in rows.columns if c in schema]
        frame = rows.select(pl.col(FROM).alias("from"), pl.col(TO).alias("to"), *own, *PLACE)
        out.append((type_, frame.drop_nulls(["from", "to"])))
    return out


def _history_wins(frames: list[pl.DataFrame], ends: list[str]) -> list[pl.DataFrame]:
    """A current relation told twice counts once: 关系历史 says when a column's relation began.

    A current row of 关系历史 whose source has another target in its column is stale and gives way to the column.
    """
    told = [f for f in frames if "since" in f.columns]
    columns = [f for f in frames if "since" not in f.columns]
    if not told or not columns:
        return frames
    source = [e for e in ends if e != "to"]
    column = pl.concat(columns, how="diagonal")
    out = []
    for history in told:
        current = history.filter(pl.col("until").is_null()) if "until" in history.columns else history
        stale = current.join(column, on=source, how="semi", nulls_equal=True).join(
            column, on=ends, how="anti", nulls_equal=True
        )
        out.append(history.join(stale.select(PLACE), on=list(PLACE), how="anti"))
        columns = [f.join(current, on=ends, how="anti", nulls_equal=True) for f in columns]
    return [*columns, *out]


def _stack(
    frames: list[pl.DataFrame], schema: Mapping[str, object], stored: pl.DataFrame | None, keys: list[str]
) -> pl.DataFrame:
    """One frame of several; a column that only some of the sheets have keeps the stored value for the others."""
    union = [c for c in schema if any(c in f.columns for f in frames)]
    out = []
    for frame in frames:
        missing = [c for c in union if c not in frame.columns and c not in keys]
        if missing and stored is not None and stored.height:
            held = stored.select(*keys, *missing).unique(keys, keep="first")
            out.append(frame.join(held, on=keys, how="left", nulls_equal=True, maintain_order="left"))
        else:
            out.append(frame)
    table = pl.concat(out, how="diagonal_relaxed")
    return table.select(*union, *PLACE)


def to_dataset(district: str, nodes: Tables, relations: Tables) -> Dataset:
    """The Dataset of the tables, without the columns that say where a row came from on the sheet."""
    return Dataset(
        district,
        {k: nodes[k].drop(PLACE) for k in NODE_TYPES if k in nodes and nodes[k].height},
        {k: relations[k].drop(PLACE) for k in RELATION_TYPES if k in relations and relations[k].height},
    )
