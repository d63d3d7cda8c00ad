"""Shapes of what could be done (recommendation, what-if) and of districts side by side."""

from __future__ import annotations

from typing import Any

from typing_extensions import TypedDict

from api.shapes.base import Answered, Reason, Ref


class Pair(TypedDict):
    """A recommended pairing."""

    community: Ref
    organization: Ref | None
    unit: Ref
    kind: str
    score: float
    renewal: bool
    reasons: list[Reason]
    generated: bool


class Unmet(TypedDict):
    """A demand that no place is left for; `kind` is null where any would do."""

    community: Ref
    kind: str | None
    reason: Reason


class Hall(TypedDict):
    """Communities and the only units they can go to: more demand than places."""

    communities: list[Ref]
    units: list[Ref]
    demand: int
    capacity: int
    missing: int


class Recommendation(Answered):
    """Answer of `pairing-recommendations`; `rows` are the pairs, a page of them with `limit`."""

    rows: list[Pair]
    pairs: list[Pair]
    unmet: list[Unmet]
    hall: Hall | None


class Effect(TypedDict):
    """A metric of an area before and after a plan; null where the area is not there."""

    metric: str
    name: str
    area: Ref | None
    before: float | None
    after: float | None


class WhatIf(Answered):
    """Answer of `what-if`."""

    rows: list[Effect]


class Side(TypedDict):
    """What one district says to a question; `missing` says why there is no number."""

    district: str
    local: str | None
    value: float | None
    of: int | None
    rate: float | None
    denominator: str | None
    generated: int
    missing: str | None


class Compared(TypedDict):
    """One question put to several districts, in the common vocabulary."""

    topic: str
    question: str
    sides: list[Side]


class Comparison(TypedDict):
    """Answer of `compare`."""

    districts: list[dict[str, Any]]
    as_of: str
    generated: int
    rows: list[Compared]
    totals: dict[str, Any]
    next: str | None
