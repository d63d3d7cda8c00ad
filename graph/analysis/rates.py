"""Every rate of a district or of its areas at once, each with n and N, and how they changed between two views."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from graph.analysis.answer import Row
from graph.analysis.asked import asked_areas
from graph.analysis.coverage import coverage_counts
from graph.analysis.overview import counted_members, participating, rolled_up, self_governed
from graph.analysis.partners import ALIVE, partners
from graph.model import NODES
from graph.view import View

Array = NDArray[Any]


def rates(view: View) -> list[Row]:
    """The counts and rates of a view: `{"metric", "name", "n", "of", "rate"}`; `of` and `rate` are null for counts.

    Coverage by every rule of the profile as `coverage` gives it for the district; communities and units with a living
    partner; 参与率 and 自治率 (domain.md 3).
    """
    found = [_count(f"nodes.{n.label}", f"{n.zh}数", len(view.nodes(n.label))) for n in NODES]
    members = counted_members(view)
    found.append(_count("members", "党员数（正式隶属）", int(members[members > 0].sum())))
    tops = asked_areas(view, None)
    for rule in view.profile.coverage:
        counts = coverage_counts(view, rule)
        covered, total = (int(c[tops].sum()) for c in (counts.covered, counts.total))
        found.append(_rate(f"coverage.{rule.id}", rule.name, covered, total))
    for metric, name, part, whole in _parts(view):
        found.append(_count(metric, name, len(part)) if whole is None else _rate(metric, name, len(part), len(whole)))
    return found


def _parts(view: View) -> list[tuple[str, str, Array, Array | None]]:
    """Metric, name, the nodes of its part and (of a rate) those of its whole."""
    areas, units = view.nodes("Area"), view.nodes("Unit")
    at = areas - view.snapshot.span("Area").start
    found: list[tuple[str, str, Array, Array | None]] = []
    if pairing := view.profile.pairing:
        ties = partners(view, pairing)
        alive = ties.state == ALIVE
        asked = areas[view.coded("Area", "kind", pairing.area_kinds)[at]]
        paired = np.intersect1d(asked, ties.area[alive])
        found.append(("pairing.communities", "结对率（有存续结对的社区）", paired, asked))
        found.append(("pairing.units", "有存续结对的单位数", np.intersect1d(units, ties.unit[alive]), None))
    here = units[view.home()[units] >= 0]
    estates = areas[view.coded("Area", "kind", ("小区",))[at]]
    return [
        *found,
        ("participation", "驻区单位参与率", here[participating(view)[here]], here),
        ("self_governance", "小区自治率", estates[self_governed(view)[estates]], estates),
    ]


def _count(metric: str, name: str, n: int) -> Row:
    return {"metric": metric, "name": name, "n": n, "of": None, "rate": None}


def _rate(metric: str, name: str, n: int, of: int) -> Row:
    return {"metric": metric, "name": name, "n": n, "of": of, "rate": n / of if of else None}


def rates_of_areas(view: View, areas: Sequence[int]) -> list[list[Row]]:
    """The rows of `rates` for each of some areas (node numbers) with what lies in it or below it.

    A subject of coverage lies strictly below its area. What lies nowhere counts for the district.
    """
    forest, at = view.areas(), np.asarray(areas, np.int64) - view.snapshot.span("Area").start
    found: list[tuple[str, str, Array, Array | None]] = [
        (f"nodes.{n.label}", f"{n.zh}数", rolled_up(view, forest, view.nodes(n.label))[at], None) for n in NODES
    ]
    members = counted_members(view)
    with_number = np.flatnonzero(members > 0)
    nodes = with_number + view.snapshot.span("Organization").start
    found.append(("members", "党员数（正式隶属）", rolled_up(view, forest, nodes, members[with_number])[at], None))
    for rule in view.profile.coverage:
        counts = coverage_counts(view, rule)
        found.append((f"coverage.{rule.id}", rule.name, counts.covered[at], counts.total[at]))
    for metric, name, part, whole in _parts(view):
        of = None if whole is None else rolled_up(view, forest, whole)[at]
        found.append((metric, name, rolled_up(view, forest, part)[at], of))
    return [
        [
            _count(m, name, int(n[i])) if of is None else _rate(m, name, int(n[i]), int(of[i]))
            for m, name, n, of in found
        ]
        for i in range(len(at))
    ]


def changed_rates(before: View, after: View, area: str | None = None) -> list[Row]:
    """Every count and rate at both views: `{"metric", "name", "before": {"n", "of", "rate"}, "after": …}`.

    Args:
        area: id of an area that both or one of the views hold; a view without it gives null figures.
    """
    if area is None:
        then, now = rates(before), rates(after)
        return [
            {"metric": a["metric"], "name": a["name"], "before": _figures(b), "after": _figures(a)}
            for b, a in zip(then, now, strict=True)
        ]
    return changed_rates_of_areas(before, after, [area])[0]["rates"]  # type: ignore[no-any-return]


def changed_rates_of_areas(before: View, after: View, areas: Sequence[str]) -> list[Row]:
    """`{"area": ref, "rates": […]}` for each of some areas (ids), the rates in the shape of `changed_rates`."""
    sides = []
    for view in (before, after):
        here = [i for i in areas if (n := view.snapshot.find(i)) is not None and view.inside[n]]
        sides.append(dict(zip(here, rates_of_areas(view, [view.index(i) for i in here]), strict=True)))
    out: list[Row] = []
    for id_ in areas:
        then, now = (side.get(id_) for side in sides)
        known = now or then or []
        lines = [
            {
                "metric": known[i]["metric"],
                "name": known[i]["name"],
                "before": _figures(then[i]) if then else None,
                "after": _figures(now[i]) if now else None,
            }
            for i in range(len(known))
        ]
        named = after if now else before
        node = named.snapshot.find(id_)
        out.append({"area": named.ref(-1 if node is None else node), "rates": lines})
    return out


def _figures(row: Row) -> Row:
    return {k: row[k] for k in ("n", "of", "rate")}
