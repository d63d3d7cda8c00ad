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
from graph.snapshot import Snapshot
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


@dataclass(frozen=True, slots=True)
class Placed:
    """The parsed values of a question and the Snapshot it is about; the rest as in `Asked`."""

    values: dict[str, Any]
    snapshot: Snapshot
    loaded: tuple[str, ...]
    serial: int


def placed(desk: Desk, parameters: Sequence[Parameter], given: Given, caller: Caller) -> Placed:
    """Parse, choose the district, wait for an asked revision."""
    values = parse(parameters, given)
    texts = [t for p in parameters if p.type in ("id", "finding") for t in _listed(values[p.name]) if t]
    held = desk.loaded()
    district = desk.choose(values.get("district"), texts, caller.districts(held))
    snapshot = desk.snapshot(district, values.get("revision"), held)
    return Placed(values, snapshot, tuple(sorted(held)), serial(held[district]))


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
    return seen(desk, placed(desk, parameters, given, caller), parameters, caller, names=names, files=files)


def seen(
    desk: Desk,
    found: Placed,
    parameters: Sequence[Parameter],
    caller: Caller,
    *,
    names: bool = False,
    files: Mapping[str, tuple[str, bytes]] = NO_FILES,
) -> Asked:
    """Open the caller's view for a question whose values and Snapshot are known; arguments as of `asked`."""
    values, snapshot = found.values, found.snapshot
    as_of, district = values.get("as_of"), snapshot.district
    whole = desk.view_of(snapshot, as_of, None)
    view = whole if caller.scope is None else desk.view_of(snapshot, as_of, caller.scope_in(district))
    if names:
        for name in [p.name for p in parameters if p.type == "id" and values[p.name]]:
            ids = tuple(resolve(view, t) for t in _listed(values[name]))
            values[name] = ids if isinstance(values[name], tuple) else ids[0]
    told = {"timezone": desk.settings.timezone}
    return Asked(district, found.loaded, view, whole, {**values, **files, **told}, desk.store, found.serial)


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
