"""One table written in every format in which ledgers arrive, real .xls and .xlsm among them."""

from __future__ import annotations

import html
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import Any

import xlsxwriter
import xlwt

Table = Sequence[Sequence[Any]]


def _texts(rows: Table) -> list[list[str]]:
    return [["" if v is None else str(v) for v in row] for row in rows]


def write_xlsx(path: Path, sheet: str, rows: Table) -> None:
    with xlsxwriter.Workbook(str(path)) as book:
        _fill(book.add_worksheet(sheet), rows)


def write_xlsm(path: Path, sheet: str, rows: Table) -> None:
    """A macro-enabled workbook; its macro project is not even looked at."""
    macro = path.with_suffix(".bin")
    macro.write_bytes(bytes.fromhex("D0CF11E0A1B11AE1") + b"Auto_Open" * 60)
    with xlsxwriter.Workbook(str(path)) as book:
        _fill(book.add_worksheet(sheet), rows)
        book.add_vba_project(str(macro))
    macro.unlink()


def _fill(sheet: Any, rows: Table) -> None:
    for r, row in enumerate(rows):
        for c, value in enumerate(row):
            if value is not None:
                (sheet.write_string if isinstance(value, str) else sheet.write_number)(r, c, value)


def write_xls(path: Path, sheet: str, rows: Table) -> None:
    """The binary format of Excel 97–2003."""
    book = xlwt.Workbook(encoding="utf-8")
    page = book.add_sheet(sheet)
    for r, row in enumerate(rows):
        for c, value in enumerate(row):
            if value is not None:
                page.write(r, c, value)
    book.save(str(path))


def write_html(path: Path, sheet: str, rows: Table) -> None:
    """A web page under the name .xls, as many systems export."""
    body = "".join("<tr>" + "".join(f"<td>{html.escape(v)}</td>" for v in row) + "</tr>" for row in _texts(rows))
    page = f"<html><head><meta charset=gb2312><title>{sheet}</title></head><body><table>{body}</table></body></html>"
    path.write_bytes(page.encode("gb18030"))


def write_xml(path: Path, sheet: str, rows: Table) -> None:
    """The XML format of Excel 2003."""
    lines = []
    for row in rows:
        cells = [
            f'<Cell><Data ss:Type="{"String" if isinstance(v, str) else "Number"}">{html.escape(str(v))}</Data></Cell>'
            if v is not None
            else "<Cell/>"
            for v in row
        ]
        lines.append(f"<Row>{''.join(cells)}</Row>")
    space = "urn:schemas-microsoft-com:office:spreadsheet"
    path.write_text(
        f'<?xml version="1.0"?><Workbook xmlns="{space}" xmlns:ss="{space}"><Worksheet ss:Name="{sheet}"><Table>'
        f"{''.join(lines)}</Table></Worksheet></Workbook>",
        "utf-8",
    )


def _delimited(encoding: str, separator: str) -> Callable[[Path, str, Table], None]:
    def write(path: Path, _: str, rows: Table) -> None:
        quoted = [[f'"{v}"' if separator in v or "\n" in v else v for v in row] for row in _texts(rows)]
        path.write_bytes("\r\n".join(separator.join(row) for row in quoted).encode(encoding))

    return write


# Name → (ending, writer, whether a number stays a number).
FORMATS: Mapping[str, tuple[str, Callable[[Path, str, Table], None], bool]] = MappingProxyType(
    {
        "xlsx": (".xlsx", write_xlsx, True),
        "xlsm": (".xlsm", write_xlsm, True),
        "xls": (".xls", write_xls, True),
        "xml": (".xls", write_xml, True),
        "html": (".xls", write_html, False),
        "csv-utf8": (".csv", _delimited("utf-8", ","), False),
        "csv-bom": (".csv", _delimited("utf-8-sig", ","), False),
        "csv-gb18030": (".csv", _delimited("gb18030", ","), False),
        "csv-utf16": (".csv", _delimited("utf-16", ","), False),
        "tsv-gb18030": (".txt", _delimited("gb18030", "\t"), False),
    }
)
