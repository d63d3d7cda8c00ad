"""Shapes of jobs and imports."""

from __future__ import annotations

from typing import Literal

from typing_extensions import TypedDict

from api.shapes.replies import ImportCounts, ImportReport


class Job(TypedDict):
    """How far a job is; `result` is where its outcome lies once it has ended."""

    id: str
    kind: str
    state: Literal["queued", "running", "done", "failed"]
    district: str | None
    created: str
    started: str | None
    ended: str | None
    progress: str
    by: str
    result: str | None


class Jobs(TypedDict):
    """A page of jobs."""

    rows: list[Job]
    next: str | None


class ImportRow(Job):
    """An import in the list: what it changed, how many errors and warnings it has."""

    dry_run: bool | None
    revision: int | None
    counts: ImportCounts | None
    errors: int | None
    warnings: int | None


class Imports(TypedDict):
    """A page of imports."""

    rows: list[ImportRow]
    next: str | None


class Import(Job):
    """One import with its report, null while it is not done."""

    report: ImportReport | None
