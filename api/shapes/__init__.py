"""The shapes of JSON bodies (interface.md, Shapes) as types; the API's schema is derived from them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pydantic import TypeAdapter

from api.shapes.access import Audit, Me, NewKey
from api.shapes.base import AnyAnswer, Card, Listed
from api.shapes.history import Diff, Reverted, Revisions, Submissions
from api.shapes.jobs import Import, Imports, Job, Jobs
from api.shapes.judged import Bounds, Claims, Finding, Findings, Rules
from api.shapes.planning import Comparison, Recommendation, WhatIf
from api.shapes.queries import QueryAnswer, SavedQueries, SavedQuery
from api.shapes.replies import ImportReport, Problem
from api.shapes.structure import Chain, Coverage, Gaps
from api.shapes.ties import AllianceStatus, InfluenceAnswer, PairingLoad, Paths, Unpaired, WeakPoints
from graph.profile import Profile

SHAPES: tuple[Any, ...] = (
    Coverage,
    Gaps,
    Chain,
    Paths,
    Unpaired,
    PairingLoad,
    AllianceStatus,
    InfluenceAnswer,
    WeakPoints,
    Recommendation,
    WhatIf,
    Comparison,
    Finding,
    Findings,
    Rules,
    Claims,
    Bounds,
    Revisions,
    Diff,
    Submissions,
    Reverted,
    Me,
    NewKey,
    Audit,
    QueryAnswer,
    SavedQuery,
    SavedQueries,
    AnyAnswer,
    Listed,
    Card,
    Problem,
    ImportReport,
    Job,
    Jobs,
    Import,
    Imports,
    Profile,
)


def schemas() -> Mapping[str, Any]:
    """The components of the API's schema: every shape by its name, parts of a profile with `Profile` before it."""
    found: dict[str, Any] = {}
    for shape in SHAPES:
        prefix = "Profile" if shape is Profile else ""
        template = f"#/components/schemas/{prefix}{{model}}"
        made = TypeAdapter(shape).json_schema(ref_template=template, mode="serialization")
        for name, part in made.pop("$defs", {}).items():
            found[f"{prefix}{name}"] = part | {"title": f"{prefix}{name}"}
        found[shape.__name__] = made
    return found
