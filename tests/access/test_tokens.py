"""Tokens of the organization's OIDC over HTTP, with the keys in a file and at an address; keys that end."""

from __future__ import annotations

import datetime as dt
import hmac
import json
import threading
from base64 import urlsafe_b64encode
from collections.abc import Iterator
from dataclasses import dataclass, field
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from starlette.testclient import TestClient

from api import keys
from api.app import create
from api.opening import Opened
from api.settings import Settings
from tests.access.conftest import V1, Service, from_everywhere
from tests.access.issuing import AUDIENCE, ISSUER, PRIVATE, SECOND, STRANGER, jwks, token
from tests.access.seeding import STREET


@dataclass
class Provider:
    """A real HTTP server with the public keys; what it answers can be changed."""

    address: str = ""
    answer: dict[str, Any] = field(default_factory=jwks)
    status: int = 200


@pytest.fixture(scope="module")
def provider() -> Iterator[Provider]:
    served = Provider()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(served.status)
            self.end_headers()
            self.wfile.write(json.dumps(served.answer).encode())

        def log_message(self, *_: Any) -> None:
            """Nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        served.address = f"http://127.0.0.1:{server.server_address[1]}/jwks"
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield served
        server.shutdown()


@pytest.fixture(scope="module")
def by_address(
    settings: Settings, fuxing: Opened, provider: Provider, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[TestClient]:
    """A service that fetches the keys."""
    changed = {"oidc_jwks": provider.address, "data_dir": tmp_path_factory.mktemp("fetching")}
    with TestClient(
        from_everywhere(create(settings.model_copy(update=changed), fuxing)), raise_server_exceptions=False
    ) as client:
        yield client


def status(client: TestClient, bearer: str) -> int:
    return client.get(f"{V1}/me", headers={"Authorization": f"Bearer {bearer}"}).status_code


def _signed_with_the_public_key() -> str:
    """HS256 whose secret is the public key, as a service would take that confuses the two sorts of keys."""
    pem = SECOND.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    claims = jwt.decode(token(), options={"verify_signature": False})
    parts = [json.dumps(p).encode() for p in ({"alg": "HS256", "typ": "JWT", "kid": "two"}, claims)]
    said = b".".join(urlsafe_b64encode(p).rstrip(b"=") for p in parts)
    return (said + b"." + urlsafe_b64encode(hmac.digest(pem, said, sha256)).rstrip(b"=")).decode()


def _without_signature() -> str:
    return token().rpartition(".")[0] + "."


GOOD = {
    "first key": token(),
    "second key": token(key=SECOND, algorithm="RS256", kid="two"),
    "audience among others": token(aud=["other", AUDIENCE]),
}
BAD = {
    "expired": token(minutes=-5),
    "not yet valid": token(nbf=dt.datetime.now(dt.UTC) + dt.timedelta(hours=1)),
    "no end": token(exp=None),
    "no subject": token(sub=None),
    "other audience": token(aud="other"),
    "no audience": token(aud=None),
    "other issuer": token(iss=f"{ISSUER}.evil"),
    "no issuer": token(iss=None),
    "alg none": token(key=None, algorithm="none"),
    "no signature": _without_signature(),
    "public key as secret": _signed_with_the_public_key(),
    "shared secret": token(key="0" * 64, algorithm="HS256"),
    "a stranger's key under a known name": token(key=STRANGER),
    "a known key under another's name": token(kid="two"),
    "a known key under an unknown name": token(kid="three"),
    "a name that is a path": token(key=STRANGER, kid="../../../../dev/null"),
    "no name and two keys": token(key=STRANGER, kid=None),
    "no roles": token(partygraph_roles=None),
    "unknown role": token(partygraph_roles=["viewer", "root"]),
    "no scope": token(partygraph_scope=None),
    "empty scope": token(partygraph_scope=[]),
    "not a token": "a.b.c",
}


@pytest.mark.parametrize("who", GOOD)
def test_a_good_token_opens(service: Service, by_address: TestClient, who: str) -> None:
    assert status(service.client, GOOD[who]) == 200
    assert status(by_address, GOOD[who]) == 200


@pytest.mark.parametrize("who", BAD)
def test_a_bad_token_does_not(service: Service, by_address: TestClient, who: str) -> None:
    for client in (service.client, by_address):
        answer = client.get(f"{V1}/me", headers={"Authorization": f"Bearer {BAD[who]}"})
        assert (answer.status_code, answer.json()["code"]) == (401, "authentication-failed")
        assert BAD[who] not in answer.text


def test_a_changed_claim_is_no_signed_claim(service: Service) -> None:
    head, _, tail = token().split(".")
    claims = jwt.decode(token(), options={"verify_signature": False}) | {"partygraph_roles": ["administrator"]}
    body = urlsafe_b64encode(json.dumps(claims).encode()).rstrip(b"=").decode()
    assert status(service.client, f"{head}.{body}.{tail}") == 401


def test_a_provider_that_is_away_is_no_open_door(settings: Settings, fuxing: Opened, provider: Provider) -> None:
    provider.status = 500
    own = settings.model_copy(update={"oidc_jwks": provider.address})
    with TestClient(create(own, fuxing), raise_server_exceptions=False) as client:
        answer = client.get(f"{V1}/me", headers={"Authorization": f"Bearer {token()}"})
        assert answer.status_code in (401, 503)
        provider.status = 200
        assert status(client, token()) == 200


def test_a_token_is_bound_to_its_scope(service: Service) -> None:
    bound = {"Authorization": f"Bearer {token(partygraph_scope=[STREET])}"}
    rows = service.client.get(f"{V1}/areas?kind=街道", headers=bound).json()["rows"]
    assert [r["id"] for r in rows] == [STREET]
    masked = service.client.get(f"{V1}/posts/fuxing.seed-p1", headers=bound).json()["attributes"]["holder"]
    assert masked == "欧***"
    named = {"Authorization": f"Bearer {token(partygraph_names=True)}"}
    assert service.client.get(f"{V1}/posts/fuxing.seed-p1", headers=named).json()["attributes"]["holder"] == "欧阳窈窕"
    for no in ("true", 1, ["yes"]):
        other = {"Authorization": f"Bearer {token(partygraph_names=no)}"}
        assert service.client.get(f"{V1}/me", headers=other).json()["permissions"] == ["read"]


def test_a_revoked_key_ends_at_once_and_an_expired_one_with_its_day(service: Service) -> None:
    row, key = keys.add(service.records, "短", ["viewer"])
    assert status(service.client, key) == 200
    assert status(service.client, key[:-1] + ("A" if key[-1] != "A" else "B")) == 401
    assert service.ask("DELETE", f"keys/{row['id']}", "administrator").status_code == 204
    assert status(service.client, key) == 401
    cached = service.client.get(f"{V1}/coverage", headers={"Authorization": f"Bearer {key}"})
    assert cached.status_code == 401, "prepared answers are no way in"
    now = dt.datetime.now(dt.UTC)
    yesterday = now - dt.timedelta(days=1)
    _, over = keys.add(service.records, "昨", ["viewer"], expires=yesterday.date(), now=yesterday)
    _, lasting = keys.add(service.records, "今", ["viewer"], expires=now.date() + dt.timedelta(days=1))
    assert (status(service.client, over), status(service.client, lasting)) == (401, 200)
    told = service.get("keys", "administrator").text
    assert not any(k in told for k in (key, over, lasting))


def test_the_algorithm_is_the_keys_own(by_address: TestClient) -> None:
    assert status(by_address, token(key=PRIVATE, algorithm="ES256", kid="two")) == 401
    assert status(by_address, token(key=SECOND, algorithm="RS512", kid="two")) in (200, 401)
