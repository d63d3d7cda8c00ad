"""Files that Neo4j's own tools read: a Cypher script and the CSV of `neo4j-admin database import`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import orjson
import polars as pl

from graph.dataset import Dataset
from graph.model import RELATION_TYPES
from graph.store import admin_csv
from loaders.elements import ILLEGAL, rows, xml_text

_BATCH = 1_000


def write_cypher(data: Dataset, path: Path) -> None:
    """A script for cypher-shell: keys first, then batches; loading it twice adds nothing."""
    with path.open("w", encoding="utf-8") as out:
        for label in data.nodes:
            out.write(f"CREATE CONSTRAINT IF NOT EXISTS FOR (n:{label}) REQUIRE n.id IS UNIQUE;\n")
        for label, frame in data.nodes.items():
            for start in range(0, frame.height, _BATCH):
                batch = ",\n".join(_map(r) for r in rows(frame.slice(start, _BATCH)))
                out.write(f"UNWIND [\n{batch}\n] AS row MERGE (n:{label} {{id: row.id}}) SET n += row;\n")
        for type_, frame in data.relations.items():
            for (start_label, end_label), part in _by_ends(data, type_, frame):
                for start in range(0, part.height, _BATCH):
                    batch = ",\n".join(_map(r) for r in rows(part.slice(start, _BATCH)))
                    out.write(
                        f"UNWIND [\n{batch}\n] AS row MATCH (a:{start_label} {{id: row.from}}), "
                        f"(b:{end_label} {{id: row.to}}) MERGE (a)-[r:{type_} {{id: row.id}}]->(b) "
                        "SET r += row REMOVE r.`from`, r.`to`;\n"
                    )


def _by_ends(data: Dataset, type_: str, frame: pl.DataFrame) -> Iterator[tuple[tuple[str, str], pl.DataFrame]]:
    for start, end in RELATION_TYPES[type_].ends:
        if start in data.nodes and end in data.nodes:
            part = frame.join(data.nodes[start].select("id"), left_on="from", right_on="id", how="semi")
            part = part.join(data.nodes[end].select("id"), left_on="to", right_on="id", how="semi")
            if part.height:
                yield (start, end), part


def _map(row: Mapping[str, Any]) -> str:
    return "{" + ", ".join(f"`{k}`: {_literal(v)}" for k, v in row.items()) + "}"


def _literal(value: Any) -> str:
    if isinstance(value, list):
        return "[" + ", ".join(map(_literal, value)) + "]"
    if isinstance(value, str):
        # JSON's escapes are Cypher's; everything beyond ASCII stays as it is.
        return orjson.dumps(ILLEGAL.sub("", value)).decode()
    return xml_text(value)


def write_neo4j_csv(data: Dataset, folder: Path) -> None:
    """A folder for `neo4j-admin database import full`, with the command to run inside it in import.txt."""
    files = admin_csv.write(data, folder)
    # The name of the database stands before the files: each file argument takes all that follows it.
    command = ["neo4j-admin database import full", "neo4j", *admin_csv.OPTIONS, *files]
    (folder / "import.txt").write_text(" \\\n  ".join(command) + "\n", "utf-8")
