"""The HTTP service: routes, one problem writer, offline documentation, the edge."""

from __future__ import annotations

import atexit
import multiprocessing
import os
import signal
import threading
from collections.abc import AsyncIterator, Callable
from contextlib import ExitStack, asynccontextmanager
from importlib import metadata
from typing import Any

import orjson
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.openapi.utils import get_openapi
from fastapi.routing import APIRoute
from fastapi_offline import FastAPIOffline
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.middleware.cors import CORSMiddleware
from starlette.responses import RedirectResponse, Response
from starlette.types import ASGIApp

from api.analysts import Analysts
from api.auth import LOOPBACK, Access
from api.desk import Desk
from api.edge import Edge, Parts
from api.limiting import IMPORT_MOST, Limiter
from api.measures import Measures
from api.opening import Opened, opened
from api.prepared import Kept
from api.problems import MEDIA_TYPE, problem
from api.records import Records
from api.routes import access as access_routes
from api.routes import (
    catalogue,
    comparing,
    diagrams,
    files,
    findings,
    health,
    history,
    jobs,
    nodes,
    problems,
    queries,
    questions,
    reports,
)
from api.serving import Serving
from api.settings import Settings, read_settings
from api.shapes import schemas
from api.watch import Watch
from graph.errors import InputError, NotFoundError, ParameterError, PartygraphError, UnavailableError

OWN_NAMES = frozenset({*LOOPBACK, "testserver"})
RETRY_SECONDS = 5
ABOUT = (
    "基层党组织图模型分析：组织链、覆盖、空白点、结对共建、影响路径。"
    "错误一律为 problem+json，detail 说明问题，remedy 说明办法。"
)


def create(settings: Settings, store: Opened) -> ASGIApp:
    """The application on an open store; the caller closes the store after it."""
    desk = Desk(settings, store)
    watch, kept = Watch(desk, store.embedded), Kept()
    records = Records(settings.data_dir)
    access = Access(settings, records)
    measures = Measures(watch, kept, records)
    analysts = Analysts(settings, store.address)

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        await run_in_threadpool(watch.__enter__)
        try:
            yield
        finally:
            await run_in_threadpool(watch.__exit__, None, None, None)
            await run_in_threadpool(analysts.__exit__, None, None, None)
            records.close()

    app: FastAPI = FastAPIOffline(
        title="partygraph",
        version=metadata.version("partygraph"),
        description=ABOUT,
        lifespan=lifespan,
        max_body_size=IMPORT_MOST,
        generate_unique_id_function=_operation,
    )
    app.state.serving = Serving(desk, watch, kept, records, measures, analysts)
    for router in (
        catalogue.router,
        questions.router,
        comparing.router,
        findings.router,
        history.router,
        nodes.router,
        diagrams.router,
        reports.router,
        queries.router,
        files.router,
        jobs.router,
        access_routes.router,
    ):
        app.include_router(router, prefix="/api/v1")
    app.include_router(health.router)
    app.include_router(problems.router)
    app.add_api_route("/", lambda: RedirectResponse("/docs"), include_in_schema=False)
    _write_problems(app)
    app.openapi = _openapi(app)  # type: ignore[method-assign]
    origins = frozenset(o.strip() for o in settings.cors.split(",") if o.strip())
    # On an address of the network every request bears a key, which no page of another site can know.
    hosts = OWN_NAMES if settings.host in LOOPBACK else frozenset()
    edge = Edge(app, access, Parts(watch, kept, records, Limiter(settings.rate), measures), hosts, origins)
    if not origins:
        return edge
    return CORSMiddleware(
        edge,
        allow_origins=list(origins),
        allow_methods=["*"],
        allow_headers=["*"],
        expose_headers=["ETag", "Link", "Location", "Retry-After", "X-Page-Count", "X-Request-ID"],
    )


def _openapi(app: FastAPI) -> Callable[[], dict[str, Any]]:
    """The schema with our shapes as components, made once."""

    def schema() -> dict[str, Any]:
        if app.openapi_schema is None:
            made = get_openapi(title=app.title, version=app.version, description=app.description, routes=app.routes)
            made.setdefault("components", {}).setdefault("schemas", {}).update(schemas())
            _name_files(made)
            app.openapi_schema = made
        return app.openapi_schema

    return schema


def _operation(route: APIRoute) -> str:
    """The name of an operation that does not say its own: what a generated client calls it."""
    method = min(route.methods or {"GET"}).lower()
    return f"{route.name}_{method}"


def _name_files(schema: Any) -> None:
    """Say of every uploaded file that it is one in the words that makers of clients know, too."""
    if isinstance(schema, dict):
        if schema.get("contentMediaType") == "application/octet-stream":
            schema["format"] = "binary"
        schema = list(schema.values())
    for part in schema if isinstance(schema, list) else ():
        _name_files(part)


def _write_problems(app: FastAPI) -> None:
    """Every error leaves as problem+json, whoever raised it."""

    def ours(request: Request, error: Exception) -> Response:
        if not isinstance(error, PartygraphError):
            error = PartygraphError("服务内部出错，没有完成。", "请带着 request_id 联系维护人员。")
        return respond(request, error)

    def http(request: Request, error: Exception) -> Response:
        status = error.status_code if isinstance(error, HTTPException) else 500
        headers = dict(error.headers or {}) if isinstance(error, HTTPException) else {}
        return respond(request, _http_error(status), headers)

    def invalid(request: Request, error: Exception) -> Response:
        items = [_invalid(e) for e in error.errors()] if isinstance(error, RequestValidationError) else []
        detail = items[0]["detail"] if items else "请求的内容不合要求。"
        return respond(request, InputError(detail, "请按接口文档改正请求。", code="request-invalid", items=items))

    app.add_exception_handler(PartygraphError, ours)
    app.add_exception_handler(HTTPException, http)
    app.add_exception_handler(RequestValidationError, invalid)
    app.add_exception_handler(Exception, ours)


def respond(request: Request, error: PartygraphError, headers: dict[str, str] | None = None) -> Response:
    """The response of an error."""
    request_id = request.scope.get("state", {}).get("request_id", "")
    head = dict(headers or {})
    if error.status in (429, 503):
        head.setdefault("Retry-After", str(getattr(error, "after", RETRY_SECONDS)))
    body = orjson.dumps(problem(error, instance=request.url.path, request_id=request_id))
    return Response(body, error.status, head, MEDIA_TYPE)


def _http_error(status: int) -> PartygraphError:
    """Our error for one that the framework raised."""
    if status == 404:
        return NotFoundError("没有这个地址。", "全部地址见 /docs。", code="unknown-route")
    if status == 503:
        return UnavailableError("服务暂不可用。", "请稍后重试。")
    said = {
        405: ("method-not-allowed", "方法不允许", "这个地址不支持该方法。"),
        413: ("body-too-large", "内容过大", "请求的内容太大。"),
        415: ("media-type", "类型不支持", "请求内容的类型不支持。"),
    }
    code, title, detail = said.get(status, ("request-invalid", "请求有误", "请求不合要求。"))
    error = ParameterError(detail, "请按 /docs 中的说明改正请求。", code=code)
    error.title, error.status = title, status
    return error


def _invalid(error: dict[str, Any]) -> dict[str, str]:
    """A fault of the framework's validation, without the value."""
    place, *rest = [str(p) for p in error["loc"]] or ["body"]
    name = ".".join(rest)
    what = "缺少" if error["type"] == "missing" else "不合要求的"
    where = {"query": "parameter", "path": "parameter", "header": "header"}.get(place, "pointer")
    return {
        "code": "request-invalid",
        "detail": f"{what}内容：{name or place}。",
        "remedy": "请按接口文档改正。",
        where: name or place,
    }


def from_environment() -> ASGIApp:
    """The application of one of several workers: it opens the store of the settings and holds it until it ends."""
    threading.Thread(target=_end_with_supervisor, name="supervisor", daemon=True).start()
    settings = read_settings()[0]
    holder = ExitStack()
    atexit.register(holder.close)
    return create(settings, holder.enter_context(opened(settings)))


def _end_with_supervisor() -> None:
    """A worker whose supervisor was killed would hold the port, and answer, for ever."""
    supervisor = multiprocessing.parent_process()
    if supervisor is not None:
        supervisor.join()
        os.kill(os.getpid(), signal.SIGTERM)
