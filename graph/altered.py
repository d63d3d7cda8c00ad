"""What became of single elements between two revisions: change lists folded into one net change each."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import orjson
import polars as pl

WITHDRAWN = "1900-01-01"
"""The one day on which an element is valid that a revert took back: before all data, so no question ever meets it."""


@dataclass(frozen=True, slots=True)
class Altered:
    """The net change of one node or relation.

    Args:
        table: node label or relation type.
        id: of the node, or the relation's own (`from>TYPE>to>key>since`).
        added: it was not stored at the earlier revision.
        before, after: the attributes that differ, as stored at the earlier and at the later revision (null for none).
            Of an addition only what was changed after it was added, with nothing before.
    """

    table: str
    id: str
    added: bool
    before: Mapping[str, Any] = field(default_factory=dict)
    after: Mapping[str, Any] = field(default_factory=dict)

    @property
    def withdrawn(self) -> bool:
        """Whether a revert took it back."""
        return self.after.get("until") == WITHDRAWN


def fold(lists: Iterable[pl.DataFrame]) -> tuple[Altered, ...]:
    """The net changes of successive change lists (`table, change, id, before, after`), oldest first.

    What ends as it began is left out, so is what was added and taken back again.
    """
    found: dict[tuple[str, str], Altered] = {}
    for frame in lists:
        for table, _, id_, before, after in frame.iter_rows():
            if before is None:
                found[table, id_] = Altered(table, id_, True)
                continue
            old, new = orjson.loads(before), orjson.loads(after)
            held = found.get((table, id_))
            if held is None:
                found[table, id_] = Altered(table, id_, False, old, new)
            elif held.added:
                found[table, id_] = Altered(table, id_, True, {}, {**held.after, **new})
            else:
                found[table, id_] = Altered(table, id_, False, {**old, **held.before}, {**held.after, **new})
    return tuple(kept for a in found.values() if (kept := _settled(a)) is not None)


def _settled(change: Altered) -> Altered | None:
    if change.added:
        return None if change.withdrawn else change
    differ = [k for k, v in change.after.items() if change.before.get(k) != v]
    if not differ:
        return None
    before, after = {k: change.before.get(k) for k in differ}, {k: change.after[k] for k in differ}
    return Altered(change.table, change.id, False, before, after)
