"""Marks in the user's own workbook by openpyxl, which keeps its looks; the door to openpyxl."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from loaders.headers import MARKS, MARKS_LIST
from loaders.personal import OMITTED, is_personal

_COMMENT = (120, 320)


@dataclass(frozen=True, slots=True)
class Marks:
    """What is marked on one sheet, rows and columns counted from 1.

    Args:
        cells: (row, column) → text of the comment.
        rows: row → text of the error column.
        column: the error column.
        heads: header rows, which bear the error column's name.
        personal: columns of which everything below the first header is left out.
    """

    column: int
    cells: Mapping[tuple[int, int], str] = field(default_factory=dict)
    rows: Mapping[int, str] = field(default_factory=dict)
    heads: tuple[int, ...] = ()
    personal: frozenset[int] = frozenset()


def mark_workbook(
    path: Path, out: Path, marks: Mapping[str, Marks], head: Sequence[str], listed: Sequence[Sequence[Any]]
) -> bool:
    """Write a marked copy of an .xlsx/.xlsm; False where openpyxl cannot read it, which it is stricter about.

    Args:
        path, out: the workbook and its copy.
        marks: sheet name → its marks; the other sheets stay as they are, without their personal cells.
        head, listed: the list of all faults, the first sheet of the copy.
    """
    from openpyxl.reader.excel import load_workbook

    try:
        book = load_workbook(path, keep_links=False)
    except Exception:  # openpyxl stumbles over what WPS writes with errors of a dozen kinds; the caller has another way
        return False
    for sheet in book.worksheets:
        _mark(sheet, marks.get(sheet.title))
    _list(book, head, listed)
    book.save(out)
    return True


def _mark(sheet: Any, marks: Marks | None) -> None:
    from openpyxl.comments.comments import Comment
    from openpyxl.styles.fills import PatternFill
    from openpyxl.styles.fonts import Font

    red = PatternFill("solid", start_color="FFC7CE")
    personal = marks.personal if marks else frozenset()
    first = min(marks.heads, default=1) if marks else 1
    for row in sheet._cells.values():
        value = row.value
        if value is None or row.data_type == "f":
            continue
        if (row.column in personal and row.row > first) or is_personal(str(value), codes=row.data_type == "n"):
            row.value = OMITTED
    if marks is None:
        return
    for (r, c), said in marks.cells.items():
        cell = _real(sheet, r, c)
        cell.fill = red
        before = f"{cell.comment.text}\n" if cell.comment else ""
        cell.comment = Comment(before + said, "partygraph", *_COMMENT)
    wrong = Font(color="9C0006")
    for r, said in marks.rows.items():
        cell = _real(sheet, r, marks.column)
        cell.value, cell.font, cell.fill = said, wrong, red
    for r in marks.heads:
        cell = _real(sheet, r, marks.column)
        cell.value, cell.font = MARKS, Font(bold=True)


def _real(sheet: Any, row: int, column: int) -> Any:
    """The cell, or the upper left one of the merged range it lies in (the others cannot be written)."""
    cell = sheet.cell(row, column)
    if type(cell).__name__ != "MergedCell":
        return cell
    merged = next(m for m in sheet.merged_cells.ranges if cell.coordinate in m)
    return sheet.cell(merged.min_row, merged.min_col)


def _list(book: Any, head: Sequence[str], listed: Sequence[Sequence[Any]]) -> None:
    from openpyxl.styles.fonts import Font

    if MARKS_LIST in book.sheetnames:
        del book[MARKS_LIST]
    sheet = book.create_sheet(MARKS_LIST, 0)
    for row in (head, *listed):
        sheet.append([f"'{v}" if isinstance(v, str) and v.startswith("=") else v for v in row])
    for cell in sheet[1]:
        cell.font = Font(bold=True)
    sheet.freeze_panes = "A2"
    for letter, width in zip("ABCDEFG", (18, 14, 6, 6, 16, 60, 60), strict=True):
        sheet.column_dimensions[letter].width = width
    book.active = 0
