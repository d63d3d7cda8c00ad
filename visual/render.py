"""A drawing to bytes: SVG, PNG and DOT text per page, one PDF or draw.io file of all pages."""

from __future__ import annotations

import datetime as dt
import os
from collections.abc import Sequence

import typst

from graph.errors import ParameterError, UnavailableError
from visual.compose import compose
from visual.drawio import drawio
from visual.figure import Drawing, Page, Placed
from visual.fonts import font_folders
from visual.layout import TIMEOUT_SECONDS, run_layout
from visual.sheet import POINTS_PER_MM
from visual.style import TEXT_FONT
from visual.text import clean, em

FORMATS = ("svg", "png", "pdf", "dot", "drawio")
PNG_DPI = 300.0
CELL, HIDDEN_SIZE = 2, 1.0  # characters of an upright cell at most; points of text that only readers see


def render(
    drawing: Drawing,
    fmt: str,
    *,
    page: int | None = None,
    dot: str | os.PathLike[str] | None = None,
    timeout: float = TIMEOUT_SECONDS,
    font_dir: str | os.PathLike[str] | None = None,
    dpi: float = PNG_DPI,
) -> list[bytes]:
    """Bytes of the drawing: one item per page for svg, png (`dpi`, 300) and dot, one item of all pages for pdf and
    drawio.

    `page` (from 1) picks one page; `dot` is another Graphviz program; `timeout` seconds per page; `font_dir` a folder
    of the user's fonts. Same drawing, same bytes. Raises ParameterError (format, page), UnavailableError (program,
    deadline, font).
    """
    if fmt not in FORMATS:
        raise ParameterError(f"不认识的格式“{clean(fmt)[:20]}”。", f"格式只能是 {'、'.join(FORMATS)}。")
    if page is not None and not 1 <= page <= len(drawing.pages):
        raise ParameterError(f"没有第{page}页。", f"本图共{len(drawing.pages)}页，页码从1到{len(drawing.pages)}。")
    chosen = [(number, item) for number, item in enumerate(drawing.pages, 1) if page in (None, number)]
    if fmt == "dot":
        return [item.dot.encode("utf-8") for _, item in chosen]
    if fmt == "drawio":
        return [drawio(drawing, chosen)]
    svgs = [compose(item, drawing, run_layout(item.dot, dot=dot, timeout=timeout), number) for number, item in chosen]
    if fmt == "svg":
        return svgs
    return _typeset([item for _, item in chosen], svgs, drawing, fmt, font_dir, dpi)


def _typeset(
    pages: Sequence[Page],
    svgs: Sequence[bytes],
    drawing: Drawing,
    fmt: str,
    font_dir: str | os.PathLike[str] | None,
    dpi: float,
) -> list[bytes]:
    """PDF (vector, embedded fonts) or PNG pages of exact size from the pages' SVG, by typst."""
    inputs = {f"page{number}": svg.decode("utf-8") for number, svg in enumerate(svgs)}
    inputs |= {"title": drawing.title, "unit": ""}
    folders = [str(folder) for folder in font_folders(font_dir)]
    midnight = dt.datetime.combine(drawing.as_of, dt.time(), dt.UTC)
    try:
        output = typst.compile(
            typst_source(pages).encode("utf-8"),
            format="png" if fmt == "png" else "pdf",
            ppi=dpi,
            sys_inputs=inputs,
            font_paths=typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=folders),
            ignore_system_fonts=True,
            timestamp=int(midnight.timestamp()),
        )
    except typst.TypstError as error:
        raise UnavailableError(
            "图片转换没有完成。", "请改用 SVG 格式，或检查 FONT_DIR 中的字体文件是否完好。", code="convert-failed"
        ) from error
    return list(output) if isinstance(output, list) else [output]


def typst_source(pages: Sequence[Page]) -> str:
    """The typst text that sets one SVG a page, each page of its own exact size."""
    parts = ["#set document(title: sys.inputs.title)"]
    for number, page in enumerate(pages):
        width, height = page.width / POINTS_PER_MM, page.height / POINTS_PER_MM
        image = f'#image(bytes(sys.inputs.page{number}), format: "svg", width: 100%, height: 100%)'
        names = "".join(_hidden_name(item) for item in page.placed if _stands(item))
        parts.append(f"#page(width: {width:.2f}mm, height: {height:.2f}mm, margin: 0pt)[{image}{names}]")
    return "\n".join(parts) + "\n"


def _stands(item: Placed) -> bool:
    """Whether the name of a box is set upright, one character a line."""
    return any(len(run.lines) > 1 and all(len(line) <= CELL for line in run.lines) for run in item.texts)


def _hidden_name(item: Placed) -> str:
    """The name of an upright box as one line of transparent text over it: readers search and copy it as a whole."""
    name = clean(item.box.label)
    size = min(item.width / max(em(name), 1.0), HIDDEN_SIZE)
    left, top = item.x - item.width / 2, item.y - item.height / 2
    literal = '"' + name.replace("\\", "\\\\").replace('"', '\\"') + '"'
    look = f'font: "{TEXT_FONT}", size: {size:.2f}pt, fill: rgb(0, 0, 0, 0), cjk-latin-spacing: none'
    return f"#place(top + left, dx: {left:.1f}pt, dy: {top:.1f}pt, text({look}, {literal}))"
