"""Every kind of error over HTTP: status, code, Chinese detail and remedy, and nothing of the input."""

from __future__ import annotations

import re
from typing import Any

import pytest
from pydantic import TypeAdapter
from starlette.testclient import TestClient

from api.app import create
from api.opening import Opened
from api.settings import Settings
from api.shapes import Problem

V1 = "/api/v1"
CHINESE = re.compile(r"[\u4e00-\u9fff]")
CANARY = "canary-7f3a"

ERRORS = [
    ("GET", "/nowhere", 404, "unknown-route"),
    ("GET", f"{V1}/nowhere", 404, "unknown-route"),
    ("GET", f"{V1}/coverage?district={CANARY}", 404, "unknown-district"),
    ("GET", f"{V1}/coverage?area={CANARY}", 404, "unknown-id"),
    ("GET", f"{V1}/coverage?level={CANARY}", 400, "parameter-invalid"),
    ("GET", f"{V1}/coverage?rule={CANARY}", 404, "not-found"),
    ("GET", f"{V1}/coverage?{CANARY}=1", 400, "parameter-unknown"),
    ("GET", f"{V1}/coverage?as_of={CANARY}", 400, "parameter-invalid"),
    ("GET", f"{V1}/gaps?limit=1&cursor={CANARY}", 400, "cursor-invalid"),
    ("GET", f"{V1}/paths?from={CANARY}&to=fuxing.o-qw", 404, None),
    ("GET", f"{V1}/paths?from=fuxing.o-qw", 400, "parameter-missing"),
    ("GET", f"{V1}/paths?from=fuxing.o-qw&to=fuxing.o-qw", 400, "parameter-invalid"),
    ("GET", f"{V1}/paths?from=fuxing.o-qw&to=fuxing.130404007008&k=21", 400, "parameter-invalid"),
    ("GET", f"{V1}/paths?from=fuxing.o-qw&to=gulou.x", 404, None),
    ("GET", f"{V1}/nodes/{CANARY}", 404, "unknown-id"),
    ("GET", f"{V1}/units/fuxing.o-qw", 404, "unknown-id"),
    ("GET", f"{V1}/areas/fuxing.o-qw/children", 400, "parameter-invalid"),
    ("GET", f"{V1}/search", 400, "parameter-missing"),
    ("GET", f"{V1}/profiles/{CANARY}", 404, "unknown-district"),
    ("GET", f"{V1}/diagrams/{CANARY}.svg", 404, "unknown-kind"),
    ("GET", f"{V1}/diagrams/pairing.gif", 404, "format-unknown"),
    ("GET", f"{V1}/diagrams/pairing.svg?paper=A5", 400, "parameter-invalid"),
    ("GET", f"{V1}/diagrams/pairing.svg?page=400", 400, "parameter-invalid"),
    ("GET", f"{V1}/exports/{CANARY}", 404, "format-unknown"),
    ("POST", f"{V1}/coverage", 405, "method-not-allowed"),
    ("POST", f"{V1}/imports", 422, "request-invalid"),
    ("GET", f"/problems/{CANARY}", 404, "unknown-problem"),
]


def checked(answer: Any, status: int, code: str | None) -> dict[str, Any]:
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    found: dict[str, Any] = answer.json()
    TypeAdapter(Problem).validate_python(found)
    assert found["code"] == (code or found["code"])
    assert found["type"] == f"/problems/{found['code']}"
    assert found["status"] == status
    assert found["request_id"] == answer.headers["x-request-id"]
    for text in (found["title"], found["detail"], found["remedy"]):
        assert CHINESE.search(text)
    assert "Traceback" not in answer.text
    return found


@pytest.mark.parametrize(("method", "path", "status", "code"), ERRORS)
def test_an_error_is_a_problem(client: TestClient, method: str, path: str, status: int, code: str | None) -> None:
    found = checked(client.request(method, path), status, code)
    assert CANARY not in str({k: v for k, v in found.items() if k not in ("instance", "errors")})
    assert client.get(found["type"]).status_code == 200


def test_a_request_id_is_kept_if_it_is_one(client: TestClient) -> None:
    assert client.get("/healthz", headers={"X-Request-ID": "my-1"}).headers["x-request-id"] == "my-1"
    assert client.get("/healthz", headers={"X-Request-ID": "a b"}).headers["x-request-id"] != "a b"


def test_a_foreign_host_and_a_foreign_page_are_refused(client: TestClient) -> None:
    checked(client.get("/healthz", headers={"Host": "evil.example"}), 403, "host-refused")
    checked(client.post(f"{V1}/imports", headers={"Origin": "https://evil.example"}), 403, "origin-refused")
    checked(client.post(f"{V1}/imports", headers={"Origin": "http://testserver"}), 422, "request-invalid")


def test_too_large_a_body_is_refused(client: TestClient) -> None:
    answer = client.post(f"{V1}/imports", content=b"x", headers={"Content-Length": str(10**12)})
    assert answer.status_code in (400, 413)


def test_a_revision_that_does_not_come_is_503(client: TestClient) -> None:
    answer = client.get(f"{V1}/coverage?revision=999999")
    checked(answer, 503, "revision-late")
    assert answer.headers["retry-after"] == "5"


def test_a_defect_tells_nothing_of_itself(settings: Settings, fuxing: Opened) -> None:
    app: Any = create(settings, fuxing)

    def boom() -> None:
        raise RuntimeError(CANARY)

    app.app.add_api_route("/boom", boom)
    with TestClient(app, raise_server_exceptions=False) as own:
        answer = own.get("/boom")
    checked(answer, 500, "defect")
    assert CANARY not in answer.text


def test_a_wrong_file_is_one_report_and_nothing_is_written(client: TestClient) -> None:
    before = client.get(f"{V1}/districts").json()
    answer = client.post(f"{V1}/imports", files={"files": ("a.txt", CANARY.encode())})
    found = checked(answer, 422, "import-invalid")
    assert found["errors"][0]["file"] == "a.txt"
    assert CANARY not in answer.text
    assert client.get(f"{V1}/districts").json() == before


def test_the_exported_workbook_changes_nothing(client: TestClient) -> None:
    book = client.get(f"{V1}/exports/xlsx").content
    for dry_run in ("true", "false"):
        answer = client.post(f"{V1}/imports?dry_run={dry_run}", files={"files": ("fuxing.xlsx", book)})
        assert answer.status_code == 200, answer.text
        report = answer.json()
        assert report["ok"]
        assert {k: v for k, v in report["counts"].items() if k != "unchanged"} == dict.fromkeys(
            ("added", "changed", "moved", "ended"), 0
        )
