"""Opens the store that the settings name: a server by its URI, or the embedded Neo4j under DATA_DIR; one driver."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from api.settings import Settings
from graph.store import embedded, java
from graph.store.bolt import Store, connect
from graph.store.embedded import Embedded

Progress = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Address:
    """How to reach a database; what a child process needs to open the same one."""

    uri: str
    user: str
    password: str = field(repr=False)
    database: str


@dataclass(frozen=True, slots=True)
class Opened:
    """An open store: its address, the driver, and the embedded Neo4j behind it (None for a server)."""

    address: Address
    store: Store
    embedded: Embedded | None


@contextmanager
def opened(settings: Settings, progress: Progress | None = None) -> Iterator[Opened]:
    """Open the store for a `with` block; the embedded Neo4j is started if nobody runs it. Main thread only."""
    if settings.neo4j_uri:
        address = Address(
            settings.neo4j_uri,
            settings.neo4j_user,
            settings.neo4j_password.get_secret_value(),
            settings.neo4j_database,
        )
        with reach(address) as store:
            yield Opened(address, store, None)
        return
    with start(settings, progress) as neo4j:
        address = Address(neo4j.uri, neo4j.user, neo4j.password, settings.neo4j_database)
        with reach(address) as store:
            yield Opened(address, store, neo4j)


def reach(address: Address) -> Store:
    """A driver for an address."""
    return connect(address.uri, address.user, address.password, address.database)


def java_options(settings: Settings, progress: Progress | None = None) -> java.Options:
    """How to run Java by the settings."""
    return java.Options(
        settings.heap,
        settings.page_cache,
        Path(settings.neo4j_jars).expanduser() if settings.neo4j_jars else None,
        settings.maven_url or None,
        settings.java_home or None,
        progress or (lambda _: None),
    )


def start(settings: Settings, progress: Progress | None = None) -> Embedded:
    """Start the embedded Neo4j of the settings, or find the running one."""
    return embedded.start(
        settings.embedded_home,
        heap=settings.heap,
        page_cache=settings.page_cache,
        jars=Path(settings.neo4j_jars).expanduser() if settings.neo4j_jars else None,
        maven_url=settings.maven_url or None,
        java_home=settings.java_home or None,
        progress=progress,
    )
