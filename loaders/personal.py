"""Personal data found by content: ID-card numbers by birth date and check digit, telephones by their form."""

from __future__ import annotations

import re

import polars as pl

from loaders.faults import faults

_ID_CARD = r"[1-9]\d{5}(?:18|19|20)\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])\d{3}[\dXx]"
_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
# A mobile number (with or without +86 and groups of 3-4-4) or a landline with its area code.
_TELEPHONE = r"(?:^|[^\dA-Za-z.])(?:(?:\+?86[- ]?)?1[3-9]\d[- ]?\d{4}[- ]?\d{4}|0\d{2,3}[-—]\d{7,8})(?:$|[^\dA-Za-z])"
_TELEPHONES = re.compile(_TELEPHONE)
_ID_CARDS = re.compile(_ID_CARD)
OMITTED = "（已略去）"


def _checks(number: str) -> bool:
    return "10X98765432"[sum(int(d) * w for d, w in zip(number, _WEIGHTS, strict=False)) % 11] == number[17].upper()


def is_personal(text: str, *, codes: bool = False) -> bool:
    """Whether a cell holds an ID-card number or, unless the column holds codes, a telephone.

    >>> is_personal("证件 11010519491231002X"), is_personal("13040400101", codes=True), is_personal("0310-8123456")
    (True, False, True)
    """
    if len(text) < 11:
        return False
    if any(map(_checks, _ID_CARDS.findall(text))):
        return True
    return not codes and _TELEPHONES.search(text) is not None


def personal_cells(
    place: pl.DataFrame, raw: pl.Series, column: int, *, codes: bool
) -> tuple[pl.Series, list[pl.DataFrame]]:
    """Which cells of a column hold ID-card numbers or telephones, and one fault for each of the two kinds.

    Args:
        place: `_block` and `_row` of the cells.
        raw: the cells as text.
        column: index of the column on the sheet.
        codes: whether it holds codes: eleven digits are no telephone there (13040400101 is an area code).
    """
    cards = raw.str.contains(_ID_CARD).fill_null(False)
    if cards.any():
        hits = [v for v in raw.filter(cards).unique().to_list() if any(map(_checks, _ID_CARDS.findall(v)))]
        cards = raw.is_in(hits).fill_null(False)
    phones = (raw.str.contains(_TELEPHONE).fill_null(False) & ~cards) if not codes else cards & False
    out = []
    for held, zh in ((cards, "身份证号"), (phones, "电话号码")):
        where = place.filter(held)
        message = f"单元格中有{zh}（该列共 {where.height} 处），不得导入"
        remedy = "请删去；或导入时加 --drop-personal，由程序丢弃这些单元格。"
        out.append(faults(where.head(1), "personal-content", message, remedy, column))
    return cards | phones, [f for f in out if f.height]
