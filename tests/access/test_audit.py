"""The audit: every kind of deed recorded before its answer, a chain that shows every hand laid on it, one reader."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from api import audit, keys
from api.app import create
from api.audit import Deed
from api.caller import LOCAL
from api.opening import Opened
from api.records import FILE, Records
from api.settings import Settings
from tests.access.conftest import V1, Service
from tests.access.issuing import token
from tests.access.seeding import FILE_NAME

DEEDS: dict[str, tuple[str, str, str, dict[str, Any]]] = {
    "denied": ("viewer", "GET", "keys", {}),
    "import": ("editor", "POST", "imports?dry_run=true", {"files": {"files": ("a.csv", "名称\n".encode())}}),
    "export": ("viewer", "GET", "exports/json", {}),
    "query": ("asker", "POST", "query", {"json": {"query": "MATCH (n:Area) RETURN count(n) AS n"}}),
    "waive": ("editor", "PUT", "findings/{finding}/waiver", {"json": {"until": "2099-01-01", "reason": "因"}}),
    "unwaive": ("editor", "DELETE", "findings/{finding}/waiver", {}),
    "rectify": ("editor", "PUT", "findings/{finding}/state", {"json": {"state": "in_progress"}}),
    "revert": ("editor", "POST", "revisions/999/revert", {}),
    "key-add": ("administrator", "POST", "keys", {"json": {"name": "新", "roles": ["viewer"]}}),
    "key-revoke": ("administrator", "DELETE", "keys/none", {}),
    "audit": ("auditor", "GET", "audit", {}),
}


@pytest.fixture(scope="module")
def asker(service: Service) -> Service:
    """The service with a key that may ask Cypher: for that it needs the names too."""
    service.key["asker"] = keys.add(service.records, "查询人", ["analyst"], names=True)[1]
    return service


@pytest.mark.parametrize("deed", DEEDS)
def test_a_deed_is_recorded(asker: Service, ids: dict[str, dict[str, str]], deed: str) -> None:
    who, method, path, options = DEEDS[deed]
    path = path.format(finding=ids["finding"]["child"])
    request = f"deed-{deed}"
    answer = asker.ask(method, path, who, headers={"X-Request-ID": request}, **options)
    assert answer.status_code < 500, answer.text
    found = [r for r in audit.listed(asker.records) if r["request_id"] == request and r["action"] != "login"]
    assert [(r["action"], r["result"]) for r in found] == [(deed, str(answer.status_code))]
    row = found[0]
    assert row["who"] in (who, "查询人")
    assert row["object"].startswith(f"{method} {path.partition('?')[0].partition('/')[0]}")
    assert row["scope"] is None
    assert row["caller"]


def test_a_login_is_recorded_once_with_its_scope(service: Service) -> None:
    row, key = keys.add(service.records, "初来", ["viewer"], scope=["fuxing.130404001000"])
    for _ in range(3):
        assert service.client.get(f"{V1}/me", headers={"Authorization": f"Bearer {key}"}).status_code == 200
    bearer = {"Authorization": f"Bearer {token(sub='初来乙')}"}
    for _ in range(3):
        assert service.client.get(f"{V1}/me", headers=bearer).status_code == 200
    logins = [r for r in audit.listed(service.records) if r["action"] == "login"]
    mine = [r for r in logins if r["caller"] == row["id"]]
    assert [(r["who"], r["object"], r["scope"]) for r in mine] == [("初来", "key", ["fuxing.130404001000"])]
    assert sum(r["caller"] == "oidc:初来乙" for r in logins) == 1


def test_a_record_is_on_disk_before_its_answer(service: Service) -> None:
    """Another connection, as after a crash, finds it the moment the answer has begun."""
    head = service.head("viewer") | {"X-Request-ID": "before-1"}
    with (
        service.client.stream("GET", f"{V1}/exports/json", headers=head) as answer,
        sqlite3.connect(f"file:{service.folder / FILE}?mode=ro", uri=True) as other,
    ):
        assert answer.status_code == 200
        found = other.execute("SELECT action FROM audit WHERE request_id = 'before-1'").fetchall()
    assert found == [("export",)]


def test_what_cannot_be_recorded_is_not_answered(settings: Settings, fuxing: Opened, tmp_path: Path) -> None:
    own = settings.model_copy(update={"data_dir": tmp_path})
    with Records(tmp_path) as records:
        key = keys.add(records, "甲", ["viewer"])[1]
    head = {"Authorization": f"Bearer {key}"}
    with TestClient(create(own, fuxing), raise_server_exceptions=False) as client:
        assert client.get(f"{V1}/me", headers=head).status_code == 200
        with sqlite3.connect(tmp_path / FILE) as other:
            other.execute("DROP TABLE audit")
        answer = client.get(f"{V1}/exports/json", headers=head)
        assert answer.status_code == 503
        assert answer.json()["code"] == "records-unusable"
        assert client.get(f"{V1}/coverage", headers=head).status_code == 200, "plain reads go on"


def test_auditors_read_and_nobody_writes(service: Service) -> None:
    assert service.get("audit", "auditor").status_code == 200
    for who in ("viewer", "analyst", "editor", "administrator", "named"):
        assert service.get("audit", who).status_code == 403
    for who in ("auditor", "administrator"):
        for method in ("POST", "PUT", "PATCH", "DELETE"):
            for path in ("audit", "audit/1"):
                assert service.ask(method, path, who, json={}).status_code in (403, 404, 405)
    pages, cursor = [], ""
    while True:
        page = service.get(f"audit?limit=7{cursor}", "auditor").json()
        pages += page["rows"]
        if page["next"] is None:
            break
        cursor = f"&cursor={page['next']}"
        assert len(pages) < 10_000
    numbers = [r["number"] for r in pages]
    assert numbers == list(range(1, len(numbers) + 1))
    assert page["chain"]["whole"]
    assert FILE_NAME not in str(pages)


@pytest.fixture
def chain(tmp_path: Path) -> Iterator[Path]:
    """A file of records with six of them."""
    with Records(tmp_path) as records:
        for n in range(1, 7):
            audit.append(records, LOCAL, Deed("export", f"GET exports/{n}", "200", f"r{n}"))
        assert audit.verified(records)["whole"]
    yield tmp_path


UNLOCK = "DROP TRIGGER audit_kept; DROP TRIGGER audit_fixed;"
TAMPERED = {
    "one removed": ("DELETE FROM audit WHERE number = 3;", 3),
    "the first removed": ("DELETE FROM audit WHERE number = 1;", 1),
    "the last removed": ("DELETE FROM audit WHERE number = 6;", 6),
    "all removed": ("DELETE FROM audit;", 1),
    "removed and numbered anew": (
        "DELETE FROM audit WHERE number = 3; UPDATE audit SET number = number - 1 WHERE number > 3;",
        3,
    ),
    "one edited": ("UPDATE audit SET result = '403' WHERE number = 2;", 2),
    "its time edited": ("UPDATE audit SET at = '2020-01-01T00:00:00' WHERE number = 4;", 4),
    "its author edited": ("UPDATE audit SET who = '别人' WHERE number = 5;", 5),
    "two in each other's place": (
        "UPDATE audit SET number = 99 WHERE number = 2; UPDATE audit SET number = 2 WHERE number = 3;"
        "UPDATE audit SET number = 3 WHERE number = 99;",
        2,
    ),
    "one put in": (
        "INSERT INTO audit SELECT 7, at, who, caller, action, object, scope, result, request_id, hash FROM audit "
        "WHERE number = 6;",
        7,
    ),
}


@pytest.mark.parametrize("how", TAMPERED)
def test_every_hand_laid_on_the_chain_shows(chain: Path, how: str) -> None:
    change, broken = TAMPERED[how]
    with sqlite3.connect(chain / FILE) as other:
        if not change.startswith("INSERT"):
            with pytest.raises(sqlite3.IntegrityError):
                other.execute(change.partition(";")[0])
        other.executescript(UNLOCK + change)
    with Records(chain) as records:
        found = audit.verified(records)
    assert (found["whole"], found["broken_at"]) == (False, broken)


def test_a_copy_put_back_is_whole_and_shorter(chain: Path, tmp_path: Path) -> None:
    """What the chain alone cannot show: for that its head is exported and kept elsewhere."""
    with Records(chain) as records:
        first = audit.verified(records)
        backup = tmp_path / "backup"
        backup.mkdir()
        with sqlite3.connect(backup / FILE) as copy, sqlite3.connect(chain / FILE) as source:
            source.backup(copy)
        audit.append(records, LOCAL, Deed("import", "POST imports", "200", "r7"))
        later = audit.verified(records)
    with Records(backup) as records:
        assert audit.verified(records) == first
    assert (later["records"], later["head"] != first["head"]) == (7, True)
    shutil.rmtree(backup)
