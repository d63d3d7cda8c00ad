"""`Idempotency-Key`: a POST that comes twice is done once, and answered twice with the same."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from starlette.concurrency import run_in_threadpool
from starlette.types import Message, Receive, Scope, Send

from api.records import Records
from graph.errors import ConflictError, InputError, ParameterError

KEPT = dt.timedelta(days=1)
ABANDONED = dt.timedelta(hours=1)
ANSWER_MOST = 1024 * 1024
SECRET = ("/api/v1/keys", "/api/v1/query")
"""Their answers hold what is shown once, or holders' names, and are not kept."""
_HEADERS = (b"content-type", b"location", b"content-location", b"preference-applied")
Answer = Callable[[Scope, Receive, Send], Awaitable[None]]


@dataclass
class _Seen:
    """What of a request and its answer goes by."""

    body: hashlib._Hash = field(default_factory=hashlib.sha256)
    status: int = 0
    headers: list[tuple[str, str]] = field(default_factory=list)
    answer: bytearray = field(default_factory=bytearray)


async def once(records: Records, caller: str, scope: Scope, receive: Receive, send: Send, answer: Answer) -> None:
    """Have `answer` answer a POST with an Idempotency-Key, or answer as it did the first time.

    Raises:
        ParameterError: the key is empty or too long. InputError: repeat-mismatch, another request bore the key.
        ConflictError: the first is still going on, or its answer held a secret.
    """
    headers = dict(scope["headers"])
    key = headers[b"idempotency-key"].decode("latin-1").strip()
    if not 1 <= len(key) <= 200:
        raise ParameterError("Idempotency-Key 为空或太长。", "请给出不超过200个字符的值，每个请求不同。")
    # A multipart body has other bytes every time it is sent: its boundary is made up.
    comparable = not headers.get(b"content-type", b"").startswith(b"multipart/")
    asked = f"{scope['path']}?{scope['query_string'].decode('latin-1')}"
    mark = hashlib.sha256(f"{caller}\0{key}".encode()).hexdigest()
    before = await run_in_threadpool(_claim, records, caller, mark, asked)
    if before is not None:
        await _again(before, await _digest(receive) if comparable else None, send)
        return
    seen = _Seen()
    try:
        await answer(scope, _watched(receive, seen), _watching(send, seen))
    finally:
        await run_in_threadpool(_keep, records, caller, mark, seen, comparable, scope["path"] in SECRET)


@dataclass(frozen=True, slots=True)
class _Before:
    status: int
    headers: list[list[str]]
    answer: bytes | None
    body: str | None


def _claim(records: Records, caller: str, mark: str, asked: str) -> _Before | None:
    """None if the request is the first one with its key, else what it was answered."""
    now = dt.datetime.now(dt.UTC)
    with records.writing() as connection:
        connection.execute("DELETE FROM repeats WHERE at < ?", ((now - KEPT).isoformat(),))
        connection.execute("DELETE FROM repeats WHERE status IS NULL AND at < ?", ((now - ABANDONED).isoformat(),))
        made = connection.execute(
            "INSERT OR IGNORE INTO repeats (caller, key, asked, at) VALUES (?,?,?,?)",
            (caller, mark, hashlib.sha256(asked.encode()).hexdigest(), now.isoformat()),
        )
        if made.rowcount:
            return None
        sql = "SELECT asked, status, headers, answer, body FROM repeats WHERE caller = ? AND key = ?"
        before, status, headers, answer, body = connection.execute(sql, (caller, mark)).fetchone()
    if before != hashlib.sha256(asked.encode()).hexdigest():
        raise _mismatch()
    if status is None:
        raise ConflictError("同一个 Idempotency-Key 的请求还在进行。", "请稍后重试。", code="repeat-running")
    return _Before(status, json.loads(headers), answer, body)


def _mismatch() -> InputError:
    return InputError(
        "同一个 Idempotency-Key 已用于不同的请求。", "请给每个请求不同的 Idempotency-Key。", code="repeat-mismatch"
    )


async def _again(before: _Before, body: str | None, send: Send) -> None:
    if before.body is not None and body != before.body:
        raise _mismatch()
    if before.answer is None:
        raise ConflictError(
            "同一个 Idempotency-Key 的请求已经完成，其应答不能重现。", "请查看现状，勿再提交。", code="repeat-secret"
        )
    head = [(k.encode(), v.encode()) for k, v in before.headers]
    head += [(b"content-length", str(len(before.answer)).encode()), (b"idempotency-replayed", b"true")]
    await send({"type": "http.response.start", "status": before.status, "headers": head})
    await send({"type": "http.response.body", "body": before.answer})


def _keep(records: Records, caller: str, mark: str, seen: _Seen, comparable: bool, secret: bool) -> None:
    """Keep an answer; one that says nothing about the request itself (5xx, 429) is forgotten, so that it may be tried
    again."""
    with records.writing() as connection:
        if seen.status in (0, 401, 403, 429) or seen.status >= 500 or len(seen.answer) > ANSWER_MOST:
            connection.execute("DELETE FROM repeats WHERE caller = ? AND key = ?", (caller, mark))
            return
        connection.execute(
            "UPDATE repeats SET status = ?, headers = ?, answer = ?, body = ? WHERE caller = ? AND key = ?",
            (
                seen.status,
                json.dumps(seen.headers),
                None if secret else bytes(seen.answer),
                seen.body.hexdigest() if comparable else None,
                caller,
                mark,
            ),
        )


def _watched(receive: Receive, seen: _Seen) -> Receive:
    async def reading() -> Message:
        message = await receive()
        seen.body.update(message.get("body", b""))
        return message

    return reading


def _watching(send: Send, seen: _Seen) -> Send:
    async def sending(message: Message) -> None:
        if message["type"] == "http.response.start":
            seen.status = message["status"]
            seen.headers = [(k.decode(), v.decode("latin-1")) for k, v in message["headers"] if k in _HEADERS]
        elif len(seen.answer) <= ANSWER_MOST:
            seen.answer += message.get("body", b"")
        await send(message)

    return sending


async def _digest(receive: Receive) -> str:
    body = hashlib.sha256()
    while True:
        message = await receive()
        body.update(message.get("body", b""))
        if message["type"] != "http.request" or not message.get("more_body"):
            return body.hexdigest()
