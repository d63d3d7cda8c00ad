"""Every rate of a district at once, each with n and N, and how they changed between two views."""

from __future__ import annotations

import numpy as np

from graph.analysis.answer import Row
from graph.analysis.asked import asked_areas
from graph.analysis.coverage import coverage_counts
from graph.analysis.overview import counted_members, participating, self_governed
from graph.analysis.partners import ALIVE, partners
from graph.model import NODES
from graph.view import View


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
    return found + _paired(view) + _by_graph(view)


def _paired(view: View) -> list[Row]:
    pairing = view.profile.pairing
    if pairing is None:
        return []
    ties, areas = partners(view, pairing), view.nodes("Area")
    fits = view.coded("Area", "kind", pairing.area_kinds)[areas - view.snapshot.span("Area").start]
    alive = ties.state == ALIVE
    paired = np.intersect1d(areas[fits], ties.area[alive])
    units = np.intersect1d(view.nodes("Unit"), ties.unit[alive])
    return [
        _rate("pairing.communities", "结对率（有存续结对的社区）", len(paired), int(np.count_nonzero(fits))),
        _count("pairing.units", "有存续结对的单位数", len(units)),
    ]


def _by_graph(view: View) -> list[Row]:
    units, areas = view.nodes("Unit"), view.nodes("Area")
    here = units[view.home()[units] >= 0]
    estates = areas[view.coded("Area", "kind", ("小区",))[areas - view.snapshot.span("Area").start]]
    return [
        _rate("participation", "驻区单位参与率", int(np.count_nonzero(participating(view)[here])), len(here)),
        _rate("self_governance", "小区自治率", int(np.count_nonzero(self_governed(view)[estates])), len(estates)),
    ]


def _count(metric: str, name: str, n: int) -> Row:
    return {"metric": metric, "name": name, "n": n, "of": None, "rate": None}


def _rate(metric: str, name: str, n: int, of: int) -> Row:
    return {"metric": metric, "name": name, "n": n, "of": of, "rate": n / of if of else None}


def changed_rates(before: View, after: View) -> list[Row]:
    """Every count and rate at both views: `{"metric", "name", "before": {"n", "of", "rate"}, "after": …}`."""
    then, now = rates(before), rates(after)
    return [
        {"metric": a["metric"], "name": a["name"], "before": _figures(b), "after": _figures(a)}
        for b, a in zip(then, now, strict=True)
    ]


def _figures(row: Row) -> Row:
    return {k: row[k] for k in ("n", "of", "rate")}
