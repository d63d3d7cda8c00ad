"""Replaying change lists: what lies between two revisions, and what each revision touched."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from graph.altered import Altered, fold
from graph.errors import NotFoundError, ParameterError
from graph.store import revisions
from graph.store.bolt import Store

MOST = 100_000
"""Elements that a difference lists one by one; more (a first load) say nothing to a reader and fill the memory."""

_TOUCHED = "MATCH (c:Change) WHERE c.id STARTS WITH $prefix RETURN c.table, c.ids ORDER BY c.id"
_CODES = "MATCH (n:Entity) WHERE n.id IN $ids AND n.code IS NOT NULL RETURN n.id, n.code"
_COUNTED = ("added", "changed", "moved", "ended")


@dataclass(frozen=True, slots=True)
class Touched:
    """What one revision wrote: `revision` is its row of `revisions.listed`, `ids` are by node label or type."""

    revision: dict[str, Any]
    ids: dict[str, list[str]]


def net(store: Store, district: str, first: int, last: int, *, most: int | None = MOST) -> tuple[Altered, ...]:
    """The net changes that lead from revision `first` (0: before the first) to revision `last`.

    Args:
        most: how many written elements are still listed, None for any number.

    Raises:
        NotFoundError: there is no such revision.
        ParameterError: `first` is later than `last`, or over 100,000 elements were written in between.
    """
    known = {r["number"]: r for r in revisions.listed(store, district)}
    for number in (first, last):
        if number and number not in known:
            raise unknown_revision(known)
    if first > last:
        raise ParameterError("起始修订晚于终止修订。", "请把较早的修订放在前面。")
    between = [known[n] for n in known if first < n <= last]
    written = sum(int(r[k]) for r in between for k in _COUNTED)
    if most is not None and written > most:
        raise ParameterError(
            f"这些修订之间写入了{written}项，超过逐项列出的上限{most}项。",
            "请选相距更近的两个修订；各次修订的合计见 partygraph revisions。",
            code="difference-too-large",
        )
    return fold(revisions.change_list(store, district, r["number"]) for r in between)


def unknown_revision(known: dict[int, Any]) -> NotFoundError:
    """The error for a number that is no revision of the district."""
    there = f"{min(known)}～{max(known)}" if known else "（无）"
    return NotFoundError("没有这个修订。", f"现有修订：{there}；详见 partygraph revisions。", code="unknown-revision")


def codes(store: Store, ids: Sequence[str]) -> dict[str, str]:
    """The codes of those nodes that have one, by id."""
    return dict(store.read(_CODES, ids=list(ids)))


def touched(store: Store, district: str) -> Iterator[Touched]:
    """What each revision of a district wrote, the newest first."""
    for row in reversed(revisions.listed(store, district)):
        prefix = revisions.revision_id(district, row["number"]) + "/"
        ids: dict[str, list[str]] = {}
        for table, listed in store.read(_TOUCHED, prefix=prefix):
            ids.setdefault(table, []).extend(listed)
        yield Touched(row, ids)
