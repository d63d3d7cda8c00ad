"""Shapes of replies about the call itself: problems and the import report."""

from __future__ import annotations

from typing import Any, NotRequired

from typing_extensions import TypedDict


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
