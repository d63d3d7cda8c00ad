"""A key for one street: that street, the names of its direct partners, located units and superiors, nothing else.

In every format. What is forbidden comes from `oracle.py`, which reads the Dataset's tables and shares no code with the
service.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from api.drawing import MEDIA as CHART_FORMATS
from api.reporting import MEDIA as REPORT_FORMATS
from graph.dataset import Dataset
from tests.access.conftest import Service
from tests.access.matrix import MATRIX, ONES
from tests.access.oracle import Allowed, leaked
from tests.access.reading import whole
from tests.access.seeding import COMMUNITY, FOREIGN, OTHER, SHARED, STREET
from visual.charts import CHARTS
from visual.reports.kinds import KINDS

ME = "viewer@own"
SUPERIOR = "fuxing.o-qw"


def _charts() -> Iterator[str]:
    for kind in CHARTS:
        area = COMMUNITY if kind in ("grid", "community") else STREET
        ends = f"&from={SUPERIOR}&to={COMMUNITY}" if kind == "path" else ""
        yield from (f"diagrams/{kind}.{fmt}?area={area}{ends}" for fmt in CHART_FORMATS if fmt != "png")


def _reports() -> Iterator[str]:
    yield from (f"reports/{kind}.{fmt}?area={STREET}" for kind in KINDS for fmt in REPORT_FORMATS)


PLAIN = sorted({d.ask for (m, _), d in MATRIX.items() if m == "GET" and "{" not in d.ask})
WITH_AREA = sorted({d.ask for (m, _), d in MATRIX.items() if m == "GET" and "{area}" in d.ask})
MORE = (
    "findings?gone=true&limit=1000",
    "search?q=党&limit=1000",
    f"search?q={FOREIGN}",
    "search?q=fuxing.&limit=1000",
    "overview?level=all",
    "coverage?level=all",
    "compare?district=fuxing&district=sishui",
    "diff?from=2026-01-01&to=2026-06-01",
    "nodes/fuxing.seed-b",
    "nodes/fuxing.seed-b/neighbours",
    f"paths?from={SUPERIOR}&to={COMMUNITY}&k=20",
    f"paths?from={SUPERIOR}&to={COMMUNITY}&to={STREET}&k=20&without=领导链",
)


def test_the_oracle_can_fail(service: Service, street: Allowed) -> None:
    """Who sees everything is told what the street's key must not learn, in every format that is judged here."""
    assert len(street.forbidden_names) > 1500
    for path in ("organizations?limit=1000", f"diagrams/organization.svg?area={OTHER}", "exports/xlsx", "exports/json"):
        assert len(leaked(whole(service.get(path, "viewer")), street)) > 5, path
    for path in (f"diagrams/organization.{f}?area={OTHER}" for f in CHART_FORMATS if f not in ("png", "svg")):
        assert len(leaked(whole(service.get(path, "viewer")), street)) > 5, path
    for path in (f"reports/coverage.{f}?area={OTHER}" for f in REPORT_FORMATS):
        assert len(leaked(whole(service.get(path, "viewer")), street)) > 5, path


@pytest.mark.parametrize("path", [*PLAIN, *MORE])
def test_no_answer_tells_more(service: Service, street: Allowed, path: str) -> None:
    for who in (ME, "analyst@own", "editor@own"):
        assert leaked(whole(service.get(path, who)), street) == [], who


@pytest.mark.parametrize("path", WITH_AREA)
def test_no_answer_about_a_place_tells_more(
    service: Service, street: Allowed, ids: dict[str, dict[str, str]], path: str
) -> None:
    inner, outer = (path.format(area=ids["area"][place], below=ids["below"][place]) for place in ("own", "foreign"))
    assert leaked(whole(service.get(inner, ME)), street) == []
    refused = service.get(outer, ME)
    assert refused.status_code == 404
    assert leaked(whole(refused).replace(refused.json()["instance"], ""), street) == []


@pytest.mark.parametrize("path", [*_charts()])
def test_no_chart_tells_more(service: Service, street: Allowed, path: str) -> None:
    answer = service.get(path, ME)
    assert answer.status_code in (200, 404, 422), answer.text
    assert leaked(whole(answer), street) == []


@pytest.mark.parametrize("path", [*_reports()])
def test_no_report_tells_more(service: Service, street: Allowed, path: str) -> None:
    answer = service.get(path, ME)
    assert answer.status_code in (200, 403), answer.text
    assert leaked(whole(answer), street) == []


def test_every_card_of_the_street_tells_of_its_own(service: Service, street: Allowed, data: Dataset) -> None:
    for label in ONES.values():
        own = sorted(set(data.node(label)["id"]) & street.inside)
        for id_ in own[:: max(1, len(own) // 8)]:
            answer = service.get(f"nodes/{id_}", ME)
            assert answer.status_code == 200, id_
            assert leaked(whole(answer), street) == [], id_


def test_lists_hold_the_street_and_nothing_else(service: Service, street: Allowed, data: Dataset) -> None:
    for name, label in ONES.items():
        rows = service.get(f"{name}?limit=1000", ME).json()["rows"]
        assert {r["id"] for r in rows} == set(data.node(label)["id"]) & street.inside, name
    found = service.get("search?q=fuxing.&limit=1000", ME).json()["rows"]
    assert {r["node"]["id"] for r in found} == set(street.inside)


def test_refs_outside_are_names_only(service: Service, street: Allowed) -> None:
    for id_ in street.refs:
        assert service.get(f"nodes/{id_}", ME).status_code == 404
        assert service.get(f"nodes/{id_}/neighbours", ME).status_code == 404
        assert service.get(f"influence/{id_}", ME).status_code == 404


def _named(value: Any) -> set[str]:
    if isinstance(value, dict):
        own = {value["id"]} if {"id", "label"} <= set(value) else set()
        return own.union(*(_named(v) for v in value.values()))
    return set().union(*(_named(v) for v in value)) if isinstance(value, list) else set()


def test_totals_are_the_streets(service: Service, street: Allowed, data: Dataset) -> None:
    areas = {r["id"]: r["kind"] for r in data.node("Area").iter_rows(named=True) if r["id"] in street.inside}
    for row in service.get(f"coverage?area={STREET}", ME).json()["rows"]:
        subject = row["subject"]
        if subject["label"] == "Area" and row["area"]["id"] == STREET:
            assert row["total"] == sum(k == subject["kind"] and i != STREET for i, k in areas.items()), row["rule"]
    made_up = {
        i for f in data.nodes.values() for i, g in f.select("id", "generated").iter_rows() if g and i in street.known
    }
    for path in ("overview", "coverage", "gaps", "chain", "findings", "unpaired", "weak-points", "vacancies", "terms"):
        mine, all_of_it = (service.get(path, who).json() for who in (ME, "viewer"))
        assert mine["generated"] <= len(made_up), path
        assert mine["generated"] <= all_of_it["generated"], path
        assert _named(mine) <= street.known, path
    assert service.get("findings", ME).json()["totals"] != service.get("findings", "viewer").json()["totals"]
    assert {r["nodes"] for r in service.get("districts", ME).json()["rows"]} == {None}


def test_etags_differ_by_scope_and_permission(service: Service) -> None:
    for path in ("overview", "coverage", "areas", "search?q=社区", f"diagrams/community.svg?area={COMMUNITY}"):
        callers = ("viewer", "viewer@own", "viewer@child", "analyst@own", "named")
        tags = [service.get(path, who).headers["etag"] for who in callers]
        assert len(set(tags)) == len(tags), path
        for other in tags[:1] + tags[2:]:
            assert service.get(path, ME, **{"If-None-Match": other}).status_code == 200


def test_a_path_through_the_hidden_tells_nothing_of_it(service: Service, street: Allowed, data: Dataset) -> None:
    made_up = {i for f in data.nodes.values() for i, g in f.select("id", "generated").iter_rows() if g}
    hidden = 0
    located = "".join(f"&to={i}" for i in sorted(set(data.node("Unit")["id"]) & street.inside)[:30])
    for start, goals in [*((i, f"&to={COMMUNITY}") for i in sorted(street.refs)), (SUPERIOR, located)]:
        answer = service.get(f"paths?from={start}{goals}&k=8", ME)
        assert answer.status_code == 200, answer.text
        body = answer.json()
        assert leaked(whole(answer), street) == []
        assert body["generated"] <= len(_named(body) & made_up)
        for row in body["rows"]:
            unseen = [h for h in row["hops"] if "hidden" in str(h)]
            hidden += bool(unseen)
            assert all(h.get(k) is None for h in unseen for k in ("relation", "direction", "weight", "reason"))
            assert not unseen or (row["channel"], row["strength"], row["bottleneck"]) == (None, None, None)
            for hop in row["hops"]:
                ends = [hop[e]["id"] for e in ("from", "to") if "id" in hop.get(e, {})]
                assert hop.get("relation") is None or set(ends) & street.inside, "a relation between two outside"
    assert hidden


def test_an_activity_shared_with_others_names_no_others(service: Service, street: Allowed) -> None:
    answer = service.get("nodes/fuxing.seed-b", ME)
    assert SHARED in answer.text
    assert leaked(answer.text, street) == []
    assert leaked(service.get("nodes/fuxing.seed-b", "viewer").text, street)


@pytest.mark.parametrize("deed", ["state", "waiver"])
def test_no_finding_of_another_street_is_changed_or_told(
    service: Service, street: Allowed, ids: dict[str, dict[str, str]], deed: str
) -> None:
    body = {"state": {"state": "closed"}, "waiver": {"until": "2099-01-01", "reason": "因"}}[deed]
    answer = service.ask("PUT", f"findings/{ids['finding']['foreign']}/{deed}", "editor@own", json=body)
    assert (answer.status_code, answer.json()["code"]) == (404, "unknown-finding")
    assert leaked(whole(answer), street) == []
    kept = service.get(f"findings/{ids['finding']['foreign']}", "viewer").json()
    assert (kept["state"], kept["waived"]) == ("open", None)
