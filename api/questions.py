"""The registry of questions: one entry makes a command, a route, a table and their documentation."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from api.columns import Column, Row, at, count, node, rate, text, word
from api.parameters import AREA, COMMON, LEVEL, Parameter
from graph.analysis.answer import Answer
from graph.analysis.chain import chain
from graph.analysis.coverage import coverage
from graph.analysis.gaps import gaps
from graph.analysis.pairing import pairing_load, unpaired
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
        columns: how a row is shown; shape: name of the body's type in `api.shapes`.
        check: whether `--check` exists: rows are breaches and the exit code is 1 if there are any.
    """

    name: str
    route: str
    title: str
    about: str
    own: tuple[Parameter, ...]
    ask: Ask
    columns: tuple[Column, ...]
    shape: str
    check: bool = False

    @property
    def parameters(self) -> tuple[Parameter, ...]:
        """All parameters in the order of the documentation."""
        return (*self.own, *COMMON)


RULE = Parameter("rule", "只算这一条规则（标识见 profiles）", flags=("--rule",))
LINE = Parameter("line", "只看这一条线（标识见 profiles）", flags=("--line",))
FAULTS = {
    "broken": "断链",
    "skipped": "越级",
    "isolated": "孤立",
    "multiple": "多头",
    "single_child": "仅一个下级",
    "missing_tier": "缺层",
}
_PATH = (
    Parameter("from", "起点（标识、全称或 上级/简称）", "id", required=True, many=False, example="fuxing.o-qw"),
    Parameter("to", "终点，可以多个", "id", required=True, many=True, example="fuxing.130404001008"),
    Parameter("k", "条数，含最强的一条", "int", flags=("-k",), low=1, high=20, default=5),
    Parameter("only", "只走这些关系或渠道", flags=("--only",), many=True, example="领导链"),
    Parameter("without", "不走这些关系或渠道", flags=("--without",), many=True),
    Parameter("avoid", "不经过这些节点", "id", flags=("--avoid",), many=True),
)
SIDES = {"community": "社区", "unit": "单位"}
STATES = {
    "none": "无结对",
    "kind_missing": "缺少类型",
    "expired": "协议到期",
    "dormant": "沉寂",
    "unknown": "无法判断",
}
LOADS = {"none": "无", "under": "偏少", "even": "适中", "over": "偏多"}
CHANNELS = {"leadership": "领导链", "pairing": "共建", "alliance": "联席", "mixed": "混合"}


def _coverage(view: View, _: View, values: Values) -> Answer:
    return coverage(view, values["area"], values["level"], values["rule"])


def _gaps(view: View, _: View, values: Values) -> Answer:
    return gaps(view, values["area"], values["rule"])


def _chain(view: View, _: View, values: Values) -> Answer:
    return chain(view, values["area"], values["line"])


def _paths(view: View, whole: View, values: Values) -> Answer:
    chosen = {name: values[name] for name in ("k", "only", "without", "avoid")}
    return paths(whole, [values["from"]], values["to"], **chosen, visible=view.visible)


def _by_kind(row: Row) -> str:
    return "、".join(f"{kind}{n}" for kind, n in (at(row, "by_kind") or {}).items())


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
            text("规则", "rule"),
            node("空白点", "node"),
            node("所在", "area"),
            text("等级", "grade"),
            text("原因", "reason"),
            node("责任", "responsible"),
            text("示例", "generated"),
        ),
        "Gaps",
        check=True,
    ),
    Question(
        "chain",
        "chain",
        "组织链",
        "按条线检查隶属链：断链、越级、孤立、多头、仅一个下级、缺层。",
        (AREA, LINE),
        _chain,
        (
            word("问题", "fault", FAULTS),
            node("党组织", "node"),
            node("区域", "area"),
            text("应有层级", "expected_tier"),
            node("现上级", "superior"),
            text("条线", "line"),
        ),
        "Chain",
        check=True,
    ),
    Question(
        "unpaired",
        "unpaired",
        "未结对",
        "没有在效结对单位、缺少规定类型、协议到期或沉寂的社区，和没有结对社区的单位。",
        (AREA,),
        lambda view, _, values: unpaired(view, values["area"]),
        (
            word("哪一方", "side", SIDES),
            node("名称", "node"),
            node("区域", "area"),
            word("状态", "states", STATES),
            text("缺少类型", "missing"),
            count("结对数", "partners"),
        ),
        "Unpaired",
        check=True,
    ),
    Question(
        "pairing",
        "pairing-load",
        "结对负担",
        "每个社区和单位的结对数、按类型分布，和负担是否均衡。",
        (AREA,),
        lambda view, _, values: pairing_load(view, values["area"]),
        (
            word("哪一方", "side", SIDES),
            node("名称", "node"),
            count("结对数", "partners"),
            Column("按类型", _by_kind),
            word("负担", "load", LOADS),
        ),
        "PairingLoad",
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
        "Paths",
    ),
)


def question(name: str) -> Question:
    """The question of a command's name."""
    return next(q for q in QUESTIONS if q.name == name)
