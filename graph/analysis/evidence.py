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
MODES = ("单独", "联合", "区域", "行业")
_CLASSES = np.array([SOLE, JOINT, WIDER, WIDER, NONE], np.int8)


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


@dataclass(frozen=True)
class Standing:
    """The covering ties to the nodes of one label, prepared for the rules: which kinds in which modes stand by whom.

    Args:
        codes: meaning of each code: kind of the organization (its word's code), index of the mode in `MODES` (4 for
            any other), whether the tie is made up.
        first: code of one tie of each node of the label's range, the last code (that of no tie) where there is none.
        more, code: positions within the range, and codes, of the further ties of nodes with several.
    """

    codes: tuple[Array, Array, Array]
    first: Array
    more: Array
    code: Array


def covering(view: View) -> tuple[Ties, Array]:
    """Organizations that cover (COVERS) or are a unit's own (BELONGS_TO), and the class of each tie; no 中心户.

    Classes: SOLE (单独, or no mode given), JOINT (联合, also a 联合党支部 of a unit), WIDER (区域, 行业).
    """

    def make() -> tuple[Ties, Array]:
        found, modes = _by_mode(view)
        return found, _CLASSES[modes]

    return view.once("covering", make)


def _by_mode(view: View) -> tuple[Ties, Array]:
    """The covering ties and the index of each one's mode in `MODES`, 4 for any other."""
    return view.once("covering modes", lambda: _covering(view))


def _covering(view: View) -> tuple[Ties, Array]:
    covers, belongs = view.edges("COVERS"), view.edges("BELONGS_TO")
    start = view.snapshot.span("Organization").start
    known = {"": 0, **{m: i for i, m in enumerate(MODES)}}
    modes = np.array([known.get(w, len(MODES)) for w in view.snapshot.edge_words("COVERS", "mode")], np.int8)
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
    found, modes = _by_mode(view)
    kinds = view.values("Organization", "kind")[found.source - view.snapshot.span("Organization").start]
    fits = _kinds_counted(view, rule)[kinds] & _modes_counted(rule)[modes]
    return found.take(fits), _CLASSES[modes[fits]]


def _kinds_counted(view: View, rule: CoverageRule) -> Array:
    """Bool per word of organizations' kinds."""
    words = view.snapshot.words("Organization", "kind")
    return np.array([w in rule.organization_kinds if rule.organization_kinds else w != GROUP for w in words], bool)


def _modes_counted(rule: CoverageRule) -> Array:
    return np.array([m in rule.modes for m in MODES] + [False])


def standing(view: View, label: str) -> Standing:
    """The covering ties to the nodes of a label."""
    return view.once(("standing", label), lambda: _standing(view, label))


def _standing(view: View, label: str) -> Standing:
    found, modes = _by_mode(view)
    span = view.snapshot.span(label)
    here = (found.target >= span.start) & (found.target < span.stop)
    kinds = view.values("Organization", "kind")[found.source[here] - view.snapshot.span("Organization").start]
    parts = kinds.astype(np.int64), modes[here].astype(np.int64), found.made_up[here].astype(np.int64)
    several = (len(view.snapshot.words("Organization", "kind")), len(MODES) + 1, 2)
    code = np.ravel_multi_index(parts, several)
    target = found.target[here] - span.start
    _, one = np.unique(target, return_index=True)
    first = np.full(span.stop - span.start, np.prod(several))
    first[target[one]] = code[one]
    rest = np.ones(len(target), bool)
    rest[one] = False
    kind, mode, made_up = np.unravel_index(np.arange(np.prod(several)), several)
    return Standing((kind, mode, made_up.astype(bool)), first, target[rest], code[rest])


def stands(view: View, rule: CoverageRule, label: str) -> Array:
    """Over a label's range, as bits: an organization that the rule counts stands by the node in class SOLE (1), JOINT
    (2), WIDER (4); one of them is no 党小组 (8), one is a 党小组 (16), one tie is made up (32)."""
    held = standing(view, label)
    kind, mode, made_up = held.codes
    group = np.array([w == GROUP for w in view.snapshot.words("Organization", "kind")], bool)[kind]
    counted = _kinds_counted(view, rule)[kind] & _modes_counted(rule)[mode]
    # A mode that is none of ours is never counted, so its shift does not matter.
    bits = (1 << _CLASSES[mode].astype(np.uint8)) | np.where(group, 16, 8) | np.where(made_up, 32, 0)
    table = np.append(np.where(counted, bits, 0), 0).astype(np.uint8)
    found = table[held.first]
    np.bitwise_or.at(found, held.more, table[held.code])
    return found


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


def accepted(view: View, rule: CoverageRule) -> Iterator[tuple[str, Ties]]:
    """For each kind of evidence that a rule accepts, the ties that are it."""
    for accept in rule.accepts:
        yield accept, evidence(view, rule, accept)


def evidence(view: View, rule: CoverageRule, accept: str) -> Ties:
    """The ties that are one kind of the evidence which a rule accepts."""
    if accept == "organization":
        return organizations(view, rule)[0]
    if accept == "work":
        return advice(view)
    if accept == "post":
        return posts(view, rule.post_kinds)
    if accept == "facility":
        served = ties(view, view.edges("SERVES"))
        return served.take(of_kind(view, "Facility", served.source, rule.facility_kinds))
    if accept == "project":
        return _projects(view)
    edges = view.edges("ASSIGNED_TO")
    sent = ties(view, edges).take(view.edge_coded(edges, "mode", rule.assignment_modes))
    return sent.take(~vacant(view)[sent.source])


def of_kind(view: View, label: str, nodes: Array, kinds: tuple[str, ...]) -> Array:
    """Bool per node, all of one label: of one of the kinds."""
    return np.asarray(with_kind(view, label, kinds)[nodes - view.snapshot.span(label).start])


def with_kind(view: View, label: str, kinds: tuple[str, ...]) -> Array:
    """Bool over a label's range: of one of the kinds."""
    return view.once(("of_kind", label, kinds), lambda: view.coded(label, "kind", kinds))


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
