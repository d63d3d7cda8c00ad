"""The registry of questions: one entry makes a command, a route, a table and their documentation."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from api.columns import Column, Row, at, count, node, rate, text, word
from api.parameters import AREA, COMMON, LEVEL, Parameter
from graph.analysis.answer import Answer
from graph.analysis.coverage import coverage
from graph.analysis.paths import paths
from graph.view import View

Values = Mapping[str, Any]
Ask = Callable[[View, View, Values], Answer]


@dataclass(frozen=True, slots=True)
class Question:
    """An analysis that can be asked.

    Args:
        name: the command; route: the path under `/api/v1`.
        title: Chinese name, the title of its table; about: one Chinese sentence.
        own: its parameters besides the common ones.
        ask: the caller's view, the whole district's view and the parsed values → Answer.
        columns: how a row is shown.
        check: whether `--check` exists: rows are breaches and the exit code is 1 if there are any.
    """

    name: str
    route: str
    title: str
    about: str
    own: tuple[Parameter, ...]
    ask: Ask
    columns: tuple[Column, ...]
    check: bool = False

    @property
    def parameters(self) -> tuple[Parameter, ...]:
        """All parameters in the order of the documentation."""
        return (*self.own, *COMMON)


RULE = Parameter("rule", "只算这一条规则（标识见 profiles）", flags=("--rule",))
_PATH = (
    Parameter("from", "起点（标识、全称或 上级/简称）", "id", required=True, many=False, example="fuxing.o-qw"),
    Parameter("to", "终点，可以多个", "id", required=True, many=True, example="fuxing.130404001008"),
    Parameter("k", "条数，含最强的一条", "int", flags=("-k",), low=1, high=20, default=5),
    Parameter("only", "只走这些关系或渠道", flags=("--only",), many=True, example="领导链"),
    Parameter("without", "不走这些关系或渠道", flags=("--without",), many=True),
    Parameter("avoid", "不经过这些节点", "id", flags=("--avoid",), many=True),
)
CHANNELS = {"leadership": "领导链", "pairing": "共建", "alliance": "联席", "mixed": "混合"}


def _coverage(view: View, _: View, values: Values) -> Answer:
    return coverage(view, values["area"], values["level"], values["rule"])


def _paths(view: View, whole: View, values: Values) -> Answer:
    chosen = {name: values[name] for name in ("k", "only", "without", "avoid")}
    return paths(whole, [values["from"]], values["to"], **chosen, visible=view.visible)


def _via(row: Row) -> str:
    """The nodes of a path in order; a hidden one is only said to be there."""
    hops = at(row, "hops") or []
    ends = [*(h["from"] for h in hops), *([hops[-1]["to"]] if hops else [])]
    return " → ".join("（范围外）" if e.get("hidden") else str(e["name"]) for e in ends)


def _reasons(row: Row) -> str:
    return "；".join(str(at(h, "reason.text") or "") for h in at(row, "hops") or [])


def _strength(row: Row) -> float | None:
    strength = at(row, "strength")
    return None if strength is None else round(strength, 4)


QUESTIONS: tuple[Question, ...] = (
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
    ),
    Question(
        "path",
        "paths",
        "影响路径",
        "从一个组织到另一个组织或区域的最强影响路径与备选路径，每一步给出理由；权重为本地设定。",
        _PATH,
        _paths,
        (
            word("渠道", "channel", CHANNELS),
            Column("强度", _strength, number=True),
            Column("经过", _via),
            Column("理由", _reasons),
        ),
    ),
)


def question(name: str) -> Question:
    """The question of a command's name."""
    return next(q for q in QUESTIONS if q.name == name)
