"""Rules about branches and groups: size, approval, committee, temporary and floating ones (R02, R05–R10, R14, R15)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from graph.analysis.evidence import GROUP
from graph.analysis.rules.facts import BRANCHES, TEMPORARY, kinds, posts_of, superior_of
from graph.analysis.rules.form import Breached, Numbers, found
from graph.scope import in_force
from graph.snapshot import DAY_MIN, NULL_INT
from graph.view import View

Array = NDArray[Any]
FLOATING = "流动党员党支部"
_APPROVERS = ("支部", "支部委员会", "党小组", "总支", "总支部", "总支部委员会")


def _full(view: View) -> Array:
    return view.values("Organization", "full_members")


def too_large(view: View, numbers: Numbers) -> Breached:
    """Branches with more members than `most`."""
    members = view.values("Organization", "members")
    return found(view, "Organization", kinds(view, BRANCHES) & (members >= 0), members > numbers["most"], members)


def too_small(view: View, numbers: Numbers) -> Breached:
    """Branches with fewer full members than `least`; without that number, with fewer members."""
    full = _full(view)
    number = np.where(full >= 0, full, view.values("Organization", "members"))
    # Members known to be enough say nothing of the full ones among them.
    known = (full >= 0) | ((number >= 0) & (number < numbers["least"]))
    return found(view, "Organization", kinds(view, BRANCHES) & known, number < numbers["least"], number)


def not_approved(*of_kinds: str) -> Callable[[View, Numbers], Breached]:
    """The check of organizations of some kinds without a record of who approved them."""

    def check(view: View, _: Numbers) -> Breached:
        return found(view, "Organization", kinds(view, of_kinds), view.values("Organization", "approved_by") == 0)

    return check


def approved_too_low(view: View, _: Numbers) -> Breached:
    """Branches approved by what is no 基层党委 or above."""
    words = view.snapshot.words("Organization", "approved_by")
    column = view.values("Organization", "approved_by")
    low = np.array([w.endswith(_APPROVERS) for w in words], bool)[column]
    return found(view, "Organization", kinds(view, BRANCHES) & (column > 0), low)


def floating_unbound(view: View, _: Numbers) -> Breached:
    """Floating branches without a sender (formal superior) or a host (业务指导)."""
    span = view.snapshot.span("Organization")
    hosted = np.zeros(span.stop - span.start, bool)
    hosted[view.edges("GUIDED_BY").source - span.start] = True
    sent = (superior_of(view) >= 0) | (view.values("Organization", "external_superior") > 0)
    return found(view, "Organization", kinds(view, (FLOATING,)), ~(hosted & sent))


def temporary_with_term(view: View, _: Numbers) -> Breached:
    """Temporary branches with an election or a term."""
    dated = (view.values("Organization", "elected") != DAY_MIN) | (view.values("Organization", "term_ends") != DAY_MIN)
    bad = dated | (view.values("Organization", "term_years") > 0)
    return found(view, "Organization", kinds(view, (TEMPORARY,)), bad)


def temporary_outlived(view: View, _: Numbers) -> Breached:
    """Temporary branches whose unit has ended and that have no other."""
    snapshot, span = view.snapshot, view.snapshot.span("Organization")
    alive = in_force(snapshot.arrays["since"], snapshot.arrays["until"], view.today)
    ended, living = np.zeros(snapshot.n, bool), np.zeros(snapshot.n, bool)
    gone = np.full(snapshot.n, -1, np.int64)
    units = snapshot.span("Unit")
    for type_ in ("BELONGS_TO", "COVERS"):
        source, target = snapshot.edge_column(type_, "from"), snapshot.edge_column(type_, "to")
        of_unit = (target >= units.start) & (target < units.stop)
        source, target = source[of_unit], target[of_unit]
        over = snapshot.arrays["until"][target] < view.today
        ended[source[over]], gone[source[over]] = True, target[over]
        living[source[alive[target]]] = True
    judged = kinds(view, (TEMPORARY,)) & (ended | living)[span]
    return found(view, "Organization", judged, (ended & ~living)[span], None, gone[span])


def no_committee(view: View, numbers: Numbers) -> Breached:
    """Branches with `full` or more full members that are declared to have no committee."""
    size, full = view.values("Organization", "committee_size"), _full(view)
    judged = kinds(view, BRANCHES) & (full >= numbers["full"]) & (size != NULL_INT)
    return found(view, "Organization", judged, size == 0, full)


def committee_too_small(view: View, numbers: Numbers) -> Breached:
    """Branch committees of fewer than `least`."""
    size = view.values("Organization", "committee_size")
    judged = kinds(view, BRANCHES) & (size > 0) & ((_full(view) >= numbers["full"]) | (size > 1))
    return found(view, "Organization", judged, size < numbers["least"], size)


def committee_too_large(view: View, numbers: Numbers) -> Breached:
    """Branch committees of more than `most`."""
    size = view.values("Organization", "committee_size")
    return found(view, "Organization", kinds(view, BRANCHES) & (size > 0), size > numbers["most"], size)


def needless_committee(view: View, numbers: Numbers) -> Breached:
    """Branches with fewer than `full` full members that have a committee."""
    size, full = view.values("Organization", "committee_size"), _full(view)
    judged = kinds(view, BRANCHES) & (full >= 0) & (full < numbers["full"]) & (size >= 0)
    return found(view, "Organization", judged, size > 2, size)


def no_secretary(view: View, numbers: Numbers) -> Breached:
    """Branches whose full members number `least` to `most` without a 书记, where the ledger lists secretaries."""
    full, listed = _full(view), posts_of(view, "Organization", "书记", held=False)
    branch = kinds(view, BRANCHES)
    if not (listed[branch] > 0).any():
        branch = np.zeros_like(branch)
    judged = branch & (full >= numbers["least"]) & (full <= numbers.get("most", np.inf))
    return found(view, "Organization", judged, posts_of(view, "Organization", "书记", held=True) == 0, full)


def too_many_deputies(view: View, numbers: Numbers) -> Breached:
    """Branches whose full members number `least` to `most` with more 副书记 than one."""
    full, deputies = _full(view), posts_of(view, "Organization", "副书记", held=True)
    judged = kinds(view, BRANCHES) & (full >= numbers["least"]) & (full <= numbers.get("most", np.inf))
    return found(view, "Organization", judged & (deputies > 0), deputies > 1, deputies)


def group_without_branch(view: View, _: Numbers) -> Breached:
    """Groups whose formal superior is no branch."""
    span = view.snapshot.span("Organization")
    superior = superior_of(view)
    branch = kinds(view, (*BRANCHES, TEMPORARY, FLOATING))
    fits = (superior >= 0) & branch[np.maximum(superior - span.start, 0)]
    return found(view, "Organization", kinds(view, (GROUP,)), ~fits, None, superior)


def group_without_leader(view: View, _: Numbers) -> Breached:
    """Groups without a 党小组组长 in office, where the ledger lists leaders."""
    group, listed = kinds(view, (GROUP,)), posts_of(view, "Organization", "党小组组长", held=False)
    if not (listed > 0).any():
        group = np.zeros_like(group)
    return found(view, "Organization", group, posts_of(view, "Organization", "党小组组长", held=True) == 0)


def group_too_small(view: View, numbers: Numbers) -> Breached:
    """Groups with fewer members than `least`, or none of them a full member."""
    members, full = view.values("Organization", "members"), _full(view)
    bad = ((members >= 0) & (members < numbers["least"])) | (full == 0)
    number = np.where(members >= 0, members, full)
    return found(view, "Organization", kinds(view, (GROUP,)) & (number >= 0), bad, number)
