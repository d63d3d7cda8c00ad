"""A Python client generated from the OpenAPI document by openapi-python-client drives what people come for."""

from __future__ import annotations

import datetime as dt
import importlib
import json
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.access.conftest import Service
from tests.access.matrix import PLACES
from tests.access.seeding import COMMUNITY, STREET

NAME = "generated_partygraph_client"


@dataclass(frozen=True)
class Generated:
    """The generated package, by which operations are called as a role."""

    service: Service

    def call(self, operation: str, *path: Any, who: str = "viewer", **parameters: Any) -> Any:
        """What an operation answers, parsed into the client's own types; a problem is a failure."""
        found = self.detailed(operation, *path, who=who, **parameters)
        assert found.status_code < 300, found.content.decode()
        assert found.parsed is not None or found.status_code == 204 or found.content
        return found.parsed

    def detailed(self, operation: str, *path: Any, who: str = "viewer", **parameters: Any) -> Any:
        client = module("client").AuthenticatedClient("http://testserver", self.service.key[who])
        # The service in this process instead of a socket; everything else is the client's own.
        self.service.client.headers["Authorization"] = f"Bearer {self.service.key[who]}"
        client.set_httpx_client(self.service.client)
        try:
            return operations()[operation].sync_detailed(*path, client=client, **parameters)
        finally:
            del self.service.client.headers["Authorization"]


def module(name: str) -> Any:
    return importlib.import_module(f"{NAME}.{name}")


def operations() -> dict[str, Any]:
    """The module of each operation."""
    base = Path(module("client").__file__).parent / "api"
    files = (p for p in base.glob("*/*.py") if p.stem != "__init__")
    return {p.stem: importlib.import_module(f"{NAME}.api.{p.parent.name}.{p.stem}") for p in files}


@pytest.fixture(scope="module")
def generated(service: Service, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Generated]:
    folder = tmp_path_factory.mktemp("client")
    (folder / "openapi.json").write_text(service.client.get("/openapi.json").text, "utf-8")
    (folder / "config.json").write_text(json.dumps({"post_hooks": [], "package_name_override": NAME}))
    command = [sys.executable, "-m", "openapi_python_client", "generate", "--path", "openapi.json", "--config"]
    more = ["config.json", "--meta", "none", "--output-path", NAME, "--fail-on-warning"]
    done = subprocess.run([*command, *more], cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    sys.path.insert(0, str(folder))
    try:
        yield Generated(service)
    finally:
        sys.path.remove(str(folder))


def test_every_operation_is_in_the_client(generated: Generated) -> None:
    document = generated.service.client.get("/openapi.json").json()
    wanted = {o["operationId"] for item in document["paths"].values() for o in item.values()}
    assert {name.rstrip("_") for name in operations()} == wanted


def test_which_districts_there_are(generated: Generated) -> None:
    rows = generated.call("districts").to_dict()["rows"]
    assert [r["district"] for r in rows if r["loaded"]] == ["fuxing"]


def test_how_much_is_covered_and_what_is_not(generated: Generated) -> None:
    found = generated.call("coverage", area=STREET)
    assert found.district == "fuxing"
    assert found.as_of
    row = found.rows[0]
    assert row.total >= row.covered >= 0
    gaps = generated.call("gaps", area=STREET, limit=3)
    assert len(gaps.rows) <= 3
    assert gaps.rows[0].reason.text


def test_a_way_from_one_to_another(generated: Generated) -> None:
    found = generated.call("paths", from_="fuxing.o-qw", to=[COMMUNITY], k=2)
    assert 1 <= len(found.rows) <= 2
    assert found.rows[0].hops
    assert found.rows[0].strength > 0


def test_looking_for_something_and_at_it(generated: Generated) -> None:
    rows = generated.call("search", q="胜利桥街道").to_dict()["rows"]
    card = generated.call("node", rows[0]["node"]["id"]).to_dict()
    assert card["node"]["name"] == "胜利桥街道"
    listed = generated.call("areas", kind="街道", limit=1000).to_dict()["rows"]
    assert {*PLACES.values()} & {r["id"] for r in listed} == {STREET, PLACES["foreign"]}


def test_a_finding_is_begun_closed_and_waived(generated: Generated) -> None:
    id_ = generated.call("findings", area=COMMUNITY).rows[0].id
    states, models = module("models.state_body_state").StateBodyState, module("models")
    begun = models.StateBody(state=states.IN_PROGRESS, due=dt.date(2099, 1, 1), reason="已部署")
    assert generated.call("finding_state", id_, who="editor", body=begun).state == "in_progress"
    closed = models.StateBody(state=states.CLOSED, reason="已整改")
    assert generated.call("finding_state", id_, who="editor", body=closed).state == "closed"
    waiver = models.WaiverBody(until=dt.date(2099, 1, 1), reason="撤并中")
    assert generated.call("finding_waiver", id_, who="editor", body=waiver).waived.reason == "撤并中"
    assert generated.call("finding", id_).waived.until
    assert generated.call("finding_unwaive", id_, who="editor").waived is None


def test_a_key_is_made_used_and_ended(generated: Generated) -> None:
    body = module("models").KeyBody(name="客户端", roles=["viewer"], scope=[STREET])
    made = generated.call("add_key_post", who="administrator", body=body)
    generated.service.key["made"] = made.key
    assert generated.call("me", who="made").scope == [STREET]
    assert made.id in {r["id"] for r in generated.call("keys", who="administrator").to_dict()["rows"]}
    assert generated.detailed("revoke_key_delete", made.id, who="administrator").status_code == 204
    ended = generated.detailed("me", who="made")
    assert (ended.status_code, ended.parsed.code) == (401, "authentication-failed")


def test_a_file_is_tried_before_it_is_imported(generated: Generated) -> None:
    types = module("types")
    rows = f"标识,名称,类型,上级区域\nfuxing.client-1,客户端网格,网格,{COMMUNITY}\n"
    book = types.File(payload=rows.encode(), file_name="区域.csv", mime_type="text/csv")
    body = module("models").BodyImportsPost(files=[book])
    done = generated.detailed("imports_post", who="editor", body=body, district="fuxing", dry_run=True)
    assert done.status_code == 200, done.content.decode()
    assert (done.parsed.ok, done.parsed.dry_run, done.parsed.counts.added) == (True, True, 2)
    assert generated.detailed("node", "fuxing.client-1").status_code == 404


def test_what_goes_wrong_is_a_problem_in_the_clients_types(generated: Generated) -> None:
    found = generated.detailed("coverage", area="fuxing.no-such")
    assert (found.status_code, found.parsed.code) == (404, "unknown-id")
    assert found.parsed.remedy
