"""口径核对: is a published figure true? Judged by a ledger, by the official divisions, by the other figures.

A verdict never rests on rows that were made up from the figure itself; such a figure is not computable.
Declared checks lie in `graph/profiles/claims/`, quantities are read by `graph.quantities` (domain.md 5).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import numpy as np

from graph.analysis.answer import Answer, Row, answer
from graph.analysis.asked import notice
from graph.analysis.checks import Checks, check_for, checks_of, restated
from graph.analysis.judgement import (
    NOTHING,
    Case,
    Finding,
    by_divisions,
    by_figures,
    by_graph,
    by_list,
    deciding,
    measure_of,
    spoken,
)
from graph.analysis.measured import Array, Measured
from graph.figures import Figure, figures_of, published
from graph.quantities import Quantity, exactly, is_name
from graph.view import View

NODES_SHOWN = 5


def claims(view: View, figures: Sequence[Figure] | None = None) -> Answer:
    """Every figure of the district and every claim without a number, with its verdict.

    Args:
        figures: figures to judge instead of the published ones (a user's file); those of other districts are left out.
            One that restates a published figure with another number is judged by that figure's check.

    Rows: `figure`, `literal`, `unit`, `published`, `computed`, `basis`, `verdict`, `why`, `evidence`
    {measure, nodes (up to 5), count, generated, compared, missing}. Totals count verdicts and bases.
    """
    district = view.snapshot.district
    checks, known = checks_of(district), figures_of(published(), district)
    asked = known if figures is None else figures_of(figures, district)
    values = {f.literal: f.quantity for f in known if f.quantity}
    same = restated(known)
    values |= {(same(f) or f).literal: f.quantity for f in asked if f.quantity}
    rows, behind = [], [NOTHING]
    for figure in asked:
        check = check_for(figure, checks, same(figure))
        row, nodes = _judged(Case(view, checks, values, figure, check))
        rows.append(row)
        behind.append(nodes)
    if figures is None:
        for check in checks.claims:
            if check.universal:
                full = Quantity(exactly(100.0), "%", "percent") if check.measure else None
                case = Case(view, checks, values, Figure(district, check.figure, full, "%" if full else "", ""), check)
                row, nodes = _judged(case)
                rows.append(row)
                behind.append(nodes)
    return answer(view, rows, _totals(view, checks, rows), np.concatenate(behind))


def _totals(view: View, checks: Checks, rows: Sequence[Row]) -> Row:
    pairs = Counter((r["verdict"], r["basis"]) for r in rows)
    notices = []
    if not rows:
        text = f"没有“{view.profile.name}”的公布数字：请用 figures 给出自己的数字文件。"
        notices.append(notice("figures-missing", text))
    if checks.edition and any(r["basis"] == "divisions" for r in rows):
        notices.append(notice("divisions-edition", f"区划以{checks.edition}为准，与文章的时点可能不同。"))
    return {
        "claims": len(rows),
        "verdicts": dict(Counter(r["verdict"] for r in rows)),
        "basis": dict(Counter(r["basis"] for r in rows)),
        "by": [{"verdict": v, "basis": b, "claims": n} for (v, b), n in sorted(pairs.items())],
        "notices": notices,
    }


def _judged(case: Case) -> tuple[Row, Array]:
    """The row of one figure, and the nodes it rests on."""
    said = case.figure.quantity
    found: Measured | None = None
    findings: list[Finding] = []
    if said is not None:
        measure = measure_of(case)
        if measure is not None:
            finding, found = by_graph(case, said, measure)
            findings.append(finding)
        findings += by_divisions(case, said)
        findings += by_figures(case, said)
        findings += by_list(case, said)
    chosen = deciding(findings)
    row = {
        "figure": case.figure.counts or case.figure.literal,
        "literal": case.figure.literal,
        "unit": case.figure.unit,
        "published": said.interval.body() if said and not case.check.valueless else None,
        "computed": chosen.computed.body() if chosen and chosen.computed else None,
        "basis": chosen.basis if chosen else "none",
        "verdict": chosen.verdict if chosen else "not_computable",
        "why": _why(case, said, chosen, findings),
        "evidence": _evidence(case, chosen, found, findings),
    }
    return row, found.behind if found else NOTHING


def _why(case: Case, said: Quantity | None, chosen: Finding | None, findings: Sequence[Finding]) -> str:
    """One Chinese sentence or two: what decided, or what is missing."""
    if said is None and not case.check.universal:
        head = "是名称、日期或组合，不是可以核对的数量"
        if case.figure not in published() and not is_name(case.figure.literal, case.figure.unit):
            head = "不是数量，或从原文读不出数值（可在 value 列填写）"
        return head + (f"；{case.check.why}" if case.check.why else "") + "。"
    parts = []
    if chosen is not None and said is not None:
        parts.append(chosen.text)
        if chosen.verdict == "contradicted":
            parts.append(f"公布为{spoken(said.interval)}，不一致")
        elif _in_reach(case, chosen):
            parts.append(f"公布为{spoken(said.interval)}，落在可能的范围之内，不能判定")
    undecided = chosen is None or chosen.verdict == "not_computable"
    if undecided:
        parts += [f.text for f in findings if f is not chosen and f.basis != "none"]
        parts += [f"缺少：{case.check.missing}"] if case.check.missing else []
        if not parts and not case.check.why:
            parts.append("没有为这个数字声明核对口径")
    parts += [case.check.why] if case.check.why else []
    return "；".join(parts) + "。"


def _in_reach(case: Case, chosen: Finding) -> bool:
    """Whether real rows leave a range that the published number lies in."""
    real = chosen.basis in ("ledger", "divisions") and not case.check.valueless
    return real and chosen.verdict == "not_computable" and chosen.computed is not None


def _evidence(case: Case, chosen: Finding | None, found: Measured | None, findings: Sequence[Finding]) -> Row:
    """Nodes that are missing from a share, else those that were counted; and every comparison made."""
    nodes: Array = NOTHING
    if found is not None and found.behind.size:
        nodes = found.missing if len(found.missing) else found.nodes
    return {
        "measure": case.check.measure or None,
        "nodes": [case.view.ref(int(n)) for n in nodes[:NODES_SHOWN]],
        "count": len(nodes),
        "generated": found.made_up if found is not None else 0,
        "compared": [f.body() for f in findings if f is not chosen or f.computed is not None],
        "missing": (case.check.missing or None) if chosen is None or chosen.verdict == "not_computable" else None,
    }
