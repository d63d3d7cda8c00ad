"""The last door before an answer leaves for a caller with a scope: nothing in it names a node that is not visible.

Analyses see the view alone; this holds even where one of them should look past it.
"""

from __future__ import annotations

from typing import Any

from graph.view import View

HIDDEN = {"hidden": True}


def redacted(view: View, body: Any) -> Any:
    """A JSON body with refs of invisible nodes as `{"hidden": true}` and their ids taken out."""
    if view.scope is None:
        return body
    if isinstance(body, dict):
        if "id" in body and "label" in body and _hidden(view, body["id"]):
            return dict(HIDDEN)
        return {k: None if _hidden(view, v) else redacted(view, v) for k, v in body.items()}
    if isinstance(body, list | tuple):
        return [redacted(view, v) for v in body if not _hidden(view, v)]
    return body


def _hidden(view: View, value: Any) -> bool:
    if not isinstance(value, str):
        return False
    node = view.snapshot.find(value)
    return node is not None and not view.visible[node]
