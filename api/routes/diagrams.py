"""The route of charts."""

from __future__ import annotations

from fastapi import APIRouter, Request

from api.described import described_file
from api.drawing import KIND, MEDIA, PARAMETERS, pictures
from api.parameters import Parameter
from api.prepared import PreparedResponse
from api.serving import asked_in, keep, serving_of

FORMAT = Parameter("fmt", "格式", required=True, choices=tuple(MEDIA))
router = APIRouter(tags=["图表"])


def diagram(request: Request) -> PreparedResponse:
    """A page of a chart (a PDF or draw.io file holds all pages); `X-Page-Count` says how many there are, and
    `X-Font-Warning` which characters no font has (U+20BB7 …)."""
    kind, fmt = request.path_params["kind"], request.path_params["fmt"]
    about = asked_in(request, PARAMETERS)
    values = dict(about.values)
    if fmt in ("svg", "png", "dot"):
        values["page"] = values["page"] or 1
    desk = serving_of(request).desk
    made = pictures(desk.settings, about.view, kind, fmt, values, desk.store)
    headers = {"X-Page-Count": str(made.pages), "Content-Disposition": f'inline; filename="{kind}.{fmt}"'}
    if made.missing:
        headers["X-Font-Warning"] = " ".join(f"U+{ord(char):04X}" for char in made.missing)
    return keep(request, about, made.files[0], MEDIA[fmt], headers)


router.add_api_route(
    "/diagrams/{kind}.{fmt}",
    diagram,
    **described_file(
        "diagram",
        "图表",
        f"{KIND.zh}。svg、png、dot 一次一页，pdf、drawio 含全部页；X-Page-Count 为页数，X-Font-Warning 为缺字。",
        PARAMETERS,
        MEDIA,
        path=(KIND, FORMAT),
    ),
)
