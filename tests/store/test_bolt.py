"""The door to Neo4j: what works, and what a user is told when it does not."""

from __future__ import annotations

import socket
import time

import pytest

from graph.errors import InputError, PartygraphError, UnavailableError
from graph.store import bolt
from graph.store.bolt import Run, Store
from tests.conftest import Server


def test_ping_answers(store: Store) -> None:
    store.ping(5.0)
    assert store.read("RETURN $x AS x, [1, 2]", x="甲") == [["甲", [1, 2]]]


def test_reads_refuse_writes(store: Store) -> None:
    with pytest.raises(PartygraphError):
        store.read("CREATE (n:Manifest {id: 'x'})")
    assert store.read("MATCH (n:Manifest {id: 'x'}) RETURN count(n)") == [[0]]


def test_an_error_in_the_work_rolls_back(store: Store) -> None:
    def work(run: Run) -> None:
        run("CREATE (n:Manifest {id: 'x'})")
        raise InputError("一", "二")

    with pytest.raises(InputError):
        store.write(work)
    assert store.read("MATCH (n:Manifest {id: 'x'}) RETURN count(n)") == [[0]]


def test_a_slow_transaction_is_ended(store: Store) -> None:
    slow = "UNWIND range(1, 100000) AS a UNWIND range(1, 100000) AS b RETURN sum(a * b)"
    with pytest.raises(UnavailableError) as caught:
        store.read(slow, timeout=0.5)
    assert caught.value.code == "store-timeout"


def test_wrong_password(neo4j_server: Server) -> None:
    with pytest.raises(UnavailableError, match="密码") as caught:
        bolt.connect(neo4j_server.uri, neo4j_server.user, "not the password")
    assert (caught.value.code, caught.value.exit_code) == ("store-password", 3)


def test_unknown_database(neo4j_server: Server) -> None:
    with pytest.raises(UnavailableError, match="数据库") as caught:
        bolt.connect(neo4j_server.uri, neo4j_server.user, neo4j_server.password, "nosuchdb")
    assert caught.value.code == "store-database"


def test_nobody_listens() -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    begun = time.monotonic()
    with pytest.raises(UnavailableError, match="连接不上") as caught:
        bolt.connect(f"bolt://127.0.0.1:{port}", "neo4j", "x")
    assert caught.value.code == "store-unreachable"
    assert time.monotonic() - begun < 20


def test_something_else_listens() -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        with pytest.raises(UnavailableError):
            bolt.connect(f"bolt://127.0.0.1:{other.getsockname()[1]}", "neo4j", "x")


@pytest.mark.parametrize("uri", ["http://127.0.0.1:7474", "127.0.0.1:7687", "", "bolt://[::bad"])
def test_an_address_that_is_none(uri: str) -> None:
    with pytest.raises(InputError, match="地址") as caught:
        bolt.connect(uri, "neo4j", "x")
    assert caught.value.exit_code == 2


@pytest.mark.parametrize("agent", ["Neo4j/4.4.40", "Neo4j/5.25.1", "Memgraph"])
def test_an_old_server_is_refused(agent: str) -> None:
    with pytest.raises(UnavailableError, match="版本太旧") as caught:
        bolt.check_version(agent)
    assert "5.26" in caught.value.remedy


@pytest.mark.parametrize("agent", ["Neo4j/5.26.0", "Neo4j/5.26.30", "Neo4j/2025.06.0"])
def test_a_new_server_is_taken(agent: str) -> None:
    bolt.check_version(agent)
    assert agent.startswith("Neo4j/")
