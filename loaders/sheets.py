"""What a file is before anything is understood: sheets of text cells, and the blocks of rows found on them."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

# A non-integral number typed into a cell (not text): 2020.1 may be October there, and a code may have been cut.
NUMBER_MARK = "\x02"
ROW = "_row"


@dataclass(frozen=True, slots=True)
class Sheet:
    """One sheet (or CSV file) as text.

    Args:
        file: name shown to the user, relative to what was given.
        name: sheet name; the stem of the file for CSV.
        cells: columns `0`…`n-1` of text, null where blank; row i is row i + 1 of the sheet.
        merged: merged ranges as (first row, first column, last row, last column), counted from 0, inclusive.
        hidden_rows: how many rows are hidden or filtered away (they are read all the same).
        error_cells: (row, column) counted from 0 of cells that hold #REF! and the like.
    """

    file: str
    name: str
    cells: pl.DataFrame
    merged: tuple[tuple[int, int, int, int], ...] = ()
    hidden_rows: int = 0
    error_cells: tuple[tuple[int, int], ...] = ()


@dataclass(frozen=True, slots=True)
class Block:
    """One table on a sheet: its headers and its rows, without titles, totals and footers.

    Args:
        file: as in `Sheet`.
        sheet: as in `Sheet.name`.
        titles: texts above the header, the sheet's own lines such as 填报单位 included.
        headers: joined header of each column (`甲方/联系人`), "" where there is none.
        header_row: row of the (lower) header, counted from 1; 0 when no header was found.
        rows: text columns `0`…`n-1` and `_row`, the row on the sheet counted from 1.
        totals: rows of 小计, 合计, 总计 with the same columns; never imported.
    """

    file: str
    sheet: str
    titles: tuple[str, ...]
    headers: tuple[str, ...]
    header_row: int
    rows: pl.DataFrame
    totals: pl.DataFrame


def letter(column: int) -> str:
    """The spreadsheet letter of a column counted from 0.

    >>> letter(0), letter(25), letter(26)
    ('A', 'Z', 'AA')
    """
    out = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        out = chr(65 + rest) + out
    return out


def column_index(letters: str) -> int:
    """The column, counted from 0, of a spreadsheet letter.

    >>> column_index("A"), column_index("Z"), column_index("AA")
    (0, 25, 26)
    """
    n = 0
    for c in letters:
        n = n * 26 + ord(c) - 64
    return n - 1
