"""The one SQLite file of a service (`DATA_DIR/records.sqlite3`, WAL), apart from the graph.

It holds API keys, the audit, saved queries, jobs, and the answers to requests that may come twice.

So an ad-hoc query never sees a key's hash, a restored graph does not roll the audit back, and a denial is recorded
while the store is down. Several processes of one host share the file.
"""

from __future__ import annotations

import os
import sqlite3
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from graph.errors import UnavailableError

FILE = "records.sqlite3"
WAIT_SECONDS = 5.0
_TABLES = """
CREATE TABLE IF NOT EXISTS keys (
    id TEXT PRIMARY KEY, hash BLOB NOT NULL UNIQUE, name TEXT NOT NULL, roles TEXT NOT NULL, scope TEXT,
    names INTEGER NOT NULL, created TEXT NOT NULL, expires TEXT, used TEXT, revoked TEXT
) STRICT;
CREATE TABLE IF NOT EXISTS audit (
    number INTEGER PRIMARY KEY, at TEXT NOT NULL, who TEXT NOT NULL, caller TEXT NOT NULL, action TEXT NOT NULL,
    object TEXT NOT NULL, scope TEXT, result TEXT NOT NULL, request_id TEXT NOT NULL, hash TEXT NOT NULL
) STRICT;
CREATE TABLE IF NOT EXISTS audit_head (
    one INTEGER PRIMARY KEY CHECK (one = 1), number INTEGER NOT NULL, hash TEXT NOT NULL
) STRICT;
CREATE TABLE IF NOT EXISTS queries (
    id TEXT PRIMARY KEY, owner TEXT NOT NULL, owner_name TEXT NOT NULL, name TEXT NOT NULL, about TEXT NOT NULL,
    text TEXT NOT NULL, parameters TEXT NOT NULL, shared INTEGER NOT NULL, changed TEXT NOT NULL
) STRICT;
CREATE TABLE IF NOT EXISTS jobs (
    id TEXT PRIMARY KEY, kind TEXT NOT NULL, state TEXT NOT NULL, owner TEXT NOT NULL, owner_name TEXT NOT NULL,
    district TEXT, created TEXT NOT NULL, started TEXT, ended TEXT, progress TEXT NOT NULL, pid INTEGER,
    pid_started REAL, orders TEXT NOT NULL, status INTEGER, result TEXT
) STRICT;
CREATE TABLE IF NOT EXISTS repeats (
    caller TEXT NOT NULL, key TEXT NOT NULL, asked TEXT NOT NULL, body TEXT, at TEXT NOT NULL, status INTEGER,
    headers TEXT, answer BLOB, PRIMARY KEY (caller, key)
) STRICT;
CREATE TRIGGER IF NOT EXISTS audit_kept BEFORE DELETE ON audit BEGIN SELECT RAISE(ABORT, 'audit is kept'); END;
CREATE TRIGGER IF NOT EXISTS audit_fixed BEFORE UPDATE ON audit BEGIN SELECT RAISE(ABORT, 'audit is fixed'); END;
"""


class Records:
    """The open file; safe between threads. Reading has its own connection, so that no request waits for a write."""

    def __init__(self, folder: Path) -> None:
        path = folder / FILE
        self._lock, self._reading = threading.Lock(), threading.Lock()
        try:
            folder.mkdir(parents=True, exist_ok=True)
            # Only its owner may read it, from its first byte on; SQLite gives -wal and -shm the same rights.
            os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))
            self._connection, self._reader = _connect(path), _connect(path)
            self._connection.execute("PRAGMA journal_mode=WAL")
            self._connection.execute("PRAGMA synchronous=FULL")
            self._connection.executescript(_TABLES)
        except (OSError, sqlite3.Error):
            raise unwritable() from None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the file."""
        with self._lock, self._reading:
            self._connection.close()
            self._reader.close()

    def rows(self, sql: str, values: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        """What a SELECT finds; `UnavailableError` records-unusable if the file fails."""
        with self._reading:
            try:
                return self._reader.execute(sql, values).fetchall()
            except sqlite3.Error:
                raise unwritable() from None

    @contextmanager
    def writing(self) -> Iterator[sqlite3.Connection]:
        """One write transaction that no other process interrupts; all of it or nothing stays."""
        with self._lock:
            try:
                self._connection.execute("BEGIN IMMEDIATE")
                try:
                    yield self._connection
                    self._connection.execute("COMMIT")
                except BaseException:
                    self._connection.execute("ROLLBACK")
                    raise
            except sqlite3.Error:
                raise unwritable() from None


def _connect(path: Path) -> sqlite3.Connection:
    return sqlite3.connect(path, timeout=WAIT_SECONDS, isolation_level=None, check_same_thread=False)


def unwritable() -> UnavailableError:
    """The error for a file of records that fails."""
    return UnavailableError(
        "密钥与审计的记录文件不能使用。", "请检查数据目录的磁盘空间和权限。", code="records-unusable"
    )
