"""Every error a user can cause: a code, a Chinese detail and remedy, an exit code and an HTTP status."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any


class PartygraphError(Exception):
    """Base of all errors that are shown to a user.

    Args:
        detail: Chinese sentence saying what is wrong and where. Never holds a value from the user's ledger.
        remedy: Chinese sentence saying what to do.
        code: stable English identifier of the problem (`/problems/{code}`); the class default if not given.
        items: further places, each a mapping with at least `code`, `detail`, `remedy`
            (an import error also has `file`, `sheet`, `row`, `column`, `header`).
    """

    code = "defect"
    title = "程序缺陷"
    exit_code = 70
    status = 500

    def __init__(
        self, detail: str, remedy: str, *, code: str | None = None, items: Sequence[Mapping[str, Any]] = ()
    ) -> None:
        super().__init__(detail)
        self.detail = detail
        self.remedy = remedy
        self.items: tuple[Mapping[str, Any], ...] = tuple(items)
        if code is not None:
            self.code = code


class InputError(PartygraphError):
    """The user's input (a file, a parameter, a profile) is wrong. Exit code 2, HTTP 422."""

    code = "input-invalid"
    title = "输入有误"
    exit_code = 2
    status = 422


class ParameterError(InputError):
    """A parameter of a command or request is wrong. HTTP 400."""

    code = "parameter-invalid"
    title = "参数有误"
    status = 400


class NotFoundError(InputError):
    """An id, name, district or kind that does not exist (or is outside the caller's scope). HTTP 404."""

    code = "not-found"
    title = "未找到"
    status = 404


class AmbiguousError(InputError):
    """A name that fits several nodes; `items` lists the candidates. HTTP 400."""

    code = "ambiguous"
    title = "名称不唯一"
    status = 400


class ConflictError(PartygraphError):
    """Something else holds what is asked for (another import, a port, user rows in a district). Exit 3, HTTP 409."""

    code = "conflict"
    title = "操作冲突"
    exit_code = 3
    status = 409


class UnavailableError(PartygraphError):
    """Something outside is missing: store, network, port, disk, program, font. Exit 3, HTTP 503."""

    code = "unavailable"
    title = "外部条件不具备"
    exit_code = 3
    status = 503
