"""Routes of access: who am I, keys, the audit."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Any

from fastapi import APIRouter, Path, Request
from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import Response

from api import audit, keys
from api.described import described, problems
from api.pages import PAGE, made, opened
from api.parameters import CURSOR, LIMIT, parse
from api.serving import caller_of, given_in, serving_of
from graph.errors import NotFoundError

router = APIRouter(tags=["访问"])
PAGED = (LIMIT, CURSOR)
BOUND_TO = "audit"


class KeyBody(BaseModel):
    """A new key: for whom, with which roles, bound to which subtrees, whether with holders' names, up to which day."""

    model_config = ConfigDict(extra="forbid")

    name: str = Field(description="给谁用")
    roles: list[str] = Field(description="角色：viewer、analyst、editor、auditor、administrator")
    scope: list[str] = Field([], description="限定在这些区域或党组织及其以下；空为全部")
    names: bool = Field(False, description="可见岗位人员姓名")
    expires: dt.date | None = Field(None, description="最后有效日；空为不过期")


def me(request: Request) -> dict[str, Any]:
    """Who the caller is to this service."""
    caller = caller_of(request)
    return {
        "id": caller.id,
        "name": caller.name,
        "scope": None if caller.scope is None else list(caller.scope),
        "permissions": sorted(caller.permissions),
        "expires": caller.expires,
    }


def key_rows(request: Request) -> dict[str, Any]:
    """Every key without what opens the door."""
    return {"rows": keys.listed(serving_of(request).records), "next": None}


def add_key(request: Request, body: KeyBody) -> dict[str, Any]:
    """Make a key; `key` stands in this answer only."""
    serving = serving_of(request)
    for root in body.scope:
        district = root.partition(".")[0]
        if district not in serving.desk.loaded():
            raise NotFoundError("没有这个标识的节点。", "请用 search 查找标识。", code="unknown-id")
        serving.desk.view(district).index(root)
    row, key = keys.add(
        serving.records, body.name, body.roles, scope=body.scope, names=body.names, expires=body.expires
    )
    return {**row, "key": key}


def revoke_key(request: Request, id_: Annotated[str, Path(alias="id", description="密钥的标识")]) -> Response:
    """End a key at once."""
    keys.revoke(serving_of(request).records, id_)
    return Response(status_code=204)


def audit_rows(request: Request) -> dict[str, Any]:
    """A page of the audit, the oldest first, and whether its chain is whole."""
    records = serving_of(request).records
    values = parse(PAGED, given_in(request))
    after = int(opened(values["cursor"], BOUND_TO)) if values["cursor"] else 0
    limit = values["limit"] or PAGE
    rows = audit.listed(records, after, limit + 1)
    more = made(str(rows[limit - 1]["number"]), BOUND_TO) if len(rows) > limit else None
    return {"rows": rows[:limit], "next": more, "chain": audit.verified(records)}


_KEY: dict[str, Any] = {"content": {"application/json": {"schema": {"$ref": "#/components/schemas/NewKey"}}}}
router.add_api_route("/me", me, **described("me", "我是谁", "密钥或令牌的名称、范围、权限和有效期。", (), "Me"))
router.add_api_route("/keys", key_rows, **described("keys", "密钥", "全部密钥，不含密钥本身。", (), "Listed"))
router.add_api_route(
    "/keys",
    add_key,
    methods=["POST"],
    summary="新密钥",
    description="建立密钥；密钥只在这次应答中出现，服务只保存它的散列值。",
    response_model=None,
    responses={200: {"description": "新密钥", **_KEY}, **problems()},
)
router.add_api_route(
    "/keys/{id}",
    revoke_key,
    methods=["DELETE"],
    status_code=204,
    summary="撤销密钥",
    description="密钥立即失效；再次撤销不作改动。",
    response_model=None,
    responses=problems(),
)
router.add_api_route(
    "/audit",
    audit_rows,
    **described("audit", "审计", "谁、何时、对什么、做了什么、结果如何；旧的在前，逐条以散列值相连。", PAGED, "Audit"),
)
