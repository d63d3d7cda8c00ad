"""Undoing a revision by a new one, and what lies between two revisions."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import polars as pl
import pytest

from graph.altered import WITHDRAWN
from graph.changes import difference
from graph.dataset import Dataset, dataset, digest
from graph.errors import ConflictError, NotFoundError, ParameterError
from graph.store import read, replay, revisions, write
from graph.store.bolt import Store
from graph.store.revert import SOURCE, revert
from tests.conftest import wipe
from tests.store.graphs import ON, five, many, rebuilt, save


@pytest.fixture(autouse=True)
def clean(store: Store) -> Iterator[None]:
    """Every test starts with an empty database."""
    wipe(store)
    yield


def in_force(store: Store) -> Dataset:
    """What the store holds without what was taken back."""
    data = read.read_full(store, "d")[0]

    def kept(frames: Mapping[str, pl.DataFrame]) -> dict[str, pl.DataFrame]:
        return {k: g for k, f in frames.items() if (g := f.filter(pl.col("until").ne_missing(WITHDRAWN))).height}

    return Dataset("d", kept(data.nodes), kept(data.relations))


@pytest.mark.parametrize("small", [write.SMALL, 3])
def test_a_reverted_revision_leaves_what_was_before(store: Store, small: int) -> None:
    save(store, many(20), small=small)
    before = digest(in_force(store), with_source=True)
    save(store, rebuilt(20), small=small)
    number, counts = revert(store, "d", 2, author="测试")
    assert number == 3
    assert digest(in_force(store), with_source=True) == before
    assert counts == {"added": 0, "changed": 40, "moved": 0, "ended": 21}
    assert revisions.listed(store, "d")[-1]["source"] == f"{SOURCE}2"
    assert replay.net(store, "d", 1, 3) == ()


def test_reverting_the_revert_brings_it_all_back(store: Store) -> None:
    save(store, many(5))
    save(store, rebuilt(5))
    after = digest(in_force(store), with_source=True)
    revert(store, "d", 2, author="测试")
    assert revert(store, "d", 3, author="测试")[0] == 4
    assert digest(in_force(store), with_source=True) == after


def test_what_a_later_revision_built_upon_is_not_undone(store: Store) -> None:
    save(store, many(3))
    save(store, rebuilt(3))
    later = dataset(
        "d",
        {"Area": [{"id": "d.later", "name": "后来社区", "kind": "社区"}]},
        {"PART_OF": [{"from": "d.later", "to": "d.new", "hierarchy": "行政"}]},
    )
    save(store, Dataset("d", {"Area": later.node("Area").select("id", "name", "kind")}, dict(later.relations)))
    with pytest.raises(ConflictError) as caught:
        revert(store, "d", 2, author="测试")
    assert "修订3（测试.xlsx）又改动了其中1项" in caught.value.detail
    assert [i["code"] for i in caught.value.items] == ["revision-built-upon"]
    assert revisions.listed(store, "d")[-1]["number"] == 3
    revert(store, "d", 3, author="测试")
    with pytest.raises(ConflictError, match="修订4（撤销修订3）"):
        revert(store, "d", 3, author="测试")
    assert revert(store, "d", 2, author="测试")[0] == 5


def test_there_must_be_something_to_revert(store: Store) -> None:
    save(store, five())
    with pytest.raises(NotFoundError, match="没有这个修订"):
        revert(store, "d", 7, author="测试")
    empty = write.write(store, "d", difference(five(), five(), on=ON), author="测试")
    assert empty == 1
    assert revert(store, "d", 1, author="测试")[0] == 2
    assert in_force(store).node_count == 0
    with pytest.raises(ConflictError, match="修订2（撤销修订1）"):
        revert(store, "d", 1, author="测试")


def test_a_corrected_file_brings_back_what_a_revert_took(store: Store) -> None:
    save(store, five())
    revert(store, "d", 1, author="测试")
    assert save(store, five()) == 3
    data = in_force(store)
    assert (data.node_count, data.relation_count) == (5, 5)
    assert data.node("Area").sort("id")["since"].to_list() == [None, "1995-08-01"]


def test_the_net_changes_between_revisions(store: Store) -> None:
    save(store, many(4))
    save(store, rebuilt(4))
    changes = {c.id: c for c in replay.net(store, "d", 1, 2)}
    assert (changes["d.b0"].before, changes["d.b0"].after) == ({"name": "楼0"}, {"name": "栋0"})
    assert changes["d.new"].added
    assert replay.net(store, "d", 2, 2) == ()
    with pytest.raises(ParameterError, match="起始修订晚于终止修订"):
        replay.net(store, "d", 2, 1)
    with pytest.raises(NotFoundError):
        replay.net(store, "d", 1, 9)


def test_what_each_revision_touched_the_newest_first(store: Store) -> None:
    save(store, many(2))
    save(store, rebuilt(2))
    found = list(replay.touched(store, "d"))
    assert [t.revision["number"] for t in found] == [2, 1]
    assert "d.new" in found[0].ids["Area"]
    assert len(found[1].ids["PART_OF"]) == 2
