"""The route that puts districts side by side."""

from __future__ import annotations

import orjson
from fastapi import APIRouter, Request
from starlette.responses import Response

from api.comparing import PARAMETERS, comparison
from api.described import described
from api.serving import JSON, caller_of, given_in, serving_of

router = APIRouter(tags=["分析"])


def _compare(request: Request) -> Response:
    body = comparison(serving_of(request).desk, given_in(request), caller_of(request))
    return Response(orjson.dumps(body, option=orjson.OPT_SERIALIZE_NUMPY), media_type=JSON)


router.add_api_route(
    "/compare",
    _compare,
    methods=["GET"],
    **described(
        "compare",
        "跨区对照",
        "同一问题在几个区划的答案、本地用词和分母；没有对应的会说明，不写成零。",
        PARAMETERS,
        "Comparison",
    ),
)
