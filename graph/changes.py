"""The difference between a stored district and a file, as columns: what is added, changed, moved and ended.

A file is a patch: rows and columns that are not in it stay as they are. Only where a table is declared complete do
stored rows that the file lacks end. Nothing is ever deleted by a difference.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from types import MappingProxyType
from typing import Any

import polars as pl

from graph import matching
from graph.altered import WITHDRAWN
from graph.dataset import SOURCE_COLUMNS, Dataset, conform, node_schema, relation_schema
from graph.errors import InputError
from graph.model import NODE_TYPES, RELATION_TYPES

Complete = Mapping[str, Collection[str] | None]
NOTHING_COMPLETE: Complete = MappingProxyType({})
KINDS_OF_CHANGE = ("added", "changed", "moved", "ended", "unchanged")
_NEW = "\x00"


@dataclass(frozen=True, slots=True)
class TableChanges:
    """What a file changes in one table; every frame has the table's full schema.

    Args:
        added: new rows.
        moved: new relations that take the place of an ended one of the same source (a new formal superior).
        before, after: stored rows that change, aligned row by row.
        change: `changed`, `ended` or `moved` (the relation that a new one replaces) for each row of `after`.
        unchanged: number of the file's rows that say what is stored already.
    """

    added: pl.DataFrame
    moved: pl.DataFrame
    before: pl.DataFrame
    after: pl.DataFrame
    change: pl.Series
    unchanged: int

    @property
    def additions(self) -> pl.DataFrame:
        """All rows that are not stored yet: `added` and `moved`."""
        return pl.concat([self.added, self.moved]) if self.moved.height else self.added

    @property
    def elements(self) -> int:
        """Number of rows to write."""
        return self.added.height + self.moved.height + self.after.height

    def counts(self) -> dict[str, int]:
        """`added, changed, moved, ended, unchanged`; a move counts once, with its new row."""
        return {
            "added": self.added.height,
            "changed": int((self.change == "changed").sum()),
            "moved": self.moved.height,
            "ended": int((self.change == "ended").sum()),
            "unchanged": self.unchanged,
        }


@dataclass(frozen=True, slots=True)
class Changes:
    """What a file changes in a district: TableChanges by node label and relation type (untouched tables are absent)."""

    district: str
    nodes: Mapping[str, TableChanges]
    relations: Mapping[str, TableChanges]

    def tables(self) -> Iterator[tuple[str, TableChanges]]:
        """Every table, nodes first (a relation needs both ends)."""
        yield from self.nodes.items()
        yield from self.relations.items()

    @property
    def elements(self) -> int:
        """Number of nodes and relations to write; 0 when the file says only what is stored."""
        return sum(t.elements for _, t in self.tables())

    def counts(self) -> dict[str, int]:
        """Totals `added, changed, moved, ended, unchanged` over all tables."""
        each = [t.counts() for _, t in self.tables()]
        return {k: sum(c[k] for c in each) for k in KINDS_OF_CHANGE}

    def by_kind(self) -> list[dict[str, Any]]:
        """One row per label and kind (relations: per type): `label, kind, added, changed, moved, ended`."""
        rows: list[dict[str, Any]] = []
        for name, table in self.tables():
            kind = "kind" if name in NODE_TYPES else None
            rows += [{"label": name, **row} for row in _by_kind(table, kind)]
        return rows


def _by_kind(table: TableChanges, kind: str | None) -> list[dict[str, Any]]:
    of = pl.col(kind) if kind else pl.lit(None, pl.String)
    marked = (
        table.added.with_columns(pl.lit("added").alias(_NEW)),
        table.moved.with_columns(pl.lit("moved").alias(_NEW)),
        table.after.with_columns(table.change.alias(_NEW)).filter(pl.col(_NEW) != "moved"),
    )
    parts = [f.with_columns(of.alias("kind")).select("kind", change=_NEW) for f in marked]
    grouped = pl.concat(parts).group_by("kind", "change", maintain_order=True).len()
    out: dict[str | None, dict[str, Any]] = {}
    for value, change, n in grouped.iter_rows():
        row = out.setdefault(value, {"kind": value, "added": 0, "changed": 0, "moved": 0, "ended": 0})
        row[change] = n
    return list(out.values())


def difference(stored: Dataset, incoming: Dataset, *, on: str, complete: Complete = NOTHING_COMPLETE) -> Changes:
    """What `incoming` changes in `stored`.

    Args:
        stored: the district as the database holds it.
        incoming: the file; its frames may lack columns, which are then kept as stored. A null in a column it has
            clears the value, except `since`, `until` and the key of a relation.
        on: ISO day on which the file holds. What it replaces or no longer lists was valid until the day before.
        complete: label or type → the ids (of a relation: of its source) for which the file lists every current row,
            None for all of them. Current rows of these that the file lacks are ended.

    Raises:
        InputError: an id twice in the file or under two labels, or a column that the model does not have.
    """
    _check_ids(stored, incoming)
    nodes = {
        label: _node_changes(label, stored.node(label), incoming.node(label), on, complete)
        for label in NODE_TYPES
        if label in incoming.nodes or label in complete
    }
    relations = {
        type_: _relation_changes(type_, stored.relation(type_), incoming.relation(type_), on, complete)
        for type_ in RELATION_TYPES
        if type_ in incoming.relations or type_ in complete
    }
    return Changes(stored.district, MappingProxyType(nodes), MappingProxyType(relations))


def apply(stored: Dataset, changes: Changes) -> Dataset:
    """The district after the changes: what is stored, overlaid by what is new."""
    nodes = {k: f for k in NODE_TYPES if (f := _overlay(stored.node(k), changes.nodes.get(k))).height}
    relations = {k: f for k in RELATION_TYPES if (f := _overlay(stored.relation(k), changes.relations.get(k))).height}
    return Dataset(stored.district, MappingProxyType(nodes), MappingProxyType(relations))


def _overlay(stored: pl.DataFrame, table: TableChanges | None) -> pl.DataFrame:
    if table is None or not table.elements:
        return stored
    kept = stored.join(table.after.select("id"), on="id", how="anti") if table.after.height else stored
    return pl.concat([kept, table.after, table.added, table.moved])


def _check_ids(stored: Dataset, incoming: Dataset) -> None:
    """Each id names one node: not twice in a file, and never under another label than the stored one."""
    new = [f.select("id", label=pl.lit(k)) for k, f in incoming.nodes.items() if f.height]
    if not new:
        return
    ids = pl.concat(new)
    if ids["id"].n_unique() != ids.height:
        raise InputError("文件中有重复的标识。", "同一标识只能出现一次，请删去或改正重复的行。", code="id-duplicate")
    old = [f.select("id", was=pl.lit(k)) for k, f in stored.nodes.items() if f.height]
    if old and ids.join(pl.concat(old), on="id").filter(pl.col("label") != pl.col("was")).height:
        raise InputError(
            "文件中的标识已被另一类对象使用。", "请为新的对象换一个标识，或改正它所在的工作表。", code="id-duplicate"
        )


def _node_changes(
    label: str, stored: pl.DataFrame, incoming: pl.DataFrame, on: str, complete: Complete
) -> TableChanges:
    schema = node_schema(label)
    given = _cast(incoming, schema)
    added = conform(given.join(stored.select("id"), on="id", how="anti"), schema)
    known = given
    if label in complete and "until" not in given.columns:
        # A complete list that names an ended node says that it is back.
        known = given.with_columns(until=pl.lit(None, pl.String))
    known = _revived(known, stored)
    before, after = _altered(stored, known, schema)
    same = given.height - added.height - after.height
    parts = [(before, after, _ended_or_changed(before, after))]
    if label in complete:
        parts.append(_ending(stored, given.select("id"), "id", complete[label], on))
    return _table(added, added.clear(), parts, same)


def _revived(known: pl.DataFrame, stored: pl.DataFrame) -> pl.DataFrame:
    """A file that names a node which a revert withdrew means it again, from the day it says or from the start."""
    hit = _withdrawn(stored)
    if not known.filter(hit).height:
        return known
    days = stored.select("id", *(c for c in ("since", "until") if c not in known.columns))
    joined = known.join(days, on="id", how="left", maintain_order="left")
    given_since = pl.col("since") if "since" in known.columns else pl.lit(None, pl.String)
    return joined.with_columns(
        since=pl.when(hit).then(given_since).otherwise(pl.col("since")),
        until=pl.when(hit).then(None).otherwise(pl.col("until")),
    )


def _withdrawn(stored: pl.DataFrame) -> pl.Expr:
    """Whether a row means a stored element that a revert withdrew."""
    return pl.col("id").is_in(stored.filter(pl.col("until") == WITHDRAWN)["id"].implode())


def _relation_changes(
    type_: str, stored: pl.DataFrame, incoming: pl.DataFrame, on: str, complete: Complete
) -> TableChanges:
    schema = relation_schema(type_)
    key = RELATION_TYPES[type_].key
    given = _cast(incoming, schema)
    match = matching.match(type_, stored, given, on)
    known = match.known.with_columns(reopened=pl.col("reopened") | _withdrawn(stored))
    if "until" not in given.columns:
        known = _keep_until(known, stored)
    before, after = _altered(stored, known.drop("reopened"), schema, keep=("since", key))
    same = known.height - after.height
    parts = [(before, after, _ended_or_changed(before, after))]
    if match.replaced.height:
        parts.append(_replaced(stored, match.replaced))
    if type_ in complete:
        spared = pl.concat([known.select("id"), match.replaced.select("id")])
        parts.append(_ending(stored, spared, "from", complete[type_], on))
    new = match.new
    added, moved = (conform(f.drop("moves"), schema) for f in (new.filter(~pl.col("moves")), new.filter("moves")))
    return _table(added, moved, parts, same)


Part = tuple[pl.DataFrame, pl.DataFrame, pl.Series]


def _table(added: pl.DataFrame, moved: pl.DataFrame, parts: list[Part], unchanged: int) -> TableChanges:
    before, after, change = zip(*parts, strict=True)
    return TableChanges(added, moved, pl.concat(before), pl.concat(after), pl.concat(change), unchanged)


def _cast(frame: pl.DataFrame, schema: Mapping[str, Any]) -> pl.DataFrame:
    """The frame's own columns in the model's types; unknown columns are refused by `conform`."""
    conform(frame.clear(), schema)
    return frame.with_columns(pl.col(c).cast(schema[c]) for c in frame.columns)


def _keep_until(known: pl.DataFrame, stored: pl.DataFrame) -> pl.DataFrame:
    """Without a column for the end, a row keeps the stored end, unless it reopens what had ended."""
    if not known["reopened"].any():
        return known.drop("until")
    held = known.drop("until").join(stored.select("id", "until"), on="id", maintain_order="left")
    return held.with_columns(until=pl.when("reopened").then(None).otherwise(pl.col("until")))


def _altered(
    stored: pl.DataFrame, known: pl.DataFrame, schema: Mapping[str, Any], keep: tuple[str | None, ...] = ()
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Stored rows that `known` (same ids, some columns) changes, before and after; a null in `keep` columns keeps."""
    fixed = ("id", "from", "to")
    columns = [c for c in known.columns if c in schema and c not in fixed]
    new = known.select("id", *(pl.col(c).alias(c + _NEW) for c in columns))
    joined = stored.join(new, on="id", maintain_order="left").with_columns(
        [pl.coalesce(c + _NEW, c).alias(c + _NEW) for c in columns if c in keep]
        + [pl.col(c + _NEW).fill_null(False) for c in columns if c == "generated"]
    )
    judged = [c for c in columns if c not in SOURCE_COLUMNS]
    hit = joined.filter(pl.any_horizontal([_differs(c, schema[c]) for c in judged])) if judged else joined.clear()
    after = [pl.col(c + _NEW).alias(c) if c in columns else pl.col(c) for c in schema]
    return hit.select(list(schema)), hit.select(after)


def _differs(column: str, kind: Any) -> pl.Expr:
    old, new = pl.col(column), pl.col(column + _NEW)
    if kind == pl.List(pl.String):
        # Nothing and an empty list say the same.
        old, new = (c.list.join("\x1f", ignore_nulls=True).fill_null("") for c in (old, new))
    return old.ne_missing(new)


def _ended_or_changed(before: pl.DataFrame, after: pl.DataFrame) -> pl.Series:
    ended = before["until"].is_null() & after["until"].is_not_null()
    return pl.select(pl.when(ended).then(pl.lit("ended")).otherwise(pl.lit("changed")).alias("change")).to_series()


def _ending(stored: pl.DataFrame, spared: pl.DataFrame, owner: str, ids: Collection[str] | None, on: str) -> Part:
    """Current rows of the declared `ids` (by the column `owner`) that the file lacks: valid until the day before."""
    missing = stored.filter(pl.col("until").is_null()).join(spared, on="id", how="anti")
    if ids is not None:
        missing = missing.filter(pl.col(owner).is_in(list(ids)))
    last_day = (date.fromisoformat(on) - timedelta(days=1)).isoformat()
    after = missing.with_columns(until=pl.lit(last_day))
    return missing, after, pl.Series("change", ["ended"] * missing.height, pl.String)


def _replaced(stored: pl.DataFrame, replaced: pl.DataFrame) -> Part:
    before = stored.join(replaced.select("id"), on="id", how="semi", maintain_order="left")
    last_day = before.select("id").join(replaced, on="id", maintain_order="left")["until"]
    return before, before.with_columns(until=last_day), pl.Series("change", ["moved"] * before.height, pl.String)
