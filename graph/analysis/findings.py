"""问题清单: what breaks a rule, the chain, coverage, pairing, an alliance, a term or a post, all in one shape.

A finding's id is a hash of its rule and of the nodes it is about: the same in every run until it is put right.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from graph.analysis.answer import Answer, Row, answer
from graph.analysis.asked import asked_subtree, notice
from graph.analysis.raised import Raised, raised_by_questions
from graph.analysis.rules import tenure
from graph.analysis.rules.declared import CHECKS
from graph.analysis.rules.facts import superior_of
from graph.analysis.rules.form import Breached, Check, Numbers
from graph.analysis.rules.judging import judge
from graph.analysis.tiers import responsible
from graph.errors import ParameterError
from graph.snapshot import date_text
from graph.view import View

Array = NDArray[Any]
SEVERITIES = ("error", "warning", "notice")
QUESTIONS = ("chain", "coverage", "pairing", "alliance", "terms", "vacancies")
ENDING = Check(
    "terms.due",
    "三个月内届满",
    "practice",
    tenure.ending,
    "任期将于{value}届满",
    "请提前筹备换届并报上级党组织批准",
    numbers={"months": 3},
    dated=True,
)


def findings(view: View, area: str | None = None, rule: str | None = None, severity: str | None = None) -> Answer:
    """Rows of interface.md's finding shape (and `area`, `also`, `generated`), errors first, then by rule.

    Every row is `open`: states, due dates and waivers are kept in the store and added there. A lack that several
    rules speak of is one finding, under the strictest; `also` names the others.

    Args:
        rule: only this rule: `R09`, `R09.size`, `chain`, `coverage.<rule>` …
        severity: only error, warning or notice.
    """
    if rule is not None and not _known(view, rule):
        raise ParameterError("没有这条规则。", f"可用：R01 至 R37（见 rules）、{'、'.join(QUESTIONS)}。")
    everything = view.once("raised", lambda: _raised(view, None)) if area is None else _raised(view, area)
    raised = [
        (r, also)
        for r, also in everything
        if (rule is None or _is(r.rule, rule)) and (severity is None or r.severity == severity)
    ]
    raised.sort(key=lambda pair: (SEVERITIES.index(pair[0].severity), pair[0].rule))
    rows = _rows(view, raised)
    return answered(view, rows)


def answered(view: View, rows: list[Row]) -> Answer:
    """The answer of some findings, with its totals."""
    counted = Counter(r["severity"] for r in rows)
    silent = [j.check.id for j in judge(view) if j.status == "no_data"]
    totals = {
        "severity": {s: counted[s] for s in SEVERITIES},
        "rules": dict(sorted(Counter(r["rule"] for r in rows).items())),
        "notices": [notice("no-data", f"台账没有所需的数据，未检查：{'、'.join(silent)}。")] if silent else [],
    }
    return answer(view, rows, totals, numbers_of(view, {r["node"]["id"] for r in rows if r["node"]}).values())


def numbers_of(view: View, ids: Collection[str]) -> dict[str, int]:
    """Node numbers of many ids in one pass over all (a search for each costs 0.2 ms in a city)."""
    return {id_: i for i, id_ in enumerate(view.snapshot.ids) if id_ in ids} if ids else {}


def finding_id(district: str, raised: Raised) -> str:
    """`<district>.f-<12 hexadecimal digits>` of rule, node and what tells several of them apart."""
    said = "\n".join((raised.rule, str(raised.node["id"]), raised.key))
    return f"{district}.f-{hashlib.sha256(said.encode()).hexdigest()[:12]}"


def _raised(view: View, area: str | None) -> list[tuple[Raised, list[str]]]:
    return _merged([*_of_rules(view, area), *raised_by_questions(view, area)])


def _ref(view: View, node: int) -> Row | None:
    """The ref of a node; areas and those who answer recur in thousands of rows."""
    made: dict[int, Row | None] = view.once("finding-refs", dict)
    if node not in made:
        made[node] = view.ref(node)
    return made[node]


def _is(rule: str, asked: str) -> bool:
    return rule == asked or rule.startswith(f"{asked}.")


def _known(view: View, asked: str) -> bool:
    names = [*(c.id for c in CHECKS), *QUESTIONS, *(f"coverage.{r.id}" for r in view.profile.coverage)]
    return asked.partition(".")[0] in QUESTIONS or any(_is(name, asked) for name in names)


def _of_rules(view: View, area: str | None) -> Iterator[Raised]:
    for judged in judge(view):
        yield from _breaches(view, judged.check, judged.numbers, judged.breached, area)
    yield from _breaches(view, ENDING, ENDING.numbers, ENDING.find(view, ENDING.numbers), area)


def _breaches(view: View, check: Check, numbers: Numbers, breached: Breached, area: str | None) -> Iterator[Raised]:
    nodes, home = breached.nodes, view.home()[breached.nodes]
    here = np.ones(len(nodes), bool)
    if area is not None and len(nodes):
        start = view.snapshot.span("Area").start
        here = (home >= 0) & asked_subtree(view, area)[np.maximum(home - start, 0)]
    shown = {k: f"{v:g}" for k, v in numbers.items()}
    for i in np.flatnonzero(here).tolist():
        value, other = breached.values[i], int(breached.others[i])
        said = date_text(int(value)) if check.dated else f"{value:.0f}"
        node = view.ref(int(nodes[i]))
        if node is None:
            continue
        evidence = (str(node["id"]), *([view.id(other)] if other >= 0 else []))
        yield Raised(
            check.id,
            check.severity,
            node,
            _ref(view, int(home[i])),
            check.message.format(value=said, **shown),
            check.remedy,
            None,
            evidence,
            topic=check.topic,
        )


def _merged(raised: Sequence[Raised]) -> list[tuple[Raised, list[str]]]:
    """One for each node and topic, the strictest (the first of equal ones), with the rules of the others."""
    out: list[tuple[Raised, list[str]]] = []
    place: dict[tuple[str, str], int] = {}
    for each in raised:
        key = (str(each.node["id"]), each.topic)
        if not each.topic or key not in place:
            place[key] = len(out)
            out.append((each, []))
            continue
        kept, also = out[place[key]]
        stricter = SEVERITIES.index(each.severity) < SEVERITIES.index(kept.severity)
        first, second = (each, kept) if stricter else (kept, each)
        evidence = tuple(dict.fromkeys((*first.evidence, *second.evidence)))
        first = replace(first, responsible=first.responsible or second.responsible, evidence=evidence)
        out[place[key]] = (first, [*also, second.rule])
    return out


def _rows(view: View, raised: Sequence[tuple[Raised, list[str]]]) -> list[Row]:
    known = numbers_of(view, {str(r.node["id"]) for r, _ in raised})
    numbers = np.fromiter((known[str(r.node["id"])] for r, _ in raised), np.int64, len(raised))
    answering = _answering(view, numbers).tolist()
    made_up = view.snapshot.arrays["generated"][numbers].tolist()
    return [
        {
            "id": finding_id(view.snapshot.district, each),
            "rule": each.rule,
            "severity": each.severity,
            "node": each.node,
            "area": each.area,
            "message": each.message,
            "remedy": each.remedy,
            "responsible": each.responsible or _ref(view, who),
            "evidence": list(each.evidence),
            "also": also,
            "state": "open",
            "due": None,
            "waived": None,
            "generated": made,
        }
        for (each, also), who, made in zip(raised, answering, made_up, strict=True)
    ]


def _answering(view: View, nodes: Array) -> Array:
    """Who answers for each: an organization's formal superior, else whoever answers for the place."""
    by_place = responsible(view, nodes, view.profile.responsible_level)
    span = view.snapshot.span("Organization")
    is_organization = (nodes >= span.start) & (nodes < span.stop)
    above = np.full(len(nodes), -1, np.int64)
    above[is_organization] = superior_of(view)[nodes[is_organization] - span.start]
    return np.asarray(np.where(above >= 0, above, by_place))
