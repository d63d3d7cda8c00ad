"""What a chart says of a node: its box, its frame, and where its organization stands."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from graph.view import View
from visual.charts.compared import Compared
from visual.figure import Box, BoxStyle, Frame

TEMPORARY = frozenset({"临时党支部", "功能型党组织"})
_STYLES: dict[str, BoxStyle] = {"Unit": "unit", "Alliance": "alliance", "Area": "area", "Organization": "organization"}


@dataclass(frozen=True, slots=True)
class Options:
    """What a caller may say of a chart.

    `area` and `depth` narrow what is drawn; `unit` is 制图单位 and 落款; `date` the day under it;
    `mark` a further mark. Only for path: `start` and `goal` are ids, `k` the number of paths (0: the chart's own); only
    for change: `before` is the day compared with, `compared` what else is to be compared;
    `said` are further sentences of the 口径.
    """

    area: str | None = None
    depth: int | None = None
    paper: str = "A3"
    orientation: str = "auto"
    unit: str = ""
    date: dt.date | None = None
    mark: str = ""
    mono: bool = False
    link_prefix: str = "#"
    start: str = ""
    goal: str = ""
    k: int = 0
    before: dt.date | None = None
    compared: Compared | None = None
    said: tuple[str, ...] = ()


def box(view: View, node: int, *, style: BoxStyle | None = None, kind: str = "", note: str = "") -> Box:
    """The box of a node; the style follows its label, a temporary organization has a dashed frame."""
    label = view.snapshot.label(node)
    own_kind = view.kind(node)
    chosen: BoxStyle = style or ("temporary" if own_kind in TEMPORARY else _STYLES.get(label, "area"))
    name = view.name(node)
    return Box(
        view.id(node),
        name,
        short=view.snapshot.texts("short_name")[node],
        style=chosen,
        kind=kind or own_kind,
        note=note,
        starred=bool(view.snapshot.arrays["generated"][node]),
        tooltip=f"{name}（{own_kind}）" if own_kind else name,
    )


def frame(view: View, options: Options, title: str, basis: Iterable[str], behind: Iterable[int]) -> Frame:
    """The page frame: the day is the answer's, `behind` are all nodes drawn or counted."""
    nodes = np.fromiter(behind, np.int64)
    made_up = int(np.count_nonzero(view.snapshot.arrays["generated"][nodes])) if len(nodes) else 0
    return Frame(
        title,
        view.as_of,
        unit_name=options.unit,
        basis=(*basis, *options.said),
        signed=options.date,
        generated=made_up,
        mark=options.mark,
        link_prefix=options.link_prefix,
    )


def chosen_area(view: View, options: Options) -> int:
    """Node number of the asked area, else of the scope's first root that is an area, else the district's own."""
    if options.area is not None:
        return view.index(options.area)
    areas = view.snapshot.span("Area")
    if view.scope:
        return next((root for root in view.scope if areas.start <= root < areas.stop), view.root_area())
    return view.root_area()
