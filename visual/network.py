"""Charts that are no trees (paths, chains of influence): boxes and links laid out by Graphviz's `dot`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import cast

from graph.errors import ParameterError
from visual.dot import NETWORK_SIZE, network_dot, network_lines
from visual.figure import Box, Drawing, Frame, Link, Page, Paper, Placed, Route, TextRun
from visual.sheet import frame_marks, measure_sheet
from visual.tree import orientations

MOST_BOXES, MOST_LINKS = 300, 600


def draw_network(
    boxes: Sequence[Box],
    links: Sequence[Link],
    frame: Frame,
    *,
    paper: str = "A3",
    orientation: str = "auto",
    mono: bool = False,
) -> Drawing:
    """Draw boxes and the links between them on one sheet; across it in landscape (auto), down it in portrait.

    The layout happens in `render`, which scales it to the sheet and refuses when text would fall under 9 pt. Positions
    in `Page.placed` are therefore 0. Raises ParameterError for an unknown paper or orientation, no or too many boxes,
    a repeated id or a link to no box.
    """
    side = orientations(paper, orientation)[0]
    ids = {box.id for box in boxes}
    if not boxes:
        raise ParameterError("没有可画的内容。", "请换一个起点、终点或区域。", code="empty-chart")
    if len(boxes) > MOST_BOXES or len(links) > MOST_LINKS:
        raise ParameterError(
            f"一张关系图最多画{MOST_BOXES}个框、{MOST_LINKS}条线。",
            "请缩小范围，或改画体系图。",
            code="chart-too-large",
        )
    if len(ids) != len(boxes) or any(link.source not in ids or link.target not in ids for link in links):
        raise ParameterError("图中的框重复，或连线没有对应的框。", "请检查传入的框与连线的编号。")
    styles: dict[str, None] = dict.fromkeys(box.style for box in boxes)
    styles.update(dict.fromkeys(link.style for link in links))
    if any(box.starred for box in boxes):
        styles["star"] = None
    sheet = measure_sheet(frame, cast(Paper, paper), side, title=frame.title, basis=frame.basis, styles=styles)
    texts, symbols = frame_marks(sheet, frame, styles, 1, 1)
    rankdir = "LR" if side == "landscape" else "TB"
    dot = network_dot(frame.title, boxes, links, rankdir=rankdir, mono=mono, link_prefix=frame.link_prefix)
    placed = tuple(Placed(box.id, box, 0, 0, 0, 0, (TextRun(network_lines(box), 0, 0, NETWORK_SIZE),)) for box in boxes)
    routes = tuple(Route(link.source, link.target, link.style, label=link.label) for link in links)
    page = Page(sheet.width, sheet.height, sheet.area, "dot", placed, routes, (), texts, symbols, dot)
    words = f"共{len(boxes)}个框、{len(links)}条线。"
    return Drawing(frame.title, words, frame.as_of, sheet.paper, mono, frame.link_prefix, (page,))
