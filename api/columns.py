"""How a row of an answer is shown to a person: columns with Chinese headers, Chinese words for codes, rates as text."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

Row = Mapping[str, Any]
Cell = str | int | float | None


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table: its header, the value of a row, and whether it is a number (aligned right)."""

    zh: str
    value: Callable[[Row], Cell]
    number: bool = False


def at(row: Row, path: str) -> Any:
    """The value under a dotted path, None where something on the way is missing."""
    found: Any = row
    for key in path.split("."):
        found = found.get(key) if isinstance(found, Mapping) else None
    return found


def text(zh: str, path: str) -> Column:
    """A column of text."""
    return Column(zh, lambda row: _plain(at(row, path)))


def count(zh: str, path: str) -> Column:
    """A column of counts."""
    return Column(zh, lambda row: at(row, path), number=True)


def node(zh: str, path: str, *, with_id: bool = False) -> Column:
    """A column that names a node by its full name (and id)."""

    def value(row: Row) -> Cell:
        ref = at(row, path)
        if not isinstance(ref, Mapping):
            return ""
        if ref.get("hidden"):
            return "（范围外）"
        return f"{ref['name']}（{ref['id']}）" if with_id else str(ref["name"])

    return Column(zh, value)


def word(zh: str, path: str, words: Mapping[str, str]) -> Column:
    """A column of codes (or lists of codes) shown by their Chinese words."""

    def value(row: Row) -> Cell:
        found = at(row, path)
        listed = found if isinstance(found, list | tuple) else [found]
        return "、".join(words.get(str(c), str(c)) for c in listed if c is not None)

    return Column(zh, value)


def rate(zh: str, rate_path: str, part_path: str, whole_path: str) -> Column:
    """A column of a rate with its n/N."""

    def value(row: Row) -> Cell:
        return percent(at(row, rate_path), at(row, part_path), at(row, whole_path))

    return Column(zh, value, number=True)


def percent(value: float | None, part: int | None = None, whole: int | None = None) -> str:
    """A rate as text with n/N: one decimal, more where that would round to 0% or 100% (print.md); — for none.

    >>> percent(0.5, 1, 2)
    '50.0%（1/2）'
    >>> percent(0.9997, 9997, 10000)
    '99.97%（9997/10000）'
    """
    if value is None:
        return "—"
    shown = f"{value * 100:.1f}"
    for digits in range(2, 7):
        if 0 < value < 1 and float(shown) in (0.0, 100.0):
            shown = f"{value * 100:.{digits}f}"
    return f"{shown}%" + (f"（{part}/{whole}）" if part is not None and whole is not None else "")


def _plain(value: Any) -> Cell:
    if isinstance(value, list | tuple):
        return "、".join(str(_plain(v)) for v in value)
    if isinstance(value, Mapping):
        return str(value.get("text") or value.get("name") or "")
    if isinstance(value, bool):
        return "是" if value else "否"
    return "" if value is None else value


def table(columns: Sequence[Column], rows: Sequence[Row]) -> list[list[Cell]]:
    """The cells of all rows."""
    return [[c.value(row) for c in columns] for row in rows]
