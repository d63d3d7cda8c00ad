"""Placed boxes and lines to DOT text: pure, deterministic, every label escaped, links made of ids only."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Sequence
from urllib.parse import quote as quote_url

import graphviz

from visual.figure import Box, Placed, Point, Route, TextRun
from visual.style import BLACK, BOXES, LINES, TEXT_FONT, box_colour
from visual.text import clean

POINTS_PER_INCH = 72.0
FLAT_ARROW = "0.6"


def literal(lines: Iterable[str]) -> str:
    """Lines as a DOT label that shows them as they are: no escapes, no entities, never taken for HTML."""
    # Graphviz reads entities in labels (&lt; becomes <), so each & is written as one.
    escaped = (str(graphviz.escape(clean(line).replace("&", "&amp;"))) for line in lines)
    label: str = graphviz.nohtml("\\n".join(escaped))
    return label


def tooltip_text(box: Box) -> str:
    """What is shown when the pointer rests on a box: the caller's words or the full name, and the note."""
    name = clean(box.tooltip) or clean(box.label)
    parts = (name + ("*" if box.starred else ""), clean(box.note))
    return "；".join(part for part in parts if part)


def fixed_dot(
    title: str,
    size: tuple[float, float],
    placed: Sequence[Placed],
    routes: Sequence[Route],
    captions: Sequence[TextRun],
    *,
    mono: bool,
    link_prefix: str,
) -> str:
    """DOT text with a fixed position for everything (`layout=nop2`). Graph units are points, origin bottom left."""
    height = size[1]
    graph = _graph(title, size)
    for item in placed:
        _place(graph, item, height, mono=mono, link_prefix=link_prefix)
    for index, run in enumerate(captions, 1):
        _caption(graph, f"caption/{index}", run, height)
    for route in routes:
        points = tuple((x, height - y) for x, y in route.points)
        attributes = {**_line(route.style), "pos": spline(points, arrow=LINES[route.style].arrow)}
        graph.edge(route.source, route.target, **attributes)
    return str(graph.source)


def number(value: float) -> str:
    """A coordinate with at most two decimals, the same text for the same value everywhere."""
    text = f"{value:.2f}".rstrip("0").rstrip(".")
    return "0" if text == "-0" else text


def spline(points: Sequence[Point], *, arrow: bool = False) -> str:
    """A polyline as the Bezier position of an edge: each straight piece with its ends as control points.

    With an arrow the last point is its tip and the line ends 6 pt before it.
    """
    parts: list[str] = []
    path = list(points)
    if arrow:
        (x0, y0), (x1, y1) = path[-2], path[-1]
        length = max(((x1 - x0) ** 2 + (y1 - y0) ** 2) ** 0.5, 1e-6)
        parts.append(f"e,{number(x1)},{number(y1)}")
        path[-1] = (x1 - (x1 - x0) * 6 / length, y1 - (y1 - y0) * 6 / length)
    texts = [f"{number(x)},{number(y)}" for x, y in path]
    parts.append(texts[0])
    for before, after in itertools.pairwise(texts):
        parts += [before, after, after]
    return " ".join(parts)


def _graph(title: str, size: tuple[float, float]) -> graphviz.Digraph:
    graph: graphviz.Digraph = graphviz.Digraph(clean(title).replace("\\", "/") or "chart")
    bounds = f"0,0,{number(size[0])},{number(size[1])}"
    graph.attr("graph", charset="UTF-8", outputorder="edgesfirst", layout="nop2", notranslate="true", bb=bounds)
    graph.attr("node", shape="box", fixedsize="true", fontname=TEXT_FONT)
    graph.attr("edge", arrowhead="none")
    return graph


def _place(graph: graphviz.Digraph, item: Placed, height: float, *, mono: bool, link_prefix: str) -> None:
    # Graphviz sets one size a label: the run that sits in the middle is the label, all others are plain texts.
    centred = [run for run in item.texts if abs(run.x - item.x) < 0.01 and abs(run.y - item.y) < 0.01][:1]
    label = literal(centred[0].lines) if centred else ""
    size = centred[0].size if centred else item.texts[0].size
    attributes = _box(item.box, item.width, item.height, size, mono, link_prefix)
    graph.node(item.key, label, pos=f"{number(item.x)},{number(height - item.y)}", **attributes)
    for index, run in enumerate((run for run in item.texts if run not in centred), 1):
        _caption(graph, f"{item.key}/{index}", run, height)


def _caption(graph: graphviz.Digraph, key: str, run: TextRun, height: float) -> None:
    graph.node(
        key,
        literal(run.lines),
        shape="none",
        style="solid",
        pos=f"{number(run.x)},{number(height - run.y)}",
        fontsize=number(run.size),
        width="0",
        height="0",
        **{"class": "text"},
    )


def _box(box: Box, width: float, height: float, size: float, mono: bool, link_prefix: str) -> dict[str, str]:
    look = BOXES[box.style]
    style = ",".join(["filled", *(["rounded"] if look.rounded else []), *(["dashed"] if look.dashed else [])])
    return {
        "class": box.style,
        "width": f"{width / POINTS_PER_INCH:.4f}",
        "height": f"{height / POINTS_PER_INCH:.4f}",
        "fontsize": number(size),
        "style": style,
        "fillcolor": look.fill,
        "color": box_colour(box.style, mono),
        "penwidth": number(look.pen),
        "tooltip": literal([tooltip_text(box)]),
        "URL": link_prefix + quote_url(box.id, safe="._-"),
    }


def _line(style: str) -> dict[str, str]:
    look = LINES[style]
    attributes = {"class": style, "penwidth": number(look.pen), "color": BLACK, "style": look.dash}
    if look.arrow:
        attributes |= {"arrowhead": "normal", "arrowsize": FLAT_ARROW}
    return attributes
