"""How often a caller may ask, how often somebody may fail to show who they are, and how large a body may be."""

from __future__ import annotations

import time

from starlette.exceptions import HTTPException
from starlette.types import Message, Receive

from api.problems import BusyError
from graph.errors import ParameterError, PartygraphError

KEPT_TIMES = 100
"""A kept answer costs about a hundredth of a computed one."""
WRITES_A_MINUTE = 300
FAILURES_A_MINUTE = 30
MEGABYTE = 1024 * 1024
IMPORT_MOST, FILE_MOST, JSON_MOST = 200 * MEGABYTE, 20 * MEGABYTE, MEGABYTE


class Limiter:
    """Counts by minute in this process; several workers each allow as much.

    A dictionary, since this is asked for every answer: a library's counter with a timer for each took a fifth of it.

    Args:
        rate: computed answers a caller may have in a minute.
    """

    def __init__(self, rate: int) -> None:
        self._most = {
            "computed": rate,
            "kept": rate * KEPT_TIMES,
            "write": WRITES_A_MINUTE,
            "failure": FAILURES_A_MINUTE,
        }
        self._minute = -1
        self._counts: dict[tuple[str, str], int] = {}

    def ask(self, kind: str, who: str) -> None:
        """Count a request of a kind (`computed`, `kept`, `write`); `BusyError` rate-limited beyond the rate."""
        if self._counted(kind, who) > self._most[kind]:
            raise BusyError("请求太频繁。", "请稍后重试，或缓存已取得的应答。", code="rate-limited", after=30)

    def failed(self, address: str) -> None:
        """Count a failure to show who one is; `BusyError` too-many-failures beyond what a minute allows.

        Whoever shows a valid key is never kept out: others may share the address.
        """
        if self._counted("failure", address) > self._most["failure"]:
            raise BusyError("身份验证失败次数太多。", "请检查密钥，一分钟后重试。", code="too-many-failures", after=60)

    def _counted(self, kind: str, who: str) -> int:
        minute = int(time.monotonic() // 60)
        if minute != self._minute:
            self._minute = minute
            self._counts.clear()
        found = self._counts[kind, who] = self._counts.get((kind, who), 0) + 1
        return found


def body_most(path: str, content_type: str) -> int:
    """Bytes that the body of a request may have."""
    if path.endswith("/imports"):
        return IMPORT_MOST
    return FILE_MOST if content_type.startswith("multipart/") else JSON_MOST


def too_large(most: int) -> PartygraphError:
    """The error for a body of more bytes."""
    error = ParameterError(f"请求的内容太大，最多{most // MEGABYTE}MB。", "请分批提交。", code="body-too-large")
    error.title, error.status = "内容过大", 413
    return error


def bounded(receive: Receive, most: int) -> Receive:
    """`receive` that ends a body which grows beyond `most` bytes with 413, whatever its header said."""
    left = most

    async def counting() -> Message:
        nonlocal left
        message = await receive()
        left -= len(message.get("body", b""))
        if left < 0:
            raise HTTPException(413)
        return message

    return counting
