"""One route for each question of the registry."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from fastapi import APIRouter, Request

from api.asking import body
from api.described import described
from api.parameters import ID
from api.prepared import PreparedResponse
from api.questions import QUESTIONS
from api.questions.form import Question
from api.serving import answered, asked_in

router = APIRouter(tags=["分析"])
_IN_PATH = (ID,)


def _route(question: Question) -> Callable[[Request], Any]:
    def ask(request: Request) -> PreparedResponse:
        about = asked_in(request, question.parameters, request.path_params)
        return answered(request, about, body(question, about))

    return ask


for _question in QUESTIONS:
    router.add_api_route(
        f"/{_question.route}",
        _route(_question),
        methods=["GET"],
        **described(
            _question.route,
            _question.title,
            _question.about,
            _question.parameters,
            _question.shape,
            path=_IN_PATH if "{id}" in _question.route else (),
        ),
    )
