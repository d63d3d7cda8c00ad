"""Rules that tie the form, size and term of an organization to its members by kind of place (R17–R20, R29)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from graph.analysis.evidence import GROUP
from graph.analysis.rules.facts import (
    BRANCHES,
    COMMITTEE,
    GENERAL,
    TEMPORARY,
    kinds,
    members_within,
    own_unit,
    regime,
    seated,
    superior_of,
)
from graph.analysis.rules.form import Breached, Numbers, found
from graph.analysis.rules.tenure import with_term
from graph.snapshot import DAY_MIN
from graph.view import View

Array = NDArray[Any]
Find = Callable[[View, Numbers], Breached]
TOWNS = ("镇", "乡")


def _top_of_unit(view: View) -> Array:
    """Bool over the organization range: a unit's own organization whose superior is not of the same unit."""
    unit, span = own_unit(view), view.snapshot.span("Organization")
    superior = superior_of(view)
    above = np.where(superior >= 0, unit[np.maximum(superior - span.start, 0)], -1)
    return np.asarray((unit >= 0) & (unit != above))


def form_too_high(name: str) -> Find:
    """The check of a regime's committees below `committee` members without a record of their approval."""

    def check(view: View, numbers: Numbers) -> Breached:
        total = members_within(view)
        judged = regime(view, name) & _top_of_unit(view) & kinds(view, (COMMITTEE,)) & (total >= 0)
        few = (total < numbers["committee"]) & (view.values("Organization", "approved_by") == 0)
        return found(view, "Organization", judged, few, total)

    return check


def form_too_low(name: str) -> Find:
    """The check of a regime's branches from `general` and general branches from `committee` members on."""

    def check(view: View, numbers: Numbers) -> Breached:
        total = members_within(view)
        branch, general = kinds(view, BRANCHES), kinds(view, (GENERAL,))
        judged = regime(view, name) & _top_of_unit(view) & (branch | general | kinds(view, (COMMITTEE,))) & (total >= 0)
        bad = (branch & (total >= numbers["general"])) | (general & (total >= numbers["committee"]))
        return found(view, "Organization", judged, bad, total)

    return check


def term_of_regime(name: str) -> Find:
    """The check of a regime's declared terms: `committee` years, `branch` years for branches and general branches."""

    def check(view: View, numbers: Numbers) -> Breached:
        own = view.values("Organization", "term_years")
        committee, lower = kinds(view, (COMMITTEE,)), kinds(view, (GENERAL, *BRANCHES))
        judged = regime(view, name) & with_term(view) & (own > 0) & (committee | lower)
        bad = (committee & (own != numbers["committee"])) | (lower & (own != numbers["branch"]))
        return found(view, "Organization", judged, bad, own)

    return check


def rural_term(view: View, numbers: Numbers) -> Breached:
    """Declared terms of town committees and of village organizations that are not `years`."""
    own = view.values("Organization", "term_years")
    rural = seated(view, ("村",)) | (kinds(view, (COMMITTEE,)) & seated(view, TOWNS))
    return found(view, "Organization", rural & with_term(view) & (own > 0), own != numbers["years"], own)


def town_committee(view: View, numbers: Numbers) -> Breached:
    """Town committees whose members number less than `least` or more than `most`."""
    size = view.values("Organization", "committee_size")
    judged = kinds(view, (COMMITTEE,)) & seated(view, TOWNS) & (size >= 0)
    return found(view, "Organization", judged, (size < numbers["least"]) | (size > numbers["most"]), size)


def village_committee(view: View, numbers: Numbers) -> Breached:
    """Village 党委 with fewer members than `committee`."""
    total = members_within(view)
    judged = kinds(view, (COMMITTEE,)) & seated(view, ("村",)) & (total >= 0)
    return found(view, "Organization", judged, total < numbers["committee"], total)


def village_approval(view: View, _: Numbers) -> Breached:
    """Village 党委 without a record of the county's approval."""
    judged = kinds(view, (COMMITTEE,)) & seated(view, ("村",))
    return found(view, "Organization", judged, view.values("Organization", "approved_by") == 0)


def community_form(view: View, numbers: Numbers) -> Breached:
    """Community organizations whose form does not fit their members."""
    total, community = members_within(view), seated(view, ("社区",))
    committee, general, branch = (kinds(view, k) for k in ((COMMITTEE,), (GENERAL,), BRANCHES))
    bad = (branch & (total > numbers["general"])) | (general & (total >= numbers["committee"]))
    return found(view, "Organization", community & (committee | general | branch) & (total >= 0), bad, total)


def size_between(of_kinds: tuple[str, ...]) -> Find:
    """The check of committees of organizations of some kinds outside `least` to `most` members."""

    def check(view: View, numbers: Numbers) -> Breached:
        size = view.values("Organization", "committee_size")
        bad = (size < numbers["least"]) | (size > numbers["most"])
        return found(view, "Organization", kinds(view, of_kinds) & (size > 0), bad, size)

    return check


def dispatched_with_term(view: View, _: Numbers) -> Breached:
    """街道党工委 with an election or a term: they are sent out, not elected."""
    dated = (view.values("Organization", "elected") != DAY_MIN) | (view.values("Organization", "term_ends") != DAY_MIN)
    bad = dated | (view.values("Organization", "term_years") > 0)
    return found(view, "Organization", kinds(view, ("党工委",)), bad)


def informal_members(view: View, _: Numbers) -> Breached:
    """Temporary and functional organizations that count members as their own."""
    members = view.values("Organization", "members")
    return found(view, "Organization", kinds(view, (TEMPORARY, "功能型党组织")) & (members >= 0), members > 0, members)


def groups_exceed(view: View, _: Numbers) -> Breached:
    """Branches whose groups together have more members than the branch."""
    members, span = view.values("Organization", "members"), view.snapshot.span("Organization")
    superior = superior_of(view)
    group = kinds(view, (GROUP,)) & (superior >= 0) & (members >= 0) & view.inside[span]
    total = np.bincount(superior[group] - span.start, members[group], span.stop - span.start).astype(np.int64)
    judged = kinds(view, BRANCHES) & (members >= 0) & (total > 0)
    return found(view, "Organization", judged, total > members, total)


def subordinates_exceed(view: View, _: Numbers) -> Breached:
    """Committees and general branches that give fewer members than the organizations below them together."""
    members, total = view.values("Organization", "members"), members_within(view)
    judged = kinds(view, (COMMITTEE, GENERAL)) & (members >= 0)
    return found(view, "Organization", judged, total > members, total)


def full_exceed(view: View, _: Numbers) -> Breached:
    """Organizations with more full members than members."""
    members, full = view.values("Organization", "members"), view.values("Organization", "full_members")
    return found(view, "Organization", (members >= 0) & (full >= 0), full > members, full)
