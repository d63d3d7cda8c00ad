"""空白点: the subjects of a rule that nothing covers, how grave each is, why it counts as one, and who answers for it.

Grades of units: 应建未建 (≥ 3 full members, 支部工作条例 第四条), 应联建 (1–2, 第五条), 无党员.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from graph.analysis.answer import Answer, Row, answer
from graph.analysis.asked import asked_areas, notice
from graph.analysis.coverage import cover
from graph.analysis.evidence import HOUSE, advice, covering, of_kind, organizations, ties
from graph.analysis.tiers import responsible
from graph.profile import CoverageRule
from graph.view import View

Array = NDArray[Any]
MUST, JOIN, NOBODY = "应建未建", "应联建", "无党员"

_TEXTS = {
    "house_only": "仅有党员中心户，中心户不算组织覆盖",
    "kind_refused": "有党组织，但类型不是本规则要求的（{kinds}）",
    "mode_refused": "仅有区域或行业党组织覆盖，本规则不认可",
    "work_only": "没有党组织，仅有党建指导员、工会或共青团（工作覆盖）",
    "backstop_only": "没有党组织，仅有兜底管理，不算组织覆盖",
    "no_organization": "没有党组织",
    "no_organization_or_work": "没有党组织，也没有党建指导员、工会或共青团",
    "no_work": "没有党建指导员、工会或共青团",
    "post_vacant": "设有{posts}岗位，但空缺",
    "no_post": "没有{posts}",
    "no_facility": "没有{facilities}",
    "no_project": "没有负责的项目",
    "no_assignment": "没有人员下沉、包联",
}


def gap_nodes(view: View, rule: CoverageRule, area: str | None = None) -> Array:
    """Numbers of the uncovered subjects strictly below the asked area (as `coverage` counts them)."""
    found = cover(view, rule)
    forest = view.areas(rule.hierarchy)
    chosen = np.zeros(len(found.nodes), bool)
    seat = np.maximum(found.seat, 0)
    for top in asked_areas(view, area):
        first = forest.enter[top] + (1 if rule.subject.label == "Area" else 0)
        chosen |= (forest.enter[seat] >= first) & (forest.enter[seat] < forest.leave[top])
    chosen &= (found.seat >= 0) & ~found.covered
    if len(forest.enter):
        places = np.flatnonzero(chosen)
        order = view.snapshot.arrays["order"][found.nodes[places]]
        rank = np.where(order < 0, np.iinfo(np.int64).max, order)
        return np.asarray(found.nodes[places[np.lexsort((rank, forest.enter[seat[places]]))]])
    return found.nodes[:0]


def gaps(view: View, area: str | None = None, rule: str | None = None) -> Answer:
    """Rows of interface.md's gap shape (and `full_members` of a unit) by rule, in the official order.

    Totals hold by rule the number of gaps, the denominator, and for units the number of each grade.
    """
    rules = view.profile.coverage if rule is None else (view.profile.rule(rule),)
    rows: list[Row] = []
    sums: dict[str, Row] = {}
    behind = [np.zeros(0, np.int64)]
    asked_areas(view, area)
    for each in rules:
        nodes = gap_nodes(view, each, area)
        mine = _rows(view, each, nodes)
        rows += mine
        behind.append(nodes)
        grades = {g: sum(r["grade"] == g for r in mine) for g in (MUST, JOIN, NOBODY)}
        sums[each.id] = {
            "gaps": len(mine),
            "denominator": each.denominator,
            "grades": grades if each.subject.label == "Unit" else None,
            "generated": sum(r["generated"] for r in mine),
        }
    missing = [] if rules else [notice("no-rules", f"治理方案“{view.profile.name}”没有声明覆盖规则，无法找出空白点。")]
    return answer(view, rows, {"gaps": len(rows), "rules": sums, "notices": missing}, np.concatenate(behind))


def _rows(view: View, rule: CoverageRule, nodes: Array) -> list[Row]:
    unit = rule.subject.label == "Unit"
    start = view.snapshot.span(rule.subject.label).start
    members = view.values("Unit", "full_members")[nodes - start].tolist() if unit else [None] * len(nodes)
    codes = reasons(view, rule, nodes)
    answers = responsible(view, nodes, rule.responsible or view.profile.responsible_level)
    made_up = view.snapshot.arrays["generated"][nodes]
    where = _lies_in(view, rule, nodes)
    return [
        {
            "rule": rule.id,
            "node": view.ref(node),
            "area": view.ref(place),
            "grade": grade(count) if unit else None,
            "reason": {"code": code, "text": _text(rule, code)},
            "responsible": view.ref(who),
            "generated": made,
            **({"full_members": None if count < 0 else count} if unit else {}),
        }
        for node, place, count, code, who, made in zip(
            nodes.tolist(), where.tolist(), members, codes, answers.tolist(), made_up.tolist(), strict=True
        )
    ]


def grade(full_members: int) -> str | None:
    """Grade of a unit without an organization by its full members; None when their number is unknown (negative)."""
    if full_members < 0:
        return None
    return MUST if full_members >= 3 else JOIN if full_members else NOBODY


def _lies_in(view: View, rule: CoverageRule, nodes: Array) -> Array:
    """The area each subject lies in: of an area the one above it in the rule's hierarchy."""
    start = view.snapshot.span("Area").start
    if rule.subject.label == "Unit":
        return view.home()[nodes]
    above = view.areas(rule.hierarchy).parent[nodes - start]
    return np.asarray(np.where(above >= 0, above + start, -1))


def reasons(view: View, rule: CoverageRule, nodes: Array) -> list[str]:
    """For each uncovered subject the code of why it counts as one: the nearest thing it has that does not suffice."""
    n = view.snapshot.n

    def among(target: Array) -> Array:
        flags = np.zeros(n, bool)
        flags[target] = True
        return flags[nodes]

    if "organization" in rule.accepts:
        return _organization_reasons(view, rule, nodes)
    if rule.accepts[0] == "post":
        of = ties(view, view.edges("OF"))
        held = among(of.target[of_kind(view, "Post", of.source, rule.post_kinds)])
        return ["post_vacant" if one else "no_post" for one in held.tolist()]
    return [f"no_{rule.accepts[0]}"] * len(nodes)


def _organization_reasons(view: View, rule: CoverageRule, nodes: Array) -> list[str]:
    n = view.snapshot.n
    every = view.edges("COVERS")
    houses = every.target[of_kind(view, "Organization", every.source, (HOUSE,))]
    any_kind, _ = covering(view)
    relaxed, _ = organizations(view, rule.model_copy(update={"modes": ("单独", "联合", "区域", "行业")}))
    found: list[tuple[str, Array]] = [
        ("mode_refused", relaxed.target),
        ("kind_refused", any_kind.target),
        ("work_only", advice(view).target),
        ("backstop_only", view.edges("BACKSTOPS").target),
        ("house_only", houses),
    ]
    none = "no_organization_or_work" if "work" in rule.accepts else "no_organization"
    codes = np.full(len(nodes), none, dtype="<U24")
    for code, target in reversed(found):
        flags = np.zeros(n, bool)
        flags[target] = True
        codes[flags[nodes]] = code
    return [str(c) for c in codes.tolist()]


def _text(rule: CoverageRule, code: str) -> str:
    return _TEXTS[code].format(
        kinds="、".join(rule.organization_kinds) or "党组织",
        posts="、".join(rule.post_kinds),
        facilities="、".join(rule.facility_kinds),
    )
