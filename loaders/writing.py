"""Sheets to files: the annotated template, the exported workbook and the folder of CSV."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import polars as pl
import xlsxwriter

from graph.dataset import Dataset
from graph.model import NODE_TYPES, RELATION_TYPES
from graph.profile import Profile
from loaders.checking import kinds
from loaders.headers import EXAMPLE_MARK, GUIDE
from loaders.workbook import Column, history_columns, node_columns, relation_columns, sheets

_EXACT = 10**15
_MAX_ROWS = 1_048_575
_LIST_ROWS = 10_000
NOTES = (
    "1. 每张表一类对象或一种关系；不需要的表可以留空或删去。",
    "2. 带 * 的列必填；标识可以留空，由程序编号。",
    "3. 指向其他对象的列填全称；重名时填“上级/简称”或标识。",
    "4. 日期写成 2024-05-01；多个值用顿号分开；没有的内容留空。",
    "5. 含“示例行”的一行导入时自动跳过。",
    "6. 不得填写身份证号、电话号码。党内统计可能属于国家秘密，请在批准的网络上使用。",
)


def write_csv(data: Dataset, folder: Path, *, strip_personal: bool = False) -> list[Path]:
    """One CSV a sheet (UTF-8 with BOM, as Excel and WPS expect) into a folder; the files written."""
    folder.mkdir(parents=True, exist_ok=True)
    out = []
    for name, _, frame in sheets(data, strip_personal=strip_personal):
        path = folder / f"{name}.csv"
        _guarded(frame).write_csv(path, include_bom=True)
        out.append(path)
    return out


def _guarded(frame: pl.DataFrame) -> pl.DataFrame:
    """Text that a spreadsheet would take for a formula, behind an apostrophe."""
    texts = pl.col(pl.String)
    guarded = pl.lit("'") + texts
    return frame.with_columns(pl.when(texts.str.contains(r"^'*[=+\-@]")).then(guarded).otherwise(texts).name.keep())


def write_workbook(data: Dataset, path: Path, profile: Profile, *, strip_personal: bool = False) -> None:
    """The template filled with a Dataset."""
    with xlsxwriter.Workbook(str(path), {"strings_to_formulas": False, "strings_to_urls": False}) as book:
        looks = _looks(book)
        for name, columns, frame in sheets(data, strip_personal=strip_personal):
            sheet = _sheet(book, looks, name, columns, profile, frame.height)
            for i, values in enumerate(frame.get_columns()):
                _write_column(sheet, i, values.head(_MAX_ROWS).to_list())


def write_template(path: Path, profile: Profile) -> None:
    """An empty workbook: drop-downs, required columns marked, one example row that the importer skips."""
    plan = [(n.zh, node_columns(label)) for label, n in NODE_TYPES.items()]
    plan += [(r.zh, relation_columns(t)) for t, r in RELATION_TYPES.items() if not r.single]
    with xlsxwriter.Workbook(str(path), {"strings_to_formulas": False, "strings_to_urls": False}) as book:
        looks = _looks(book)
        guide = book.add_worksheet(GUIDE)
        guide.set_column(0, 0, 90)
        for i, line in enumerate((GUIDE, *NOTES)):
            guide.write_string(i, 0, line)
        for name, columns in plan:
            sheet = _sheet(book, looks, name, columns, profile, 0)
            for i, value in enumerate(_example(columns)):
                sheet.write(1, i, value, looks["example"])
        _sheet(book, looks, "关系历史", history_columns(), profile, 0)


def _example(columns: Sequence[Column]) -> list[Any]:
    """The example row: the first column bears the mark by which the importer skips it."""
    samples = {"int": 12, "number": 1.5, "date": "2024-05-01", "bool": "是", "texts": "甲、乙", "code": "001"}
    out: list[Any] = [EXAMPLE_MARK]
    for c in columns[1:]:
        values = [v for v in c.attribute.values if v]
        out.append(values[0] if values else samples.get(c.attribute.type, f"示例{c.header}"))
    return out


def _looks(book: Any) -> dict[str, Any]:
    head = {"bold": True, "bg_color": "#DDE7F0", "border": 1, "text_wrap": True, "valign": "vcenter"}
    return {
        "head": book.add_format(head),
        "required": book.add_format(head | {"font_color": "#C00000"}),
        "text": book.add_format({"num_format": "@"}),
        "example": book.add_format({"italic": True, "font_color": "#808080", "num_format": "@"}),
    }


def _sheet(
    book: Any, looks: dict[str, Any], name: str, columns: Sequence[Column], profile: Profile, height: int
) -> Any:
    sheet = book.add_worksheet(name)
    sheet.freeze_panes(1, 0)
    rows = min(max(height + 1_000, _LIST_ROWS), _MAX_ROWS)
    label = next((k for k, n in NODE_TYPES.items() if n.zh == name), "")
    for i, c in enumerate(columns):
        sheet.write_string(
            0, i, f"*{c.header}" if c.required else c.header, looks["required" if c.required else "head"]
        )
        number = c.attribute.type in ("int", "number")
        sheet.set_column(i, i, min(max(len(c.header) * 2 + 2, 10), 28), None if number else looks["text"])
        if c.attribute.note:
            sheet.write_comment(0, i, c.attribute.note)
        allowed = _allowed(c, label, profile)
        if allowed and sum(map(len, allowed)) + len(allowed) <= 255:
            rule = {"validate": "list", "source": allowed, "error_type": "warning", "ignore_blank": True}
            sheet.data_validation(1, i, rows, i, rule)
    return sheet


def _allowed(column: Column, label: str, profile: Profile) -> list[str]:
    name = column.attribute.name
    if column.attribute.values:
        return [v for v in column.attribute.values if v]
    if column.attribute.type == "bool":
        return ["是", "否"]
    if label and name == "kind":
        return sorted(kinds(label, profile))
    if label == "Organization" and name == "tier":
        return list(dict.fromkeys(t.tier for line in profile.lines for t in line.tiers))
    return [line.id for line in profile.lines] if label == "Organization" and name == "line" else []


def _write_column(sheet: Any, column: int, values: Sequence[Any]) -> None:
    for row, value in enumerate(values, start=1):
        if value is None:
            continue
        if isinstance(value, str):
            sheet.write_string(row, column, value)
        elif abs(value) < _EXACT and float(f"{value:.15g}") == value:
            sheet.write_number(row, column, value)
        else:
            # Excel keeps 15 digits; a number with more is kept whole as text.
            sheet.write_string(row, column, repr(value))
