"""Shapes of ad-hoc and saved queries."""

from __future__ import annotations

from typing import Any, Literal

from typing_extensions import TypedDict


class QueryAnswer(TypedDict):
    """Rows as lists in the order of `columns`; `cut` says which limit ended them, null if all are there."""

    columns: list[str]
    rows: list[list[Any]]
    cut: Literal["rows", "bytes", "seconds"] | None
    ms: int


class SavedQuery(TypedDict):
    """A saved query; `parameters` are the values used where none are given."""

    id: str
    name: str
    about: str
    text: str
    parameters: dict[str, Any]
    shared: bool
    owner: str
    own: bool
    changed: str | None


class SavedQueries(TypedDict):
    """The caller's own, those shared by others, the shipped ones."""

    rows: list[SavedQuery]
    next: None
