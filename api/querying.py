"""Ad-hoc Cypher: judged by its text and its plan, run by a process of its own, one at a time on a host."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import threading
import time
import uuid
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from typing import Any

import structlog
from filelock import FileLock, Timeout

from api.desk import Desk
from api.problems import BusyError, RefusedError
from graph.analysis.answer import Row
from graph.errors import InputError, ParameterError, PartygraphError, UnavailableError
from graph.store.adhoc import judge_text

ROWS, ROWS_MOST = 200, 10_000
SECONDS, SECONDS_MOST = 10, 60
PARAMETERS_MOST = 50_000
WAIT_SECONDS = 2.0
GRACE = 1.7
RUNAWAY_SECONDS = 5.0
ASK_SECONDS = 2.0
_NAME = re.compile(r"[A-Za-z_]\w{0,39}", re.ASCII)
_RUNNING = (
    "SHOW TRANSACTIONS YIELD transactionId, metaData WHERE metaData.partygraph = $mark RETURN collect(transactionId)"
)
log = structlog.get_logger("partygraph.query")


@dataclass(frozen=True, slots=True)
class Query:
    """A query: its Cypher, the values of its parameters, and how many rows and seconds it may take."""

    text: str
    parameters: Mapping[str, Any] = field(default_factory=dict)
    limit: int = ROWS
    seconds: int = SECONDS


def run_query(desk: Desk, query: Query, districts: tuple[str, ...], *, wait: bool = False) -> Row:
    """Run a query: `{"columns", "rows", "cut", "ms"}`, each row a list; `cut` says that there is more.

    `$district` (if there is one to imply) and `$today` are given unless the query has its own.

    Args:
        districts: those the caller knows of.
        wait: return a failure only when the server has ended all it did for it (the command line).

    Raises:
        RefusedError: queries are off. BusyError: another one runs. InputError: query-refused, query-invalid,
        query-timeout, query-memory, query-too-large.
    """
    require_open(desk)
    judge_text(query.text)
    parameters = given(desk, query, districts)
    with _alone(desk) as release:
        mark = uuid.uuid4().hex
        started = time.monotonic()
        try:
            said = _asked(desk, query, parameters, mark)
        except PartygraphError:
            # What the server still does for it is ended behind the answer; until then nobody else asks.
            release.later = threading.Thread(target=_end, args=(desk, mark, release.lock), name="query-end")
            release.wait = wait
            raise
    return {**said, "ms": round((time.monotonic() - started) * 1000)}


def require_open(desk: Desk) -> None:
    """`RefusedError` query-off where the settings, or `auto` on a server, do not open queries."""
    mode = desk.settings.query
    if mode == "off" or (mode == "auto" and desk.embedded is None):
        raise RefusedError("自由查询没有开放。", "请联系管理员把设置 QUERY 设为 on。", code="query-off")


def given(desk: Desk, query: Query, districts: tuple[str, ...]) -> dict[str, Any]:
    """The parameters with `$district` and `$today`; `ParameterError` for names or sizes that are not allowed."""
    if not 1 <= query.limit <= ROWS_MOST or not 1 <= query.seconds <= SECONDS_MOST:
        raise ParameterError("行数或时间不在允许的范围内。", f"行数最多{ROWS_MOST}，时间最多{SECONDS_MOST}秒。")
    try:
        size = len(json.dumps(query.parameters, ensure_ascii=False))
    except (TypeError, ValueError):
        size = PARAMETERS_MOST + 1
    if size > PARAMETERS_MOST or not all(_NAME.fullmatch(n) for n in query.parameters):
        raise ParameterError("查询参数的名称不合要求，或参数太大。", "名称为字母、数字、下划线；值为 JSON。")
    try:
        implied = {"district": desk.choose(None, (), districts)}
    except PartygraphError:
        implied = {}
    return {**implied, "today": desk.today().isoformat(), **query.parameters}


@dataclass
class _Release:
    lock: FileLock
    later: threading.Thread | None = None
    wait: bool = False


@contextmanager
def _alone(desk: Desk) -> Iterator[_Release]:
    """Hold the one place for queries of this host; it is given back at the end, or later by a thread."""
    lock = FileLock(desk.settings.data_dir / "query.lock", thread_local=False)
    try:
        lock.acquire(timeout=WAIT_SECONDS)
    except Timeout:
        raise BusyError("另一个查询正在执行，一次只能有一个。", "请稍后重试。", code="query-busy") from None
    held = _Release(lock)
    try:
        yield held
    finally:
        if held.later is None:
            lock.release()
        else:
            held.later.start()
            if held.wait:
                held.later.join()


def _asked(desk: Desk, query: Query, parameters: dict[str, Any], mark: str) -> Row:
    order = {
        "address": asdict(desk.address),
        "statement": query.text,
        "parameters": parameters,
        "limit": query.limit,
        "seconds": query.seconds,
        "mark": mark,
    }
    try:
        done = subprocess.run(
            [sys.executable, "-P", "-m", "graph.store.adhoc_child"],
            input=json.dumps(order).encode(),
            capture_output=True,
            timeout=query.seconds + GRACE,
            check=False,
        )
        said: Row = json.loads(done.stdout or b"{}")
    except subprocess.TimeoutExpired:
        raise _error("query-timeout") from None
    if "columns" in said:
        return said
    error = said.get("error") or {"code": "query-too-large"}
    if error["code"] in _TOLD:
        raise _error(error["code"])
    kind = InputError if error["status"] == 422 else UnavailableError
    raise kind(error["detail"], error["remedy"], code=error["code"])


_TOLD = {
    "query-timeout": ("query-timeout", "查询没有在限定时间内完成，已停止。", "请缩小查询的范围。"),
    "store-timeout": ("query-timeout", "查询没有在限定时间内完成，已停止。", "请缩小查询的范围。"),
    "store-memory": ("query-memory", "查询用的内存太多，已停止。", "请缩小查询的范围，分批取数。"),
    "query-too-large": ("query-too-large", "查询结果中有太大的值，已停止。", "请只取需要的内容。"),
}


def _error(code: str) -> InputError:
    name, detail, remedy = _TOLD[code]
    return InputError(detail, remedy, code=name)


def _end(desk: Desk, mark: str, lock: FileLock) -> None:
    """End what the server still does for a failed query; an embedded Neo4j that does not let go is restarted.

    An expression that never ends (`reduce` over a huge range) looks at no timeout.
    """
    deadline = time.monotonic() + RUNAWAY_SECONDS
    try:
        while _still_runs(desk, mark):
            if time.monotonic() > deadline:
                if desk.embedded is not None:
                    log.warning("query-runaway", restart=True)
                    desk.embedded.restart()
                return
            time.sleep(0.25)
    except PartygraphError as error:
        log.warning("query-end", code=error.code)
    finally:
        lock.release()


def _still_runs(desk: Desk, mark: str) -> bool:
    """Whether the server still works for a query, having told it to end; also if it does not say."""
    try:
        ids = desk.store.read(_RUNNING, mark=mark, timeout=ASK_SECONDS)[0][0]
        if ids:
            desk.store.read("TERMINATE TRANSACTIONS $ids", ids=ids, timeout=ASK_SECONDS)
    except UnavailableError:
        return True
    return bool(ids)
