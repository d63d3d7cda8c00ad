"""How one figure is judged: by the graph, by the official divisions, by the other figures, by what the text lists."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

import numpy as np

from graph.analysis.answer import Row
from graph.analysis.checks import Check, Checks, summed, terms
from graph.analysis.measure import Measure, parse_measure
from graph.analysis.measured import Array, Basis, Measured, basis, measured
from graph.errors import InputError
from graph.figures import Figure
from graph.quantities import Dimension, Interval, Quantity, exactly, whole
from graph.view import View

Verdict = Literal["supported", "contradicted", "not_computable"]
NOTHING: Array = np.zeros(0, np.int64)
_SCOPED = "查询范围不是全区，全区的数字不能用部分数据核对"
_MADE_UP = "图中数据由该数字推演，不构成核实"
_TELLING: tuple[Basis, ...] = ("ledger", "divisions", "generated", "figures", "none")
_DIMENSION_NAMES = {
    "persons": "人", "person-times": "人次", "times": "次", "households": "户", "money": "元", "percent": "百分比",
    "area": "面积", "duration": "时间", "each": "每单位的数", "things": "个数",
}  # fmt: skip


@dataclass(frozen=True)
class Finding:
    """One comparison: what it rests on, what came out, and whether it decides."""

    basis: Basis
    text: str
    computed: Interval | None = None
    verdict: Verdict = "not_computable"

    def body(self) -> Row:
        shown = self.computed.body() if self.computed else {"low": None, "high": None}
        return {"basis": self.basis, "text": self.text, **shown}


@dataclass(frozen=True)
class Case:
    """What a figure is judged with: its check, all figures by literal, the view."""

    view: View
    checks: Checks
    values: dict[str, Quantity]
    figure: Figure
    check: Check


def measure_of(case: Case) -> Measure | None:
    if not case.check.measure:
        return None
    try:
        return parse_measure(case.check.measure)
    except InputError as e:
        if not case.figure.measure:
            raise
        place = {"row": case.figure.row, "column": case.figure.column, "header": "measure", "code": e.code}
        item = place | {"detail": e.detail, "message": e.detail, "remedy": e.remedy}
        raise InputError(
            f"数字文件第{case.figure.row}行的 measure 有误：{e.detail}", e.remedy, code="figures-invalid", items=[item]
        ) from None


def deciding(findings: Sequence[Finding]) -> Finding | None:
    """The first that decides in the order ledger, divisions, figures; else what says best why not."""
    decided = [f for f in findings if f.verdict != "not_computable"]
    if decided:
        return decided[0]
    return min(findings, key=lambda f: _TELLING.index(f.basis), default=None)


def by_graph(case: Case, said: Quantity, measure: Measure) -> tuple[Finding, Measured]:
    found = case.view.once(("measured", measure.text), lambda: measured(case.view, measure))
    rests = basis(case.view, measure, found)
    if rests == "none":
        missing = "，这些行没有填要统计的属性" if found.blank else ""
        return Finding("none", f"数据中没有可供统计的行{missing}"), replace(found, behind=NOTHING)
    if said.dimension not in measure.dimensions:
        return Finding("none", _unlike(said.dimension, measure.dimensions)), found
    assert found.value is not None
    if rests == "generated":
        return Finding("generated", _MADE_UP, found.value), found
    if case.view.scope is not None:
        return Finding("none", _SCOPED), found
    if rests == "divisions" and case.check.divisions:
        return Finding("none", "图中区域取自区划表，以区划表的全部行核对"), found
    value = _as_printed(found.value, said, measure)
    finding = Finding(rests, _compared("区划" if rests == "divisions" else "台账", value, found), value)
    if case.check.valueless:
        return finding, found
    return replace(finding, verdict=_verdict(value, said.interval)), found


def _unlike(said: Dimension, found: frozenset[Dimension]) -> str:
    names = "、".join(sorted(_DIMENSION_NAMES[d] for d in found))
    return f"公布的是{_DIMENSION_NAMES[said]}，口径统计的是{names}，不能比较"


def _compared(source: str, value: Interval, found: Measured) -> str:
    text = f"{source}统计为{spoken(value)}"
    if found.share is not None:
        text += f"%（{spoken(found.share[0])}/{spoken(found.share[1])}）"
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


def by_divisions(case: Case, said: Quantity) -> list[Finding]:
    """All readings of the official table must agree, since the text does not say which one it follows."""
    readings = [case.checks.reading(i) for i in case.check.divisions]
    if not readings:
        return []
    verdicts = {_verdict(r.interval, said.interval) for r in readings}
    hull = Interval(min(r.interval.low for r in readings), max(r.interval.high for r in readings))
    text = f"{case.checks.edition}：" + "；".join(f"{r.text}{spoken(r.interval)}" for r in readings)
    return [Finding("divisions", text, hull, verdicts.pop() if len(verdicts) == 1 else "not_computable")]


def by_figures(case: Case, said: Quantity) -> list[Finding]:
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
                out.append(Finding("none", _unlike(said.dimension, kinds) if kinds else "各项单位不同，不能相加"))
                continue
            finding = _against(relation, said.interval, expression, total.interval)
            doubted = [t for t in terms(expression) if finding.verdict == "supported" and _refuted(case, t)]
            if doubted:
                text = f"{finding.text}，但“{'”“'.join(doubted)}”本身与区划表不符，不能用来证实"
                finding = replace(finding, text=text, verdict="not_computable")
            out.append(finding)
    return out


def _refuted(case: Case, literal: str) -> bool:
    """Whether the official divisions contradict another figure: what equals it is not supported by it."""
    said = case.values.get(literal)
    check = next((c for c in case.checks.claims if c.figure == literal), None)
    if said is None or check is None:
        return False
    return any(f.verdict == "contradicted" for f in by_divisions(replace(case, check=check), said))


def _against(relation: str, said: Interval, expression: str, other: Interval) -> Finding:
    """Equal figures support each other; a bound can only be broken."""
    if relation == "=":
        verdict = _verdict(other, said)
        text = f"同文“{expression}”为{spoken(other)}" + ("，与之一致" if verdict == "supported" else "")
        return Finding("figures", text, other, verdict)
    broken = said.low > other.high if relation == "<=" else said.high < other.low
    word = "不应超过" if relation == "<=" else "不应少于"
    text = f"{word}同文“{expression}”（{spoken(other)}）" + ("，但已违反" if broken else "，没有矛盾，也不构成证实")
    return Finding("figures", text, other if broken else None, "contradicted" if broken else "not_computable")


def by_list(case: Case, said: Quantity) -> list[Finding]:
    names = case.check.listed
    if not names:
        return []
    count = exactly(len(names))
    if case.check.complete:
        return [Finding("figures", f"文中逐项列出{'、'.join(names)}", count, _verdict(count, said.interval))]
    return [Finding("figures", f"文中只列出{len(names)}项：{'、'.join(names)}", Interval(len(names), float("inf")))]


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
