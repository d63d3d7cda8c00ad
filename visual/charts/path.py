"""路径图: the strongest way from one organization to another, and its alternatives."""

from __future__ import annotations

from dataclasses import replace

from graph.analysis.answer import Row
from graph.analysis.paths import paths
from graph.errors import NotFoundError, ParameterError
from graph.model import RELATION_TYPES
from graph.view import View
from visual.charts.naming import Options, box, frame
from visual.figure import Box, Drawing, LineStyle
from visual.lanes import Lane, Step, draw_lanes

ALTERNATIVES = 5
CHANNELS = {"leadership": "领导渠道", "pairing": "结对渠道", "alliance": "联盟渠道", "mixed": "混合渠道"}
_LINES: dict[str, LineStyle] = {
    "GUIDED_BY": "guidance",
    "PAIRED_WITH": "pairing",
    "MEMBER_OF": "member",
    "CONVENED_IN": "member",
    "FEDERATES": "member",
    "REPORTED_TO": "report",
}
HIDDEN = "（范围外）"


def path_chart(view: View, options: Options) -> Drawing:
    """The main path from `options.start` to `options.goal` and up to `k`−1 alternatives, one a row, with the relation
    and weight of each hop in the box it leads to. `depth` limits how many are drawn.

    `ParameterError` without start or goal; `NotFoundError` when no path leads there (and why).
    """
    if not options.start or not options.goal:
        raise ParameterError(
            "路径图需要起点和终点。", "请用 --from 和 --to 给出组织、单位或区域的标识。", code="ends-missing"
        )
    k = min(options.k or ALTERNATIVES, options.depth or 20)
    found = paths(view, [options.start], [options.goal], k)
    if not found.rows:
        why = found.totals["pairs"][0]["why"]["text"]
        raise NotFoundError(f"没有路径：{why}。", "请换起点、终点，或检查治理方案的影响权重。", code="empty-chart")
    lanes = [_lane(view, row) for row in found.rows]
    behind = [view.index(step.box.id) for lane in lanes for step in lane.steps if step.box.label != HIDDEN]
    ends = (view.name(view.index(options.start)), view.name(view.index(options.goal)))
    basis = (
        "强度为各步权重之积，权重为治理方案的本地设定；每条路径至多经过一个联盟。",
        *_only(found.totals["pairs"][0]),
    )
    seen = frame(view, options, f"{ends[0]}至{ends[1]}影响路径图", basis, dict.fromkeys(behind))
    return draw_lanes(
        lanes,
        replace(seen, legend=(("area", "路径、区域"),)),
        paper=options.paper,
        orientation=options.orientation,
        mono=options.mono,
    )


def _lane(view: View, row: Row) -> Lane:
    name = "主路径" if row["rank"] == 1 else f"备选{row['rank'] - 1}"
    strength = "强度不公开" if row["strength"] is None else f"强度{row['strength']:.3g}"
    words = f"·{CHANNELS[row['channel']]}" if row["channel"] else ""
    head = Box(f"path.{row['rank']}", name, style="area", note=f"{strength}{words}")
    steps = [Step(_box(view, row["from"], ""))]
    for hop in row["hops"]:
        relation = RELATION_TYPES.get(hop.get("relation") or "")
        weight = hop.get("weight")
        words = f"{relation.zh}{'' if weight is None else f'·{weight:g}'}" if relation else ""
        steps.append(
            Step(_box(view, hop.get("to", {"hidden": True}), words), _LINES.get(hop.get("relation") or "", "lead"))
        )
    return Lane(head, tuple(steps))


def _box(view: View, ref: Row, note: str) -> Box:
    if "id" not in ref:
        return Box("hidden", HIDDEN, style="area", note=note)
    return box(view, view.snapshot.index(ref["id"]), note=note)


def _only(pair: Row) -> tuple[str, ...]:
    names = [ref["name"] for ref in pair["only_nodes"] if "name" in ref]
    return (f"所有路径都经过{'、'.join(names[:4])}{'等' if len(names) > 4 else ''}。",) if names else ()
