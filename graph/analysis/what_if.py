"""推演: every metric before and after a plan, on a copy; nothing is written."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from graph.analysis.alliances import alliance_status
from graph.analysis.answer import Answer, Row, answer
from graph.analysis.asked import asked_areas, notice, reported_areas
from graph.analysis.chain import chain
from graph.analysis.overview import overview
from graph.analysis.pairing import pairing_load, unpaired
from graph.analysis.plan import planned
from graph.snapshot import build
from graph.view import View, view

Array = NDArray[Any]
Metrics = dict[tuple[str, str], float | None]

_COUNTED = {
    "organizations": "党组织", "committees": "党（工）委", "general_branches": "党总支", "branches": "党支部",
    "temporary": "临时、功能型党组织", "groups": "党小组", "houses": "党员中心户", "members": "党员",
    "gaps": "空白点合计",
}  # fmt: skip
_COVERAGE = {"total": "总数", "covered": "已覆盖", "gaps": "空白点", "rate": "覆盖率"}
_PAIRING = {
    "communities": "社区数", "none": "无结对社区", "kind_missing": "缺少类型的社区", "expired": "协议到期的社区",
    "dormant": "沉寂的社区", "unknown": "无法判断的社区",
}  # fmt: skip
_RATES = {"participation": "驻区单位参与率", "self_governance": "小区自治率"}
_CHAIN = {
    "broken": "断链", "skipped": "越级", "isolated": "孤立", "multiple": "多头", "single_child": "仅一个下级",
    "missing_tier": "缺层",
}  # fmt: skip
_ALLIANCES = {"ok": "正常", "missing": "未建", "incomplete": "成员不全", "dormant": "久未开会", "unknown": "无法判断"}
_UNITS = {"none": "无结对单位", "expired": "协议到期的单位", "dormant": "沉寂的单位", "unknown": "无法判断的单位"}
_LOAD = {"of": "数量", "mean": "平均结对数", "gini": "结对基尼系数"}
_SIDES = {"community": "社区", "unit": "单位"}


def what_if(asked: View, ops: Sequence[Mapping[str, Any]]) -> Answer:
    """Rows `{"metric", "name", "area", "before", "after"}`: those that change first, then the others.

    One row for each metric and each area of the reporting tier, and the district (or the tops of the scope); a metric
    of an area that is not there before or after is null. `totals.changed` is how many change.
    `InputError` for a plan that cannot be carried out or would break the model (`plan.planned`).
    """
    data = planned(asked, ops)
    scope = None if asked.scope is None else [asked.id(v) for v in asked.scope]
    then = view(build(data, asked.snapshot.revision), asked.profile, asked.as_of, scope)
    before, after = asked.once("metrics", lambda: metrics(asked)), metrics(then)
    names = labels(asked)
    rows: list[Row] = []
    refs = {area: _ref(asked, then, area) for area in {a for _, a in (*before, *after)}}
    for metric, area in dict.fromkeys([*before, *after]):
        rows.append(
            {
                "metric": metric,
                "name": names[metric],
                "area": refs[area],
                "before": before.get((metric, area)),
                "after": after.get((metric, area)),
            }
        )
    rows.sort(key=lambda r: r["before"] == r["after"])
    changed = sum(r["before"] != r["after"] for r in rows)
    notices = [] if changed else [notice("nothing-changes", "这些改动不影响任何指标。")]
    behind = np.concatenate([asked.nodes(label) for label in ("Area", "Organization", "Unit")])
    return answer(asked, rows, {"ops": len(ops), "changed": changed, "metrics": len(rows), "notices": notices}, behind)


def _ref(before: View, after: View, id_: str) -> Row | None:
    for each in (after, before):
        node = each.snapshot.find(id_)
        if node is not None:
            return each.ref(node)
    return None


def labels(asked: View) -> dict[str, str]:
    """The Chinese name of every metric."""
    found = dict(_COUNTED)
    for rule in asked.profile.coverage:
        found |= {f"coverage.{rule.id}.{k}": f"{rule.name}·{zh}" for k, zh in _COVERAGE.items()}
    groups = (("pairing", _PAIRING), ("chain", _CHAIN), ("alliance", _ALLIANCES), ("unpaired.unit", _UNITS))
    heads = {"pairing": "结对·", "chain": "组织链·", "alliance": "联盟·", "unpaired.unit": "结对·"}
    for group, words in groups:
        found |= {f"{group}.{k}": heads[group] + zh for k, zh in words.items()}
    for rate, zh in _RATES.items():
        found |= {f"{rate}.n": f"{zh}·分子", f"{rate}.of": f"{zh}·分母", f"{rate}.rate": zh}
    for side, who in _SIDES.items():
        found |= {f"load.{side}.{k}": f"{who}{zh}" for k, zh in _LOAD.items()}
    return found


def metrics(asked: View) -> Metrics:
    """(metric, id of an area) → its value: overview, chain, alliances, units without a partner, and the load."""
    found: Metrics = {}
    for row in overview(asked).rows:
        found |= {(metric, row["area"]["id"]): value for metric, value in _of_area(row)}
    unit_rows = [r for r in unpaired(asked).rows if r["side"] == "unit"]
    _count(asked, found, "chain", _CHAIN, ((r["area"], [r["fault"]]) for r in chain(asked).rows))
    _count(asked, found, "alliance", _ALLIANCES, ((r["area"], r["states"]) for r in alliance_status(asked).rows))
    _count(asked, found, "unpaired.unit", _UNITS, ((r["area"], r["states"]) for r in unit_rows))
    tops = asked_areas(asked, None)
    totals = pairing_load(asked).totals
    for side in _SIDES if tops and "community" in totals else ():
        top = asked.id(tops[0] + asked.snapshot.span("Area").start)
        found |= {(f"load.{side}.{k}", top): totals[side][k] for k in _LOAD}
    return found


def _of_area(row: Row) -> Iterable[tuple[str, float | None]]:
    for key in _COUNTED:
        yield key, row[key]
    for rule, counts in row["coverage"].items():
        for key in _COVERAGE:
            yield f"coverage.{rule}.{key}", counts[key]
    for key in _PAIRING if row["pairing"] else ():
        yield f"pairing.{key}", row["pairing"][key]
    for rate in _RATES:
        for key in ("n", "of", "rate"):
            yield f"{rate}.{key}", row[rate][key]


def _places(asked: View) -> Callable[[str], int]:
    """Id of an area → its position in the area range; each id is searched once."""
    start = asked.snapshot.span("Area").start

    @functools.cache
    def place(id_: str) -> int:
        node = asked.snapshot.find(id_)
        return -1 if node is None else node - start

    return place


def _count(
    asked: View,
    found: Metrics,
    group: str,
    words: Mapping[str, str],
    rows: Iterable[tuple[Row | None, Sequence[str]]],
) -> None:
    """Per reported area the number of rows in each state that lie in it; what lies nowhere counts for the district."""
    start, forest = asked.snapshot.span("Area").start, asked.areas()
    tops = asked_areas(asked, None)
    own = {state: np.zeros(len(forest.parent), np.int64) for state in words}
    place = _places(asked)
    for area, states in rows:
        at = place(area["id"]) if area else tops[0] if tops else -1
        for state in states if at >= 0 else ():
            own[state][at] += 1
    shown = reported_areas(asked, tops, None)
    for state, counts in own.items():
        within = forest.within(counts)
        found |= {(f"{group}.{state}", asked.id(p + start)): int(within[p]) for p in shown}
