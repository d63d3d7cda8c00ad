"""The edge: rates, sizes, repeated posts, metrics, headers, and a log that holds no values."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import structlog
from starlette.testclient import TestClient

from api import keys
from api.app import create
from api.limiting import FAILURES_A_MINUTE, JSON_MOST, WRITES_A_MINUTE, Limiter
from api.opening import Opened
from api.problems import BusyError
from api.records import Records
from api.settings import Settings

V1 = "/api/v1"
CANARY = "王金丝雀"


@contextmanager
def serving(settings: Settings, store: Opened, folder: Path, **changes: Any) -> Iterator[TestClient]:
    own = settings.model_copy(update={"data_dir": folder, **changes})
    with TestClient(create(own, store), raise_server_exceptions=False) as client:
        yield client


@pytest.fixture(scope="module")
def client(settings: Settings, fuxing: Opened, tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    with serving(settings, fuxing, tmp_path_factory.mktemp("edge")) as made:
        yield made


def checked(answer: Any, status: int, code: str) -> None:
    assert (answer.status_code, answer.json()["code"]) == (status, code), answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.headers["x-request-id"] == answer.json()["request_id"]


def test_who_asks_too_often_is_told_when_to_come_back(settings: Settings, fuxing: Opened, tmp_path: Path) -> None:
    with serving(settings, fuxing, tmp_path, rate=2) as client:
        # Of five within two minutes of the clock, one minute holds at least three.
        answers = [client.get(f"{V1}/gaps?limit={n}") for n in range(1, 6)]
        assert [a.status_code for a in answers[:2]] == [200, 200]
        refused = [a for a in answers if a.status_code != 200]
        assert refused
        for answer in refused:
            checked(answer, 429, "rate-limited")
            assert int(answer.headers["retry-after"]) > 0
        # What is kept already costs next to nothing, and is still given.
        assert client.get(f"{V1}/gaps?limit=1").status_code == 200
        assert client.get("/healthz").status_code == 200


def test_rates_are_each_callers_own() -> None:
    limiter = Limiter(1)
    limiter.ask("computed", "a")
    limiter.ask("computed", "b")
    with pytest.raises(BusyError):
        limiter.ask("computed", "a")
    for _ in range(WRITES_A_MINUTE):
        limiter.ask("write", "a")
    with pytest.raises(BusyError):
        limiter.ask("write", "a")


def test_guessing_keys_is_slowed_down_but_keeps_nobody_out(settings: Settings, fuxing: Opened, tmp_path: Path) -> None:
    with Records(tmp_path) as records:
        good = keys.add(records, "甲", ["viewer"])[1]
    with serving(settings, fuxing, tmp_path) as client:
        guesses = [
            client.get(f"{V1}/me", headers={"Authorization": f"Bearer pgk_{n}"}) for n in range(FAILURES_A_MINUTE + 1)
        ]
        assert {g.status_code for g in guesses[:-1]} == {401}
        checked(guesses[-1], 429, "too-many-failures")
        assert client.get(f"{V1}/me", headers={"Authorization": f"Bearer {good}"}).status_code == 200


def test_a_body_too_large_is_refused_whether_it_says_so_or_not(client: TestClient) -> None:
    large = b'{"query": "' + b"x" * JSON_MOST + b'"}'
    said = client.post(f"{V1}/what-if", content=large, headers={"Content-Type": "application/json"})
    checked(said, 413, "body-too-large")
    unsaid = client.post(
        f"{V1}/what-if", content=iter([large[:700_000], large[700_000:]]), headers={"Content-Type": "application/json"}
    )
    checked(unsaid, 413, "body-too-large")


def post(client: TestClient, key: str, text: str, path: str = "imports?dry_run=true") -> Any:
    return client.post(f"{V1}/{path}", files={"files": ("a.csv", text.encode())}, headers={"Idempotency-Key": key})


def test_a_post_that_comes_twice_is_done_once(client: TestClient) -> None:
    text = "社区,网格名称,网格编号\n钢铁厂社区,一次网格,fuxing.once-1\n"
    first, second = post(client, "k1", text), post(client, "k1", text)
    assert first.status_code == second.status_code == 200
    assert (second.content, second.headers["idempotency-replayed"]) == (first.content, "true")
    assert second.headers["content-location"] == first.headers["content-location"]
    assert post(client, "k2", text).headers["content-location"] != first.headers["content-location"]
    checked(post(client, "k1", text, "imports?dry_run=false"), 422, "repeat-mismatch")
    checked(post(client, " ", text), 400, "parameter-invalid")


def test_a_repeated_json_body_must_be_the_same(client: TestClient) -> None:
    def ask(body: Any) -> Any:
        return client.post(f"{V1}/what-if", json=body, headers={"Idempotency-Key": "w1"})

    first = ask([])
    assert first.status_code < 500
    assert ask([]).content == first.content
    checked(ask([{"op": "pair"}]), 422, "repeat-mismatch")


def test_a_key_is_not_kept_for_a_repeated_post(settings: Settings, fuxing: Opened, tmp_path: Path) -> None:
    with Records(tmp_path) as records:
        admin = keys.add(records, "管理", ["administrator"])[1]
    with serving(settings, fuxing, tmp_path) as client:
        head = {"Authorization": f"Bearer {admin}", "Idempotency-Key": "once"}
        made = client.post(f"{V1}/keys", json={"name": "乙", "roles": ["viewer"]}, headers=head)
        assert made.status_code == 200
        again = client.post(f"{V1}/keys", json={"name": "乙", "roles": ["viewer"]}, headers=head)
        checked(again, 409, "repeat-secret")
        assert len(client.get(f"{V1}/keys", headers=head).json()["rows"]) == 2
    for file in tmp_path.glob("records.sqlite3*"):
        assert made.json()["key"].encode() not in file.read_bytes()


def test_metrics_count_requests_by_route_and_name_no_values(client: TestClient) -> None:
    client.get(f"{V1}/nodes/{CANARY}")
    client.get(f"{V1}/coverage")
    client.get(f"{V1}/coverage")
    answer = client.get("/metrics")
    assert answer.headers["content-type"].startswith("text/plain")
    text = answer.text
    assert 'partygraph_requests_total{method="GET",route="coverage",status="200"}' in text
    assert 'partygraph_requests_total{method="GET",route="nodes/{id}",status="404"}' in text
    assert "partygraph_store_up 1.0" in text
    assert 'partygraph_revision{district="fuxing"}' in text
    for name in ("partygraph_request_seconds_bucket", "partygraph_jobs_waiting", "partygraph_kept_answers_total"):
        assert name in text
    assert CANARY not in text


def test_metrics_need_their_permission_once_there_are_keys(settings: Settings, fuxing: Opened, tmp_path: Path) -> None:
    with Records(tmp_path) as records:
        made = {role: keys.add(records, role, [role])[1] for role in ("viewer", "administrator")}
    with serving(settings, fuxing, tmp_path) as client:
        checked(client.get("/metrics"), 401, "authentication-failed")
        viewer, admin = ({"Authorization": f"Bearer {made[r]}"} for r in ("viewer", "administrator"))
        checked(client.get("/metrics", headers=viewer), 403, "permission-missing")
        assert client.get("/metrics", headers=admin).status_code == 200


def test_the_log_says_routes_and_request_ids_and_nothing_typed(client: TestClient) -> None:
    out = io.StringIO()
    structlog.reset_defaults()  # a command that ran in this process lets only warnings through
    with structlog.testing.capture_logs() as lines:
        answer = client.get(
            f"{V1}/nodes/{CANARY}?area={CANARY}", headers={"X-Request-ID": "log-1", "X-Name": CANARY.encode()}
        )
    out.write(json.dumps(lines, ensure_ascii=False, default=str))
    assert answer.headers["x-request-id"] == "log-1"
    said = [line for line in lines if line.get("id") == "log-1"]
    assert said[0]["route"] == "nodes/{id}"
    assert CANARY not in out.getvalue()


@pytest.mark.parametrize("path", [f"{V1}/coverage", f"{V1}/no-such", "/healthz", "/docs", "/openapi.json"])
def test_every_answer_bears_safe_headers(client: TestClient, path: str) -> None:
    head = client.get(path, headers={"Origin": "https://other.example"}).headers
    assert (head["x-content-type-options"], head["x-frame-options"]) == ("nosniff", "DENY")
    assert (head["referrer-policy"], head["cross-origin-opener-policy"]) == ("no-referrer", "same-origin")
    assert "frame-ancestors 'none'" in head["content-security-policy"]
    assert "access-control-allow-origin" not in head


def test_cors_is_for_the_named_origins_only(settings: Settings, fuxing: Opened, tmp_path: Path) -> None:
    with serving(settings, fuxing, tmp_path, cors="https://a.example") as client:
        named = client.get(f"{V1}/me", headers={"Origin": "https://a.example"})
        assert named.headers["access-control-allow-origin"] == "https://a.example"
        other = client.get(f"{V1}/me", headers={"Origin": "https://b.example"})
        assert "access-control-allow-origin" not in other.headers
