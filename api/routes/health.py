"""Whether the process lives, and whether it can answer."""

from __future__ import annotations

from fastapi import APIRouter, Request

from api.described import problems
from api.serving import serving_of

router = APIRouter(tags=["运行"])
DEADLINE = 2.0


@router.get("/healthz", summary="进程存活", description="进程在运行即应答，不问图数据库。")
def healthz() -> dict[str, str]:
    """The process answers."""
    return {"status": "ok"}


@router.get(
    "/readyz",
    summary="可以服务",
    description="在2秒内向图数据库做一次真实查询；不成则503。",
    responses={503: problems()[503]},
)
def readyz(request: Request) -> dict[str, object]:
    """The store answers a real query within two seconds."""
    desk = serving_of(request).desk
    desk.store.ping(DEADLINE)
    found: dict[str, object] = {"status": "ready"}
    if request.scope["state"].get("open"):
        found["districts"] = {d: held.revision for d, held in desk.loaded().items()}
    return found
