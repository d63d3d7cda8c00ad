"""Workbooks (.xlsx, .xlsm, .xls, .ods) to Sheets; macros never run, hidden sheets are named and left out."""

from __future__ import annotations

import datetime as dt
import subprocess
import sys
from pathlib import Path
from typing import Any

import orjson
import polars as pl
from python_calamine import (
    CalamineError,
    CalamineSheet,
    CalamineWorkbook,
    PasswordError,
    SheetTypeEnum,
    SheetVisibleEnum,
)

from graph.errors import InputError
from loaders.delimited import blank_to_null
from loaders.packages import Traits, inspect_package
from loaders.sheets import NUMBER_MARK, Sheet
from loaders.workbook_child import PROTECTED

_EXACT = 1e15
_PATIENCE = 30.0


def read_workbook(path: Path, file: str, *, zipped: bool) -> tuple[list[Sheet], list[str]]:
    """The visible sheets of a workbook and the names of the hidden ones."""
    traits = inspect_package(path, file) if zipped else {}
    if not traits:
        return _read_apart(path, file)
    try:
        with CalamineWorkbook.from_path(str(path)) as book:
            kinds = [m for m in book.sheets_metadata if m.typ == SheetTypeEnum.WorkSheet]
            hidden = [m.name for m in kinds if m.visible != SheetVisibleEnum.Visible]
            shown = [m.name for m in kinds if m.visible == SheetVisibleEnum.Visible]
            return [_sheet(book.get_sheet_by_name(n), file, traits.get(n, Traits())) for n in shown], hidden
    except PasswordError:
        raise _protected(file) from None
    except (CalamineError, OSError, ValueError, OverflowError):
        raise unreadable(file) from None
    except BaseException as e:
        # A damaged package makes the Rust reader panic; that exception derives from BaseException.
        if type(e).__name__ != "PanicException":
            raise
        raise unreadable(file) from None


def _read_apart(path: Path, file: str) -> tuple[list[Sheet], list[str]]:
    """Read a binary or open-document workbook in a child with limits of memory and time."""
    command = [sys.executable, "-P", "-m", "loaders.workbook_child", str(path.resolve())]
    try:
        done = subprocess.run(
            command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
            timeout=_PATIENCE, check=False,
        )  # fmt: skip
    except subprocess.TimeoutExpired:
        raise unreadable(file) from None
    if done.returncode == PROTECTED:
        raise _protected(file)
    if done.returncode != 0:
        raise unreadable(file)
    try:
        answer = orjson.loads(done.stdout)
        sheets = []
        for said in answer["sheets"]:
            columns = {str(i): _texts(column) for i, column in enumerate(zip(*said["rows"], strict=True))}
            merged = tuple((a[0], a[1], b[0], b[1]) for a, b in said["merged"])
            sheets.append(Sheet(file, said["name"], blank_to_null(pl.DataFrame(columns)), merged))
    except (ValueError, OverflowError):
        raise unreadable(file) from None
    return sheets, answer["hidden"]


def _protected(file: str) -> InputError:
    return InputError(f"文件 {file} 设有密码，无法读取。", "请去掉密码后另存为 xlsx。", code="file-encrypted")


def unreadable(file: str) -> InputError:
    """The error for a workbook that cannot be read."""
    return InputError(
        f"文件 {file} 无法读取（已损坏、加密或不是表格）。",
        "请用 WPS 或 Excel 打开后另存为 xlsx。",
        code="file-unreadable",
    )


def _sheet(sheet: CalamineSheet, file: str, traits: Traits) -> Sheet:
    rows = sheet.to_python(skip_empty_area=False)
    columns = {str(i): _texts(column) for i, column in enumerate(zip(*rows, strict=True))}
    for column in {c for _, c in traits.two_decimals if str(c) in columns}:
        # The cell shows year and month: 2020.10.
        shown = {r for r, c in traits.two_decimals if c == column}
        texts = [f"{t.lstrip(NUMBER_MARK)}0" if r in shown and t else t for r, t in enumerate(columns[str(column)])]
        columns[str(column)] = pl.Series(texts, dtype=pl.String)
    cells = blank_to_null(pl.DataFrame(columns))
    merged = tuple((a[0], a[1], b[0], b[1]) for a, b in sheet.merged_cell_ranges or ())
    return Sheet(file, sheet.name, cells, merged, traits.hidden_rows, traits.error_cells)


def _texts(column: tuple[Any, ...]) -> pl.Series:
    if set(map(type, column)) <= {str}:
        return pl.Series(column, dtype=pl.String)
    return pl.Series([v if type(v) is str else cell_text(v) for v in column], dtype=pl.String)


def cell_text(value: Any) -> str:
    """The text of a typed cell: whole numbers without `.0`, days as ISO, other numbers behind NUMBER_MARK.

    The child gives a day as a list of its text.
    """
    if isinstance(value, list):
        return str(value[0])
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, int | float):
        if value == int(value) and abs(value) < _EXACT:
            return str(int(value))
        # Excel keeps 15 digits: what is longer is marked too, so that a cut code is not taken for a whole one.
        return f"{NUMBER_MARK}{value:.15g}"
    if isinstance(value, dt.datetime):
        return value.date().isoformat()
    return value.isoformat() if isinstance(value, dt.date) else str(value)
