"""Lanes: each way from a start to a goal is a row of boxes from left to right, joined one by one; long ways fold."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import cast

from graph.errors import ParameterError
from visual.comb import LEAF_SIZE, NOTE_SIZE, ROOMY_NOTE, straight, unique_key
from visual.cut import Cut, cut_flat, place_box
from visual.dot import fixed_dot
from visual.figure import Box, Drawing, Frame, LineStyle, Orientation, Page, Paper, Placed, Point, Route
from visual.sheet import Sheet, frame_marks, measure_sheet
from visual.tree import orientations

HEAD_EM, STEP_EM = 7.0, (8.0, 16.0)  # text width of a head, and of a step at least and at most
PAD = 16.0
STEP_GAP = (22.0, 240.0)  # least and most between the steps of a lane
LINE_GAP, LANE_GAPS = 20.0, (14.0, 96.0)  # between the lines of a folded lane; least and most between lanes
MOST_HEIGHT = 110.0
SIZES = (14.0, 12.0)  # of text, tried before that of leaves: few short ways are set larger


@dataclass(frozen=True, slots=True)
class Step:
    """A box on a way and the line that leads to it from the box before."""

    box: Box
    line: LineStyle = "lead"


@dataclass(frozen=True, slots=True)
class Lane:
    """A way: what it is called, then its boxes."""

    head: Box
    steps: tuple[Step, ...]


@dataclass(frozen=True, slots=True)
class Track:
    """The measures of one sheet: widths in points, steps a line, the height boxes need."""

    sheet: Sheet
    head: float
    first: float
    step: float
    gap: float
    across: int
    height: float
    size: float
    note: float

    def cut(self, box: Box) -> Cut:
        """The text of a step."""
        return cut_flat(box, self.size, self.note, (self.step - PAD) / self.size, 1.0)

    def lines(self, lane: Lane) -> int:
        """Lines that a lane folds into."""
        return -(-len(lane.steps) // self.across)


def draw_lanes(
    lanes: Sequence[Lane],
    frame: Frame,
    *,
    paper: str = "A3",
    orientation: str = "auto",
    mono: bool = False,
) -> Drawing:
    """Draw the lanes in order, on as many sheets as they need.

    Raises ParameterError for an unknown paper or orientation, or when there is no lane.
    """
    if not lanes or not all(lane.steps for lane in lanes):
        raise ParameterError("没有可画的内容。", "请换一个起点、终点或区域。", code="empty-chart")
    sizes = (*SIZES, LEAF_SIZE.get(paper, 0.0))
    tracks = [
        _track(lanes, frame, cast(Paper, paper), side, size)
        for side in orientations(paper, orientation)
        for size in sizes
    ]
    found = [(each, packed) for each in tracks if (packed := _pages(lanes, each))]
    if not found:
        raise ParameterError("一条路径太长，一张纸上排不下。", "请改用 A3。", code="chart-too-large")
    # A way that folds is harder to follow than one in smaller type.
    track, packed = min(found, key=lambda it: (len(it[1]), sum(it[0].lines(lane) for lane in lanes), -it[0].size))
    pages = tuple(_page(page, track, frame, mono, n, len(packed)) for n, page in enumerate(packed, 1))
    words = f"共{len(lanes)}条，最长{max(len(lane.steps) for lane in lanes)}步。"
    return Drawing(frame.title, words, frame.as_of, track.sheet.paper, mono, frame.link_prefix, pages)


def _styles(lanes: Sequence[Lane]) -> tuple[str, ...]:
    styles: dict[str, None] = {}
    for lane in lanes:
        styles |= dict.fromkeys([lane.head.style, *(step.box.style for step in lane.steps)])
        styles |= dict.fromkeys(step.line for step in lane.steps[1:])
        if any(step.box.starred for step in lane.steps):
            styles["star"] = None
    return tuple(styles)


def _track(lanes: Sequence[Lane], frame: Frame, paper: Paper, side: Orientation, size: float) -> Track:
    sheet = measure_sheet(frame, paper, side, title=frame.title, basis=frame.basis, styles=_styles(lanes))
    note = NOTE_SIZE[paper] if size == LEAF_SIZE[paper] else ROOMY_NOTE
    head = HEAD_EM * size + PAD
    first = sheet.area.left + head + STEP_GAP[0]
    room = sheet.area.right - first - STEP_GAP[0] / 2  # a folded lane turns at the right
    most = max(len(lane.steps) for lane in lanes)
    least = STEP_EM[0] * size + PAD
    across = max(1, min(most, int((room + STEP_GAP[0]) / (least + STEP_GAP[0]))))
    step = min((room + STEP_GAP[0]) / across - STEP_GAP[0], STEP_EM[1] * size + PAD)
    gap = min((room - across * step) / (across - 1), STEP_GAP[1]) if across > 1 else STEP_GAP[0]
    track = Track(sheet, head, first, step, gap, across, 0.0, size, note)
    deep = max(track.cut(each.box).height for lane in lanes for each in lane.steps)
    deep = max(deep, *(_head_cut(track, lane).height for lane in lanes))
    return replace(track, height=deep)


def _head_cut(track: Track, lane: Lane) -> Cut:
    return cut_flat(lane.head, track.size, track.note, HEAD_EM, 1.0)


def _deep(track: Track, lane: Lane, height: float) -> float:
    return track.lines(lane) * (height + LINE_GAP) - LINE_GAP


def _total(track: Track, lanes: Sequence[Lane], height: float, gap: float) -> float:
    return sum(_deep(track, lane, height) + gap for lane in lanes) - gap


def _pages(lanes: Sequence[Lane], track: Track) -> list[list[Lane]]:
    """The lanes in order on as few pages as hold them; none where one alone is too high for a page."""
    room = track.sheet.area.height
    pages: list[list[Lane]] = [[]]
    for lane in lanes:
        if pages[-1] and _total(track, [*pages[-1], lane], track.height, LANE_GAPS[0]) > room:
            pages.append([])
        pages[-1].append(lane)
        if _total(track, pages[-1], track.height, LANE_GAPS[0]) > room:
            return []
    return pages


def _page(lanes: Sequence[Lane], track: Track, frame: Frame, mono: bool, number: int, count: int) -> Page:
    area = track.sheet.area
    height, gap = _spread(track, lanes, area.height)
    placed: list[Placed] = []
    routes: list[Route] = []
    keys: set[str] = set()
    y = area.top + max(0.0, (area.height - _total(track, lanes, height, gap)) * 0.3)
    for lane in lanes:
        deep = _deep(track, lane, height)
        head = unique_key(lane.head.id, keys)
        cut = _head_cut(track, lane)
        placed.append(place_box(head, lane.head, cut, area.left + track.head / 2, y, track.head, deep))
        for item, route in _steps(track, lane, y, height, keys):
            placed.append(item)
            routes += [route] if route else []
        y += deep + gap
    texts, symbols = frame_marks(track.sheet, frame, _styles(lanes), number, count)
    size = (track.sheet.width, track.sheet.height)
    dot = fixed_dot(frame.title, size, placed, routes, (), mono=mono, link_prefix=frame.link_prefix)
    return Page(*size, area, tuple(placed), tuple(routes), (), texts, symbols, dot)


def _spread(track: Track, lanes: Sequence[Lane], room: float) -> tuple[float, float]:
    """Height of the boxes and gap of the lanes, grown together until the page is full or both are at their most."""
    low, high = 0.0, 1.0
    most = max(track.height, MOST_HEIGHT)
    for _ in range(14):
        middle = (low + high) / 2
        height, gap = _between(track.height, most, middle), _between(*LANE_GAPS, middle)
        low, high = (middle, high) if _total(track, lanes, height, gap) <= room else (low, middle)
    return _between(track.height, most, low), _between(*LANE_GAPS, low)


def _between(least: float, most: float, share: float) -> float:
    return least + (most - least) * share


def _steps(
    track: Track, lane: Lane, top: float, height: float, keys: set[str]
) -> Iterator[tuple[Placed, Route | None]]:
    before: Placed | None = None
    for at, step in enumerate(lane.steps):
        line, place = divmod(at, track.across)
        x = track.first + place * (track.step + track.gap) + track.step / 2
        key = unique_key(step.box.id, keys)
        item = place_box(key, step.box, track.cut(step.box), x, top + line * (height + LINE_GAP), track.step, height)
        yield item, Route(before.key, key, step.line, _points(before, item)) if before else None
        before = item


def _points(before: Placed, item: Placed) -> tuple[Point, ...]:
    """Straight on, or round the end of a line to the start of the next."""
    start, end = (before.x + before.width / 2, before.y), (item.x - item.width / 2, item.y)
    if item.y == before.y:
        return (start, end)
    right, left = start[0] + STEP_GAP[0] / 2, end[0] - STEP_GAP[0] / 2
    middle = (before.y + item.y) / 2
    return straight([start, (right, start[1]), (right, middle), (left, middle), (left, end[1]), end])
