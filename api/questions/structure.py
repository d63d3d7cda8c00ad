"""Questions about the structure: overview, chain, coverage, gaps, terms, vacancies."""

from __future__ import annotations

from api.columns import Column, Row, at, count, node, percent, rate, text, word
from api.parameters import AREA, LEVEL, Parameter
from api.questions.form import Question, Values, by_area, by_level, every_row
from graph.analysis.answer import Answer
from graph.analysis.chain import chain
from graph.analysis.coverage import coverage
from graph.analysis.gaps import gaps
from graph.analysis.overview import overview
from graph.analysis.terms import terms
from graph.analysis.vacancies import vacancies
from graph.analysis.words import CHAIN_FAULTS
from graph.view import View

RULE = Parameter("rule", "只算这一条规则（标识见 profiles）", flags=("--rule",))
LINE = Parameter("line", "只看这一条线（标识见 profiles）", flags=("--line",))
TERM_STATES = {
    "over": "已届满",
    "within_3": "3个月内",
    "within_6": "6个月内",
    "within_12": "12个月内",
    "unknown": "无法判断",
}
BASES = {"declared": "届满日期", "computed": "换届时间加任期", "profile": "换届时间加治理方案任期", "none": "无"}
VACANCIES = {
    "vacant": "空缺",
    "without_post": "应设未设岗位",
    "together": "一人兼任",
    "without_facility": "应有未有阵地",
}


def _coverage(view: View, _: View, values: Values) -> Answer:
    return coverage(view, values["area"], values["level"], values["rule"])


def _gaps(view: View, _: View, values: Values) -> Answer:
    return gaps(view, values["area"], values["rule"])


def _chain(view: View, _: View, values: Values) -> Answer:
    return chain(view, values["area"], values["line"])


def share(zh: str, path: str) -> Column:
    """A column of `{"n", "of", "rate"}`."""
    return Column(
        zh, lambda row: percent(at(row, f"{path}.rate"), at(row, f"{path}.n"), at(row, f"{path}.of")), number=True
    )


def _covered(row: Row) -> str:
    """Each rule that leaves gaps with its own denominator: subjects of different rules are not added."""
    found = [c for c in (at(row, "coverage") or {}).values() if c["total"]]
    open_ = [f"{c['name']}{c['covered']}/{c['total']}" for c in found if c["gaps"]]
    full = len(found) - len(open_)
    return "；".join([*open_, *([f"{'其余' if open_ else ''}{full}条规则无空白"] if full else [])])


def _unpaired(row: Row) -> str:
    found = at(row, "pairing")
    return "" if found is None or not found["communities"] else f"{found['none']}/{found['communities']}"


QUESTIONS = (
    Question(
        "overview",
        "overview",
        "总览",
        "各区域的党组织数、党员数、覆盖、空白点、结对、驻区单位参与率和小区自治率。",
        (AREA, LEVEL),
        by_level(overview),
        (
            node("区域", "area"),
            count("党（工）委", "committees"),
            count("党总支", "general_branches"),
            count("党支部", "branches"),
            count("党小组", "groups"),
            count("党员", "members"),
            Column("有空白的规则（已覆盖/总数）", _covered),
            count("空白点", "gaps"),
            Column("没有结对的社区（村）", _unpaired, number=True),
            share("驻区单位参与率", "participation"),
            share("小区自治率", "self_governance"),
            text("数据日期", "data_date"),
        ),
        "AnyAnswer",
    ),
    Question(
        "chain",
        "chain",
        "组织链",
        "按条线检查隶属链：断链、越级、孤立、多头、仅一个下级、缺层。",
        (AREA, LINE),
        _chain,
        (
            word("问题", "fault", CHAIN_FAULTS),
            node("党组织", "node"),
            node("区域", "area"),
            text("应有层级", "expected_tier"),
            node("现上级", "superior"),
            text("条线", "line"),
        ),
        "Chain",
        breach=every_row,
    ),
    Question(
        "coverage",
        "coverage",
        "覆盖率",
        "各区域按治理方案的每条规则统计覆盖：总数、已覆盖、空白点，组织覆盖率与工作覆盖率分列。",
        (AREA, LEVEL, RULE),
        _coverage,
        (
            text("规则", "name"),
            node("区域", "area"),
            text("分母", "denominator"),
            count("总数", "total"),
            count("已覆盖", "covered"),
            count("空白点", "gaps"),
            rate("组织覆盖率", "organization.rate", "organization.covered", "total"),
            rate("工作覆盖率", "work.rate", "work.covered", "total"),
            count("兜底", "backstopped"),
            count("含示例", "generated"),
        ),
        "Coverage",
    ),
    Question(
        "gaps",
        "gaps",
        "空白点",
        "治理方案每条规则下没有被覆盖的区域和单位，各自的等级、原因和责任组织。",
        (AREA, RULE),
        _gaps,
        (
            text("规则", "rule_name"),
            node("空白点", "node"),
            node("所在", "area"),
            text("等级", "grade"),
            text("原因", "reason"),
            node("责任组织", "responsible"),
            text("示例", "generated"),
        ),
        "Gaps",
        breach=every_row,
    ),
    Question(
        "terms",
        "terms",
        "任期",
        "届满和将在12个月内届满的党组织，及无法判断的；派出机构和临时党支部不计。",
        (AREA,),
        by_area(terms),
        (
            word("状态", "state", TERM_STATES),
            node("党组织", "node"),
            node("区域", "area"),
            text("层级", "tier"),
            text("届满", "term_ends"),
            word("依据", "basis", BASES),
            count("距今天数", "days"),
        ),
        "AnyAnswer",
    ),
    Question(
        "vacancies",
        "vacancies",
        "岗位空缺",
        "空缺的岗位、应设未设的岗位和阵地、一人兼任多岗。",
        (AREA,),
        by_area(vacancies),
        (
            word("问题", "fault", VACANCIES),
            node("对象", "node"),
            node("区域", "area"),
            node("岗位", "post"),
            text("类型", "kind"),
        ),
        "AnyAnswer",
    ),
)
