"""What each problem code means."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path

from api.described import problems
from api.problems import CODES
from graph.errors import NotFoundError

router = APIRouter(tags=["错误"])


@router.get(
    "/problems/{code}",
    summary="错误代码的含义",
    description="problem+json 的 type 指向这里。",
    responses={404: problems()[404]},
)
def meaning(code: Annotated[str, Path(description="错误代码")]) -> dict[str, str]:
    """The meaning of a code."""
    if code not in CODES:
        raise NotFoundError("没有这个错误代码。", "请检查 type 中的代码。", code="unknown-problem")
    return {"code": code, "title": CODES[code]}
