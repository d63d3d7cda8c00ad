"""The route that undoes a revision."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Request

from api.described import problems
from api.parameters import DISTRICT
from api.reverting import revert_revision
from api.serving import caller_of, serving_of

router = APIRouter(tags=["修订"])
_DONE: dict[str, Any] = {"content": {"application/json": {"schema": {"$ref": "#/components/schemas/Reverted"}}}}
_RESPONSES: dict[int | str, dict[str, Any]] = {
    200: {"description": "新修订", **_DONE},
    409: {"description": "后来的修订又改动了同样的内容"},
    **problems(),
}


@router.post(
    "/revisions/{n}/revert",
    summary="撤销修订",
    description="写入一个新修订，把一个修订的改动还原；后来的修订又改动过同样内容时为409，errors 列出这些修订。",
    response_model=None,
    responses=_RESPONSES,
)
def revert(
    request: Request,
    n: Annotated[int, Path(description="要撤销的修订号", ge=1)],
    district: Annotated[str | None, Query(description=DISTRICT.zh)] = None,
) -> dict[str, Any]:
    """Undo a revision."""
    serving = serving_of(request)
    done = revert_revision(serving.desk, district, n, caller_of(request).name, lambda _: None)
    serving.watch.refresh()
    return done
