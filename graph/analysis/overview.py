"""总览: one row per reporting area, every figure with its denominator, and how much of it is made up."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from graph.analysis.answer import Answer, Row, answer
from graph.analysis.asked import asked_areas, notice, reported_areas
from graph.analysis.coverage import CoverageCounts, coverage_counts, seats
from graph.analysis.pairing import unpaired
from graph.analysis.partners import DORMANT, EXPIRED, partners
from graph.analysis.tiers import places
from graph.snapshot import DAY_MIN, date_text
from graph.tree import Forest
from graph.view import View

Array = NDArray[Any]

COMMITTEES = ("党委", "党工委", "机关工委", "两新工委", "行业党委", "行业综合党委")
TEMPORARY = ("临时党支部", "功能型党组织", "流动党员党支部")
KINDS = {
    "committees": COMMITTEES,
    "general_branches": ("党总支",),
    "branches": ("党支部", "联合党支部"),
    "temporary": TEMPORARY,
    "groups": ("党小组",),
    "houses": ("党员中心户",),
}


def overview(view: View, area: str | None = None, level: str | None = None) -> Answer:
    """One row for the asked area and each area of the reporting tier (or of `level`) below it.

    A row: `area`, numbers of organizations by sort (临时、功能型 apart; 党小组 and 中心户 are no organizations),
    `members` (formal relation only, each counted at the lowest organization that gives a number; null where none
    does), `coverage` by rule, `gaps`, `pairing`, `participation`, `self_governance`, `data_date`
    (the youngest first day of what lies there) and `generated`.
    """
    tops = asked_areas(view, area)
    shown = reported_areas(view, tops, level)
    start, forest = view.snapshot.span("Area").start, view.areas()
    columns = _columns(view, forest)
    counts = {r.id: coverage_counts(view, r) for r in view.profile.coverage}
    lacking = _lacking(view, forest)
    rows = []
    for p in shown:
        number = {name: int(column[p]) for name, column in columns.items()}
        by_rule: dict[str, Row] = {r.id: {"name": r.name} | _short(counts[r.id], p) for r in view.profile.coverage}
        rows.append(
            {
                "area": view.ref(p + start),
                **{k: number[k] for k in (*KINDS, "organizations")},
                "members": number["members"] if number["members_known"] else None,
                "coverage": by_rule,
                "gaps": sum(c["gaps"] for c in by_rule.values()),
                "pairing": None if lacking is None else {k: int(v[p]) for k, v in lacking.items()},
                "participation": _rate(number["participating"], number["units"]),
                "self_governance": _rate(number["self_governed"], number["estates"]),
                "data_date": date_text(number["latest"]),
                "generated": number["generated"],
            }
        )
    behind = [view.nodes(label) for label in ("Area", "Organization", "Unit")]
    missing = [] if tops else [notice("no-area", f"数据中没有{view.profile.root_area_kind}一级的区域，无法汇总。")]
    return answer(view, rows, {"rows": len(rows), "notices": missing}, np.concatenate(behind))


def _short(counts: CoverageCounts, place: int) -> Row:
    total, covered = int(counts.total[place]), int(counts.covered[place])
    return {"total": total, "covered": covered, "gaps": total - covered, "rate": covered / total if total else None}


def _rate(n: int, of: int) -> Row:
    return {"n": n, "of": of, "rate": n / of if of else None}


def rolled_up(view: View, forest: Forest, nodes: Array, weights: Array | None = None) -> Array:
    """Per area the number (or the sum of weights) of nodes in it or below it."""
    seat = seats(view, nodes)
    kept = seat >= 0
    own = np.bincount(seat[kept], None if weights is None else weights[kept], len(forest.parent))
    return forest.within(own.astype(np.int64))


def _columns(view: View, forest: Forest) -> dict[str, Array]:
    organizations, units, areas = view.nodes("Organization"), view.nodes("Unit"), view.nodes("Area")
    # 驻区 is what is located somewhere.
    units = units[view.home()[units] >= 0]
    at = organizations - view.snapshot.span("Organization").start
    out = {
        name: rolled_up(view, forest, organizations[view.coded("Organization", "kind", kinds)[at]])
        for name, kinds in KINDS.items()
    }
    out["organizations"] = out["committees"] + out["general_branches"] + out["branches"]
    lowest = counted_members(view)[at]
    out["members"] = rolled_up(view, forest, organizations, np.maximum(lowest, 0))
    out["members_known"] = rolled_up(view, forest, organizations[lowest >= 0])
    out["units"] = rolled_up(view, forest, units)
    out["participating"] = rolled_up(view, forest, units[participating(view)[units]])
    estates = areas[view.coded("Area", "kind", ("小区",))[areas - view.snapshot.span("Area").start]]
    out["estates"] = rolled_up(view, forest, estates)
    out["self_governed"] = rolled_up(view, forest, estates[self_governed(view)[estates]])
    everything = np.concatenate([areas, organizations, view.nodes("Unit")])
    out["generated"] = rolled_up(view, forest, everything[view.snapshot.arrays["generated"][everything]])
    out["latest"] = _latest(view, forest, everything)
    return out


def counted_members(view: View) -> Array:
    """Members to be counted at each organization (over the organization range; -1: none; formal relation only).

    Only the lowest organization that gives a number counts, so that a committee's sum is not added to its branches';
    temporary and functional organizations, 党小组 and 中心户 never count.
    """
    members = view.values("Organization", "members")
    span = view.snapshot.span("Organization")
    formal = places(view).statistical & ~view.coded("Organization", "kind", TEMPORARY) & view.inside[span]
    known = formal & (members >= 0)
    lowest = known & (view.organizations().below(known.astype(np.int64)) == 0)
    return np.asarray(np.where(lowest, members, -1))


def participating(view: View) -> Array:
    """Bool per node number: a unit with an active pairing, a report, a membership or a claim.

    What its own organization does counts for it. A pairing that is expired or dormant is not active.
    """
    flags = np.zeros(view.snapshot.n, bool)
    if view.profile.pairing is not None:
        found = partners(view, view.profile.pairing)
        flags[found.unit[(found.state != EXPIRED) & (found.state != DORMANT)]] = True
    for type_ in ("REPORTED_TO", "MEMBER_OF", "CLAIMS"):
        flags[view.crossing(type_).source] = True
    belongs = view.edges("BELONGS_TO")
    flags[belongs.target[flags[belongs.source]]] = True
    return flags


def self_governed(view: View) -> Array:
    """Bool per node number: an area with a 业委会 or 自管组织 that manages it or sits in it."""
    flags = np.zeros(view.snapshot.n, bool)
    span = view.snapshot.span("Unit")
    bodies = view.coded("Unit", "kind", ("业委会", "自管组织"))
    for type_ in ("MANAGES", "LOCATED_IN"):
        edges = view.edges(type_)
        unit = (edges.source >= span.start) & (edges.source < span.stop)
        source, target = edges.source[unit], edges.target[unit]
        flags[target[bodies[source - span.start]]] = True
    return flags


def _latest(view: View, forest: Forest, nodes: Array) -> Array:
    """Per area the youngest first day of what lies in it or below it, DAY_MIN where none is known."""
    since = view.snapshot.arrays["since"][nodes]
    seat = seats(view, nodes)
    latest = np.full(len(forest.parent), DAY_MIN, np.int64)
    kept = seat >= 0
    np.maximum.at(latest, seat[kept], since[kept])
    for depth in range(int(forest.depth.max(initial=0)), 0, -1):
        level = np.flatnonzero(forest.depth == depth)
        np.maximum.at(latest, forest.parent[level], latest[level])
    return latest


def _lacking(view: View, forest: Forest) -> dict[str, Array] | None:
    """Per area the numbers of communities, of those without any partner, lacking a kind, and with none alive."""
    if view.profile.pairing is None:
        return None
    span = view.snapshot.span("Area")
    areas = view.nodes("Area")
    paired = areas[view.coded("Area", "kind", view.profile.pairing.area_kinds)[areas - span.start]]
    out = {"communities": rolled_up(view, forest, paired)}
    rows = [r for r in unpaired(view).rows if r["side"] == "community"]
    at = [view.index(r["area"]["id"]) - span.start for r in rows]
    for state in ("none", "kind_missing", "expired", "dormant", "unknown"):
        held = [a for a, row in zip(at, rows, strict=True) if state in row["states"]]
        out[state] = forest.within(np.bincount(np.array(held, np.int64), minlength=len(forest.parent)))
    return out
