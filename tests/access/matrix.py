"""Every route of the service, who may ask it, and what it does with a scope: the declaration the tests hold it to.

Written by hand from the issue and interface.md, not derived from the service's own grants.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from tests.access.seeding import COMMUNITY, OTHER, STREET

ROLES = ("none", "viewer", "analyst", "editor", "auditor", "administrator")
READERS = ("viewer", "analyst", "editor", "administrator")
QUERYING = ("analyst", "administrator")
EDITORS = ("editor", "administrator")
KEYS, AUDIT = ("administrator",), ("auditor",)
EVERYBODY = ("viewer", "analyst", "editor", "auditor", "administrator")
OPEN = ROLES
Scope = Literal["object", "bound", "refused", "names", "own"]


@dataclass(frozen=True)
class Declared:
    """One route.

    Args:
        roles: who may ask it.
        scope: `object`: about one node, 404 outside the scope; `bound`: answered from the scope alone; `refused`:
            403 for a caller with one; `names`: that, and only with the permission for holders' names;
            `own`: the caller's own things, the same for all scopes. None of ROLES alone has that permission.
        ask: a path for it below /api/v1/; what stands in braces is filled with an id of each of PLACES in turn.
        answers: the status for those who may ask; a write is asked with nothing in it, so that it changes nothing.
    """

    roles: tuple[str, ...]
    scope: Scope
    ask: str
    answers: tuple[int, ...] = (200,)


def _object(ask: str, roles: tuple[str, ...] = READERS, answers: tuple[int, ...] = (200,)) -> Declared:
    return Declared(roles, "object", ask, answers)


def _bound(ask: str) -> Declared:
    return Declared(READERS, "bound", ask)


def _refused(ask: str, roles: tuple[str, ...] = READERS, answers: tuple[int, ...] = (200,)) -> Declared:
    return Declared(roles, "refused", ask, answers)


_BY_AREA = (
    *("overview", "chain", "coverage", "gaps", "terms", "vacancies", "rules", "findings", "unpaired", "pairing-load"),
    *("alliance-status", "lists", "reports-in", "calls", "powers", "assignments", "assessments", "weak-points"),
    *("areas", "organizations", "units", "alliances", "posts", "facilities", "demands", "resources", "projects"),
    "activities",
)
ONES = {
    "areas": "Area",
    "organizations": "Organization",
    "units": "Unit",
    "alliances": "Alliance",
    "posts": "Post",
    "facilities": "Facility",
    "demands": "Demand",
    "resources": "Resource",
    "projects": "Project",
    "activities": "Activity",
}
"""Lists with a card for each of their nodes, by label."""

MATRIX: dict[tuple[str, str], Declared] = {
    **{("GET", name): _object(f"{name}?area={{area}}&limit=50") for name in _BY_AREA},
    **{("GET", f"{name}/{{id}}"): _object(f"{name}/{{{name}}}") for name in ONES},
    ("GET", "areas/{id}/children"): _object("areas/{area}/children"),
    ("GET", "nodes/{id}"): _object("nodes/{area}"),
    ("GET", "nodes/{id}/neighbours"): _object("nodes/{area}/neighbours"),
    ("GET", "influence/{id}"): _object("influence/{area}?limit=20"),
    ("GET", "paths"): _object("paths?from={area}&to={below}&k=1"),
    ("GET", "diagrams/{kind}.{fmt}"): _object("diagrams/organization.dot?area={area}"),
    ("GET", "reports/{kind}.{fmt}"): _object("reports/coverage.xlsx?area={area}"),
    ("GET", "search"): _bound("search?q=社区"),
    ("GET", "pairings"): _bound("pairings"),
    ("GET", "findings/{id}"): _object("findings/{finding}"),
    ("PUT", "findings/{id}/state"): Declared(EDITORS, "bound", "findings/fuxing.f-000000000000/state", (422,)),
    ("PUT", "findings/{id}/waiver"): Declared(EDITORS, "bound", "findings/fuxing.f-000000000000/waiver", (422,)),
    ("DELETE", "findings/{id}/waiver"): Declared(EDITORS, "bound", "findings/fuxing.f-000000000000/waiver", (404,)),
    ("GET", "districts"): _bound("districts"),
    ("GET", "profiles"): _bound("profiles"),
    ("GET", "profiles/{district}"): _bound("profiles/fuxing"),
    ("GET", "template.xlsx"): _bound("template.xlsx"),
    ("GET", "claims"): _refused("claims"),
    ("POST", "claims"): _refused("claims", answers=(422,)),
    ("GET", "bounds"): _refused("bounds"),
    ("POST", "bounds"): _refused("bounds", answers=(422,)),
    ("GET", "pairing-recommendations"): _refused("pairing-recommendations?limit=5"),
    ("POST", "what-if"): _refused("what-if", QUERYING, (422,)),
    ("GET", "revisions"): _refused("revisions"),
    ("GET", "diff"): _refused("diff?from=2&to=2"),
    ("GET", "submissions"): _refused("submissions"),
    ("GET", "compare"): _refused("compare", answers=(400,)),
    ("POST", "revisions/{n}/revert"): _refused("revisions/999/revert", EDITORS, (404, 409, 422)),
    ("GET", "exports/{format}"): _refused("exports/cypher"),
    ("POST", "imports"): _refused("imports", EDITORS, (422,)),
    ("GET", "imports"): _refused("imports", EDITORS),
    ("GET", "imports/{id}"): _refused("imports/none", EDITORS, (404,)),
    ("GET", "imports/{id}/errors.xlsx"): _refused("imports/none/errors.xlsx", EDITORS, (404,)),
    ("GET", "jobs"): Declared(EVERYBODY, "own", "jobs"),
    ("GET", "jobs/{id}"): Declared(EVERYBODY, "own", "jobs/none", (404,)),
    ("GET", "jobs/{id}/result"): Declared(EVERYBODY, "own", "jobs/none/result", (404,)),
    ("GET", "jobs/{id}/events"): Declared(EVERYBODY, "own", "jobs/none/events", (404,)),
    ("POST", "query"): Declared(QUERYING, "names", "query", (422,)),
    ("GET", "queries"): Declared(QUERYING, "names", "queries"),
    ("POST", "queries"): Declared(QUERYING, "names", "queries", (422,)),
    ("GET", "queries/{id}"): Declared(QUERYING, "names", "queries/none", (404,)),
    ("PUT", "queries/{id}"): Declared(QUERYING, "names", "queries/none", (422,)),
    ("DELETE", "queries/{id}"): Declared(QUERYING, "names", "queries/none", (404,)),
    ("GET", "keys"): _refused("keys", KEYS),
    ("POST", "keys"): _refused("keys", KEYS, (422,)),
    ("DELETE", "keys/{id}"): _refused("keys/none", KEYS, (404,)),
    ("GET", "audit"): _refused("audit?limit=5", AUDIT),
    ("GET", "me"): Declared(EVERYBODY, "own", "me"),
    ("GET", "/metrics"): _refused("/metrics", ("auditor", "administrator")),
    ("GET", "/healthz"): Declared(OPEN, "own", "/healthz"),
    ("GET", "/readyz"): Declared(OPEN, "own", "/readyz"),
    ("GET", "/problems/{code}"): Declared(OPEN, "own", "/problems/unknown-id"),
}
PLACES = {"own": STREET, "child": COMMUNITY, "foreign": OTHER}
"""Where what is asked about lies; `own` is the street without that child."""
SEES = {
    "": ("own", "child", "foreign"),
    "own": ("own", "child"),
    "child": ("child",),
    "foreign": ("foreign",),
}
"""Which of PLACES lie in a caller's scope ("" is the whole district)."""


def expected(declared: Declared, role: str, scope: str, place: str) -> tuple[int, ...]:
    """The statuses that a request may get: first the door, then the permission, the scope, the object."""
    if role not in declared.roles:
        return (401,) if role == "none" else (403,)
    if declared.scope == "names" or (scope and declared.scope == "refused"):
        return (403,)
    if declared.scope == "object" and place not in SEES[scope]:
        return (404,)
    return declared.answers
