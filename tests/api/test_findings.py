"""Findings of Fuxing in a real Neo4j: listed, started, waived and closed by command and over HTTP."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from starlette.testclient import TestClient

from api.desk import Desk
from api.opening import Opened
from api.settings import Settings
from api.states import one, with_states
from graph.analysis.findings import findings
from graph.errors import NotFoundError
from graph.store import findings as kept
from tests.api.conftest import Cli

URL = "/api/v1/findings"


@pytest.fixture(autouse=True)
def untouched(fuxing: Opened) -> Iterator[None]:
    yield
    fuxing.store.run("MATCH (f:Finding) DELETE f")
    fuxing.store.run("MATCH (d:District) SET d.findings_serial = d.findings_serial + 1")


def first(client: TestClient, query: str = "rule=R01") -> dict[str, Any]:
    row: dict[str, Any] = client.get(f"{URL}?{query}").json()["rows"][0]
    return row


def test_one_finding_goes_from_open_to_closed(client: TestClient) -> None:
    row = first(client)
    assert (row["state"], row["due"], row["waived"], row["found"]) == ("open", None, None, True)
    begun = client.put(
        f"{URL}/{row['id']}/state", json={"state": "in_progress", "due": "2099-12-31", "by": "张三"}
    ).json()
    assert (begun["state"], begun["due"], begun["by"]) == ("in_progress", "2099-12-31", "张三")
    assert client.get(f"{URL}/{row['id']}").json() == begun
    assert client.put(f"{URL}/{row['id']}/state", json={"state": "closed", "by": "张三"}).status_code == 200
    body = client.get(f"{URL}?rule=R01").json()
    assert body["totals"]["states"]["closed"] == 1
    assert [r["id"] for r in client.get(f"{URL}?rule=R01&state=closed").json()["rows"]] == [row["id"]]


def test_a_change_makes_kept_answers_and_etags_old(client: TestClient) -> None:
    before = client.get(URL)
    assert client.get(URL, headers={"If-None-Match": before.headers["etag"]}).status_code == 304
    waiver = {"until": "2099-12-31", "by": "张三", "reason": "正在撤并"}
    row = before.json()["rows"][0]
    assert client.put(f"{URL}/{row['id']}/waiver", json=waiver).json()["waived"] == waiver
    after = client.get(URL, headers={"If-None-Match": before.headers["etag"]})
    assert after.status_code == 200
    assert after.json()["rows"][0]["waived"] == waiver
    assert (after.json()["rows"][0]["state"], after.json()["totals"]["waived"]) == ("open", 1)
    assert client.delete(f"{URL}/{row['id']}/waiver").json()["waived"] is None
    assert client.delete(f"{URL}/{row['id']}/waiver").json()["code"] == "unknown-finding"


def test_a_record_that_the_data_no_longer_shows_is_listed_when_asked_for(client: TestClient, fuxing: Opened) -> None:
    row = first(client)
    client.put(f"{URL}/{row['id']}/state", json={"state": "in_progress", "by": "张三"})
    # As if the finding had been put right since: no finding has this id any more.
    fuxing.store.run("MATCH (f:Finding) SET f.id = 'fuxing.f-000000000000'")
    client.put(f"{URL}/{first(client, 'rule=chain')['id']}/state", json={"state": "open", "by": "张三"})
    body = client.get(f"{URL}?gone=true&rule=R01&limit=1000").json()
    gone = [r for r in body["rows"] if not r["found"]]
    assert body["totals"]["gone"] == 1
    assert [(r["id"], r["state"], r["node"]) for r in gone] == [("fuxing.f-000000000000", "in_progress", row["node"])]
    assert client.get(f"{URL}?gone=true&rule=chain").json()["totals"]["gone"] == 0
    assert client.get(f"{URL}/fuxing.f-000000000000").json()["found"] is False


def test_a_bound_caller_sees_findings_and_records_of_its_subtree_only(fuxing: Opened, settings: Settings) -> None:
    desk = Desk(settings, fuxing)
    street = "fuxing.130404001000"
    whole, bound = desk.view("fuxing"), desk.view("fuxing", None, (street,))
    mine, every = ({r["id"]: r for r in findings(v, severity="warning").rows} for v in (bound, whole))
    assert mine
    assert set(mine) < set(every)
    other = next(r for id_, r in every.items() if id_ not in mine)
    gone = {**other, "id": "fuxing.f-000000000000"}
    kept.set_state(fuxing.store, "fuxing", gone, "in_progress", by="张三")
    told = [with_states(fuxing.store, v, {"gone": True}, findings(v)).totals["gone"] for v in (whole, bound)]
    assert told == [1, 0]
    with pytest.raises(NotFoundError):
        one(fuxing.store, bound, other["id"])


@pytest.mark.parametrize(
    ("path", "body", "status"),
    [
        ("state", {"state": "done", "by": "张三"}, 422),
        ("state", {"state": "closed"}, 400),
        ("state", {"state": "open", "by": "张三", "colour": "red"}, 422),
        ("waiver", {"until": "2020-01-01", "by": "张三", "reason": "撤并"}, 400),
        ("waiver", {"until": "2099-12-31", "by": "张三"}, 422),
        ("waiver", {"until": "2099-12-31", "reason": "撤并"}, 400),
    ],
)
def test_a_wrong_change_is_refused(client: TestClient, path: str, body: dict[str, str], status: int) -> None:
    answer = client.put(f"{URL}/{first(client)['id']}/{path}", json=body)
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"
    assert "red" not in answer.text


def test_an_unknown_finding_rule_or_severity_is_told(client: TestClient) -> None:
    assert client.get(f"{URL}/fuxing.f-ffffffffffff").json()["code"] == "unknown-finding"
    assert client.get(f"{URL}?rule=R99").status_code == 400
    assert client.get(f"{URL}?severity=fatal").status_code == 400
    assert client.get(f"{URL}/mars.f-ffffffffffff").status_code in (400, 404)


def test_the_commands_do_the_same(cli: Cli, client: TestClient) -> None:
    id_ = first(client)["id"]
    assert cli("findings", "--rule", "R01", "--check").code == 1
    told = cli("findings", "start", id_, "--by", "张三", "--due", "2099-12-31")
    assert (told.code, "整改中，期限2099-12-31" in told.out) == (0, True)
    for row in client.get(f"{URL}?rule=R01").json()["rows"]:
        done = cli(
            "findings", "waive", row["id"], "--until", "2099-12-31", "--by", "张三", "--reason", "撤并", "--json"
        )
        assert (done.code, done.json["waived"]["by"]) == (0, "张三")
    assert cli("findings", "--rule", "R01", "--check").code == 0
    assert cli("findings", "unwaive", id_).code == 0
    assert cli("findings", "--rule", "R01", "--check").code == 1
    assert cli("findings", "close", id_, "--by", "张三").code == 0
    assert cli("findings", "--rule", "R01", "--check").code == 0
    assert "待整改" in cli("findings", "reopen", id_, "--by", "张三").out
    assert cli("findings", "--rule", "R01", "--json").json == client.get(f"{URL}?rule=R01").json()


def test_wrong_commands_end_with_2(cli: Cli) -> None:
    assert cli("findings", "start", "fuxing.f-ffffffffffff", "--by", "张三").code == 2
    assert cli("findings", "mend", "x").code == 2
    assert cli("findings", "--rule", "R99").code == 2
    assert cli("findings", "waive", "fuxing.f-0", "--until", "morgen", "--by", "a", "--reason", "b").code == 2


def test_rules_are_told_with_what_cannot_be_checked(cli: Cli, client: TestClient) -> None:
    rows = {r["part"]: r for r in client.get("/api/v1/rules").json()["rows"]}
    assert len({r["rule"] for r in rows.values()}) == 37
    assert (rows["R01"]["status"], rows["R01"]["breaches"]) == ("checked", 4)
    assert rows["R22"]["status"] == "not_checkable"
    assert "支部工作条例" in cli("rules").out
