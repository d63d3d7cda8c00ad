"""From a bearer token to a caller, the lock of a service, and the commands of keys and audit, without a store."""

from __future__ import annotations

import asyncio
import datetime as dt
import json
import socket
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec

from api import audit, keys
from api.auth import Access, require_lock
from api.caller import LOCAL, Caller
from api.cli import main
from api.grants import check, granted, object_of
from api.problems import RefusedError, UnauthenticatedError
from api.records import FILE, Records
from api.settings import Settings, read_settings
from graph.errors import InputError, NotFoundError

ISSUER, AUDIENCE = "https://login.example", "partygraph"
PRIVATE, FOREIGN = (ec.generate_private_key(ec.SECP256R1()) for _ in range(2))
CLAIMS: dict[str, Any] = {
    "sub": "u1",
    "name": "甲",
    "iss": ISSUER,
    "aud": AUDIENCE,
    "partygraph_roles": ["viewer"],
    "partygraph_scope": ["fuxing.130404001000"],
}


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    made = json.loads(jwt.algorithms.ECAlgorithm.to_jwk(PRIVATE.public_key()))
    (tmp_path / "jwks.json").write_text(json.dumps({"keys": [{**made, "kid": "one", "use": "sig", "alg": "ES256"}]}))
    flags = {"oidc_issuer": ISSUER, "oidc_audience": AUDIENCE, "oidc_jwks": str(tmp_path / "jwks.json")}
    return read_settings({"data_dir": str(tmp_path / "data"), **flags})[0]


@pytest.fixture
def records(settings: Settings) -> Iterator[Records]:
    with Records(settings.data_dir) as opened:
        yield opened


def asking(settings: Settings, records: Records, authorization: str = "") -> Caller:
    return asyncio.run(Access(settings, records).caller(authorization.encode(), "r1"))


def token(key: Any = PRIVATE, algorithm: str = "ES256", minutes: int = 5, **changes: Any) -> str:
    ends = dt.datetime.now(dt.UTC) + dt.timedelta(minutes=minutes)
    claims = {k: v for k, v in {**CLAIMS, "exp": ends, **changes}.items() if v is not None}
    return "Bearer " + jwt.encode(claims, key, algorithm, headers={"kid": "one"})


def test_a_token_names_its_caller(settings: Settings, records: Records) -> None:
    found = asking(settings, records, token())
    assert (found.name, found.id, found.scope) == ("甲", "oidc:u1", ("fuxing.130404001000",))
    assert found.permissions == {"read"}
    whole = asking(settings, records, token(partygraph_scope="*", partygraph_names=True, partygraph_roles="editor"))
    assert (whole.scope, whole.sees_names()) == (None, True)
    assert [r["action"] for r in audit.listed(records)] == ["login", "login"]


@pytest.mark.parametrize(
    "wrong",
    [
        token(key=FOREIGN),
        token(key="0" * 64, algorithm="HS256"),
        token(key=None, algorithm="none"),
        token(minutes=-5),
        token(iss="https://other.example"),
        token(aud="other"),
        token(sub=None),
        token(partygraph_scope=None),
        token(partygraph_scope=[]),
        token(partygraph_roles=None),
        token(partygraph_roles=["root"]),
        "Bearer pgk_unknown",
        "Bearer x.y.z",
        "Basic eDp5",
        "",
    ],
)
def test_who_is_not_known_stays_outside(settings: Settings, records: Records, wrong: str) -> None:
    with pytest.raises(UnauthenticatedError):
        asking(settings, records, wrong)


def test_loopback_is_open_until_the_first_key(tmp_path: Path) -> None:
    plain = read_settings({"data_dir": str(tmp_path)})[0]
    with Records(tmp_path) as records:
        assert asking(plain, records) is LOCAL
        row, key = keys.add(records, "甲", ["viewer"])
        with pytest.raises(UnauthenticatedError):
            asking(plain, records)
        assert asking(plain, records, f"Bearer {key}").name == "甲"
        keys.revoke(records, row["id"])
        for given in ("", f"Bearer {key}"):
            with pytest.raises(UnauthenticatedError):
                asking(plain, records, given)


def test_another_address_needs_a_key_that_opens(tmp_path: Path) -> None:
    wide = read_settings({"data_dir": str(tmp_path), "host": "0.0.0.0"})[0]
    for expected in (True, False, True):
        if expected:
            with pytest.raises(InputError) as refused:
                require_lock(wide)
            assert refused.value.code == "authentication-missing"
        else:
            require_lock(wide)
        with Records(tmp_path) as records:
            for row in keys.listed(records):
                keys.revoke(records, row["id"])
            if expected and not keys.issued(records):
                keys.add(records, "甲", ["viewer"])
    with Records(tmp_path) as records, pytest.raises(UnauthenticatedError):
        asking(wide, records)


def test_a_route_without_a_declaration_is_refused() -> None:
    whole = Caller("甲", None, LOCAL.permissions)
    with pytest.raises(NotFoundError):
        check(whole, "GET", "/api/v1/secrets")
    assert check(whole, "DELETE", "/api/v1/coverage") is None
    assert granted("GET", "/api/v1/nodes/a/b/c") is None
    with pytest.raises(RefusedError):
        check(Caller("甲", ("a.b",), LOCAL.permissions), "GET", "/api/v1/exports/json")


def test_the_audit_keeps_no_typed_names() -> None:
    assert object_of("/api/v1/nodes/王某某/neighbours") == "nodes/…/neighbours"
    assert object_of("/api/v1/" + "x" * 500) == "…"
    assert object_of("/api/v1/areas/13912345678") == object_of("/api/v1/areas/11010519491231002X") == "areas/…"
    assert object_of("/api/v1/revisions/12/revert") == "revisions/12/revert"
    assert object_of("/api/v1/areas/fuxing.130404001000") == "areas/fuxing.130404001000"


def test_the_commands_make_list_and_revoke_keys(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("PARTYGRAPH_DATA_DIR", str(tmp_path))
    assert main(("keys", "add", "街道", "--role", "viewer", "--scope", "fuxing.130404001000", "--json")) == 0
    made = json.loads(capfd.readouterr().out)
    assert made["key"].startswith("pgk_")
    assert main(("keys", "list")) == 0
    listed = capfd.readouterr().out
    assert made["id"] in listed
    assert made["key"] not in listed
    assert main(("keys", "revoke", made["id"])) == 0
    assert main(("keys", "revoke", "no-such")) == 2
    assert main(("keys", "add", "乙", "--role", "root")) == 2
    assert main(("keys", "add", "乙", "--role", "viewer", "--until", "昨天")) == 2
    capfd.readouterr()
    assert main(("audit", "--check", "--json", "-o", str(tmp_path / "audit.csv"))) == 0
    found = json.loads(capfd.readouterr().out)
    assert [r["action"] for r in found["rows"]] == ["key-add", "key-revoke"]
    assert made["id"] in (tmp_path / "audit.csv").read_text("utf-8-sig")
    with sqlite3.connect(tmp_path / FILE) as other:
        other.execute("DROP TRIGGER audit_kept")
        other.execute("DELETE FROM audit WHERE number = 2")
    assert main(("audit", "--check")) == 1


def test_the_port_of_a_refused_address_stays_free(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("PARTYGRAPH_DATA_DIR", str(tmp_path))
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    assert main(("serve", "--host", "0.0.0.0", "--port", str(port))) == 2
    assert "keys add" in capfd.readouterr().err
    with socket.socket() as free:
        free.bind(("127.0.0.1", port))
        assert free.getsockname()[1] == port
