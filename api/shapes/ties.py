"""Shapes of ties: pairing, alliances, paths, influence, weak points."""

from __future__ import annotations

from typing import Any, Literal, NotRequired

from typing_extensions import TypedDict

from api.shapes.base import Answered, Hidden, Reason, Ref


class UnpairedRow(TypedDict):
    """A community without a proper partner, or a unit without a community."""

    side: Literal["community", "unit"]
    node: Ref | None
    area: Ref | None
    states: list[Literal["none", "kind_missing", "expired", "dormant", "unknown"]]
    missing: list[str]
    partners: list[Ref]
    required: NotRequired[list[str]]
    generated: NotRequired[bool]


class Unpaired(Answered):
    """Answer of `unpaired`."""

    rows: list[UnpairedRow]


class LoadRow(TypedDict):
    """How many partners a community or unit has."""

    side: Literal["community", "unit"]
    node: Ref | None
    area: NotRequired[Ref | None]
    partners: int
    by_kind: dict[str, int]
    load: Literal["none", "under", "even", "over"]


class PairingLoad(Answered):
    """Answer of `pairing-load`."""

    rows: list[LoadRow]


class AllianceRow(TypedDict):
    """An alliance that the profile asks for, or that it is missing."""

    tier: str
    area: Ref | None
    alliance: Ref | None
    states: list[Literal["ok", "missing", "incomplete", "dormant", "unknown"]]
    missing: list[str]
    last_met: str | None


class AllianceStatus(Answered):
    """Answer of `alliance-status`."""

    rows: list[AllianceRow]


Hop = TypedDict(
    "Hop",
    {
        "from": Ref | Hidden,
        "to": Ref | Hidden,
        "relation": str | None,
        "direction": str | None,
        "weight": float | None,
        "reason": Reason | None,
    },
)


class Path(TypedDict):
    """A path of influence; channel, strength and bottleneck are null where a part of it is hidden."""

    channel: Literal["leadership", "pairing", "alliance", "mixed"] | None
    strength: float | None
    bottleneck: int | None
    hops: list[Hop]


class Paths(Answered):
    """Answer of `paths`."""

    rows: list[Path]


class InfluenceRow(TypedDict):
    """A node that is reached, by its strongest path."""

    node: Ref | None
    strength: float
    hops: int
    via: Ref | None


class InfluenceAnswer(Answered):
    """Answer of `influence/{id}`."""

    rows: list[InfluenceRow]


class CutOff(TypedDict):
    """What falls off with a weak point."""

    organizations: int
    areas: int
    communities: int
    units: NotRequired[int]


class WeakPoint(TypedDict):
    """An element whose loss cuts something off; the element is `{"node"}` or `{"relation", "from", "to"}`."""

    kind: Literal["last_tie", "only_passage", "hub", "formal_superior"]
    element: dict[str, Any]
    cut_off: CutOff
    replaced_by: Ref | None


class WeakPoints(Answered):
    """Answer of `weak-points`."""

    rows: list[WeakPoint]
