"""Measures a rendered page: everything a reader would call a fault of drawing, found in the SVG itself."""

from __future__ import annotations

import itertools
import re
import unicodedata
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from dataclasses import dataclass

SVG = "{http://www.w3.org/2000/svg}"
POINTS_PER_MM = 72 / 25.4
LEFT_MARGIN, MARGIN = 25 * POINTS_PER_MM, 15 * POINTS_PER_MM
LEAST_LABEL, LEAST_NOTE = 9.0, 7.5
NUMBER = r"-?\d+(?:\.\d+)?"


@dataclass(frozen=True)
class Rect:
    left: float
    top: float
    right: float
    bottom: float

    def meets(self, other: Rect, slack: float = 0.0) -> bool:
        """Whether the two share more than `slack` points both ways."""
        across = min(self.right, other.right) - max(self.left, other.left)
        down = min(self.bottom, other.bottom) - max(self.top, other.top)
        return across > slack and down > slack

    def holds(self, other: Rect, slack: float = 0.0) -> bool:
        return (
            other.left >= self.left - slack
            and other.right <= self.right + slack
            and other.top >= self.top - slack
            and other.bottom <= self.bottom + slack
        )


@dataclass(frozen=True)
class Measured:
    """What was found on one page: faults as sentences, fill as shares of the print area, and counts."""

    faults: tuple[str, ...]
    fill_x: float
    fill_y: float
    boxes: int
    texts: tuple[str, ...]


Shift = tuple[float, float, float]  # scale, then move by x, y


def measure(svg: bytes) -> Measured:
    """Faults of a page: overlapping boxes, text outside its box, anything in the margins, lines through boxes,
    text under the floor, frame texts over each other or over the drawing."""
    root = ET.fromstring(svg)
    _, _, width, height = (float(value) for value in root.attrib["viewBox"].split())
    page = Rect(LEFT_MARGIN, MARGIN, width - MARGIN, height - MARGIN)
    drawing = next(group for group in root if group.get("id") == "drawing")
    frame = next(group for group in root if group.get("id") == "frame")
    shift = _shift(drawing.attrib["transform"])
    boxes: list[tuple[str, Rect]] = []
    texts: list[tuple[str, Rect, float]] = []
    lines: list[tuple[str, list[tuple[float, float]]]] = []
    for group in drawing:
        kinds = group.get("class", "").split()
        if "edge" in kinds:
            title = group.findtext(f"{SVG}title", "")
            parts = (part for path in group.iter(f"{SVG}path") for part in path.attrib["d"].split("M")[1:])
            lines += [(title, _points(part, shift)) for part in parts]
        elif "node" in kinds:
            texts += [_text(text, shift) for text in group.iter(f"{SVG}text")]
            if "text" not in kinds:
                boxes.append((group.get("data-key", ""), _outline(group, shift)))
    framed = [_text(text, (1.0, 0.0, 0.0)) for text in frame.iter(f"{SVG}text")]
    faults = [
        *_box_faults(boxes, page),
        *_text_faults(texts, boxes),
        *_line_faults(lines, boxes, page),
        *_frame_faults(framed, boxes, page),
    ]
    used = Rect(
        min(rect.left for _, rect in boxes),
        min(rect.top for _, rect in boxes),
        max(rect.right for _, rect in boxes),
        max(rect.bottom for _, rect in boxes),
    )
    fill_x = (used.right - used.left) / (page.right - page.left)
    fill_y = (used.bottom - used.top) / (page.bottom - page.top)
    words = tuple(text for text, _, _ in [*framed, *texts])
    return Measured(tuple(faults), fill_x, fill_y, len(boxes), words)


def _box_faults(boxes: list[tuple[str, Rect]], page: Rect) -> list[str]:
    faults = [f"box {key} in the margin" for key, rect in boxes if not page.holds(rect, 1.0)]
    return faults + [f"boxes {a} and {b} overlap" for a, b in _meeting(boxes, 0.01)]


def _text_faults(texts: list[tuple[str, Rect, float]], boxes: list[tuple[str, Rect]]) -> list[str]:
    faults = []
    for text, rect, size in texts:
        under = [box for _, box in boxes if box.meets(rect, 0.2)]
        if len(under) > 1 or (under and not under[0].holds(rect, 0.3)):
            faults.append(f"text {text!r} leaves its box")
        if size < LEAST_NOTE - 0.01:
            faults.append(f"text {text!r} has {size} pt")
    met = _meeting([(text, rect) for text, rect, _ in texts], 1.0)
    return faults + [f"texts {a!r} and {b!r} overlap" for a, b in met]


def _meeting(named: list[tuple[str, Rect]], slack: float) -> Iterator[tuple[str, str]]:
    """Pairs that overlap, by a sweep from left to right."""
    ordered = sorted(named, key=lambda item: item[1].left)
    for at, (name, rect) in enumerate(ordered):
        for other, second in itertools.islice(ordered, at + 1, None):
            if second.left >= rect.right:
                break
            if rect.meets(second, slack):
                yield name, other


def _line_faults(
    lines: list[tuple[str, list[tuple[float, float]]]], boxes: list[tuple[str, Rect]], page: Rect
) -> list[str]:
    faults = []
    for title, points in lines:
        for (x0, y0), (x1, y1) in itertools.pairwise(points):
            piece = Rect(min(x0, x1) - 0.01, min(y0, y1) - 0.01, max(x0, x1) + 0.01, max(y0, y1) + 0.01)
            if not page.holds(piece, 1.0):
                faults.append(f"line {title} in the margin")
            for key, rect in boxes:
                inside = Rect(rect.left + 1, rect.top + 1, rect.right - 1, rect.bottom - 1)
                if inside.meets(piece) and _crosses((x0, y0), (x1, y1), inside):
                    faults.append(f"line {title} through box {key}")
    return faults


def _crosses(start: tuple[float, float], end: tuple[float, float], rect: Rect) -> bool:
    for step in range(101):
        x = start[0] + (end[0] - start[0]) * step / 100
        y = start[1] + (end[1] - start[1]) * step / 100
        if rect.left < x < rect.right and rect.top < y < rect.bottom:
            return True
    return False


def _frame_faults(framed: list[tuple[str, Rect, float]], boxes: list[tuple[str, Rect]], page: Rect) -> list[str]:
    faults = [f"frame text {text!r} in the margin" for text, rect, _ in framed if not page.holds(rect, 1.5)]
    for (a, one, _), (b, two, _) in itertools.combinations(framed, 2):
        if one.meets(two, 0.5):
            faults.append(f"frame texts {a!r} and {b!r} overlap")
    for text, rect, _ in framed:
        faults += [f"frame text {text!r} over box {key}" for key, box in boxes if box.meets(rect, 0.5)]
    return faults


def _shift(transform: str) -> Shift:
    scale, x, y = 1.0, 0.0, 0.0
    for name, arguments in re.findall(r"(\w+)\(([^)]*)\)", transform):
        numbers = [float(value) for value in re.findall(NUMBER, arguments)]
        if name == "translate":
            x, y = x + scale * numbers[0], y + scale * numbers[1]
        elif name == "scale":
            scale *= numbers[0]
    return scale, x, y


def _moved(x: float, y: float, shift: Shift) -> tuple[float, float]:
    return shift[0] * x + shift[1], shift[0] * y + shift[2]


def _points(path: str, shift: Shift) -> list[tuple[float, float]]:
    """A piece of a path: straight lines (L), or curves (C) each as 12 straight pieces, or one where it is straight."""
    numbers = [float(value) for value in re.findall(NUMBER, path)]
    controls = list(zip(numbers[::2], numbers[1::2], strict=True))
    if "L" in path:
        return [_moved(x, y, shift) for x, y in controls]
    points = [controls[0]]
    for at in range(0, len(controls) - 3, 3):
        a, b, c, d = controls[at : at + 4]
        if (a, d) == (b, c):
            points.append(d)
            continue
        for step in range(1, 13):
            t = step / 12
            w = ((1 - t) ** 3, 3 * t * (1 - t) ** 2, 3 * t * t * (1 - t), t**3)
            points.append(tuple(sum(k * p[i] for k, p in zip(w, (a, b, c, d), strict=True)) for i in (0, 1)))  # type: ignore[arg-type]
    return [_moved(x, y, shift) for x, y in points]


def _outline(group: ET.Element, shift: Shift) -> Rect:
    shape = next(element for element in group.iter() if element.tag in (f"{SVG}polygon", f"{SVG}path"))
    numbers = [float(value) for value in re.findall(NUMBER, shape.get("points") or shape.get("d") or "")]
    points = [_moved(x, y, shift) for x, y in zip(numbers[::2], numbers[1::2], strict=True)]
    xs, ys = [x for x, _ in points], [y for _, y in points]
    return Rect(min(xs), min(ys), max(xs), max(ys))


def _text(element: ET.Element, shift: Shift) -> tuple[str, Rect, float]:
    text = element.text or ""
    size = float(element.attrib["font-size"]) * shift[0]
    x, y = _moved(float(element.attrib["x"]), float(element.attrib["y"]), shift)
    width = size * sum(
        0.0 if unicodedata.combining(c) else 1.0 if unicodedata.east_asian_width(c) in "WFA" else 0.56 for c in text
    )
    left = {"start": x, "middle": x - width / 2, "end": x - width}[element.get("text-anchor", "start")]
    return text, Rect(left, y - 0.85 * size, left + width, y + 0.1 * size), size
