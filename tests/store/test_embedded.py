"""The embedded Neo4j with real child processes: started, found, shared, revived, stopped, never left behind."""

from __future__ import annotations

from neo4j import GraphDatabase

from tests.conftest import Server


def test_a_driver_connects_and_the_password_is_asked_for(neo4j_server: Server) -> None:
    with GraphDatabase.driver(neo4j_server.uri, auth=(neo4j_server.user, neo4j_server.password)) as driver:
        assert driver.execute_query("RETURN 1 AS one").records[0]["one"] == 1
