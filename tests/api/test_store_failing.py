"""The store fails and comes back: readiness says so, kept answers go on, a runaway query costs a restart at most."""

from __future__ import annotations

import os
import signal
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from typing import Any
from urllib.parse import urlsplit

import pytest
from starlette.testclient import TestClient

from api import keys
from api.app import create
from api.desk import Desk
from api.loading import load_published
from api.opening import Opened, opened
from api.records import Records
from api.settings import Settings
from tests.conftest import Server

V1 = "/api/v1"
SOON = 5.0
# How long Neo4j itself takes to start (7 s alone, a minute beside other work) is no recovery of ours.
RESTARTED = 240.0
LIMIT, SLACK = 3, 5.0


class Gate:
    """A door before a server: closed, it takes nobody and drops who is inside."""

    def __init__(self, host: str, port: int) -> None:
        self._target = (host, port)
        self._pairs: list[socket.socket] = []
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = int(probe.getsockname()[1])
        self._listening: socket.socket | None = None

    def open(self) -> None:
        listening = socket.socket()
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind(("127.0.0.1", self.port))
        listening.listen()
        self._listening = listening
        threading.Thread(target=self._accept, args=(listening,), daemon=True).start()

    def close(self) -> None:
        for one in [self._listening, *self._pairs]:
            if one is not None:
                with suppress(OSError):
                    one.shutdown(socket.SHUT_RDWR)
                one.close()
        self._pairs.clear()

    def _accept(self, listening: socket.socket) -> None:
        with suppress(OSError):
            while True:
                inner, _ = listening.accept()
                outer = socket.create_connection(self._target)
                self._pairs += [inner, outer]
                for a, b in ((inner, outer), (outer, inner)):
                    threading.Thread(target=_pump, args=(a, b), daemon=True).start()


def _pump(source: socket.socket, target: socket.socket) -> None:
    with suppress(OSError):
        while data := source.recv(65536):
            target.sendall(data)
    for one in (source, target):
        with suppress(OSError):
            one.shutdown(socket.SHUT_RDWR)


def until(client: TestClient, status: int, seconds: float) -> float:
    """Seconds until /readyz says a status; fails beyond the limit."""
    began = time.monotonic()
    while (found := client.get("/readyz").status_code) != status:
        assert time.monotonic() - began < seconds, found
        time.sleep(0.1)
    return time.monotonic() - began


@pytest.fixture
def gate(neo4j_server: Server) -> Iterator[Gate]:
    parts = urlsplit(neo4j_server.uri)
    made = Gate(parts.hostname or "127.0.0.1", parts.port or 7687)
    made.open()
    yield made
    made.close()


@pytest.mark.usefixtures("fuxing")
def test_readiness_follows_a_server_that_goes_and_comes(settings: Settings, gate: Gate, tmp_path: Any) -> None:
    own = settings.model_copy(update={"neo4j_uri": f"bolt://127.0.0.1:{gate.port}", "data_dir": tmp_path})
    with opened(own) as store, TestClient(create(own, store), raise_server_exceptions=False) as client:
        until(client, 200, SOON)
        before = client.get(f"{V1}/coverage")
        gate.close()
        assert until(client, 503, SOON) < SOON
        kept = client.get(f"{V1}/coverage")
        assert (kept.status_code, kept.content) == (200, before.content)
        assert "partygraph_store_up 0.0" in _metrics_until(client, "partygraph_store_up 0.0")
        assert client.get("/healthz").status_code == 200
        gate.open()
        assert until(client, 200, SOON) < SOON


def _metrics_until(client: TestClient, line: str) -> str:
    deadline = time.monotonic() + SOON
    while line not in (text := client.get("/metrics").text) and time.monotonic() < deadline:
        time.sleep(0.1)
    return text


@pytest.fixture(scope="module")
def own(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Settings, Opened, str]]:
    """An embedded store of its own with Fuxing, and a key that may query."""
    settings = Settings(data_dir=tmp_path_factory.mktemp("own"), heap="512m", page_cache="64m")
    with Records(settings.data_dir) as records:
        key = keys.add(records, "分析", ["administrator"], names=True)[1]
    with opened(settings) as store:
        load_published(Desk(settings, store), "fuxing", "测试", lambda _: None)
        yield settings, store, key


@pytest.fixture
def client(own: tuple[Settings, Opened, str]) -> Iterator[TestClient]:
    settings, store, key = own
    with TestClient(create(settings, store), raise_server_exceptions=False) as made:
        made.headers["Authorization"] = f"Bearer {key}"
        until(made, 200, RESTARTED)
        yield made


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGSTOP])
def test_an_embedded_neo4j_that_dies_or_hangs_is_started_again(
    own: tuple[Settings, Opened, str], client: TestClient, number: signal.Signals
) -> None:
    before = client.get(f"{V1}/overview").content
    embedded = own[1].embedded
    assert embedded is not None
    hurt = embedded.pid
    os.kill(hurt, number)
    assert until(client, 503, SOON) < SOON
    assert client.get(f"{V1}/overview").content == before
    until(client, 200, RESTARTED)
    assert embedded.pid != hurt
    assert client.get(f"{V1}/gaps?limit=3").status_code == 200


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        ("RETURN reduce(s = 0, i IN range(1, 100000000000) | s + i % 2)", {"query-timeout"}),
        ("RETURN size(reduce(s = 'x', i IN range(1, 40) | s + s))", {"query-memory", "query-timeout"}),
    ],
)
def test_a_runaway_query_ends_and_the_service_goes_on(client: TestClient, text: str, codes: set[str]) -> None:
    before = client.get(f"{V1}/overview").content
    began = time.monotonic()
    answer = client.post(f"{V1}/query", json={"query": text, "seconds": LIMIT})
    assert time.monotonic() - began < LIMIT + 2 + SLACK
    assert answer.json()["code"] in codes, answer.text
    assert client.get(f"{V1}/overview").content == before
    deadline = time.monotonic() + RESTARTED
    while (again := client.post(f"{V1}/query", json={"query": "RETURN 1"})).status_code != 200:
        assert time.monotonic() < deadline, again.text
        time.sleep(0.5)
    assert again.json()["rows"] == [[1]]
