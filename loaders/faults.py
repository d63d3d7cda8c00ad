"""Faults as one frame: where (block, row, column), which code, what is wrong, what to do."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import polars as pl

from loaders.sheets import ROW, Block, letter

BLOCK = "_block"
LIMIT = 10_000
SCHEMA: dict[str, Any] = {
    BLOCK: pl.Int32,
    ROW: pl.UInt32,
    "column": pl.Int32,
    "code": pl.String,
    "message": pl.String,
    "remedy": pl.String,
}
NONE = pl.DataFrame(schema=SCHEMA)


@dataclass(frozen=True, slots=True)
class Found:
    """The faults of one import, at most LIMIT each; `more_errors` counts errors beyond it."""

    errors: tuple[Mapping[str, Any], ...]
    warnings: tuple[Mapping[str, Any], ...]
    more_errors: int
    more_warnings: int


def faults(where: pl.DataFrame, code: str, message: str | pl.Expr, remedy: str, column: int | str = -1) -> pl.DataFrame:
    """One fault for each row of `where` (with `_block` and `_row`).

    Args:
        where: the rows at fault.
        code: stable English code.
        message: Chinese, never with a value of the user's file; an expression over `where` for one that varies.
        remedy: Chinese.
        column: index of the column on the sheet, the name of a column of `where` that holds it, or -1 for the row.
    """
    if not where.height:
        return NONE
    return where.select(
        pl.col(BLOCK).cast(pl.Int32),
        pl.col(ROW).cast(pl.UInt32),
        (pl.col(column) if isinstance(column, str) else pl.lit(column)).cast(pl.Int32).alias("column"),
        pl.lit(code).alias("code"),
        (pl.lit(message) if isinstance(message, str) else message).alias("message"),
        pl.lit(remedy).alias("remedy"),
    )


def fault(block: int, row: int, code: str, message: str, remedy: str, column: int = -1) -> pl.DataFrame:
    """A single fault; row 0 for a fault of the whole sheet."""
    return faults(pl.DataFrame({BLOCK: [block], ROW: [row]}), code, message, remedy, column)


def place(blocks: Sequence[Block], found: Sequence[pl.DataFrame]) -> tuple[list[dict[str, Any]], int]:
    """Faults as the rows of the import report, in the order of the files, and how many are beyond LIMIT."""
    every = pl.concat([f for f in found if f.height] or [NONE]).sort(BLOCK, ROW, "column", maintain_order=True)
    return [_row(blocks[f[0]], *f[1:]) for f in every.head(LIMIT).iter_rows()], max(every.height - LIMIT, 0)


def _row(block: Block, row: int, column: int, code: str, message: str, remedy: str) -> dict[str, Any]:
    known = 0 <= column < len(block.headers)
    return {
        "file": block.file,
        "sheet": block.sheet,
        "row": row or None,
        "column": letter(column) if known else None,
        "header": block.headers[column] or None if known else None,
        "code": code,
        "message": message,
        "remedy": remedy,
    }


def file_fault(file: str, code: str, message: str, remedy: str, sheet: str | None = None) -> dict[str, Any]:
    """A fault of a whole file or sheet that never became a block."""
    return {
        "file": file,
        "sheet": sheet,
        "row": None,
        "column": None,
        "header": None,
        "code": code,
        "message": message,
        "remedy": remedy,
    }
