"""The user's own tables again with what is wrong marked: red cells with comments, an error column, a list of all.

One workbook at fault is kept as it is (its looks, widths, drop-downs; macros go). CSV, .xls, web pages and several
files at fault become one new workbook with a sheet for each of theirs. Personal data is left out of both. Importing
the corrected copy works: the marks are skipped.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import xlsxwriter

from graph.errors import InputError
from loaders.headers import MARKS, MARKS_LIST, PERSONAL, header_forms
from loaders.layout import blocks
from loaders.packages import unpacked_size
from loaders.personal import OMITTED, is_personal
from loaders.reading import files_of, read_file
from loaders.sheets import Sheet, column_index
from loaders.workbook_marks import Marks, mark_workbook

# openpyxl takes about 50 bytes of memory for each byte of XML; beyond this a plain copy is made instead.
_KEPT = 60_000_000
_WIDTH = 31
LISTED = ("文件", "工作表", "行", "列", "列名", "问题", "怎么办")
_KEYS = ("file", "sheet", "row", "column", "header", "message", "remedy")
Fault = Mapping[str, Any]


def annotate(paths: Sequence[Path], faults: Sequence[Fault], out: Path) -> None:
    """Write the marked copy of the files at fault as one .xlsx.

    Args:
        paths: what was imported: files or folders.
        faults: errors and warnings of the import report.
        out: the workbook to write.
    """
    at_fault = {f["file"] for f in faults}
    files = [(path, name) for path, name in files_of(paths) if name in at_fault]
    read = {name: sheets for path, name in files if (sheets := _sheets(path, name))}
    listed = [[fault[key] for key in _KEYS] for fault in faults]
    kept = [path for path, name in files if name in read and _is_kept(path)]
    if len(read) == 1 and kept:
        sheets = next(iter(read.values()))
        marks = {s.name: marks_of(s, faults) for s in sheets}
        if mark_workbook(kept[0], out, marks, LISTED, listed):
            return
    _plain(out, [s for sheets in read.values() for s in sheets], faults, listed)


def _sheets(path: Path, name: str) -> list[Sheet]:
    """The sheets of a file; none where it could not be read (which the list says)."""
    try:
        return read_file(path, name)[0]
    except InputError:
        return []


def _is_kept(path: Path) -> bool:
    return 0 < unpacked_size(path) <= _KEPT


def marks_of(sheet: Sheet, faults: Sequence[Fault]) -> Marks:
    """The marks of a sheet from the faults of a report."""
    cells: dict[tuple[int, int], list[str]] = {}
    rows: dict[int, list[str]] = {}
    found = blocks(sheet, settled=True)
    heads = tuple(b.header_row for b in found if b.header_row)
    for fault in faults:
        if fault["file"] != sheet.file or fault["sheet"] != sheet.name or not fault["row"]:
            continue
        said = f"{str(fault['message']).rstrip('。')}。{fault['remedy']}"
        if fault["column"]:
            cells.setdefault((fault["row"], column_index(fault["column"]) + 1), []).append(said)
        where = f"{fault['column']}列：" if fault["column"] else ""
        if fault["row"] not in heads:
            rows.setdefault(fault["row"], []).append(where + said)
    personal = {i + 1 for b in found for i, h in enumerate(b.headers) if _is_personal_header(h)}
    return Marks(
        sheet.cells.width + 1,
        {k: "\n".join(v) for k, v in cells.items()},
        {k: "\n".join(v) for k, v in rows.items()},
        heads,
        frozenset(personal),
    )


def _is_personal_header(header: str) -> bool:
    return bool(header) and not _PERSONAL.isdisjoint(header_forms(header.rsplit("/", 1)[-1]))


_PERSONAL = frozenset(form for header in PERSONAL for form in header_forms(header))


def _plain(out: Path, sheets: Sequence[Sheet], faults: Sequence[Fault], listed: Sequence[Sequence[Any]]) -> None:
    """A new workbook with the values of the sheets."""
    with xlsxwriter.Workbook(str(out), {"strings_to_formulas": False, "strings_to_urls": False}) as book:
        red = book.add_format({"bg_color": "#FFC7CE", "font_color": "#9C0006"})
        bold = book.add_format({"bold": True})
        _write(book.add_worksheet(MARKS_LIST), [LISTED, *listed], Marks(len(LISTED) + 1), red, bold)
        several = len({s.file for s in sheets}) > 1
        for name, sheet in zip(_names(sheets, several=several), sheets, strict=True):
            _write(book.add_worksheet(name), sheet.cells.iter_rows(), marks_of(sheet, faults), red, bold)


def _write(sheet: Any, rows: Any, marks: Marks, red: Any, bold: Any) -> None:
    first = min(marks.heads, default=1)
    for r, row in enumerate(rows, 1):
        for c, value in enumerate(row, 1):
            if value is not None and not isinstance(value, str):
                sheet.write_number(r - 1, c - 1, value)
            elif value is not None:
                hidden = (c in marks.personal and r > first) or is_personal(value, codes=True)
                look = red if (r, c) in marks.cells else None
                sheet.write_string(r - 1, c - 1, OMITTED if hidden else value.lstrip("\x02"), look)
            elif (r, c) in marks.cells:
                sheet.write_blank(r - 1, c - 1, None, red)
    for (r, c), said in marks.cells.items():
        sheet.write_comment(r - 1, c - 1, said, {"x_scale": 2})
    for r, said in marks.rows.items():
        sheet.write_string(r - 1, marks.column - 1, said, red)
    for r in marks.heads:
        sheet.write_string(r - 1, marks.column - 1, MARKS, bold)


def _names(sheets: Sequence[Sheet], *, several: bool) -> Iterator[str]:
    """Names that Excel takes: no []:*?/\\ , at most 31 characters, each once."""
    used = {MARKS_LIST.lower()}
    for sheet in sheets:
        said = f"{Path(sheet.file).stem} {sheet.name}" if several else sheet.name
        plain = "".join("_" if c in "[]:*?/\\'" else c for c in said) or "表"
        name, n = plain[:_WIDTH], 1
        while name.lower() in used:
            n += 1
            name = f"{plain[: _WIDTH - len(str(n)) - 1]}~{n}"
        used.add(name.lower())
        yield name
