"""Keys and the audit chain in their SQLite file, without a store."""

from __future__ import annotations

import datetime as dt
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest

from api import audit, keys
from api.audit import Deed
from api.caller import LOCAL, ROLES, Caller, permissions_of
from api.records import FILE, Records
from graph.errors import NotFoundError, ParameterError

NOW = dt.datetime(2026, 1, 5, 8, tzinfo=dt.UTC)
STREET = "fuxing.130404001000"


@pytest.fixture
def records(tmp_path: Path) -> Iterator[Records]:
    with Records(tmp_path) as opened:
        yield opened


def tampered(folder: Path, *statements: str) -> None:
    """Change the file as somebody would who may write it."""
    with sqlite3.connect(folder / FILE) as other:
        other.execute("DROP TRIGGER audit_kept")
        other.execute("DROP TRIGGER audit_fixed")
        for statement in statements:
            other.execute(statement)


def test_a_key_is_kept_as_a_hash_only(records: Records, tmp_path: Path) -> None:
    row, key = keys.add(records, "铁路大院街道", ["viewer"], scope=[STREET], now=NOW)
    assert key.startswith("pgk_")
    assert "hash" not in row
    assert row["scope"] == [STREET]
    held = b"".join(p.read_bytes() for p in tmp_path.iterdir())
    assert key.encode() not in held
    assert key.removeprefix("pgk_").encode() not in held
    assert (tmp_path / FILE).stat().st_mode & 0o077 == 0


def test_a_key_names_its_caller_until_it_ends(records: Records) -> None:
    row, key = keys.add(records, "甲", ["viewer"], scope=[STREET], names=True, expires=dt.date(2026, 1, 6), now=NOW)
    found = keys.find(records, key, NOW)
    assert found == (Caller("甲", (STREET,), frozenset({"read", "names"}), row["id"], "2026-01-06"), None)
    assert keys.find(records, key, dt.datetime(2026, 1, 6, 23, tzinfo=dt.UTC)) is not None
    assert keys.find(records, key, dt.datetime(2026, 1, 7, 1, tzinfo=dt.UTC)) is None
    assert keys.find(records, key + "x", NOW) is None


def test_a_revoked_key_ends_at_once_for_another_process_too(records: Records, tmp_path: Path) -> None:
    row, key = keys.add(records, "甲", ["editor"], now=NOW)
    with Records(tmp_path) as other:
        keys.revoke(other, row["id"], NOW)
    assert keys.find(records, key, NOW) is None
    assert keys.issued(records)
    assert keys.listed(records)[0]["revoked"] == NOW.isoformat()
    with pytest.raises(NotFoundError) as unknown:
        keys.revoke(records, "no-such")
    assert unknown.value.code == "unknown-key"


def test_the_last_use_is_noted(records: Records) -> None:
    row, key = keys.add(records, "甲", ["viewer"], now=NOW)
    keys.touch(records, row["id"], NOW)
    found = keys.find(records, key, NOW)
    assert found is not None
    assert found[1] == NOW.isoformat()
    assert not keys.stale(found[1], keys.LOGIN_AFTER, NOW + dt.timedelta(minutes=30))
    assert keys.stale(found[1], keys.LOGIN_AFTER, NOW + dt.timedelta(hours=2))
    assert keys.stale(None, keys.TOUCH_AFTER)


@pytest.mark.parametrize(
    ("name", "roles", "scope", "expires"),
    [
        ("", ["viewer"], [], None),
        ("甲\n乙", ["viewer"], [], None),
        ("甲", [], [], None),
        ("甲", ["root"], [], None),
        ("甲", ["viewer"], ["复兴区"], None),
        ("甲", ["administrator"], [STREET], None),
        ("甲", ["auditor", "viewer"], [STREET], None),
        ("甲", ["viewer"], [], dt.date(2026, 1, 4)),
    ],
)
def test_what_makes_no_key(
    records: Records, name: str, roles: list[str], scope: list[str], expires: dt.date | None
) -> None:
    with pytest.raises(ParameterError):
        keys.add(records, name, roles, scope=scope, expires=expires, now=NOW)
    assert not keys.issued(records)


def test_roles_divide_what_may_be_done() -> None:
    assert permissions_of(["viewer"], names=False) == {"read"}
    assert permissions_of(["viewer", "auditor"], names=True) == {"read", "audit", "names", "metrics"}
    assert "audit" not in ROLES["administrator"]
    assert [r for r, p in ROLES.items() if "keys" in p] == ["administrator"]
    assert not any("names" in p for p in ROLES.values())


def test_the_audit_is_a_chain(records: Records) -> None:
    for i in range(5):
        audit.append(records, LOCAL, Deed("import", "imports", "200", f"r{i}"), NOW)
    rows = audit.listed(records)
    assert [r["number"] for r in rows] == [1, 2, 3, 4, 5]
    assert (rows[0]["who"], rows[0]["scope"], rows[0]["request_id"]) == ("本机", None, "r0")
    assert [r["number"] for r in audit.listed(records, after=2, limit=2)] == [3, 4]
    assert audit.verified(records) == {"whole": True, "records": 5, "broken_at": None, "head": rows[-1]["hash"]}


def test_two_processes_write_one_chain(records: Records, tmp_path: Path) -> None:
    with Records(tmp_path) as other:
        for i in range(6):
            audit.append(records if i % 2 else other, LOCAL, Deed("export", "exports/csv", "200"))
    assert audit.verified(records)["records"] == 6
    assert audit.verified(records)["whole"]


@pytest.mark.parametrize(
    ("statement", "broken_at"),
    [
        ("UPDATE audit SET who = '别人' WHERE number = 2", 2),
        ("DELETE FROM audit WHERE number = 3", 3),
        ("DELETE FROM audit WHERE number = 5", 5),
        ("DELETE FROM audit", 1),
    ],
)
def test_a_changed_or_removed_record_shows(records: Records, tmp_path: Path, statement: str, broken_at: int) -> None:
    for _ in range(5):
        audit.append(records, LOCAL, Deed("waive", "findings/x/waiver", "200"))
    tampered(tmp_path, statement)
    found = audit.verified(records)
    assert (found["whole"], found["broken_at"]) == (False, broken_at)


@pytest.mark.parametrize("statement", ["DELETE FROM audit", "UPDATE audit SET at = '1970-01-01'"])
def test_the_file_itself_refuses_to_forget(records: Records, tmp_path: Path, statement: str) -> None:
    audit.append(records, LOCAL, Deed("denied", "nodes", "403"), NOW - dt.timedelta(days=400))
    with sqlite3.connect(tmp_path / FILE) as other, pytest.raises(sqlite3.IntegrityError):
        other.execute(statement)
    assert audit.verified(records)["records"] == 1
