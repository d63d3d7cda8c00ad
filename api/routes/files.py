"""Routes of files: imports, exports, the template."""

from __future__ import annotations

import tempfile
from pathlib import Path, PurePath
from typing import Annotated, Any

import orjson
from fastapi import APIRouter, File, Form, Query, Request, UploadFile
from starlette.responses import Response

from api import jobs
from api.described import described_file, problems
from api.exporting import FORMATS, XLSX, export, template, template_district
from api.importing import chosen_district
from api.parameters import DISTRICT, Parameter, parse
from api.prepared import PreparedResponse
from api.problems import MEDIA_TYPE, problem
from api.serving import asked_in, caller_of, given_in, keep, sent, serving_of
from api.snapshots import SMALL
from api.working import FILES, MAPPING, perform, submit
from graph.errors import ParameterError, PartygraphError

router = APIRouter(tags=["文件"])
EXPORTED = (DISTRICT,)
FORMAT = Parameter("format", "格式", required=True, choices=tuple(FORMATS))
_REPORT: dict[str, Any] = {"content": {"application/json": {"schema": {"$ref": "#/components/schemas/ImportReport"}}}}
_JOB: dict[str, Any] = {"content": {"application/json": {"schema": {"$ref": "#/components/schemas/Job"}}}}
_RESPONSES: dict[int | str, dict[str, Any]] = {
    200: {"description": "导入报告", **_REPORT},
    202: {"description": "已转为任务，Location 为其地址", **_JOB},
    **problems(),
}
SHORT_BYTES = 1024 * 1024
FILES_MOST = 100


@router.post(
    "/imports",
    summary="导入",
    description="导入工作簿或 CSV：全部检查通过才写入，再次导入不作改动。有错误时 422，errors 给出文件、表、行、列。"
    "文件或区划较大、或请求头有 Prefer: respond-async 时转为任务，202。",
    response_model=None,
    responses=_RESPONSES,
)
def imports(
    request: Request,
    files: Annotated[list[UploadFile], File(description=".xlsx、.xls 或 .csv 文件，可以多个")],
    mapping: Annotated[UploadFile | None, File(description="对照文件（TOML）")] = None,
    complete: Annotated[list[str] | None, Form(description="表 或 表@区域：文件列出了其全部现行内容")] = None,
    drop_personal: Annotated[bool, Form(description="丢弃身份证号、电话号码的列")] = False,
    district: Annotated[str | None, Query(description=DISTRICT.zh)] = None,
    dry_run: Annotated[bool, Query(description="只检查和比对，不写入")] = False,
) -> Response:
    """Import uploaded files, at once if that is short, else as a job; they are kept only while they are read."""
    serving, caller = serving_of(request), caller_of(request)
    desk, records = serving.desk, serving.records
    if len(files) > FILES_MOST:
        raise ParameterError("一次上传的文件太多。", f"一次最多{FILES_MOST}个文件。")
    chosen = chosen_district(desk, district)
    jobs.swept(records, desk.settings.data_dir)
    orders = {"dry_run": dry_run, "complete": complete or [], "drop_personal": drop_personal}
    id_ = jobs.new(records, desk.settings.data_dir, "import", caller, chosen, orders)
    place = jobs.folder(desk.settings.data_dir, id_)
    try:
        size = sum(_saved(file, place / FILES).stat().st_size for file in files)
        if mapping:
            _saved(mapping, place / MAPPING)
    except PartygraphError as error:
        jobs.end(records, id_, error.status, {"report": None, "problem": problem(error)})
        raise
    held = desk.loaded().get(chosen)
    if size > SHORT_BYTES or (held and held.nodes > SMALL) or _asks_for_job(request):
        submit(desk, records, id_, serving.watch.refresh)
        location = {"Location": f"/api/v1/jobs/{id_}", "Preference-Applied": "respond-async"}
        return sent(request, jobs.get(records, caller, id_), 202, location)
    perform(desk, records, id_)
    serving.watch.refresh()
    status, result = jobs.outcome(records, id_)
    where = {"Content-Location": f"/api/v1/imports/{id_}"}
    if result["problem"] is None:
        return sent(request, result["report"], headers=where)
    asked = {"instance": request.url.path, "request_id": request.scope["state"]["request_id"]}
    retry = {"Retry-After": "5"} if status == 503 else {}
    return Response(orjson.dumps({**result["problem"], **asked}), status, {**where, **retry}, MEDIA_TYPE)


def _asks_for_job(request: Request) -> bool:
    return "respond-async" in request.headers.get("prefer", "").lower()


def _saved(file: UploadFile, folder: Path) -> Path:
    """The uploaded file under its own name, without any folder in it."""
    name = PurePath((file.filename or "").replace("\\", "/")).name
    if not name or name in (".", "..") or len(name.encode()) > 200 or any(ord(c) < 32 for c in name):
        raise ParameterError("上传的文件没有可用的文件名。", "请给出文件名，扩展名说明类型。")
    folder.mkdir(exist_ok=True)
    path = folder / name
    if path.exists():
        raise ParameterError("上传的文件中有同名的。", "请给每个文件不同的名称。")
    with path.open("wb") as out:
        while chunk := file.file.read(1 << 20):
            out.write(chunk)
    return path


def exports(request: Request) -> PreparedResponse:
    """A district as one file; holders' names only for those who may see them."""
    about = asked_in(request, EXPORTED)
    desk, fmt = serving_of(request).desk, request.path_params["format"]
    with tempfile.TemporaryDirectory() as folder:
        ending = FORMATS[fmt].ending if fmt in FORMATS else ""
        path = Path(folder) / f"{about.district}{ending}"
        export(desk, about.district, fmt, path, strip_personal=not caller_of(request).sees_names())
        headers = {"Content-Disposition": f'attachment; filename="{path.name}"'}
        return keep(request, about, path.read_bytes(), FORMATS[fmt].media, headers)


def template_file(request: Request) -> Response:
    """The template of a district's profile."""
    desk = serving_of(request).desk
    caller = caller_of(request)
    asked = parse(EXPORTED, given_in(request))["district"] or desk.settings.district
    if caller.scope is not None:
        asked = desk.choose(asked or None, (), caller.districts(desk.loaded()))
    profile = desk.profile(template_district(desk, asked))[1]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "template.xlsx"
        template(profile, path)
        return Response(path.read_bytes(), media_type=XLSX)


_MEDIA = {name: f.media for name, f in FORMATS.items()}
router.add_api_route(
    "/exports/{format}",
    exports,
    **described_file(
        "exports", "导出", f"导出一个区划，格式：{'、'.join(FORMATS)}。", EXPORTED, _MEDIA, path=(FORMAT,)
    ),
)
router.add_api_route(
    "/template.xlsx",
    template_file,
    **described_file("template", "模板", "按治理方案生成的填报模板。", EXPORTED, {"xlsx": XLSX}),
)
