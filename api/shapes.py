"""The shapes of JSON bodies (interface.md, Shapes) as types; the API's schema is derived from them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal, NotRequired

from pydantic import TypeAdapter
from typing_extensions import TypedDict

from graph.profile import Profile


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
    """A path of influence; strength is null where a part of it is hidden."""

    channel: Literal["leadership", "pairing", "alliance", "mixed"]
    strength: float | None
    bottleneck: int | None
    hops: list[Hop]


class Paths(Answered):
    """Answer of `paths`."""

    rows: list[Path]


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


class Fault(TypedDict):
    """One place where something is wrong."""

    code: str
    detail: NotRequired[str]
    remedy: NotRequired[str]
    pointer: NotRequired[str]
    parameter: NotRequired[str]
    header: NotRequired[str | None]
    file: NotRequired[str | None]
    sheet: NotRequired[str | None]
    row: NotRequired[int | None]
    column: NotRequired[str | None]


class Problem(TypedDict):
    """An error (RFC 9457)."""

    type: str
    title: str
    status: int
    detail: str
    instance: str
    code: str
    remedy: str
    request_id: str
    errors: list[Fault]


class ImportCounts(TypedDict):
    """What an import changes."""

    added: int
    changed: int
    moved: int
    ended: int
    unchanged: int


class ImportFault(TypedDict):
    """An error or warning of an import at its place."""

    file: str
    sheet: str | None
    row: int | None
    column: str | None
    header: str | None
    code: str
    message: str
    remedy: str


class ImportReport(TypedDict):
    """What an import did, or why it did nothing."""

    ok: bool
    dry_run: bool
    revision: int | None
    counts: ImportCounts
    by_kind: list[dict[str, Any]]
    by_area: list[dict[str, Any]]
    errors: list[ImportFault]
    warnings: list[ImportFault]
    truncated: int


SHAPES: tuple[Any, ...] = (
    Coverage,
    Gaps,
    Chain,
    Paths,
    Unpaired,
    PairingLoad,
    AllianceStatus,
    InfluenceAnswer,
    WeakPoints,
    Finding,
    Findings,
    Rules,
    Claims,
    Bounds,
    AnyAnswer,
    Listed,
    Card,
    Problem,
    ImportReport,
    Profile,
)


def schemas() -> Mapping[str, Any]:
    """The components of the API's schema: every shape by its name."""
    found: dict[str, Any] = {}
    for shape in SHAPES:
        made = TypeAdapter(shape).json_schema(ref_template="#/components/schemas/{model}", mode="serialization")
        found |= made.pop("$defs", {})
        found[shape.__name__] = made
    return found
