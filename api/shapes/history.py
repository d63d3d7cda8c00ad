"""The shapes of what is asked about time: revisions, differences, submissions."""

from __future__ import annotations

from typing import Any, Literal, NotRequired

from typing_extensions import TypedDict

from api.shapes.base import Answered, Ref


class RevisionRow(TypedDict):
    """One write: when (UTC), by whom, from what, what it changed and how much there was after it."""

    district: str
    number: int
    at: str
    author: str
    source: str
    added: int
    changed: int
    moved: int
    ended: int
    nodes: int
    relations: int


class Revisions(Answered):
    """Answer of `revisions`, the newest first."""

    rows: list[RevisionRow]


class Review(TypedDict):
    """Why a row is a proposal, and all the nodes it is about."""

    code: Literal["suspected-renamed", "suspected-merged", "suspected-split"]
    text: str
    nodes: list[Ref]


class DiffRow(TypedDict):
    """A change of a node, or of the relation from `node` to `other`; a fact where `review` is null."""

    change: Literal["added", "ended", "changed", "renamed", "moved", "merged", "split"]
    node: Ref
    relation: NotRequired[str]
    other: NotRequired[Ref]
    before: dict[str, Any] | None
    after: dict[str, Any]
    review: Review | None
    withdrawn: NotRequired[Literal[True]]


class Diff(Answered):
    """Answer of `diff`; totals hold `changes` (facts by kind), `review` (proposals) and `rates` before and after."""

    rows: list[DiffRow]


class LastFile(TypedDict):
    """The last file that touched an area."""

    revision: int
    on: str
    author: str
    source: str


class DataAge(TypedDict):
    """How old the data behind an answer is."""

    answer: str
    on: str
    revision: int
    days: int


class SubmissionRow(TypedDict):
    """Whether an area has handed in this month."""

    area: Ref
    state: Literal["submitted", "missing", "never"]
    last: LastFile | None
    data: list[DataAge]


class Submissions(Answered):
    """Answer of `submissions`."""

    rows: list[SubmissionRow]


class Reverted(TypedDict):
    """What undoing a revision wrote."""

    district: str
    revision: int
    reverted: int
    counts: dict[str, int]
