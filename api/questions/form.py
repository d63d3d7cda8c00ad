"""What a question is: its name, route, parameters, the function that answers it and how a row is shown."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from api.columns import Column, Row
from api.parameters import AREA, COMMON, Parameter
from graph.analysis.answer import Answer
from graph.store.bolt import Store
from graph.view import View

Values = Mapping[str, Any]
Ask = Callable[[View, View, Values], Answer]
Tell = Callable[[Store, View, Values, Answer], Answer]


@dataclass(frozen=True, slots=True)
class Question:
    """An analysis that can be asked.

    Args:
        name: the command; route: the path under `/api/v1`, with `{id}` if a parameter stands in it.
        title: Chinese name, the title of its table; about: one Chinese sentence.
        own: its parameters besides the common ones.
        ask: the caller's view, the whole district's view and the parsed values → Answer.
        columns: how a row is shown; shape: name of the body's type in `api.shapes`.
        breach: whether a row is a breach, None where rows are none; with `--check` the exit code is 1 if there are any.
        file: name of a file it may be given (`--NAME FILE`, multipart of a POST), "" for none; the ask gets it among
            the values as (file name, bytes).
        needs_file: whether it must be given: the command takes it as argument, there is no GET.
        tell: adds what the store keeps apart from the graph (states and waivers); None for nothing.
        group: its command has commands of its own and is added where these are.
    """

    name: str
    route: str
    title: str
    about: str
    own: tuple[Parameter, ...]
    ask: Ask
    columns: tuple[Column, ...]
    shape: str
    breach: Callable[[Row], bool] | None = None
    file: str = ""
    needs_file: bool = False
    tell: Tell | None = None
    group: bool = False

    @property
    def parameters(self) -> tuple[Parameter, ...]:
        """All parameters in the order of the documentation."""
        return (*self.own, *COMMON)


def every_row(_: Row) -> bool:
    """Each row is a breach."""
    return True


def by_area(function: Callable[[View, str | None], Answer]) -> Ask:
    """The ask of an analysis that takes an area only."""
    return lambda view, _, values: function(view, values[AREA.name])


def by_level(function: Callable[[View, str | None, str | None], Answer]) -> Ask:
    """The ask of an analysis that takes an area and a level."""
    return lambda view, _, values: function(view, values[AREA.name], values["level"])
