"""What a question is: its name, route, parameters, the function that answers it and how a row is shown."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from api.columns import Column
from api.parameters import AREA, COMMON, Parameter
from graph.analysis.answer import Answer
from graph.view import View

Values = Mapping[str, Any]
Ask = Callable[[View, View, Values], Answer]


@dataclass(frozen=True, slots=True)
class Question:
    """An analysis that can be asked.

    Args:
        name: the command; route: the path under `/api/v1`, with `{id}` if a parameter stands in it.
        title: Chinese name, the title of its table; about: one Chinese sentence.
        own: its parameters besides the common ones.
        ask: the caller's view, the whole district's view and the parsed values → Answer.
        columns: how a row is shown; shape: name of the body's type in `api.shapes`.
        check: whether `--check` exists: rows are breaches and the exit code is 1 if there are any.
    """

    name: str
    route: str
    title: str
    about: str
    own: tuple[Parameter, ...]
    ask: Ask
    columns: tuple[Column, ...]
    shape: str
    check: bool = False

    @property
    def parameters(self) -> tuple[Parameter, ...]:
        """All parameters in the order of the documentation."""
        return (*self.own, *COMMON)


def by_area(function: Callable[[View, str | None], Answer]) -> Ask:
    """The ask of an analysis that takes an area only."""
    return lambda view, _, values: function(view, values[AREA.name])


def by_level(function: Callable[[View, str | None, str | None], Answer]) -> Ask:
    """The ask of an analysis that takes an area and a level."""
    return lambda view, _, values: function(view, values[AREA.name], values["level"])
