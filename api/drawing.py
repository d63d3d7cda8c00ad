"""Charts: the parameters of `draw` and of `diagrams/{kind}.{format}`, and the bytes of their pages."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from api.parameters import AREA, AS_OF, DISTRICT, REVISION, Parameter
from api.settings import Settings
from graph.errors import NotFoundError
from graph.view import View
from visual.charts import CHARTS, chart
from visual.charts.naming import Options
from visual.render import FORMATS, render

MEDIA = {
    "svg": "image/svg+xml",
    "png": "image/png",
    "pdf": "application/pdf",
    "dot": "text/vnd.graphviz; charset=utf-8",
    "drawio": "application/vnd.jgraph.mxfile",
}
KIND = Parameter(
    "kind",
    "图的种类：" + "、".join(f"{k}（{zh}）" for k, (zh, _) in CHARTS.items()),
    required=True,
    example="organization",
)
OWN = (
    AREA,
    Parameter("depth", "从所选区域往下画几层", "int", flags=("--depth",), low=1, high=12),
    Parameter("paper", "纸张", flags=("--paper",), choices=("A4", "A3"), default="A3"),
    Parameter(
        "orientation", "方向", flags=("--orientation",), choices=("auto", "portrait", "landscape"), default="auto"
    ),
    Parameter("unit", "制图单位，默认取设置 UNIT_NAME", flags=("--unit",)),
    Parameter("date", "落款日期", "date", flags=("--date",)),
    Parameter("mark", "另加的标记，如 内部资料", flags=("--mark",)),
    Parameter("mono", "黑白", "flag", flags=("--mono",)),
    Parameter("from", "路径图的起点", "id", flags=("--from",)),
    Parameter("to", "路径图的终点", "id", flags=("--to",)),
    Parameter("k", "路径图的条数", "int", flags=("-k",), low=1, high=20),
    Parameter("before", "变化图比较的日期，默认一年前", "date", flags=("--before",)),
    Parameter("page", "只要第几页", "int", flags=("--page",), low=1, high=500),
)
PARAMETERS = (*OWN, DISTRICT, AS_OF, REVISION)


@dataclass(frozen=True, slots=True)
class Pictures:
    """The files of a chart: one a page (svg, png, dot) or one of all pages (pdf, drawio), and the number of pages."""

    files: list[bytes]
    pages: int
    title: str


def pictures(settings: Settings, view: View, kind: str, fmt: str, values: Mapping[str, Any]) -> Pictures:
    """Draw a chart of a view and render it.

    Args:
        kind: one of `visual.charts.CHARTS`; fmt: one of `visual.render.FORMATS`.
        values: parsed PARAMETERS.
    """
    if fmt not in FORMATS:
        raise NotFoundError("没有这种图片格式。", f"可用的格式：{'、'.join(FORMATS)}。", code="format-unknown")
    options = Options(
        area=values["area"],
        depth=values["depth"],
        paper=values["paper"],
        orientation=values["orientation"],
        unit=values["unit"] or settings.unit_name,
        date=values["date"],
        mark=values["mark"] or "",
        mono=values["mono"],
        start=values["from"] or "",
        goal=values["to"] or "",
        k=values["k"] or 0,
        before=values["before"],
    )
    drawing = chart(kind, view, options)
    files = render(drawing, fmt, page=values["page"], dot=settings.dot or None, font_dir=settings.font_dir or None)
    return Pictures(files, len(drawing.pages), drawing.title)
