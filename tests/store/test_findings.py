"""States and waivers of findings in a real Neo4j: kept beside the graph, counted, and gone with their district."""

from __future__ import annotations

import datetime as dt
import threading
from collections.abc import Iterator
from typing import Any

import polars as pl
import pytest

from graph.dataset import Dataset
from graph.errors import NotFoundError, ParameterError
from graph.snapshot import build
from graph.store import districts, findings, read, revisions, write
from graph.store.bolt import Store
from tests.conftest import wipe
from tests.store.graphs import five, save

TODAY = dt.date(2026, 6, 30)
ROW: dict[str, Any] = {
    "id": "d.f-0123456789ab",
    "rule": "R01",
    "severity": "error",
    "node": {"id": "d.u", "label": "Unit", "name": "医院", "kind": "事业单位"},
    "message": "应建未建",
    "responsible": {"id": "d.o", "label": "Organization", "name": "东湖社区党委", "kind": "党委"},
}


@pytest.fixture(autouse=True)
def loaded(store: Store) -> Iterator[None]:
    save(store, five())
    yield
    wipe(store)


def serial(store: Store) -> int:
    return findings.serial(districts.get(store, "d"))


def record(store: Store) -> findings.Record:
    return findings.records(store, "d")[ROW["id"]]


def start(store: Store, **more: Any) -> int:
    return findings.set_state(store, "d", ROW, "in_progress", by="张三", **more)


def test_a_state_is_kept_with_who_when_and_until_when(store: Store) -> None:
    assert findings.records(store, "d") == {}
    assert start(store, due=dt.date(2026, 12, 31)) == 1
    kept = record(store)
    assert (kept.state, kept.due, kept.by, kept.revision) == ("in_progress", "2026-12-31", "张三", 1)
    assert (kept.rule, kept.node, kept.responsible, kept.message) == ("R01", "d.u", "d.o", "应建未建")
    assert kept.at is not None
    assert dt.datetime.fromisoformat(kept.at).tzinfo is not None


def test_a_due_date_stays_until_another_is_given(store: Store) -> None:
    start(store, due=dt.date(2026, 12, 31))
    findings.set_state(store, "d", ROW, "open", by="李四", reason="未完成")
    assert (record(store).due, record(store).state, record(store).reason) == ("2026-12-31", "open", "未完成")


def test_a_waiver_is_no_closing_and_ends_by_itself(store: Store) -> None:
    start(store)
    findings.waive(store, "d", ROW, until=TODAY, by="张三", reason="正在撤并", today=TODAY)
    kept = record(store)
    assert kept.state == "in_progress"
    assert kept.waived_on(TODAY) == findings.Waiver("2026-06-30", "张三", "正在撤并")
    assert kept.waived_on(TODAY + dt.timedelta(days=1)) is None
    findings.lift(store, "d", ROW["id"])
    assert (record(store).waived, record(store).state) == (None, "in_progress")
    with pytest.raises(NotFoundError):
        findings.lift(store, "d", ROW["id"])


def test_a_closed_finding_that_newer_data_still_shows_is_open(store: Store) -> None:
    findings.set_state(store, "d", ROW, "closed", by="张三")
    assert record(store).state_at(1) == "closed"
    assert record(store).state_at(2) == "open"


def test_the_serial_counts_each_change_and_survives_an_import(store: Store) -> None:
    assert serial(store) == 0
    assert start(store) == serial(store) == 1
    assert findings.waive(store, "d", ROW, until=TODAY, by="张三", reason="正在撤并", today=TODAY) == 2
    assert findings.lift(store, "d", ROW["id"]) == serial(store) == 3
    old = five()
    areas = old.node("Area").with_columns(households=pl.lit(7, pl.Int64))
    assert save(store, Dataset("d", {**old.nodes, "Area": areas}, old.relations)) == 2
    assert (serial(store), record(store).state) == (3, "in_progress")


def test_two_at_once_are_both_counted_and_make_one_record(store: Store) -> None:
    threads = [threading.Thread(target=start, args=(store,)) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert serial(store) == 4
    assert len(findings.records(store, "d")) == 1
    assert store.read("MATCH (f:Finding) RETURN count(f)") == [[1]]


def test_they_are_outside_the_model_and_the_snapshot(store: Store) -> None:
    before, _ = read.read_narrow(store, "d")
    start(store)
    after, revision = read.read_narrow(store, "d")
    assert revision == 1
    assert build(before, 1).n == build(after, 1).n == 5
    assert len(revisions.listed(store, "d")) == 1
    assert store.read("MATCH (f:Finding) RETURN labels(f)") == [[["Finding"]]]


def test_each_district_has_its_own_and_an_unload_takes_them(store: Store) -> None:
    save(store, five("e"))
    start(store)
    findings.set_state(store, "e", {**ROW, "id": "e.f-0123456789ab"}, "closed", by="李四")
    assert list(findings.records(store, "d")) == [ROW["id"]]
    write.unload(store, "d", author="测试")
    assert findings.records(store, "d") == {}
    assert list(findings.records(store, "e")) == ["e.f-0123456789ab"]
    with pytest.raises(NotFoundError):
        start(store)


@pytest.mark.parametrize(
    ("change", "said"),
    [({"by": " "}, "经办人"), ({"by": "一\n二"}, "经办人"), ({"reason": ""}, "理由"), ({"reason": "长" * 201}, "理由")],
)
def test_a_waiver_needs_a_person_and_a_reason(store: Store, change: dict[str, str], said: str) -> None:
    with pytest.raises(ParameterError) as refused:
        findings.waive(store, "d", ROW, until=TODAY, today=TODAY, **({"by": "张三", "reason": "撤并"} | change))
    assert said in refused.value.detail
    assert serial(store) == 0


def test_a_waiver_to_a_day_that_is_over_and_an_unknown_state_are_refused(store: Store) -> None:
    with pytest.raises(ParameterError):
        findings.waive(store, "d", ROW, until=dt.date(2026, 6, 29), by="张三", reason="撤并", today=TODAY)
    with pytest.raises(ParameterError) as refused:
        findings.set_state(store, "d", ROW, "done", by="张三")
    assert "closed" in refused.value.remedy
    assert findings.records(store, "d") == {}
