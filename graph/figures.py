"""Published figures: rows of literal, value, qualifier and unit, from the shipped file or a user's CSV."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from graph.errors import InputError
from graph.quantities import QUALIFIERS, Quantity, is_name, numbers, quantity

COLUMNS = ("seed", "literal", "value", "qualifier", "unit", "counts")
OWN = "measure"
MOST_ROWS = 500
FIGURES = Path(__file__).parent / "profiles" / "figures.csv"
_VALUE = re.compile(r"-?\d+(?:\.\d+)?")
_ODD_VALUE = re.compile(r"[\dA-Za-z]+(?:[-+/][\dA-Za-z]+)+")
_NUMERAL = re.compile(r"\d[\d,.]*(?:[余多])?(?:万亿|万|亿)?[余多]?")


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure of a district.

    Args:
        district: whose figure it is. literal: as printed. quantity: what it says, None for a name or formula.
        unit: what is counted; counts: a note of what is counted. measure: a counting of the user's own, or "".
        row: its row in the file, from 1; column: the letter of the column of its measure.
    """

    district: str
    literal: str
    quantity: Quantity | None
    unit: str
    counts: str
    measure: str = ""
    row: int = 0
    column: str = ""


def template(literal: str) -> str:
    """A literal without its numbers: the same statement with another number has the same template.

    >>> template("1013个网格"), template("24.15余万人")
    ('#个网格', '#人')
    """
    return _NUMERAL.sub("#", literal)


@cache
def published() -> tuple[Figure, ...]:
    """The 186 figures of the five published articles (`profiles/PROVENANCE.md`)."""
    return read_figures(FIGURES.read_bytes(), FIGURES.name)


def figures_of(figures: Sequence[Figure], district: str) -> list[Figure]:
    """The figures of one district; those that name none belong to every one."""
    return [f for f in figures if f.district in (district, "")]


def read_figures(content: bytes, file: str) -> tuple[Figure, ...]:
    """Figures from a CSV (UTF-8 or GB18030) with the columns `COLUMNS` and optionally `measure`.

    Only `literal` must be filled. `InputError` lists every fault with file, row, column letter and header.
    """
    rows = list(csv.reader(io.StringIO(_text(content, file))))
    header = [cell.strip() for cell in rows[0]] if rows else []
    missing = [c for c in COLUMNS if c not in header]
    if missing:
        first = {"code": "column-missing", "detail": f"缺少列：{'、'.join(missing)}。", "row": 1}
        raise _wrong(file, [first | {"remedy": f"表头应为：{','.join(COLUMNS)}。", "column": "A", "header": ""}])
    if len(rows) > MOST_ROWS + 1:
        raise InputError(f"文件 {file} 超过{MOST_ROWS}行。", "请分成几个文件。")
    found, faults = [], []
    for number, cells in enumerate(rows[1:], 2):
        if not any(c.strip() for c in cells):
            continue
        row = {name: (cells[i].strip() if i < len(cells) else "") for i, name in enumerate(header)}
        wrong = _faults(row)
        faults += [fault | {"row": number, "column": _letter(header, fault["header"])} for fault in wrong]
        if not wrong:
            said = quantity(row["literal"], row["value"], row["qualifier"], row["unit"])
            texts = (row["unit"], row["counts"], row.get(OWN, ""))
            found.append(Figure(row["seed"], row["literal"], said, *texts, number, _letter(header, OWN)))
    if faults:
        raise _wrong(file, faults)
    if not found:
        raise InputError(f"文件 {file} 没有数字。", "请至少填一行。", code="figures-empty")
    return tuple(found)


def _text(content: bytes, file: str) -> str:
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise InputError(f"文件 {file} 的编码无法识别。", "请另存为 UTF-8 的 CSV。", code="encoding-unknown")


def _faults(row: Mapping[str, str]) -> list[dict[str, str]]:
    """What is wrong with one row: header, what, what to do. Values are not echoed."""
    out = []

    def wrong(header: str, detail: str, remedy: str) -> None:
        out.append({"code": "figure-invalid", "header": header, "detail": detail, "remedy": remedy})

    literal, value = row["literal"], row["value"]
    if not literal:
        wrong("literal", "没有填原文。", "请照原文填写，如 1013个网格。")
    if row["qualifier"] and row["qualifier"] not in QUALIFIERS:
        wrong("qualifier", "限定词不在可用范围内。", f"可用：{'、'.join(QUALIFIERS)}，或留空。")
    if value and not _VALUE.fullmatch(value) and not _ODD_VALUE.fullmatch(value):
        wrong("value", "数值不是数字。", "请填不带单位、千分位的数字，如 17000；名称和组合请留空。")
    elif _VALUE.fullmatch(value) and not is_name(literal, row["unit"]):
        printed = numbers(literal)
        if printed and not any(abs(p - float(value)) < 1e-6 * max(1.0, abs(p)) for p in printed):
            wrong("value", "数值与原文中的数字不同。", "请改正数值或原文；1.7万应填 17000。")
    return out


def _letter(header: Sequence[str], name: str) -> str:
    return chr(ord("A") + header.index(name)) if name in header[:26] else "A"


def _wrong(file: str, faults: Sequence[Mapping[str, object]]) -> InputError:
    items = [{"file": file, "sheet": "", "message": f["detail"], **f} for f in faults]
    first = items[0]
    more = f"（共{len(items)}处）" if len(items) > 1 else ""
    return InputError(
        f"数字文件 {file} 第{first['row']}行{first['column']}列有误{more}：{first['detail']}",
        str(first["remedy"]),
        code="figures-invalid",
        items=items,
    )
