"""Rows of partners on a line: how wide columns are, how high rows, and where every box and line of a page stands."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from visual.comb import LEAF_SIZE, NOTE_SIZE, SECOND_SIZE, straight, unique_key
from visual.cut import Cut, Upright, cut_flat, cut_upright, place_box
from visual.figure import Area, Box, LineStyle, Paper, Placed, Point, Route, Row, Section, TextRun
from visual.text import clean, wrap

HEAD_EM, MOST_EM = 9.0, 20.0  # text width of a head, and of a partner's box at most
WIDTHS = (9.0, 7.0)  # least text widths of a partner's box that are tried, em
FLAT_PAD = 16.0  # white beside the text of a box, both sides
LEAST_SHARE = 0.7  # of its column's width that a line of boxes takes, so that few partners fill the page
LONG_LINES = 3  # lines that the longest cell of a column may need
BOX_GAP, COLUMN_GAP, SECTION_GAP = 8.0, 18.0, 12.0
HANG, DROP = 6.0, 8.0  # from a head's top to its line, from the line down to the partners
TITLE_HEIGHT = 26.0
SECTION_UPRIGHT = Upright(8, beside=True)
EMPTY_CELL = "—"
CONTINUED = "（续）"


@dataclass(frozen=True, slots=True)
class Column:
    """A column of partners: left edge, width of a box, boxes side by side."""

    title: str
    left: float
    box: float
    across: int


@dataclass(frozen=True, slots=True)
class Grid:
    """The measures of one chart: where section boxes, heads and columns stand in `area`."""

    paper: Paper
    area: Area
    section: float
    head_left: float
    head: float
    columns: tuple[Column, ...]

    @property
    def size(self) -> float:
        return LEAF_SIZE[self.paper]


@dataclass(frozen=True, slots=True)
class Strip:
    """A row ready to be placed: cuts of its head and of each line of partners, and its height in points."""

    section: Section
    row: Row
    head: Cut
    lines: tuple[float, ...]  # height of the boxes of each line
    height: float
    continued: bool


def measure_grid(
    sections: Sequence[Section], columns: Sequence[str], paper: Paper, area: Area, least_em: float
) -> Grid | None:
    """Share the width among the columns by the longest cell of each; None where a column would get less than a box of
    `least_em` font sizes."""
    size = LEAF_SIZE[paper]
    section = max(section_cut(paper, item).width for item in sections)
    head = HEAD_EM * size + FLAT_PAD
    left = area.left + section + SECTION_GAP + head + COLUMN_GAP
    rows = [row for item in sections for row in item.rows]
    longest = [max([1, *(len(row.cells[at]) for row in rows if at < len(row.cells))]) for at in range(len(columns))]
    free = area.right - left - COLUMN_GAP * (len(columns) - 1)
    least = least_em * size + FLAT_PAD
    if free < least * len(columns):
        return None
    # One long cell must not widen its column for all rows: it takes more lines instead.
    weights = [
        min(_usual([len(row.cells[at]) for row in rows if at < len(row.cells)]), 6) for at in range(len(columns))
    ]
    found: list[Column] = []
    for title, most, weight in zip(columns, longest, weights, strict=True):
        share = least + (free - least * len(columns)) * weight / sum(weights)
        fits = int((share + BOX_GAP) / (least + BOX_GAP))
        # As many side by side as usual rows need; a rare long cell goes on over lines.
        across = max(1, min(fits, max(weight, -(-most // LONG_LINES))))
        whole = (share + BOX_GAP) / across - BOX_GAP
        box = min(whole, max(MOST_EM * size + FLAT_PAD, LEAST_SHARE * whole))
        found.append(Column(title, left, box, across))
        left += share + COLUMN_GAP
    return Grid(paper, area, section, area.left + section + SECTION_GAP, head, tuple(found))


def moved(grid: Grid, across: float) -> Grid:
    """The grid moved to the right by `across` points."""
    area = replace(grid.area, left=grid.area.left + across, right=grid.area.right + across)
    columns = tuple(replace(column, left=column.left + across) for column in grid.columns)
    return replace(grid, area=area, head_left=grid.head_left + across, columns=columns)


def stretched(strip: Strip, factor: float) -> Strip:
    """The strip with its partners' boxes higher by a factor."""
    lines = tuple(deep * factor for deep in strip.lines)
    height = HANG + sum(lines) + DROP * len(lines) + BOX_GAP * (len(lines) - 1)
    return replace(strip, lines=lines, height=max(height, strip.head.height))


def _usual(counts: Sequence[int]) -> int:
    """The number of boxes that nine of ten cells do not exceed, at least 1."""
    ordered = sorted(counts) or [1]
    return max(1, ordered[(len(ordered) - 1) * 9 // 10])


def section_cut(paper: Paper, section: Section) -> Cut:
    """The upright text of a section; its rows take at least its height."""
    return cut_upright(section.box, SECOND_SIZE, NOTE_SIZE[paper], SECTION_UPRIGHT)


def partner_cut(grid: Grid, box: Box, column: Column) -> Cut:
    """The text of a partner as it fits its column."""
    return cut_flat(box, grid.size, NOTE_SIZE[grid.paper], (column.box - FLAT_PAD) / grid.size, 1.0)


def strips(grid: Grid, sections: Sequence[Section], room: float) -> list[Strip]:
    """All rows measured; a row higher than `room` (points) is continued in further strips."""
    found: list[Strip] = []
    for section in sections:
        for row in section.rows:
            rest, continued = row, False
            while True:
                strip, rest_row = _cut_strip(grid, section, rest, room, continued)
                found.append(strip)
                if rest_row is None:
                    break
                rest, continued = rest_row, True
    return found


def _cut_strip(grid: Grid, section: Section, row: Row, room: float, continued: bool) -> tuple[Strip, Row | None]:
    head_box = replace(row.head, label=row.head.label + CONTINUED) if continued else row.head
    head = cut_flat(head_box, grid.size, NOTE_SIZE[grid.paper], HEAD_EM, 1.0)
    count = max([1, *(-(-len(cell) // col.across) for cell, col in zip(row.cells, grid.columns, strict=False))])
    heights: list[float] = []
    height = HANG
    for number in range(count):
        boxes = _line_boxes(grid, row, number)
        deep = max([0.0, *(partner_cut(grid, box, column).height for column, _, box in boxes)])
        if heights and height + DROP + deep + BOX_GAP > room:
            break
        height += (BOX_GAP if heights else 0.0) + DROP + deep
        heights.append(deep)
    taken = len(heights)
    strip_row = replace(
        row,
        head=head_box,
        cells=tuple(cell[: taken * col.across] for cell, col in zip(row.cells, grid.columns, strict=False)),
    )
    strip = Strip(section, strip_row, head, tuple(heights), max(height, head.height), continued)
    if taken == count:
        return strip, None
    left = tuple(cell[taken * col.across :] for cell, col in zip(row.cells, grid.columns, strict=False))
    return strip, replace(row, cells=left)


def _line_boxes(grid: Grid, row: Row, number: int) -> list[tuple[Column, int, Box]]:
    """The boxes of line `number` of a row, with their column and place in it."""
    return [
        (column, place, box)
        for cell, column in zip(row.cells, grid.columns, strict=False)
        for place, box in enumerate(cell[number * column.across : (number + 1) * column.across])
    ]


@dataclass(frozen=True, slots=True)
class Rows:
    """The walk that places the strips of one page."""

    grid: Grid
    line: LineStyle
    placed: list[Placed]
    routes: list[Route]
    captions: list[TextRun]
    keys: set[str]

    def titles(self) -> None:
        """Column titles over the columns, centred on the first line of boxes."""
        for column in self.grid.columns:
            limit = column.box * column.across / SECOND_SIZE
            lines = wrap(clean(column.title), max(limit, 6.0))[:2]
            width = column.across * (column.box + BOX_GAP) - BOX_GAP
            x = column.left + width / 2
            self.captions.append(TextRun(lines, x, self.grid.area.top + TITLE_HEIGHT / 2 - 4, SECOND_SIZE - 1.5))

    def put(self, strip: Strip, top: float) -> tuple[str, float]:
        """Place a head with its partners; the head's key and the height where its superior's line arrives."""
        grid = self.grid
        key = unique_key(strip.row.head.id, self.keys)
        right = grid.head_left + grid.head
        head = place_box(key, strip.row.head, strip.head, (grid.head_left + right) / 2, top, grid.head, strip.height)
        self.placed.append(head)
        first = top + HANG
        y = first
        for number, deep in enumerate(strip.lines):
            for column, place, box in _line_boxes(grid, strip.row, number):
                x = column.left + place * (column.box + BOX_GAP) + column.box / 2
                partner = unique_key(box.id, self.keys)
                cut = partner_cut(grid, box, column)
                self.placed.append(place_box(partner, box, cut, x, y + DROP, column.box, deep))
                points = self._points((right, first), y, (x, y + DROP))
                self.routes.append(Route(key, partner, self.line, points))
            y += DROP + deep + BOX_GAP
        if any(strip.row.cells):
            self._dashes(strip, first + DROP)
        return key, top + strip.height / 2

    def _points(self, start: Point, bus: float, end: Point) -> tuple[Point, ...]:
        trunk = start[0] + COLUMN_GAP / 2
        return straight([start, (trunk, start[1]), (trunk, bus), (end[0], bus), end])

    def _dashes(self, strip: Strip, top: float) -> None:
        """A dash where a head with partners has none of this column's kind."""
        if strip.continued:
            return
        for cell, column in zip(strip.row.cells, self.grid.columns, strict=False):
            if not cell:
                deep = strip.lines[0] if strip.lines else 0.0
                self.captions.append(
                    TextRun((EMPTY_CELL,), column.left + column.box / 2, top + deep / 2, self.grid.size)
                )

    def section(
        self, section: Section, top: float, bottom: float, heads: Sequence[tuple[str, float]], joined: bool
    ) -> None:
        """The upright box of a section beside its rows, joined to each head by a straight line."""
        grid = self.grid
        cut = section_cut(grid.paper, section)
        key = unique_key(section.box.id, self.keys)
        x = grid.area.left + grid.section / 2
        self.placed.append(place_box(key, section.box, cut, x, top, grid.section, bottom - top))
        for head, y in heads if joined else ():
            points = ((grid.area.left + grid.section, y), (grid.head_left, y))
            self.routes.append(Route(key, head, "lead", points))
