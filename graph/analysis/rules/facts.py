"""What several rules ask of organizations and units, as arrays over their ranges, computed once a view."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from graph.analysis.evidence import GROUP, JOINT, SOLE, covering, of_kind, vacant
from graph.analysis.overview import counted_members
from graph.analysis.tiers import places
from graph.model import node_attributes
from graph.snapshot import DAY_MIN
from graph.view import View

Array = NDArray[Any]
BRANCHES = ("党支部", "联合党支部")
TEMPORARY = "临时党支部"
COMMITTEE, GENERAL = "党委", "党总支"
_REGIME_OF = {
    "机关": "机关",
    "群团": "机关",
    "派驻站所": "机关",
    "国企": "国企",
    "事业单位": "事业",
    "非公企业": "两新",
    "社会组织": "两新",
    "村委会": "农村",
    "居委会": "社区",
}


def kinds(view: View, names: tuple[str, ...]) -> Array:
    """Bool over the organization range: of one of the kinds."""
    return view.once(("rule-kinds", names), lambda: view.coded("Organization", "kind", names))


def seated(view: View, area_kinds: tuple[str, ...]) -> Array:
    """Bool over the organization range: stands at an area of one of the kinds."""
    seat, areas = places(view).seat, view.snapshot.span("Area")
    if areas.stop == areas.start:
        return np.zeros(len(seat), bool)
    fits = view.coded("Area", "kind", area_kinds)
    return np.asarray((seat >= 0) & fits[np.maximum(seat - areas.start, 0)])


def _lowest_target(view: View, type_: str) -> Array:
    """Over the organization range: the lowest node number a relation type leads to, -1 for none."""

    def make() -> Array:
        span = view.snapshot.span("Organization")
        target = np.full(span.stop - span.start, -1, np.int64)
        edges = view.edges(type_)
        order = np.argsort(edges.target)[::-1]
        target[edges.source[order] - span.start] = edges.target[order]
        return target

    return view.once(("lowest-target", type_), make)


def own_unit(view: View) -> Array:
    """Over the organization range: the unit (node number) whose own organization it is, -1 for none."""
    return _lowest_target(view, "BELONGS_TO")


def regime(view: View, name: str) -> Array:
    """Bool over the organization range: under the regulation for 机关, 国企 …, as declared, else by its unit."""

    def make() -> Array:
        unit, units = own_unit(view), view.snapshot.span("Unit")
        declared = np.array(view.snapshot.words("Organization", "regime"))[view.values("Organization", "regime")]
        derived = np.array([_REGIME_OF.get(w, "") for w in view.snapshot.words("Unit", "kind")])
        if units.stop == units.start:
            return np.asarray(declared)
        of_unit = derived[view.values("Unit", "kind")[np.maximum(unit - units.start, 0)]]
        return np.asarray(np.where(declared != "", declared, np.where(unit >= 0, of_unit, "")))

    return np.asarray(view.once("regime", make) == name)


def members_within(view: View) -> Array:
    """Over the organization range: members of it and all below it, each counted once; -1 where nothing is known."""

    def make() -> Array:
        counted = counted_members(view)
        below = view.organizations().within(np.maximum(counted, 0))
        known = view.organizations().within((counted >= 0).astype(np.int64)) > 0
        return np.asarray(np.where(known, np.maximum(below, view.values("Organization", "members")), -1))

    return view.once("members-within", make)


def superior_of(view: View) -> Array:
    """Over the organization range: the formal superior (node number; the lowest of several), -1 for none."""
    return _lowest_target(view, "SUBORDINATE_TO")


def posts_of(view: View, label: str, post: str, *, held: bool) -> Array:
    """Over the label's range: how many posts of a kind it has; `held`: only those that are not vacant."""

    def make() -> Array:
        edges, span = view.edges("OF"), view.snapshot.span(label)
        fits = of_kind(view, "Post", edges.source, (post,)) & (edges.target >= span.start) & (edges.target < span.stop)
        if held:
            fits &= ~vacant(view)[edges.source]
        return np.bincount(edges.target[fits] - span.start, minlength=span.stop - span.start)

    return view.once(("posts-of", label, post, held), make)


def unit_cover(view: View) -> tuple[Array, Array, Array]:
    """Over the unit range: has an organization alone; jointly; the joint organization's node number (-1: none).

    党小组 and 党员中心户 are no organizations; 区域 and 行业 cover a unit but are not its own.
    """

    def make() -> tuple[Array, Array, Array]:
        span = view.snapshot.span("Unit")
        ties, classes = covering(view)
        here = (ties.target >= span.start) & (ties.target < span.stop)
        here &= ~of_kind(view, "Organization", ties.source, (GROUP,))
        sole, joint = here & (classes == SOLE), here & (classes == JOINT)
        alone, together = np.zeros(span.stop - span.start, bool), np.full(span.stop - span.start, -1, np.int64)
        alone[ties.target[sole] - span.start] = True
        order = np.argsort(ties.source[joint])[::-1]
        together[ties.target[joint][order] - span.start] = ties.source[joint][order]
        return alone, together >= 0, together

    return view.once("unit-cover", make)


def recorded(view: View, table: str, attribute: str) -> bool:
    """Whether the ledger knows anything of an attribute (of a relation, when the table is a relation type)."""
    if not attribute:
        return len(view.edges(table)) > 0
    column = view.values(table, attribute)[view.inside[view.snapshot.span(table)]]
    type_ = next(a.type for a in node_attributes(table) if a.name == attribute)
    if type_ == "number":
        return bool((~np.isnan(column)).any())
    return bool((column > {"text": 0, "code": 0, "date": DAY_MIN}.get(type_, -1)).any())
