"""缺层: areas at which a line's required tier should stand and no organization of that tier does."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from graph.analysis.tiers import standing
from graph.profile import Line, Tier
from graph.view import View

Array = NDArray[Any]


def missing_tiers(view: View) -> Iterator[tuple[Line, Tier, Array]]:
    """For each required tier that stands at areas: the positions (within the area range) that lack it.

    An area is asked once: where several lines name tiers for it, one line whose tiers all stand there is enough;
    else the first line of the profile says what is missing.
    """
    lines, member = view.profile.lines, belonging(view)
    none = np.zeros(len(view.areas().parent), bool)
    asked = [
        [(t, _at(view, t) & member[i]) for t in line.tiers if t.area_kinds and not t.optional]
        for i, line in enumerate(lines)
    ]
    lacking = [[(t, at & (standing(view, (t.tier,)) < 0)) for t, at in tiers] for tiers in asked]
    concerned = [np.logical_or.reduce([none, *(at for _, at in tiers)]) for tiers in asked]
    complete = [
        at & ~np.logical_or.reduce([none, *(lack for _, lack in tiers)])
        for at, tiers in zip(concerned, lacking, strict=True)
    ]
    settled = np.logical_or.reduce([none, *complete])
    for line, at, tiers in zip(lines, concerned, lacking, strict=True):
        for tier, lack in tiers:
            found = np.flatnonzero(lack & ~settled)
            if len(found):
                yield line, tier, found
        settled = settled | at


def _at(view: View, tier: Tier) -> Array:
    """Bool over the area range: of the kinds and grades at which a tier stands."""
    fits = view.coded("Area", "kind", tier.area_kinds) & view.inside[view.snapshot.span("Area")]
    return fits & view.coded("Area", "grade", tier.grades) if tier.grades else fits


def belonging(view: View) -> list[Array]:
    """For each line of the profile, bool over the area range: the area belongs to it.

    Of the lines that name the area's own kind, those that name every kind above it which any of them names.
    """
    lines = view.profile.lines
    kinds = sorted({k for li in lines for t in li.tiers for k in t.area_kinds})
    bits = {k: 1 << i for i, k in enumerate(kinds)}
    spoken = [sum({bits[k] for t in li.tiers for k in t.area_kinds}) for li in lines]
    table = np.array([bits.get(w, 0) for w in view.snapshot.words("Area", "kind")], np.int64)
    own = table[view.snapshot.column("Area", "kind")]
    forest = view.areas()
    chain = own.copy()
    for depth in range(1, int(forest.depth.max(initial=0)) + 1):
        level = np.flatnonzero(forest.depth == depth)
        chain[level] |= chain[forest.parent[level]]
    relevant = np.zeros(len(own), np.int64)
    for kind in kinds:
        candidates = [s for s in spoken if s & bits[kind]]
        relevant[own == bits[kind]] = np.bitwise_or.reduce(candidates)
    return [((own & s) != 0) & ((chain & relevant & ~s) == 0) for s in spoken]
