"""The watch: what the store holds now, asked once a second, so that kept answers need no question to the store.

It also has a large district's new Snapshot built while the old one goes on answering, and starts an embedded Neo4j
again that died or hangs.
"""

from __future__ import annotations

import threading
import time
from types import TracebackType
from typing import Self

import structlog

from api.desk import Desk
from api.prepared import Stamp
from graph.errors import PartygraphError
from graph.store.embedded import Embedded

SECONDS = 1.0
PING_SECONDS = 2.0
HUNG_SECONDS = 5.0
log = structlog.get_logger("partygraph.watch")


class Watch:
    """A thread that keeps the stamp of every district.

    Attributes:
        up: whether the store answered when it was last asked.
    """

    def __init__(self, desk: Desk, embedded: Embedded | None) -> None:
        self.up = False
        self._desk = desk
        self._embedded = embedded
        self._stamps: dict[str, Stamp] = {}
        self._asking = threading.Lock()
        self._answered = time.monotonic()
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="store-watch", daemon=True)
        self._building: dict[str, threading.Thread] = {}

    def __enter__(self) -> Self:
        self._desk.wait_for_build = False
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

    def revisions(self) -> dict[str, int]:
        """The revision of every district that is answered from."""
        return {district: int(str(stamp[2])) for district, stamp in self._stamps.items()}

    def refresh(self) -> None:
        """Ask the store now; while it does not answer, the last stamps stay."""
        with self._asking:
            try:
                self._desk.store.ping(PING_SECONDS)
                for district in self._desk.behind():
                    self._build(district)
                self._stamps = self._desk.stamps()
                self.up, self._answered = True, time.monotonic()
            except PartygraphError as error:
                if self.up:
                    log.warning("store-silent", code=error.code)
                # An empty store answers; there is only nothing to answer from.
                self.up = error.code in ("store-empty", "store-older", "store-newer", "store-foreign")
                if self.up:
                    self._stamps, self._answered = {}, time.monotonic()

    def _build(self, district: str) -> None:
        """Build a district's new Snapshot beside the answers, one at a time for each district."""
        running = self._building.get(district)
        if running is None or not running.is_alive():
            made = threading.Thread(target=self._built, args=(district,), name=f"build-{district}", daemon=True)
            self._building[district] = made
            made.start()

    def _built(self, district: str) -> None:
        try:
            self._desk.catch_up(district)
        except PartygraphError as error:
            log.warning("snapshot-not-built", district=district, code=error.code)

    def _revive(self) -> None:
        if self._embedded is None:
            return
        try:
            if not self._embedded.is_alive():
                self._embedded.revive()
                log.warning("store-revived")
            elif time.monotonic() - self._answered > HUNG_SECONDS:
                log.error("store-hangs")
                self._embedded.restart()
                log.warning("store-restarted")
            else:
                return
            self._answered = time.monotonic()
        except PartygraphError as error:
            log.error("store-not-revived", code=error.code)

    def _run(self) -> None:
        while not self._stop.wait(SECONDS):
            asking = threading.Thread(target=self.refresh, name="store-ask", daemon=True)
            asking.start()
            asking.join(HUNG_SECONDS)
            while asking.is_alive() and not self._stop.is_set():
                # A store that halts in the midst of an answer would be waited for without end.
                self._ping()
                asking.join(SECONDS)
            if not self.up:
                self._revive()

    def _ping(self) -> None:
        try:
            self._desk.store.ping(PING_SECONDS)
            self._answered = time.monotonic()
        except PartygraphError:
            self.up = False
            self._revive()
