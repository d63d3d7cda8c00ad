"""The one shape of errors (RFC 9457, problem+json) for the API and `--json`, and the page of each code."""

from __future__ import annotations

from typing import Any

from rfc9457 import Problem

from graph.errors import PartygraphError

MEDIA_TYPE = "application/problem+json"
PLACES = ("pointer", "parameter", "header", "file", "sheet", "row", "column")


def problem(error: PartygraphError, *, instance: str = "", request_id: str = "") -> dict[str, Any]:
    """The body of an error: `type`, `title`, `status`, `detail`, `instance`, `code`, `remedy`, `request_id`, `errors`.

    Input values are never echoed: details come from our own errors only.
    """
    extras: dict[str, Any] = {
        "instance": instance,
        "code": error.code,
        "remedy": error.remedy,
        "request_id": request_id,
        "errors": [_item(dict(i)) for i in error.items],
    }
    shaped = Problem(error.title, f"/problems/{error.code}", error.detail, error.status, **extras)
    return dict(shaped.marshal())


def _item(item: dict[str, Any]) -> dict[str, Any]:
    kept = {k: item[k] for k in ("code", "detail", "remedy", *PLACES) if k in item}
    if "message" in item and "detail" not in kept:
        kept["detail"] = item["message"]
    return kept
