"""A look into the zip of an .xlsx before it is read: limits against bombs, hidden rows and error cells."""

from __future__ import annotations

import re
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from xml.sax.saxutils import unescape

from graph.errors import InputError
from loaders.sheets import column_index, letter

MAX_UNPACKED = 300_000_000
MAX_CELLS = 12_000_000
MAX_COLUMNS = 16_384
_CHUNK = 1 << 20
_OVERLAP = 4_096

_SHEET = re.compile(r"<(?:\w+:)?sheet\b[^>]*>")
_ATTRIBUTE = re.compile(r'([\w:]+)="([^"]*)"')
_COLUMNS = re.compile(rb' r="([A-Z]+)\d+"')
_ROWS = re.compile(rb'<(?:\w+:)?row\b[^>]*? r="(\d+)"')
_FILLED = re.compile(rb'<(?:\w+:)?c\b[^>]*? r="([A-Z]{1,4})(\d+)"[^>]*[^/>]>')
# A number such as 2020.1 in a cell, with its style; October where the style shows two decimals (2020.10).
_YEAR_TENTH = re.compile(
    rb'<(?:\w+:)?c\b(?=[^>]* s="(\d+)")(?=[^>]* r="([A-Z]{1,4})(\d+)")[^>]*>\s*<(?:\w+:)?v>(?:19|20)\d\d\.1</'
)
_TWO_DECIMALS = re.compile(r"[#0,]*0\.00(?![0#])")
_BUILT_IN = {"2", "4"}
_ERROR = re.compile(rb'<(?:\w+:)?c\b(?=[^>]* t="e")[^>]*? r="([A-Z]{1,4})(\d+)"')


@dataclass(frozen=True, slots=True)
class Traits:
    """What calamine does not tell of a sheet: hidden rows, and (row, column) of some cells, counted from 0.

    Args:
        hidden_rows: how many rows are hidden.
        error_cells: those that hold #REF! and the like.
        two_decimals: those that hold a number such as 2020.1 and show it as 2020.10.
    """

    hidden_rows: int = 0
    error_cells: tuple[tuple[int, int], ...] = field(default=())
    two_decimals: frozenset[tuple[int, int]] = frozenset()


def inspect_package(path: Path, file: str) -> dict[str, Traits]:
    """Sheet name → Traits of an .xlsx/.xlsm; `InputError` where it would unpack beyond the limits or is damaged."""
    try:
        with zipfile.ZipFile(path) as package:
            names = set(package.namelist())
            if sum(i.file_size for i in package.infolist()) > MAX_UNPACKED:
                raise _too_large(file)
            if "xl/workbook.xml" not in names:
                return {}
            parts = _sheet_parts(package)
            styles = _two_decimal_styles(package)
            return {name: _scan(package, part, file, name, styles) for name, part in parts.items() if part in names}
    except (zipfile.BadZipFile, zipfile.LargeZipFile, zlib.error, EOFError, OSError, RuntimeError, ValueError):
        raise InputError(
            f"文件 {file} 已损坏或被加密，无法读取。", "请用 WPS 或 Excel 打开后另存为 xlsx。", code="file-unreadable"
        ) from None


def unpacked_size(path: Path) -> int:
    """Bytes of XML in an .xlsx/.xlsm; 0 for any other file."""
    try:
        with zipfile.ZipFile(path) as package:
            sizes = {i.filename: i.file_size for i in package.infolist()}
    except (zipfile.BadZipFile, OSError):
        return 0
    return sum(n for name, n in sizes.items() if name.endswith(".xml")) if "xl/workbook.xml" in sizes else 0


def _too_large(file: str) -> InputError:
    return InputError(
        f"文件 {file} 解压后超过 {MAX_UNPACKED // 1_000_000} MB。",
        "请拆分工作簿，或改用 CSV 导入。",
        code="file-too-large",
    )


def _sheet_parts(package: zipfile.ZipFile) -> dict[str, str]:
    book = package.read("xl/workbook.xml").decode("utf-8", "replace")
    targets = {}
    if "xl/_rels/workbook.xml.rels" in package.namelist():
        rels = package.read("xl/_rels/workbook.xml.rels").decode("utf-8", "replace")
        for tag in re.findall(r"<(?:\w+:)?Relationship\b[^>]*>", rels):
            a = dict(_ATTRIBUTE.findall(tag))
            targets[a.get("Id", "")] = a.get("Target", "")
    parts = {}
    for tag in _SHEET.findall(book):
        a = dict(_ATTRIBUTE.findall(tag))
        target = targets.get(next((v for k, v in a.items() if k.endswith(":id")), ""), "")
        part = target.lstrip("/") if target.startswith("/") else f"xl/{target}"
        parts[unescape(a.get("name", ""), {"&quot;": '"', "&apos;": "'"})] = part
    return parts


def _two_decimal_styles(package: zipfile.ZipFile) -> frozenset[bytes]:
    """Indexes of the cell styles whose number format shows two decimals."""
    if "xl/styles.xml" not in package.namelist():
        return frozenset()
    text = package.read("xl/styles.xml").decode("utf-8", "replace")
    own = {}
    for tag in re.findall(r"<(?:\w+:)?numFmt\b[^>]*>", text):
        a = dict(_ATTRIBUTE.findall(tag))
        own[a.get("numFmtId", "")] = unescape(a.get("formatCode", ""), {"&quot;": '"'})
    wanted = _BUILT_IN | {i for i, code in own.items() if _TWO_DECIMALS.match(code)}
    body = re.search(r"<(?:\w+:)?cellXfs\b.*?</(?:\w+:)?cellXfs>", text, re.DOTALL)
    formats = re.findall(r"<(?:\w+:)?xf\b[^>]*>", body[0]) if body else []
    ids = [dict(_ATTRIBUTE.findall(tag)).get("numFmtId", "") for tag in formats]
    return frozenset(str(i).encode() for i, id_ in enumerate(ids) if id_ in wanted)


def _chunks(package: zipfile.ZipFile, part: str) -> Iterator[bytes]:
    """The part in pieces that overlap nowhere and break only between tags."""
    with package.open(part) as stream:
        rest = b""
        while data := stream.read(_CHUNK):
            data = rest + data
            cut = data.rfind(b"<")
            if cut <= 0 or len(data) - cut > _OVERLAP:
                cut = len(data)
            rest = data[cut:]
            yield data[:cut]
        yield rest


def _scan(package: zipfile.ZipFile, part: str, file: str, sheet: str, styles: frozenset[bytes]) -> Traits:
    last_row, columns, hidden, errors = 0, set[bytes](), 0, list[tuple[int, int]]()
    tenths = set[tuple[int, int]]()
    for chunk in _chunks(package, part):
        if b"<!ENTITY" in chunk or b"<!DOCTYPE" in chunk:
            raise InputError(f"文件 {file} 含有不允许的 XML 声明。", "请另存为 xlsx 后重试。", code="file-unreadable")
        last_row = max(last_row, *map(int, _ROWS.findall(chunk)), 0)
        columns.update(_COLUMNS.findall(chunk))
        hidden += chunk.count(b' hidden="1"') - len(re.findall(rb'<(?:\w+:)?col\b[^>]* hidden="1"', chunk))
        if b' t="e"' in chunk:
            errors += [(int(r) - 1, column_index(c.decode())) for c, r in _ERROR.findall(chunk)]
        if styles and b".1</" in chunk:
            found = _YEAR_TENTH.findall(chunk)
            tenths |= {(int(r) - 1, column_index(c.decode())) for s, c, r in found if s in styles}
    last_column = max((column_index(c.decode()) for c in columns), default=0) + 1
    if last_column > MAX_COLUMNS or last_row * last_column > MAX_CELLS:
        # Cells that only carry a format are not read; look again at those that hold something.
        filled = [m for chunk in _chunks(package, part) for m in _FILLED.findall(chunk)]
        last_column = max((column_index(c.decode()) for c, _ in filled), default=0) + 1
        last_row = max((int(r) for _, r in filled), default=0)
        if last_column > MAX_COLUMNS or last_row * last_column > MAX_CELLS:
            raise InputError(
                f"文件 {file} 的工作表“{sheet}”范围过大（到 {letter(last_column - 1)} 列、第 {last_row} 行）。",
                "请删去远离表格的单元格，或拆分工作表后重试。",
                code="sheet-too-large",
            )
    return Traits(hidden, tuple(errors), frozenset(tenths))
