"""Rules about areas and their facilities and workers: grids (R23–R25), communities (R26), R35 and R36."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from graph.analysis.evidence import JOINT, covering, of_kind, vacant
from graph.analysis.rules.facts import BRANCHES
from graph.analysis.rules.form import Breached, Numbers, found
from graph.view import View

Array = NDArray[Any]
ENCLAVES = ("党政机关", "医院", "学校", "企业", "园区", "商圈", "市场", "景区", "其他")


def _is(view: View, *area_kinds: str) -> Array:
    return view.coded("Area", "kind", area_kinds)


def grid_without_branch(view: View, _: Numbers) -> Breached:
    """Grids on which no branch or group is built, alone or jointly."""
    span = view.snapshot.span("Area")
    ties, classes = covering(view)
    fits = of_kind(view, "Organization", ties.source, (*BRANCHES, "党总支", "党委", "党小组"))
    fits &= (classes <= JOINT) & (ties.target >= span.start) & (ties.target < span.stop)
    built = np.zeros(span.stop - span.start, bool)
    built[ties.target[fits] - span.start] = True
    return found(view, "Area", _is(view, "网格"), ~built)


def households(*area_kinds: str) -> Any:
    """The check of areas of some kinds whose households lie outside `least` to `most`."""

    def check(view: View, numbers: Numbers) -> Breached:
        number = view.values("Area", "households")
        bad = (number < numbers["least"]) | (number > numbers["most"])
        return found(view, "Area", _is(view, *area_kinds) & (number >= 0), bad, number)

    return check


def grid_residents(view: View, numbers: Numbers) -> Breached:
    """Grids with more residents than `most`."""
    number = view.values("Area", "residents")
    return found(view, "Area", _is(view, "网格") & (number >= 0), number > numbers["most"], number)


def enclave_grade(view: View, _: Numbers) -> Breached:
    """专属网格 whose type is none of the table's."""
    grade = view.values("Area", "grade")
    return found(view, "Area", _is(view, "专属网格") & (grade > 0), ~view.coded("Area", "grade", ENCLAVES))


def workers(view: View, numbers: Numbers) -> Breached:
    """The district, when its communities have fewer workers per 10,000 residents than `least` (value: per 10,000)."""
    span, root = view.snapshot.span("Area"), view.root_area()
    one = np.zeros(span.stop - span.start, bool)
    residents = view.values("Area", "residents")
    community = _is(view, "社区") & view.inside[span]
    counted = int(residents[community & (residents > 0)].sum())
    posts = view.nodes("Post")
    fits = of_kind(view, "Post", posts, ("社区工作者",)) & ~vacant(view)[posts]
    home = view.home()[posts[fits]] - span.start
    held = int((residents[home[home >= 0]] > 0).sum())
    if root >= 0 and counted and held:
        one[root - span.start] = True
    rate = held * 10_000 / counted if counted else 0.0
    return found(view, "Area", one, one & (rate < numbers["least"]), np.full(len(one), round(rate)))


def small_centres(view: View, numbers: Numbers) -> Breached:
    """党群服务中心 that serve a community with less floor than `least` square metres."""
    span = view.snapshot.span("Facility")
    floor = view.values("Facility", "floor_area")
    serves = view.edges("SERVES")
    areas = view.snapshot.span("Area")
    of_community = np.zeros(span.stop - span.start, bool)
    of_community[serves.source[_is(view, "社区")[serves.target - areas.start]] - span.start] = True
    judged = of_community & view.coded("Facility", "kind", ("党群服务中心",)) & ~np.isnan(floor)
    return found(view, "Facility", judged, floor < numbers["least"], np.nan_to_num(floor))
