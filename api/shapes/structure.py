"""Shapes of the structure: coverage, gaps, chain."""

from __future__ import annotations

from typing import Literal, NotRequired

from typing_extensions import TypedDict

from api.shapes.base import Answered, Reason, Ref


class Subject(TypedDict):
    """Whom a coverage rule speaks of."""

    label: str
    kind: str


class OrganizationCoverage(TypedDict):
    """组织覆盖: subjects with an organization, by how; `groups` are those with a 党小组 only."""

    covered: int
    sole: int
    joint: int
    wider: int
    groups: int
    rate: float | None


class WorkCoverage(TypedDict):
    """工作覆盖: subjects without an organization that have an adviser, 工会 or 共青团."""

    covered: int
    rate: float | None


class CoverageRow(TypedDict):
    """Coverage of the subjects below an area by one rule."""

    rule: str
    name: str
    subject: Subject
    denominator: str
    source: str
    area: Ref | None
    total: int
    covered: int
    gaps: int
    rate: float | None
    organization: OrganizationCoverage
    work: WorkCoverage
    backstopped: int
    generated: int


class Coverage(Answered):
    """Answer of `coverage`."""

    rows: list[CoverageRow]


class GapRow(TypedDict):
    """A subject that nothing covers."""

    rule: str
    node: Ref | None
    area: Ref | None
    grade: str | None
    reason: Reason
    responsible: Ref | None
    generated: bool
    full_members: NotRequired[int | None]


class Gaps(Answered):
    """Answer of `gaps`."""

    rows: list[GapRow]


class ChainRow(TypedDict):
    """A fault of the chain; `missing_tier` has no node."""

    fault: Literal["broken", "skipped", "isolated", "multiple", "single_child", "missing_tier"]
    node: Ref | None
    area: Ref | None
    expected_tier: str | None
    superior: Ref | None
    line: NotRequired[str | None]
    reason: NotRequired[Reason]
    statistical: NotRequired[bool]


class Chain(Answered):
    """Answer of `chain`."""

    rows: list[ChainRow]
