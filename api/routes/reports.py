"""The route of reports."""

from __future__ import annotations

from fastapi import APIRouter, Request

from api.described import described_file
from api.parameters import Parameter
from api.prepared import PreparedResponse
from api.reporting import KIND, MEDIA, PARAMETERS, reported
from api.serving import asked_in, keep, serving_of

FORMAT = Parameter("fmt", "格式", required=True, choices=tuple(MEDIA))
router = APIRouter(tags=["报告"])


def report(request: Request) -> PreparedResponse:
    """A report as a file."""
    kind, fmt = request.path_params["kind"], request.path_params["fmt"]
    about = asked_in(request, PARAMETERS)
    made = reported(serving_of(request).desk.settings, about, kind, fmt)
    headers = {"Content-Disposition": f'attachment; filename="{kind}.{fmt}"'}
    return keep(request, about, made.files[0], MEDIA[fmt], headers)


router.add_api_route(
    "/reports/{kind}.{fmt}",
    report,
    **described_file(
        "report",
        "报告",
        f"公文格式的报告。{KIND.zh}。三种格式内容相同；docx 可继续编辑，xlsx 每个专题一张表。",
        PARAMETERS,
        MEDIA,
        path=(KIND, FORMAT),
    ),
)
