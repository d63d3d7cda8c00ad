"""Fixtures every test may use."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from hypothesis import settings

from graph.store import bolt, embedded

# The same code is always judged by the same examples; a hunt with new ones: PARTYGRAPH_TEST_HUNT=1.
settings.register_profile("same", derandomize=True, database=None)
settings.register_profile("hunt", derandomize=False)
settings.load_profile("hunt" if os.environ.get("PARTYGRAPH_TEST_HUNT") else "same")


@dataclass(frozen=True)
class Server:
    """A real Neo4j to test against; its content belongs to the tests."""

    uri: str
    user: str
    password: str


@pytest.fixture(scope="session")
def neo4j_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """One Neo4j for the whole run: the one PARTYGRAPH_TEST_NEO4J_URI names, else an embedded one."""
    uri = os.environ.get("PARTYGRAPH_TEST_NEO4J_URI")
    if uri:
        user = os.environ.get("PARTYGRAPH_TEST_NEO4J_USER", "neo4j")
        yield Server(uri, user, os.environ.get("PARTYGRAPH_TEST_NEO4J_PASSWORD", ""))
        return
    with embedded.start(tmp_path_factory.mktemp("neo4j"), progress=print) as running:
        yield Server(running.uri, running.user, running.password)


@pytest.fixture(scope="module")
def store(neo4j_server: Server) -> Iterator[bolt.Store]:
    """An open store on a database that is empty at the start of each test module."""
    with bolt.connect(neo4j_server.uri, neo4j_server.user, neo4j_server.password) as opened:
        wipe(opened)
        yield opened


def wipe(store: bolt.Store) -> None:
    """Delete every node of a test database."""
    while store.run("MATCH (n) WITH n LIMIT 20000 DETACH DELETE n RETURN count(*)")[0][0]:
        pass
