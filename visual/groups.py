"""Grouped charts (pairing, alliance): per superior a column of heads, each with its partners by kind on a line.

A bipartite layout of 56 communities and 154 units is a hairball; in rows every tie is one short line, a community
without a partner stands out, and the chart pages by itself.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from typing import cast

from graph.errors import ParameterError
from visual.dot import fixed_dot
from visual.figure import Box, Drawing, Frame, LineStyle, Orientation, Page, Paper, Placed, Route, Section, TextRun
from visual.lines import TITLE_HEIGHT, WIDTHS, Grid, Rows, Strip, measure_grid, moved, section_cut, stretched, strips
from visual.packing import ROW_GAPS, SECTION_GAP, height, packs
from visual.sheet import Sheet, frame_marks, measure_sheet
from visual.tree import orientations

PANELS, PANEL_GAP = (1, 2, 3), 28.0  # rows may go on in panels side by side, as in a newspaper
STRETCH = (1.0, 1.8)  # factor of the boxes' heights on sparse pages


def draw_groups(
    sections: Sequence[Section],
    frame: Frame,
    *,
    columns: Sequence[str],
    paper: str = "A3",
    orientation: str = "auto",
    mono: bool = False,
    line: LineStyle | None = None,
    line_words: str = "",
) -> Drawing:
    """Draw rows of heads and partners, `columns` naming the cells of each row, on as many sheets as they need.

    `line` is the style from head to partner: pairing, or member where heads are alliances; `line_words` what the legend
    says of it. Rows go on in panels side by side where that saves pages. Raises ParameterError for an unknown paper or
    orientation, when there is no row, or with more columns than fit.
    """
    shown = tuple(section for section in sections if section.rows)
    if not shown or not columns:
        raise ParameterError("没有可画的内容。", "请换一个区域，或先导入结对、联席数据。", code="empty-chart")
    style: LineStyle = line or ("member" if _alliances(shown) else "pairing")
    if line_words:
        frame = replace(frame, legend=(*frame.legend, (style, line_words)))
    layouts = [
        found
        for side in orientations(paper, orientation)
        for panels in PANELS
        for least_em in WIDTHS
        if (found := _layout(shown, columns, frame, style, cast(Paper, paper), side, panels, least_em))
    ]
    if not layouts:
        raise ParameterError("列太多，一张纸上排不下。", "请改用 A3 横向。", code="chart-too-large")
    best = min(layouts, key=lambda each: (len(each.pages), each.panels))
    pages = tuple(_page(content, best, frame, style, mono, number) for number, content in enumerate(best.pages, 1))
    return Drawing(frame.title, _describe(shown), frame.as_of, best.sheet.paper, mono, frame.link_prefix, pages)


@dataclass(frozen=True, slots=True)
class Layout:
    """One way to set the rows: on which sheet, in how many panels side by side, and each panel of each page."""

    sheet: Sheet
    grid: Grid
    panels: int
    pages: list[list[list[Strip]]]


def _layout(
    sections: Sequence[Section],
    columns: Sequence[str],
    frame: Frame,
    style: LineStyle,
    paper: Paper,
    side: Orientation,
    panels: int,
    least_em: float,
) -> Layout | None:
    """The rows in `panels` on sheets of one orientation, None where the columns are too narrow."""
    styles = _styles(_boxes(sections), style)
    sheet = measure_sheet(frame, paper, side, title=frame.title, basis=frame.basis, styles=styles)
    width = (sheet.area.width + PANEL_GAP) / panels - PANEL_GAP
    grid = measure_grid(sections, columns, paper, replace(sheet.area, right=sheet.area.left + width), least_em)
    if grid is None:
        return None
    room = sheet.area.height - TITLE_HEIGHT
    packed = packs(strips(grid, sections, room), grid, room, panels)
    return Layout(sheet, grid, panels, [packed[at : at + panels] for at in range(0, len(packed), panels)])


def _alliances(sections: Sequence[Section]) -> bool:
    return any(row.head.style == "alliance" for section in sections for row in section.rows)


def _boxes(sections: Sequence[Section]) -> Iterator[Box]:
    for section in sections:
        yield section.box
        for row in section.rows:
            yield row.head
            for cell in row.cells:
                yield from cell


def _styles(boxes: Iterator[Box], line: LineStyle) -> tuple[str, ...]:
    styles: dict[str, None] = {line: None, **({"lead": None} if line == "pairing" else {})}
    for box in boxes:
        styles[box.style] = None
        if box.starred:
            styles["star"] = None
    return tuple(styles)


def _describe(sections: Sequence[Section]) -> str:
    rows = [row for section in sections for row in section.rows]
    alone = sum(1 for row in rows if not any(row.cells))
    return f"共{len(sections)}组{len(rows)}行，其中{alone}行没有对象。"


def _page(
    content: Sequence[Sequence[Strip]], layout: Layout, frame: Frame, line: LineStyle, mono: bool, number: int
) -> Page:
    sheet = layout.sheet
    gap, factor = _spread(content, layout.grid, sheet.area.height - TITLE_HEIGHT)
    placed: list[Placed] = []
    routes: list[Route] = []
    captions: list[TextRun] = []
    keys: set[str] = set()
    for at, panel in enumerate(content):
        grid = moved(layout.grid, at * (layout.grid.area.width + PANEL_GAP))
        rows = Rows(grid, line, placed, routes, captions, keys)
        rows.titles()
        _panel([stretched(strip, factor) for strip in panel], rows, gap)
    drawn = _styles((item.box for item in placed), line)
    shown = [style for style in drawn if style != line or any(route.style == line for route in routes)]
    texts, symbols = frame_marks(sheet, frame, shown, number, len(layout.pages))
    size = (sheet.width, sheet.height)
    dot = fixed_dot(frame.title, size, placed, routes, captions, mono=mono, link_prefix=frame.link_prefix)
    return Page(*size, sheet.area, tuple(placed), tuple(routes), tuple(captions), texts, symbols, dot)


def _panel(content: Sequence[Strip], rows: Rows, gap: float) -> None:
    """Place the rows of one panel with their sections."""
    y = rows.grid.area.top + TITLE_HEIGHT
    for _, group in groupby(content, key=lambda strip: id(strip.section)):
        heads: list[tuple[str, float]] = []
        top, section = y, content[0].section
        for strip in group:
            section = strip.section
            heads.append(rows.put(strip, y))
            y += strip.height + gap
        bottom = max(y - gap, top + section_cut(rows.grid.paper, section).height)
        rows.section(section, top, bottom, heads, joined=rows.line == "pairing")
        y = bottom + gap * SECTION_GAP


def _spread(content: Sequence[Sequence[Strip]], grid: Grid, room: float) -> tuple[float, float]:
    """Gap between rows and factor of the boxes' heights, grown together until the fullest panel is full."""
    low, high = 0.0, 1.0
    for _ in range(12):
        middle = (low + high) / 2
        gap, factor = _between(ROW_GAPS, middle), _between(STRETCH, middle)
        deep = max(height([stretched(strip, factor) for strip in panel], grid, gap) for panel in content)
        low, high = (middle, high) if deep <= room else (low, middle)
    return _between(ROW_GAPS, low), _between(STRETCH, low)


def _between(limits: tuple[float, float], share: float) -> float:
    return limits[0] + (limits[1] - limits[0]) * share
