"""Grouped charts (pairing, alliance): per superior a column of heads, each with its partners by kind on a line.

A bipartite layout of 56 communities and 154 units is a hairball; in rows every tie is one short line, a community
without a partner stands out, and the chart pages by itself.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import groupby
from typing import cast

from graph.errors import ParameterError
from visual.dot import fixed_dot
from visual.figure import Box, Drawing, Frame, LineStyle, Page, Paper, Section
from visual.lines import TITLE_HEIGHT, Grid, Rows, Strip, measure_grid, section_cut, strips
from visual.sheet import Sheet, frame_marks, measure_sheet
from visual.tree import orientations

ROW_GAPS = (9.0, 72.0)  # least and most between rows
SECTION_GAP = 1.8  # between sections, in row gaps


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
    says of it. Raises ParameterError for
    an unknown paper or orientation, or when there is no row.
    """
    shown = tuple(section for section in sections if section.rows)
    if not shown or not columns:
        raise ParameterError("没有可画的内容。", "请换一个区域，或先导入结对、联席数据。", code="empty-chart")
    style: LineStyle = line or ("member" if _alliances(shown) else "pairing")
    if line_words:
        frame = replace(frame, legend=(*frame.legend, (style, line_words)))
    sides = orientations(paper, orientation)
    best: tuple[int, Sheet, Grid, list[list[Strip]]] | None = None
    for side in sides:
        sheet = measure_sheet(
            frame, cast(Paper, paper), side, title=frame.title, basis=frame.basis, styles=_styles(_boxes(shown), style)
        )
        grid = measure_grid(shown, columns, sheet.paper, sheet.area)
        room = sheet.area.height - TITLE_HEIGHT
        packed = _pack(strips(grid, shown, room), grid, room)
        if best is None or len(packed) < best[0]:
            best = (len(packed), sheet, grid, packed)
    assert best is not None  # orientations() is never empty
    count, sheet, grid, packed = best
    pages = tuple(_page(content, grid, sheet, frame, style, mono, n, count) for n, content in enumerate(packed, 1))
    return Drawing(frame.title, _describe(shown), frame.as_of, sheet.paper, mono, frame.link_prefix, pages)


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


def _height(content: Sequence[Strip], grid: Grid, gap: float) -> float:
    total = -gap * SECTION_GAP
    for _, group in groupby(content, key=lambda strip: id(strip.section)):
        rows = list(group)
        deep = sum(strip.height for strip in rows) + gap * (len(rows) - 1)
        total += max(deep, section_cut(grid.paper, rows[0].section).height) + gap * SECTION_GAP
    return total


def _pack(content: Sequence[Strip], grid: Grid, room: float) -> list[list[Strip]]:
    """Strips in order on as few pages as they need, the pages about equally full."""
    best = _fill(content, grid, room)
    low, high = 0.0, room
    for _ in range(10):
        middle = (low + high) / 2
        pages = _fill(content, grid, middle)
        if len(pages) <= len(best) and all(_height(page, grid, ROW_GAPS[0]) <= room for page in pages):
            best, high = pages, middle
        else:
            low = middle
    return best


def _fill(content: Sequence[Strip], grid: Grid, limit: float) -> list[list[Strip]]:
    pages: list[list[Strip]] = [[]]
    for strip in content:
        if pages[-1] and _height([*pages[-1], strip], grid, ROW_GAPS[0]) > limit:
            pages.append([])
        pages[-1].append(strip)
    return pages


def _page(
    content: Sequence[Strip],
    grid: Grid,
    sheet: Sheet,
    frame: Frame,
    line: LineStyle,
    mono: bool,
    number: int,
    count: int,
) -> Page:
    area = sheet.area
    gap = _row_gap(content, grid, area.height - TITLE_HEIGHT)
    rows = Rows(grid, line, [], [], [], set())
    rows.titles()
    y = area.top + TITLE_HEIGHT
    for _, group in groupby(content, key=lambda strip: id(strip.section)):
        heads: list[tuple[str, float]] = []
        top, section = y, content[0].section
        for strip in group:
            section = strip.section
            heads.append(rows.put(strip, y))
            y += strip.height + gap
        bottom = max(y - gap, top + section_cut(grid.paper, section).height)
        rows.section(section, top, bottom, heads, joined=line == "pairing")
        y = bottom + gap * SECTION_GAP
    drawn = _styles((item.box for item in rows.placed), line)
    texts, symbols = frame_marks(sheet, frame, [s for s in drawn if s != line or _has(rows, line)], number, count)
    dot = fixed_dot(
        frame.title,
        (sheet.width, sheet.height),
        rows.placed,
        rows.routes,
        rows.captions,
        mono=mono,
        link_prefix=frame.link_prefix,
    )
    placed, routes, captions = tuple(rows.placed), tuple(rows.routes), tuple(rows.captions)
    return Page(sheet.width, sheet.height, area, placed, routes, captions, texts, symbols, dot)


def _has(rows: Rows, line: LineStyle) -> bool:
    return any(route.style == line for route in rows.routes)


def _row_gap(content: Sequence[Strip], grid: Grid, room: float) -> float:
    low, high = ROW_GAPS
    for _ in range(12):
        middle = (low + high) / 2
        low, high = (middle, high) if _height(content, grid, middle) <= room else (low, middle)
    return low
