"""Fuxing in a real Neo4j, asked through the command line and over HTTP."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import orjson
import pytest
from starlette.testclient import TestClient

from api.app import create
from api.cli import main
from api.desk import Desk
from api.loading import load_published
from api.opening import Opened, opened
from api.settings import Settings, read_settings
from graph.profile import load_profile
from graph.snapshot import build as build_snapshot
from graph.view import View, view
from loaders.districts import build
from tests.conftest import Server, wipe


@dataclass(frozen=True)
class Done:
    """What a command did: exit code, standard output, standard error."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return orjson.loads(self.out)


Cli = Callable[..., Done]


@pytest.fixture(scope="package")
def environment(neo4j_server: Server, tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """The environment of a user whose store is the test server."""
    return {
        "PARTYGRAPH_NEO4J_URI": neo4j_server.uri,
        "PARTYGRAPH_NEO4J_USER": neo4j_server.user,
        "PARTYGRAPH_NEO4J_PASSWORD": neo4j_server.password,
        "PARTYGRAPH_DATA_DIR": str(tmp_path_factory.mktemp("data")),
    }


@pytest.fixture(scope="package")
def settings(environment: dict[str, str]) -> Settings:
    names = {k.removeprefix("PARTYGRAPH_").lower(): v for k, v in environment.items()}
    return read_settings(names)[0]


@pytest.fixture(scope="package")
def fuxing(settings: Settings) -> Iterator[Opened]:
    """A store that holds Fuxing and nothing else."""
    with opened(settings) as store:
        wipe(store.store)
        load_published(Desk(settings, store), "fuxing", "测试", lambda _: None)
        yield store


@pytest.fixture(scope="package")
def client(settings: Settings, fuxing: Opened) -> Iterator[TestClient]:
    """The service on that store."""
    with TestClient(create(settings, fuxing), raise_server_exceptions=False) as made:
        yield made


@pytest.fixture
def cli(environment: dict[str, str], monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> Cli:
    """Run a command in this process as that user."""
    for name, value in environment.items():
        monkeypatch.setenv(name, value)

    def run(*args: str) -> Done:
        capfd.readouterr()
        code = main(args)
        out, err = capfd.readouterr()
        return Done(code, out, err)

    return run


@pytest.fixture(scope="session")
def fuxing_view() -> View:
    """Fuxing without a store."""
    return view(build_snapshot(build("fuxing"), 1), load_profile("fuxing"), dt.date(2026, 1, 1))
