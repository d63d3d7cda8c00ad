"""One route for each question of the registry."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from fastapi import APIRouter, Request

from api.asking import body
from api.described import described
from api.prepared import PreparedResponse
from api.questions import QUESTIONS, Question
from api.serving import answered, asked_in

router = APIRouter(tags=["分析"])


def _route(question: Question) -> Callable[[Request], Any]:
    def ask(request: Request) -> PreparedResponse:
        about = asked_in(request, question.parameters)
        return answered(request, about, body(question, about))

    return ask


for _question in QUESTIONS:
    router.add_api_route(
        f"/{_question.route}",
        _route(_question),
        methods=["GET"],
        **described(_question.name, _question.title, _question.about, _question.parameters, _question.shape),
    )
