"""What a question is asked of: the asked area, the areas of the reporting tier below it, the nodes that lie there."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from graph.errors import ParameterError
from graph.view import View

Array = NDArray[Any]


def asked_areas(view: View, area: str | None) -> list[int]:
    """Positions (within the area range) of the asked area, else the district, else the tops of the scope.

    An id of an organization, unit … asks of the area where it is. `NotFoundError` for an unknown id,
    `ParameterError` for a node that is nowhere.
    """
    span = view.snapshot.span("Area")
    if area is not None:
        home = int(view.home()[view.index(area)])
        if home < 0:
            raise ParameterError("这个节点不在任何区域内，不能按区域统计。", "请改用区域的标识或全称。")
        return [home - span.start]
    root = view.root_area()
    if view.scope is None and root >= 0:
        return [root - span.start]
    forest = view.areas()
    return [int(p) for p in forest.preorder.tolist() if forest.parent[p] < 0 and view.inside[span][p]]


def reported_areas(view: View, tops: list[int], level: str | None, hierarchy: str = "行政") -> list[int]:
    """The asked areas, then those below them of the profile's reporting tier (or of `level`, or all), in order.

    `ParameterError` for a level that is no kind of area of the profile.
    """
    kinds: tuple[str, ...] = view.profile.reporting_kinds
    if level is not None and level != "all":
        if level not in view.profile.area_kinds:
            raise ParameterError(
                "level 不是本区划的区域类型。", f"可用的值：all、{'、'.join(view.profile.area_kinds)}。"
            )
        kinds = (level,)
    span = view.snapshot.span("Area")
    fits = view.inside[span].copy()
    if level != "all":
        fits &= view.coded("Area", "kind", kinds)
    forest = view.areas(hierarchy)
    out: list[int] = []
    for top in tops:
        below = forest.descendants(top)[1:]
        out += [top, *below[fits[below]].tolist()]
    return list(dict.fromkeys(out))


def asked_subtree(view: View, area: str | None, hierarchy: str = "行政") -> Array:
    """Bool over the area range: inside the subtree of the asked area (itself included)."""
    span = view.snapshot.span("Area")
    if area is None:
        return view.inside[span].copy()
    forest = view.areas(hierarchy)
    chosen = np.zeros(span.stop - span.start, bool)
    for top in asked_areas(view, area):
        chosen[forest.descendants(top)] = True
    return np.asarray(chosen & view.inside[span])


def asked_nodes(view: View, label: str, area: str | None) -> Array:
    """Numbers of the nodes of a label inside the view whose home lies in the asked subtree, in official order.

    Without an area all of them, those that lie nowhere included.
    """
    nodes = view.nodes(label)
    if area is not None:
        home = view.home()[nodes]
        span = view.snapshot.span("Area")
        nodes = nodes[(home >= 0) & asked_subtree(view, area)[np.maximum(home - span.start, 0)]]
    return in_order(view, nodes)


def in_order(view: View, nodes: Array) -> Array:
    """Nodes sorted by the place of their home in the area tree, then 排序号, then id."""
    span = view.snapshot.span("Area")
    home = view.home()[nodes]
    enter = view.areas().enter
    place = np.where(home >= 0, enter[np.maximum(home - span.start, 0)], len(enter)) if len(enter) else home
    order = view.snapshot.arrays["order"][nodes]
    rank = np.where(order < 0, np.iinfo(np.int64).max, order)
    return np.asarray(nodes[np.lexsort((nodes, rank, place))])


def notice(code: str, text: str) -> dict[str, str]:
    """A notice in an answer's totals: what is missing for it, where."""
    return {"code": code, "text": text}
