"""跨区对照 for both ways in: which districts, their views within the caller's scope, the body and its table."""

from __future__ import annotations

from collections.abc import Sequence

from api.asking import Given
from api.caller import Caller
from api.columns import Column, Row, at, percent
from api.desk import Desk
from api.parameters import AS_OF, Parameter, parse
from graph.analysis.compare import TOPICS, ambiguous_words, compare, generated_behind
from graph.errors import NotFoundError, ParameterError
from graph.view import View

DISTRICTS = Parameter("district", "要对照的区划，可以多个；不给为全部已载入的", flags=("--district",), many=True)
TOPIC = Parameter("topic", "只看这一方面", flags=("--topic",), choices=tuple(TOPICS))
PARAMETERS = (DISTRICTS, TOPIC, AS_OF)


def comparison(desk: Desk, given: Given, caller: Caller) -> Row:
    """The body of `compare` for the districts asked for.

    Raises:
        NotFoundError: a district is not loaded, or the caller may not see it.
        ParameterError: there are not two districts to compare.
    """
    values = parse(PARAMETERS, given)
    return compared(_views(desk, caller, values["district"], values), values["topic"])


def compared(views: Sequence[View], topic: str | None = None) -> Row:
    """The body for at least one view: `{"districts", "as_of", "generated", "rows", "totals", "next"}`."""
    rows = [r for r in compare(views) if topic in (None, r["topic"])]
    ambiguous = ambiguous_words([v.profile for v in views])
    return {
        "districts": [
            {"district": v.snapshot.district, "name": v.profile.full_name, "revision": v.snapshot.revision}
            for v in views
        ],
        "as_of": views[0].as_of.isoformat(),
        "generated": generated_behind(views),
        "rows": rows,
        "totals": {
            "questions": len(rows),
            "without_counterpart": sum(any(s["missing"] for s in r["sides"]) for r in rows),
            "ambiguous_words": ambiguous,
        },
        "next": None,
    }


def _views(desk: Desk, caller: Caller, asked: tuple[str, ...], values: Row) -> list[View]:
    own = {root.partition(".")[0] for root in caller.scope} if caller.scope is not None else None
    loaded = [d for d in sorted(desk.loaded()) if own is None or d in own]
    chosen = list(dict.fromkeys(asked)) or loaded
    listed = "、".join(loaded) or "（尚未载入任何区划）"
    if any(d not in loaded for d in chosen):
        raise NotFoundError(
            "有的区划没有载入。", f"已载入：{listed}；载入用 partygraph load。", code="unknown-district"
        )
    if len(chosen) < 2:
        raise ParameterError(
            "对照至少要两个区划。", f"已载入：{listed}；再载入一个用 partygraph load。", code="districts-too-few"
        )
    views = []
    for district in chosen:
        scope = None if caller.scope is None else tuple(r for r in caller.scope if r.partition(".")[0] == district)
        views.append(desk.view(district, values["as_of"], scope))
    return views


def columns(body: Row) -> list[Column]:
    """Questions down, districts across."""
    found = [
        Column("方面", lambda row: TOPICS[row["topic"]]),
        Column("问题", lambda row: str(row["question"])),
    ]
    return [*found, *(_side(i, str(d["name"])) for i, d in enumerate(body["districts"]))]


def _side(place: int, name: str) -> Column:
    def value(row: Row) -> str:
        side = row["sides"][place]
        if side["missing"]:
            return f"（{side['missing']}）"
        number = side["value"]
        if number is None:
            return str(side["local"])
        shown = percent(side["rate"], number, side["of"]) if side["of"] else str(number)
        return f"{side['local']}：{shown}" if side["local"] != row["question"] else shown

    return Column(name, value)


def notes(body: Row) -> list[str]:
    """What stands under the table."""
    names = {d["district"]: d["name"] for d in body["districts"]}
    lines = [f"截至{body['as_of']}；分母各按本地规定，并列仅供对照，不作排名。"]
    for word in at(body, "totals.ambiguous_words") or ():
        meanings = "、".join(f"{names[d]}指{m}" for d, m in word["meanings"].items())
        lines.append(f"同词异义“{word['word']}”：{meanings}。")
    if body["generated"]:
        lines.append(f"背后有{body['generated']}个推演的节点：含示例数据，不得作为正式材料。")
    return lines
