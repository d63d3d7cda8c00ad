"""What every analysis returns: rows with their evidence, totals over all rows, and how much of it is made up."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from graph.view import View

Row = dict[str, Any]


@dataclass(frozen=True)
class Answer:
    """An analysis' answer in the shape of interface.md.

    Args:
        rows: JSON-ready rows; wherever a row names a node it is a ref or null.
        totals: sums over all rows.
        generated: number of made-up nodes behind the answer.
        more: further keys of the body, for a shape that is not rows alone.
    """

    district: str
    revision: int
    as_of: str
    generated: int
    rows: list[Row]
    totals: Mapping[str, Any] = field(default_factory=dict)
    more: Mapping[str, Any] = field(default_factory=dict)

    def body(self) -> Row:
        """The JSON body; `next` is null because analyses are whole unless a limit is given."""
        return {
            "district": self.district,
            "revision": self.revision,
            "as_of": self.as_of,
            "generated": self.generated,
            "rows": self.rows,
            "totals": dict(self.totals),
            "next": None,
            **self.more,
        }


def answer(view: View, rows: list[Row], totals: Mapping[str, Any], behind: Iterable[int] | NDArray[Any]) -> Answer:
    """An Answer of a view; `behind` are the numbers of all nodes that the answer rests on."""
    mask = np.zeros(view.snapshot.n, bool)
    mask[behind.astype(np.int64) if isinstance(behind, np.ndarray) else np.fromiter(behind, np.int64)] = True
    made_up = int(np.count_nonzero(mask & view.snapshot.arrays["generated"]))
    snapshot = view.snapshot
    return Answer(snapshot.district, snapshot.revision, view.as_of.isoformat(), made_up, rows, totals)
