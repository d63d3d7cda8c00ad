"""The five published districts, built deterministically from official divisions and published totals."""

from __future__ import annotations

from types import MappingProxyType

from graph.dataset import Dataset
from graph.errors import NotFoundError
from loaders.districts.blueprint import Blueprint, Divisions, Nodes, RelateStep, blueprint_paths, read_blueprint
from loaders.districts.draft import Draft
from loaders.districts.grow import add_nodes
from loaders.districts.official import add_divisions
from loaders.districts.relate import add_relations


def published() -> list[str]:
    """Ids of the published districts."""
    return list(blueprint_paths())


def build(district: str) -> Dataset:
    """The Dataset of a published district: the same rows every time.

    Real areas come from the divisions of 2023 (`divisions/PROVENANCE.md`); what was made up to fill a published
    total is `generated`. `NotFoundError` lists the published districts.
    """
    plan = _blueprint(district)
    draft = Draft(plan.district, MappingProxyType({}))
    for step in plan.steps:
        draft = _apply(draft, step)
    return draft.finished()


def remarks(district: str) -> list[str]:
    """What the article and the divisions do not agree on, what was assumed, and which rows were left out and why."""
    plan = _blueprint(district)
    left_out = [
        f"未建入{row.name}（{row.code}）：{row.because}。"
        for step in plan.steps
        if isinstance(step, Divisions)
        for row in step.leave_out
    ]
    return [*plan.remarks, *left_out]


def _blueprint(district: str) -> Blueprint:
    paths = blueprint_paths()
    if district not in paths:
        raise NotFoundError("没有这个已公布的区划。", f"可用的区划：{'、'.join(paths)}。", code="unknown-district")
    return read_blueprint(paths[district])


def _apply(draft: Draft, step: Divisions | Nodes | RelateStep) -> Draft:
    if isinstance(step, Divisions):
        return add_divisions(draft, step)
    if isinstance(step, Nodes):
        return add_nodes(draft, step)
    return add_relations(draft, step)
