"""Load on the service from another process: `python -m benchmarks.load [--city] [--seconds N] [--soak MINUTES]`.

Serves with keys, limits, log and metrics on, asks over plain keep-alive connections, and prints a table. Run by hand.
"""

from __future__ import annotations

import argparse
import asyncio
import itertools
import json
import os
import random
import shutil
import socket
import subprocess
import sys
import tempfile
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psutil

from api import keys
from api.desk import Desk
from api.importing import import_files
from api.loading import load_published
from api.opening import opened
from api.records import Records
from api.settings import Settings
from benchmarks.city import city
from benchmarks.measure import machine, percentile
from loaders.writing import write_csv

WIDE = 16
WANTED_BYTES = 10_000
RUNAWAY = "RETURN reduce(s = 0, i IN range(1, 100000000000) | s + i % 2)"
RUNAWAY_SECONDS = 5


@dataclass
class Run:
    """What a run saw: milliseconds of each answer, how many by status, and the seconds it took."""

    ms: list[float] = field(default_factory=list)
    statuses: dict[int, int] = field(default_factory=dict)
    seconds: float = 0.0

    @property
    def rate(self) -> float:
        return len(self.ms) / self.seconds


class Connection(asyncio.Protocol):
    """One keep-alive connection that asks the next thing as soon as the last answer is whole."""

    def __init__(self, ask: Callable[[], bytes | None], run: Run) -> None:
        self._ask, self._run = ask, run
        self._held = bytearray()
        self.done = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport: Any = transport
        self._next()

    def data_received(self, data: bytes) -> None:
        self._held += data
        head, found, _ = self._held.partition(b"\r\n\r\n")
        if not found:
            return
        at = head.find(b"content-length: ")
        length = int(head[at + 16 :].partition(b"\r\n")[0]) if at >= 0 else 0
        if len(self._held) < len(head) + 4 + length:
            return
        status = int(head[9:12])
        self._run.ms.append((time.perf_counter() - self._began) * 1000)
        self._run.statuses[status] = self._run.statuses.get(status, 0) + 1
        self._held.clear()
        self._next()

    def connection_lost(self, error: Exception | None) -> None:
        del error
        if not self.done.done():
            self._run.statuses[0] = self._run.statuses.get(0, 0) + 1
            self.done.set_result(None)

    def _next(self) -> None:
        asked = self._ask()
        if asked is None:
            if not self.done.done():
                self.done.set_result(None)
            self._transport.close()
            return
        self._began = time.perf_counter()
        self._transport.write(asked)


def press(port: int, requests: Iterator[bytes], seconds: float, wide: int = WIDE) -> Run:
    """Ask for some seconds over several connections at once."""
    run = Run()

    async def go() -> None:
        end = time.perf_counter() + seconds
        loop = asyncio.get_running_loop()

        def ask() -> bytes | None:
            return next(requests, None) if time.perf_counter() < end else None

        made = [await loop.create_connection(lambda: Connection(ask, run), "127.0.0.1", port) for _ in range(wide)]
        await asyncio.gather(*(protocol.done for _, protocol in made))

    began = time.perf_counter()
    asyncio.run(go())
    run.seconds = time.perf_counter() - began
    return run


@dataclass(frozen=True)
class Service:
    """A running service: its port, process and a key that may do all but the audit."""

    port: int
    process: psutil.Process
    key: str
    district: str

    def request(self, path: str, **headers: str) -> bytes:
        """The bytes of a GET."""
        lines = [f"GET /api/v1/{path} HTTP/1.1", "Host: 127.0.0.1", f"Authorization: Bearer {self.key}"]
        lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
        return ("\r\n".join(lines) + "\r\n\r\n").encode()

    def get(self, path: str) -> tuple[bytes, Any]:
        """Body and headers of a GET."""
        head = {"Authorization": f"Bearer {self.key}"}
        with urllib.request.urlopen(urllib.request.Request(self._url(path), headers=head), timeout=120) as answer:
            return answer.read(), answer.headers

    def query(self, text: str, seconds: int) -> tuple[int, float]:
        """Status and seconds of an ad-hoc query."""
        body = json.dumps({"query": text, "seconds": seconds}).encode()
        head = {"Authorization": f"Bearer {self.key}", "Content-Type": "application/json"}
        began = time.perf_counter()
        try:
            asked = urllib.request.Request(self._url("query"), data=body, headers=head)
            with urllib.request.urlopen(asked, timeout=120) as answer:
                status = answer.status
        except urllib.error.HTTPError as error:
            status = error.code
        return status, time.perf_counter() - began

    def _url(self, path: str) -> str:
        return f"http://127.0.0.1:{self.port}/api/v1/{path}"


@contextmanager
def serving(folder: Path, *, large: bool) -> Iterator[Service]:
    """The service on Fuxing or the city, in a process of its own; its log goes to a file."""
    settings = Settings(data_dir=folder / "data", profile_dir=str(folder), rate=10_000_000)
    district = "city" if large else "fuxing"
    shutil.copy(Path(__file__).with_name("city.toml"), folder / "city.toml")
    with opened(settings, lambda line: sys.stderr.write(line + "\n")) as store:
        desk = Desk(settings, store)
        if district not in desk.loaded():
            if large:
                write_csv(city(), folder / "csv")
                import_files(desk, [folder / "csv"], district, "测量", lambda _: None)
            else:
                load_published(desk, district, "测量", lambda _: None)
    with Records(settings.data_dir) as records:
        key = keys.add(records, "测量", ["administrator"], names=True)[1]
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    environment = {
        **os.environ,
        "PARTYGRAPH_DATA_DIR": str(settings.data_dir),
        "PARTYGRAPH_PROFILE_DIR": str(folder),
        "PARTYGRAPH_RATE": str(settings.rate),
        "PARTYGRAPH_NEO4J_URI": "",
    }
    command = [sys.executable, "-P", "-m", "api.cli", "serve", "--port", str(port)]
    with (folder / "serve.log").open("wb") as log, subprocess.Popen(command, env=environment, stderr=log) as process:
        try:
            _await_ready(port)
            yield Service(port, psutil.Process(process.pid), key, district)
        finally:
            process.terminate()
            process.wait(60)


def _await_ready(port: int, seconds: float = 120.0) -> None:
    deadline = time.monotonic() + seconds
    while True:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/readyz", timeout=5):
                return
        except OSError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.3)


def coverage_path(service: Service) -> str:
    """A question for coverage whose answer has about ten kilobytes."""
    low, high, found = 1, 200, ""
    while low <= high:
        limit = (low + high) // 2
        found = f"coverage?district={service.district}&limit={limit}"
        size = len(service.get(found)[0])
        if abs(size - WANTED_BYTES) < 500:
            break
        low, high = (limit + 1, high) if size < WANTED_BYTES else (low, limit - 1)
    return found


def pairs(service: Service) -> Iterator[bytes]:
    """Paths between organizations drawn at random, none asked before."""
    rows = json.loads(service.get(f"organizations?district={service.district}&limit=1000")[0])["rows"]
    ids = [row["id"] for row in rows]
    chance = random.Random(7)
    seen: set[tuple[str, str]] = set()
    while len(seen) < len(ids) * (len(ids) - 1):
        a, b = chance.sample(ids, 2)
        if (a, b) not in seen:
            seen.add((a, b))
            yield service.request(f"paths?from={a}&to={b}&k=1")


def line(what: str, run: Run, wanted: str) -> str:
    """A line of the table."""
    p50, p99 = percentile(run.ms, 0.5), percentile(run.ms, 0.99)
    return f"| {what} | {run.rate:,.0f}/s | {p50:.1f} ms | {p99:.1f} ms | {wanted} | {run.statuses} |"


def figures(service: Service, seconds: float) -> Iterator[str]:
    """The lines of the table."""
    path = coverage_path(service)
    body, headers = service.get(path)
    plain = itertools.repeat(service.request(path))
    zipped = itertools.repeat(service.request(path, Accept_Encoding="gzip"))
    known = itertools.repeat(service.request(path, If_None_Match=headers["ETag"]))
    press(service.port, plain, 1.0)
    yield line(f"coverage, {len(body):,} bytes", press(service.port, plain, seconds), "≥ 3,000/s, p99 ≤ 30 ms")
    yield line("coverage, gzip", press(service.port, zipped, seconds), "")
    yield line("304", press(service.port, known, seconds), "≥ 3,500/s")
    yield line("path, k=1, new pairs", press(service.port, pairs(service), seconds, 4), "≥ 100/s")
    yield runaway(service, plain)


def runaway(service: Service, requests: Iterator[bytes]) -> str:
    """Coverage while a query that never ends is asked, and how long that took."""
    told: list[tuple[int, float]] = []
    asking = threading.Thread(target=lambda: told.append(service.query(RUNAWAY, RUNAWAY_SECONDS)))
    asking.start()
    run = press(service.port, requests, RUNAWAY_SECONDS + 12.0, 4)
    asking.join()
    status, took = told[0]
    wanted = f"p99 ≤ 250 ms; the query of {RUNAWAY_SECONDS} s ended after {took:.1f} s with {status}"
    return line("coverage beside a runaway query", run, wanted)


def soak(service: Service, minutes: float) -> str:
    """Mixed load: every answer must be right, memory flat after the first tenth."""
    names = ("overview", "chain", "coverage", "gaps", "unpaired", "pairing-load", "alliance-status", "areas", "me")
    prepared = [service.request(f"{n}?district={service.district}" if n != "me" else n) for n in names]
    paths, chance = pairs(service), random.Random(3)

    def mixed() -> Iterator[bytes]:
        while True:
            yield next(paths) if chance.random() < 0.02 else chance.choice(prepared)

    press(service.port, mixed(), minutes * 6)
    before = service.process.memory_info().rss
    run = press(service.port, mixed(), minutes * 54)
    grown = service.process.memory_info().rss / before - 1
    return line(f"mixed for {minutes:g} min, memory {grown:+.1%}", run, "no error, memory within 5%")


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--city", action="store_true", help="the made-up city instead of Fuxing")
    parser.add_argument("--seconds", type=float, default=8.0, help="of each figure")
    parser.add_argument("--soak", type=float, default=0.0, metavar="MINUTES", help="also mixed load")
    parser.add_argument("--folder", type=Path, help="keep the store here for the next run")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        folder = options.folder or Path(scratch)
        folder.mkdir(parents=True, exist_ok=True)
        sys.stdout.write(
            f"{machine()}\n\n| what | rate | median | p99 | wanted | statuses |\n|---|---|---|---|---|---|\n"
        )
        with serving(folder, large=options.city) as service:
            for told in figures(service, options.seconds):
                sys.stdout.write(told + "\n")
                sys.stdout.flush()
            if options.soak:
                sys.stdout.write(soak(service, options.soak) + "\n")


if __name__ == "__main__":
    main()
