"""The outermost layer (pure ASGI): request ids, kept answers, safe headers, and one shape for what goes wrong."""

from __future__ import annotations

import os
import re
import time
from dataclasses import dataclass
from functools import lru_cache
from urllib.parse import urlsplit

import orjson
import structlog
from starlette.concurrency import run_in_threadpool
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api import audit
from api.audit import Deed
from api.auth import Access
from api.caller import NOBODY
from api.grants import check, object_of
from api.limiting import Limiter, body_most, bounded, too_large
from api.measures import Measures
from api.prepared import Kept, key_of
from api.problems import MEDIA_TYPE, RefusedError, UnauthenticatedError, problem
from api.records import Records
from api.repeats import once
from api.watch import Watch
from graph.errors import PartygraphError, UnavailableError

PREFIX = "/api/"
_ID = re.compile(rb"[A-Za-z0-9._-]{1,64}")
_SAFE = (
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
    (b"x-frame-options", b"DENY"),
    (b"cross-origin-opener-policy", b"same-origin"),
)
_DATA = (b"content-security-policy", b"default-src 'none'; frame-ancestors 'none'; sandbox")
_PAGE = (
    b"content-security-policy",
    b"default-src 'self'; script-src 'self' 'unsafe-inline'; style-src 'self' 'unsafe-inline'; "
    b"img-src 'self' data:; object-src 'none'; base-uri 'self'; frame-ancestors 'none'",
)
METRICS = "/metrics"
DENIED = (401, 403)
log = structlog.get_logger("partygraph.access")


@dataclass(frozen=True, slots=True)
class Parts:
    """What the edge answers from, and where it records."""

    watch: Watch
    kept: Kept
    records: Records
    limiter: Limiter
    measures: Measures


class Edge:
    """Wraps the application.

    Args:
        access: tells who asks; every address under /api/ is checked by `grants` before the application sees it.
        hosts: host names that may be asked for: a page of another site cannot reach the service by its own name.
        origins: further origins whose pages may call the service (CORS).
    """

    def __init__(
        self, app: ASGIApp, access: Access, parts: Parts, hosts: frozenset[str], origins: frozenset[str]
    ) -> None:
        self.app = app
        self._access = access
        self._parts = parts
        self._hosts = hosts
        self._origins = origins

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer from the kept bytes where they are current, else let the application answer."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        headers = dict(scope["headers"])
        given = headers.get(b"x-request-id", b"")
        request_id = given.decode() if _ID.fullmatch(given) else os.urandom(16).hex()
        scope.setdefault("state", {})["request_id"] = request_id
        started = time.perf_counter()
        status, begun = 500, False

        async def out(message: Message) -> None:
            nonlocal status, begun
            if message["type"] == "http.response.start":
                status = message["status"]
                await self._record(scope, status)
                begun = scope["state"]["begun"] = True
                policy = _DATA if scope["path"].startswith(PREFIX) else _PAGE
                message["headers"] = [*message["headers"], (b"x-request-id", request_id.encode()), *_SAFE, policy]
            await send(message)

        try:
            await self._answer(scope, receive, out, headers)
        except Exception as error:
            # Where a send fails, the framework wraps what failed.
            unrecorded = error if isinstance(error, UnavailableError) else error.__cause__
            if isinstance(unrecorded, UnavailableError) and not begun:
                # The audit could not be written, so the answer stays here.
                log.error("not-recorded", request_id=request_id, code=unrecorded.code)
                status = unrecorded.status
                await send_problem(unrecorded, scope, send)
            else:
                # The application has answered with the 500 already; the log gets the kind, never the text.
                log.error("defect", request_id=request_id, kind=type(error).__qualname__, where=_where(error))
        finally:
            took = time.perf_counter() - started
            grant, caller = scope["state"].get("grant"), scope["state"].get("caller")
            route = grant.route if grant else "other"
            self._parts.measures.note(scope["method"], route, status, took)
            # The route, not the path: somebody may have typed a name into that.
            log.info(
                "request",
                method=scope["method"],
                route=route,
                status=status,
                ms=round(took * 1000, 1),
                id=request_id,
                caller=caller.id if caller else "",
            )

    async def _answer(self, scope: Scope, receive: Receive, send: Send, headers: dict[bytes, bytes]) -> None:
        refused = self._refused(scope, headers)
        if refused is not None:
            await send_problem(refused, scope, send)
            return
        scope["state"]["open"] = self._access.open()
        if not scope["path"].startswith(PREFIX) and scope["path"] != METRICS:
            await self.app(scope, receive, send)
            return
        try:
            await self._allowed(scope, receive, send, headers)
        except PartygraphError as error:
            if scope["state"].get("begun"):
                raise
            await send_problem(error, scope, send)

    async def _allowed(self, scope: Scope, receive: Receive, send: Send, headers: dict[bytes, bytes]) -> None:
        """Answer a request of a caller who is known, may ask this, and does not ask too often or too much."""
        state, limiter = scope["state"], self._parts.limiter
        address = scope["client"][0] if scope.get("client") else ""
        try:
            caller = await self._access.caller(headers.get(b"authorization", b""), state["request_id"])
        except UnauthenticatedError:
            limiter.failed(address)
            raise
        state["caller"] = caller
        state["grant"] = grant = check(caller, scope["method"], scope["path"])
        who = caller.id or address
        if scope["method"] == "GET":
            found = self._parts.kept.get(key_of(scope, caller))
            if found is not None and self._parts.watch.stamp(found.district) == found.stamp:
                limiter.ask("kept", who)
                self._parts.measures.hit()
                await found(scope, receive, send)
                return
            limiter.ask("computed", who)
            await self.app(scope, receive, send)
            return
        limiter.ask("write", who)
        most = body_most(scope["path"], headers.get(b"content-type", b"").decode("latin-1"))
        told = headers.get(b"content-length", b"")
        if told.isdigit() and int(told) > most:
            raise too_large(most)
        receive = bounded(receive, most)
        if scope["method"] == "POST" and b"idempotency-key" in headers and grant is not None:
            await once(self._parts.records, who, scope, receive, send, self.app)
            return
        await self.app(scope, receive, send)

    async def _record(self, scope: Scope, status: int) -> None:
        """Write into the audit what has to stand there before the answer leaves: deeds, and denials."""
        state = scope["state"]
        grant = state.get("grant")
        action = "denied" if status in DENIED and scope["path"].startswith(PREFIX) else grant.action if grant else ""
        if action:
            done = Deed(action, f"{scope['method']} {object_of(scope['path'])}", str(status), state["request_id"])
            await run_in_threadpool(audit.append, self._parts.records, state.get("caller", NOBODY), done)

    def _refused(self, scope: Scope, headers: dict[bytes, bytes]) -> PartygraphError | None:
        """A foreign host name, or a writing request from another site's page."""
        asked = headers.get(b"host", b"").decode("latin-1")
        if self._hosts and _host(asked) not in self._hosts:
            remedy = "请用 127.0.0.1 或设置 HOST 中的地址访问。"
            return RefusedError("请求的主机名不是本服务的。", remedy, code="host-refused")
        origin = headers.get(b"origin", b"").decode("latin-1")
        own = not origin or origin in self._origins or urlsplit(origin).netloc == asked
        if scope["method"] not in ("GET", "HEAD", "OPTIONS") and not own:
            remedy = "请把该来源加入设置 CORS。"
            return RefusedError("来自其他网站页面的写入请求不被接受。", remedy, code="origin-refused")
        return None


async def send_problem(error: PartygraphError, scope: Scope, send: Send) -> None:
    """Answer with problem+json."""
    body = orjson.dumps(problem(error, instance=scope["path"], request_id=scope["state"]["request_id"]))
    head = [(b"vary", b"Authorization"), (b"cache-control", b"no-store")]
    if error.status == 401:
        head.append((b"www-authenticate", b'Bearer realm="partygraph"'))
    if error.status in (429, 503):
        head.append((b"retry-after", str(getattr(error, "after", 5)).encode()))
    head += [(b"content-type", MEDIA_TYPE.encode()), (b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": error.status, "headers": head})
    await send({"type": "http.response.body", "body": body})


@lru_cache(maxsize=256)
def _host(asked: str) -> str:
    """The name in a Host header, without its port."""
    return urlsplit(f"//{asked}").hostname or ""


def _where(error: BaseException) -> str:
    """File and line of the innermost frame."""
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    return f"{trace.tb_frame.f_code.co_filename}:{trace.tb_lineno}" if trace is not None else ""
