"""Placing demands on units with few places: the cheapest of the largest placements, and why no larger one exists.

The solver is scipy's `linear_sum_assignment` (shortest augmenting paths) over one column a free place. A min-cost flow
of this shape is an assignment problem: places of one unit differ only by what crowding costs, and that grows from place
to place, so the cheapest are taken first. NetworkX' network simplex needs minutes at 800 × 3,000, HiGHS carries 2.4
million arcs as a linear program, and `min_weight_full_bipartite_matching` fails where not everyone can be served.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]


def place(cost: Array, allowed: Array, room: Array, crowding: Array) -> Array:
    """The unit of each demand, -1 for those that cannot be served.

    Of all placements that serve the most demands, one of the least total cost; the same input gives the same one.

    Args:
        cost: int, demands × units, not negative.
        allowed: bool, demands × units.
        room: int per unit: how many demands it can take.
        crowding: int, units × places: what the first, second, … demand at a unit costs more; never decreasing.
    """
    demands = len(cost)
    seats = np.minimum(np.maximum(room, 0), demands)
    seats[~allowed.any(axis=0)] = 0
    unit = np.repeat(np.arange(len(room)), seats)
    chosen = np.full(demands, -1, np.int64)
    if not len(unit) or not demands:
        return chosen
    nth = np.arange(len(unit)) - np.repeat(np.cumsum(seats) - seats, seats)
    whole = cost[:, unit] + crowding[unit, nth]
    # A demand left out costs more than any placement of all: so the largest placement always wins. Integers, exact.
    left_out = (int(whole.max()) + 1) * demands
    # Imported here: half a second that every other command would pay.
    from scipy.optimize import linear_sum_assignment  # type: ignore[attr-defined]

    matrix = np.where(allowed[:, unit], whole, left_out).astype(np.float64)
    row, column = linear_sum_assignment(matrix)
    served = allowed[row, unit[column]]
    chosen[row[served]] = unit[column[served]]
    return chosen


def competing(allowed: Array, unit_of: Array) -> tuple[Array, Array]:
    """The demands and the units of a set that proves that no more can be served (Hall), of a largest placement.

    All units that these demands may go to are among the units, and all their places are taken by these demands: the
    demands outnumber the places by exactly the number left out. Both empty when everybody is served.

    Args:
        allowed: bool, demands × units.
        unit_of: unit of each demand, -1 for those left out, as `place` gives it.
    """
    demands: Array = np.asarray(unit_of < 0)
    while True:
        units: Array = np.asarray(allowed[demands].any(axis=0))
        grown = demands.copy()
        placed = unit_of >= 0
        grown[placed] |= units[unit_of[placed]]
        if (grown == demands).all():
            return np.flatnonzero(demands), np.flatnonzero(units)
        demands = grown
