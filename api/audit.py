"""The audit: who did what to what with which result, each record bound to the one before it by a hash.

Nothing here deletes a record: they are kept for good, which is longer than the 180 days that are asked for.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass

from api.caller import Caller
from api.records import Records
from graph.analysis.answer import Row

START = "0" * 64
COLUMNS = ("number", "at", "who", "caller", "action", "object", "scope", "result", "request_id", "hash")


@dataclass(frozen=True, slots=True)
class Deed:
    """What was done: the action (`import`, `denied`, …), its object (a route, a key) and its result."""

    action: str
    object: str
    result: str
    request_id: str = ""


def append(records: Records, caller: Caller, deed: Deed, now: dt.datetime | None = None) -> None:
    """Add a record behind the last one; it is on disk when this returns. `UnavailableError` if it cannot be kept."""
    at = (now or dt.datetime.now(dt.UTC)).isoformat(timespec="milliseconds")
    scope = None if caller.scope is None else json.dumps(list(caller.scope))
    with records.writing() as connection:
        head = connection.execute("SELECT number, hash FROM audit_head").fetchone() or (0, START)
        record = (
            head[0] + 1,
            at,
            caller.name,
            caller.id,
            deed.action,
            deed.object,
            scope,
            deed.result,
            deed.request_id,
        )
        digest = chained(head[1], record)
        connection.execute("INSERT INTO audit VALUES (?,?,?,?,?,?,?,?,?,?)", (*record, digest))
        connection.execute("INSERT OR REPLACE INTO audit_head VALUES (1, ?, ?)", (record[0], digest))


def chained(previous: str, record: Sequence[object]) -> str:
    """The hash of a record: SHA-256 over the hash before it and its columns as JSON."""
    said = json.dumps([previous, *record], ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(said.encode()).hexdigest()


def listed(records: Records, after: int = 0, limit: int | None = None) -> list[Row]:
    """Records with a number above `after`, the oldest first: a row of COLUMNS each, `scope` as a list or null."""
    sql = f"SELECT {', '.join(COLUMNS)} FROM audit WHERE number > ? ORDER BY number LIMIT ?"
    found = records.rows(sql, (after, -1 if limit is None else limit))
    rows = [dict(zip(COLUMNS, values, strict=True)) for values in found]
    return [{**row, "scope": None if row["scope"] is None else json.loads(row["scope"])} for row in rows]


def verified(records: Records) -> Row:
    """Whether the chain is whole: `{"whole", "records", "broken_at", "head"}`; `broken_at` is the first wrong number.

    A record that was changed, removed (the last ones too, by the head kept apart) or put between shows.
    """
    previous, expected = START, 1
    kept = records.rows("SELECT number, hash FROM audit_head")
    for values in records.rows(f"SELECT {', '.join(COLUMNS)} FROM audit ORDER BY number"):
        if values[0] != expected or values[-1] != chained(previous, values[:-1]):
            return {"whole": False, "records": expected - 1, "broken_at": expected, "head": previous}
        previous, expected = values[-1], expected + 1
    last = kept[0] if kept else (0, START)
    whole = last == (expected - 1, previous)
    return {"whole": whole, "records": expected - 1, "broken_at": None if whole else expected, "head": previous}
