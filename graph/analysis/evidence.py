"""What may cover an area or a unit: organizations, advisers, posts, facilities, projects, people sent there."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from graph.profile import CoverageRule
from graph.view import Edges, View

Array = NDArray[Any]
HOUSE, GROUP = "党员中心户", "党小组"
SOLE, JOINT, WIDER, NONE = 0, 1, 2, 3
_CLASS = {"": SOLE, "单独": SOLE, "联合": JOINT, "区域": WIDER, "行业": WIDER}


@dataclass(frozen=True)
class Ties:
    """Who (node number) stands for whom, and whether the relation or its source is made up."""

    source: Array
    target: Array
    made_up: Array

    def take(self, chosen: Array) -> Ties:
        """Some of them."""
        return Ties(self.source[chosen], self.target[chosen], self.made_up[chosen])


def ties(view: View, edges: Edges) -> Ties:
    """The ties of a relation type."""

    def make() -> Ties:
        flags = view.snapshot.arrays["generated"][edges.source]
        rows = view.snapshot.edge_column(edges.type, "generated")[edges.row] > 0
        return Ties(edges.source, edges.target, np.asarray(flags | rows))

    return view.once(("ties", edges.type), make)


def covering(view: View) -> tuple[Ties, Array]:
    """Organizations that cover (COVERS) or are a unit's own (BELONGS_TO), and the class of each tie; no 中心户.

    Classes: SOLE (单独, or no mode given), JOINT (联合, also a 联合党支部 of a unit), WIDER (区域, 行业).
    """
    return view.once("covering", lambda: _covering(view))


def _covering(view: View) -> tuple[Ties, Array]:
    covers, belongs = view.edges("COVERS"), view.edges("BELONGS_TO")
    start = view.snapshot.span("Organization").start
    modes = np.array([_CLASS.get(w, NONE) for w in view.snapshot.edge_words("COVERS", "mode")], np.int8)
    mode = modes[view.snapshot.edge_column("COVERS", "mode")[covers.row]]
    joint = view.coded("Organization", "kind", ("联合党支部",))[belongs.source - start].astype(np.int8)
    first, second = ties(view, covers), ties(view, belongs)
    both = Ties(
        np.concatenate([first.source, second.source]),
        np.concatenate([first.target, second.target]),
        np.concatenate([first.made_up, second.made_up]),
    )
    keep = ~view.coded("Organization", "kind", (HOUSE,))[both.source - start]
    return both.take(keep), np.concatenate([mode, joint])[keep]


def organizations(view: View, rule: CoverageRule) -> tuple[Ties, Array]:
    """The covering ties that a rule counts, and their classes.

    Without `organization_kinds` every kind counts but 党小组 (a tier, not an organization) and 党员中心户.
    """
    found, classes = covering(view)
    start = view.snapshot.span("Organization").start
    at = found.source - start
    if rule.organization_kinds:
        fits = view.coded("Organization", "kind", rule.organization_kinds)[at]
    else:
        fits = ~view.coded("Organization", "kind", (GROUP,))[at]
    allowed = np.array([m in rule.modes for m in ("单独", "联合")] + [bool({"区域", "行业"} & set(rule.modes)), False])
    fits &= allowed[classes]
    if len({"区域", "行业"} & set(rule.modes)) == 1:
        fits &= _wider_mode(view, rule)
    return found.take(fits), classes[fits]


def _wider_mode(view: View, rule: CoverageRule) -> Array:
    """Per covering tie: not of that wider mode which the rule does not accept."""
    covers, belongs = view.edges("COVERS"), view.edges("BELONGS_TO")
    start = view.snapshot.span("Organization").start
    refused = tuple({"区域", "行业"} - set(rule.modes))
    of_mode = np.concatenate([view.edge_coded(covers, "mode", refused), np.zeros(len(belongs), bool)])
    source = np.concatenate([covers.source, belongs.source])
    return np.asarray(~of_mode[~view.coded("Organization", "kind", (HOUSE,))[source - start]])


def advice(view: View) -> Ties:
    """Advisers (党建指导员, 工会, 共青团) of units; a vacant post advises nobody."""
    found = ties(view, view.edges("ADVISES"))
    return found.take(~vacant(view)[found.source])


def vacant(view: View) -> Array:
    """Bool per node number: a post that is declared 空缺."""

    def make() -> Array:
        flags = np.zeros(view.snapshot.n, bool)
        flags[view.snapshot.span("Post")] = view.coded("Post", "status", ("空缺",))
        return flags

    return view.once("vacant", make)


def accepted(view: View, rule: CoverageRule, covers: Ties | None = None) -> Iterator[tuple[str, Ties]]:
    """For each kind of evidence that a rule accepts, the ties that are it (`covers`: those of `organizations`)."""
    for accept in rule.accepts:
        if accept == "organization":
            yield accept, covers or organizations(view, rule)[0]
        elif accept == "work":
            yield accept, advice(view)
        elif accept == "post":
            yield accept, posts(view, rule.post_kinds)
        elif accept == "facility":
            served = ties(view, view.edges("SERVES"))
            yield accept, served.take(of_kind(view, "Facility", served.source, rule.facility_kinds))
        elif accept == "project":
            yield accept, _projects(view)
        else:
            edges = view.edges("ASSIGNED_TO")
            sent = ties(view, edges).take(view.edge_coded(edges, "mode", rule.assignment_modes))
            yield accept, sent.take(~vacant(view)[sent.source])


def of_kind(view: View, label: str, nodes: Array, kinds: tuple[str, ...]) -> Array:
    """Bool per node, all of one label: of one of the kinds."""
    mask = view.once(("of_kind", label, kinds), lambda: view.coded(label, "kind", kinds))
    return np.asarray(mask[nodes - view.snapshot.span(label).start])


def posts(view: View, kinds: tuple[str, ...]) -> Ties:
    """Posts of some kinds that are not vacant, and what they are posts of."""
    found = ties(view, view.edges("OF"))
    return found.take(of_kind(view, "Post", found.source, kinds) & ~vacant(view)[found.source])


def _projects(view: View) -> Ties:
    """Who has a project to answer for: units, and what an organization covers alone or jointly (or belongs to)."""
    charged = ties(view, view.edges("RESPONSIBLE_FOR"))
    span = view.snapshot.span("Project")
    charged = charged.take((charged.target >= span.start) & (charged.target < span.stop))
    flags = np.zeros((2, view.snapshot.n), bool)
    flags[0, charged.source] = True
    flags[1, charged.source[charged.made_up]] = True
    covers, classes = covering(view)
    close = covers.take((classes <= JOINT) & flags[0][covers.source])
    units = np.flatnonzero(flags[0][view.snapshot.span("Unit")]) + view.snapshot.span("Unit").start
    return Ties(
        np.concatenate([close.source, units]),
        np.concatenate([close.target, units]),
        np.concatenate([close.made_up | flags[1][close.source], flags[1][units]]),
    )
