"""Tiles: areas in rows, questions in columns, a tile with n/N where they meet; gaps hatched, nothing joined by lines.

Why not a tree or dot: a district has hundreds of figures, and only a table of tiles shows at a glance where they lack.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from typing import cast

from graph.errors import ParameterError
from visual.comb import LEAF_SIZE, NOTE_SIZE, ROOMY_NOTE, SECOND_SIZE, unique_key
from visual.cut import Cut, Upright, cut_flat, cut_upright, place_box
from visual.dot import fixed_dot
from visual.figure import Box, Drawing, Frame, Orientation, Page, Paper, Placed, Row, Section, TextRun
from visual.sheet import Sheet, frame_marks, measure_sheet
from visual.text import LINE_PITCH, clean, wrap
from visual.tree import orientations

HEAD_EM, LEAST_EM = 8.0, 4.0  # text width of a head; least of a tile
HANGING = 1.5  # em that closing marks may hang over the end of a line
PAD = 12.0  # white beside the text of a tile, both sides
GAP, SECTION_GAP = 5.0, 12.0
MOST_HEIGHT = 140.0  # a row is not stretched beyond it
SIZES = (14.0, 12.0)  # of text, tried before that of leaves
TITLE_SIZE = {"A3": 10.5, "A4": 9.0}


@dataclass(frozen=True, slots=True)
class Table:
    """The measures of one sheet: left edges and widths in points, the titles' lines, and the height rows need."""

    sheet: Sheet
    section: float
    head_left: float
    head: float
    first: float
    tile: float
    titles: tuple[tuple[str, ...], ...]
    title_height: float
    row: float
    size: float
    note: float

    @property
    def room(self) -> float:
        """Height for rows."""
        return self.sheet.area.height - self.title_height


def draw_tiles(
    sections: Sequence[Section],
    frame: Frame,
    *,
    columns: Sequence[str],
    paper: str = "A3",
    orientation: str = "auto",
    mono: bool = False,
) -> Drawing:
    """Draw rows of tiles (each cell of a row holds one box), `columns` naming them, on as many sheets as they need.

    Raises ParameterError for an unknown paper or orientation, without a row or column, or with more columns than fit.
    """
    shown = tuple(section for section in sections if section.rows)
    if not shown or not columns:
        raise ParameterError("没有可画的内容。", "请换一个区域，或在治理方案中声明覆盖规则。", code="empty-chart")
    sizes = (*SIZES, LEAF_SIZE.get(paper, 0.0))
    found = [
        _table(shown, columns, frame, cast(Paper, paper), side, size)
        for side in orientations(paper, orientation)
        for size in sizes
    ]
    tables = [(table, packed) for table in found if table and (packed := _pages(shown, table))]
    if not tables:
        raise ParameterError("列太多或一行的文字太多，一张纸上排不下。", "请改用 A3 横向。", code="chart-too-large")
    table, packed = min(tables, key=lambda item: (len(item[1]), _broken(shown, item[0]), -item[0].size))
    pages = tuple(_page(content, table, frame, mono, n, len(packed)) for n, content in enumerate(packed, 1))
    rows = sum(len(section.rows) for section in shown)
    words = f"{rows}行{len(columns)}列，列为{'、'.join(columns)}。"
    return Drawing(frame.title, words, frame.as_of, table.sheet.paper, mono, frame.link_prefix, pages)


def _boxes(sections: Sequence[Section]) -> Iterator[Box]:
    for section in sections:
        yield section.box
        for row in section.rows:
            yield row.head
            for cell in row.cells:
                yield from cell


def _styles(boxes: Iterator[Box]) -> tuple[str, ...]:
    styles: dict[str, None] = {}
    for box in boxes:
        styles[box.style] = None
        if box.starred:
            styles["star"] = None
    return tuple(styles)


def _table(
    sections: Sequence[Section], columns: Sequence[str], frame: Frame, paper: Paper, side: Orientation, size: float
) -> Table | None:
    sheet = measure_sheet(frame, paper, side, title=frame.title, basis=frame.basis, styles=_styles(_boxes(sections)))
    note = NOTE_SIZE[paper] if size == LEAF_SIZE[paper] else ROOMY_NOTE
    section = max(_section_cut(each, paper).width for each in sections)
    head_left = sheet.area.left + section + GAP
    head = HEAD_EM * size + PAD
    first = head_left + head + GAP
    tile = (sheet.area.right - first + GAP) / len(columns) - GAP
    if tile < LEAST_EM * size + PAD / 2:
        return None
    titles = tuple(wrap(clean(title), tile / TITLE_SIZE[paper] - HANGING) for title in columns)
    deep = max(len(lines) for lines in titles) * TITLE_SIZE[paper] * LINE_PITCH + 10
    table = Table(sheet, section, head_left, head, first, tile, titles, deep, 0.0, size, note)
    cuts = [_cuts(table, row) for each in sections for row in each.rows]
    if max(cut.width for head, *tiles in cuts for cut in tiles) > tile:
        return None
    needed = max(cut.height for row in cuts for cut in row)
    return replace(table, row=needed)


def _broken(sections: Sequence[Section], table: Table) -> int:
    """The most lines that the title and the tiles of a column take."""
    tiles = (cut for each in sections for row in each.rows for cut in _cuts(table, row)[1:])
    deepest = max(sum(len(lines) for lines, _ in cut.columns[0]) for cut in tiles)
    return deepest + max(len(lines) for lines in table.titles)


def _section_cut(section: Section, paper: Paper) -> Cut:
    return cut_upright(section.box, SECOND_SIZE, NOTE_SIZE[paper], Upright(8, beside=True))


def _cuts(table: Table, row: Row) -> list[Cut]:
    """The texts of a row: its head, then each tile."""
    head = cut_flat(row.head, table.size, table.note, HEAD_EM, 0.6)
    limit = (table.tile - PAD / 2) / table.size
    return [head, *(cut_flat(cell[0], table.size, table.note, limit, 0.4, LEAST_EM) for cell in row.cells)]


Line = tuple[Section, Row]


def _pages(sections: Sequence[Section], table: Table) -> list[list[Line]]:
    """Rows in order on as few pages as hold them, the pages about equally full; none where one row is too high."""
    lines = [(section, row) for section in sections for row in section.rows]
    for count in range(1, len(lines) + 1):
        size = -(-len(lines) // count)
        pages = [lines[start : start + size] for start in range(0, len(lines), size)]
        if all(_height(page, table, table.row) <= table.room for page in pages):
            return pages
    return []


def _height(page: Sequence[Line], table: Table, row: float) -> float:
    total = -SECTION_GAP
    for _, group in groupby(page, key=lambda line: id(line[0])):
        lines = list(group)
        deep = len(lines) * (row + GAP) - GAP
        total += max(deep, _section_cut(lines[0][0], table.sheet.paper).height) + SECTION_GAP
    return total


def _page(page: Sequence[Line], table: Table, frame: Frame, mono: bool, number: int, count: int) -> Page:
    low, high = table.row, max(table.row, MOST_HEIGHT)
    for _ in range(12):
        middle = (low + high) / 2
        low, high = (middle, high) if _height(page, table, middle) <= table.room else (low, middle)
    placed: list[Placed] = []
    keys: set[str] = set()
    area = table.sheet.area
    y = area.top + table.title_height
    for _, group in groupby(page, key=lambda line: id(line[0])):
        lines = list(group)
        section = lines[0][0]
        cut = _section_cut(section, table.sheet.paper)
        deep = max(len(lines) * (low + GAP) - GAP, cut.height)
        row_height = (deep + GAP) / len(lines) - GAP
        key = unique_key(section.box.id, keys)
        placed.append(place_box(key, section.box, cut, area.left + table.section / 2, y, table.section, deep))
        for at, (_, row) in enumerate(lines):
            placed += _row(table, row, y + at * (row_height + GAP), row_height, keys)
        y += deep + SECTION_GAP
    titles = tuple(_titles(table))
    texts, symbols = frame_marks(table.sheet, frame, _styles(item.box for item in placed), number, count)
    size = (table.sheet.width, table.sheet.height)
    dot = fixed_dot(frame.title, size, placed, (), titles, mono=mono, link_prefix=frame.link_prefix)
    return Page(*size, area, tuple(placed), (), titles, texts, symbols, dot)


def _row(table: Table, row: Row, top: float, height: float, keys: set[str]) -> Iterator[Placed]:
    head, *cells = _cuts(table, row)
    x = table.head_left + table.head / 2
    yield place_box(unique_key(row.head.id, keys), row.head, head, x, top, table.head, height)
    for at, (cell, cut) in enumerate(zip(row.cells, cells, strict=True)):
        x = table.first + at * (table.tile + GAP) + table.tile / 2
        yield place_box(unique_key(cell[0].id, keys), cell[0], cut, x, top, table.tile, height)


def _titles(table: Table) -> Iterator[TextRun]:
    for at, lines in enumerate(table.titles):
        x = table.first + at * (table.tile + GAP) + table.tile / 2
        y = table.sheet.area.top + (table.title_height - 6) / 2
        yield TextRun(lines, x, y, TITLE_SIZE[table.sheet.paper])
