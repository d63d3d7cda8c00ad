"""Judging a view by all rules, and the catalogue: document, article, strength, what was judged and what breaks it."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, Literal

import numpy as np

from graph.analysis.answer import Answer, Row, answer
from graph.analysis.asked import asked_nodes, notice
from graph.analysis.rules.declared import CHECKS
from graph.analysis.rules.facts import recorded
from graph.analysis.rules.form import SEVERITIES, Breached, Check, Numbers, Unchecked
from graph.analysis.rules.unchecked import UNCHECKED
from graph.errors import InputError
from graph.model import NODE_TYPES
from graph.profile import PROFILES
from graph.view import View

Status = Literal["checked", "no_data", "no_subject", "not_named", "not_checkable", "definition"]
NONE = np.zeros(0, np.int64)
_NOTHING = Breached(0, NONE, NONE, NONE)


@dataclass(frozen=True)
class Judged:
    """A check with its numbers in this district, whether it was judged, and what it found."""

    check: Check
    numbers: Numbers
    status: Status
    breached: Breached


# The table says of some articles that only their text was verified (graph/profiles/PROVENANCE.md).
_SAID = {
    " (number from background)": "（条号未经核对）",
    " (第二十条 from background)": "（第二十条，未经核对）",
    " (article no. not confirmed)": "（条号未经核对）",
    "article no. unverified": "条号未经核对",
    "real open-source grid table": "公开的网格台账",
}


def _in_chinese(text: str) -> str:
    for said, chinese in _SAID.items():
        text = text.replace(said, chinese)
    return text


@cache
def catalogue() -> Mapping[str, Mapping[str, str]]:
    """The rows of `graph/profiles/rules.csv` by rule id."""
    with (PROFILES / "rules.csv").open(encoding="utf-8", newline="") as file:
        return {row["id"]: row for row in csv.DictReader(file)}


def judge(view: View) -> list[Judged]:
    """Every check on a view, by id. `InputError` where the profile names a local rule or parameter there is not."""

    def make() -> list[Judged]:
        named = view.profile.local_rules
        _known(view, named)
        return [_judged(view, check, named) for check in CHECKS]

    return view.once("judged", make)


def _judged(view: View, check: Check, named: Mapping[str, Mapping[str, float]]) -> Judged:
    if check.local and check.rule not in named:
        return Judged(check, check.numbers, "not_named", _NOTHING)
    own = named.get(check.rule, {}) if check.local else {}
    numbers = {**check.numbers, **{k: v for k, v in own.items() if k in check.numbers}}
    if not all(recorded(view, *need) for need in check.needs):
        return Judged(check, numbers, "no_data", _NOTHING)
    breached = check.find(view, numbers)
    return Judged(check, numbers, "checked" if breached.of else "no_subject", breached)


def _known(view: View, named: Mapping[str, Mapping[str, float]]) -> None:
    allowed: dict[str, set[str]] = {}
    for check in CHECKS:
        if check.local:
            allowed.setdefault(check.rule, set()).update(check.numbers)
    for rule, numbers in named.items():
        if rule not in allowed:
            raise InputError(
                f"治理方案“{view.profile.name}”的 local_rules 中有不是地方规则的编号。",
                f"可用的编号：{'、'.join(sorted(allowed))}。",
                code="profile-invalid",
            )
        if set(numbers) - allowed[rule]:
            raise InputError(
                f"治理方案“{view.profile.name}”的 local_rules.{rule} 中有不认识的参数。",
                f"可用的参数：{'、'.join(sorted(allowed[rule])) or '无'}。",
                code="profile-invalid",
            )


def rules(view: View, area: str | None = None) -> Answer:
    """The catalogue, one row for each part: `{"rule", "part", "asks", "document", "article", "strength", "severity",
    "status", "why", "of", "breaches", "parameters", "evidence"}`.

    `status`: checked; no_data (the ledger records nothing it needs); no_subject (nothing it speaks of);
    not_named (a local rule the profile does not name); not_checkable (`why`); definition (nothing can break it).
    `of` and `breaches` count the whole view; with an area, `breaches` those that lie there.
    """
    rows = [_checked_row(view, each, area) for each in judge(view)] + [_unchecked_row(u) for u in UNCHECKED]
    rows.sort(key=lambda r: (r["rule"], r["part"]))
    status = {s: sum(r["status"] == s for r in rows) for s in sorted({r["status"] for r in rows})}
    silent = [r["part"] for r in rows if r["status"] == "no_data"]
    notices = [notice("no-data", f"台账没有所需的数据，未检查：{'、'.join(silent)}。")] if silent else []
    behind = np.concatenate([NONE, *(each.breached.nodes for each in judge(view))])
    totals = {"rules": len(catalogue()), "parts": len(rows), "status": status, "notices": notices}
    return answer(view, rows, totals, behind)


def _checked_row(view: View, each: Judged, area: str | None) -> Row:
    check, breached = each.check, each.breached
    count = len(breached.nodes)
    if area is not None and count:
        count = int(np.isin(breached.nodes, asked_nodes(view, view.snapshot.label(int(breached.nodes[0])), area)).sum())
    why = {"not_named": "地方规则，治理方案没有写明采用", "no_data": f"台账没有记录：{_needed(check)}"}.get(each.status)
    return _row(check, each.status, why, breached.of, count, dict(each.numbers))


def _unchecked_row(part: Unchecked) -> Row:
    return _row(part, "definition" if part.defines else "not_checkable", part.why, None, None, {})


def _row(
    part: Check | Unchecked, status: str, why: str | None, of: int | None, breaches: int | None, numbers: Any
) -> Row:
    source = catalogue()[part.rule]
    return {
        "rule": part.rule,
        "part": part.id,
        "asks": part.asks,
        "text": source["rule_zh"],
        "document": _in_chinese(source["document"]),
        "article": _in_chinese(source["article"]),
        "strength": part.strength,
        "severity": SEVERITIES[part.strength],
        "status": status,
        "why": why,
        "of": of,
        "breaches": breaches,
        "parameters": numbers,
        "evidence": source["evidence"],
    }


def _needed(check: Check) -> str:
    named = []
    for table, attribute in check.needs:
        type_ = NODE_TYPES.get(table)
        zh = next((a.zh for a in type_.attributes if a.name == attribute), attribute) if type_ else ""
        named.append(f"{type_.zh}的{zh}" if type_ else "双报到")
    return "、".join(named)
