"""The node of each district: its state, its revision, and who is writing to it.

One writer a district. It holds a lease, renewed by every batch in the batch's own transaction, together with a token
that fences it off: whoever has lost the lease cannot write any more. Locks come from the database: before a
transaction is committed it has set a value on the district's node.
"""

from __future__ import annotations

import os
import socket
import time
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import psutil

from graph.errors import ConflictError, NotFoundError, UnavailableError
from graph.store.bolt import Run, Store

LEASE_SECONDS = 25
WAIT_SECONDS = 30.0
_POLL_SECONDS = 0.3

# A district being loaded for the first time is not there yet for readers; `was` is the state before the write.
_FIELDS = "d {.*}, d.lease - timestamp()"
_ONE = f"MATCH (d:District {{id: $district}}) RETURN {_FIELDS}"
_ALL = f"MATCH (d:District) RETURN {_FIELDS} ORDER BY d.id"
_LOCK = (
    "MERGE (d:District {id: $district}) ON CREATE SET d.state = 'unloaded', d.revision = 0, d.nodes = 0, "
    "d.relations = 0 SET d.touched = timestamp() RETURN d.state, d.revision"
)
_OWNED = "d.token = $token, d.host = $host, d.pid = $pid, d.started = $started, d.lease = timestamp() + $lease"
_TAKE = (
    "MATCH (d:District {id: $district}) SET d.was = d.state, d.state = $state, d.next = d.revision + 1, "
    f"d.author = $author, {_OWNED} RETURN d.next, d.was"
)
_TAKE_OVER = (
    "MATCH (d:District {id: $district}) SET d.touched = timestamp() WITH d WHERE d.token = $dead "
    f"SET {_OWNED} RETURN d.next, d.was"
)
_FENCE = (
    "MATCH (d:District {id: $district}) SET d.touched = timestamp() WITH d WHERE d.token = $token "
    "SET d.lease = timestamp() + $lease RETURN d.next"
)
_RELEASE = (
    "MATCH (d:District {id: $district}) SET d.touched = timestamp() WITH d WHERE d.token = $token "
    "SET d += $values REMOVE d.token, d.host, d.pid, d.started, d.lease, d.next, d.was RETURN d.revision"
)
_NAMES = ("id", "state", "was", "revision", "next", "nodes", "relations", "token", "host", "pid", "started", "author")
_INNER = frozenset((*_NAMES, "columns", "lease", "touched"))


@dataclass(frozen=True, slots=True)
class District:
    """A district in the store.

    Args:
        id: its id.
        state: `ready`, `writing`, `unloading` or `unloaded`.
        was: the state before the running write, None if there is none.
        revision: the last complete revision; it counts on after an unload, so a number never means two contents.
        next: the revision being written, None if there is none.
        nodes, relations: how many the last revision holds, ended ones included.
        columns: `Table.column` of every column that ever held a value; the others need not be read.
        token, host, pid, started, author: who is writing.
        lease: milliseconds until the writer counts as dead; null without one.
        about: what was noted with the last write: name, profile …
    """

    id: str
    state: str
    was: str | None
    revision: int
    next: int | None
    nodes: int
    relations: int
    columns: frozenset[str]
    token: str | None
    host: str | None
    pid: int | None
    started: float | None
    author: str | None
    lease: int | None
    about: Mapping[str, Any]

    @property
    def loaded(self) -> bool:
        """Whether readers may ask for it."""
        return (self.was if self.state == "writing" else self.state) == "ready"

    def may_hold(self, column: str) -> bool:
        """Whether `Table.column` may have a value; a district that noted no columns may have any."""
        return not self.columns or column in self.columns

    @property
    def abandoned(self) -> bool:
        """Whether its writer is dead: its lease is over, or its process on this machine is gone."""
        if self.state not in ("writing", "unloading"):
            return False
        if self.lease is None or self.lease <= 0:
            return True
        return self.host == socket.gethostname() and not _alive(self.pid or 0, self.started or 0.0)


@dataclass(frozen=True, slots=True)
class Claim:
    """The right to write one district until it is released or its lease is over."""

    district: str
    token: str
    revision: int
    was: str


def listed(store: Store) -> list[District]:
    """All loaded districts by id."""
    return [d for d in map(_district, store.read(_ALL)) if d.loaded]


def find(store: Store, district: str) -> District | None:
    """A district in whatever state, None if the store never held it."""
    rows = store.read(_ONE, district=district)
    return _district(rows[0]) if rows else None


def get(store: Store, district: str) -> District:
    """A loaded district; raises `NotFoundError` that lists the loaded ones."""
    found = find(store, district)
    if found is None or not found.loaded:
        names = "、".join(d.id for d in listed(store)) or "无"
        raise NotFoundError(
            f"库中没有这个区划。已载入：{names}。",
            "请改用已载入的区划，或先用load、import载入。",
            code="unknown-district",
        )
    return found


def try_take(store: Store, district: str, *, author: str, state: str, base: int | None) -> Claim | None:
    """Become the writer of a district if nobody is; None if somebody is.

    Raises:
        ConflictError: the district is no longer at revision `base`, from which the changes were made.
    """
    token = uuid.uuid4().hex

    def work(run: Run) -> Claim | None:
        held, revision = run(_LOCK, district=district)[0]
        if held not in ("ready", "unloaded"):
            return None
        if base is not None and base != revision:
            raise ConflictError(
                f"区划“{district}”在比对之后已被另一次导入更新（第{base}版变为第{revision}版）。",
                "请重新运行这次导入，它会与新的内容比对。",
                code="revision-changed",
            )
        row = run(_TAKE, district=district, state=state, author=author, **_owner(token))[0]
        return Claim(district, token, row[0], row[1])

    return store.write(work)


def take_over(store: Store, dead: District) -> Claim | None:
    """Take the place of a dead writer to clear up; None if another did so first."""
    token = uuid.uuid4().hex
    rows = store.run(_TAKE_OVER, district=dead.id, dead=dead.token, **_owner(token))
    return Claim(dead.id, token, rows[0][0], rows[0][1]) if rows else None


def fence(run: Run, claim: Claim) -> None:
    """Lock the district, renew the lease, and refuse if somebody else has taken over. In every batch."""
    if not run(_FENCE, district=claim.district, token=claim.token, lease=LEASE_SECONDS * 1000):
        raise _lost(claim.district)


def release(run: Run, claim: Claim, **values: Any) -> None:
    """End a claim and set the district's `state`, `revision` and other `values`."""
    if not run(_RELEASE, district=claim.district, token=claim.token, values=values):
        raise _lost(claim.district)


def busy(held: District) -> ConflictError:
    """The error that names who holds a district."""
    who = f"{held.author or '未具名'}（主机{held.host}，进程{held.pid}）"
    return ConflictError(
        f"区划“{held.id}”正被{who}写入。", "请等它完成后重试；如那个进程已不在，稍后会自动恢复。", code="district-busy"
    )


def pause(deadline: float) -> bool:
    """Sleep a moment; false when `deadline` (of `time.monotonic`) is over."""
    if time.monotonic() >= deadline:
        return False
    time.sleep(_POLL_SECONDS)
    return True


def refuse_emptied(held: District, nodes: int) -> None:
    """Refuse to answer from a district whose nodes have all been taken away by another program."""
    if held.nodes and not nodes:
        raise UnavailableError(
            f"区划“{held.id}”登记有{held.nodes}个节点，库中却一个也没有：数据已被别的程序清空。",
            "请用load或import重新载入，或用store restore恢复备份。",
            code="store-empty",
        )


def _lost(district: str) -> ConflictError:
    return ConflictError(
        f"写入区划“{district}”时停顿过久，写入权已被另一进程接管，本次写入已撤回。", "请重试。", code="lease-lost"
    )


def _owner(token: str) -> dict[str, Any]:
    return {
        "token": token,
        "host": socket.gethostname(),
        "pid": os.getpid(),
        "started": psutil.Process().create_time(),
        "lease": LEASE_SECONDS * 1000,
    }


def _alive(pid: int, started: float) -> bool:
    """Whether the process still runs and is the same one (a pid is given again after a while)."""
    try:
        process = psutil.Process(pid)
        return bool(abs(process.create_time() - started) < 1.0 and process.status() != psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return False
    except psutil.AccessDenied:
        return True


def _district(row: list[Any]) -> District:
    values, lease = row
    about = {k: v for k, v in values.items() if k not in _INNER}
    columns = frozenset(values.get("columns", ()))
    return District(**{k: values.get(k) for k in _NAMES}, columns=columns, lease=lease, about=about)
