"""Revisions, differences, who has handed in, and undoing a revision, as users and programs ask for them."""

from __future__ import annotations

from typing import Any

import pytest
from starlette.testclient import TestClient

from tests.api.conftest import Cli
from tests.history.conftest import COMMUNITY, LEDGER, STREET


def get(service: TestClient, path: str) -> Any:
    return service.get(f"/api/v1/{path}").json()


def test_revisions_are_listed_the_newest_first(service: TestClient, cli: Cli) -> None:
    found = get(service, "revisions")
    assert [(r["number"], r["author"], r["source"]) for r in found["rows"][-2:]] == [
        (2, "填报员", LEDGER),
        (1, "测试", "公布数据"),
    ]
    assert LEDGER in cli("revisions").out
    assert len(get(service, "revisions?limit=1")["rows"]) == 1


def test_a_difference_is_the_same_on_the_command_line_and_over_http(service: TestClient, cli: Cli) -> None:
    found = get(service, "diff?from=1&to=2")
    assert cli("diff", "1", "2", "--json").json == found
    told = {(r["change"], r["node"]["label"], r.get("relation")) for r in found["rows"]}
    assert told == {
        ("renamed", "Area", None),
        ("ended", "Area", None),
        ("changed", "Post", None),
        ("added", "Unit", None),
    }
    assert next(r for r in found["rows"] if r["change"] == "renamed")["node"]["id"] == COMMUNITY
    rates = {r["metric"]: (r["before"]["of"], r["after"]["of"]) for r in found["totals"]["rates"]}
    assert rates["coverage.grid-organization"][0] == rates["coverage.grid-organization"][1] + 1
    shown = cli("diff", "1", "2").out
    assert "更名" in shown
    assert "→" in shown


def test_a_holder_stays_masked_in_a_difference(service: TestClient, cli: Cli) -> None:
    row = next(r for r in get(service, "diff?from=1&to=2")["rows"] if r["change"] == "changed")
    assert row["after"] == {"holder": "王**"}
    assert "王某某" not in cli("diff", "1", "2").out


def test_two_days_are_compared_within_one_revision(service: TestClient) -> None:
    found = get(service, "diff?from=2026-01-01&to=2026-02-01")
    assert ("ended", "Area") in {(r["change"], r["node"]["label"]) for r in found["rows"]}
    assert found["as_of"] == "2026-02-01"


@pytest.mark.parametrize(
    ("query", "status", "code"),
    [
        ("from=1&to=2026-01-01", 400, "parameter-invalid"),
        ("from=x&to=2", 400, "parameter-invalid"),
        ("from=2&to=1", 400, "parameter-invalid"),
        ("from=2026-02-01&to=2026-01-01", 400, "parameter-invalid"),
        ("from=2026-01-01&to=2026-02-01&as_of=2026-01-01", 400, "parameter-invalid"),
        ("from=1&to=99", 404, "unknown-revision"),
        ("from=1", 400, "parameter-missing"),
    ],
)
def test_a_wrong_difference_says_what_is_wrong(service: TestClient, query: str, status: int, code: str) -> None:
    done = service.get(f"/api/v1/diff?{query}")
    assert (done.status_code, done.json()["code"]) == (status, code)


def test_from_before_all_data_everything_is_new_or_said_so(service: TestClient) -> None:
    found = get(service, "diff?from=1950-01-01&to=1950-01-02")
    assert isinstance(found["totals"]["notices"], list)
    assert found["totals"]["from"] == "1950-01-01"


def test_submissions_tell_who_has_handed_in_and_how_old_the_data_is(service: TestClient, cli: Cli) -> None:
    found = get(service, "submissions")
    states = {r["area"]["id"]: r["state"] for r in found["rows"]}
    assert states.pop(STREET) == "submitted"
    assert set(states.values()) == {"never"}
    row = next(r for r in found["rows"] if r["area"]["id"] == STREET)
    assert (row["last"]["revision"], row["last"]["author"], row["last"]["source"]) == (2, "填报员", LEDGER)
    ages = {d["answer"]: (d["revision"], d["days"]) for d in row["data"]}
    assert ages["coverage"] == (2, 0)
    assert ages["pairing"][0] == 2
    assert "已填报" in cli("submissions").out
    earlier = get(service, "submissions?as_of=2020-01-31")
    assert {r["state"] for r in earlier["rows"]} <= {"never"}
    assert len(get(service, f"submissions?area={STREET}")["rows"]) == 1


def test_a_revision_is_undone_by_a_new_one_once(service: TestClient, cli: Cli) -> None:
    before = get(service, "coverage?as_of=2026-02-01")["totals"]
    done = service.post("/api/v1/revisions/2/revert")
    assert done.status_code == 200
    assert done.json() == {
        "district": "fuxing",
        "revision": 3,
        "reverted": 2,
        "counts": {"added": 0, "changed": 3, "moved": 0, "ended": 2},
    }
    assert get(service, "diff?from=1&to=3")["rows"] == []
    after = get(service, "coverage?as_of=2026-02-01&revision=3")["totals"]
    assert after["rules"]["grid-organization"]["total"] == before["rules"]["grid-organization"]["total"] + 1
    states = {r["area"]["id"]: r["state"] for r in get(service, "submissions?revision=3")["rows"]}
    assert states[STREET] == "missing"
    again = service.post("/api/v1/revisions/2/revert?district=fuxing")
    assert (again.status_code, again.json()["code"]) == (409, "revision-built-upon")
    refused = cli("revert", "2", "--json")
    assert refused.code == 3
    assert "请先从新到旧撤销" in refused.err
    assert cli("revert", "77").code == 2
    shown = cli("revert", "3")
    assert "写入修订4" in shown.out
    assert {r["change"] for r in get(service, "diff?from=1&to=4&revision=4")["rows"]} == {
        "renamed",
        "ended",
        "changed",
        "added",
    }
