"""Questions about what could be done: whom to pair with whom, and what a plan would change."""

from __future__ import annotations

from api.columns import Column, Row, at, count, node, text
from api.parameters import AREA, Parameter
from api.questions.form import Question, Values
from graph.analysis.answer import Answer
from graph.analysis.recommendation import recommend
from graph.analysis.what_if import what_if
from graph.view import View
from loaders.plans import read_plan

FILE = "plan"
EVERY_KIND = Parameter(
    "every_kind", "每个社区的每一类所缺单位都推荐，不只是没有结对的社区", "flag", flags=("--every-kind",)
)


def _recommend(view: View, _: View, values: Values) -> Answer:
    return recommend(view, values["area"], every_kind=bool(values["every_kind"]))


def _what_if(view: View, _: View, values: Values) -> Answer:
    return what_if(view, read_plan(values[FILE][1], values[FILE][0]))


def _reasons(row: Row) -> str:
    return "；".join(str(r["text"]) for r in at(row, "reasons") or [])


def _number(zh: str, key: str) -> Column:
    def value(row: Row) -> float | int | None:
        found = at(row, key)
        return round(found, 4) if isinstance(found, float) else found

    return Column(zh, value, number=True)


QUESTIONS = (
    Question(
        "recommend",
        "pairing-recommendations",
        "结对推荐",
        "没有在效结对的社区与哪个单位结对：按类型、名额、需求、远近和负担指派；名额不够时指出缺口。权重为本地设定。",
        (AREA, EVERY_KIND),
        _recommend,
        (
            node("社区", "community"),
            node("单位", "unit"),
            text("类型", "kind"),
            count("得分", "score"),
            Column("理由", _reasons),
        ),
        "Recommendation",
    ),
    Question(
        "what-if",
        "what-if",
        "推演",
        "假如结对、解除、新增、撤销、移动、合并，各项指标前后怎样；只在副本上计算，不写入。",
        (),
        _what_if,
        (
            text("指标", "name"),
            node("区域", "area"),
            _number("之前", "before"),
            _number("之后", "after"),
        ),
        "WhatIf",
        file=FILE,
        needs_file=True,
    ),
)
