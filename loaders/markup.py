"""HTML tables and 2003 XML spreadsheets, which other programs save under the name .xls, to Sheets."""

from __future__ import annotations

from html.parser import HTMLParser
from xml.etree import ElementTree

import polars as pl

from graph.errors import InputError
from loaders.delimited import blank_to_null, decode
from loaders.sheets import NUMBER_MARK, Sheet
from loaders.spreadsheets import cell_text

MAX_SPAN = 1_000
MAX_CELLS = 5_000_000
_SS = "{urn:schemas-microsoft-com:office:spreadsheet}"
Grid = dict[tuple[int, int], str]
Merged = list[tuple[int, int, int, int]]


class _Tables(HTMLParser):
    """Collects the cells of every table; a nested table is text of the outer one."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.tables: list[tuple[Grid, Merged]] = []
        self.depth = 0
        self.row = -1
        self.column = 0
        self.taken: set[tuple[int, int]] = set()
        self.span = (1, 1)
        self.text: list[str] | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "table":
            self.depth += 1
            if self.depth == 1:
                self.tables.append(({}, []))
                self.row, self.column, self.taken = -1, 0, set()
        elif self.depth == 1 and tag == "tr":
            self._close()
            self.row, self.column = self.row + 1, 0
        elif self.depth == 1 and tag in ("td", "th") and self.row >= 0:
            self._close()
            given = dict(attrs)
            self.span = (_span(given.get("rowspan")), _span(given.get("colspan")))
            self.text = []
        elif tag == "br" and self.text is not None:
            self.text.append("\n")

    def handle_endtag(self, tag: str) -> None:
        if tag in ("td", "th", "tr") and self.depth == 1:
            self._close()
        elif tag == "table" and self.depth:
            if self.depth == 1:
                self._close()
            self.depth -= 1

    def handle_data(self, data: str) -> None:
        if self.text is not None:
            self.text.append(data)

    def _close(self) -> None:
        if self.text is None:
            return
        grid, merged = self.tables[-1]
        while (self.row, self.column) in self.taken:
            self.column += 1
        down, across = self.span
        grid[self.row, self.column] = "".join(self.text).strip()
        if down * across > 1:
            if len(self.taken) + down * across > MAX_CELLS:
                raise ValueError("too many spanned cells")
            merged.append((self.row, self.column, self.row + down - 1, self.column + across - 1))
            self.taken |= {(self.row + i, self.column + j) for i in range(down) for j in range(across)}
        self.column += across
        self.text = None


def _span(value: str | None) -> int:
    return min(max(int(value), 1), MAX_SPAN) if value and value.isdecimal() else 1


def read_html(data: bytes, file: str, name: str) -> list[Sheet]:
    """The tables of an HTML page, one Sheet each."""
    parser = _Tables()
    try:
        parser.feed(decode(data, file))
        parser.close()
    except ValueError:
        raise _damaged(file) from None
    found = [(grid, merged) for grid, merged in parser.tables if grid]
    if not found:
        raise InputError(f"文件 {file} 是网页，其中没有表格。", "请另存为 xlsx 后重试。", code="file-type")
    return [_sheet(file, name if i == 0 else f"{name}（{i + 1}）", g, m, 0) for i, (g, m) in enumerate(found)]


def read_xml(data: bytes, file: str) -> list[Sheet]:
    """The worksheets of an Excel 2003 XML file; document types and entities are refused."""
    if b"<!DOCTYPE" in data or b"<!ENTITY" in data:
        raise InputError(f"文件 {file} 含有不允许的 XML 声明。", "请另存为 xlsx 后重试。", code="file-unreadable")
    try:
        root = ElementTree.fromstring(data)
        return [_worksheet(w, file) for w in root.iter(f"{_SS}Worksheet")]
    except (ElementTree.ParseError, ValueError):
        raise _damaged(file) from None


def _damaged(file: str) -> InputError:
    return InputError(
        f"文件 {file} 已损坏，无法读取。", "请用 WPS 或 Excel 打开后另存为 xlsx。", code="file-unreadable"
    )


def _worksheet(worksheet: ElementTree.Element, file: str) -> Sheet:
    grid: Grid = {}
    merged: Merged = []
    row, hidden = -1, 0
    for line in worksheet.iter(f"{_SS}Row"):
        row = int(line.get(f"{_SS}Index", row + 2)) - 1
        hidden += line.get(f"{_SS}Hidden") == "1"
        column = -1
        for cell in line.iter(f"{_SS}Cell"):
            column = int(cell.get(f"{_SS}Index", column + 2)) - 1
            across, down = int(cell.get(f"{_SS}MergeAcross", 0)), int(cell.get(f"{_SS}MergeDown", 0))
            if across or down:
                merged.append((row, column, row + down, column + across))
            data = cell.find(f"{_SS}Data")
            if data is not None:
                grid[row, column] = _value(data)
            column += across
    return _sheet(file, worksheet.get(f"{_SS}Name", ""), grid, merged, hidden)


def _value(data: ElementTree.Element) -> str:
    text = "".join(data.itertext())
    kind = data.get(f"{_SS}Type")
    if kind == "Number":
        return cell_text(float(text))
    if kind == "DateTime":
        return text[:10]
    if kind == "Boolean":
        return cell_text(text == "1")
    return text.replace(NUMBER_MARK, "")


def _sheet(file: str, name: str, grid: Grid, merged: Merged, hidden: int) -> Sheet:
    height = max((r for r, _ in grid), default=-1) + 1
    width = max((c for _, c in grid), default=-1) + 1
    if height * width > MAX_CELLS:
        raise InputError(f"文件 {file} 的表格过大。", "请另存为 xlsx 或 CSV 后重试。", code="file-too-large")
    columns = {str(c): [grid.get((r, c)) for r in range(height)] for c in range(width)}
    frame = pl.DataFrame(columns, schema=dict.fromkeys(columns, pl.String))
    return Sheet(file, name, blank_to_null(frame), tuple(merged), hidden)
