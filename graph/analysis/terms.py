"""届满与换届: whose term is over, or ends within three, six or twelve months.

Sources: 关于党的基层组织任期的意见 (2018), 党章 第三十一条. Temporary branches and all 派出 committees have no term.
"""

from __future__ import annotations

import calendar
import datetime as dt

from graph.analysis.answer import Answer, Row, answer
from graph.analysis.asked import asked_nodes, notice
from graph.analysis.evidence import GROUP, HOUSE
from graph.analysis.tiers import place
from graph.view import View

DISPATCHED = ("党工委", "机关工委", "两新工委")
TERMLESS = (*DISPATCHED, "临时党支部", "功能型党组织", "流动党员党支部", GROUP, HOUSE)
MONTHS = (3, 6, 12)


def terms(view: View, area: str | None = None) -> Answer:
    """Rows `{"node", "area", "state", "term_ends", "basis", "days", "tier"}`, the longest overdue first.

    `state`: over, within_3, within_6, within_12 (months), later, unknown; only the first four and unknown are rows.
    `basis`: declared (届满日期), computed (换届时间 + own 任期年限), profile (换届时间 + the profile's years), none.
    The last day of a term still belongs to it.
    """
    nodes = asked_nodes(view, "Organization", area)
    rows: list[Row] = []
    count = dict.fromkeys(("over", *(f"within_{m}" for m in MONTHS), "later", "unknown"), 0)
    behind = []
    for node in nodes.tolist():
        _, tier = place(view, node)
        name = tier.tier if tier else None
        if view.kind(node) in TERMLESS or name in view.profile.terms.no_term_tiers:
            continue
        behind.append(node)
        ends, basis = term_end(view, node, name)
        state = _state(view.as_of, ends)
        count[state] += 1
        if state != "later":
            rows.append(
                {
                    "node": view.ref(node),
                    "area": view.ref(int(view.home()[node])),
                    "tier": name,
                    "state": state,
                    "term_ends": ends.isoformat() if ends else None,
                    "basis": basis,
                    "days": (ends - view.as_of).days if ends else None,
                }
            )
    rows.sort(key=lambda r: r["term_ends"] or "9999")
    missing = []
    if count["unknown"]:
        missing.append(notice("term-unknown", f"有{count['unknown']}个党组织既无届满日期也无换届时间，无法判断任期。"))
    if not behind:
        missing.append(notice("no-organizations", "所查范围内没有应按期换届的党组织。"))
    return answer(view, rows, {"of": len(behind), "states": count, "notices": missing}, behind)


def term_end(view: View, organization: int, tier: str | None) -> tuple[dt.date | None, str]:
    """The last day of the current term and what it rests on."""
    value = view.snapshot.value
    declared = value(organization, "term_ends")
    if declared:
        return dt.date.fromisoformat(declared), "declared"
    elected = value(organization, "elected")
    own = value(organization, "term_years")
    years = own or view.profile.terms.years.get(tier or "")
    if not elected or not years:
        return None, "none"
    return months_after(dt.date.fromisoformat(elected), 12 * years), "computed" if own else "profile"


def months_after(day: dt.date, months: int) -> dt.date:
    """The same day so many months later, the last of the month where there is none."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return dt.date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


def _state(today: dt.date, ends: dt.date | None) -> str:
    if ends is None:
        return "unknown"
    if ends < today:
        return "over"
    return next((f"within_{m}" for m in MONTHS if ends <= months_after(today, m)), "later")
