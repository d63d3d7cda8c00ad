"""How a route is described in OpenAPI: its parameters from the registry, its shape, and the problems it may answer."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from api.parameters import Parameter
from api.problems import MEDIA_TYPE

_TYPES = {"int": "integer", "flag": "boolean"}
PROBLEMS = {
    400: "参数有误",
    401: "未通过身份验证",
    403: "不允许",
    404: "未找到",
    422: "输入有误",
    500: "程序缺陷",
    503: "外部条件不具备",
}


def described(
    name: str, title: str, about: str, parameters: Sequence[Parameter], shape: str, *, path: Sequence[Parameter] = ()
) -> dict[str, Any]:
    """Arguments of `add_api_route` for a route that answers JSON of a shape.

    Args:
        shape: name of a schema of `api.shapes`.
        path: parameters that stand in the path.
    """
    schema = {"$ref": f"#/components/schemas/{shape}"}
    return {
        "operation_id": re.sub(r"[^a-z]+", "_", name).strip("_"),
        "summary": title,
        "description": about,
        "response_model": None,
        "responses": {
            200: {"description": title, "content": {"application/json": {"schema": schema}}},
            304: {"description": "未改变"},
            **problems(),
        },
        "openapi_extra": {
            "parameters": [
                *(_parameter(p, "path") for p in path),
                *(_parameter(p, "query") for p in parameters if p.name not in {q.name for q in path}),
            ]
        },
    }


def described_file(
    name: str,
    title: str,
    about: str,
    parameters: Sequence[Parameter],
    media: Mapping[str, str],
    *,
    path: Sequence[Parameter] = (),
) -> dict[str, Any]:
    """Like `described` for a route that answers files of some media types."""
    found = described(name, title, about, parameters, "Problem", path=path)
    found["responses"][200] = {"description": title, "content": {m: {} for m in media.values()}}
    return found


def problems() -> dict[int | str, dict[str, Any]]:
    """The responses of all routes that say what went wrong."""
    schema = {"$ref": "#/components/schemas/Problem"}
    return {s: {"description": d, "content": {MEDIA_TYPE: {"schema": schema}}} for s, d in PROBLEMS.items()}


def _parameter(p: Parameter, place: str) -> dict[str, Any]:
    one: dict[str, Any] = {"type": _TYPES.get(p.type, "string")}
    if p.type == "date":
        one["format"] = "date"
    if p.choices:
        one["enum"] = list(p.choices)
    one |= {k: v for k, v in (("minimum", p.low), ("maximum", p.high), ("default", p.default)) if v is not None}
    schema = {"type": "array", "items": one} if p.many else one
    found: dict[str, Any] = {
        "name": p.name,
        "in": place,
        "required": p.required or place == "path",
        "description": p.zh,
        "schema": schema,
    }
    if p.example:
        found["example"] = [p.example] if p.many else p.example
    return found
