"""Prepared answers: bytes (plain and gzipped) kept under the key of interface.md, sent with a weak ETag or as 304."""

from __future__ import annotations

import gzip
import hashlib
import threading
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass, field

from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from api.caller import Caller

KEPT_BYTES = 96 * 1024 * 1024
LARGE = 8 * 1024 * 1024
WORTH_ZIPPING = 1024
Key = tuple[object, ...]
Stamp = tuple[object, ...]


@dataclass(frozen=True, slots=True)
class Prepared:
    """An answer ready to leave.

    Args:
        body, zipped: the bytes, and gzipped (None for small or already compressed ones).
        etag: weak, from everything the answer depends on.
        media_type: of the body.
        district, stamp: it is current while the district's stamp is this one.
        headers: further headers (Link, Content-Disposition …).
    """

    body: bytes
    zipped: bytes | None
    etag: str
    media_type: str
    district: str
    stamp: Stamp
    headers: Mapping[str, str] = field(default_factory=dict)

    @property
    def size(self) -> int:
        """Bytes it takes."""
        return len(self.body) + len(self.zipped or b"") + 512

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request: 304 if the client has it, gzip if it takes that."""
        del receive
        asked = dict(scope["headers"])
        head = [
            (b"etag", self.etag.encode()),
            (b"cache-control", b"private, no-cache"),
            (b"vary", b"Authorization, Accept, Accept-Encoding"),
            *((k.lower().encode(), v.encode()) for k, v in self.headers.items()),
        ]
        if _has(asked.get(b"if-none-match", b""), self.etag.encode()):
            await send({"type": "http.response.start", "status": 304, "headers": head})
            await send({"type": "http.response.body", "body": b""})
            return
        body = self.body
        if self.zipped is not None and takes_gzip(asked.get(b"accept-encoding", b"")):
            body = self.zipped
            head.append((b"content-encoding", b"gzip"))
        head += [(b"content-type", self.media_type.encode()), (b"content-length", str(len(body)).encode())]
        await send({"type": "http.response.start", "status": 200, "headers": head})
        await send({"type": "http.response.body", "body": body})


def prepare(
    body: bytes,
    media_type: str,
    key: Key,
    district: str,
    stamp: Stamp,
    headers: Mapping[str, str] | None = None,
) -> Prepared:
    """Bytes with their ETag; text of more than a kilobyte is gzipped once."""
    etag = hashlib.sha256(repr((key, stamp, media_type)).encode()).hexdigest()[:32]
    text = media_type.startswith(("application/json", "image/svg", "text/"))
    zipped = gzip.compress(body, 6, mtime=0) if text and len(body) > WORTH_ZIPPING else None
    return Prepared(body, zipped, f'W/"{etag}"', media_type, district, stamp, dict(headers or {}))


def key_of(scope: Scope, caller: Caller) -> Key:
    """What a request asks for and who asks: path, query, caller's scope and permissions, media type."""
    accept = next((v for k, v in scope["headers"] if k == b"accept"), b"")
    return (scope["path"], scope["query_string"], caller.scope, caller.permissions, accept)


class Kept:
    """Prepared answers, the least recently used dropped beyond a number of bytes. Safe between threads."""

    def __init__(self, most: int = KEPT_BYTES) -> None:
        self._most = most
        self._size = 0
        self._found: OrderedDict[Key, Prepared] = OrderedDict()
        self._lock = threading.Lock()

    @property
    def size(self) -> int:
        """Bytes of all answers."""
        return self._size

    def get(self, key: Key) -> Prepared | None:
        """The answer under a key, whether current or not."""
        with self._lock:
            found = self._found.get(key)
            if found is not None:
                self._found.move_to_end(key)
            return found

    def put(self, key: Key, prepared: Prepared) -> None:
        """Keep an answer; one of more than 8 MB is not kept."""
        if prepared.size > LARGE:
            return
        with self._lock:
            old = self._found.pop(key, None)
            self._size += prepared.size - (old.size if old else 0)
            self._found[key] = prepared
            while self._size > self._most:
                _, dropped = self._found.popitem(last=False)
                self._size -= dropped.size


def takes_gzip(accept_encoding: bytes) -> bool:
    """Whether a client takes gzip (`gzip;q=0` refuses it)."""
    for part in accept_encoding.split(b","):
        name, _, quality = part.strip().partition(b";")
        if name.strip() in (b"gzip", b"*") and quality.strip() not in (b"q=0", b"q=0.0"):
            return True
    return False


def _has(if_none_match: bytes, etag: bytes) -> bool:
    """Weak comparison (RFC 9110 13.1.2)."""
    listed = [t.strip().removeprefix(b"W/") for t in if_none_match.split(b",")]
    return etag.removeprefix(b"W/") in listed or b"*" in listed


class PreparedResponse(Response):
    """A prepared answer as the response of a route."""

    def __init__(self, prepared: Prepared) -> None:
        super().__init__()
        self.prepared = prepared

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send it."""
        await self.prepared(scope, receive, send)
