"""薄弱点图: last ties, only passages, hubs and formal superiors, with what their loss cuts off and who could follow."""

from __future__ import annotations

from dataclasses import replace

from graph.analysis.answer import Row as Fact
from graph.analysis.weak_points import weak_points
from graph.errors import NotFoundError
from graph.model import RELATION_TYPES
from graph.view import View
from visual.charts.naming import Options, box, chosen_area, frame
from visual.figure import Box, Drawing, Row, Section
from visual.groups import draw_groups

KINDS = {"last_tie": "最后一条纽带", "only_passage": "唯一通道", "hub": "枢纽", "formal_superior": "必经上级"}
COUNTS = {"communities": "社区", "organizations": "组织", "areas": "区域", "units": "单位"}
A_DEPTH = 6  # weak points of each kind a level of depth; two levels where none is asked for
MOST_LOSERS = 4


def weak_points_chart(view: View, options: Options) -> Drawing:
    """The gravest weak points of each kind within the asked area, six of each a level of `depth` (12 without one).

    Columns: the other end of the tie, what is cut off, who could take over. `NotFoundError` when there is none.
    """
    area = chosen_area(view, options)
    limit = A_DEPTH * (options.depth or 2)
    found = weak_points(view, options.area, limit)
    if not found.rows:
        raise NotFoundError("这个区域没有找到薄弱点。", "请换上级区域。", code="empty-chart")
    totals = found.totals["by_kind"]
    sections = tuple(
        Section(
            Box(f"weak.{kind}", name, style="area", note=f"{totals[kind]}个"),
            tuple(_row(view, fact, at) for at, fact in enumerate(found.rows) if fact["kind"] == kind),
        )
        for kind, name in KINDS.items()
        if totals[kind]
    )
    cut = [f"{name}共{totals[kind]}个，列出{limit}个" for kind, name in KINDS.items() if totals[kind] > limit]
    basis = (
        "党组织与其单独覆盖的区域合为一处计算；按断开的社区、组织、区域、单位数从多到少排列。",
        *(("；".join(cut) + "。",) if cut else ()),
    )
    behind = {view.snapshot.index(each) for section in sections for each in _nodes(view, section)}
    seen = frame(view, options, f"{view.name(area)}组织网络薄弱点图", basis, behind)
    return draw_groups(
        sections,
        replace(seen, legend=(("area", "区域、说明"),)),
        columns=("纽带另一端", "失去后断开", "可接替"),
        paper=options.paper,
        orientation=options.orientation,
        mono=options.mono,
        line="member",
        line_words="相关",
    )


def _nodes(view: View, section: Section) -> list[str]:
    boxes = [each for row in section.rows for each in (row.head, *(b for cell in row.cells for b in cell))]
    return [each.id for each in boxes if view.snapshot.find(each.id) is not None]


def _row(view: View, fact: Fact, at: int) -> Row:
    element = fact["element"]
    other: tuple[Box, ...] = ()
    if "relation" in element:
        head = _named(view, element["from"])
        other = (_named(view, element["to"], RELATION_TYPES[element["relation"]].zh),)
    else:
        head = _named(view, element["node"])
    losers = [_named(view, ref) for ref in fact.get("losers", ()) if len(fact["losers"]) > 1][:MOST_LOSERS]
    lost = tuple(losers) if losers else (_lost(fact, at),)
    heir = fact["replaced_by"]
    return Row(head, (other, lost, (_named(view, heir),) if heir else ()))


def _named(view: View, ref: Fact, note: str = "") -> Box:
    return box(view, view.snapshot.index(ref["id"]), note=note)


def _lost(fact: Fact, at: int) -> Box:
    """What falls off, in words; a hub is passed by the share of shortest ways that lead over it."""
    counts = "、".join(f"{name}{fact['cut_off'][key]}个" for key, name in COUNTS.items() if fact["cut_off"][key])
    if "betweenness" in fact:
        counts = f"{100 * fact['betweenness']:.1f}%的最短联系经过"
    return Box(f"weak.{at}.lost", counts or "联系变弱", style="area")
