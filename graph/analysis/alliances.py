"""联盟与联席: which tier must have one, who is missing, which has not met within its period, how the chair rotates."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from graph.analysis.answer import Answer, Row, answer
from graph.analysis.asked import asked_nodes, notice
from graph.analysis.pairing import gini
from graph.analysis.tiers import of_tiers
from graph.profile import AllianceRule, Member
from graph.snapshot import DAY_MIN, NULL_INT, date_text
from graph.view import View

Array = NDArray[Any]
STATES = ("ok", "missing", "incomplete", "dormant", "unknown")


def alliance_status(view: View, area: str | None = None) -> Answer:
    """Rows of interface.md's alliance-status shape (and `members`, `part_time`, `period_days`, `chair`).

    missing: the profile asks for one and there is none; incomplete: `missing` names the leader or the elements of the
    profile's composition that are not in it; dormant: in force longer than its period and not met within it;
    unknown: no record of any meeting (and not younger than its period); ok: none of these.
    `chair`: turns of 轮值主席 by member, ended ones included, with their Gini coefficient (0: all equal).
    """
    rules = view.profile.alliances
    rows: list[Row] = []
    behind: list[int] = []
    held = _convened(view)
    areas = asked_nodes(view, "Area", area)
    at = areas - view.snapshot.span("Area").start
    for rule in rules:
        for place in areas[view.coded("Area", "kind", rule.area_kinds)[at]].tolist():
            behind.append(place)
            found = [a for a in held.get(place, []) if view.kind(a) == rule.kind]
            behind += found
            if found:
                rows += [_row(view, rule, place, a) for a in found]
            elif rule.required:
                rows.append(_absent(view, rule, place))
    count = {s: sum(s in r["states"] for r in rows) for s in STATES}
    missing = []
    if not rules:
        missing.append(notice("no-alliances", f"治理方案“{view.profile.name}”没有声明联盟，无法判断缺失。"))
    elif not rows:
        missing.append(notice("no-areas", "所查范围内没有应建联盟的区域。"))
    return answer(view, rows, {"states": count, "notices": missing}, behind)


def _convened(view: View) -> dict[int, list[int]]:
    """Area → alliances convened in it."""
    out: dict[int, list[int]] = {}
    edges = view.edges("CONVENED_IN")
    for alliance, place in sorted(zip(edges.source.tolist(), edges.target.tolist(), strict=True)):
        out.setdefault(place, []).append(alliance)
    return out


def _absent(view: View, rule: AllianceRule, place: int) -> Row:
    return {
        "tier": rule.tier,
        "local": rule.local,
        "area": view.ref(place),
        "alliance": None,
        "states": ["missing"],
        "missing": [rule.local],
        "last_met": None,
        "members": 0,
        "part_time": 0,
        "period_days": rule.period_days,
        "chair": None,
    }


def _row(view: View, rule: AllianceRule, place: int, alliance: int) -> Row:
    edges = view.edges("MEMBER_OF")
    mine = edges.target == alliance
    members = np.unique(edges.source[mine])
    leads = edges.source[mine & view.edge_coded(edges, "role", ("牵头", "召集人"))]
    lacking = []
    if rule.leader_tiers and not _of_tier(view, leads, rule.leader_tiers).any():
        lacking.append("、".join(rule.leader_tiers) + "（牵头）")
    lacking += [m.name for m in rule.composition if _fitting(view, members, m) < m.minimum]
    met, period = _last_met(view, alliance), _period(view, rule, alliance)
    states = ["incomplete"] if lacking else []
    since = int(view.snapshot.arrays["since"][alliance])
    young = period is not None and since != DAY_MIN and since >= view.today - period
    if met == DAY_MIN and not young:
        states.append("unknown")
    elif period is not None and met < view.today - period and not young:
        states.append("dormant")
    return {
        "tier": rule.tier,
        "local": rule.local,
        "area": view.ref(place),
        "alliance": view.ref(alliance),
        "states": states or ["ok"],
        "missing": lacking,
        "last_met": date_text(met),
        "members": len(members),
        "part_time": _part_time(view, alliance, leads),
        "period_days": period,
        "chair": _chair(view, alliance),
    }


def _of_tier(view: View, nodes: Array, tiers: tuple[str, ...]) -> Array:
    """Bool per node: an organization of one of the tiers."""
    span = view.snapshot.span("Organization")
    flags = of_tiers(view, tiers)
    here = (nodes >= span.start) & (nodes < span.stop)
    out = np.zeros(len(nodes), bool)
    out[here] = flags[nodes[here] - span.start]
    return out


def _fitting(view: View, members: Array, element: Member) -> int:
    """How many members are what an element of the composition asks for; an organization stands for its unit."""
    fits = _of_tier(view, members, element.tiers) if element.tiers else np.zeros(len(members), bool)
    if element.unit_kinds or element.sectors:
        span = view.snapshot.span("Unit")
        belongs = view.edges("BELONGS_TO")
        unit = np.where((members >= span.start) & (members < span.stop), members, -1)
        for i in np.flatnonzero(np.isin(members, belongs.source)).tolist():
            unit[i] = belongs.target[np.flatnonzero(belongs.source == members[i])[0]]
        flags = view.coded("Unit", "kind", element.unit_kinds) & view.coded("Unit", "sector", element.sectors)
        known = unit >= 0
        fits[known] |= flags[unit[known] - span.start]
    return int(fits.sum())


def _last_met(view: View, alliance: int) -> int:
    """The last day up to `as_of` of an activity that the alliance took part in, DAY_MIN for none."""
    took, span = view.edges("TOOK_PART"), view.snapshot.span("Activity")
    days = view.values("Activity", "date")[took.target[took.source == alliance] - span.start].astype(np.int64)
    days = days[days <= view.today]
    return int(days.max(initial=DAY_MIN))


def _period(view: View, rule: AllianceRule, alliance: int) -> int | None:
    own = int(view.values("Alliance", "period_days")[alliance - view.snapshot.span("Alliance").start])
    return rule.period_days if own == NULL_INT else own


def _part_time(view: View, alliance: int, leads: Array) -> int:
    """Number of 兼职委员 posts of the alliance or of the organizations that lead it."""
    seats = view.once("part_time", lambda: _part_time_seats(view))
    return int(((seats == alliance) | np.isin(seats, leads)).sum())


def _part_time_seats(view: View) -> Array:
    """What each 兼职委员 is a post of."""
    of, span = view.edges("OF"), view.snapshot.span("Post")
    return np.asarray(of.target[view.coded("Post", "kind", ("兼职委员",))[of.source - span.start]])


def _chair(view: View, alliance: int) -> Row | None:
    """Turns in the rotating chair by member up to `as_of`; None if the ledger knows of none."""
    column = view.snapshot.edge_column
    words = view.snapshot.edge_words("MEMBER_OF", "role")
    if "轮值主席" not in words:
        return None
    chosen = (column("MEMBER_OF", "to") == alliance) & (column("MEMBER_OF", "since") <= view.today)
    chosen &= column("MEMBER_OF", "role") == words.index("轮值主席")
    turns = column("MEMBER_OF", "from")[chosen]
    if not len(turns):
        return None
    edges = view.edges("MEMBER_OF")
    could = np.union1d(edges.source[edges.target == alliance], turns)
    by_member = [int((turns == m).sum()) for m in could.tolist()]
    return {"turns": len(turns), "members": len(could), "never": by_member.count(0), "gini": gini(by_member)}
