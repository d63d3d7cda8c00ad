"""口径核对: is a published figure true? Judged by a ledger, by the official divisions, by the other figures.

A verdict never rests on rows that were made up from the figure itself; such a figure is not computable.
Declared checks lie in `graph/profiles/claims/`, quantities are read by `graph.quantities` (domain.md 5).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

import numpy as np

from graph.analysis.answer import Answer, Row, answer
from graph.analysis.asked import notice
from graph.analysis.checks import Check, Checks, check_for, checks_of, restated, summed, terms
from graph.analysis.measure import Measure, parse_measure
from graph.analysis.measured import Array, Basis, Measured, basis, measured
from graph.errors import InputError
from graph.figures import Figure, figures_of, published
from graph.quantities import Dimension, Interval, Quantity, exactly, whole
from graph.view import View

Verdict = Literal["supported", "contradicted", "not_computable"]
NODES_SHOWN = 5
_NOTHING = np.zeros(0, np.int64)
_SCOPED = "查询范围不是全区，全区的数字不能用部分数据核对"
_MADE_UP = "图中数据由该数字推演，不构成核实"
_TELLING: tuple[Basis, ...] = ("ledger", "divisions", "generated", "figures", "none")
_DIMENSION_NAMES = {
    "persons": "人", "person-times": "人次", "times": "次", "households": "户", "money": "元", "percent": "百分比",
    "area": "面积", "duration": "时间", "each": "每单位的数", "things": "个数",
}  # fmt: skip


@dataclass(frozen=True)
class _Finding:
    """One comparison: what it rests on, what came out, and whether it decides."""

    basis: Basis
    text: str
    computed: Interval | None = None
    verdict: Verdict = "not_computable"

    def body(self) -> Row:
        shown = self.computed.body() if self.computed else {"low": None, "high": None}
        return {"basis": self.basis, "text": self.text, **shown}


@dataclass(frozen=True)
class _Case:
    """What a figure is judged with: its check, all figures by literal, the view."""

    view: View
    checks: Checks
    values: dict[str, Quantity]
    figure: Figure
    check: Check


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
    rows, behind = [], [_NOTHING]
    for figure in asked:
        check = check_for(figure, checks, same(figure))
        row, nodes = _judged(_Case(view, checks, values, figure, check))
        rows.append(row)
        behind.append(nodes)
    if figures is None:
        for check in checks.claims:
            if check.universal:
                full = Quantity(exactly(100.0), "%", "percent") if check.measure else None
                case = _Case(view, checks, values, Figure(district, check.figure, full, "%" if full else "", ""), check)
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


def _judged(case: _Case) -> tuple[Row, Array]:
    """The row of one figure, and the nodes it rests on."""
    said = case.figure.quantity
    found: Measured | None = None
    findings: list[_Finding] = []
    if said is not None:
        measure = _measure(case)
        if measure is not None:
            finding, found = _by_graph(case, said, measure)
            findings.append(finding)
        findings += _by_divisions(case, said)
        findings += _by_figures(case, said)
        findings += _by_list(case, said)
    chosen = _chosen(findings)
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
    return row, found.behind if found else _NOTHING


def _measure(case: _Case) -> Measure | None:
    if not case.check.measure:
        return None
    try:
        return parse_measure(case.check.measure)
    except InputError as e:
        if not case.figure.row:
            raise
        place = {"row": case.figure.row, "column": case.figure.column, "header": "measure", "code": e.code}
        item = place | {"detail": e.detail, "message": e.detail, "remedy": e.remedy}
        raise InputError(
            f"数字文件第{case.figure.row}行的 measure 有误：{e.detail}", e.remedy, code="figures-invalid", items=[item]
        ) from None


def _chosen(findings: Sequence[_Finding]) -> _Finding | None:
    """The first that decides in the order ledger, divisions, figures; else what says best why not."""
    decided = [f for f in findings if f.verdict != "not_computable"]
    if decided:
        return decided[0]
    return min(findings, key=lambda f: _TELLING.index(f.basis), default=None)


def _by_graph(case: _Case, said: Quantity, measure: Measure) -> tuple[_Finding, Measured]:
    found = case.view.once(("measured", measure.text), lambda: measured(case.view, measure))
    rests = basis(case.view, measure, found)
    if rests == "none":
        missing = "，这些行没有填要统计的属性" if found.blank else ""
        return _Finding("none", f"数据中没有可供统计的行{missing}"), replace(found, behind=_NOTHING)
    if said.dimension not in measure.dimensions:
        return _Finding("none", _unlike(said.dimension, measure.dimensions)), found
    assert found.value is not None
    if rests == "generated":
        return _Finding("generated", _MADE_UP, found.value), found
    if case.view.scope is not None:
        return _Finding("none", _SCOPED), found
    if rests == "divisions" and case.check.divisions:
        return _Finding("none", "图中区域取自区划表，以区划表的全部行核对"), found
    value = _as_printed(found.value, said, measure)
    finding = _Finding(rests, _compared("区划" if rests == "divisions" else "台账", value, found), value)
    if case.check.valueless:
        return finding, found
    return replace(finding, verdict=_verdict(value, said.interval)), found


def _unlike(said: Dimension, found: frozenset[Dimension]) -> str:
    names = "、".join(sorted(_DIMENSION_NAMES[d] for d in found))
    return f"公布的是{_DIMENSION_NAMES[said]}，口径统计的是{names}，不能比较"


def _compared(source: str, value: Interval, found: Measured) -> str:
    text = f"{source}统计为{spoken(value)}"
    return text + (f"（{found.blank}行没有填写，只能给出范围）" if found.blank else "")


def _as_printed(value: Interval, said: Quantity, measure: Measure) -> Interval:
    """A share compared with a printed percentage is rounded like it; 0% and 100% are never rounded to."""
    low = said.interval.low
    if measure.whole is None or low != said.interval.high or low in (0.0, 100.0):
        return value
    decimals = len(f"{low:.6f}".rstrip("0").partition(".")[2])
    return Interval(round(value.low, decimals), round(value.high, decimals))


def _verdict(computed: Interval, said: Interval) -> Verdict:
    if computed.within(said):
        return "supported"
    return "contradicted" if computed.apart(said) else "not_computable"


def _by_divisions(case: _Case, said: Quantity) -> list[_Finding]:
    """All readings of the official table must agree, since the text does not say which one it follows."""
    readings = [case.checks.reading(i) for i in case.check.divisions]
    if not readings:
        return []
    verdicts = {_verdict(r.interval, said.interval) for r in readings}
    hull = Interval(min(r.interval.low for r in readings), max(r.interval.high for r in readings))
    text = f"{case.checks.edition}：" + "；".join(f"{r.text}{spoken(r.interval)}" for r in readings)
    return [_Finding("divisions", text, hull, verdicts.pop() if len(verdicts) == 1 else "not_computable")]


def _by_figures(case: _Case, said: Quantity) -> list[_Finding]:
    out = []
    for relation, expressions in (
        ("=", case.check.equals), ("<=", case.check.at_most), (">=", case.check.at_least)
    ):  # fmt: skip
        for expression in expressions:
            total = summed(expression, case.values)
            if total is None:
                continue
            if total.dimension != said.dimension:
                kinds = frozenset({total.dimension} if total.dimension else ())
                out.append(_Finding("none", _unlike(said.dimension, kinds) if kinds else "各项单位不同，不能相加"))
                continue
            finding = _against(relation, said.interval, expression, total.interval)
            doubted = [t for t in terms(expression) if finding.verdict == "supported" and _refuted(case, t)]
            if doubted:
                text = f"{finding.text}，但“{'”“'.join(doubted)}”本身与区划表不符，不能用来证实"
                finding = replace(finding, text=text, verdict="not_computable")
            out.append(finding)
    return out


def _refuted(case: _Case, literal: str) -> bool:
    """Whether the official divisions contradict another figure: what equals it is not supported by it."""
    said = case.values.get(literal)
    check = next((c for c in case.checks.claims if c.figure == literal), None)
    if said is None or check is None:
        return False
    return any(f.verdict == "contradicted" for f in _by_divisions(replace(case, check=check), said))


def _against(relation: str, said: Interval, expression: str, other: Interval) -> _Finding:
    """Equal figures support each other; a bound can only be broken."""
    if relation == "=":
        verdict = _verdict(other, said)
        text = f"同文“{expression}”为{spoken(other)}" + ("，与之一致" if verdict == "supported" else "")
        return _Finding("figures", text, other, verdict)
    broken = said.low > other.high if relation == "<=" else said.high < other.low
    word = "不应超过" if relation == "<=" else "不应少于"
    text = f"{word}同文“{expression}”（{spoken(other)}）" + ("，但已违反" if broken else "，没有矛盾，也不构成证实")
    return _Finding("figures", text, other if broken else None, "contradicted" if broken else "not_computable")


def _by_list(case: _Case, said: Quantity) -> list[_Finding]:
    names = case.check.listed
    if not names:
        return []
    count = exactly(len(names))
    if case.check.complete:
        return [_Finding("figures", f"文中逐项列出{'、'.join(names)}", count, _verdict(count, said.interval))]
    return [_Finding("figures", f"文中只列出{len(names)}项：{'、'.join(names)}", Interval(len(names), float("inf")))]


def _why(case: _Case, said: Quantity | None, chosen: _Finding | None, findings: Sequence[_Finding]) -> str:
    """One Chinese sentence or two: what decided, or what is missing."""
    if said is None and not case.check.universal:
        return "是名称、日期或组合，不是可以核对的数量" + (f"；{case.check.why}" if case.check.why else "") + "。"
    parts = []
    if chosen is not None and said is not None:
        parts.append(chosen.text)
        if chosen.verdict == "contradicted":
            parts.append(f"公布为{spoken(said.interval)}，不一致")
        elif (
            chosen.verdict == "not_computable"
            and chosen.computed is not None
            and chosen.basis in ("ledger", "divisions")
        ):
            parts.append(f"公布为{spoken(said.interval)}，落在可能的范围之内，不能判定")
    undecided = chosen is None or chosen.verdict == "not_computable"
    if undecided:
        parts += [f.text for f in findings if f is not chosen and f.basis != "none"]
        parts += [f"缺少：{case.check.missing}"] if case.check.missing else []
        if not parts and not case.check.why:
            parts.append("没有为这个数字声明核对口径")
    parts += [case.check.why] if case.check.why else []
    return "；".join(parts) + "。"


def _in_reach(case: _Case, chosen: _Finding) -> bool:
    """Whether real rows leave a range that the published number lies in."""
    real = chosen.basis in ("ledger", "divisions") and not case.check.valueless
    return real and chosen.verdict == "not_computable" and chosen.computed is not None


def _evidence(case: _Case, chosen: _Finding | None, found: Measured | None, findings: Sequence[_Finding]) -> Row:
    """Nodes that are missing from a share, else those that were counted; and every comparison made."""
    nodes: Array = _NOTHING
    if found is not None and found.behind.size:
        nodes = found.missing if len(found.missing) else found.nodes
    return {
        "measure": case.check.measure or None,
        "nodes": [case.view.ref(int(n)) for n in nodes[:NODES_SHOWN]],
        "count": len(nodes),
        "generated": found.made_up if found is not None else 0,
        "compared": [f.body() for f in findings if f is not chosen or f.computed is not None],
        "missing": case.check.missing or None,
    }


def spoken(value: Interval) -> str:
    """An interval as people write it: 991至999, 至少5, 56.

    >>> spoken(Interval(991, 999)), spoken(exactly(56))
    ('991至999', '56')
    """
    low, high = _shown(value.low), _shown(value.high)
    if high is None:
        return f"至少{low}"
    return str(low) if low == high else f"{low}至{high}"


def _shown(value: float) -> Any:
    found = whole(value)
    return round(found, 4) if isinstance(found, float) else found
