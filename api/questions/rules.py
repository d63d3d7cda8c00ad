"""Questions about regulation: the catalogue of rules, and what is to be put right."""

from __future__ import annotations

from api.columns import count, node, text, word
from api.parameters import AREA, Parameter
from api.questions.form import Question, Values, by_area
from api.states import is_breach, with_states
from graph.analysis.answer import Answer
from graph.analysis.findings import SEVERITIES, findings
from graph.analysis.rules.judging import rules
from graph.store.findings import STATES
from graph.view import View

RULE = Parameter("rule", "只看这一条规则（如 R01、R09.most、chain、coverage）", flags=("--rule",), example="R01")
SEVERITY = Parameter("severity", "只看这一级", flags=("--severity",), choices=SEVERITIES)
STATE = Parameter("state", "只看这一状态", flags=("--state",), choices=tuple(STATES))
GONE = Parameter("gone", "也列出有整改记录、现已查不出的", "flag", flags=("--gone",))
SEVERITY_WORDS = {"error": "错误", "warning": "警告", "notice": "提示"}
STRENGTHS = {
    "must": "应当",
    "norm": "一般、原则上",
    "practice": "惯例",
    "policy": "政策",
    "target": "目标",
    "local": "地方",
}
STATUSES = {
    "checked": "已检查",
    "no_data": "台账无数据",
    "no_subject": "没有适用对象",
    "not_named": "地方规则未采用",
    "not_checkable": "不能检查",
    "definition": "定义",
}


def _findings(view: View, _: View, values: Values) -> Answer:
    return findings(view, values["area"], values["rule"], values["severity"])


QUESTIONS = (
    Question(
        "rules",
        "rules",
        "条例规则",
        "37条组织规则的出处、强度、检查结果，以及不能检查的原因。",
        (AREA,),
        by_area(rules),
        (
            text("规则", "part"),
            text("要求", "asks"),
            text("文件", "document"),
            text("条款", "article"),
            word("强度", "strength", STRENGTHS),
            word("级别", "severity", SEVERITY_WORDS),
            word("状态", "status", STATUSES),
            count("检查数", "of"),
            count("不符", "breaches"),
            text("说明", "why"),
        ),
        "Rules",
    ),
    Question(
        "findings",
        "findings",
        "问题清单",
        "违反规则、组织链、覆盖、结对、联盟、任期、岗位各项的问题，各自的责任组织、整改状态和期限。",
        (AREA, RULE, SEVERITY, STATE, GONE),
        _findings,
        (
            text("标识", "id"),
            word("级别", "severity", SEVERITY_WORDS),
            text("规则", "rule"),
            node("对象", "node"),
            text("问题", "message"),
            node("责任组织", "responsible"),
            word("状态", "state", STATES),
            text("期限", "due"),
            text("豁免至", "waived.until"),
        ),
        "Findings",
        breach=is_breach,
        tell=with_states,
        group=True,
    ),
)
