"""The page's SVG: what Graphviz drew, set into a sheet of exact size with its frame, hatch and double lines."""

from __future__ import annotations

import xml.etree.ElementTree as ET

from visual.dot import number, tooltip_text
from visual.figure import Drawing, FrameText, Page, Symbol
from visual.sheet import POINTS_PER_MM, SYMBOL_HEIGHT, SYMBOL_WIDTH
from visual.strokes import Drawn, drawn_once
from visual.style import BLACK, BOXES, LINES, TEXT_FONT, TITLE_FONTS, box_colour

SVG = "http://www.w3.org/2000/svg"
XLINK = "http://www.w3.org/1999/xlink"
HATCH_FILL = "url(#hatch)"
DASHES = {"dashed": "5,2", "dotted": "1,5"}
DOUBLE_CORE = "1"

ET.register_namespace("", SVG)
ET.register_namespace("xlink", XLINK)


def compose(page: Page, drawing: Drawing, laid_out: bytes, page_number: int) -> bytes:
    """The final SVG (UTF-8) of a page from Graphviz's SVG of its DOT text. Pure; same input, same bytes."""
    root = ET.Element(
        _tag("svg"),
        {
            "width": f"{number(page.width / POINTS_PER_MM)}mm",
            "height": f"{number(page.height / POINTS_PER_MM)}mm",
            "viewBox": f"0 0 {number(page.width)} {number(page.height)}",
            "role": "img",
            "aria-labelledby": "title description",
            "lang": "zh-CN",
        },
    )
    ET.SubElement(root, _tag("title"), {"id": "title"}).text = f"{drawing.title}（第{page_number}页）"
    ET.SubElement(root, _tag("desc"), {"id": "description"}).text = drawing.description
    root.append(_hatch())
    ET.SubElement(root, _tag("rect"), {"width": number(page.width), "height": number(page.height), "fill": "#ffffff"})
    root.append(_drawing(page, laid_out))
    frame = ET.SubElement(root, _tag("g"), {"id": "frame"})
    for symbol in page.symbols:
        frame.extend(_symbol(symbol, mono=drawing.mono))
    frame.extend(_text(text) for text in page.texts)
    ET.indent(root, "")
    body: str = ET.tostring(root, encoding="unicode")
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{body}\n'.encode()


def _tag(name: str) -> str:
    return f"{{{SVG}}}{name}"


def _hatch() -> ET.Element:
    """The hatch of gaps: thin grey lines at 45°, light enough to read 9 pt text on."""
    defs = ET.Element(_tag("defs"))
    turned = {"width": "5", "height": "5", "patternUnits": "userSpaceOnUse", "patternTransform": "rotate(45)"}
    pattern = ET.SubElement(defs, _tag("pattern"), {"id": "hatch", **turned})
    ET.SubElement(pattern, _tag("rect"), {"width": "5", "height": "5", "fill": "#ffffff"})
    line = {"x1": "0", "y1": "0", "x2": "0", "y2": "5", "stroke": "#b4b4b4", "stroke-width": "0.6"}
    ET.SubElement(pattern, _tag("line"), line)
    return defs


def _drawing(page: Page, laid_out: bytes) -> ET.Element:
    """Graphviz's group with its own background and titles replaced, moved to its place on the page (its coordinates
    run upwards from 0 and are negative)."""
    group = ET.fromstring(laid_out)[0]  # Graphviz draws one group, g#graph0
    tips = {item.key: tooltip_text(item.box) for item in page.placed}
    nodes: list[ET.Element] = []
    edges: list[ET.Element] = []
    for child in group:
        kinds = child.get("class", "").split()
        if "edge" in kinds:
            edges.append(child)
        elif "node" in kinds:
            nodes.append(child)
            _dress(child, kinds, tips)
    drawn = ET.Element(_tag("g"), {"id": "drawing", "transform": f"translate(0 {number(page.height)})"})
    edges = _once(edges)
    drawn.extend(edges)
    drawn.extend(_cores(edges))
    drawn.extend(nodes)
    return drawn


def _dress(node: ET.Element, kinds: list[str], tips: dict[str, str]) -> None:
    title = node.find(_tag("title"))
    if title is not None:
        key = title.text or ""
        if key in tips:
            node.set("data-key", key)
            title.text = tips[key]
        else:
            node.remove(title)
    for element in node.iter():
        element.attrib.pop(f"{{{XLINK}}}title", None)
        # Columns of text lie on their box: their own background would hide its hatch.
        if "text" in kinds and element.tag == _tag("polygon"):
            element.set("fill", "none")
        elif "gap" in kinds and element.tag in (_tag("polygon"), _tag("path")):
            element.set("fill", HATCH_FILL)


def _once(edges: list[ET.Element]) -> list[ET.Element]:
    """The edges with what an edge before them has drawn left out; those of which nothing remains are gone."""
    done: Drawn = {}
    kept = []
    for edge in edges:
        style = next((kind for kind in edge.get("class", "").split() if kind in LINES), "")
        paths = list(edge.iter(_tag("path")))
        if style and not LINES[style].arrow:
            for path in paths:
                path.set("d", drawn_once(path.get("d", ""), style, done))
        if not paths or any(path.get("d") for path in paths):
            kept.append(edge)
    return kept


def _cores(edges: list[ET.Element]) -> list[ET.Element]:
    """White middles of double lines, over all of them at once, so that lines that meet join as one."""
    cores = []
    for edge in edges:
        if any(LINES[kind].double for kind in edge.get("class", "").split() if kind in LINES):
            for path in edge.iter(_tag("path")):
                look = {"fill": "none", "stroke": "#ffffff", "stroke-width": DOUBLE_CORE, "d": path.get("d", "")}
                cores.append(ET.Element(_tag("path"), {"class": "core", **look}))
    return cores


def _text(text: FrameText) -> ET.Element:
    element = ET.Element(
        _tag("text"),
        {
            "x": number(text.x),
            "y": number(text.y),
            "text-anchor": text.anchor,
            "font-family": TITLE_FONTS if text.face == "title" else TEXT_FONT,
            "font-size": number(text.size),
        },
    )
    element.text = text.text
    return element


def _symbol(symbol: Symbol, *, mono: bool) -> list[ET.Element]:
    """One legend symbol as it looks in the drawing."""
    if symbol.style == "star":
        return [_text(FrameText("*", symbol.x + SYMBOL_WIDTH / 2, symbol.y + SYMBOL_HEIGHT, 12, "middle"))]
    if symbol.style in BOXES:
        look = BOXES[symbol.style]
        attributes = {
            "x": number(symbol.x),
            "y": number(symbol.y),
            "width": number(SYMBOL_WIDTH),
            "height": number(SYMBOL_HEIGHT),
            "fill": HATCH_FILL if symbol.style == "gap" else look.fill,
            "stroke": box_colour(symbol.style, mono),
            "stroke-width": number(look.pen),
        }
        if look.dashed:
            attributes["stroke-dasharray"] = DASHES["dashed"]
        if look.rounded:
            attributes["rx"] = "4"
        return [ET.Element(_tag("rect"), attributes)]
    return _line_symbol(symbol)


def _line_symbol(symbol: Symbol) -> list[ET.Element]:
    look = LINES[symbol.style]
    x0, x1, y = symbol.x, symbol.x + SYMBOL_WIDTH, symbol.y + SYMBOL_HEIGHT / 2
    ends = {"x1": number(x0), "x2": number(x1 - (5 if look.arrow else 0)), "y1": number(y), "y2": number(y)}
    strokes = [(BLACK, number(look.pen)), *([("#ffffff", DOUBLE_CORE)] if look.double else [])]
    elements = []
    for colour, width in strokes:
        attributes = {**ends, "stroke": colour, "stroke-width": width}
        if look.dash in DASHES:
            attributes["stroke-dasharray"] = DASHES[look.dash]
        elements.append(ET.Element(_tag("line"), attributes))
    if look.arrow:
        points = f"{number(x1 - 6)},{number(y - 2.1)} {number(x1)},{number(y)} {number(x1 - 6)},{number(y + 2.1)}"
        elements.append(ET.Element(_tag("polygon"), {"points": points, "fill": BLACK}))
    return elements
