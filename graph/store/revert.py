"""Undo a revision by a new one. Nothing is deleted: what the revision added is withdrawn and stays in the history."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Any

import orjson
import polars as pl

from graph.altered import WITHDRAWN, fold
from graph.changes import Changes, TableChanges
from graph.dataset import Dataset
from graph.errors import ConflictError
from graph.model import NODE_TYPES, RELATION_TYPES
from graph.store import read, replay, revisions
from graph.store.bolt import Store
from graph.store.write import Progress, write

SOURCE = "撤销修订"
_NAMED = 5


def revert(
    store: Store, district: str, number: int, *, author: str, progress: Progress | None = None
) -> tuple[int, dict[str, int]]:
    """Undo revision `number` by a new revision; its number and its counts of changes.

    Values go back to what they were, what was ended is in force again, what was added is in force on no day.

    Raises:
        NotFoundError: the district has no such revision.
        ConflictError: later revisions changed the same nodes or relations, or tied others to what it added, and are
            not undone themselves; `items` name them. Undone itself, a revision is named by the one that undid it.
    """
    known = {r["number"]: r for r in revisions.listed(store, district)}
    if number not in known:
        raise replay.unknown_revision(known)
    undone = revisions.change_list(store, district, number)
    _refuse_built_upon(store, district, number, undone, known)
    stored, base = read.read_full(store, district)
    changes = undoing(stored, undone)
    source = f"{SOURCE}{number}"
    done = write(store, district, changes, author=author, source=source, base=base, progress=progress)
    return done, {k: n for k, n in changes.counts().items() if k != "unchanged"}


def _refuse_built_upon(
    store: Store, district: str, number: int, undone: pl.DataFrame, known: Mapping[int, Mapping[str, Any]]
) -> None:
    """Later revisions stand in the way as far as their changes are not undone themselves."""
    touched = set(undone["id"])
    new = set(undone.filter(pl.col("before").is_null() & pl.col("table").is_in(list(NODE_TYPES)))["id"])
    lists = {n: revisions.change_list(store, district, n) for n in known if n > number}
    standing = {c.id for c in fold(lists.values()) if c.id in touched or _hangs_on(c.id, new)}
    items = []
    for later, listed in lists.items():
        same = len(standing & set(listed["id"]))
        if same:
            detail = f"修订{later}（{known[later]['source'] or known[later]['author']}）又改动了其中{same}项。"
            items.append({"code": "revision-built-upon", "detail": detail, "remedy": f"请先撤销修订{later}。"})
    if items:
        first = "".join(i["detail"] for i in items[:_NAMED])
        raise ConflictError(
            f"修订{number}不能撤销：之后有{len(items)}个修订改动了同样的内容。{first}",
            "请先从新到旧撤销这些修订，或导入更正后的文件。",
            code="revision-built-upon",
            items=items,
        )


def _hangs_on(id_: str, new: set[str]) -> bool:
    """Whether it is a relation with one of the new nodes at an end."""
    parts = id_.split(">")
    return len(parts) > 2 and (parts[0] in new or parts[2] in new)


def undoing(stored: Dataset, undone: pl.DataFrame) -> Changes:
    """The changes that undo a change list in a district as it is stored now."""
    nodes, relations = {}, {}
    for (name,), part in undone.group_by("table", maintain_order=True):
        table = str(name)
        if table in NODE_TYPES:
            nodes[table] = _table(stored.node(table), part)
        elif table in RELATION_TYPES:
            relations[table] = _table(stored.relation(table), part)
    return Changes(stored.district, MappingProxyType(nodes), MappingProxyType(relations))


def _table(stored: pl.DataFrame, part: pl.DataFrame) -> TableChanges:
    """A change list's rows of one table, turned round; what is as it was already is left out."""
    was = {i: orjson.loads(b) if b is not None else None for i, b in part.select("id", "before").iter_rows()}
    hit = stored.filter(pl.col("id").is_in(list(was)))
    rows = [_before(row, was[row["id"]]) for row in hit.iter_rows(named=True)]
    after = pl.DataFrame(rows, schema=stored.schema, orient="row") if rows else hit.clear()
    keep = pl.Series([a != b for a, b in zip(hit.iter_rows(), after.iter_rows(), strict=True)], dtype=pl.Boolean)
    before, after = hit.filter(keep), after.filter(keep)
    change = _kinds(before["until"], after["until"])
    return TableChanges(stored.clear(), stored.clear(), before, after, change, 0)


def _before(row: Mapping[str, Any], was: Mapping[str, Any] | None) -> dict[str, Any]:
    if was is not None:
        return {**row, **was}
    since = row["since"] and min(row["since"], WITHDRAWN)
    return {**row, "since": since, "until": WITHDRAWN}


def _kinds(before: Iterable[Any], after: Iterable[Any]) -> pl.Series:
    kinds = ["ended" if b is None and a is not None else "changed" for b, a in zip(before, after, strict=True)]
    return pl.Series("change", kinds, pl.String)
