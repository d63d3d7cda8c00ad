"""Rules about part-time members, reporting in and branch life (R30, R31, R34)."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from graph.analysis.evidence import of_kind
from graph.analysis.rules.facts import BRANCHES, kinds, posts_of
from graph.analysis.rules.form import Breached, Numbers, found
from graph.analysis.tiers import places
from graph.snapshot import DAY_MIN
from graph.view import View

Array = NDArray[Any]
PART_TIME = "兼职委员"


def part_time_number(view: View, numbers: Numbers) -> Breached:
    """Organizations with part-time members whose number lies outside `least` to `most`."""
    held = posts_of(view, "Organization", PART_TIME, held=False)
    return found(view, "Organization", held > 0, (held < numbers["least"]) | (held > numbers["most"]), held)


def part_time_own(view: View, _: Numbers) -> Breached:
    """Part-time members whose own organization is the one they are added to."""
    span = view.snapshot.span("Post")
    owner, sender = (np.full(span.stop - span.start, -1, np.int64) for _ in range(2))
    for column, type_ in ((owner, "OF"), (sender, "HELD_FROM")):
        edges = view.edges(type_)
        column[edges.source - span.start] = edges.target
    judged = view.coded("Post", "kind", (PART_TIME,)) & (owner >= 0) & (sender >= 0)
    return found(view, "Post", judged, owner == sender, None, owner)


def reported_elsewhere(view: View, _: Numbers) -> Breached:
    """Unit organizations that reported in at an area their unit does not lie in."""
    span, areas = view.snapshot.span("Organization"), view.snapshot.span("Area")
    edges = view.edges("REPORTED_TO")
    chosen = view.edge_coded(edges, "half", ("单位",))
    source, target = edges.source[chosen], edges.target[chosen]
    seat = places(view).seat
    is_area = (target >= areas.start) & (target < areas.stop)
    place = np.where(is_area, target, seat[np.clip(target - span.start, 0, len(seat) - 1)])
    belongs, located = view.edges("BELONGS_TO"), view.edges("LOCATED_IN")
    unit_at, address = np.full(view.snapshot.n, -1, np.int64), np.full(view.snapshot.n, -1, np.int64)
    address[located.source] = located.target
    unit_at[belongs.source] = address[belongs.target]
    forest, here = view.areas(), unit_at[source] - areas.start
    there = place - areas.start
    known = (here >= 0) & (there >= 0)
    fits = np.zeros(len(known), bool)
    if known.any():
        a, b = here[known], there[known]
        fits[known] = (forest.enter[b] <= forest.enter[a]) & (forest.enter[a] < forest.leave[b])
        fits[known] |= (forest.enter[a] <= forest.enter[b]) & (forest.enter[b] < forest.leave[a])
    judged, right = np.zeros(span.stop - span.start, bool), np.zeros(span.stop - span.start, bool)
    judged[source[known] - span.start] = True
    right[source[known & fits] - span.start] = True
    other = np.full(span.stop - span.start, -1, np.int64)
    other[source[known & ~fits] - span.start] = place[known & ~fits]
    return found(view, "Organization", judged, ~right, None, other)


def no_branch_life(view: View, numbers: Numbers) -> Breached:
    """Branches without a recorded 组织生活 within `days`, where the ledger records those of branches."""
    took, span = view.edges("TOOK_PART"), view.snapshot.span("Organization")
    activities = view.snapshot.span("Activity")
    mine = (took.source >= span.start) & (took.source < span.stop)
    mine &= of_kind(view, "Activity", took.target, ("组织生活",))
    days = view.values("Activity", "date")[took.target[mine] - activities.start].astype(np.int64)
    last = np.full(span.stop - span.start, DAY_MIN, np.int64)
    np.maximum.at(last, took.source[mine] - span.start, np.where(days <= view.today, days, DAY_MIN))
    branch = kinds(view, BRANCHES)
    if not (last[branch] > DAY_MIN).any():
        branch = np.zeros_like(branch)
    return found(view, "Organization", branch, last < view.today - numbers["days"])
