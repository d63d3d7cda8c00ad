"""The chain from the district committee to the party group, per line of the profile: where is it broken?

Faults (domain.md 1 and 3): 断链 broken, 越级 skipped, 孤立 isolated, 多头 multiple, 仅一个下级 single_child,
缺层 missing_tier. 党小组 and 党员中心户 are tiers of the chain, not organizations: shown apart by `statistical`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from graph.analysis.answer import Answer, Row, answer
from graph.analysis.asked import asked_nodes, asked_subtree, notice
from graph.analysis.evidence import HOUSE
from graph.analysis.missing import missing_tiers
from graph.analysis.tiers import Places, answering, places
from graph.errors import NotFoundError
from graph.profile import Line
from graph.scope import in_force
from graph.view import View

Array = NDArray[Any]

FAULTS = {
    "broken": "断链",
    "skipped": "越级",
    "isolated": "孤立",
    "multiple": "多头",
    "single_child": "仅一个下级",
    "missing_tier": "缺层",
}
_ORDER = {fault: i for i, fault in enumerate(FAULTS)}
_TEXTS = {
    "no_superior": "没有上级党组织，下级因此与区委断开",
    "superior_ended": "隶属的上级党组织已终止，未改隶",
    "cycle": "隶属关系成环，到不了区委",
    "superior_not_higher": "上级党组织在本条线中的层级不高于自己",
    "skipped": "越过了{expected}，直接隶属于更高一级",
    "isolated": "没有上级党组织，也没有下级",
    "multiple": "同时有{count}个正式上级",
    "single_child": "只有一个下级",
    "missing_tier": "本区域应有{expected}，没有",
}


@dataclass(frozen=True)
class Links:
    """The formal links of all organizations (arrays over the organization range).

    `superior` is a node number (-1: none; the lowest of several), `superiors` how many there are, `children` the
    direct subordinates, of which `houses` are 中心户; `external` has its superior outside the data, `ended` is
    bound to a superior that is no longer in force, `cut` is where a cycle was cut.
    """

    superior: Array
    superiors: Array
    children: Array
    houses: Array
    external: Array
    ended: Array
    cut: Array


def links(view: View) -> Links:
    """The formal links as of the view's day."""
    return view.once("links", lambda: _links(view))


def _links(view: View) -> Links:
    snapshot = view.snapshot
    span = snapshot.span("Organization")
    n = span.stop - span.start
    edges = view.edges("SUBORDINATE_TO")
    pairs = np.unique(np.stack([edges.source, edges.target], axis=1), axis=0)[::-1]
    child, parent = pairs[:, 0] - span.start, pairs[:, 1] - span.start
    superior = np.full(n, -1, np.int64)
    superior[child] = parent + span.start
    house = view.coded("Organization", "kind", (HOUSE,))
    external = np.ones(n, bool)
    external[snapshot.column("Organization", "external_superior") == 0] = False
    since, until = (snapshot.edge_column("SUBORDINATE_TO", c) for c in ("since", "until"))
    rows = in_force(since, until, view.today)
    source, target = (snapshot.edge_column("SUBORDINATE_TO", c)[rows] for c in ("from", "to"))
    alive = in_force(snapshot.arrays["since"], snapshot.arrays["until"], view.today)
    ended = np.zeros(n, bool)
    ended[source[view.inside[source] & ~alive[target]] - span.start] = True
    both = view.inside[np.maximum(superior, 0)] & (superior >= 0) & view.inside[span]
    return Links(
        superior,
        np.bincount(child, minlength=n),
        np.bincount(parent, minlength=n),
        np.bincount(parent[house[child]], minlength=n),
        external,
        ended & (superior < 0),
        both & (view.organizations().parent < 0),
    )


def chain(view: View, area: str | None = None, line: str | None = None) -> Answer:
    """Rows of interface.md's chain shape (and `line`, `reason`, `statistical`), in the official order.

    Totals: faults by kind, tiers of each line with their numbers and spans of control, external superiors, and
    organizations that stand in no line. `NotFoundError` for an unknown line.
    """
    lines = _lines(view, line)
    nodes = asked_nodes(view, "Organization", area)
    if line is not None:
        chosen = np.array([view.profile.lines.index(li) for li in lines])
        nodes = nodes[np.isin(places(view).line[nodes - view.snapshot.span("Organization").start], chosen)]
    rows = _organization_rows(view, nodes) + _missing_rows(view, area, lines)
    count = {fault: sum(r["fault"] == fault for r in rows) for fault in FAULTS}
    at = nodes - view.snapshot.span("Organization").start
    totals = {
        "faults": count,
        "organizations": int(places(view).statistical[at].sum()),
        "tiers_not_organizations": int((~places(view).statistical[at]).sum()),
        "external": int((links(view).external[at] & (links(view).superior[at] < 0)).sum()),
        "unplaced": int((places(view).tier[at] < 0).sum()),
        "lines": [_spans(view, li, at) for li in lines],
        "notices": _notices(view, nodes, at),
    }
    return answer(view, rows, totals, nodes)


def _lines(view: View, line: str | None) -> tuple[Line, ...]:
    if line is None:
        return view.profile.lines
    found = tuple(li for li in view.profile.lines if line in (li.id, li.name))
    if not found:
        allowed = "、".join(li.id for li in view.profile.lines)
        raise NotFoundError(f"治理方案“{view.profile.name}”没有这条条线。", f"可用的条线：{allowed}。")
    return found


def _notices(view: View, nodes: Array, at: Array) -> list[dict[str, str]]:
    if not len(nodes):
        return [notice("no-organizations", "所查范围内没有党组织，无法检查组织链。")]
    unplaced = int((places(view).tier[at] < 0).sum())
    if unplaced:
        return [notice("unplaced", f"有{unplaced}个党组织在治理方案的条线中找不到层级，未检查越级。")]
    return []


def _organization_rows(view: View, nodes: Array) -> list[Row]:
    span = view.snapshot.span("Organization")
    found, where = links(view), places(view)
    at = nodes - span.start
    top = where.tier[at] == 0
    alone = (found.superior[at] < 0) & ~found.external[at] & ~top & ~found.ended[at]
    heads = found.children[at] > 0
    relative, skipped = _against_line(view, where, found.superior[at], at)
    checks: list[tuple[str, str, Array]] = [
        ("broken", "no_superior", alone & heads),
        ("broken", "superior_ended", found.ended[at]),
        ("broken", "cycle", found.cut[at]),
        ("broken", "superior_not_higher", relative & ~found.cut[at]),
        ("skipped", "skipped", skipped),
        ("isolated", "isolated", alone & ~heads),
        ("multiple", "multiple", found.superiors[at] > 1),
        ("single_child", "single_child", where.statistical[at] & (found.children[at] - found.houses[at] == 1)),
    ]
    hits = sorted((int(i), _ORDER[fault], code) for fault, code, mask in checks for i in np.flatnonzero(mask).tolist())
    names = list(FAULTS)
    return [_row(view, names[k], code, int(nodes[i]), found) for i, k, code in hits]


def _against_line(view: View, where: Places, superior: Array, at: Array) -> tuple[Array, Array]:
    """For organizations (positions): superior's tier is not higher in the own line; a required tier is passed over.

    A superior of another line is judged by the name of its tier; one that the own line does not know, not at all.
    """
    lines = view.profile.lines
    start = view.snapshot.span("Organization").start
    up = np.maximum(superior - start, 0)
    deepest = max(len(li.tiers) for li in lines)
    level = np.full((len(lines) + 1, len(lines) + 1, deepest + 1), -1, np.int64)
    passed = np.zeros((len(lines) + 1, deepest + 1), np.int64)
    for i, line in enumerate(lines):
        required = [0, *np.cumsum([not t.optional for t in line.tiers]).tolist()]
        passed[i, : len(line.tiers)] = required[:-1]
        for k, other in enumerate(lines):
            for j, tier in enumerate(other.tiers):
                level[i, k, j] = line.index(tier.tier)
    own_line, own = where.line[at], where.tier[at]
    above = level[own_line, where.line[up], where.tier[up]]
    known = (superior >= 0) & (own >= 0) & (own_line >= 0) & (above >= 0)
    optional = np.array([[t.optional for t in li.tiers] + [True] * (deepest + 1 - len(li.tiers)) for li in lines])
    between = passed[own_line, own] - passed[own_line, above] - ~optional[own_line, above]
    return known & (above >= own), known & (above < own) & (between > 0)


def expected_tier(view: View, organization: int) -> str | None:
    """The required tier right above an organization in its line, None at the top or without a line."""
    where, at = places(view), organization - view.snapshot.span("Organization").start
    line, tier = int(where.line[at]), int(where.tier[at])
    if line < 0 or tier < 0:
        return None
    above = [t.tier for t in view.profile.lines[line].tiers[:tier] if not t.optional]
    return above[-1] if above else None


def _row(view: View, fault: str, code: str, node: int, found: Links) -> Row:
    where, at = places(view), node - view.snapshot.span("Organization").start
    line = int(where.line[at])
    expected = expected_tier(view, node) if fault in ("broken", "skipped", "isolated") else None
    text = _TEXTS[code].format(expected=expected, count=int(found.superiors[at]))
    return {
        "fault": fault,
        "node": view.ref(node),
        "area": view.ref(int(view.home()[node])),
        "expected_tier": expected,
        "superior": view.ref(int(found.superior[at])),
        "line": view.profile.lines[line].id if line >= 0 else None,
        "reason": {"code": code, "text": text},
        "statistical": bool(where.statistical[at]),
    }


def _missing_rows(view: View, area: str | None, lines: tuple[Line, ...]) -> list[Row]:
    asked = asked_subtree(view, area)
    start, enter = view.snapshot.span("Area").start, view.areas().enter
    rows: list[tuple[int, Row]] = []
    for line, tier, lacking in missing_tiers(view):
        if line not in lines:
            continue
        above = [t.tier for t in line.tiers[: line.index(tier.tier)] if not t.optional]
        who = answering(view, above[-1]) if above else np.full(len(asked), -1, np.int64)
        parent = view.areas().parent
        for p in lacking[asked[lacking]].tolist():
            superior = int(who[parent[p]]) if parent[p] >= 0 else -1
            row = {
                "fault": "missing_tier",
                "node": None,
                "area": view.ref(p + start),
                "expected_tier": tier.tier,
                "superior": view.ref(superior),
                "line": line.id,
                "reason": {"code": "missing_tier", "text": _TEXTS["missing_tier"].format(expected=tier.tier)},
                "statistical": tier.statistical,
            }
            rows.append((int(enter[p]), row))
    return [row for _, row in sorted(rows, key=lambda r: r[0])]


def _spans(view: View, line: Line, at: Array) -> Row:
    """Numbers and spans of control (direct subordinates of each organization) of a line's tiers."""
    where, i = places(view), view.profile.lines.index(line)
    tiers = []
    for j, tier in enumerate(line.tiers):
        mine = at[(where.line[at] == i) & (where.tier[at] == j)]
        width = links(view).children[mine]
        tiers.append(
            {
                "tier": tier.tier,
                "statistical": tier.statistical,
                "count": len(mine),
                "span": None
                if not len(mine)
                else {
                    "subordinates": int(width.sum()),
                    "min": int(width.min()),
                    "median": float(np.median(width)),
                    "mean": round(float(width.mean()), 3),
                    "max": int(width.max()),
                    "without": int((width == 0).sum()),
                    "single": int((width == 1).sum()),
                },
            }
        )
    return {"line": line.id, "name": line.name, "tiers": tiers}
