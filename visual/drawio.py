"""A drawing as a draw.io file: one diagram a page, boxes and lines as cells at the same places, to be edited there."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from typing import cast

from visual.dot import number, tooltip_text
from visual.figure import Drawing, FrameText, LineStyle, Page, Placed, Route, Symbol, TextRun
from visual.sheet import SYMBOL_HEIGHT, SYMBOL_WIDTH
from visual.style import BLACK, BOXES, LINES, TEXT_FONT, box_colour
from visual.text import LINE_PITCH, clean, em

HATCHED = "#f2f2f2"  # draw.io's own hatch is only drawn in its sketch style: gaps get a light grey


def drawio(drawing: Drawing, chosen: list[tuple[int, Page]]) -> bytes:
    """The pages (number, page) of a drawing as mxGraph XML, UTF-8. Same input, same bytes."""
    root = ET.Element("mxfile", {"host": "partygraph", "type": "device"})
    for at, page in chosen:
        diagram = ET.SubElement(root, "diagram", {"id": f"page-{at}", "name": f"第{at}页"})
        size = {"pageWidth": number(page.width), "pageHeight": number(page.height)}
        model = ET.SubElement(diagram, "mxGraphModel", {"page": "1", "pageScale": "1", "grid": "0", **size})
        cells = ET.SubElement(model, "root")
        ET.SubElement(cells, "mxCell", {"id": "0"})
        ET.SubElement(cells, "mxCell", {"id": "1", "parent": "0"})
        for route in page.routes:
            _line(cells, route, len(cells))
        for item in page.placed:
            _box(cells, item, drawing)
        for text in page.texts:
            _framed(cells, text, len(cells))
        for caption in page.captions:
            _run(cells, caption, "1", (0.0, 0.0), len(cells))
        for symbol in page.symbols:
            _symbol(cells, symbol, drawing, len(cells))
    written: bytes = ET.tostring(root, encoding="utf-8", xml_declaration=True)
    return written


def _style(**parts: str) -> str:
    return "".join(f"{key}={value};" for key, value in parts.items())


def _geometry(cell: ET.Element, x: float, y: float, width: float, height: float) -> None:
    place = {"x": number(x), "y": number(y), "width": number(width), "height": number(height)}
    ET.SubElement(cell, "mxGeometry", {**place, "as": "geometry"})


def _shape(style: str, mono: bool) -> str:
    look = BOXES[style]
    return _style(
        rounded="1" if look.rounded else "0",
        dashed="1" if look.dashed else "0",
        fillColor=HATCHED if style == "gap" else look.fill,
        strokeColor=box_colour(style, mono),
        strokeWidth=number(look.pen),
        html="0",
    )


def _box(cells: ET.Element, item: Placed, drawing: Drawing) -> None:
    """The box with its texts as children, so that they move with it."""
    about = {"id": item.key, "label": "", "tooltip": tooltip_text(item.box), "link": drawing.link_prefix + item.box.id}
    wrapped = ET.SubElement(cells, "object", about)
    cell = ET.SubElement(
        wrapped, "mxCell", {"style": _shape(item.box.style, drawing.mono), "vertex": "1", "parent": "1"}
    )
    left, top = item.x - item.width / 2, item.y - item.height / 2
    _geometry(cell, left, top, item.width, item.height)
    for at, run in enumerate(item.texts, 1):
        _run(cells, run, item.key, (left, top), at)


def _run(cells: ET.Element, run: TextRun, parent: str, origin: tuple[float, float], at: int) -> None:
    width = max(em(line) for line in run.lines) * run.size + 4
    height = len(run.lines) * run.size * LINE_PITCH
    look = _style(
        text="", html="0", align="center", verticalAlign="middle", fontSize=number(run.size), fontFamily=TEXT_FONT
    )
    words = "\n".join(clean(line) for line in run.lines)
    about = {"id": f"{parent}/{at}", "value": words, "style": look, "vertex": "1", "parent": parent}
    cell = ET.SubElement(cells, "mxCell", about)
    _geometry(cell, run.x - origin[0] - width / 2, run.y - origin[1] - height / 2, width, height)


def _framed(cells: ET.Element, text: FrameText, at: int) -> None:
    align = {"start": "left", "middle": "center", "end": "right"}[text.anchor]
    width = em(text.text) * text.size + 4
    left = {"start": text.x, "middle": text.x - width / 2, "end": text.x - width}[text.anchor]
    look = _style(text="", html="0", align=align, verticalAlign="middle", fontSize=number(text.size), spacing="0")
    about = {"id": f"frame/{at}", "value": text.text, "style": look, "vertex": "1", "parent": "1"}
    cell = ET.SubElement(cells, "mxCell", about)
    _geometry(cell, left, text.y - text.size, width, text.size * LINE_PITCH)


def _stroke(style: str) -> str:
    look = LINES[style]
    dashes = {"dashed": "5 2", "dotted": "1 5"}
    return _style(
        shape="link" if look.double else "connector",
        rounded="0",
        endArrow="classic" if look.arrow else "none",
        strokeColor=BLACK,
        strokeWidth="0.5" if look.double else number(look.pen),
        dashed="1" if look.dash in dashes else "0",
        **({"dashPattern": dashes[look.dash]} if look.dash in dashes else {}),
        **({"width": "2"} if look.double else {}),
        html="0",
    )


def _line(cells: ET.Element, route: Route, at: int) -> None:
    """A line from point to point through its bends; not tied to its boxes, or draw.io would lay it out anew."""
    about = {"id": f"line/{at}", "style": _stroke(route.style), "edge": "1", "parent": "1"}
    cell = ET.SubElement(cells, "mxCell", about)
    geometry = ET.SubElement(cell, "mxGeometry", {"relative": "1", "as": "geometry"})
    ends = (("sourcePoint", route.points[0]), ("targetPoint", route.points[-1]))
    for name, (x, y) in ends:
        ET.SubElement(geometry, "mxPoint", {"x": number(x), "y": number(y), "as": name})
    bends = ET.SubElement(geometry, "Array", {"as": "points"})
    for x, y in route.points[1:-1]:
        ET.SubElement(bends, "mxPoint", {"x": number(x), "y": number(y)})


def _symbol(cells: ET.Element, symbol: Symbol, drawing: Drawing, at: int) -> None:
    if symbol.style in BOXES:
        about = {"id": f"legend/{at}", "style": _shape(symbol.style, drawing.mono), "vertex": "1", "parent": "1"}
        _geometry(ET.SubElement(cells, "mxCell", about), symbol.x, symbol.y, SYMBOL_WIDTH, SYMBOL_HEIGHT)
    elif symbol.style in LINES:
        y = symbol.y + SYMBOL_HEIGHT / 2
        _line(cells, Route("", "", cast(LineStyle, symbol.style), ((symbol.x, y), (symbol.x + SYMBOL_WIDTH, y))), at)
    else:
        _framed(cells, FrameText("*", symbol.x + SYMBOL_WIDTH / 2, symbol.y + SYMBOL_HEIGHT, 12, "middle"), at)
