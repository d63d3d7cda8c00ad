"""The state of every 结对共建 tie on the day: alive, expired, dormant or unknown.

An agreement that is over does not end the relation (到期 ≠ 解除): only `until` does.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from graph.analysis.tiers import of_tiers, places
from graph.profile import Pairing, PairingKind
from graph.snapshot import DAY_MIN, NULL_INT, day
from graph.view import Edges, View

Array = NDArray[Any]
ALIVE, EXPIRED, DORMANT, UNKNOWN = 0, 1, 2, 3
STATES = ("active", "expired", "dormant", "unknown")


@dataclass(frozen=True)
class Partners:
    """The ties in force of PAIRED_WITH (arrays over the ties).

    `organization` and `unit` are node numbers, `area` the area that the organization stands for when it is one of the
    profile's pairing areas (-1 otherwise), `state` one of ALIVE, EXPIRED, DORMANT, UNKNOWN, `last` the day of the
    last known activity (DAY_MIN: none known).
    """

    organization: Array
    unit: Array
    area: Array
    state: Array
    last: Array


def partners(view: View, pairing: Pairing) -> Partners:
    """All ties in force with their states."""
    return view.once("partners", lambda: _partners(view, pairing))


def _partners(view: View, pairing: Pairing) -> Partners:
    # Of a unit within a scope, partners elsewhere count and stay unnamed.
    edges = view.crossing("PAIRED_WITH")
    column = view.snapshot.edge_column

    def of(attribute: str) -> Array:
        return column("PAIRED_WITH", attribute)[edges.row]

    last = last_known(view, edges)
    state = tie_states(
        of("since").astype(np.int64), of("agreement_until").astype(np.int64), last, of("activities"),
        view.today, pairing.dormant_days,
    )  # fmt: skip
    return Partners(edges.source, edges.target, _pairing_area(view, pairing)[edges.source], state, last)


def last_known(view: View, ties: Edges) -> Array:
    """The day of the last known activity of each tie of PAIRED_WITH, DAY_MIN for none."""
    told = view.snapshot.edge_column("PAIRED_WITH", "last_active")[ties.row].astype(np.int64)
    return np.asarray(np.maximum(told, _shared_activity(view, ties)))


def tie_states(since: Array, agreement_until: Array, last: Array, activities: Array, today: int, period: int) -> Array:
    """State of each tie (all days since 1970-01-01, DAY_MIN where unknown).

    Dormant: in force longer than `period` days and the last known activity older than that, or a ledger that says
    there was none (0). Without any knowledge of activity a tie older than the period is unknown, never dormant; a
    younger one is alive. A tie without a first day is as old as its last known activity.
    """
    limit = today - period
    old = (since == DAY_MIN) | (since < limit)
    known = (last != DAY_MIN) | (activities == 0)
    recent = last >= limit
    state = np.where(~old | recent, ALIVE, np.where(known, DORMANT, UNKNOWN))
    # A ledger that counts activities without their days does not say how old they are.
    state = np.where((activities > 0) & (last == DAY_MIN) & old, UNKNOWN, state)
    # Of a tie without a first day a ledger's "none" does not say for how long.
    state = np.where((since == DAY_MIN) & (last == DAY_MIN) & (activities == 0), UNKNOWN, state)
    over = (agreement_until != DAY_MIN) & (agreement_until < today)
    return np.where(over, EXPIRED, state).astype(np.int8)


def _shared_activity(view: View, edges: Edges) -> Array:
    """The last day up to `as_of` on which both ends of each tie took part in one activity, DAY_MIN for none."""
    span = view.snapshot.span("Activity")
    took = view.edges("TOOK_PART")
    last = np.full(len(edges), DAY_MIN, np.int64)
    if not len(took) or not len(edges):
        return last
    dates = view.snapshot.column("Activity", "date").astype(np.int64)
    days: dict[int, dict[int, int]] = {}
    of_tie = np.isin(took.source, np.concatenate([edges.source, edges.target]))
    for who, what in zip(took.source[of_tie].tolist(), (took.target[of_tie] - span.start).tolist(), strict=True):
        if DAY_MIN < dates[what] <= day(view.as_of):
            days.setdefault(who, {})[what] = int(dates[what])
    for i, (a, b) in enumerate(zip(edges.source.tolist(), edges.target.tolist(), strict=True)):
        both = days.get(a, {}).keys() & days.get(b, {}).keys()
        if both:
            last[i] = max(days[a][v] for v in both)
    return last


def _pairing_area(view: View, pairing: Pairing) -> Array:
    """Area number each organization is paired for (indexed by node number), -1 for none.

    An organization stands for an area that it covers alone or jointly, of the profile's pairing kinds; one whose tier
    is known must be of the pairing tiers.
    """
    span, areas = view.snapshot.span("Organization"), view.snapshot.span("Area")
    where = places(view)
    out = np.full(view.snapshot.n, -1, np.int64)
    fits = of_tiers(view, pairing.tiers) | (where.tier < 0)
    fits &= where.seat >= 0
    if areas.stop > areas.start:
        fits &= view.coded("Area", "kind", pairing.area_kinds)[np.maximum(where.seat - areas.start, 0)]
    out[span] = np.where(fits, where.seat, -1)
    return out


def kind_mask(view: View, kind: PairingKind) -> Array:
    """Bool over the unit range: a unit is a partner of that kind."""
    fits = view.coded("Unit", "kind", kind.unit_kinds)
    for attribute, words in (("level", kind.levels), ("sector", kind.sectors)):
        if words:
            fits = fits & view.coded("Unit", attribute, words)
    return fits


def capacity(view: View, pairing: Pairing) -> Array:
    """How many communities each unit can carry (over the unit range): its own figure, else the profile's."""
    own = view.values("Unit", "capacity")
    return np.asarray(np.where(own == NULL_INT, pairing.default_capacity, own))
