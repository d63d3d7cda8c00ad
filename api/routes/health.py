"""Whether the process lives, and whether it can answer."""

from __future__ import annotations

from fastapi import APIRouter, Request
from starlette.responses import Response

from api.described import problems
from api.measures import MEDIA_TYPE
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


@router.get(
    "/metrics",
    summary="运行指标",
    description="Prometheus 文本：请求数、耗时、修订、等待的任务、图数据库是否应答。有密钥后须有 metrics 权限。",
    response_model=None,
    responses={200: {"description": "指标", "content": {"text/plain": {}}}, **problems()},
)
def metrics(request: Request) -> Response:
    """What Prometheus reads."""
    return Response(serving_of(request).measures.text(), media_type=MEDIA_TYPE)
