"""Every analysis: the order of rows, ended relations and names change no answer, and no scope or district breaks it."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given

from graph.analysis.alliances import alliance_status
from graph.analysis.answer import Answer, answer
from graph.analysis.assessments import assessments
from graph.analysis.assignments import assignments
from graph.analysis.bounds import bounds
from graph.analysis.calls import calls
from graph.analysis.chain import chain
from graph.analysis.claims import claims
from graph.analysis.coverage import coverage
from graph.analysis.findings import findings
from graph.analysis.gaps import gaps
from graph.analysis.influence import influence
from graph.analysis.lists import lists
from graph.analysis.overview import overview
from graph.analysis.pairing import pairing_load, unpaired
from graph.analysis.powers import powers
from graph.analysis.rates import rates_of_areas
from graph.analysis.recommendation import recommend
from graph.analysis.reports_in import reports_in
from graph.analysis.rules.judging import rules
from graph.analysis.terms import terms
from graph.analysis.vacancies import vacancies
from graph.analysis.weak_points import weak_points
from graph.dataset import Dataset
from graph.errors import NotFoundError
from graph.view import View
from tests.analysis.busy import busy_datasets
from tests.analysis.districts import datasets, few, renamed, shuffled, view_data, view_of, with_ended

Question = Callable[[View], Answer]
QUESTIONS: tuple[Question, ...] = (
    alliance_status, assessments, assignments, calls, chain, coverage, gaps, overview, pairing_load, powers, reports_in,
    terms, unpaired, vacancies,
)  # fmt: skip


def reached(view: View) -> Answer:
    """Whom the first organization reaches."""
    return influence(view, view.id(int(view.nodes("Organization")[0])))


def every_kind(view: View) -> Answer:
    """A partner of every kind that a community lacks."""
    return recommend(view, every_kind=True)


def every_rate(view: View) -> Answer:
    """The rates of every area."""
    areas = [int(n) for n in view.nodes("Area")]
    found = zip(areas, rates_of_areas(view, areas), strict=True)
    return answer(view, [{"area": view.ref(n), "rates": r} for n, r in found], {}, ())


# Of these no row may change either; they take no area, or say nothing of an empty district.
FURTHER: tuple[Question, ...] = (
    bounds, claims, every_kind, every_rate, findings, lists, reached, recommend, rules, weak_points,
)  # fmt: skip


def nameless(value: Any) -> Any:
    """A JSON value without the names of refs, and without the 新 that `renamed` puts before names in sentences."""
    if isinstance(value, dict):
        return {k: nameless(v) for k, v in value.items() if not (k == "name" and "label" in value)}
    if isinstance(value, str):
        return value.replace("新", "")
    return [nameless(v) for v in value] if isinstance(value, list) else value


def refs(value: Any) -> set[str]:
    """The ids of all refs in a JSON value."""
    if isinstance(value, dict):
        own = {value["id"]} if {"id", "label"} <= set(value) else set()
        return own.union(*(refs(v) for v in value.values()))
    return set().union(*(refs(v) for v in value)) if isinstance(value, list) else set()


@few(25)
@given(busy_datasets())
def test_order_ended_relations_and_names_change_no_answer(data: Dataset) -> None:
    view = view_data(data)
    variants = [view_data(d) for d in (shuffled(data, 1), with_ended(data, 1), renamed(data))]
    for question in (*QUESTIONS, *FURTHER):
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
