"""The manifest node: whose database this is, in which schema. Foreign and newer ones are refused."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib import metadata
from typing import Any

from graph.errors import UnavailableError
from graph.model import SCHEMA_VERSION
from graph.store import cypher
from graph.store.bolt import Run, Store

_LOOK = (
    "OPTIONAL MATCH (m:Manifest {id: 'partygraph'}) "
    "RETURN m.store, m.schema, m.program, m.created, EXISTS { MATCH (n) WHERE NOT n:Manifest }"
)
_CREATE = (
    "MERGE (m:Manifest {id: 'partygraph'}) "
    "ON CREATE SET m.store = $store, m.schema = $schema, m.program = $program, m.created = $created"
)


@dataclass(frozen=True, slots=True)
class Manifest:
    """Identity of a store.

    Args:
        store: id of this store, new with every new database.
        schema: number of the schema it is in.
        program: version of the program that made it.
        created: ISO time with zone.
    """

    store: str
    schema: int
    program: str
    created: str


def examine(store: Store) -> Manifest | None:
    """The manifest, None for an empty database.

    Raises:
        UnavailableError: the database holds something else, or a schema this version cannot use.
    """
    name, schema, program, created, filled = store.read(_LOOK)[0]
    if name is None:
        if filled:
            raise UnavailableError(
                "这个数据库里有别的程序的数据。",
                "请用NEO4J_DATABASE或NEO4J_URI指定一个空的数据库，本程序不改动别人的数据。",
                code="store-foreign",
            )
        return None
    if schema > SCHEMA_VERSION:
        raise UnavailableError(
            f"数据库的结构版本是{schema}，高于本程序支持的{SCHEMA_VERSION}。",
            "请升级partygraph后再使用这个数据库。",
            code="store-newer",
        )
    if schema < SCHEMA_VERSION:
        raise UnavailableError(
            f"数据库的结构版本是{schema}，低于本程序所需的{SCHEMA_VERSION}。",
            "请先备份，再运行partygraph store upgrade。",
            code="store-older",
        )
    return Manifest(name, schema, program, created)


def prepare(store: Store) -> Manifest:
    """The manifest of a database that may be written: an empty one gets its constraints and its manifest first."""
    found = examine(store)
    if found is not None:
        return found

    def constrain(run: Run) -> None:
        for statement in cypher.constraints():
            run(statement)

    store.write(constrain)
    values: dict[str, Any] = {
        "store": uuid.uuid4().hex,
        "schema": SCHEMA_VERSION,
        "program": metadata.version("partygraph"),
        "created": datetime.now(UTC).isoformat(timespec="seconds"),
    }
    store.run(_CREATE, **values)
    created = examine(store)
    if created is None:
        raise UnavailableError("数据库刚建立又被清空。", "请确认没有别的程序在使用它，然后重试。", code="store-empty")
    return created


def require(store: Store) -> Manifest:
    """The manifest of a store that is to be asked; an empty database cannot answer."""
    found = examine(store)
    if found is None:
        raise UnavailableError(
            "图数据库是空的：还没有载入数据，或数据已被清空。",
            "请先用load或import载入数据，或用store restore恢复备份。",
            code="store-empty",
        )
    return found
