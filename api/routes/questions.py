"""One route for each question of the registry."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from fastapi import APIRouter, File, Request, UploadFile

from api.asking import body
from api.described import described
from api.parameters import ID
from api.prepared import PreparedResponse
from api.questions import QUESTIONS
from api.questions.form import Question
from api.serving import answered, asked_in

router = APIRouter(tags=["分析"])
_IN_PATH = (ID,)


def _get(question: Question) -> Callable[[Request], Any]:
    def ask(request: Request) -> PreparedResponse:
        about = asked_in(request, question.parameters, request.path_params)
        return answered(request, about, body(question, about))

    return ask


def _post(question: Question) -> Callable[..., Any]:
    def ask(request: Request, file: UploadFile = File(alias=question.file, description="自己的文件")) -> Any:  # noqa: B008
        content = (file.filename or question.file, file.file.read())
        about = asked_in(request, question.parameters, request.path_params, {question.file: content})
        return body(question, about)

    return ask


def _described(question: Question, name: str) -> dict[str, Any]:
    path = _IN_PATH if "{id}" in question.route else ()
    return described(name, question.title, question.about, question.parameters, question.shape, path=path)


for _question in QUESTIONS:
    _route_path, _name = f"/{_question.route}", _question.route
    router.add_api_route(_route_path, _get(_question), methods=["GET"], **_described(_question, _name))
    if _question.file:
        _said = _described(_question, f"{_name}-of-file")
        router.add_api_route(_route_path, _post(_question), methods=["POST"], **_said)
