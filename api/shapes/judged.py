"""Shapes of judgements: claims, bounds, rules, findings."""

from __future__ import annotations

from typing import Any, Literal

from typing_extensions import TypedDict

from api.shapes.base import Answered, Ref


class Between(TypedDict):
    """An interval; an end is null where it is open."""

    low: float | None
    high: float | None


class Claim(TypedDict):
    """A published figure and whether the data supports it."""

    figure: str
    literal: str
    unit: str
    published: Between | None
    computed: Between | None
    basis: Literal["ledger", "figures", "divisions", "generated", "none"]
    verdict: Literal["supported", "contradicted", "not_computable"]
    why: str
    evidence: dict[str, Any]


class Claims(Answered):
    """Answer of `claims`."""

    rows: list[Claim]


class Remaining(TypedDict):
    """What remains of a bound when its assumption does not hold."""

    low: float | None
    high: float | None
    text: str


class Bound(TypedDict):
    """What published figures force, with the assumption; nulls where the figures contradict it."""

    figure: str
    about: str
    low: float | None
    high: float | None
    assumption: str
    because: str
    without: Remaining


class Bounds(Answered):
    """Answer of `bounds`."""

    rows: list[Bound]


class WaiverShape(TypedDict):
    """That a finding is not counted up to a day, by whom and why."""

    until: str
    by: str
    reason: str


class Finding(TypedDict):
    """Something to be put right; `found` is false for a recorded one that the data no longer shows."""

    id: str
    rule: str
    severity: Literal["error", "warning", "notice"]
    node: Ref | None
    area: Ref | None
    message: str
    remedy: str
    responsible: Ref | None
    evidence: list[str]
    also: list[str]
    state: Literal["open", "in_progress", "closed"]
    due: str | None
    waived: WaiverShape | None
    generated: bool
    found: bool
    by: str | None
    reason: str | None


class Findings(Answered):
    """Answer of `findings`."""

    rows: list[Finding]


class RuleRow(TypedDict):
    """A part of a regulation's rule: where it stands, how strong it is, what was judged and what breaks it."""

    rule: str
    part: str
    asks: str
    text: str
    document: str
    article: str
    strength: Literal["must", "norm", "practice", "policy", "target", "local"]
    severity: Literal["error", "warning", "notice"]
    status: Literal["checked", "no_data", "no_subject", "not_named", "not_checkable", "definition"]
    why: str | None
    of: int | None
    breaches: int | None
    parameters: dict[str, float]
    evidence: str


class Rules(Answered):
    """Answer of `rules`."""

    rows: list[RuleRow]
