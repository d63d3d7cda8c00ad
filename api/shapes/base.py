"""What all shapes share: refs, reasons, and what every analysis returns around its rows."""

from __future__ import annotations

from typing import Any, Literal, NotRequired

from typing_extensions import TypedDict


class Ref(TypedDict):
    id: str
    label: str
    name: str
    kind: str


class Hidden(TypedDict):
    hidden: Literal[True]


class Reason(TypedDict):
    code: str
    text: str


class Answered(TypedDict):
    """What every analysis returns around its rows."""

    district: str
    revision: int
    as_of: str
    generated: int
    totals: dict[str, Any]
    next: str | None


class AnyAnswer(Answered):
    """An answer whose rows are objects."""

    rows: list[dict[str, Any]]


class Listed(TypedDict):
    """A list: rows with the ref of a node and its attributes."""

    rows: list[dict[str, Any]]
    next: str | None


class Card(TypedDict):
    """Everything known of one node (一组织一档); relations by type and direction, with the other ends."""

    district: str
    revision: int
    as_of: str
    generated: int
    node: Ref
    attributes: dict[str, Any]
    area: Ref | None
    relations: list[dict[str, Any]]
    line: NotRequired[str | None]
    tier: NotRequired[str | None]
    superiors: NotRequired[list[Ref | None]]
    below: NotRequired[dict[str, int]]
