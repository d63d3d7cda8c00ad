"""Route × method × role × scope: all of it declared as data, and every field of it asked."""

from __future__ import annotations

import re
import string
from collections.abc import Iterator
from itertools import product

import pytest

from api.caller import ROLES as NAMED_ROLES
from tests.access.conftest import V1, Service
from tests.access.matrix import MATRIX, PLACES, ROLES, Declared, expected

Ids = dict[str, dict[str, str]]
MEANT = {401: {"authentication-failed"}, 403: {"permission-missing", "scope-unbound"}}
ABSENT = {"unknown-id", "unknown-finding"}
"""What a node outside the scope is called: the same as one that is nowhere."""


def served(service: Service) -> set[tuple[str, str]]:
    """Method and template of every route of the OpenAPI document, without the prefix."""
    paths = service.client.get("/openapi.json").json()["paths"]
    return {(m.upper(), p.removeprefix(f"{V1}/")) for p, item in paths.items() for m in item}


def test_every_route_is_declared_and_every_declared_route_is_served(service: Service) -> None:
    assert served(service) - set(MATRIX) == set(), "declare these in tests/access/matrix.py: who may ask, within what?"
    assert set(MATRIX) - served(service) == set()
    assert {*NAMED_ROLES, "none"} == set(ROLES)


def filled(ask: str, place: str, ids: Ids) -> str | None:
    """The path with the id of a place, None where nothing of that sort lies there."""
    names = [name for _, name, _, _ in string.Formatter().parse(ask) if name]
    if any(place not in ids[name] for name in names):
        return None
    return ask.format(**{name: ids[name][place] for name in names})


def cells(declared: Declared) -> Iterator[tuple[str, str, str]]:
    """Role, scope and place of every request for a route; where a role may not ask at all, one place will do."""
    places = tuple(PLACES) if "{" in declared.ask else ("own",)
    for role, scope in product(ROLES, ("", "own")):
        if role == "none" and scope:
            continue
        depends = role in declared.roles and (scope or role == "viewer")
        yield from ((role, scope, place) for place in (places if depends else ("own",)))
    if declared.scope != "own":
        yield from (("viewer", scope, place) for scope, place in product(("child", "foreign"), places))


@pytest.mark.parametrize("route", MATRIX, ids=lambda r: re.sub(r"\W+", "-", " ".join(r)).strip("-"))
def test_the_matrix(service: Service, ids: Ids, route: tuple[str, str]) -> None:
    declared, method = MATRIX[route], route[0]
    asked, wrong = 0, []
    for role, scope, place in cells(declared):
        path = filled(declared.ask, place, ids)
        if path is None:
            continue
        who = "" if role == "none" else f"{role}@{scope}" if scope else role
        body = {"json": {}} if method in ("POST", "PUT") and path != "imports" else {}
        answer = service.ask(method, path, who, **body)
        code = answer.json()["code"] if "problem+json" in answer.headers.get("content-type", "") else ""
        wanted = expected(declared, role, scope, place)
        asked += 1
        hidden = wanted == (404,) and declared.answers == (200,)
        fits = answer.status_code in wanted and (answer.status_code not in MEANT or code in MEANT[answer.status_code])
        if not fits or (hidden and code not in ABSENT):
            wrong.append((who or "nobody", place, answer.status_code, code, wanted))
    assert asked >= len(ROLES)
    assert wrong == []
