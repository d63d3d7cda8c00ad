"""What each route asks of its caller: declared once, checked before anything runs; an undeclared route is refused."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Literal

from api.caller import Caller
from api.nodes import LISTS
from api.problems import RefusedError
from api.questions import QUESTIONS
from graph.errors import NotFoundError

PREFIX = "/api/v1/"
Scoped = Literal["bound", "refused"]
BOUND = frozenset(
    {
        "overview",
        "chain",
        "coverage",
        "gaps",
        "terms",
        "vacancies",
        "rules",
        "findings",
        "unpaired",
        "pairing",
        "alliances",
        "lists",
        "reports-in",
        "calls",
        "powers",
        "assignments",
        "assessments",
        "path",
        "influence",
        "weak-points",
    }
)
"""Questions that are answered from the caller's view alone. Those about the whole district (revisions, diff,
submissions, claims, bounds), and new ones until they are named here, are refused to callers with a scope."""

_SEGMENT = re.compile(r"[A-Za-z0-9._-]{1,64}")
_PERSONAL = re.compile(r"1[0-9]{10}|0[0-9]{2,3}-[0-9]{7,8}|[0-9]{15}|[0-9]{17}[0-9Xx]")
"""A telephone or ID-card number that somebody typed; ids of ours begin with their district."""


@dataclass(frozen=True, slots=True)
class Grant:
    """What a route asks.

    Args:
        method, route: as in the schema, the route below `/api/v1/`.
        permission: one of PERMISSIONS, "" for every caller.
        scoped: whether its answer is bound to the caller's scope, or refused to callers with one.
        action: its word in the audit, "" for plain reads.
        names: whether it also asks for the permission to see holders' names, since its answer cannot be masked.
    """

    method: str
    route: str
    permission: str = "read"
    scoped: Scoped = "bound"
    action: str = ""
    names: bool = False

    def fits(self, path: str) -> bool:
        """Whether a path below `/api/v1/` is of this route."""
        return path == self.route or ("{" in self.route and _pattern(self.route).fullmatch(path) is not None)


@cache
def _pattern(route: str) -> re.Pattern[str]:
    return re.compile("".join("[^/]+" if p.startswith("{") else re.escape(p) for p in re.split(r"(\{\w+\})", route)))


def _questions() -> Iterator[Grant]:
    for question in QUESTIONS:
        scoped: Scoped = "bound" if question.name in BOUND else "refused"
        yield Grant("GET", question.route, scoped=scoped)
        if question.file:
            yield Grant("POST", question.route, "what-if" if question.name == "what-if" else "read", "refused")


def _lists() -> Iterator[Grant]:
    for name in LISTS:
        yield Grant("GET", name)
        yield Grant("GET", f"{name}/{{id}}")


GRANTS: tuple[Grant, ...] = (
    *_questions(),
    *_lists(),
    *(Grant("GET", r) for r in ("districts", "profiles", "profiles/{district}", "template.xlsx", "search", "pairings")),
    *(Grant("GET", r) for r in ("nodes/{id}", "nodes/{id}/neighbours", "areas/{id}/children", "findings/{id}")),
    Grant("GET", "diagrams/{kind}.{fmt}"),
    Grant("GET", "reports/{kind}.{fmt}"),
    Grant("GET", "compare", scoped="refused"),
    Grant("PUT", "findings/{id}/state", "rectify", action="rectify"),
    Grant("PUT", "findings/{id}/waiver", "rectify", action="waive"),
    Grant("DELETE", "findings/{id}/waiver", "rectify", action="unwaive"),
    Grant("GET", "exports/{format}", scoped="refused", action="export"),
    Grant("POST", "imports", "import", "refused", "import"),
    *(Grant("GET", r, "import", "refused") for r in ("imports", "imports/{id}")),
    Grant("GET", "imports/{id}/errors.xlsx", "import", "refused", "export"),
    *(Grant("GET", r, "") for r in ("jobs", "jobs/{id}", "jobs/{id}/result", "jobs/{id}/events")),
    Grant("POST", "revisions/{n}/revert", "import", "refused", "revert"),
    Grant("GET", "keys", "keys", "refused"),
    Grant("POST", "keys", "keys", "refused", "key-add"),
    Grant("DELETE", "keys/{id}", "keys", "refused", "key-revoke"),
    Grant("GET", "audit", "audit", "refused", "audit"),
    Grant("GET", "me", ""),
    Grant("GET", "/metrics", "metrics", "refused"),
    Grant("POST", "query", "query", "refused", "query", names=True),
    *(Grant("GET", route, "query", "refused", names=True) for route in ("queries", "queries/{id}")),
    *(
        Grant(m, r, "query", "refused", "query-save", names=True)
        for m, r in (("POST", "queries"), ("PUT", "queries/{id}"))
    ),
    Grant("DELETE", "queries/{id}", "query", "refused", "query-delete", names=True),
)
_PLAIN = {(g.method, g.route): g for g in GRANTS if "{" not in g.route}
_WITH_PARTS = tuple(g for g in GRANTS if "{" in g.route)


def granted(method: str, path: str) -> Grant | None:
    """The grant of a request, None where no route has it."""
    below = path.removeprefix(PREFIX)
    found = _PLAIN.get((method, below))
    return found or next((g for g in _WITH_PARTS if g.method == method and g.fits(below)), None)


def check(caller: Caller, method: str, path: str) -> Grant | None:
    """The grant of an allowed request, None for one that a known address does not support.

    Raises `RefusedError` permission-missing or scope-unbound, `NotFoundError` for an undeclared address.
    """
    grant = granted(method, path)
    if grant is None:
        if any(g.fits(path.removeprefix(PREFIX)) for g in GRANTS):
            return None
        raise NotFoundError("没有这个地址。", "全部地址见 /docs。", code="unknown-route")
    if grant.permission and grant.permission not in caller.permissions:
        raise RefusedError("没有做这件事的权限。", "请向管理员申请有此权限的密钥。", code="permission-missing")
    if grant.names and caller.scope is None and not caller.sees_names():
        raise RefusedError(
            "自由查询的结果不能遮盖姓名，需要看姓名的权限。",
            "请用带 --names 的密钥；在本机可用命令 partygraph query。",
            code="permission-missing",
        )
    if caller.scope is not None and grant.scoped == "refused":
        raise RefusedError(
            "这项内容不能限定在范围之内。", "请改用范围内的查询，或请不限范围的人员代办。", code="scope-unbound"
        )
    return grant


def object_of(path: str) -> str:
    """A path as the audit keeps it: what is no id or word (names and numbers that somebody typed) is left out."""
    parts = path.removeprefix(PREFIX).split("/")[:6]
    return "/".join(p if _SEGMENT.fullmatch(p) and not _PERSONAL.fullmatch(p) else "…" for p in parts)
