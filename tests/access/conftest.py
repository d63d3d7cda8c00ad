"""A service with keys on a Fuxing that has post holders, lists and activities."""

from __future__ import annotations

import itertools
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient
from starlette.types import ASGIApp, Receive, Scope, Send

from api import keys
from api.app import create
from api.caller import ROLES
from api.desk import Desk
from api.loading import load_published
from api.opening import Opened, opened
from api.records import Records
from api.settings import Settings, read_settings
from graph.dataset import Dataset
from graph.store.read import read_stored
from tests.access.issuing import AUDIENCE, ISSUER, public_keys, token
from tests.access.matrix import ONES, PLACES
from tests.access.oracle import Allowed, allowed
from tests.access.seeding import COMMUNITY, FILE_NAME, FOREIGN_COMMUNITY, OTHER, STREET, sheets
from tests.conftest import Server, wipe
from tests.loaders.files import workbook

V1 = "/api/v1"
SCOPES = {"own": (STREET,), "child": (COMMUNITY,), "foreign": (OTHER,)}
"""What a key can be bound to, seen from the street that is asked about; without one it sees everything."""
BINDABLE = ("viewer", "analyst", "editor")
"""Roles that a key may have together with a scope; a token of the organization's OIDC may say anything."""


@dataclass(frozen=True)
class Service:
    """A service with keys: its client, its records, its folder, and a key by role or role@scope."""

    client: TestClient
    records: Records
    folder: Path
    key: dict[str, str]

    def head(self, who: str) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.key[who]}"} if who else {}

    def ask(self, method: str, path: str, who: str, **options: Any) -> Any:
        headers = self.head(who) | options.pop("headers", {})
        at = path if path.startswith("/") else f"{V1}/{path}"
        return self.client.request(method, at, headers=headers, **options)

    def get(self, path: str, who: str, **headers: str) -> Any:
        return self.ask("GET", path, who, headers=headers)

    def handed_in(self, who: str, name: str, content: bytes, dry_run: bool = False) -> Any:
        """Import one file and wait for the report."""
        path = f"imports?district=fuxing&dry_run={str(dry_run).lower()}"
        answer = self.ask("POST", path, who, files={"files": (name, content)})
        while answer.status_code == 202:
            job = answer.headers["location"].removeprefix(f"{V1}/")
            while self.get(job, who).json()["state"] in ("queued", "waiting", "running"):
                time.sleep(0.1)
            answer = self.get(f"{job}/result", who)
        return answer


def from_everywhere(app: ASGIApp) -> ASGIApp:
    """The application asked from another address each time: who fails often from one address is kept out."""
    numbers = itertools.count()

    async def asked(scope: Scope, receive: Receive, send: Send) -> None:
        n = next(numbers)
        await app({**scope, "client": (f"10.{n >> 16 & 255}.{n >> 8 & 255}.{n & 255}", 1)}, receive, send)

    return asked


@pytest.fixture(scope="package")
def settings(neo4j_server: Server, tmp_path_factory: pytest.TempPathFactory) -> Settings:
    flags = {
        "neo4j_uri": neo4j_server.uri,
        "neo4j_user": neo4j_server.user,
        "neo4j_password": neo4j_server.password,
        "data_dir": str(folder := tmp_path_factory.mktemp("access")),
        "query": "on",
        "oidc_issuer": ISSUER,
        "oidc_audience": AUDIENCE,
        "oidc_jwks": str(public_keys(folder / "jwks.json")),
    }
    return read_settings(flags)[0]


@pytest.fixture(scope="package")
def fuxing(settings: Settings, neo4j_server: Server) -> Iterator[Opened]:
    """A store that holds Fuxing and nothing else."""
    del neo4j_server
    with opened(settings) as store:
        wipe(store.store)
        load_published(Desk(settings, store), "fuxing", "测试", lambda _: None)
        yield store


@pytest.fixture(scope="package")
def service(settings: Settings, fuxing: Opened, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """The service with a key for every role and scope, after an administrator has handed in the seeded workbook."""
    folder = settings.data_dir
    with Records(folder) as records:
        made = {role: keys.add(records, role, [role])[1] for role in ROLES}
        made["named"] = keys.add(records, "看姓名", ["administrator"], names=True)[1]
        for scope, roots in SCOPES.items():
            for role in BINDABLE:
                made[f"{role}@{scope}"] = keys.add(records, f"{role}@{scope}", [role], scope=roots)[1]
            for role in set(ROLES) - set(BINDABLE):
                made[f"{role}@{scope}"] = token(partygraph_roles=[role], partygraph_scope=list(roots))
        with TestClient(from_everywhere(create(settings, fuxing)), raise_server_exceptions=False) as client:
            ready = Service(client, records, folder, made)
            book = workbook(
                tmp_path_factory.mktemp("book") / FILE_NAME, _seeded(read_stored(fuxing.store, "fuxing")[0])
            )
            done = ready.handed_in("named", FILE_NAME, book.read_bytes())
            assert done.status_code == 200, done.text
            yield ready


def _seeded(data: Dataset) -> Any:
    covers = {r["to"]: r["from"] for r in data.relation("COVERS").iter_rows(named=True) if r["mode"] == "单独"}
    located = {r["to"]: r["from"] for r in data.relation("LOCATED_IN").iter_rows(named=True)}
    units = set(data.node("Unit")["id"])
    unit = next(u for area, u in sorted(located.items()) if area.startswith(FOREIGN_COMMUNITY[:-3]) and u in units)
    return sheets(covers[STREET], covers[OTHER], unit, covers[FOREIGN_COMMUNITY])


@pytest.fixture(scope="package")
def data(service: Service, fuxing: Opened) -> Dataset:
    """The district as the store holds it, every attribute and every ended row."""
    del service
    return read_stored(fuxing.store, "fuxing")[0]


@pytest.fixture(scope="package")
def street(data: Dataset, settings: Settings, fuxing: Opened) -> Allowed:
    """What a key for the street may know."""
    return allowed(data, STREET, Desk(settings, fuxing).today())


@pytest.fixture(scope="package")
def ids(service: Service, data: Dataset, settings: Settings, fuxing: Opened) -> dict[str, dict[str, str]]:
    """Ids to ask about, by what stands in the braces of matrix.py and then by place; nothing where there is none."""
    today = Desk(settings, fuxing).today()
    seen = {place: allowed(data, root, today) for place, root in PLACES.items()}
    of_place = {
        "own": seen["own"].inside - seen["child"].known - seen["foreign"].known,
        "child": seen["child"].inside,
        "foreign": seen["foreign"].inside - seen["own"].known,
    }
    below = [(r["to"], r["from"]) for r in data.relation("PART_OF").iter_rows(named=True)]
    lower = {place: max(low for up, low in below if up == root) for place, root in PLACES.items()}
    found = {"area": dict(PLACES), "below": lower}
    for name, label in ONES.items():
        there = set(data.node(label)["id"])
        found[name] = {place: min(there & nodes) for place, nodes in of_place.items() if there & nodes}
    rows = service.get("findings?limit=1000", "viewer").json()["rows"]
    found["finding"] = {
        place: min(r["id"] for r in rows if r["node"]["id"] in nodes and r["area"]["id"] in nodes)
        for place, nodes in of_place.items()
    }
    return found
