"""Where each organization stands: its line and tier by the profile, and who answers for an area."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from graph.analysis.evidence import GROUP, HOUSE, JOINT, covering
from graph.profile import Line, Profile, Tier
from graph.tree import Forest
from graph.view import View, official_order

Array = NDArray[Any]
INFORMAL = (GROUP, HOUSE, "临时党支部", "功能型党组织")


@dataclass(frozen=True)
class Places:
    """Line and tier of each organization (arrays over the organization range; -1 unknown).

    `seat` is the area number an organization covers alone or jointly (-1: none); `statistical` leaves out 党小组 and
    党员中心户, which are tiers of the chain but no organizations in the statistical sense.
    """

    line: Array
    tier: Array
    seat: Array
    statistical: Array


def places(view: View) -> Places:
    """The place of every organization: as the ledger says, else by kind and the kind of area that it covers."""
    return view.once("places", lambda: _places(view))


def _places(view: View) -> Places:
    snapshot = view.snapshot
    span, areas = snapshot.span("Organization"), snapshot.span("Area")
    n = span.stop - span.start
    seat = np.full(n, -1, np.int64)
    found, classes = covering(view)
    close = (classes <= JOINT) & (found.target >= areas.start) & (found.target < areas.stop)
    # Highest first, so that of several areas the lowest id wins, whatever the order of rows.
    order = np.argsort(found.target[close])[::-1]
    seat[found.source[close][order] - span.start] = found.target[close][order]
    vocabularies = [snapshot.words("Organization", a) for a in ("line", "tier", "kind")]
    vocabularies.append(snapshot.words("Area", "kind"))
    columns = [snapshot.column("Organization", a).astype(np.int64) for a in ("line", "tier", "kind")]
    area_kinds = snapshot.column("Area", "kind").astype(np.int64)
    columns.append(
        np.where(seat >= 0, area_kinds[np.maximum(seat - areas.start, 0)], 0) if len(area_kinds) else seat * 0
    )
    key = np.zeros(n, np.int64)
    for column, words in zip(columns, vocabularies, strict=True):
        key = key * len(words) + column
    _, first, inverse = np.unique(key, return_index=True, return_inverse=True)
    resolved = [
        _resolve(view.profile, *(words[int(c[i])] for c, words in zip(columns, vocabularies, strict=True)))
        for i in first.tolist()
    ]
    table = np.array(resolved, np.int64).reshape(-1, 2)[inverse]
    statistical = ~view.coded("Organization", "kind", (GROUP, HOUSE))
    for i, line in enumerate(view.profile.lines):
        for j, tier in enumerate(line.tiers):
            if not tier.statistical:
                statistical &= ~((table[:, 0] == i) & (table[:, 1] == j))
    return Places(table[:, 0], table[:, 1], seat, statistical)


def _resolve(profile: Profile, line: str, tier: str, kind: str, area_kind: str) -> tuple[int, int]:
    named = [i for i, each in enumerate(profile.lines) if line in (each.id, each.name)]
    lines = [(i, profile.lines[i]) for i in named] or list(enumerate(profile.lines))
    if tier:
        return next(
            ((i, each.index(tier)) for i, each in lines if each.index(tier) >= 0), (named[0] if named else -1, -1)
        )
    for i, each in lines:
        for j, one in enumerate(each.tiers):
            if kind in one.kinds and area_kind and area_kind in one.area_kinds:
                return i, j
    for i, each in lines if named else ():
        loose = [j for j, one in enumerate(each.tiers) if kind in one.kinds and not one.area_kinds]
        if len(loose) == 1:
            return i, loose[0]
    return (named[0] if named else -1, -1)


def place(view: View, organization: int) -> tuple[Line | None, Tier | None]:
    """Line and tier of one organization, None where unknown."""
    found, at = places(view), organization - view.snapshot.span("Organization").start
    line = view.profile.lines[int(found.line[at])] if found.line[at] >= 0 else None
    return line, line.tiers[int(found.tier[at])] if line is not None and found.tier[at] >= 0 else None


def of_tiers(view: View, tiers: tuple[str, ...]) -> Array:
    """Bool over the organization range: stands at one of the tiers, in whatever line."""
    found = places(view)
    fits = np.zeros(len(found.line), bool)
    for i, line in enumerate(view.profile.lines):
        for j, tier in enumerate(line.tiers):
            if tier.tier in tiers:
                fits |= (found.line == i) & (found.tier == j)
    return fits


def nearest(forest: Forest, own: Array) -> Array:
    """The value at each node, else at the nearest one above that has one (-1: none)."""
    value = own.copy()
    for depth in range(1, int(forest.depth.max(initial=0)) + 1):
        level = np.flatnonzero((forest.depth == depth) & (value < 0))
        value[level] = value[forest.parent[level]]
    return value


def standing(view: View, tiers: tuple[str, ...] = ()) -> Array:
    """Over the area range: the organization (node number) that covers the area alone or jointly, -1 for none.

    Of the given tiers; without tiers the highest formal one. Of several the first in the official order.
    """
    areas, span = view.snapshot.span("Area"), view.snapshot.span("Organization")
    found, classes = covering(view)
    where = places(view)
    fits = (classes <= JOINT) & (found.target >= areas.start) & (found.target < areas.stop)
    at = found.source - span.start
    fits &= of_tiers(view, tiers)[at] if tiers else ~view.coded("Organization", "kind", INFORMAL)[at]
    source, target, at = found.source[fits], found.target[fits] - areas.start, at[fits]
    height = np.where(where.tier[at] < 0, len(view.profile.lines) + 99, where.tier[at])
    best = np.lexsort((source, official_order(view.snapshot)[source], height))[::-1]
    out = np.full(areas.stop - areas.start, -1, np.int64)
    out[target[best]] = source[best]
    return out


def answering(view: View, tier: str) -> Array:
    """Over the area range: who answers for what lies in an area: the organization of `tier` at or above it.

    Where that tier is missing all the way up (or none is named), the nearest formal organization.
    """

    def make() -> Array:
        forest = view.areas()
        any_formal = nearest(forest, standing(view))
        if not tier:
            return any_formal
        named = nearest(forest, standing(view, (tier,)))
        return np.asarray(np.where(named >= 0, named, any_formal))

    return view.once(("answering", tier), make)


def responsible(view: View, nodes: Array, tier: str) -> Array:
    """The organization (node number, -1: none) that answers for each node; an area's own one is not above it."""
    areas = view.snapshot.span("Area")
    answer = answering(view, tier)
    home = view.home()[nodes] - areas.start
    is_area = (nodes >= areas.start) & (nodes < areas.stop)
    parent = view.areas().parent
    root = view.root_area() - areas.start
    home = np.where(home < 0, root, home)
    at = np.where(is_area & (home >= 0), parent[np.maximum(home, 0)], home) if len(parent) else home
    at = np.where(is_area & (at < 0), home, at)
    return np.asarray(np.where(at >= 0, answer[np.maximum(at, 0)], -1)) if len(answer) else np.full(len(nodes), -1)
