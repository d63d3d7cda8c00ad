"""跨区对照: the same questions put to several districts, in the common vocabulary, with the local words beside them.

What one district has no counterpart of says so; it is never a zero.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from graph.analysis.alliances import alliance_status
from graph.analysis.asked import asked_areas
from graph.analysis.coverage import coverage_counts
from graph.analysis.overview import overview
from graph.analysis.pairing import unpaired
from graph.analysis.tiers import places
from graph.profile import CoverageRule, Profile
from graph.view import View

Row = dict[str, Any]
TOPICS = {
    "areas": "区域",
    "tiers": "组织层级",
    "coverage": "覆盖",
    "pairing": "结对",
    "alliances": "联盟",
    "rates": "参与和自治",
    "words": "用词",
}


@dataclass(frozen=True)
class Said:
    """What a district says to a question: its local word, a number and what it is out of, or why there is none."""

    local: str | None = None
    value: float | None = None
    of: int | None = None
    denominator: str | None = None
    generated: int = 0
    missing: str | None = None


Asked = tuple[str, str, Said]


def compare(views: Sequence[View]) -> list[Row]:
    """Rows `{"topic", "question", "sides"}`, a side for each view in their order.

    A side: `{"district", "local", "value", "of", "rate", "denominator", "generated", "missing"}`; `value` is null where
    `missing` says why, and for a question of words. `rate` is value ÷ of where there is a denominator.
    """
    said = [{(topic, question): side for topic, question, side in _answers(view)} for view in views]
    keys = sorted({k for each in said for k in each}, key=lambda k: _place(k, said))
    rows = []
    for topic, question in keys:
        sides = [_side(view, each.get((topic, question))) for view, each in zip(views, said, strict=True)]
        rows.append({"topic": topic, "question": question, "sides": sides})
    return rows


def _place(key: tuple[str, str], said: Sequence[dict[tuple[str, str], Said]]) -> tuple[int, int, int]:
    """Topics in their order; in a topic by the first district that knows the question, and its order there."""
    first = next(i for i, each in enumerate(said) if key in each)
    return list(TOPICS).index(key[0]), first, list(said[first]).index(key)


def _side(view: View, said: Said | None) -> Row:
    found = said or Said(missing=f"{view.profile.name}没有对应的说法或规定")
    of = found.of
    return {
        "district": view.snapshot.district,
        "local": found.local,
        "value": found.value,
        "of": of,
        "rate": found.value / of if of and found.value is not None else None,
        "denominator": found.denominator,
        "generated": found.generated,
        "missing": found.missing,
    }


def _answers(view: View) -> Iterator[Asked]:
    for answers in _PARTS:
        yield from answers(view)


def _areas(view: View) -> Iterator[Asked]:
    """How many areas of each kind the district declares; none in the data is not none in the world."""
    nodes = view.nodes("Area")
    at = nodes - view.snapshot.span("Area").start
    made_up = view.snapshot.arrays["generated"]
    for kind in view.profile.area_kinds:
        mine = nodes[view.coded("Area", "kind", (kind,))[at]]
        if len(mine):
            yield "areas", kind, Said(kind, len(mine), generated=int(made_up[mine].sum()))
        else:
            yield "areas", kind, Said(kind, missing=f"数据中没有{kind}")


def _tiers(view: View) -> Iterator[Asked]:
    """Organizations at each tier, by its common name; several local tiers of one common name are added."""
    where, nodes = places(view), view.nodes("Organization")
    at = nodes - view.snapshot.span("Organization").start
    made_up = view.snapshot.arrays["generated"][nodes]
    counts: dict[str, tuple[list[str], int, int]] = {}
    for i, line in enumerate(view.profile.lines):
        for j, tier in enumerate(line.tiers):
            mine = (where.line[at] == i) & (where.tier[at] == j)
            local, n, generated = counts.get(tier.common or tier.tier, ([], 0, 0))
            local = local if tier.tier in local else [*local, tier.tier]
            counts[tier.common or tier.tier] = (local, n + int(mine.sum()), generated + int((mine & made_up).sum()))
    for common, (local, n, generated) in counts.items():
        words = "、".join(local)
        missing = None if n else f"数据中没有{words}"
        yield "tiers", common, Said(words, n if n else None, generated=generated, missing=missing)


_ACCEPTS = {
    "organization": "组织覆盖", "work": "工作覆盖", "post": "有岗位", "facility": "有阵地", "project": "有项目",
    "assignment": "有人下沉",
}  # fmt: skip


def _coverage(view: View) -> Iterator[Asked]:
    tops = asked_areas(view, None)
    told: set[str] = set()
    for rule in view.profile.coverage:
        # A second rule on the same subject (another kind of facility) stands in a row of its own.
        question = _subject(rule) if _subject(rule) not in told else f"{_subject(rule)}（{rule.name}）"
        told.add(question)
        counts = coverage_counts(view, rule)
        total, covered, generated = (
            sum(int(column[t]) for t in tops) for column in (counts.total, counts.covered, counts.generated)
        )
        missing = None if total else f"数据中没有{rule.denominator.removeprefix('数据中的')}"
        yield (
            "coverage",
            question,
            Said(rule.name, covered if total else None, total or None, rule.denominator, generated, missing),
        )


def _subject(rule: CoverageRule) -> str:
    """The common name of a rule: what it speaks of and what it accepts, whatever it is called here."""
    subject = rule.subject
    kinds = "、".join(sorted(subject.kinds)) or ("全部区域" if subject.label == "Area" else "全部单位")
    limits = [*subject.grades, *subject.sectors, *subject.levels, *subject.scales]
    if subject.min_full_members:
        limits.append(f"正式党员{subject.min_full_members}名以上")
    if subject.min_employees:
        limits.append(f"职工{subject.min_employees}人以上")
    narrowed = f"（{'、'.join(limits)}）" if limits else ""
    return f"{kinds}{narrowed}：{'或'.join(_ACCEPTS[a] for a in sorted(rule.accepts))}"


def _pairing(view: View) -> Iterator[Asked]:
    pairing = view.profile.pairing
    if pairing is None:
        return
    totals = unpaired(view).totals
    for side, who in (("community", "、".join(pairing.area_kinds)), ("unit", "可结对单位")):
        of = totals[side]["of"]
        for state, zh in (("none", "没有结对"), ("expired", "协议到期"), ("dormant", "沉寂"), ("unknown", "无法判断")):
            question = f"{'社区（村）' if side == 'community' else '单位'}{zh}"
            missing = None if of else f"数据中没有{who}"
            n = totals[side]["states"][state] if of else None
            yield "pairing", question, Said(pairing.local, n, of or None, f"全部{who}", 0, missing)


def _alliances(view: View) -> Iterator[Asked]:
    """By common kind: areas that have theirs, out of those that must have one."""
    rows = alliance_status(view).rows
    locals_: dict[str, list[str]] = {}
    for rule in view.profile.alliances:
        locals_.setdefault(rule.common or rule.kind, []).append(rule.local)
    for common, local in locals_.items():
        mine = [r for r in rows if r["local"] in local]
        words, of = "、".join(dict.fromkeys(local)), len({r["area"]["id"] for r in mine})
        held = len({r["area"]["id"] for r in mine if r["alliance"] is not None})
        if not of:
            yield "alliances", f"已建{common}", Said(words, missing="数据中没有应建的区域")
            continue
        generated = sum(bool(view.snapshot.value(view.index(r["alliance"]["id"]), "generated"))
                        for r in mine if r["alliance"] is not None)  # fmt: skip
        yield "alliances", f"已建{common}", Said(words, held, of, "应建联盟的区域", generated)


def _rates(view: View) -> Iterator[Asked]:
    rows = overview(view).rows[:1]
    for key, zh, of_what in (
        ("participation", "驻区单位参与率", "驻区单位"),
        ("self_governance", "小区自治率", "小区"),
    ):
        n, of = (rows[0][key]["n"], rows[0][key]["of"]) if rows else (0, 0)
        missing = None if of else f"数据中没有{of_what}"
        yield "rates", zh, Said(zh, n if of else None, of or None, f"全部{of_what}", 0, missing)


def _words(view: View) -> Iterator[Asked]:
    """The local words for each common term."""
    found: dict[str, list[str]] = {}
    for word in view.profile.words:
        found.setdefault(word.common, []).append(f"{word.local}（{word.note}）" if word.note else word.local)
    for common, local in found.items():
        yield "words", common, Said("、".join(local))


def ambiguous_words(profiles: Sequence[Profile]) -> list[Row]:
    """Local words that mean different things in these districts: `{"word", "meanings": {district: common}}`."""
    found: dict[str, dict[str, str]] = {}
    for profile in profiles:
        for word in profile.words:
            found.setdefault(word.local, {})[profile.id] = word.common
    return [{"word": w, "meanings": m} for w, m in sorted(found.items()) if len(set(m.values())) > 1]


def generated_behind(views: Sequence[View]) -> int:
    """Made-up nodes in force behind a comparison."""
    return sum(int(np.count_nonzero(v.inside & v.snapshot.arrays["generated"])) for v in views)


_PARTS: tuple[Callable[[View], Iterator[Asked]], ...] = (
    _areas,
    _tiers,
    _coverage,
    _pairing,
    _alliances,
    _rates,
    _words,
)
