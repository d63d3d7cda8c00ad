"""Questions about time: revisions, what changed between two of them or two days, and who has handed in."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator
from typing import Any
from zoneinfo import ZoneInfo

from api.columns import Column, Row, at, count, node, percent, text, word
from api.loading import PUBLISHED
from api.nodes import masked
from api.parameters import AREA, LEVEL, Parameter
from api.questions.form import Question, Values
from graph.analysis.answer import Answer, answer
from graph.analysis.asked import notice
from graph.analysis.diff import diff_of_days, diff_of_revisions
from graph.analysis.submissions import HANDED_IN, LOADED, REVERTED, Written, submissions
from graph.analysis.words import CHANGES
from graph.errors import ParameterError
from graph.model import NODE_TYPES, RELATION_TYPES, node_attributes, relation_attributes
from graph.rewind import rewound
from graph.store import replay, revisions
from graph.store.bolt import Store
from graph.store.revert import SOURCE
from graph.view import View, view

FROM = Parameter("from", "较早的修订号（0 为最初）或日期", required=True, example="1")
TO = Parameter("to", "较晚的修订号或日期", required=True, example="2")
AREAS_TOLD = 20
STATES = {"submitted": "已填报", "missing": "本月未填报", "never": "从未填报"}
ANSWERS = {
    "chain": "组织链",
    "coverage": "覆盖",
    "pairing": "结对",
    "alliances": "联盟",
    "reports-in": "双报到",
    "vacancies": "岗位",
    "facilities": "阵地",
    "lists": "清单",
    "activities": "活动",
    "calls": "呼应",
    "assignments": "下沉",
    "assessments": "考评",
}
_PERSONAL = {a.name for label in NODE_TYPES for a in node_attributes(label) if a.personal}
_ZH = {a.name: a.zh for t in RELATION_TYPES for a in relation_attributes(t)} | {
    a.name: a.zh for label in NODE_TYPES for a in node_attributes(label)
}


def _empty(view: View, _: View, __: Values) -> Answer:
    """These questions are answered from what the store keeps of its revisions."""
    return answer(view, [], {}, ())


def _revisions(store: Store, view: View, values: Values, _: Answer) -> Answer:
    zone = ZoneInfo(values["timezone"])
    rows = [
        {**row, "at": dt.datetime.fromisoformat(row["at"]).astimezone(zone).isoformat(timespec="seconds")}
        for row in reversed(revisions.listed(store, view.snapshot.district))
    ]
    return answer(view, rows, {"revisions": len(rows)}, ())


def _diff(store: Store, view: View, values: Values, _: Answer) -> Answer:
    first, last = moment(values["from"], "from"), moment(values["to"], "to")
    if isinstance(first, dt.date) and isinstance(last, dt.date) and values.get("as_of"):
        raise ParameterError("按日期比较时不能再给截至日期。", "请去掉 as_of，或改为比较两个修订。")
    before, _after, found = sides(store, view, first, last, values[AREA.name])
    notices = []
    if not before.inside.any():
        notices.append(notice("nothing-before", "起点没有现行数据，全部内容都是新增。"))
    notices += [notice("rate-changed", line) for line in rate_lines(found.totals)]
    notices += [notice("rate-changed", line) for line in _area_lines(found.totals)]
    rows = [_masked(r) for r in found.rows]
    totals = {**found.totals, "from": str(values["from"]), "to": str(values["to"]), "notices": notices}
    return Answer(found.district, found.revision, found.as_of, found.generated, rows, totals)


def sides(
    store: Store, view: View, first: int | dt.date, last: int | dt.date, area: str | None
) -> tuple[View, View, Answer]:
    """The views of two revisions or of two days, and what changed between them within an area."""

    def codes(ids: Iterable[str]) -> dict[str, str]:
        return replay.codes(store, list(ids))

    if isinstance(first, dt.date) and isinstance(last, dt.date):
        before, after = _on(view, first), _on(view, last)
        return before, after, diff_of_days(before, after, codes, area)
    if isinstance(first, int) and isinstance(last, int):
        changes = replay.net(store, view.snapshot.district, first, last)
        since = replay.net(store, view.snapshot.district, last, view.snapshot.revision, most=None)
        after = _at(view, view, last, since)
        before = _at(view, after, first, changes)
        return before, after, diff_of_revisions(before, after, changes, codes, area)
    raise ParameterError("一个是修订号，一个是日期，不能比较。", "请给出两个修订号，或两个日期。")


def moment(said: str, name: str) -> int | dt.date:
    """A revision's number or a day, whichever was said; `ParameterError` for neither."""
    if said.isascii() and said.isdigit() and len(said) < 8:
        return int(said)
    try:
        return dt.date.fromisoformat(said)
    except ValueError:
        raise ParameterError(
            f"参数 {name} 既不是修订号也不是日期。", "请写成 3（见 partygraph revisions）或 2026-01-31 的样子。"
        ) from None


def _scope(view: View) -> tuple[str, ...] | None:
    return None if view.scope is None else tuple(view.id(n) for n in view.scope)


def _on(now: View, on: dt.date) -> View:
    return now if on == now.as_of else view(now.snapshot, now.profile, on, _scope(now))


def _at(now: View, later: View, revision: int, changes: Any) -> View:
    """The view of an earlier revision on the same day."""
    if not changes:
        return later
    return view(rewound(later.snapshot, revision, changes), now.profile, now.as_of, _scope(now))


def _masked(row: Row) -> dict[str, Any]:
    """Without opaque keys, holders' names masked."""

    def shown(values: Any) -> Any:
        if not isinstance(values, dict):
            return values
        kept = {k: v for k, v in values.items() if k != "holder_key"}
        return {k: masked(str(v)) if k in _PERSONAL and v else v for k, v in kept.items()}

    return {**row, "before": shown(row["before"]), "after": shown(row["after"])}


def _submissions(store: Store, view: View, values: Values, _: Answer) -> Answer:
    written = _written(store, view.snapshot.district, ZoneInfo(values["timezone"]))
    return submissions(view, written, values[AREA.name], values[LEVEL.name])


def _written(store: Store, district: str, zone: ZoneInfo) -> Iterator[Written]:
    for each in replay.touched(store, district):
        row = each.revision
        by = LOADED if row["source"] == PUBLISHED else REVERTED if row["source"].startswith(SOURCE) else HANDED_IN
        on = dt.datetime.fromisoformat(row["at"]).astimezone(zone).date()
        yield Written(row["number"], row["author"], row["source"], on, by, each.ids)


def _said(path: str) -> Any:
    def value(row: Row) -> str:
        values = at(row, path)
        return "；".join(f"{_ZH.get(k, _WORDS.get(k, k))}：{_one(v)}" for k, v in (values or {}).items())

    return value


_WORDS = {"to": "对端", "nodes": "对象"}


def _one(value: Any) -> str:
    if isinstance(value, dict):
        return str(value["name"])
    if isinstance(value, list):
        return "、".join(_one(v) for v in value)
    return "无" if value is None else str(value)


def _relation(row: Row) -> str:
    if "relation" not in row:
        return ""
    return f"{RELATION_TYPES[row['relation']].zh}：{at(row, 'other.name') or ''}"


def _why(row: Row) -> str:
    return "由撤销修订收回" if row.get("withdrawn") else str(at(row, "review.text") or "")


def _at_local(row: Row) -> str:
    return str(row["at"])[:16].replace("T", " ")


def _ages(row: Row) -> str:
    return "、".join(f"{ANSWERS[d['answer']]}{d['days']}天" for d in row["data"])


def rate_lines(totals: Row) -> list[str]:
    """The rates that changed, as lines of text."""

    def shown(figures: Row | None) -> str:
        if figures is None:
            return "无"
        return str(figures["n"]) if figures["of"] is None else percent(figures["rate"], figures["n"], figures["of"])

    changed = [r for r in totals["rates"] if r["before"] != r["after"]]
    return [f"{r['name']}：{shown(r['before'])} → {shown(r['after'])}" for r in changed]


def _area_lines(totals: Row) -> list[str]:
    """One line for each area below in which a rate (no mere count) changed."""
    found = []
    for each in totals["areas"]:
        rates = [r for r in each["rates"] if any(f and f["of"] is not None for f in (r["before"], r["after"]))]
        if lines := rate_lines({"rates": rates}):
            found.append(f"{each['area']['name']}：{'；'.join(lines)}")
    return found[:AREAS_TOLD] + (
        [f"还有{len(found) - AREAS_TOLD}个区域的比率有变化。"] if len(found) > AREAS_TOLD else []
    )


QUESTIONS = (
    Question(
        "revisions",
        "revisions",
        "修订",
        "每次写入：何时、何人、从何文件，新增、改变、移动、结束了多少；新的在前。",
        (),
        _empty,
        (
            count("修订", "number"),
            Column("时间", _at_local),
            text("写入者", "author"),
            text("来源", "source"),
            count("新增", "added"),
            count("改变", "changed"),
            count("移动", "moved"),
            count("结束", "ended"),
            count("节点", "nodes"),
            count("关系", "relations"),
        ),
        "Revisions",
        tell=_revisions,
    ),
    Question(
        "diff",
        "diff",
        "变化",
        "两个修订或两个日期之间：新增、结束、改变、更名、移动，疑似更名、合并、拆分待核，各项比率的变化。",
        (FROM, TO, AREA),
        _empty,
        (
            word("变化", "change", CHANGES),
            node("对象", "node"),
            text("类型", "node.kind"),
            Column("关系", _relation),
            Column("之前", _said("before")),
            Column("之后", _said("after")),
            Column("说明", _why),
        ),
        "Diff",
        tell=_diff,
    ),
    Question(
        "submissions",
        "submissions",
        "填报进度",
        "哪些街镇本月已填报，各项数据有多久没有更新。",
        (AREA, LEVEL),
        _empty,
        (
            node("区域", "area"),
            word("本月", "state", STATES),
            text("最近填报", "last.on"),
            text("文件", "last.source"),
            count("修订", "last.revision"),
            Column("数据时效", _ages),
        ),
        "Submissions",
        tell=_submissions,
    ),
)
