"""Files that Neo4j's own tools read: a Cypher script and the CSV of `neo4j-admin database import`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import orjson
import polars as pl

from graph.dataset import Dataset
from graph.model import RELATION_TYPES
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


_ADMIN = {pl.Int64: ":long", pl.Float64: ":double", pl.Boolean: ":boolean", pl.List(pl.String): ":string[]"}
_ARRAY = "\x1f"


def write_neo4j_csv(data: Dataset, folder: Path) -> None:
    """A folder for `neo4j-admin database import full --array-delimiter=U+001F`, with the command in import.txt."""
    folder.mkdir(parents=True, exist_ok=True)
    command = ["neo4j-admin database import full", "--array-delimiter=U+001F", "--multiline-fields=true"]
    for label, frame in data.nodes.items():
        _admin_file(folder / f"{label}.csv", frame, {"id": "id:ID"})
        command.append(f"--nodes={label}={label}.csv")
    for type_, frame in data.relations.items():
        _admin_file(folder / f"{type_}.csv", frame, {"from": ":START_ID", "to": ":END_ID"})
        command.append(f"--relationships={type_}={type_}.csv")
    (folder / "import.txt").write_text(" \\\n  ".join([*command, "neo4j"]) + "\n", "utf-8")


def _admin_file(path: Path, frame: pl.DataFrame, heads: Mapping[str, str]) -> None:
    lists = [c for c, kind in frame.schema.items() if kind == pl.List(pl.String)]
    flat = frame.with_columns(pl.col(c).list.join(_ARRAY) for c in lists)
    names = {c: heads.get(c, c + _ADMIN.get(kind, "")) for c, kind in frame.schema.items()}
    flat.rename(names).write_csv(path, quote_style="non_numeric")
