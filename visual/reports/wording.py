"""Chinese wording of numbers: n/N everywhere, and the right sentence where a number is zero, one or missing."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from visual.charts.coverage import percent
from visual.reports.content import Cell, Share
from visual.text import clean

LEAST_RANKED = 10
"""Shares of fewer than so many are not ranked (print.md: small denominators)."""

NOTHING = "—"


def share_words(share: Share) -> str:
    """A share in a sentence.

    >>> share_words(Share(894, 1013)), share_words(Share(0, 0)), share_words(Share(None, 3))
    ('88.3%（894/1013）', '不可计算', '未报')
    """
    if share.n is None:
        return "未报"
    if not share.of:
        return "不可计算"
    return f"{percent(share.n, share.of)}（{share.n}/{share.of}）"


def cell_words(cell: Cell) -> str:
    """A cell in a document: n/N and the rate, — for what is missing or not computable."""
    if cell is None or cell == "":
        return NOTHING
    if isinstance(cell, Share):
        if cell.n is None:
            return "未报"
        return f"{cell.n}/{cell.of} {percent(cell.n, cell.of)}" if cell.of else NOTHING
    return clean(str(cell))


def listed(names: Sequence[str], most: int = 3) -> str:
    """Some names, and how many there are if not all are named.

    >>> listed(["甲", "乙"]), listed(["甲", "乙", "丙", "丁"])
    ('甲、乙', '甲、乙、丙等4个')
    """
    return "、".join(names[:most]) + (f"等{len(names)}个" if len(names) > most else "")


def clauses(parts: Iterable[str]) -> str:
    """Clauses as one sentence; empty ones are left out."""
    return "，".join(p for p in parts if p) + "。"


def extremes(named: Sequence[tuple[str, Share]], each: str) -> str:
    """Which is highest and which lowest among shares that may be ranked; `each` is 街道, 社区 …

    A sentence without its full stop; what is not ranked is said.
    """
    rated = [(name, s, s.n / s.of) for name, s in named if s.n is not None and s.of and s.of >= LEAST_RANKED]
    small = sum(1 for _, s in named if s.n is not None and s.of and s.of < LEAST_RANKED)
    silent = sum(1 for _, s in named if s.n is None)
    rest = [
        f"应计对象不足{LEAST_RANKED}个的{small}个{each}不排名" if small else "",
        f"{silent}个{each}未报" if silent else "",
    ]
    if not rated:
        said = f"没有可以排名的{each}"
    elif len(rated) == 1:
        said = f"可以排名的只有{rated[0][0]}，为{share_words(rated[0][1])}"
    else:
        high, low = max(r for _, _, r in rated), min(r for _, _, r in rated)
        said = (
            f"参加排名的{len(rated)}个{each}均为{percent_of(rated)}"
            if high == low
            else f"最高的是{_those(rated, high)}，最低的是{_those(rated, low)}"
        )
    return "，".join(p for p in (said, *rest) if p)


def percent_of(rated: Sequence[tuple[str, Share, float]]) -> str:
    """The share of all together, where all are equal."""
    return share_words(Share(sum(s.n or 0 for _, s, _ in rated), sum(s.of or 0 for _, s, _ in rated)))


def _those(rated: Sequence[tuple[str, Share, float]], rate: float) -> str:
    fitting = [(name, s) for name, s, r in rated if r == rate]
    if len(fitting) == 1:
        return f"{fitting[0][0]}（{share_words(fitting[0][1]).replace('（', '，').removesuffix('）')}）"
    return f"{listed([name for name, _ in fitting])}（均为{percent(fitting[0][1].n or 0, fitting[0][1].of or 1)}，" + (
        "、".join(f"{s.n}/{s.of}" for _, s in fitting[:3]) + ("等" if len(fitting) > 3 else "") + "）"
    )
