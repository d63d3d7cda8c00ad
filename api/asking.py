"""Asking: from the texts of a request or command line to the body of an answer, the same for both."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from api.caller import Caller
from api.desk import Desk
from api.names import found_row, resolve, search
from api.pages import PAGE, fingerprint, page
from api.parameters import Parameter, parse
from api.questions.form import Question
from graph.analysis.answer import Row
from graph.store.bolt import Store
from graph.store.findings import serial
from graph.view import View

Given = Mapping[str, Sequence[str]]
NO_FILES: Mapping[str, tuple[str, bytes]] = {}


@dataclass(frozen=True, slots=True)
class Asked:
    """A question with its parsed values, its district, the caller's view and that of the whole district.

    `loaded` are the ids of the districts there were: they decide whether one is implied. `serial` counts the changes
    of states and waivers of findings, which `store` keeps.
    Among the values is the `timezone` of the settings.
    """

    district: str
    loaded: tuple[str, ...]
    view: View
    whole: View
    values: Mapping[str, Any]
    store: Store
    serial: int = 0


def asked(
    desk: Desk,
    parameters: Sequence[Parameter],
    given: Given,
    caller: Caller,
    *,
    names: bool = False,
    files: Mapping[str, tuple[str, bytes]] = NO_FILES,
) -> Asked:
    """Parse, choose the district, open the view.

    Args:
        parameters: of the question; those of type `id` imply the district.
        files: name → (file name, content) of the files that were given with the question.
        names: whether full names and 上级/简称 are taken where an id is asked for (the command line).
    """
    values = parse(parameters, given)
    ids = [p.name for p in parameters if p.type == "id" and values[p.name]]
    texts = [t for p in parameters if p.type in ("id", "finding") for t in _listed(values[p.name]) if t]
    held = desk.loaded()
    loaded = tuple(sorted(held))
    district = desk.choose(values.get("district"), texts, caller.districts(loaded))
    as_of, revision = values.get("as_of"), values.get("revision")
    whole = desk.view(district, as_of, None, revision)
    view = whole if caller.scope is None else desk.view(district, as_of, caller.scope_in(district), revision)
    if names:
        for name in ids:
            found = tuple(resolve(view, t) for t in _listed(values[name]))
            values[name] = found if isinstance(values[name], tuple) else found[0]
    told = {"timezone": desk.settings.timezone}
    return Asked(district, loaded, view, whole, {**values, **files, **told}, desk.store, serial(held[district]))


def body(question: Question, asked: Asked) -> Row:
    """The JSON body of a question's answer; with `limit` a page of its rows, totals over all of them."""
    found = question.ask(asked.view, asked.whole, asked.values)
    answer = (question.tell(asked.store, asked.view, asked.values, found) if question.tell else found).body()
    bound = f"{fingerprint(question.name, asked.values)}-{answer['revision']}-{answer['as_of']}"
    rows, following = page(answer["rows"], asked.values.get("limit"), asked.values.get("cursor"), bound)
    return {**answer, "rows": list(rows), "next": following}


def search_rows(asked: Asked) -> Row:
    """A page of the search for `q`: nodes with what lies above them, the best match first."""
    found = search(asked.view, asked.values["q"])
    bound = f"{fingerprint('search', asked.values)}-{asked.view.snapshot.revision}"
    chosen, following = page(found, asked.values.get("limit") or PAGE, asked.values.get("cursor"), bound)
    return {"rows": [found_row(asked.view, n) for n in chosen], "next": following}


def _listed(value: Any) -> Sequence[str]:
    return value if isinstance(value, tuple) else (value,)
