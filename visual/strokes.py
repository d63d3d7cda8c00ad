"""Lines that share a piece of way are drawn there once: painted over each other they come out bolder than the rest."""

from __future__ import annotations

import itertools
import re

from visual.dot import number
from visual.figure import Point

Interval = tuple[float, float]
Drawn = dict[tuple[str, int, float], list[Interval]]  # style, axis (0 runs along x, 1 along y), where → what is drawn
NEAR = 0.01
NUMBER_RE = re.compile(r"-?\d+(?:\.\d+)?")


def corners(path: str) -> list[Point]:
    """The points of an SVG path of straight Bezier pieces (M x,y C …), as Graphviz writes a polyline."""
    values = [float(value) for value in NUMBER_RE.findall(path)]
    return list(zip(values[::6], values[1::6], strict=True))


def drawn_once(path: str, style: str, drawn: Drawn) -> str:
    """The path without the pieces that a line of the same style has `drawn` before; what remains is added to it.

    Pieces along an axis are compared; slanted ones stay. Empty when nothing remains.
    """
    parts: list[str] = []
    last: Point | None = None
    for start, end in itertools.pairwise(corners(path)):
        for head, tail in _left(start, end, style, drawn):
            if last is None or max(abs(last[0] - head[0]), abs(last[1] - head[1])) > NEAR:
                parts.append(f"M{number(head[0])},{number(head[1])}")
            parts.append(f"L{number(tail[0])},{number(tail[1])}")
            last = tail
    return " ".join(parts)


def _left(start: Point, end: Point, style: str, drawn: Drawn) -> list[tuple[Point, Point]]:
    """The pieces of a straight line that are not drawn yet, in its direction."""
    axis = 0 if abs(start[1] - end[1]) < NEAR else 1 if abs(start[0] - end[0]) < NEAR else -1
    if axis < 0:
        return [(start, end)]
    key = (style, axis, round(start[1 - axis], 1))
    low, high = sorted((start[axis], end[axis]))
    pieces: list[Interval] = [(low, high)]
    for taken in drawn.setdefault(key, []):
        pieces = [rest for piece in pieces for rest in _without(piece, taken)]
    drawn[key].append((low, high))
    across = start[1 - axis]
    found = [tuple((at, across) if axis == 0 else (across, at) for at in piece) for piece in pieces]
    ordered = [(a, b) for a, b in found]
    return ordered if start[axis] <= end[axis] else [(b, a) for a, b in reversed(ordered)]


def _without(piece: Interval, taken: Interval) -> list[Interval]:
    rests = [(piece[0], min(piece[1], taken[0])), (max(piece[0], taken[1]), piece[1])]
    return [rest for rest in rests if rest[1] - rest[0] > NEAR]
