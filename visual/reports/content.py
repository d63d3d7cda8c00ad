"""What a report says, before it is written: frozen values, no behaviour. PDF, Word and Excel are written from these."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from visual.figure import Drawing

CellKind = Literal["text", "count", "share"]
DIGITS = "〇一二三四五六七八九"


@dataclass(frozen=True, slots=True)
class Share:
    """n of N; `n` None: not handed in; `of` None or 0: there is nothing to divide by."""

    n: int | None
    of: int | None


Cell = str | int | float | Share | None


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table: its header, what its cells are, and how wide it is beside the others (characters)."""

    header: str
    kind: CellKind = "text"
    width: float = 4.0


@dataclass(frozen=True, slots=True)
class Paragraph:
    """One paragraph of body text."""

    text: str


@dataclass(frozen=True, slots=True)
class Table:
    """Rows under a header that is repeated on every page.

    Args:
        title: stands above it behind 表N, and names its sheet.
        rows: all rows, each with one cell a column; Excel has every one of them.
        shown: how many of them PDF and Word list; they say how many there are besides.
        leading: so many first rows are sums over the others.
        wide: it stands on landscape pages of its own.
        notes: sentences under it.
    """

    title: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[Cell, ...], ...]
    shown: int = 500
    leading: int = 0
    wide: bool = False
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Picture:
    """A chart on pages of its own: PDF takes it as vectors, Word as pictures, Excel names it."""

    title: str
    drawing: Drawing


Block = Paragraph | Table | Picture


@dataclass(frozen=True, slots=True)
class Section:
    """A heading with what stands under it. Numbers (一、 （一） 1.) are given by `outline`."""

    title: str
    blocks: tuple[Block, ...] = ()
    sections: tuple[Section, ...] = ()


@dataclass(frozen=True, slots=True)
class Imprint:
    """What a caller may say of a report: 落款 `unit` (empty: none is written, none invented) and its date, 主送, 抄送,
    a further mark."""

    unit: str = ""
    signed: dt.date | None = None
    recipient: str = ""
    copies: str = ""
    mark: str = ""


@dataclass(frozen=True, slots=True)
class Report:
    """A whole report.

    Args:
        title: one or two lines, broken by sense.
        as_of: the day of the answers; revision: of the data.
        lead: paragraphs before the first heading; sections: the body; attachments: each on a page of its own.
        basis: sentences of 口径; generated: how many made-up nodes stand behind it (more than 0: it is marked).
        book: with a cover and a table of contents.
    """

    kind: str
    title: tuple[str, ...]
    as_of: dt.date
    revision: int
    lead: tuple[Paragraph, ...]
    sections: tuple[Section, ...]
    attachments: tuple[Section, ...]
    basis: tuple[str, ...]
    generated: int
    imprint: Imprint
    book: bool = False


def chinese_number(n: int) -> str:
    """1 to 99 in Chinese.

    >>> chinese_number(10), chinese_number(21)
    ('十', '二十一')
    """
    tens, ones = divmod(n, 10)
    return (DIGITS[tens] if tens > 1 else "") + ("十" if tens else "") + (DIGITS[ones] if ones else "")


def outline(sections: tuple[Section, ...], level: int = 1) -> Iterator[tuple[int, str, tuple[Block, ...]]]:
    """Headings in order with their numbers by GB/T 9704 (一、 （一） 1.), each with the blocks right under it."""
    for n, section in enumerate(sections, 1):
        number = (f"{chinese_number(n)}、", f"（{chinese_number(n)}）", f"{n}.")[level - 1]
        yield level, number + section.title, section.blocks
        yield from outline(section.sections, level + 1)


def tables(report: Report) -> list[Table]:
    """Every table in the order of the report."""
    every = (*report.sections, *report.attachments)
    return [block for _, _, blocks in outline(every) for block in blocks if isinstance(block, Table)]
