"""Charts: the parameters of `draw` and of `diagrams/{kind}.{format}`, and the bytes of their pages."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from api.parameters import AREA, AS_OF, DISTRICT, REVISION, Parameter
from api.questions.history import moment, sides
from api.settings import Settings
from graph.errors import NotFoundError, ParameterError
from graph.store.bolt import Store
from graph.view import View
from loaders.plans import read_plan
from visual.charts import CHARTS
from visual.charts.compared import Compared, compared_answer, compared_plan
from visual.charts.naming import Options
from visual.drawing import draw
from visual.fonts import missing_characters
from visual.render import FORMATS
from visual.sheet import chinese_date

PLAN = "plan"

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
    Parameter("before", "变化图从哪个日期或修订号算起，默认一年前", flags=("--before",), example="2025-01-01"),
    Parameter("after", "变化图到哪个日期或修订号为止，默认截至日期或当前修订", flags=("--after",)),
    Parameter("page", "只要第几页", "int", flags=("--page",), low=1, high=500),
)
PARAMETERS = (*OWN, DISTRICT, AS_OF, REVISION)


@dataclass(frozen=True, slots=True)
class Pictures:
    """The files of a chart: one a page (svg, png, dot) or one of all pages (pdf, drawio), and the number of pages."""

    files: list[bytes]
    pages: int
    title: str
    missing: tuple[str, ...] = ()


def pictures(
    settings: Settings, view: View, kind: str, fmt: str, values: Mapping[str, Any], store: Store | None = None
) -> Pictures:
    """Draw a chart of a view and render it.

    Args:
        kind: one of `visual.charts.CHARTS`; fmt: one of `visual.render.FORMATS`.
        values: parsed PARAMETERS; for `change` also the file of a plan under `PLAN` (its name and content).
        store: where the revisions compared by `change` are kept.

    Returns:
        The files, and the characters that no font has (`visual.fonts.font_warning` names them).
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
        compared=_compared(view, values, store) if kind == "change" else None,
    )
    font_dir = settings.font_dir or None
    drawing, files = draw(kind, view, options, fmt, page=values["page"], dot=settings.dot or None, font_dir=font_dir)
    return Pictures(files, len(drawing.pages), drawing.title, missing_characters(drawing, font_dir))


def _compared(view: View, values: Mapping[str, Any], store: Store | None) -> Compared | None:
    """What 变化图 compares: a plan's outcome, two revisions, two days; None for the chart's own choice."""
    plan, before, after, area = values.get(PLAN), values["before"], values["after"], values["area"]
    if plan:
        if before or after:
            raise ParameterError("推演和前后比较不能同时给。", "请去掉 --before、--after，或去掉 --what-if。")
        return compared_plan(view, read_plan(plan[1], plan[0]), area)
    if not before and not after:
        return None
    if not before:
        raise ParameterError("没有说从哪里算起。", "请用 --before 给出较早的日期或修订号。", code="before-missing")
    first = moment(before, "before")
    last = moment(after, "after") if after else view.snapshot.revision if isinstance(first, int) else view.as_of
    if isinstance(first, int) and isinstance(last, int) and not first < last:
        raise ParameterError("起始修订不早于终止修订。", "请把较早的修订号给 --before。", code="before-invalid")
    if isinstance(first, dt.date) and isinstance(last, dt.date) and not first < last:
        raise ParameterError("比较的日期不早于终止日期。", "请给出更早的日期。", code="before-invalid")
    if store is None:
        raise ParameterError("这里不能比较修订。", "请用 partygraph draw change。", code="before-invalid")
    then, now, found = sides(store, view, first, last, area)
    return compared_answer(then, now, found, (_moment_words(first), _moment_words(last)))


def _moment_words(moment: int | dt.date) -> str:
    return chinese_date(moment) if isinstance(moment, dt.date) else f"修订{moment}"
