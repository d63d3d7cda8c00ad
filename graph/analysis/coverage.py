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
from graph.analysis.evidence import GROUP, JOINT, NONE, SOLE, WIDER, Ties, accepted, advice, of_kind, organizations
from graph.profile import CoverageRule, Subject
from graph.tree import Forest
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
    fits = view.inside[view.snapshot.span(label)] & view.coded(label, "kind", subject.kinds)
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
    span = view.snapshot.span(rule.subject.label)
    n = span.stop - span.start
    at = np.flatnonzero(subjects(view, rule.subject))
    found, classes = organizations(view, rule)
    best, group = _by_organization(view, rule, span, found, classes)
    own, advised = best < NONE, _hit(span, advice(view).target)
    covered = np.zeros(n, bool)
    made_up = view.snapshot.arrays["generated"][span].copy()
    for accept, proof in accepted(view, rule, found):
        covered |= own if accept == "organization" else _hit(span, proof.target)
        made_up |= _hit(span, proof.target[proof.made_up])
    backstopped = _hit(span, view.edges("BACKSTOPS").target) & ~own & ~advised
    nodes, work = at + span.start, (advised & ~own)[at]
    return Coverage(
        nodes, seats(view, nodes), covered[at], (best == SOLE)[at], (best == JOINT)[at], (best == WIDER)[at],
        group[at], work, backstopped[at], made_up[at],
    )  # fmt: skip


def _hit(span: slice, target: Array) -> Array:
    """Bool over a label's range: is a target."""
    hit = np.zeros(span.stop - span.start, bool)
    hit[target[(target >= span.start) & (target < span.stop)] - span.start] = True
    return hit


def _by_organization(view: View, rule: CoverageRule, span: slice, found: Ties, classes: Array) -> tuple[Array, Array]:
    """Over the label's range: the closest class of a covering organization, and whether only 党小组 cover."""
    here = (found.target >= span.start) & (found.target < span.stop)
    target, classes = found.target[here] - span.start, classes[here]
    best = np.full(span.stop - span.start, NONE, np.int8)
    for wanted in (WIDER, JOINT, SOLE):
        best[target[classes == wanted]] = wanted
    group = np.zeros(len(best), bool)
    if GROUP in rule.organization_kinds:
        groups = of_kind(view, "Organization", found.source[here], (GROUP,))
        group[target[groups]] = True
        group[target[~groups]] = False
    return best, group


def seats(view: View, nodes: Array) -> Array:
    """Position (within the area range) of the area of each node, -1 for none.

    What lies nowhere counts for the district itself, so that no subject is lost.
    """
    start = view.snapshot.span("Area").start
    home = view.home()[nodes]
    root = view.root_area() if view.scope is None else -1
    place = np.where(home >= 0, home, root)
    return np.asarray(np.where(place >= 0, place - start, -1))


def coverage_counts(view: View, rule: CoverageRule) -> CoverageCounts:
    """The numbers of a rule for every area at once (≤ 50 ms for all rules of a city)."""
    found = cover(view, rule)
    seated = found.seat >= 0
    seat = found.seat[seated]
    forest = view.areas(rule.hierarchy)
    # A unit lies in its area and counts for it; an area is not below itself.
    first = forest.enter + 1 if rule.subject.label == "Area" else forest.enter
    total = _within(forest, first, seat, None)
    some, none = np.flatnonzero(total), np.zeros(len(total), np.int64)

    def count(flags: Array) -> Array:
        """A flag that holds for all subjects, or for none, needs no counting."""
        chosen = flags[seated]
        held = np.count_nonzero(chosen)
        if held in (0, len(chosen)):
            return total if held else none
        return _within(forest, first, seat[chosen], some)

    counts = {f.name: count(getattr(found, f.name)) for f in fields(found)[2:-1]}
    return CoverageCounts(total=total, generated=count(found.made_up), **counts)


def _within(forest: Forest, first: Array, seat: Array, some: Array | None) -> Array:
    """How many of `seat` lie at the preorder positions first…leave of each area; only for the areas `some`."""
    n = len(forest.enter)
    out = np.zeros(n, np.int64)
    if not len(seat):
        return out
    running = np.cumsum(np.bincount(forest.enter[seat] + 1, minlength=n + 1))
    if some is None:
        return np.asarray(running[forest.leave] - running[first])
    out[some] = running[forest.leave[some]] - running[first[some]]
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
