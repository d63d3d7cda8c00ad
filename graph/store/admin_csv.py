"""The CSV that Neo4j's own `database import full` reads: a file for each label and type, typed in its header."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import polars as pl

from graph.dataset import Dataset

_TYPES = {pl.Int64: ":long", pl.Float64: ":double", pl.Boolean: ":boolean", pl.List(pl.String): ":string[]"}
_ARRAY = "\x1f"
OPTIONS = ("--array-delimiter=U+001F", "--multiline-fields=true")


def write(data: Dataset, folder: Path, *, label: str = "", revision: int | None = None) -> list[str]:
    """Write the files of a Dataset and return the arguments that name them, relative to the folder.

    Args:
        data: what to write; columns without any value are left out.
        folder: made if needed.
        label: a label that every node has besides its own.
        revision: stamped on every node and relation.
    """
    folder.mkdir(parents=True, exist_ok=True)
    out = []
    for name, frame in data.nodes.items():
        _file(folder / f"{name}.csv", frame, {"id": "id:ID"}, revision)
        out.append(f"--nodes={label + ':' if label else ''}{name}={name}.csv")
    for name, frame in data.relations.items():
        _file(folder / f"{name}.csv", frame, {"from": ":START_ID", "to": ":END_ID"}, revision)
        out.append(f"--relationships={name}={name}.csv")
    return out


def _file(path: Path, frame: pl.DataFrame, heads: Mapping[str, str], revision: int | None) -> None:
    kept = frame.select(c for c in frame.columns if frame[c].null_count() < frame.height)
    if revision is not None:
        kept = kept.with_columns(revision=pl.lit(revision, pl.Int64))
    lists = [c for c, kind in kept.schema.items() if kind == pl.List(pl.String)]
    flat = kept.with_columns(pl.col(c).list.join(_ARRAY) for c in lists)
    names = {c: heads.get(c, c + _TYPES.get(kind, "")) for c, kind in kept.schema.items()}
    flat.rename(names).write_csv(path, quote_style="non_numeric")
