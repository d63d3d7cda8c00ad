"""Imports over HTTP: at once or as a job, told by polling and as events, with the faults marked in a copy."""

from __future__ import annotations

import io
import json
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from starlette.testclient import TestClient

from api import audit, jobs
from api.app import create
from api.caller import LOCAL
from api.opening import Opened
from api.problems import BusyError
from api.records import Records
from api.settings import Settings
from graph.errors import NotFoundError

V1 = "/api/v1"
HEADERS = "社区,网格名称,网格编号\n"
GOOD = HEADERS + "钢铁厂社区,任务试网格,fuxing.job-{}\n"
BAD = "党组织名称,上级党组织\n甲试党支部,没有的某某党委\n"


@pytest.fixture(scope="module")
def client(settings: Settings, fuxing: Opened, tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    own = settings.model_copy(update={"data_dir": tmp_path_factory.mktemp("jobs")})
    with TestClient(create(own, fuxing), raise_server_exceptions=False) as made:
        made.data_dir = own.data_dir  # type: ignore[attr-defined]
        yield made


def post(client: TestClient, text: str, *, dry: bool = True, **headers: str) -> Any:
    files = {"files": ("网格.csv", text.encode("utf-8"))}
    return client.post(f"{V1}/imports?dry_run={str(dry).lower()}", files=files, headers=headers)


def ended(client: TestClient, location: str, seconds: float = 90.0) -> dict[str, Any]:
    deadline = time.monotonic() + seconds
    while True:
        found: dict[str, Any] = client.get(location).json()
        if found["state"] in jobs.ENDED or time.monotonic() > deadline:
            return found
        time.sleep(0.2)


def test_a_short_import_is_answered_at_once_and_recorded(client: TestClient) -> None:
    answer = post(client, GOOD.format(1))
    assert answer.status_code == 200, answer.text
    assert answer.json()["counts"]["added"] >= 1
    where = answer.headers["content-location"]
    found = client.get(where).json()
    assert (found["state"], found["report"]) == ("done", answer.json())
    rows = client.get(f"{V1}/imports").json()["rows"]
    assert rows[0]["id"] == where.rpartition("/")[2]
    assert (rows[0]["dry_run"], rows[0]["errors"]) == (True, 0)
    assert client.get(f"{where}/errors.xlsx").json()["code"] == "no-errors"


def test_a_job_is_told_by_polling_and_by_events(client: TestClient) -> None:
    answer = post(client, GOOD.format(2), Prefer="respond-async")
    assert answer.status_code == 202, answer.text
    assert answer.headers["preference-applied"] == "respond-async"
    location = answer.headers["location"]
    assert answer.json()["state"] in ("queued", "running")
    early = client.get(f"{location}/result")
    assert (early.status_code, early.json()["code"]) == (409, "job-unfinished")
    with client.stream("GET", f"{location}/events") as stream:
        assert stream.headers["content-type"].startswith("text/event-stream")
        told = "".join(stream.iter_text())
    last = told.strip().split("\n\n")[-1]
    assert last.startswith("event: end\n")
    assert json.loads(last.partition("data: ")[2])["state"] == "done"
    assert ended(client, location)["progress"] == "完成"
    assert client.get(f"{location}/result").json()["ok"] is True
    assert client.get(f"{V1}/jobs").json()["rows"][0]["id"] == location.rpartition("/")[2]


@pytest.mark.parametrize("headers", [{}, {"Prefer": "respond-async"}])
def test_a_faulty_file_fails_with_its_places_and_a_marked_copy(client: TestClient, headers: dict[str, str]) -> None:
    answer = post(client, BAD, **headers)
    if headers:
        location = answer.headers["location"]
        assert ended(client, location)["state"] == "failed"
        answer = client.get(f"{location}/result")
        where = location.replace("jobs", "imports")
    else:
        where = answer.headers["content-location"]
    assert answer.status_code == 422, answer.text
    body = answer.json()
    assert body["code"] == "import-invalid"
    assert answer.headers["content-type"] == "application/problem+json"
    assert body["errors"][0]["row"] == 2
    marked = client.get(f"{where}/errors.xlsx")
    assert marked.status_code == 200
    book = openpyxl.load_workbook(io.BytesIO(marked.content))
    assert any("没有的某某党委" in str(c.value) for sheet in book for line in sheet.iter_rows() for c in line)


def test_no_uploaded_file_stays_behind_and_the_deed_is_recorded(client: TestClient) -> None:
    post(client, GOOD.format(3))
    folder: Path = client.data_dir  # type: ignore[attr-defined]
    assert list((folder / "jobs").rglob("*.csv")) == []
    with Records(folder) as records:
        rows = [r for r in audit.listed(records) if r["action"] == "import"]
    assert {r["result"] for r in rows} >= {"ok", "import-invalid", "200", "202", "422"}
    assert all("网格" not in r["object"] for r in rows)


@pytest.mark.parametrize("name", ["../../etc/x.csv", "..", "", "a/b\\c.csv"])
def test_a_name_with_folders_goes_nowhere(client: TestClient, name: str) -> None:
    files = {"files": (name, GOOD.format(4).encode())}
    answer = client.post(f"{V1}/imports?dry_run=true", files=files)
    assert answer.status_code in (200, 400, 422), answer.text
    folder: Path = client.data_dir  # type: ignore[attr-defined]
    assert not (folder.parent / "etc").exists()


def test_unknown_jobs_are_not_there(client: TestClient) -> None:
    for path in ("jobs/0123456789abcdef", "imports/x", "jobs/..", "jobs/x/events", "jobs/x/result"):
        assert client.get(f"{V1}/{path}").status_code == 404


def test_pages_of_jobs_go_on_where_they_ended(client: TestClient) -> None:
    first = client.get(f"{V1}/jobs?limit=2").json()
    post(client, GOOD.format(5))
    second = client.get(f"{V1}/jobs?limit=2&cursor={first['next']}").json()
    ids = [r["id"] for r in (*first["rows"], *second["rows"])]
    assert len(set(ids)) == len(ids) == 4


def test_a_job_whose_process_died_is_told_as_interrupted(tmp_path: Path) -> None:
    with Records(tmp_path) as records:
        id_ = jobs.new(records, tmp_path, "import", LOCAL, "fuxing", {})
        jobs.begin(records, id_)
        with records.writing() as connection:
            connection.execute("UPDATE jobs SET pid_started = 1 WHERE id = ?", (id_,))
        jobs.swept(records, tmp_path)
        assert jobs.get(records, LOCAL, id_)["state"] == "failed"
        assert jobs.outcome(records, id_)[1]["problem"]["code"] == "job-interrupted"


def test_too_many_waiting_jobs_are_refused(tmp_path: Path) -> None:
    with Records(tmp_path) as records:
        for _ in range(jobs.WAITING_MOST):
            jobs.new(records, tmp_path, "import", LOCAL, "fuxing", {})
        with pytest.raises(BusyError):
            jobs.new(records, tmp_path, "import", LOCAL, "fuxing", {})
        with pytest.raises(NotFoundError):
            jobs.an_import(records, "x")
