"""Revisions and their change lists, kept in the graph: what each write added, changed and ended.

A change list holds ids for additions and the changed values before and after for the rest. It undoes an interrupted
write, and later it tells the difference between two revisions.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import orjson
import polars as pl

from graph.changes import Changes, TableChanges
from graph.store import districts
from graph.store.bolt import Run, Store
from graph.store.cypher import BATCH

CHANGE_SCHEMA = {"table": pl.String, "change": pl.String, "id": pl.String, "before": pl.String, "after": pl.String}
_NOT_LISTED = frozenset(("id", "from", "to"))

_ADD = "CREATE (r:Revision) SET r = $values"
_ADD_LIST = "UNWIND $chunks AS chunk CREATE (c:Change) SET c = chunk"
_COMPLETE = "MATCH (r:Revision {id: $id}) SET r.complete = true"
_GET = "MATCH (r:Revision {id: $id}) RETURN r.complete, r.nodes, r.relations, r.columns, r.about"
_LIST = (
    "MATCH (r:Revision) WHERE r.id STARTS WITH $prefix AND r.complete AND r.number <= $last "
    "RETURN r {.*} ORDER BY r.number"
)
_CHUNKS = (
    "MATCH (c:Change) WHERE c.id STARTS WITH $prefix RETURN c.table, c.change, c.ids, c.before, c.after ORDER BY c.id"
)
_CHUNK_IDS = "MATCH (c:Change) WHERE c.id STARTS WITH $prefix RETURN c.id ORDER BY c.id"
_CHUNK = "MATCH (c:Change {id: $id}) RETURN c.table, c.change, c.ids, c.before, c.after"
_FORGET = (
    "MATCH (c:Change) WHERE c.id STARTS WITH $prefix DELETE c",
    "MATCH (r:Revision {id: $id}) DELETE r",
)


@dataclass(frozen=True, slots=True)
class Chunk:
    """A part of a change list, all of one table and one kind of change.

    Args:
        table: node label or relation type.
        change: `added`, `changed`, `moved` or `ended`; `before` is empty for additions (`added`, or `moved`).
        ids: up to 5,000 ids.
        before, after: JSON of the values that differ, one text for each id; empty for additions.
    """

    table: str
    change: str
    ids: list[str]
    before: list[str]
    after: list[str]


def revision_id(district: str, number: int) -> str:
    """The id of a revision's node; its chunks follow after a slash."""
    return f"{district}/{number:08d}"


def listing(changes: Changes) -> Iterator[Chunk]:
    """The change list of some changes in chunks, nodes first."""
    for table, part in changes.tables():
        for change, frame in (("added", part.added), ("moved", part.moved)):
            for batch in frame["id"].to_frame().iter_slices(BATCH):
                yield Chunk(table, change, batch["id"].to_list(), [], [])
        for change in ("changed", "moved", "ended"):
            yield from _altered(table, change, part)


def _altered(table: str, change: str, part: TableChanges) -> Iterator[Chunk]:
    hit = part.change == change
    before, after = part.before.filter(hit), part.after.filter(hit)
    for start in range(0, before.height, BATCH):
        ids = before["id"].slice(start, BATCH).to_list()
        pairs = altered_values(before.slice(start, BATCH), after.slice(start, BATCH))
        yield Chunk(table, change, ids, [_json(b) for b, _ in pairs], [_json(a) for _, a in pairs])


def altered_values(before: pl.DataFrame, after: pl.DataFrame) -> list[tuple[dict[str, Any], dict[str, Any]]]:
    """For each pair of aligned rows the values that differ, before and after (null for none)."""
    columns = [c for c in after.columns if c not in _NOT_LISTED and not before[c].equals(after[c], null_equal=True)]
    rows = zip(before.select(columns).iter_rows(), after.select(columns).iter_rows(), strict=True)
    out = []
    for old, new in rows:
        differ = [i for i, (a, b) in enumerate(zip(old, new, strict=True)) if a != b]
        out.append(({columns[i]: old[i] for i in differ}, {columns[i]: new[i] for i in differ}))
    return out


def add(run: Run, claim: districts.Claim, changes: Changes, values: Mapping[str, Any], *, complete: bool) -> None:
    """Write the revision's node; `complete` says that its data is in the same transaction."""
    counts = {k: v for k, v in changes.counts().items() if k != "unchanged"}
    node = {
        "id": revision_id(claim.district, claim.revision),
        "district": claim.district,
        "number": claim.revision,
        "at": datetime.now(UTC).isoformat(timespec="seconds"),
        "complete": complete,
        "token": claim.token,
        **counts,
        **values,
    }
    run(_ADD, values=node)


def add_list(run: Run, claim: districts.Claim, chunks: list[Chunk], first: int) -> None:
    """Write chunks of the change list, numbered from `first`."""
    prefix = revision_id(claim.district, claim.revision)
    rows = [
        {
            "id": f"{prefix}/{number:06d}",
            "table": c.table,
            "change": c.change,
            "ids": c.ids,
            "before": c.before,
            "after": c.after,
        }
        for number, c in enumerate(chunks, first)
    ]
    run(_ADD_LIST, chunks=rows)


def complete(run: Run, claim: districts.Claim) -> None:
    """Say that all data of the claim's revision is written."""
    run(_COMPLETE, id=revision_id(claim.district, claim.revision))


def completed(run: Run, claim: districts.Claim) -> dict[str, Any] | None:
    """What a finished revision sets on its district (`nodes`, `relations`, `columns`, notes), None if incomplete."""
    rows = run(_GET, id=revision_id(claim.district, claim.revision))
    if not rows or not rows[0][0]:
        return None
    _, nodes, relations, columns, about = rows[0]
    return {**orjson.loads(about), "nodes": nodes, "relations": relations, "columns": columns}


def chunk_ids(store: Store, claim: districts.Claim) -> list[str]:
    """Ids of the change list's chunks in order."""
    prefix = revision_id(claim.district, claim.revision) + "/"
    return [str(row[0]) for row in store.read(_CHUNK_IDS, prefix=prefix)]


def chunk(run: Run, id_: str) -> Chunk:
    """One chunk of a change list."""
    return Chunk(*run(_CHUNK, id=id_)[0])


def forget(run: Run, claim: districts.Claim) -> None:
    """Delete the claim's revision and its change list."""
    id_ = revision_id(claim.district, claim.revision)
    for statement in _FORGET:
        run(statement, id=id_, prefix=id_ + "/")


def listed(store: Store, district: str) -> list[dict[str, Any]]:
    """The district's revisions, oldest first: `number, at, author, source, added, changed, moved, ended, nodes …`."""
    last = districts.get(store, district).revision
    hidden = ("id", "complete", "token", "columns", "about")
    rows = store.read(_LIST, prefix=f"{district}/", last=last)
    return [{k: v for k, v in row[0].items() if k not in hidden} for row in rows]


def change_list(store: Store, district: str, number: int) -> pl.DataFrame:
    """What revision `number` changed: `table, change, id, before, after`.

    `before` and `after` are JSON objects of the values that differ, null for an addition.
    """
    chunks = [Chunk(*row) for row in store.read(_CHUNKS, prefix=revision_id(district, number) + "/")]
    frames = [pl.DataFrame(_columns(c), schema=CHANGE_SCHEMA) for c in chunks]
    return pl.concat(frames) if frames else pl.DataFrame(schema=CHANGE_SCHEMA)


def _columns(chunk: Chunk) -> dict[str, list[str] | list[None]]:
    n = len(chunk.ids)
    return {
        "table": [chunk.table] * n,
        "change": [chunk.change] * n,
        "id": chunk.ids,
        "before": chunk.before or [None] * n,
        "after": chunk.after or [None] * n,
    }


def _json(values: Mapping[str, Any]) -> str:
    return orjson.dumps(values).decode()
