"""What a chart is, before and after its layout: frozen values, no behaviour."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Literal

BoxStyle = Literal["organization", "unit", "alliance", "temporary", "gap", "area"]
LineStyle = Literal["lead", "guidance", "pairing", "member", "report"]
Paper = Literal["A4", "A3"]
Orientation = Literal["portrait", "landscape"]
Point = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Box:
    """One organization, unit, area or gap of a chart.

    `id` is the node's id and the only thing a link is made of; `label` the full name, `short` the name used where
    the full one has no room; `kind` the Chinese term counted when this box is rolled up into its superior (网格143);
    `note` stands under the name in smaller type; `reference` is 见第N页; `starred` marks a made-up node with *.
    """

    id: str
    label: str
    short: str = ""
    style: BoxStyle = "organization"
    kind: str = ""
    note: str = ""
    reference: str = ""
    starred: bool = False
    tooltip: str = ""


@dataclass(frozen=True, slots=True)
class TreeNode:
    """A box with what is under it, in official order. `line` is the style of the line up to the parent."""

    box: Box
    children: tuple[TreeNode, ...] = ()
    line: LineStyle = "lead"


@dataclass(frozen=True, slots=True)
class Row:
    """A head (community, alliance) and its partners, one tuple of boxes for each column of the chart."""

    head: Box
    cells: tuple[tuple[Box, ...], ...]


@dataclass(frozen=True, slots=True)
class Section:
    """Rows under one superior (a street, a tier)."""

    box: Box
    rows: tuple[Row, ...]


@dataclass(frozen=True, slots=True)
class Frame:
    """What surrounds a drawing on its page.

    `unit_name` is 制图单位 and 落款 (empty: neither is written, none is invented); `as_of` the day of the answer;
    `basis` the sentences of 口径; `generated` how many made-up nodes stand behind the picture (more than 0: the
    mark is set); `mark` a further mark of the user's; `legend` replaces the words of a symbol (style, words; no words:
    it is left out);
    `link_prefix` comes before the id in links.
    """

    title: str
    as_of: dt.date
    unit_name: str = ""
    basis: tuple[str, ...] = ()
    signed: dt.date | None = None
    generated: int = 0
    mark: str = ""
    legend: tuple[tuple[str, str], ...] = ()
    link_prefix: str = "#"


@dataclass(frozen=True, slots=True)
class TextRun:
    """Lines of one size, centred on (x, y)."""

    lines: tuple[str, ...]
    x: float
    y: float
    size: float


@dataclass(frozen=True, slots=True)
class Placed:
    """A box at its place: centre, width, height in points from the page's top left corner. `key` is unique on a page
    (a unit that partners two communities stands there twice, with one id and two keys)."""

    key: str
    box: Box
    x: float
    y: float
    width: float
    height: float
    texts: tuple[TextRun, ...]


@dataclass(frozen=True, slots=True)
class Route:
    """A line from one key to another through `points` (page points), at least two."""

    source: str
    target: str
    style: LineStyle
    points: tuple[Point, ...]


@dataclass(frozen=True, slots=True)
class FrameText:
    """A line of the page frame: baseline at (x, y), `anchor` start, middle or end; `face` title or text."""

    text: str
    x: float
    y: float
    size: float
    anchor: Literal["start", "middle", "end"] = "start"
    face: Literal["title", "text"] = "text"


@dataclass(frozen=True, slots=True)
class Symbol:
    """A legend symbol (box or line style, or "star"), its left top corner at (x, y); its words are a FrameText."""

    style: str
    x: float
    y: float


@dataclass(frozen=True, slots=True)
class Area:
    """A rectangle in page points, y growing downwards."""

    left: float
    top: float
    right: float
    bottom: float

    @property
    def width(self) -> float:
        return self.right - self.left

    @property
    def height(self) -> float:
        return self.bottom - self.top


@dataclass(frozen=True, slots=True)
class Page:
    """One sheet: size in points, placed boxes and lines, free texts, the frame, and the DOT text of the drawing, in
    which everything has its fixed position. `area` is what the drawing may use."""

    width: float
    height: float
    area: Area
    placed: tuple[Placed, ...]
    routes: tuple[Route, ...]
    captions: tuple[TextRun, ...]
    texts: tuple[FrameText, ...]
    symbols: tuple[Symbol, ...]
    dot: str


@dataclass(frozen=True, slots=True)
class Drawing:
    """A finished chart of one or more pages, ready for `visual.render.render`."""

    title: str
    description: str
    as_of: dt.date
    paper: Paper
    mono: bool
    link_prefix: str
    pages: tuple[Page, ...]
