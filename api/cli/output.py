"""What leaves on standard output: tables for people, bytes of the API for programs, files for both."""

from __future__ import annotations

import csv
import sys
from collections.abc import Sequence
from pathlib import Path

import orjson
import xlsxwriter
from rich.console import Console
from rich.table import Table

from api.columns import Cell, Column, Row, table
from graph.errors import NotFoundError, ParameterError, UnavailableError

SHOWN = 20
PIPED_WIDTH = 200


def console(*, error: bool = False) -> Console:
    """A console of standard output or error; wide where nobody looks at a terminal."""
    stream = sys.stderr if error else sys.stdout
    width = None if stream.isatty() else PIPED_WIDTH
    return Console(file=stream, width=width, highlight=False, soft_wrap=False, emoji=False)


def survive_any_encoding() -> None:
    """A character that the console's encoding lacks (GBK has no 𠮷) is shown as ?, and ends no command."""
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None:
            reconfigure(errors="replace")


def encoded(body: object) -> bytes:
    """The bytes that the API returns for a body."""
    return orjson.dumps(body, option=orjson.OPT_SERIALIZE_NUMPY)


def put_json(body: object) -> None:
    """A body as the API returns it: UTF-8 whatever the console."""
    sys.stdout.flush()
    sys.stdout.buffer.write(encoded(body) + b"\n")
    sys.stdout.buffer.flush()


def put_table(title: str, columns: Sequence[Column], rows: Sequence[Row], *, most: int | None = SHOWN) -> None:
    """A table of the first rows, then how many there are besides."""
    out = console()
    shown = rows if most is None else rows[:most]
    drawn = Table(title=title, title_justify="left", header_style="bold", title_style="bold")
    for column in columns:
        drawn.add_column(column.zh, justify="right" if column.number else "left", overflow="fold")
    for cells in table(columns, shown):
        drawn.add_row(*(_shown(c) for c in cells))
    out.print(drawn)
    if len(rows) > len(shown):
        say(f"还有{len(rows) - len(shown)}条，用 -o 文件.xlsx 或 --json 取全部。")


def say(line: str) -> None:
    """A line for people on standard output."""
    console().print(line, markup=False)


def put_file(
    path: Path,
    title: str,
    columns: Sequence[Column],
    rows: Sequence[Row],
    notes: Sequence[str],
    *,
    silent: bool = False,
) -> None:
    """All rows as .xlsx or .csv (UTF-8 with BOM, as Excel reads it); notes stand below the rows."""
    cells = table(columns, rows)
    headers = [c.zh for c in columns]
    if path.suffix.lower() not in (".xlsx", ".csv"):
        raise ParameterError("输出文件的类型不支持。", "请用 .xlsx 或 .csv 作扩展名。")
    try:
        if path.suffix.lower() == ".csv":
            with path.open("w", encoding="utf-8-sig", newline="") as f:
                csv.writer(f).writerows([headers, *cells, *([n] for n in notes)])
        else:
            _workbook(path, title, headers, cells, notes)
    except (OSError, xlsxwriter.exceptions.XlsxWriterException):
        raise UnavailableError(
            f"文件 {path.name} 写不进去。",
            "请检查文件夹是否存在、磁盘空间、权限，以及文件是否正被打开。",
            code="file-unwritable",
        ) from None
    if not silent:
        say(f"已写出 {path}（{len(rows)}行）。")


def _workbook(
    path: Path, title: str, headers: Sequence[str], cells: Sequence[Sequence[Cell]], notes: Sequence[str]
) -> None:
    with xlsxwriter.Workbook(str(path), {"strings_to_formulas": False, "strings_to_urls": False}) as book:
        sheet = book.add_worksheet(title[:31])
        sheet.write_row(0, 0, headers, book.add_format({"bold": True}))
        for i, row in enumerate([*cells, *([n] for n in notes)], 1):
            sheet.write_row(i, 0, row)
        sheet.freeze_panes(1, 0)
        sheet.autofit(400)


def _shown(cell: Cell) -> str:
    return "" if cell is None else str(cell).replace("[", "\\[")


def write_bytes(path: Path, content: bytes) -> None:
    """A file, its folder made if needed."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    except OSError:
        raise UnavailableError(
            f"文件 {path.name} 写不进去。", "请检查文件夹、磁盘空间和权限。", code="file-unwritable"
        ) from None


def read_bytes(path: Path) -> bytes:
    """The content of a user's file."""
    try:
        return path.read_bytes()
    except OSError:
        raise NotFoundError(f"文件 {path.name} 不存在或读不出来。", "请检查路径和权限。", code="file-missing") from None
