"""Every analysis: the order of rows, ended relations and names change no answer, and no scope or district breaks it."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given

from graph.analysis.alliances import alliance_status
from graph.analysis.answer import Answer
from graph.analysis.assessments import assessments
from graph.analysis.assignments import assignments
from graph.analysis.calls import calls
from graph.analysis.chain import chain
from graph.analysis.coverage import coverage
from graph.analysis.gaps import gaps
from graph.analysis.overview import overview
from graph.analysis.pairing import pairing_load, unpaired
from graph.analysis.powers import powers
from graph.analysis.reports_in import reports_in
from graph.analysis.terms import terms
from graph.analysis.vacancies import vacancies
from graph.dataset import Dataset
from graph.errors import NotFoundError
from graph.view import View
from tests.analysis.districts import datasets, few, renamed, shuffled, view_data, view_of, with_ended

Question = Callable[[View], Answer]
QUESTIONS: tuple[Question, ...] = (
    alliance_status, assessments, assignments, calls, chain, coverage, gaps, overview, pairing_load, powers, reports_in,
    terms, unpaired, vacancies,
)  # fmt: skip


def nameless(value: Any) -> Any:
    """A JSON value without the names of refs."""
    if isinstance(value, dict):
        return {k: nameless(v) for k, v in value.items() if not (k == "name" and "label" in value)}
    return [nameless(v) for v in value] if isinstance(value, list) else value


def refs(value: Any) -> set[str]:
    """The ids of all refs in a JSON value."""
    if isinstance(value, dict):
        own = {value["id"]} if {"id", "label"} <= set(value) else set()
        return own.union(*(refs(v) for v in value.values()))
    return set().union(*(refs(v) for v in value)) if isinstance(value, list) else set()


@few(25)
@given(datasets())
def test_order_ended_relations_and_names_change_no_answer(data: Dataset) -> None:
    view = view_data(data)
    variants = [view_data(d) for d in (shuffled(data, 1), with_ended(data, 1), renamed(data))]
    for question in QUESTIONS:
        wanted = nameless(question(view).body())
        for variant in variants:
            assert nameless(question(variant).body()) == wanted, question.__name__


@few(20)
@given(datasets())
def test_every_answer_is_json_and_every_scope_is_answered(data: Dataset) -> None:
    for scope in (None, ["t.s0"]):
        view = view_data(data, scope=scope)
        for question in QUESTIONS:
            body = question(view).body()
            assert json.loads(json.dumps(body)) == body
            assert 0 <= body["generated"] <= view.snapshot.n
            assert all(view.visible[view.snapshot.index(i)] for i in refs(body)), question.__name__


@few(15)
@given(datasets())
def test_an_area_narrows_and_an_unknown_one_is_refused(data: Dataset) -> None:
    view = view_data(data)
    inner = {view.id(int(n)) for n in view.nodes("Area")} - {"t.d"}
    for question in (alliance_status, assignments, chain, gaps, unpaired, vacancies, terms, calls, assessments):
        whole = [nameless(r) for r in question(view).rows]
        for area in sorted(inner)[:3]:
            rows = [nameless(r) for r in question(view, area=area).rows]  # type: ignore[call-arg]
            assert all(r in whole for r in rows), question.__name__
        with pytest.raises(NotFoundError):
            question(view, area="t.nowhere")  # type: ignore[call-arg]


@pytest.mark.parametrize("question", QUESTIONS, ids=lambda q: q.__name__)
def test_an_empty_district_says_what_is_missing(question: Question) -> None:
    answer = question(view_of({"Area": [{"id": "d", "kind": "区县"}]}))
    said = answer.totals.get("notices") or []
    assert said or question in (alliance_status, coverage, gaps, overview)
    assert all(n["code"] and n["text"] for n in said)
