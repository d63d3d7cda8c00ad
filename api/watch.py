"""The watch: what the store holds now, asked once a second, so that kept answers need no question to the store."""

from __future__ import annotations

import threading
from types import TracebackType
from typing import Self

import structlog

from api.desk import Desk
from api.prepared import Stamp
from graph.errors import PartygraphError
from graph.store.embedded import Embedded

SECONDS = 1.0
log = structlog.get_logger("partygraph.watch")


class Watch:
    """A thread that keeps the stamp of every district; an embedded Neo4j that died is started again."""

    def __init__(self, desk: Desk, embedded: Embedded | None) -> None:
        self._desk = desk
        self._embedded = embedded
        self._stamps: dict[str, Stamp] = {}
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="store-watch", daemon=True)

    def __enter__(self) -> Self:
        self.refresh()
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stop.set()
        self._thread.join(5.0)

    def stamp(self, district: str) -> Stamp | None:
        """The stamp of a district as last seen, None if it is not loaded."""
        return self._stamps.get(district)

    def refresh(self) -> None:
        """Ask the store now; while it does not answer, the last stamps stay."""
        try:
            self._stamps = self._desk.stamps()
        except PartygraphError as error:
            log.warning("store-silent", code=error.code)
            self._revive()

    def _revive(self) -> None:
        if self._embedded is None or self._embedded.is_alive():
            return
        try:
            self._embedded.revive()
            log.warning("store-revived")
        except PartygraphError as error:
            log.error("store-not-revived", code=error.code)

    def _run(self) -> None:
        while not self._stop.wait(SECONDS):
            self.refresh()
