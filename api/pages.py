"""Pages: how many rows of an answer leave at once, and the opaque cursor that goes on from there."""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
from collections.abc import Mapping, Sequence
from typing import Any, TypeVar

from graph.errors import ParameterError

T = TypeVar("T")
PAGE = 100


def fingerprint(question: str, values: Mapping[str, Any]) -> str:
    """What a cursor is bound to: the question and its parameters, not how many rows a page has."""
    bound = {k: str(v) for k, v in values.items() if k not in ("limit", "cursor", "revision") and v not in (None, ())}
    return hashlib.sha256(json.dumps([question, bound], sort_keys=True).encode()).hexdigest()[:16]


def page(rows: Sequence[T], limit: int | None, cursor: str | None, bound: str) -> tuple[Sequence[T], str | None]:
    """The rows of one page by position and the cursor of the next, None at the end."""
    start = int(opened(cursor, bound)) if cursor else 0
    stop = len(rows) if limit is None else min(len(rows), start + limit)
    return rows[start:stop], made(str(stop), bound) if stop < len(rows) else None


def made(position: str, bound: str) -> str:
    """A cursor for a position."""
    return base64.urlsafe_b64encode(json.dumps([position, bound]).encode()).decode().rstrip("=")


def opened(cursor: str, bound: str) -> str:
    """The position of a cursor; `ParameterError` cursor-invalid for one that was not made for this query."""
    try:
        position, made_for = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
    except (ValueError, TypeError, binascii.Error):
        position, made_for = "", None
    if made_for != bound or not isinstance(position, str):
        raise ParameterError("游标无效，或不属于这个查询。", "请从第一页重新开始。", code="cursor-invalid")
    return position
