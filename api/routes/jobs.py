"""Routes of jobs and imports: what was asked for, how far it is, what came of it."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from typing import Annotated, Any

import orjson
from fastapi import APIRouter, Path, Request
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response, StreamingResponse

from api import jobs
from api.described import described, described_file, problems
from api.exporting import XLSX
from api.pages import PAGE, made, opened
from api.parameters import CURSOR, LIMIT, parse
from api.problems import MEDIA_TYPE, RefusedError
from api.records import Records
from api.serving import caller_of, given_in, sent, serving_of
from api.working import ERRORS
from graph.analysis.answer import Row
from graph.errors import ConflictError, NotFoundError

router = APIRouter(tags=["任务"])
PAGED = (LIMIT, CURSOR)
ID = Annotated[str, Path(alias="id", description="任务的标识")]
POLL_SECONDS = 0.25
STREAM_SECONDS = 900.0


def job_rows(request: Request) -> Response:
    """The caller's jobs, the newest first."""
    before, limit = _asked(request, "jobs")
    rows, following = jobs.listed(serving_of(request).records, caller_of(request), before, limit)
    return sent(request, {"rows": rows, "next": made(str(following), "jobs") if following else None})


def import_rows(request: Request) -> Response:
    """All imports, the newest first."""
    before, limit = _asked(request, "imports")
    rows, following = jobs.imports(serving_of(request).records, before, limit)
    return sent(request, {"rows": rows, "next": made(str(following), "imports") if following else None})


def _asked(request: Request, bound: str) -> tuple[int | None, int]:
    values = parse(PAGED, given_in(request))
    return int(opened(values["cursor"], bound)) if values["cursor"] else None, values["limit"] or PAGE


def job(request: Request, id_: ID) -> Response:
    """How far a job is."""
    return sent(request, jobs.get(serving_of(request).records, caller_of(request), id_))


def job_result(request: Request, id_: ID) -> Response:
    """What came of a job: its report, or the problem that ended it."""
    records = serving_of(request).records
    found = jobs.get(records, caller_of(request), id_)
    if found["state"] not in jobs.ENDED:
        raise ConflictError("任务还没有完成。", "请稍后再取，或看 events。", code="job-unfinished")
    status, result = jobs.outcome(records, id_)
    if result.get("problem") is None:
        return sent(request, result["report"])
    body = {**result["problem"], "instance": request.url.path, "request_id": request.scope["state"]["request_id"]}
    return Response(orjson.dumps(body), status, {"Cache-Control": "no-store"}, MEDIA_TYPE)


async def job_events(request: Request, id_: ID) -> Response:
    """The job as server-sent events, one for every change, until it has ended."""
    records, caller = serving_of(request).records, caller_of(request)
    first = await run_in_threadpool(jobs.get, records, caller, id_)

    async def events() -> AsyncIterator[bytes]:
        told, row, began = None, first, time.monotonic()
        while True:
            if row != told:
                yield _event("end" if row["state"] in jobs.ENDED else "progress", row)
                told = row
            if row["state"] in jobs.ENDED or time.monotonic() - began > STREAM_SECONDS:
                return
            await asyncio.sleep(POLL_SECONDS)
            row = await run_in_threadpool(jobs.get, records, caller, id_)

    return StreamingResponse(events(), media_type="text/event-stream", headers={"Cache-Control": "no-store"})


def _event(name: str, row: Row) -> bytes:
    return b"event: " + name.encode() + b"\ndata: " + orjson.dumps(row) + b"\n\n"


def an_import(request: Request, id_: ID) -> Response:
    """One import with its report."""
    return sent(request, jobs.an_import(serving_of(request).records, id_))


def errors_file(request: Request, id_: ID) -> Response:
    """The imported files with every fault marked; it holds what the files hold, so only for who sent them, or may
    see names."""
    serving, caller = serving_of(request), caller_of(request)
    jobs.an_import(serving.records, id_)
    if not (caller.sees_names() or _own(serving.records, id_, caller.id)):
        raise RefusedError("标注的文件含上传的内容，只有上传的人可以取。", "请由上传的人下载。")
    path = jobs.folder(serving.desk.settings.data_dir, id_) / ERRORS
    if not path.is_file():
        raise NotFoundError("这次导入没有错误和提示，或其文件已过七天。", "请看 imports/{id}。", code="no-errors")
    head = {"Content-Disposition": f'attachment; filename="{ERRORS}"', "Cache-Control": "no-store"}
    return Response(path.read_bytes(), 200, head, XLSX)


def _own(records: Records, id_: str, caller: str) -> bool:
    return bool(records.rows("SELECT EXISTS (SELECT 1 FROM jobs WHERE id = ? AND owner = ?)", (id_, caller))[0][0])


def _without_path(said: dict[str, Any]) -> dict[str, Any]:
    """The function's own signature says the path parameter."""
    said.pop("openapi_extra", None)
    return said


router.add_api_route("/jobs", job_rows, **described("jobs", "任务", "自己提交的任务，新的在前。", PAGED, "Jobs"))
router.add_api_route("/jobs/{id}", job, **_without_path(described("job", "一个任务", "任务的状态和进度。", (), "Job")))
router.add_api_route(
    "/jobs/{id}/result",
    job_result,
    **_without_path(
        described("job_result", "任务的结果", "完成的报告，或失败的原因；未完成时409。", (), "ImportReport")
    ),
)
router.add_api_route(
    "/jobs/{id}/events",
    job_events,
    summary="任务的进度",
    description="服务器推送事件（SSE）：progress 为进度，end 为结束，data 为任务。",
    response_model=None,
    responses={200: {"description": "事件流", "content": {"text/event-stream": {}}}, **problems()},
)
router.add_api_route(
    "/imports", import_rows, **described("imports", "导入记录", "全部导入，新的在前。", PAGED, "Imports")
)
router.add_api_route(
    "/imports/{id}",
    an_import,
    **_without_path(described("import", "一次导入", "一次导入及其报告。", (), "Import")),
)
router.add_api_route(
    "/imports/{id}/errors.xlsx",
    errors_file,
    **_without_path(
        described_file("import_errors", "标注错误的文件", "上传的表格的副本，问题单元格有标注。", (), {"xlsx": XLSX})
    ),
)
