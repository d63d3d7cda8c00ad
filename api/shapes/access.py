"""Shapes of access: the caller, keys, the audit."""

from __future__ import annotations

from typing_extensions import TypedDict


class Me(TypedDict):
    """Who the caller is; `scope` is null for everything."""

    id: str
    name: str
    scope: list[str] | None
    permissions: list[str]
    expires: str | None


class Key(TypedDict):
    """A key without what opens the door; times in ISO 8601, `expires` the last day."""

    id: str
    name: str
    roles: list[str]
    scope: list[str] | None
    names: bool
    created: str
    expires: str | None
    used: str | None
    revoked: str | None


class NewKey(Key):
    """A key just made, with itself."""

    key: str


class AuditRecord(TypedDict):
    """Who did what to what with which result; `hash` covers the record and the hash before it."""

    number: int
    at: str
    who: str
    caller: str
    action: str
    object: str
    scope: list[str] | None
    result: str
    request_id: str
    hash: str


class AuditChain(TypedDict):
    """Whether no record was changed or removed; `head` is the last hash, to be noted elsewhere."""

    whole: bool
    records: int
    broken_at: int | None
    head: str


class Audit(TypedDict):
    """A page of the audit."""

    rows: list[AuditRecord]
    next: str | None
    chain: AuditChain
