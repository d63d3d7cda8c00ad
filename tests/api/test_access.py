"""Who may see what, over HTTP: keys, permissions, and a key for one street that sees that street and nothing else."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from api import audit, keys
from api.app import create
from api.grants import GRANTS, granted
from api.opening import Opened
from api.records import Records
from api.settings import Settings
from graph.view import View, view

V1 = "/api/v1"
STREET, OTHER = "fuxing.130404001000", "fuxing.130404002000"
COMMUNITY = "fuxing.130404001008"
SUPERIOR = "fuxing.o-qw"


@dataclass(frozen=True)
class Locked:
    """A service with keys: its client, the file of its records, and a key for each sort of caller."""

    client: TestClient
    records: Records
    key: dict[str, str]

    def get(self, path: str, who: str, **headers: str) -> Any:
        return self.client.get(f"{V1}/{path}", headers={"Authorization": f"Bearer {self.key[who]}", **headers})


@pytest.fixture(scope="module")
def locked(settings: Settings, fuxing: Opened, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Locked]:
    folder: Path = tmp_path_factory.mktemp("locked")
    own = settings.model_copy(update={"data_dir": folder})
    with Records(folder) as records:
        made = {role: keys.add(records, role, [role])[1] for role in ("viewer", "editor", "auditor", "administrator")}
        made["street"] = keys.add(records, "街道", ["viewer", "editor", "analyst"], scope=[STREET])[1]
        made["other"] = keys.add(records, "别的街道", ["viewer"], scope=[OTHER])[1]
        made["lost"] = keys.add(records, "没有的街道", ["viewer"], scope=["fuxing.no-such"])[1]
        with TestClient(create(own, fuxing), raise_server_exceptions=False) as client:
            yield Locked(client, records, made)


@pytest.fixture(scope="module")
def street(fuxing_view: View) -> View:
    """What the street's key may see, from the Snapshot itself."""
    today = dt.datetime.now(dt.UTC).date()
    return view(fuxing_view.snapshot, fuxing_view.profile, today, (STREET,))


def code_of(answer: Any) -> tuple[int, str]:
    return answer.status_code, answer.json()["code"]


def told(text: str, seen: View) -> list[str]:
    """Names and ids of invisible nodes that stand in a text."""
    shown = "\n".join(seen.name(n) for n in range(seen.snapshot.n) if seen.visible[n])
    hidden = [n for n in range(seen.snapshot.n) if not seen.visible[n]]
    names = {seen.name(n) for n in hidden}
    words = set(re.findall(r"fuxing\.[A-Za-z0-9._-]+", text)) & {seen.id(n) for n in hidden}
    return [*words, *(n for n in names if len(n) > 2 and n in text and n not in shown)]


def routes(client: TestClient) -> list[tuple[str, str]]:
    paths = client.get("/openapi.json").json()["paths"]
    return [(m.upper(), p) for p, item in paths.items() for m in item if p.startswith(V1)]


def test_every_route_is_declared(locked: Locked) -> None:
    filled = [(m, re.sub(r"\{\w+\}", "x", p)) for m, p in routes(locked.client)]
    assert len(filled) > 50
    assert [r for r in filled if granted(*r) is None] == []


def test_without_a_key_nothing_but_health_and_documents(locked: Locked) -> None:
    for path in ("coverage", "me", "keys", "no-such", "exports/json"):
        answer = locked.client.get(f"{V1}/{path}")
        assert code_of(answer) == (401, "authentication-failed")
        assert answer.headers["www-authenticate"].startswith("Bearer")
    for wrong in ("Bearer pgk_x", "Basic eDp5", "Bearer", "Bearer a.b.c"):
        assert locked.client.get(f"{V1}/coverage", headers={"Authorization": wrong}).status_code == 401
    assert "fuxing" not in locked.client.get("/readyz").text
    assert locked.client.get("/openapi.json").status_code == 200


def test_roles_bound_what_may_be_done(locked: Locked) -> None:
    assert locked.get("coverage", "viewer").status_code == 200
    assert code_of(locked.get("coverage", "auditor")) == (403, "permission-missing")
    assert code_of(locked.get("audit", "administrator")) == (403, "permission-missing")
    assert code_of(locked.get("keys", "viewer")) == (403, "permission-missing")
    head = {"Authorization": f"Bearer {locked.key['viewer']}"}
    assert code_of(locked.client.post(f"{V1}/imports", headers=head)) == (403, "permission-missing")
    assert code_of(locked.client.delete(f"{V1}/coverage", headers=head)) == (405, "method-not-allowed")
    assert code_of(locked.get("no-such", "viewer")) == (404, "unknown-route")


def test_the_caller_is_told_who_it_is(locked: Locked) -> None:
    me = locked.get("me", "street").json()
    assert (me["name"], me["scope"]) == ("街道", [STREET])
    assert me["permissions"] == ["import", "query", "read", "rectify", "what-if"]


def _bound_paths() -> list[str]:
    filled = {
        "nodes/{id}": f"nodes/{STREET}",
        "nodes/{id}/neighbours": f"nodes/{COMMUNITY}/neighbours",
        "areas/{id}/children": f"areas/{STREET}/children",
        "areas/{id}": f"areas/{COMMUNITY}",
        "influence/{id}": f"influence/{COMMUNITY}",
        "profiles/{district}": "profiles/fuxing",
        "paths": f"paths?from={SUPERIOR}&to={COMMUNITY}&k=5",
        "search": "search?q=社区&limit=1000",
        "findings": "findings?gone=true",
    }
    routes = [g.route for g in GRANTS if g.method == "GET" and g.scoped == "bound"]
    return [filled.get(r, r) for r in routes if r in filled or "{" not in r]


@pytest.mark.parametrize("path", _bound_paths())
def test_a_street_sees_itself_and_its_neighbours_names(locked: Locked, street: View, path: str) -> None:
    answer = locked.get(path, "street")
    assert answer.status_code == 200, answer.text
    assert told(answer.text, street) == []


@pytest.mark.parametrize(
    "kind", ["organization", "grid", "coverage", "pairing", "alliance", "weak-points", "chain", "community", "path"]
)
def test_a_street_draws_itself_only(locked: Locked, street: View, kind: str) -> None:
    area = {"grid": COMMUNITY, "community": COMMUNITY}.get(kind, STREET)
    ends = f"&from={SUPERIOR}&to={COMMUNITY}" if kind == "path" else ""
    answer = locked.get(f"diagrams/{kind}.dot?area={area}{ends}", "street")
    assert answer.status_code in (200, 404, 422), answer.text
    assert told(answer.text, street) == []


def test_what_a_street_does_see(locked: Locked, street: View) -> None:
    areas = locked.get("areas?limit=1000", "street").json()["rows"]
    assert {a["id"] for a in areas} == {street.id(int(n)) for n in street.nodes("Area")}
    assert {a["id"] for a in areas if a["kind"] == "街道"} == {STREET}
    units = locked.get("units?limit=1000", "street").json()["rows"]
    assert {u["id"] for u in units} == {street.id(int(n)) for n in street.nodes("Unit")}
    rows = locked.get("coverage", "street").json()["rows"]
    assert {r["area"]["id"] for r in rows if r["area"]} <= {a["id"] for a in areas}
    names = {n["node"]["name"] for n in locked.get(f"nodes/{STREET}/neighbours", "street").json()["rows"]}
    assert "复兴区" in names


@pytest.mark.parametrize(
    "path",
    [
        f"nodes/{OTHER}",
        f"areas/{OTHER}",
        f"areas/{OTHER}/children",
        f"influence/{OTHER}",
        f"coverage?area={OTHER}",
        f"gaps?area={OTHER}",
        f"paths?from={COMMUNITY}&to={OTHER}",
        f"paths?from={COMMUNITY}&to={SUPERIOR}&avoid={OTHER}",
        f"diagrams/organization.svg?area={OTHER}",
        "coverage?district=sishui",
        "profiles/sishui",
    ],
)
def test_outside_is_not_there(locked: Locked, path: str) -> None:
    answer = locked.get(path, "street")
    assert answer.status_code == 404, answer.text
    assert OTHER not in answer.json()["detail"]


@pytest.mark.parametrize(
    "path", ["exports/xlsx", "exports/json", "revisions", "diff?from=0&to=1", "submissions", "claims", "bounds", "keys"]
)
def test_what_cannot_be_bound_is_refused(locked: Locked, path: str) -> None:
    answer = locked.get(path, "street")
    assert answer.status_code == 403
    assert answer.json()["code"] in ("scope-unbound", "permission-missing")


def test_a_scoped_editor_changes_no_whole_district(locked: Locked) -> None:
    head = {"Authorization": f"Bearer {locked.key['street']}"}
    files = {"files": ("a.csv", b"x")}
    assert code_of(locked.client.post(f"{V1}/imports", files=files, headers=head)) == (403, "scope-unbound")
    assert code_of(locked.client.post(f"{V1}/revisions/1/revert", headers=head)) == (403, "scope-unbound")


def test_answers_and_etags_are_each_callers_own(locked: Locked) -> None:
    answers = {who: locked.get("overview", who) for who in ("viewer", "street", "other")}
    assert len({a.headers["etag"] for a in answers.values()}) == 3
    assert len({a.content for a in answers.values()}) == 3
    foreign = {"If-None-Match": answers["viewer"].headers["etag"]}
    assert locked.get("overview", "street", **foreign).status_code == 200
    own = {"If-None-Match": answers["street"].headers["etag"]}
    assert locked.get("overview", "street", **own).status_code == 304


def test_a_path_through_the_unseen_names_nobody(locked: Locked, street: View) -> None:
    seen = [n for n in range(street.snapshot.n) if street.visible[n] and not street.inside[n]]
    partners = [street.id(n) for n in seen if street.snapshot.label(n) == "Unit"]
    ends = [SUPERIOR, *partners[:2]]
    for end in ends:
        answer = locked.get(f"paths?from={end}&to={COMMUNITY}&k=8", "street")
        assert answer.status_code == 200, answer.text
        assert told(answer.text, street) == []
        for row in answer.json()["rows"]:
            if '"hidden"' in str(row).replace("'", '"'):
                assert row["strength"] is None


def test_a_scope_that_is_not_there_sees_nothing(locked: Locked) -> None:
    assert locked.get("coverage", "lost").status_code == 404
    assert locked.get("districts", "lost").json()["rows"][0]["nodes"] is None


def test_keys_are_made_and_revoked_over_http_and_recorded(locked: Locked) -> None:
    head = {"Authorization": f"Bearer {locked.key['administrator']}"}
    made = locked.client.post(f"{V1}/keys", json={"name": "新", "roles": ["viewer"], "scope": [STREET]}, headers=head)
    assert made.status_code == 200, made.text
    own = {"Authorization": f"Bearer {made.json()['key']}"}
    assert locked.client.get(f"{V1}/me", headers=own).json()["scope"] == [STREET]
    assert locked.client.delete(f"{V1}/keys/{made.json()['id']}", headers=head).status_code == 204
    assert locked.client.get(f"{V1}/me", headers=own).status_code == 401
    assert made.json()["key"] not in locked.client.get(f"{V1}/keys", headers=head).text
    wrong = locked.client.post(f"{V1}/keys", json={"name": "新", "roles": ["viewer"], "scope": ["x.y"]}, headers=head)
    assert code_of(wrong) == (404, "unknown-id")


def test_deeds_and_denials_stand_in_the_audit(locked: Locked) -> None:
    locked.client.get(f"{V1}/nodes/王某某", headers={"X-Request-ID": "denied-1"})
    exported = locked.get("exports/json", "viewer", **{"X-Request-ID": "export-1"})
    assert exported.status_code == 200
    rows = {r["request_id"]: r for r in audit.listed(locked.records)}
    denied, export = rows["denied-1"], rows["export-1"]
    assert (denied["who"], denied["action"], denied["object"]) == ("", "denied", "GET nodes/…")
    assert (export["who"], export["action"], export["result"]) == ("viewer", "export", "200")
    page = locked.get("audit?limit=2", "auditor").json()
    assert page["chain"]["whole"]
    assert [r["number"] for r in page["rows"]] == [1, 2]
    assert locked.get(f"audit?limit=2&cursor={page['next']}", "auditor").json()["rows"][0]["number"] == 3
    assert sum(r["action"] == "login" and r["who"] == "viewer" for r in rows.values()) <= 1
