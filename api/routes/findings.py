"""Routes of one finding: look at it, set its state, waive it, take the waiver back."""

from __future__ import annotations

import datetime as dt
from typing import Any, Literal, cast

from fastapi import APIRouter, Request
from pydantic import BaseModel, ConfigDict

from api import rectifying
from api.asking import Asked
from api.described import described
from api.prepared import PreparedResponse
from api.rectifying import FINDING, ONE
from api.redaction import redacted
from api.serving import answered, asked_in, caller_of, serving_of

router = APIRouter(tags=["整改"])


class StateBody(BaseModel):
    """A new state; `due` is kept from before when it is not given."""

    model_config = ConfigDict(extra="forbid")

    state: Literal["open", "in_progress", "closed"]
    due: dt.date | None = None
    by: str | None = None
    reason: str | None = None


class WaiverBody(BaseModel):
    """Up to which day (inclusive), by whom and why."""

    model_config = ConfigDict(extra="forbid")

    until: dt.date
    reason: str
    by: str | None = None


def finding(request: Request) -> PreparedResponse:
    """One finding as it stands."""
    about = _about(request)
    return answered(request, about, rectifying.finding(about))


def put_state(request: Request, body: StateBody) -> dict[str, Any]:
    """Set the state of a finding."""
    about = _about(request)
    row = rectifying.set_state(about, body.state, caller_of(request), by=body.by, due=body.due, reason=body.reason)
    return _changed(request, about, row)


def put_waiver(request: Request, body: WaiverBody) -> dict[str, Any]:
    """Waive a finding."""
    today = serving_of(request).desk.today()
    about = _about(request)
    row = rectifying.waive(about, caller_of(request), until=body.until, by=body.by, reason=body.reason, today=today)
    return _changed(request, about, row)


def delete_waiver(request: Request) -> dict[str, Any]:
    """Take a waiver back."""
    about = _about(request)
    return _changed(request, about, rectifying.lift(about))


def _about(request: Request) -> Asked:
    return asked_in(request, ONE, request.path_params)


def _changed(request: Request, about: Asked, row: dict[str, Any]) -> dict[str, Any]:
    """The row after a change; what was kept of the answers before it is old now."""
    serving_of(request).watch.refresh()
    return cast(dict[str, Any], redacted(about.view, row))


def _add(method: str, path: str, run: Any, name: str, title: str, about: str) -> None:
    said = described(name, title, about, ONE, "Finding", path=(FINDING,))
    router.add_api_route(path, run, methods=[method], **said)


_add("GET", "/findings/{id}", finding, "finding", "一个问题", "一个问题的内容、整改状态、期限和豁免。")
_add("PUT", "/findings/{id}/state", put_state, "finding_state", "整改状态", "设为待整改、整改中或已销号，可附期限。")
_add("PUT", "/findings/{id}/waiver", put_waiver, "finding_waiver", "豁免", "豁免到某日（含），须有经办人和理由。")
_add("DELETE", "/findings/{id}/waiver", delete_waiver, "finding_unwaive", "取消豁免", "取消豁免，整改状态不变。")
