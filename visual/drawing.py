"""From a question to the bytes of its chart; a chart whose layout takes too long or too much memory is rolled up."""

from __future__ import annotations

import os
from dataclasses import replace

from graph.errors import UnavailableError
from graph.view import View
from visual.charts import chart
from visual.charts.naming import Options
from visual.figure import Drawing
from visual.layout import TIMEOUT_SECONDS
from visual.render import render

EXCEEDED = {"layout-timeout": "时限", "layout-failed": "时限或内存限制"}
FIRST_DEPTH = 2  # levels drawn on the second try where none were asked for


def draw(
    kind: str,
    view: View,
    options: Options,
    fmt: str,
    *,
    page: int | None = None,
    dot: str | os.PathLike[str] | None = None,
    timeout: float = TIMEOUT_SECONDS,
    font_dir: str | os.PathLike[str] | None = None,
) -> tuple[Drawing, list[bytes]]:
    """The chart of a kind and its bytes (`visual.render.render`).

    Where the layout passes its deadline or memory limit, the chart is drawn with one level less, and says so in its
    口径; `UnavailableError` when one level is still too much. Raises what `chart` and `render` raise.
    """
    asked = options
    while True:
        drawing = chart(kind, view, asked)
        try:
            return drawing, render(drawing, fmt, page=page, dot=dot, timeout=timeout, font_dir=font_dir)
        except UnavailableError as error:
            depth = FIRST_DEPTH if asked.depth is None else asked.depth - 1
            if error.code not in EXCEEDED or depth < 1:
                raise
            words = f"全部内容超出制图的{EXCEEDED[error.code]}，只画{depth}层。"
            asked = replace(asked, depth=depth, said=(words,))
