"""Questions about who is sent where and answers whom: 双报到, 呼应, 赋权, 下沉包联驻村, 考评."""

from __future__ import annotations

from api.columns import Column, Row, at, count, node, text, word
from api.parameters import AREA, LEVEL, Parameter
from api.questions.form import Question, Values, by_area, by_level
from api.questions.structure import share
from graph.analysis.answer import Answer
from graph.analysis.assessments import assessments
from graph.analysis.assignments import assignments
from graph.analysis.calls import calls
from graph.analysis.lists import lists
from graph.analysis.powers import powers
from graph.analysis.reports_in import reports_in
from graph.analysis.words import ITEM_STATES
from graph.view import View

MODE = Parameter("mode", "只看这一种方式（如 包联、下沉、驻村）", flags=("--mode",))
YEAR = Parameter("year", "考评年度，默认查询日期所在年", "int", flags=("--year",), low=1949, high=2200)
CALL_STATES = {
    "never": "从未响应",
    "unanswered": "有未响应",
    "overdue": "有超时",
    "unknown": "无法判断",
    "ok": "正常",
}
POWER_STATES = {"some": "有", "none": "无", "unknown": "无法判断"}
DIRECTIONS = {"from_above": "自上而下", "from_below": "自下而上", "other": "其他"}


def _assignments(view: View, _: View, values: Values) -> Answer:
    return assignments(view, values["area"], values["mode"])


def _assessments(view: View, _: View, values: Values) -> Answer:
    return assessments(view, values["area"], values["year"])


def _partners(row: Row) -> str:
    return "、".join(at(p, "name") or "（范围外）" for p in at(row, "partners") or ())


def _assigned(row: Row) -> str:
    return "、".join(f"{at(a, 'node.name') or '（范围外）'}（{a['mode']}）" for a in at(row, "assigned") or ())


def _pairs(zh: str, path: str) -> Column:
    def value(row: Row) -> str:
        return "、".join(f"{k}{v}" for k, v in (at(row, path) or {}).items())

    return Column(zh, value)


def _stationed(row: Row) -> str:
    sent = at(row, "stationed.by") or ()
    return "、".join(f"{at(s, 'unit.name') or '（范围外）'}{s['people']}人" for s in sent)


def _grades(path: str) -> Column:
    def value(row: Row) -> str:
        return "、".join(f"{at(a, 'by.name') or ''}{a.get('grade') or ''}" for a in at(row, path) or ())

    return Column(DIRECTIONS[path], value)


QUESTIONS = (
    Question(
        "lists",
        "lists",
        "三张清单",
        "需求、资源、项目清单：谁提出、是否对接、使用、认领，挂了多少天。",
        (AREA,),
        by_area(lists),
        (
            text("清单", "list"),
            node("事项", "node"),
            node("提出方", "owner"),
            Column("对接方", _partners),
            node("区域", "area"),
            text("类别", "category"),
            word("状态", "state", ITEM_STATES),
            count("天数", "days"),
            count("超期天数", "overdue_days"),
        ),
        "AnyAnswer",
    ),
    Question(
        "reports-in",
        "reports-in",
        "双报到",
        "单位报到率和党员报到率分列，接收的报到数和活跃率。",
        (AREA, LEVEL),
        by_level(reports_in),
        (
            node("区域", "area"),
            share("单位报到率", "organizations"),
            share("党员报到率", "serving_members"),
            count("接收组织", "received.organizations"),
            count("接收党员", "received.members"),
            share("活跃率", "active"),
        ),
        "AnyAnswer",
    ),
    Question(
        "calls",
        "calls",
        "呼应",
        "街道呼叫、部门响应：呼叫数、响应率、按时率。",
        (AREA,),
        by_area(calls),
        (
            word("状态", "state", CALL_STATES),
            node("部门", "unit"),
            node("呼叫方", "node"),
            count("呼叫", "calls"),
            share("响应率", "rates.answered"),
            share("按时率", "rates.on_time"),
        ),
        "AnyAnswer",
    ),
    Question(
        "powers",
        "powers",
        "赋权",
        "下放到街镇的事项、派驻力量和街镇对单位的权力。",
        (AREA, LEVEL),
        by_level(powers),
        (
            node("区域", "area"),
            word("状态", "state", POWER_STATES),
            count("下放事项", "delegated.items"),
            _pairs("事项与权力", "delegated.by_power"),
            Column("派驻", _stationed),
            _pairs("对单位的权力", "over"),
        ),
        "AnyAnswer",
    ),
    Question(
        "assignments",
        "assignments",
        "下沉包联驻村",
        "每个区域由谁下沉、包联、驻村，和没有人的区域。",
        (AREA, MODE),
        _assignments,
        (
            node("区域", "area"),
            word("状态", "state", {"assigned": "有人", "nobody": "无人"}),
            Column("人员与单位", _assigned),
            count("人数", "people"),
            count("户数", "households"),
            count("商户", "shops"),
        ),
        "AnyAnswer",
    ),
    Question(
        "assessments",
        "assessments",
        "双向考评",
        "谁被谁考评、等次如何，和该被考评而没有的。",
        (AREA, YEAR),
        _assessments,
        (
            node("对象", "node"),
            node("区域", "area"),
            text("层级", "tier"),
            _grades("from_above"),
            _grades("from_below"),
            word("缺少", "missing", DIRECTIONS),
        ),
        "AnyAnswer",
    ),
)
