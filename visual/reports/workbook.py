"""A report as a workbook: the text on the first sheet, then one sheet a topic with frozen headers and filters."""

from __future__ import annotations

import datetime as dt
import io
import re
from collections.abc import Iterator
from typing import Any

import xlsxwriter

from visual.charts.coverage import percent
from visual.reports.content import Cell, Column, Paragraph, Picture, Report, Share, Table, outline, tables
from visual.reports.pdf import Written, marks, signature
from visual.sheet import chinese_date
from visual.text import clean, em

FIRST = "正文"
NAME_MOST, WIDTH_MOST, WIDTH_LEAST = 31, 60, 8
FORMS: dict[str, dict[str, Any]] = {
    "title": {
        "font_name": "方正小标宋简体",
        "font_size": 18,
        "align": "center",
        "valign": "vcenter",
        "text_wrap": True,
    },
    "mark": {"font_name": "黑体", "font_size": 10, "font_color": "#c00000"},
    "heading": {"font_name": "黑体", "font_size": 12},
    "text": {"font_name": "仿宋_GB2312", "font_size": 12, "text_wrap": True, "valign": "top"},
    "head": {
        "font_name": "黑体",
        "font_size": 10.5,
        "border": 1,
        "align": "center",
        "valign": "vcenter",
        "text_wrap": True,
    },
    "cell": {"font_name": "仿宋_GB2312", "font_size": 10.5, "border": 1, "valign": "vcenter", "text_wrap": True},
    "count": {"font_name": "Times New Roman", "font_size": 10.5, "border": 1, "align": "center", "num_format": "0"},
}


def write_xlsx(report: Report) -> Written:
    """The workbook of a report; tables with all their rows. Same report, same bytes.

    A share takes three columns: the part, the whole, and the rate as a number with a percent format of as many
    decimals as it takes not to read 0% or 100%.
    """
    out = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    book = xlsxwriter.Workbook(out, options)
    title, unit = "".join(report.title), clean(report.imprint.unit)
    book.set_properties({"title": title, "author": unit, "created": dt.datetime.combine(report.as_of, dt.time())})
    forms = {name: book.add_format(form) for name, form in FORMS.items()}
    _text(book, report, forms)
    names = {FIRST.lower()}
    for number, table in enumerate(tables(report), 1):
        name = _sheet_name(table.title, names)
        _table(book, name, f"表{number}　{table.title}", table, report, forms)
    book.close()
    return Written([out.getvalue()])


def _text(book: Any, report: Report, forms: dict[str, Any]) -> None:
    """The first sheet: title, day, every heading and paragraph, 落款 and 附注."""
    sheet = book.add_worksheet(FIRST)
    sheet.set_column(0, 0, 100)
    sheet.hide_gridlines(2)
    _printed(sheet, report, landscape=False)
    for row, (text, form) in enumerate(_lines(report)):
        if text:
            sheet.write_string(row, 0, text, forms[form])
            length = 60 if form == "title" else 50
            sheet.set_row(row, (26 if form == "title" else 17) * max(1, -(-int(em(text)) // length)))


def _lines(report: Report) -> Iterator[tuple[str, str]]:
    yield "".join(report.title), "title"
    yield f"（截至{chinese_date(report.as_of)}）", "text"
    if marks(report):
        yield marks(report), "mark"
    yield "", "text"
    if report.imprint.recipient:
        yield clean(report.imprint.recipient).rstrip("：:") + "：", "text"
    for paragraph in report.lead:
        yield clean(paragraph.text), "text"
    number = 0
    for _, title, blocks in outline(report.sections):
        yield title, "heading"
        for block in blocks:
            if isinstance(block, Paragraph):
                yield clean(block.text), "text"
            elif isinstance(block, Picture):
                yield f"（图：{block.title}，见 PDF 或 Word 文件）", "text"
            else:
                number += 1
                yield f"（表{number}　{block.title}，见同名工作表）", "text"
    for section in report.attachments:
        for _ in section.blocks:
            number += 1
            yield f"附件：{section.title}（表{number}，见同名工作表）", "text"
    for line in signature(report) if not report.book else ():
        yield line, "text"
    yield "附注", "heading"
    for n, sentence in enumerate(report.basis, 1):
        yield f"{n}.{clean(sentence)}", "text"
    if report.imprint.copies:
        yield "抄送：" + clean(report.imprint.copies).rstrip("。") + "。", "text"


def _sheet_name(title: str, taken: set[str]) -> str:
    """A sheet name Excel takes: 31 characters, none of []:*?/\\, unique."""
    base = re.sub(r"[\[\]:*?/\\']", "", title)[:NAME_MOST] or "表"
    name, n = base, 1
    while name.lower() in taken:
        n += 1
        name = f"{base[: NAME_MOST - 3]}（{n}）"
    taken.add(name.lower())
    return name


def _table(book: Any, name: str, caption: str, table: Table, report: Report, forms: dict[str, Any]) -> None:
    sheet = book.add_worksheet(name)
    _printed(sheet, report, landscape=table.wide)
    marked = "；".join(t for t in (f"截至{chinese_date(report.as_of)}", marks(report)) if t)
    sheet.write_string(0, 0, f"{caption}（{marked}）", forms["mark" if report.generated else "heading"])
    heads = [head for column in table.columns for head in _heads(column)]
    for at, head in enumerate(heads):
        sheet.write_string(1, at, head, forms["head"])
    sheet.set_row(1, 30)
    widths = [em(head) + 2 for head in heads]
    for line, row in enumerate(table.rows, 2):
        at = 0
        for cell, column in zip(row, table.columns, strict=True):
            for value in _values(cell, column):
                _write(book, sheet, line, at, value, forms)
                widths[at] = max(widths[at], em(str(value if not isinstance(value, _Rate) else "")) + 1)
                at += 1
    for at, width in enumerate(widths):
        sheet.set_column(at, at, min(max(width * 1.9 if width < 6 else width * 2, WIDTH_LEAST), WIDTH_MOST))
    end = len(table.rows) + 1
    sheet.freeze_panes(2, 1)
    if table.rows:
        sheet.autofilter(1, 0, end, len(heads) - 1)
    sheet.repeat_rows(0, 1)
    for n, note in enumerate(table.notes, 1):
        sheet.write_string(end + n, 0, f"注：{note}", forms["mark"])


def _heads(column: Column) -> tuple[str, ...]:
    if column.kind != "share":
        return (column.header,)
    return f"{column.header}（数）", f"{column.header}（总数）", f"{column.header}（%）"


class _Rate(float):
    """A rate, written with a percent format."""


def _values(cell: Cell, column: Column) -> tuple[Any, ...]:
    """The cells of one cell: a share is its part, its whole and their rate."""
    if column.kind != "share":
        return (cell,)
    if not isinstance(cell, Share):
        return None, None, None
    if cell.n is None:
        return None, None, "未报"
    return (cell.n, cell.of, _Rate(cell.n / cell.of)) if cell.of else (None, None, "不可计算")


def _write(book: Any, sheet: Any, row: int, at: int, value: Any, forms: dict[str, Any]) -> None:
    if value is None or value == "":
        sheet.write_blank(row, at, None, forms["cell"])
    elif isinstance(value, _Rate):
        sheet.write_number(row, at, value, _percent(book, value, forms))
    elif isinstance(value, int | float):
        sheet.write_number(row, at, value, forms["count"])
    else:
        sheet.write_string(row, at, clean(value), forms["cell"])


def _percent(book: Any, rate: float, forms: dict[str, Any]) -> Any:
    """A percent format with as many decimals as the document shows: 99.97% stays 99.97%."""
    shown = percent(*rate.as_integer_ratio())
    decimals = len(shown.partition(".")[2]) - 1 if "." in shown else 0
    name = f"percent{decimals}"
    if name not in forms:
        form = {**FORMS["count"], "num_format": "0." + "0" * decimals + "%" if decimals else "0%"}
        forms[name] = book.add_format(form)
    return forms[name]


def _printed(sheet: Any, report: Report, *, landscape: bool) -> None:
    """How it prints: A4, one page wide, the mark above and the page number below."""
    sheet.set_paper(9)
    if landscape:
        sheet.set_landscape()
    sheet.fit_to_pages(1, 0)
    sheet.set_margins(left=0.8, right=0.7, top=0.9, bottom=0.9)
    if marks(report):
        sheet.set_header(f"&C{marks(report).replace('&', '&&')}")
    sheet.set_footer("&C— &P —")
