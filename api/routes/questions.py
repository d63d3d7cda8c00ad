"""One route for each question of the registry."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import orjson
from fastapi import APIRouter, File, Request, UploadFile
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response

from api.asking import body, placed, seen
from api.described import described
from api.parameters import ID
from api.prepared import PreparedResponse
from api.questions import QUESTIONS
from api.questions.form import Question
from api.serving import JSON, answered, asked_in, caller_of, given_in, serving_of, told
from api.snapshots import SMALL
from graph.errors import InputError

router = APIRouter(tags=["分析"])
_IN_PATH = (ID,)


def _get(question: Question) -> Callable[[Request], Any]:
    def ask(request: Request) -> PreparedResponse:
        serving, caller = serving_of(request), caller_of(request)
        given = {**given_in(request), **{k: [v] for k, v in request.path_params.items()}}
        found = placed(serving.desk, question.parameters, given, caller)
        if found.snapshot.n > SMALL:
            return told(request, serving.analysts.ask(question.name, given, caller, found.snapshot.revision))
        about = seen(serving.desk, found, question.parameters, caller)
        return answered(request, about, body(question, about))

    return ask


def _post(question: Question) -> Callable[..., Any]:
    def ask(request: Request, file: UploadFile = File(alias=question.file, description="自己的文件")) -> Any:  # noqa: B008
        content = (file.filename or question.file, file.file.read())
        about = asked_in(request, question.parameters, request.path_params, {question.file: content})
        return body(question, about)

    return ask


def _post_any(question: Question) -> Callable[..., Any]:
    """A POST that takes its file as multipart, or JSON as the body itself."""

    async def ask(request: Request) -> Response:
        if request.headers.get("content-type", "").startswith("multipart/form-data"):
            given = (await request.form()).get(question.file)
            if given is None or isinstance(given, str):
                raise InputError("没有给出文件。", f"请用 multipart 的 {question.file} 给出文件。", code="file-missing")
            content = (given.filename or question.file, await given.read())
        else:
            content = (f"{question.file}.json", await request.body())

        def answer() -> bytes:
            about = asked_in(request, question.parameters, request.path_params, {question.file: content})
            return orjson.dumps(body(question, about), option=orjson.OPT_SERIALIZE_NUMPY)

        return Response(await run_in_threadpool(answer), media_type=JSON)

    return ask


def _described_any(question: Question) -> dict[str, Any]:
    found = _described(question, question.route)
    part = {"type": "object", "properties": {question.file: {"type": "string", "format": "binary"}}}
    content = {
        JSON: {"schema": {"type": "array", "items": {"type": "object"}}},
        "multipart/form-data": {"schema": part},
    }
    found["openapi_extra"]["requestBody"] = {"required": True, "content": content}
    return found


def _described(question: Question, name: str) -> dict[str, Any]:
    path = _IN_PATH if "{id}" in question.route else ()
    return described(name, question.title, question.about, question.parameters, question.shape, path=path)


for _question in QUESTIONS:
    _route_path, _name = f"/{_question.route}", _question.route
    if _question.needs_file:
        router.add_api_route(_route_path, _post_any(_question), methods=["POST"], **_described_any(_question))
        continue
    router.add_api_route(_route_path, _get(_question), methods=["GET"], **_described(_question, _name))
    if _question.file:
        _said = _described(_question, f"{_name}-of-file")
        router.add_api_route(_route_path, _post(_question), methods=["POST"], **_said)
