"""Routes of files: imports, exports, the template."""

from __future__ import annotations

import tempfile
from pathlib import Path, PurePath
from typing import Annotated, Any

from fastapi import APIRouter, File, Form, Query, Request, UploadFile
from starlette.responses import Response

from api.described import described_file, problems
from api.exporting import FORMATS, XLSX, export, template
from api.importing import chosen_district, import_files
from api.parameters import DISTRICT, Parameter, parse
from api.prepared import PreparedResponse
from api.serving import asked_in, caller_of, given_in, keep, serving_of
from graph.errors import InputError, ParameterError
from loaders.districts import published
from loaders.mapping import read_mapping

router = APIRouter(tags=["文件"])
EXPORTED = (DISTRICT,)
FORMAT = Parameter("format", "格式", required=True, choices=tuple(FORMATS))
_REPORT: dict[str, Any] = {"content": {"application/json": {"schema": {"$ref": "#/components/schemas/ImportReport"}}}}

_RESPONSES: dict[int | str, dict[str, Any]] = {200: {"description": "导入报告", **_REPORT}, **problems()}


@router.post(
    "/imports",
    summary="导入",
    description="导入工作簿或 CSV：全部检查通过才写入，再次导入不作改动。有错误时 422，errors 给出文件、表、行、列。",
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
) -> dict[str, Any]:
    """Import uploaded files; they are kept only while they are read."""
    serving = serving_of(request)
    chosen = chosen_district(serving.desk, district)
    with tempfile.TemporaryDirectory() as folder:
        paths = [_saved(file, Path(folder)) for file in files]
        settled = read_mapping(_saved(mapping, Path(folder) / "mapping")) if mapping else None
        report = import_files(
            serving.desk,
            paths,
            chosen,
            caller_of(request).name,
            lambda _: None,
            dry_run=dry_run,
            mapping=settled,
            complete=complete or (),
            drop_personal=drop_personal,
        )
    serving.watch.refresh()
    if not report["ok"]:
        first = report["errors"][0]
        raise InputError(
            f"文件有{len(report['errors'])}处错误，没有写入任何内容。",
            f"请按 errors 逐处改正后重新导入；第一处：{first['message']}。",
            code="import-invalid",
            items=[{**e, "detail": e["message"]} for e in report["errors"]],
        )
    return report


def _saved(file: UploadFile, folder: Path) -> Path:
    """The uploaded file under its own name, without any folder in it."""
    name = PurePath((file.filename or "").replace("\\", "/")).name
    if not name or name in (".", ".."):
        raise ParameterError("上传的文件没有文件名。", "请给出文件名，扩展名说明类型。")
    folder.mkdir(exist_ok=True)
    path = folder / name
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
    profile = desk.profile(asked or published()[0])[1]
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
