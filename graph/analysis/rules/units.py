"""Rules about units and projects: who must have a branch (R01, R03, R04), committees (R26, R27), scope (R33)."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from graph.analysis.evidence import advice
from graph.analysis.rules.facts import BRANCHES, TEMPORARY, kinds, unit_cover
from graph.analysis.rules.form import Breached, Numbers, found
from graph.analysis.rules.tenure import add_months
from graph.snapshot import DAY_MIN
from graph.view import View

Array = NDArray[Any]


def _operating(view: View) -> Array:
    """Bool over the unit range: not declared as out of operation."""
    return np.asarray(view.values("Unit", "operating") != 0)


def without_branch(view: View, numbers: Numbers) -> Breached:
    """Units with `least` (up to `most`) full members that have no organization, alone or jointly."""
    full = view.values("Unit", "full_members")
    alone, jointly, _ = unit_cover(view)
    judged = _operating(view) & (full >= numbers["least"]) & (full <= numbers.get("most", np.inf))
    return found(view, "Unit", judged, ~alone & ~jointly, full)


def to_be_split(view: View, numbers: Numbers) -> Breached:
    """Units in a joint organization only, whose full members suffice for a branch of their own."""
    full = view.values("Unit", "full_members")
    alone, jointly, joint = unit_cover(view)
    return found(view, "Unit", jointly & (full >= 0), ~alone & (full >= numbers["least"]), full, joint)


def too_many_units(view: View, numbers: Numbers) -> Breached:
    """Joint branches that cover more units than `most`."""
    _, _, joint = unit_cover(view)
    span = view.snapshot.span("Organization")
    held = np.bincount(joint[joint >= 0] - span.start, minlength=span.stop - span.start)
    return found(view, "Organization", held > 0, held > numbers["most"], held)


def project_without_branch(view: View, numbers: Numbers) -> Breached:
    """Projects of at least `months` with `least` full members for which no branch answers."""
    starts, ends = (view.values("Project", c).astype(np.int64) for c in ("starts", "ends"))
    full, span = view.values("Project", "full_members"), view.snapshot.span("Project")
    known = (starts != DAY_MIN) & (ends != DAY_MIN)
    # From 1 January to 30 June are six months: the last day counts.
    long = ends + 1 >= add_months(np.where(known, starts, 0), int(numbers["months"]))
    edges = view.edges("RESPONSIBLE_FOR")
    organizations = view.snapshot.span("Organization")
    branch = (edges.source >= organizations.start) & (edges.source < organizations.stop)
    branch[branch] = kinds(view, (*BRANCHES, TEMPORARY, "功能型党组织"))[edges.source[branch] - organizations.start]
    served = np.zeros(view.snapshot.n, bool)
    served[edges.target[branch]] = True
    return found(view, "Project", known & long & (full >= numbers["least"]), ~served[span], full)


def committee_size(kind: str) -> Any:
    """The check of 居委会 or 村委会 whose number of members lies outside `least` to `most`."""

    def check(view: View, numbers: Numbers) -> Breached:
        size = view.values("Unit", "committee_size")
        bad = (size < numbers["least"]) | (size > numbers["most"])
        return found(view, "Unit", view.coded("Unit", "kind", (kind,)) & (size >= 0), bad, size)

    return check


def without_adviser(view: View, numbers: Numbers) -> Breached:
    """两新 units of the campaign's scope without a member, organization or adviser."""
    people, members = view.values("Unit", "employees"), view.values("Unit", "members")
    firm, society = (view.coded("Unit", "kind", (k,)) for k in ("非公企业", "社会组织"))
    scope = firm & (view.coded("Unit", "scale", ("规上", "三有")) | (people >= numbers["firm_employees"]))
    scope |= society & (people >= numbers["society_employees"])
    alone, jointly, _ = unit_cover(view)
    advised = np.zeros(view.snapshot.n, bool)
    advised[advice(view).target] = True
    judged = scope & _operating(view) & (members == 0)
    return found(view, "Unit", judged, ~alone & ~jointly & ~advised[view.snapshot.span("Unit")], people)
