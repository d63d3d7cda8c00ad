"""Analyses of large districts, outside the process that answers: a few child processes that map the same Snapshots.

An analysis holds Python's lock for seconds; in the serving process every other answer would wait for it.
"""

from __future__ import annotations

import multiprocessing
import os
import queue
import threading
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from multiprocessing.connection import Connection
from types import TracebackType
from typing import Any, Self

import orjson
import structlog

from api.asking import asked, body
from api.caller import Caller
from api.desk import Desk
from api.opening import Address, Opened, reach
from api.problems import BusyError
from api.questions import question
from api.redaction import redacted
from api.settings import Settings
from graph.errors import PartygraphError, UnavailableError

ANALYSTS = 2
DEADLINE_SECONDS = 60.0
WAIT_SECONDS = 30.0
log = structlog.get_logger("partygraph.analysts")
Given = Mapping[str, Sequence[str]]


@dataclass(frozen=True, slots=True)
class Told:
    """An answer: its JSON, the cursor of the next page, and what it was made from."""

    body: bytes
    following: str | None
    district: str
    revision: int
    loaded: tuple[str, ...]
    serial: int


class Analyst:
    """One child process, started at its first question; a question beyond its deadline ends it."""

    def __init__(self, settings: Settings, address: Address) -> None:
        self._orders = (settings, address)
        self._process: multiprocessing.process.BaseProcess | None = None
        self._line: Connection | None = None

    def ask(self, name: str, given: Given, caller: Caller, revision: int) -> Told:
        """The answer of a question; errors as it raises them, `UnavailableError` analysis-timeout beyond 60 s."""
        line = self._started()
        try:
            line.send((name, {k: list(v) for k, v in given.items()}, caller, revision))
            if not line.poll(DEADLINE_SECONDS):
                self.close()
                raise UnavailableError(
                    "分析没有在限定时间内完成。", "请缩小区域，或稍后重试。", code="analysis-timeout"
                )
            said = line.recv()
        except (EOFError, OSError):
            self.close()
            raise UnavailableError("分析进程中断。", "请重试。", code="analysis-lost") from None
        if isinstance(said, Told):
            return said
        raise _error(said)

    def close(self) -> None:
        """End the process."""
        if self._process is not None and self._line is not None:
            self._line.close()
            self._process.kill()
            self._process.join()
        self._process = self._line = None

    def _started(self) -> Connection:
        if self._process is None or not self._process.is_alive() or self._line is None:
            self.close()
            context = multiprocessing.get_context("spawn")
            self._line, theirs = context.Pipe()
            self._process = context.Process(target=_work, args=(theirs, *self._orders), daemon=True)
            self._process.start()
            theirs.close()
        return self._line


class Analysts:
    """The analysts of a serving process; questions wait for a free one."""

    def __init__(self, settings: Settings, address: Address) -> None:
        self.everyone = [Analyst(settings, address) for _ in range(min(ANALYSTS, os.cpu_count() or 1))]
        self._free: queue.LifoQueue[Analyst] = queue.LifoQueue()
        self._closing = threading.Event()
        for analyst in reversed(self.everyone):
            self._free.put(analyst)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for analyst in self.everyone:
            analyst.close()

    def ask(self, name: str, given: Given, caller: Caller, revision: int) -> Told:
        """The answer of a question from a revision that is mapped here, by the next free analyst.

        `BusyError` analysts-busy after 30 s of waiting.
        """
        try:
            analyst = self._free.get(timeout=WAIT_SECONDS)
        except queue.Empty:
            raise BusyError("正在进行的分析太多。", "请稍后重试。", code="analysts-busy", after=10) from None
        try:
            return analyst.ask(name, given, caller, revision)
        finally:
            self._free.put(analyst)


def _error(said: Mapping[str, Any]) -> PartygraphError:
    error = PartygraphError(said["detail"], said["remedy"], code=said["code"], items=said["items"])
    error.title, error.status = said["title"], said["status"]
    return error


_DEFECT = {"detail": "服务内部出错，没有完成。", "remedy": "请带着 request_id 联系维护人员。"}


def _work(line: Connection, settings: Settings, address: Address) -> None:
    """The child: answer one question after the other until the line is closed."""
    with suppress(EOFError, OSError, KeyboardInterrupt), reach(address) as store:
        desk = Desk(settings, Opened(address, store, None))
        while True:
            name, given, caller, desk.pinned = line.recv()
            line.send(_answer(desk, name, given, caller))


def _answer(desk: Desk, name: str, given: Given, caller: Caller) -> Told | dict[str, Any]:
    asking = question(name)
    try:
        about = asked(desk, asking.parameters, given, caller)
        found = redacted(about.view, body(asking, about))
    except PartygraphError as e:
        kept = {"code": e.code, "detail": e.detail, "remedy": e.remedy, "title": e.title, "status": e.status}
        return {**kept, "items": [dict(i) for i in e.items]}
    except Exception as e:
        log.error("defect", kind=type(e).__qualname__, question=name)
        return {"code": "defect", "title": "程序缺陷", "status": 500, "items": [], **_DEFECT}
    content = orjson.dumps(found, option=orjson.OPT_SERIALIZE_NUMPY)
    return Told(content, found.get("next"), about.district, about.view.snapshot.revision, about.loaded, about.serial)
