"""Questions about influence: paths between nodes, and whom a node reaches."""

from __future__ import annotations

from api.columns import Column, Row, at, count, node, word
from api.parameters import AREA, ID, Parameter
from api.questions.form import Question, Values, by_area
from graph.analysis.answer import Answer
from graph.analysis.influence import influence
from graph.analysis.paths import paths
from graph.analysis.weak_points import weak_points
from graph.view import View

_PATH = (
    Parameter("from", "起点（标识、全称或 上级/简称）", "id", required=True, example="fuxing.o-qw"),
    Parameter("to", "终点，可以多个", "id", required=True, many=True, example="fuxing.130404001008"),
    Parameter("k", "条数，含最强的一条", "int", flags=("-k",), low=1, high=20, default=5),
    Parameter("only", "只走这些关系或渠道", flags=("--only",), many=True, example="领导链"),
    Parameter("without", "不走这些关系或渠道", flags=("--without",), many=True),
    Parameter("avoid", "不经过这些节点", "id", flags=("--avoid",), many=True),
)
CHANNELS = {"leadership": "领导链", "pairing": "共建", "alliance": "联席", "mixed": "混合"}


def _paths(view: View, whole: View, values: Values) -> Answer:
    chosen = {name: values[name] for name in ("k", "only", "without", "avoid")}
    return paths(whole, [values["from"]], values["to"], **chosen, visible=view.visible, inside=view.inside)


def _influence(view: View, _: View, values: Values) -> Answer:
    return influence(view, values["id"])


def _via(row: Row) -> str:
    """The nodes of a path in order; a hidden one is only said to be there."""
    hops = at(row, "hops") or []
    ends = [*(h["from"] for h in hops), *([hops[-1]["to"]] if hops else [])]
    return " → ".join("（范围外）" if e.get("hidden") else str(e["name"]) for e in ends)


def _reasons(row: Row) -> str:
    return "；".join(str(at(h, "reason.text") or "（范围外）") for h in at(row, "hops") or [])


def _strength(row: Row) -> float | None:
    strength = at(row, "strength")
    return None if strength is None else round(strength, 4)


KINDS = {"last_tie": "唯一联系", "only_passage": "唯一通道", "hub": "枢纽", "formal_superior": "必经上级"}


def _element(row: Row) -> str:
    element = at(row, "element") or {}
    if "node" in element:
        return str(at(element, "node.name") or "")
    return f"{at(element, 'from.name')} → {at(element, 'to.name')}"


QUESTIONS = (
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
    Question(
        "influence",
        "influence/{id}",
        "影响范围",
        "一个节点沿影响关系能到达谁，按最强路径的强度排列；权重为本地设定。",
        (ID,),
        _influence,
        (
            node("到达", "node"),
            Column("强度", _strength, number=True),
            count("步数", "hops"),
            node("经由", "via"),
            word("渠道", "channel", CHANNELS),
        ),
        "InfluenceAnswer",
    ),
    Question(
        "weak-points",
        "weak-points",
        "薄弱点",
        "失去哪一个组织或联系会使别的组织、社区断开：唯一联系、唯一通道、枢纽；必经上级另列。",
        (AREA,),
        by_area(weak_points),
        (
            word("类别", "kind", KINDS),
            Column("组织或联系", _element),
            count("断开社区", "cut_off.communities"),
            count("断开组织", "cut_off.organizations"),
            count("断开区域", "cut_off.areas"),
            node("可接替", "replaced_by"),
        ),
        "WeakPoints",
    ),
)
