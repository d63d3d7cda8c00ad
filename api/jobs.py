"""Jobs: long work that is asked for in one request and told of in others. Their rows lie in the file of records."""

from __future__ import annotations

import datetime as dt
import json
import os
import re
import secrets
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import psutil

from api.caller import Caller
from api.problems import BusyError
from api.records import Records
from graph.analysis.answer import Row
from graph.errors import NotFoundError

QUEUED, RUNNING, DONE, FAILED = "queued", "running", "done", "failed"
ENDED = (DONE, FAILED)
WAITING_MOST = 20
FILES_KEPT = dt.timedelta(days=7)
_COLUMNS = ("id", "kind", "state", "owner_name", "district", "created", "started", "ended", "progress", "status")
_ID = re.compile(r"[0-9a-f]{16}")


def folder(data_dir: Path, id_: str) -> Path:
    """Where a job keeps its files; only the owner of the service may read it."""
    return data_dir / "jobs" / id_


def new(records: Records, data_dir: Path, kind: str, caller: Caller, district: str, orders: Mapping[str, Any]) -> str:
    """A queued job with its folder; its id. `BusyError` where too many wait already."""
    if waiting(records) >= WAITING_MOST:
        raise BusyError("等待的任务太多。", "请等已提交的任务完成后再提交。", after=30)
    id_ = secrets.token_hex(8)
    folder(data_dir, id_).mkdir(parents=True, mode=0o700)
    values = (id_, kind, QUEUED, caller.id, caller.name, district, _now(), "等待开始", json.dumps(dict(orders)))
    with records.writing() as connection:
        connection.execute(
            "INSERT INTO jobs (id, kind, state, owner, owner_name, district, created, progress, orders) "
            "VALUES (?,?,?,?,?,?,?,?,?)",
            values,
        )
    return id_


def waiting(records: Records) -> int:
    """How many jobs wait or run."""
    return int(records.rows("SELECT count(*) FROM jobs WHERE state IN (?, ?)", (QUEUED, RUNNING))[0][0])


def orders_of(records: Records, id_: str) -> tuple[str, str, dict[str, Any], Caller]:
    """Kind, district, orders and caller of a job; the caller with no permissions, for the audit alone."""
    sql = "SELECT kind, district, orders, owner, owner_name FROM jobs WHERE id = ?"
    kind, district, orders, owner, name = records.rows(sql, (id_,))[0]
    return kind, district, json.loads(orders), Caller(name, None, frozenset(), owner)


def begin(records: Records, id_: str) -> None:
    """Note that this process works on a job."""
    started = psutil.Process().create_time()
    with records.writing() as connection:
        connection.execute(
            "UPDATE jobs SET state = ?, started = ?, progress = '开始', pid = ?, pid_started = ? WHERE id = ?",
            (RUNNING, _now(), os.getpid(), started, id_),
        )


def tell(records: Records, id_: str, line: str) -> None:
    """Say how far a job is."""
    with records.writing() as connection:
        connection.execute("UPDATE jobs SET progress = ? WHERE id = ?", (line[:200], id_))


def end(records: Records, id_: str, status: int, result: Mapping[str, Any]) -> None:
    """Note the outcome: an HTTP status and `{"report", "problem"}`."""
    state = DONE if status < 400 else FAILED
    said = json.dumps(dict(result), ensure_ascii=False)
    with records.writing() as connection:
        connection.execute(
            "UPDATE jobs SET state = ?, ended = ?, progress = ?, status = ?, result = ? WHERE id = ?",
            (state, _now(), "完成" if state == DONE else "没有完成", status, said, id_),
        )


def listed(records: Records, caller: Caller, before: int | None, limit: int) -> tuple[list[Row], int | None]:
    """A page of the caller's jobs (an administrator's: of all), the newest first, and where the next begins."""
    return _page(records, "(owner = ? OR ?)", (caller.id, "keys" in caller.permissions), before, limit)


def imports(records: Records, before: int | None, limit: int) -> tuple[list[Row], int | None]:
    """A page of all imports: as jobs, with `dry_run`, `revision`, `counts` and the numbers of errors and warnings."""
    rows, following = _page(records, "kind = 'import' AND ?", (1,), before, limit)
    return [{**row, **_told(_result(records, row["id"]).get("report"))} for row in rows], following


def _page(
    records: Records, which: str, values: tuple[Any, ...], before: int | None, limit: int
) -> tuple[list[Row], int | None]:
    sql = f"SELECT rowid, {', '.join(_COLUMNS)} FROM jobs WHERE {which} AND rowid < ? ORDER BY rowid DESC LIMIT ?"
    found = records.rows(sql, (*values, before if before is not None else 2**62, limit + 1))
    following = int(found[limit - 1][0]) if len(found) > limit else None
    return [_row(v[1:]) for v in found[:limit]], following


def get(records: Records, caller: Caller, id_: str) -> Row:
    """One job the caller may know of; `NotFoundError` unknown-job."""
    seen = "keys" in caller.permissions
    sql = f"SELECT {', '.join(_COLUMNS)} FROM jobs WHERE id = ? AND (owner = ? OR ?)"
    found = records.rows(sql, (id_, caller.id, seen)) if _ID.fullmatch(id_) else []
    if not found:
        raise NotFoundError("没有这个任务。", "全部任务见 jobs。", code="unknown-job")
    return _row(found[0])


def an_import(records: Records, id_: str) -> Row:
    """One import with its whole report, null while it is not done; `NotFoundError` unknown-job."""
    sql = f"SELECT {', '.join(_COLUMNS)} FROM jobs WHERE id = ? AND kind = 'import'"
    found = records.rows(sql, (id_,)) if _ID.fullmatch(id_) else []
    if not found:
        raise NotFoundError("没有这次导入。", "全部导入见 imports。", code="unknown-job")
    return {**_row(found[0]), "report": _result(records, id_).get("report")}


def outcome(records: Records, id_: str) -> tuple[int, Row]:
    """Status and result of a job that has ended."""
    status = records.rows("SELECT status FROM jobs WHERE id = ?", (id_,))[0][0]
    return int(status or 500), _result(records, id_)


def ended(records: Records, id_: str) -> bool:
    """Whether a job has its outcome."""
    return records.rows("SELECT state FROM jobs WHERE id = ?", (id_,))[0][0] in ENDED


def swept(records: Records, data_dir: Path) -> None:
    """End the jobs of processes that are no more, and remove files of jobs that ended a week ago."""
    sql = "SELECT id, pid, pid_started FROM jobs WHERE state = ?"
    for id_, pid, started in records.rows(sql, (RUNNING,)):
        if not _alive(pid, started):
            end(records, id_, 503, {"report": None, "problem": INTERRUPTED})
    limit = (dt.datetime.now(dt.UTC) - FILES_KEPT).isoformat(timespec="seconds")
    for (id_,) in records.rows("SELECT id FROM jobs WHERE created < ? AND state IN (?, ?)", (limit, *ENDED)):
        shutil.rmtree(folder(data_dir, id_), ignore_errors=True)


INTERRUPTED = {
    "code": "job-interrupted",
    "title": "外部条件不具备",
    "status": 503,
    "detail": "任务中断，没有完成，没有写入一半的内容。",
    "remedy": "请重新提交。",
    "errors": [],
}


def _alive(pid: int | None, started: float | None) -> bool:
    try:
        return pid is not None and abs(psutil.Process(pid).create_time() - (started or 0.0)) < 2.0
    except psutil.Error:
        return False


def _result(records: Records, id_: str) -> Row:
    found = records.rows("SELECT result FROM jobs WHERE id = ?", (id_,))
    return dict(json.loads(found[0][0])) if found and found[0][0] else {}


def _row(values: tuple[Any, ...]) -> Row:
    found = dict(zip(_COLUMNS, values, strict=True))
    ended = found["state"] in ENDED
    return {
        **{k: found[k] for k in ("id", "kind", "state", "district", "created", "started", "ended", "progress")},
        "by": found["owner_name"],
        "result": f"/api/v1/jobs/{found['id']}/result" if ended else None,
    }


def _told(report: Mapping[str, Any] | None) -> Row:
    said = report or {}
    return {
        "dry_run": said.get("dry_run"),
        "revision": said.get("revision"),
        "counts": said.get("counts"),
        "errors": len(said["errors"]) if "errors" in said else None,
        "warnings": len(said["warnings"]) if "warnings" in said else None,
    }


def _now() -> str:
    return dt.datetime.now(dt.UTC).isoformat(timespec="seconds")
