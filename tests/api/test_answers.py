"""Answers over HTTP: shapes, sums, caching, pages, files."""

from __future__ import annotations

import gzip
import io
import zipfile
from typing import Any

import orjson
import pytest
from pydantic import TypeAdapter
from starlette.testclient import TestClient

from api import shapes
from api.questions import QUESTIONS
from api.questions.form import Question

V1 = "/api/v1"
ASKED = {"path": "?from=fuxing.o-qw&to=fuxing.130404007008", "diff": "?from=0&to=1"}
STREET = "fuxing.130404001000"


def get(client: TestClient, path: str, **headers: str) -> Any:
    answer = client.get(f"{V1}/{path}", headers={k.replace("_", "-"): v for k, v in headers.items()})
    assert answer.status_code == 200, answer.text
    return answer


@pytest.mark.parametrize("question", [q for q in QUESTIONS if not q.needs_file], ids=lambda q: q.name)
def test_every_question_answers_in_its_shape(client: TestClient, question: Question) -> None:
    route = question.route.replace("{id}", "fuxing.o-qw") + ASKED.get(question.name, "")
    body = get(client, route)
    found = TypeAdapter(getattr(shapes, question.shape)).validate_json(body.content)
    assert found["district"] == "fuxing"
    for row in body.json()["rows"][:50]:
        for column in question.columns:
            assert not str(column.value(row)).startswith(("{", "[")), column.zh


def test_the_district_is_the_sum_of_its_streets(client: TestClient) -> None:
    rows = get(client, "coverage").json()["rows"]
    for rule in {r["rule"] for r in rows}:
        whole, *streets = [r for r in rows if r["rule"] == rule]
        assert whole["area"]["kind"] == "区县"
        for key in ("total", "covered", "gaps"):
            assert whole[key] == sum(s[key] for s in streets)


def test_an_area_narrows_and_names_a_level(client: TestClient) -> None:
    rows = get(client, f"coverage?area={STREET}&level=社区&rule=grid-organization").json()["rows"]
    assert [r["area"]["kind"] for r in rows] == ["街道"] + ["社区"] * 9
    assert len(get(client, f"gaps?area={STREET}&rule=grid-organization").json()["rows"]) == rows[0]["gaps"]


def test_the_same_question_is_answered_from_kept_bytes_and_304(client: TestClient) -> None:
    first = get(client, "gaps")
    again = get(client, "gaps")
    assert first.content == again.content
    assert first.headers["etag"] == again.headers["etag"]
    assert first.headers["etag"].startswith('W/"')
    assert first.headers["cache-control"] == "private, no-cache"
    unchanged = client.get(f"{V1}/gaps", headers={"If-None-Match": first.headers["etag"]})
    assert (unchanged.status_code, unchanged.content) == (304, b"")
    assert get(client, "gaps?as_of=2020-01-01").headers["etag"] != first.headers["etag"]


def test_zipped_and_plain_are_the_same_answer(client: TestClient) -> None:
    plain = get(client, "gaps", accept_encoding="identity")
    with client.stream("GET", f"{V1}/gaps", headers={"Accept-Encoding": "gzip"}) as answer:
        raw = b"".join(answer.iter_raw())
        assert answer.headers["content-encoding"] == "gzip"
    assert gzip.decompress(raw) == plain.content


@pytest.mark.parametrize("path", ["gaps?limit=50", "organizations?limit=1000&kind=党支部", "areas?limit=400"])
def test_pages_joined_by_their_links_are_the_whole(client: TestClient, path: str) -> None:
    rows: list[Any] = []
    url, pages = f"{V1}/{path}", 0
    while url:
        answer = client.get(url)
        rows += answer.json()["rows"]
        pages += 1
        link = answer.headers.get("link", "")
        assert bool(link) == (answer.json()["next"] is not None)
        url = link.partition(">")[0].removeprefix("<")
    whole = len(get(client, path.partition("?")[0]).json()["rows"]) if "gaps" in path else len(rows)
    ids = [(r.get("node") or r)["id"] + r.get("rule", "") for r in rows]
    assert len(ids) == len(set(ids)) == whole
    assert pages > 1 or "党支部" in path


def test_lists_hold_what_the_data_holds(client: TestClient) -> None:
    found = {name: len(get(client, f"{name}?limit=1000").json()["rows"]) for name in ("units", "alliances", "posts")}
    assert found == {"units": 223, "alliances": 64, "posts": 55}
    inside = get(client, f"units?limit=1000&area={STREET}").json()["rows"]
    assert 0 < len(inside) < 223
    assert {r["kind"] for r in get(client, "areas?kind=街道").json()["rows"]} == {"街道"}
    assert len(get(client, f"areas/{STREET}/children").json()["rows"]) == 9
    assert get(client, "pairings?limit=3").json()["rows"][0]["unit"]["label"] == "Unit"


def test_a_node_shows_its_attributes_relations_and_superiors(client: TestClient) -> None:
    found = get(client, "nodes/fuxing.o-130404007008").json()
    TypeAdapter(shapes.Card).validate_python(found)
    assert [s["name"] for s in found["superiors"]] == ["石化街道党工委", "中共邯郸市复兴区委员会"]
    assert found["attributes"]["tier"] == "社区党委"
    assert found["attributes"]["source_file"]
    assert found == get(client, "organizations/fuxing.o-130404007008").json()
    ends = get(client, "nodes/fuxing.o-130404007008/neighbours?limit=1000").json()["rows"]
    assert len(ends) == sum(r["count"] for r in found["relations"])


def test_search_finds_by_parts_of_names(client: TestClient) -> None:
    rows = get(client, "search?q=钢铁厂社区&limit=2").json()["rows"]
    assert [r["node"]["id"] for r in rows] == ["fuxing.130404007008", "fuxing.o-130404007008"]


def test_a_revision_that_is_there_is_answered_at_once(client: TestClient) -> None:
    revision = get(client, "coverage").json()["revision"]
    assert get(client, f"coverage?revision={revision}").json()["revision"] == revision


def test_districts_and_profiles(client: TestClient) -> None:
    rows = {r["district"]: r for r in get(client, "districts").json()["rows"]}
    assert {d for d, r in rows.items() if r["loaded"]} == {"fuxing"}
    assert (rows["fuxing"]["nodes"], rows["fuxing"]["relations"]) == (2903, 5203)
    assert {r["id"] for r in get(client, "profiles").json()["rows"]} == set(rows)
    assert get(client, "profiles/fuxing").json()["name"] == "复兴区"


def test_charts_come_in_every_format_with_their_page_count(client: TestClient) -> None:
    path = f"diagrams/organization.{{}}?area={STREET}&depth=2"
    starts = {"svg": b"<?xml", "png": b"\x89PNG", "pdf": b"%PDF", "dot": b""}
    pages = set()
    for fmt, start in starts.items():
        answer = get(client, path.format(fmt))
        assert answer.content.startswith(start)
        pages.add(answer.headers["x-page-count"])
    assert len(pages) == 1
    assert "胜利桥街道" in get(client, path.format("svg")).text


def test_exports_and_the_template_are_files(client: TestClient) -> None:
    for fmt in ("xlsx", "csv", "neo4j-csv"):
        with zipfile.ZipFile(io.BytesIO(get(client, f"exports/{fmt}").content)) as archive:
            assert archive.testzip() is None
    assert len(orjson.loads(get(client, "exports/json").content)["nodes"]) == 2903
    assert get(client, "template.xlsx").content[:2] == b"PK"


def test_health_and_the_way_to_the_documentation(client: TestClient) -> None:
    assert client.get("/healthz").json() == {"status": "ok"}
    assert client.get("/readyz").json()["districts"].keys() == {"fuxing"}
    assert client.get("/", follow_redirects=False).headers["location"] == "/docs"
    page = client.get("/docs").text
    assert "https://" not in page.replace("https://fastapi.tiangolo.com", "")


def test_own_figures_are_judged(client: TestClient) -> None:
    head = "id,district,literal,value,qualifier,unit,what\n"
    answer = client.post(f"{V1}/claims", files={"figures": ("mine.csv", head.encode())})
    assert answer.status_code in (200, 422)
    assert answer.headers["content-type"] in ("application/json", "application/problem+json")
