"""What aggregates force where rows are missing: pigeonholes and intervals over declared figures.

Every bound holds under an assumption that is said with it; without the assumption the row says what remains.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import numpy as np

from graph.analysis.answer import Answer, Row, answer
from graph.analysis.asked import notice
from graph.analysis.checks import Bound, checks_of, restated, summed
from graph.figures import Figure, figures_of, published
from graph.quantities import Interval, Quantity
from graph.view import View


def lacking(containers: Interval, items: Interval, per_item: int = 1, need: int = 1) -> Interval:
    """How many containers lack something, when an item serves one to `per_item` and each needs `need` items.

    The fullest use of the items serves ⌊items × per_item ÷ need⌋ containers. The poorest puts all into one, and where
    several sorts are needed serves none.

    >>> lacking(Interval(56, 56), Interval(54, 54)).low
    2
    >>> lacking(Interval(1013, 1013), Interval(1228, 1228), need=2).low
    399
    """
    served = math.floor(items.high * per_item / need) if not math.isinf(items.high) else containers.low
    most = containers.high - 1 if need == 1 and items.low >= 1 else containers.high
    return Interval(max(0, math.ceil(containers.low) - served), max(0, most))


def exactly_filled(containers: Interval, items: Interval, at_least: int = 1) -> Interval | None:
    """How many containers have exactly `at_least` items, when each has at least that many and each item lies in one.

    The others have one more at least: x ≥ containers × (at_least + 1) − items. None when there are too few items.

    >>> exactly_filled(Interval(534, 534), Interval(588, 588))
    Interval(low=480, high=533)
    """
    if items.high < containers.low * at_least:
        return None
    low = max(0, math.ceil(containers.low * (at_least + 1) - items.high))
    # All surplus may lie in one container; without surplus every container is filled exactly.
    spare = items.low > containers.high * at_least
    return Interval(low, max(low, containers.high - 1 if spare else containers.high))


def fullest(containers: Interval, items: Interval, at_least: int = 1) -> Interval | None:
    """How many items the fullest container holds, when each holds `at_least` and each item lies in one.

    >>> fullest(Interval(11, 11), Interval(118, 118))
    Interval(low=11, high=108)
    """
    if containers.low <= 0 or items.high < containers.low * at_least:
        return None
    low = math.ceil(items.low / containers.high)
    return Interval(max(low, at_least), items.high - (containers.low - 1) * at_least)


def average(containers: Interval, items: Interval) -> Interval | None:
    """Items a container, from the fewest over the most to the most over the fewest.

    >>> average(Interval(2, 4), Interval(8, 12))
    Interval(low=2.0, high=6.0)
    """
    if containers.low <= 0:
        return None
    return Interval(round(items.low / containers.high, 4), round(items.high / containers.low, 4))


def difference(containers: Interval, items: Interval) -> Interval | None:
    """What remains when the items are part of the containers; None when they cannot be.

    >>> difference(Interval(15, 15), Interval(10, 10))
    Interval(low=5, high=5)
    """
    if items.low > containers.high:
        return None
    return Interval(max(0, containers.low - items.high), containers.high - items.low)


def bounds(view: View, figures: Sequence[Figure] | None = None) -> Answer:
    """What the published figures of the district force, with the assumption of each.

    Args:
        figures: figures of a user's file; one that restates a published figure takes its place.

    Rows: `figure`, `about`, `low`, `high`, `assumption`, `because`, `without` {low, high, text}: what remains when
    the assumption does not hold. `low` and `high` are null when the assumption contradicts the figures.
    """
    district = view.snapshot.district
    known = figures_of(published(), district)
    values = {f.literal: f.quantity for f in known if f.quantity}
    same, printed = restated(known), {f.literal: f.literal for f in known}
    for figure in figures_of(figures or (), district):
        restates = same(figure)
        if restates is not None and figure.quantity is not None:
            values[restates.literal] = figure.quantity
            printed[restates.literal] = figure.literal
    rows = [row for b in checks_of(district).bounds if (row := _row(b, values, printed)) is not None]
    notices = []
    if not rows:
        text = f"没有为“{view.profile.name}”声明可以推出界限的数字。"
        notices.append(notice("bounds-missing", text))
    return answer(view, rows, {"bounds": len(rows), "notices": notices}, np.zeros(0, np.int64))


def _row(bound: Bound, values: Mapping[str, Quantity], printed: Mapping[str, str]) -> Row | None:
    containers, items = summed(bound.containers, values), summed(bound.items, values)
    if containers is None or items is None:
        return None
    forced = _forced(bound, containers.interval, items.interval)
    figure, because = printed.get(bound.figure, bound.figure), bound.because
    if any(printed.get(x, x) != x for x in values):
        because = f"{containers.text}；{items.text}（按所给数字计算）"
    if forced is None:
        return {
            "figure": figure, "about": bound.about, "low": None, "high": None, "assumption": bound.assumption,
            "because": f"{because}；按这些数字，假设不能成立", "without": _without(bound, containers.interval, None),
        }  # fmt: skip
    return {
        "figure": figure,
        "about": bound.about,
        **forced.body(),
        "assumption": bound.assumption,
        "because": because,
        "without": _without(bound, containers.interval, forced),
    }


def _forced(bound: Bound, containers: Interval, items: Interval) -> Interval | None:
    if bound.kind == "lacking":
        return lacking(containers, items, bound.per_item, bound.need)
    if bound.kind == "exactly":
        return exactly_filled(containers, items, bound.at_least)
    if bound.kind == "fullest":
        return fullest(containers, items, bound.at_least)
    return average(containers, items) if bound.kind == "average" else difference(containers, items)


def _without(bound: Bound, containers: Interval, forced: Interval | None) -> Row:
    """What remains without the assumption: nothing is forced, or (`kept`) only the lower end."""
    low = forced.low if bound.kept and forced is not None else 0
    high = containers.high if bound.kind in ("lacking", "exactly", "difference") else math.inf
    return {**Interval(low, high).body(), "text": bound.without}
