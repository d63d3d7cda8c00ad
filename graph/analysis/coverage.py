"""Coverage of areas and units by the rules of a profile: each subject once, two rates, 兜底 apart, no inheritance.

Definitions: domain.md 3 (Coverage); 支部工作条例 第四、五条; 两个覆盖. The counts are array work over the area tree.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any

import numpy as np
from numpy.typing import NDArray

from graph.analysis.answer import Answer, Row, answer
from graph.analysis.asked import asked_areas, notice, reported_areas
from graph.analysis.evidence import accepted, advice, evidence, stands, with_kind
from graph.profile import CoverageRule, Subject
from graph.view import View

Array = NDArray[Any]


@dataclass(frozen=True)
class Coverage:
    """The subjects of a rule and what each has; all arrays are over the subjects.

    Args:
        nodes: node numbers.
        seat: position (within the area range) of the area that the subject is or lies in, -1 for none.
        covered: by anything that the rule accepts.
        sole, joint, wider: by an organization of its own, a joint one, or (where the rule's modes say so) one of the
            area or the trade; at most one of the three holds.
        group: of these, only by a 党小组.
        work: without such an organization, but with an adviser, 工会 or 共青团.
        backstopped: with neither, but 兜底管理.
        made_up: generated, or covered by generated evidence.
    """

    nodes: Array
    seat: Array
    covered: Array
    sole: Array
    joint: Array
    wider: Array
    group: Array
    work: Array
    backstopped: Array
    made_up: Array


@dataclass(frozen=True)
class CoverageCounts:
    """Numbers of subjects strictly below each area (units: in it or below), arrays over the area range."""

    total: Array
    covered: Array
    sole: Array
    joint: Array
    wider: Array
    group: Array
    work: Array
    backstopped: Array
    generated: Array


def subjects(view: View, subject: Subject) -> Array:
    """Bool over the label's range: the nodes inside the view that a rule speaks of.

    `operating` leaves out only what is declared closed; unknown counts of employees or members fail a minimum.
    """
    label = subject.label
    fits = view.inside[view.snapshot.span(label)] & with_kind(view, label, subject.kinds)
    if label == "Area":
        return fits & view.coded(label, "grade", subject.grades) if subject.grades else fits
    for attribute, words in (("sector", subject.sectors), ("level", subject.levels), ("scale", subject.scales)):
        if words:
            fits = fits & view.coded(label, attribute, words)
    if subject.operating:
        fits = fits & (view.values(label, "operating") != 0)
    for attribute, least in (("employees", subject.min_employees), ("full_members", subject.min_full_members)):
        if least:
            fits = fits & (view.values(label, attribute) >= least)
    return fits


def cover(view: View, rule: CoverageRule) -> Coverage:
    """The subjects of a rule and what covers each."""
    return _cover(view, rule, np.flatnonzero(subjects(view, rule.subject)))


def _cover(view: View, rule: CoverageRule, at: Array) -> Coverage:
    """What covers the nodes at some positions within the range of the rule's label, in their order."""
    label = rule.subject.label
    span = view.snapshot.span(label)
    bits = stands(view, rule, label)[at]
    own, sole, joint = (bits & 7) > 0, (bits & 1) > 0, (bits & 3) == 2
    advised = view.once(("advised", label), lambda: _hit(span, advice(view).target))[at]
    covered, nodes = np.zeros(len(at), bool), at + span.start
    made_up = view.snapshot.arrays["generated"][nodes]
    for accept in rule.accepts:
        if accept == "organization":
            covered |= own
            made_up |= (bits & 32) > 0
            continue
        proof = evidence(view, rule, accept)
        covered |= _hit(span, proof.target)[at]
        made_up |= _hit(span, proof.target[proof.made_up])[at]
    backstopped = view.once(("backstopped", label), lambda: _hit(span, view.edges("BACKSTOPS").target))[at]
    return Coverage(
        nodes, seats(view, nodes), covered, sole, joint, own & ~sole & ~joint, (bits & 24) == 16,
        advised & ~own, backstopped & ~own & ~advised, made_up,
    )  # fmt: skip


def _hit(span: slice, target: Array) -> Array:
    """Bool over a label's range: is a target."""
    hit = np.zeros(span.stop - span.start, bool)
    hit[target[(target >= span.start) & (target < span.stop)] - span.start] = True
    return hit


def seats(view: View, nodes: Array) -> Array:
    """Position (within the area range) of the area of each node, -1 for none.

    What lies nowhere counts for the district itself, so that no subject is lost.
    """

    def make() -> Array:
        start = view.snapshot.span("Area").start
        home = view.home()
        root = view.root_area() if view.scope is None else -1
        place = np.where(home >= 0, home, root)
        return np.asarray(np.where(place >= 0, place - start, -1))

    return np.asarray(view.once("seated", make)[nodes])


@dataclass(frozen=True)
class _Order:
    """The nodes of a label in the preorder of the areas they lie in, so that those below an area are neighbours.

    Args:
        nodes: positions within the label's range of the nodes that lie anywhere.
        areas: the areas (positions) with any of them below.
        first, last: for each of `areas` the places in `nodes` from and up to which they lie there.
    """

    nodes: Array
    areas: Array
    first: Array
    last: Array


def _order(view: View, label: str, hierarchy: str) -> _Order:
    span, forest = view.snapshot.span(label), view.areas(hierarchy)
    seat = seats(view, np.arange(span.start, span.stop))
    seated = np.flatnonzero(seat >= 0)
    place = forest.enter[seat[seated]]
    chosen = np.argsort(place, kind="stable")
    # A unit lies in its area and counts for it; an area is not below itself.
    begin = forest.enter + 1 if label == "Area" else forest.enter
    first, last = np.searchsorted(place[chosen], begin), np.searchsorted(place[chosen], forest.leave)
    areas = np.flatnonzero(last > first)
    return _Order(seated[chosen], areas, first[areas], last[areas])


def coverage_counts(view: View, rule: CoverageRule) -> CoverageCounts:
    """The numbers of a rule for every area at once (≤ 50 ms for all rules of a city)."""
    label, span = rule.subject.label, view.snapshot.span("Area")
    order = view.once(("order", label, rule.hierarchy), lambda: _order(view, label, rule.hierarchy))
    chosen = subjects(view, rule.subject)[order.nodes]
    found = _cover(view, rule, order.nodes[chosen])
    running = _running(chosen)
    first, last = running[order.first], running[order.last]
    some = last > first
    areas, first, last = order.areas[some], first[some], last[some]
    n = span.stop - span.start
    none, total = np.zeros(n, np.int64), np.zeros(n, np.int64)
    total[areas] = last - first

    def count(flags: Array) -> Array:
        """A flag that holds for all subjects, or for none, needs no counting."""
        held = np.count_nonzero(flags)
        if held in (0, len(flags)):
            return total if held else none
        running, out = _running(flags), np.zeros(n, np.int64)
        out[areas] = running[last] - running[first]
        return out

    counts = {f.name: count(getattr(found, f.name)) for f in fields(found)[2:-1]}
    return CoverageCounts(total=total, generated=count(found.made_up), **counts)


def _running(flags: Array) -> Array:
    """How many flags hold before each place, and in all."""
    out = np.zeros(len(flags) + 1, np.int32)
    np.cumsum(flags, dtype=np.int32, out=out[1:])
    return out


def coverage(view: View, area: str | None = None, level: str | None = None, rule: str | None = None) -> Answer:
    """One row per rule for the asked area and each area of the reporting tier (or of `level`) below it.

    Rows are interface.md's coverage shape, and `denominator` (its name), `source`, and `groups`: of
    `organization.covered`, those with a 党小组 only. Totals hold the asked areas' rows by rule.
    """
    rules = view.profile.coverage if rule is None else (view.profile.rule(rule),)
    tops = asked_areas(view, area)
    rows: list[Row] = []
    sums: dict[str, Row] = {}
    behind = [np.zeros(0, np.int64)]
    for each in rules:
        counts = coverage_counts(view, each)
        rows += [_row(view, each, counts, p) for p in reported_areas(view, tops, level, each.hierarchy)]
        sums[each.id] = _figures(counts, tops)
        behind += [cover(view, each).nodes, *(proof.source for _, proof in accepted(view, each))]
    missing = [_outside(view, each, sums[each.id]["total"]) for each in rules] if area is None and tops else []
    missing = [m for m in missing if m]
    if not rules:
        missing.append(notice("no-rules", f"治理方案“{view.profile.name}”没有声明覆盖规则，无法计算覆盖率。"))
    if not tops:
        missing.append(notice("no-area", f"数据中没有{view.profile.root_area_kind}一级的区域，无法汇总。"))
    return answer(view, rows, {"rules": sums, "notices": missing}, np.concatenate(behind))


def _outside(view: View, rule: CoverageRule, counted: int) -> dict[str, str] | None:
    """A notice of the subjects that hang in no tree below the district, so that none is lost in silence."""
    lost = len(cover(view, rule).nodes) - counted
    if not lost:
        return None
    return notice("outside-tree", f"规则“{rule.name}”有{lost}个对象不在{view.profile.name}的区域树内，未计入。")


def _rate(n: int, of: int) -> float | None:
    return n / of if of else None


def _figures(counts: CoverageCounts, places: list[int]) -> Row:
    """The figures of some areas together, in the shape of a row."""
    number = {f.name: int(getattr(counts, f.name)[places].sum()) for f in fields(counts)}
    total, own = number["total"], number["sole"] + number["joint"] + number["wider"]
    return {
        "total": total,
        "covered": number["covered"],
        "gaps": total - number["covered"],
        "rate": _rate(number["covered"], total),
        "organization": {
            "covered": own,
            "sole": number["sole"],
            "joint": number["joint"],
            "wider": number["wider"],
            "groups": number["group"],
            "rate": _rate(own, total),
        },
        "work": {"covered": number["work"], "rate": _rate(number["work"], total)},
        "backstopped": number["backstopped"],
        "generated": number["generated"],
    }


def _row(view: View, rule: CoverageRule, counts: CoverageCounts, place: int) -> Row:
    kinds = "、".join(rule.subject.kinds)
    return {
        "rule": rule.id,
        "name": rule.name,
        "subject": {"label": rule.subject.label, "kind": kinds},
        "denominator": rule.denominator,
        "source": rule.source,
        "area": view.ref(place + view.snapshot.span("Area").start),
        **_figures(counts, [place]),
    }
