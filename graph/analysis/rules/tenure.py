"""Terms as arrays (R11, R12, R13): whose term is over, for how long, and whose declared length is none there may be."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from graph.analysis.rules.facts import COMMITTEE, GENERAL, kinds, seated
from graph.analysis.rules.form import Breached, Numbers, found
from graph.analysis.terms import TERMLESS
from graph.analysis.tiers import of_tiers, places
from graph.snapshot import DAY_MIN
from graph.view import View

Array = NDArray[Any]
NATIONAL = ((COMMITTEE, 5), (GENERAL, 3), ("党支部", 3), ("联合党支部", 3))
UNSETTLED = ("小区", "楼栋", "单元", "片区", "网格", "专属网格", "坊巷")
"""Areas whose branches have a term that is not settled nationally: only the profile may say it."""


def add_months(days: Array, months: Array | int) -> Array:
    """Days (since 1970) so many months later, the last of the month where there is no such day."""
    day = np.asarray(days).astype("datetime64[D]")
    month = day.astype("datetime64[M]")
    within = (day - month.astype("datetime64[D]")).astype(np.int64)
    then = month + np.asarray(months).astype("timedelta64[M]")
    first = then.astype("datetime64[D]")
    length = ((then + 1).astype("datetime64[D]") - first).astype(np.int64)
    return np.asarray(first.astype(np.int64) + np.minimum(within, length - 1))


def with_term(view: View) -> Array:
    """Bool over the organization range: elected for a term (no 派出 committee, temporary branch, group or house)."""

    def make() -> Array:
        inside = view.inside[view.snapshot.span("Organization")]
        free = view.profile.terms.no_term_tiers
        return np.asarray(inside & ~kinds(view, TERMLESS) & ~(of_tiers(view, free) if free else np.zeros_like(inside)))

    return view.once("with-term", make)


def profile_years(view: View) -> Array:
    """Over the organization range: the profile's years for its tier, 0 where it names none."""
    where, lines = places(view), view.profile.lines
    table = np.zeros((len(lines) + 1, max(len(li.tiers) for li in lines) + 1), np.int64)
    for i, line in enumerate(lines):
        for j, tier in enumerate(line.tiers):
            table[i, j] = view.profile.terms.years.get(tier.tier, 0)
    return np.asarray(table[where.line, where.tier])


def term_ends(view: View) -> Array:
    """Over the organization range: last day of the current term (as `terms` finds it), DAY_MIN where unknown."""

    def make() -> Array:
        declared = view.values("Organization", "term_ends").astype(np.int64)
        elected = view.values("Organization", "elected").astype(np.int64)
        own = view.values("Organization", "term_years")
        years = np.where(own > 0, own, profile_years(view))
        known = (elected != DAY_MIN) & (years > 0)
        ends = declared.copy()
        missing = np.flatnonzero(known & (declared == DAY_MIN))
        ends[missing] = add_months(elected[missing], 12 * years[missing])
        return ends

    return view.once("term-ends", make)


def over(view: View, numbers: Numbers) -> Breached:
    """Terms that ended more than `months` ago."""
    ends = term_ends(view)
    known = with_term(view) & (ends != DAY_MIN)
    late = np.zeros(len(ends), bool)
    late[known] = add_months(ends[known], int(numbers["months"])) < view.today
    return found(view, "Organization", known, late, ends)


def ending(view: View, numbers: Numbers) -> Breached:
    """Terms that end today or within `months`."""
    ends = term_ends(view)
    known = with_term(view) & (ends != DAY_MIN)
    until = int(add_months(np.array([view.today]), int(numbers["months"]))[0])
    return found(view, "Organization", known, (ends >= view.today) & (ends <= until), ends)


def odd_length(view: View, _: Numbers) -> Breached:
    """Declared lengths that are not those of the regulation (the profile's where it names one for the tier)."""
    own = view.values("Organization", "term_years")
    expected = profile_years(view)
    for kind, years in NATIONAL:
        expected = np.where((expected == 0) & kinds(view, (kind,)) & ~seated(view, UNSETTLED), years, expected)
    expected = np.where(seated(view, ("社区", "村")), 5, expected)
    return found(view, "Organization", with_term(view) & (own > 0) & (expected > 0), own != expected, own)


def outside_frame(view: View, numbers: Numbers) -> Breached:
    """Declared lengths outside three to five years."""
    own = view.values("Organization", "term_years")
    bad = (own < numbers["shortest"]) | (own > numbers["longest"])
    return found(view, "Organization", with_term(view) & (own >= 0), bad, own)
