"""Writing districts: round trips, patches, revisions, and what is left when a writer dies at any moment."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import orjson
import polars as pl
import pytest

from graph.changes import apply, difference
from graph.dataset import Dataset, digest
from graph.errors import ConflictError, InputError, NotFoundError, UnavailableError
from graph.store import cypher, districts, manifest, read, recovery, revisions, write
from graph.store.bolt import Store
from tests.conftest import Server, wipe
from tests.store.graphs import EMPTY, ON, Cut, changes_to, five, many, rebuilt, save


@pytest.fixture(autouse=True)
def clean(store: Store) -> Iterator[None]:
    """Every test starts with an empty database."""
    wipe(store)
    yield


def stored(store: Store, district: str = "d") -> Dataset:
    """What the store holds."""
    return read.read_full(store, district)[0]


def internal(store: Store, label: str) -> int:
    """How many nodes of one of the store's own labels there are."""
    return int(store.read(f"MATCH (n:{label}) RETURN count(n)")[0][0])


@pytest.mark.parametrize("small", [write.SMALL, 3])
def test_five_nodes_come_back_as_they_were(store: Store, small: int) -> None:
    assert save(store, five(), small=small) == 1
    assert digest(stored(store), with_source=True) == digest(five(), with_source=True)
    held = districts.get(store, "d")
    assert (held.state, held.revision, held.nodes, held.relations, held.token) == ("ready", 1, 5, 5, None)


def test_the_narrow_read_has_only_what_analyses_use(store: Store) -> None:
    save(store, five())
    data, revision = read.read_narrow(store, "d")
    assert revision == 1
    assert data.node("Area").columns == list(cypher.columns_of("Area", narrow=True))
    whole = five().relation("PAIRED_WITH").select(data.relation("PAIRED_WITH").columns)
    assert data.relation("PAIRED_WITH").equals(whole)
    assert data.relation("PAIRED_WITH").columns[:3] == ["id", "from", "to"]


def test_the_same_again_writes_nothing_and_makes_no_revision(store: Store) -> None:
    save(store, five())
    assert save(store, five()) == 1
    assert [r["number"] for r in revisions.listed(store, "d")] == [1]
    assert write.write(store, "never", difference(EMPTY, EMPTY, on=ON), author="测试") == 0


@pytest.mark.parametrize("small", [write.SMALL, 3])
def test_additions_changes_moves_and_ends(store: Store, small: int) -> None:
    save(store, many(20))
    old = stored(store)
    changes, _ = changes_to(store, rebuilt(20))
    assert save(store, rebuilt(20), small=small) == 2
    assert digest(stored(store)) == digest(apply(old, changes))
    one, two = revisions.listed(store, "d")
    assert (one["added"], one["nodes"], one["relations"]) == (41, 21, 20)
    assert (two["added"], two["changed"], two["moved"], two["ended"]) == (1, 19, 20, 1)
    assert (two["author"], two["source"], two["nodes"], two["relations"]) == ("测试", "测试.xlsx", 22, 40)


@pytest.mark.parametrize("small", [write.SMALL, 3])
def test_the_change_list_tells_what_was_before(store: Store, small: int) -> None:
    save(store, many(2))
    save(store, rebuilt(2), small=small)
    listed = revisions.change_list(store, "d", 2)
    assert sorted(listed.group_by("table", "change").len().iter_rows()) == [
        ("Area", "added", 1),
        ("Area", "changed", 1),
        ("Area", "ended", 1),
        ("PART_OF", "moved", 4),
    ]
    row = listed.filter(id="d.b0").row(0, named=True)
    assert (orjson.loads(row["before"]), orjson.loads(row["after"])) == ({"name": "楼0"}, {"name": "栋0"})
    assert listed.filter(id="d.new")["before"].to_list() == [None]
    assert revisions.change_list(store, "d", 9).height == 0


def test_clearing_a_value_removes_it(store: Store) -> None:
    save(store, five())
    cleared = Dataset("d", {"Area": pl.DataFrame({"id": ["d.c"], "households": [None]})}, {})
    save(store, cleared)
    assert "households" not in read.fetch(store, ["d.c"])[0]


def test_two_districts_do_not_see_each_other(store: Store) -> None:
    save(store, five("d"))
    save(store, five("d2"))
    assert [d.id for d in districts.listed(store)] == ["d", "d2"]
    assert digest(stored(store, "d")) == digest(five("d"))
    write.unload(store, "d", author="测试")
    assert [d.id for d in districts.listed(store)] == ["d2"]
    assert digest(stored(store, "d2")) == digest(five("d2"))


def test_revision_numbers_are_never_used_twice(store: Store) -> None:
    save(store, five())
    write.unload(store, "d", author="测试")
    assert (internal(store, "Revision"), internal(store, "Change")) == (0, 0)
    with pytest.raises(NotFoundError, match="已载入：无"):
        read.read_full(store, "d")
    assert save(store, five()) == 3


def test_notes_stay_with_the_district(store: Store) -> None:
    changes, _ = changes_to(store, five())
    write.write(store, "d", changes, author="测试", about={"name": "示例区", "profile": "fuxing"})
    assert dict(districts.get(store, "d").about) == {"name": "示例区", "profile": "fuxing"}


def test_fetch_tells_everything_of_a_few(store: Store) -> None:
    save(store, five())
    unit, area = read.fetch(store, ["d.u", "d.none", "d.c"])
    assert (unit["label"], unit["name"], unit["operating"]) == ("Unit", "“第一”医院<x>", False)
    assert (area["source_file"], area["source_row"], area["former_names"][0]) == ("区域.xlsx", 3, "东门社区")
    pairing = next(r for r in unit["relations"] if r["type"] == "PAIRED_WITH")
    assert (pairing["from"], pairing["to"], pairing["items"]) == ("d.o", "d.u", ["义诊", "讲座"])
    assert pairing["other"] == {"id": "d.o", "label": "Organization", "name": "东湖社区党委", "kind": "党委"}
    assert "revision" not in unit
    assert "relations" not in read.fetch(store, ["d.u"], relations=False)[0]


@pytest.mark.parametrize("small", [write.SMALL, 1])
def test_a_relation_to_nowhere_leaves_the_old_graph(store: Store, small: int) -> None:
    save(store, five())
    broken = Dataset("d", {}, {"SERVES": pl.DataFrame({"from": ["d.f", "d.f"], "to": ["d.s", "d.gone"]})})
    with pytest.raises(InputError, match="1条关系"):
        save(store, broken, small=small)
    assert digest(stored(store)) == digest(five())
    assert (internal(store, "Revision"), districts.get(store, "d").revision) == (1, 1)


def test_changes_made_with_an_older_revision_are_refused(store: Store) -> None:
    changes, base = changes_to(store, five())
    save(store, five())
    with pytest.raises(ConflictError, match="第0版变为第1版"):
        write.write(store, "d", changes, author="测试", base=base)


def test_a_second_writer_waits_and_is_then_told_who_holds_the_district(store: Store) -> None:
    save(store, five())
    claim = write.claim_district(store, "d", author="张三", wait=0)
    begun = time.monotonic()
    with pytest.raises(ConflictError, match=f"张三.*进程{os.getpid()}") as caught:
        save_now(store, wait=0.5)
    assert (caught.value.code, caught.value.exit_code) == ("district-busy", 3)
    assert time.monotonic() - begun >= 0.5
    assert recovery.settle(store, claim) is False
    assert save_now(store, wait=0.5) == 2


def save_now(store: Store, wait: float) -> int:
    """Write a changed name whatever the state of the district."""
    changes = difference(five(), Dataset("d", {"Area": pl.DataFrame({"id": ["d.c"], "name": ["新"]})}, {}), on=ON)
    return write.write(store, "d", changes, author="李四", wait=wait)


def test_two_writers_come_one_after_the_other(store: Store) -> None:
    save(store, many(400))
    results: list[int] = []

    def rename(column: str) -> None:
        file = Dataset("d", {"Area": many(400).node("Area").select("id", pl.col("name").alias(column))}, {})
        changes = difference(many(400), file, on=ON)
        results.append(write.write(store, "d", changes, author="测试", small=50))

    threads = [threading.Thread(target=rename, args=(c,)) for c in ("short_name", "code")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(results) == [2, 3]
    areas = stored(store).node("Area")
    assert areas["short_name"].equals(areas["name"]) and areas["code"].equals(areas["name"])


def test_readers_see_the_old_or_the_new_graph(store: Store) -> None:
    save(store, many(300))
    old, new = digest(stored(store)), digest(apply(many(300), difference(many(300), rebuilt(300), on=ON)))
    writer = threading.Thread(target=save, args=(store, rebuilt(300)), kwargs={"small": 50})
    writer.start()
    seen = []
    while writer.is_alive():
        seen.append(digest(stored(store)))
    writer.join()
    assert set(seen) <= {old, new}
    assert digest(stored(store)) == new


@pytest.mark.parametrize("writes", range(1, 10))
def test_a_connection_lost_after_any_transaction_leaves_old_or_new(store: Store, writes: int) -> None:
    save(store, many(30))
    old, new = digest(many(30)), digest(apply(many(30), difference(many(30), rebuilt(30), on=ON)))
    changes, base = changes_to(store, rebuilt(30))
    cut = Cut(store, writes)
    try:
        write.write(cut, "d", changes, author="测试", base=base, small=10)
        expected = new
    except UnavailableError:
        expected = old if not complete(store) else new
    store.run("MATCH (d:District {id: 'd'}) SET d.lease = 0")
    assert digest(stored(store)) == expected
    held = districts.get(store, "d")
    assert (held.state, held.revision) == ("ready", 1 if expected == old else 2)
    assert internal(store, "Revision") == held.revision
    assert save(store, rebuilt(30)) == 2
    assert digest(stored(store)) == new


def complete(store: Store) -> bool:
    """Whether the second revision was complete when the connection broke."""
    return bool(store.read("MATCH (r:Revision {number: 2, complete: true}) RETURN count(r)")[0][0])


def test_a_first_load_that_breaks_off_leaves_nothing(store: Store) -> None:
    changes, base = changes_to(store, many(30))
    manifest.prepare(store)
    with pytest.raises(UnavailableError):
        write.write(Cut(store, 5), "d", changes, author="测试", base=base, small=10)
    assert districts.listed(store) == []
    store.run("MATCH (d:District {id: 'd'}) SET d.lease = 0")
    assert save(store, many(30), small=10) == 1
    assert digest(stored(store)) == digest(many(30))


def test_an_unload_that_breaks_off_is_carried_through(store: Store) -> None:
    save(store, many(30))
    with pytest.raises(UnavailableError):
        write.unload(Cut(store, 2), "d", author="测试")
    store.run("MATCH (d:District {id: 'd'}) SET d.lease = 0")
    with pytest.raises(NotFoundError):
        stored(store)
    assert internal(store, "Entity") == 0


def test_a_writer_that_lost_its_lease_cannot_write_on(store: Store) -> None:
    save(store, five())
    slow = write.claim_district(store, "d", author="慢", wait=0)
    store.run("MATCH (d:District {id: 'd'}) SET d.lease = 0")
    assert save_now(store, wait=0) == 2
    with pytest.raises(ConflictError, match="接管"):
        store.write(lambda run: districts.fence(run, slow))


ROOT = Path(__file__).parents[2]
WRITER = """
import sys
from graph.store import bolt
from tests.store.graphs import rebuilt, changes_to
from graph.store import write
uri, user, password = sys.stdin.readline().split()
with bolt.connect(uri, user, password) as store:
    changes, base = changes_to(store, rebuilt(1500))
    print("go", flush=True)
    write.write(store, "d", changes, author="测试", base=base, small=int(sys.argv[1]))
    print("done", flush=True)
"""


@pytest.mark.parametrize(("turn", "small"), [(0, 100), (1, 100), (2, 100), (3, write.SMALL)])
def test_kill_9_of_a_writer_leaves_old_or_new(store: Store, neo4j_server: Server, turn: int, small: int) -> None:
    save(store, many(1500))
    old, new = digest(many(1500)), digest(apply(many(1500), difference(many(1500), rebuilt(1500), on=ON)))
    process = subprocess.Popen(
        [sys.executable, "-c", WRITER, str(small)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=ROOT
    )
    assert process.stdin is not None and process.stdout is not None
    process.stdin.write(f"{neo4j_server.uri} {neo4j_server.user} {neo4j_server.password}\n")
    process.stdin.flush()
    assert process.stdout.readline() == "go\n"
    time.sleep(random.Random(turn).uniform(0.0, 2.0))
    process.send_signal(signal.SIGKILL)
    process.communicate()
    found = digest(stored(store))
    assert found in (old, new)
    assert districts.get(store, "d").state == "ready"
    save(store, rebuilt(1500))
    assert digest(stored(store)) == new


def test_a_newer_schema_is_refused(store: Store) -> None:
    manifest.prepare(store)
    store.run("MATCH (m:Manifest) SET m.schema = 99")
    for use in (lambda: save(store, five()), lambda: read.read_full(store, "d")):
        with pytest.raises(UnavailableError, match="99") as caught:
            use()
        assert caught.value.code == "store-newer"
    assert internal(store, "Entity") == 0


def test_a_foreign_database_is_refused_and_left_alone(store: Store) -> None:
    store.run("CREATE (:Person {name: 'x'})")
    with pytest.raises(UnavailableError, match="别的程序") as caught:
        save(store, five())
    assert caught.value.code == "store-foreign"
    assert store.read("MATCH (n) RETURN count(n)") == [[1]]


def test_an_empty_store_refuses_questions_but_not_a_load(store: Store) -> None:
    with pytest.raises(UnavailableError) as caught:
        read.read_narrow(store, "d")
    assert caught.value.code == "store-empty"
    assert save(store, five()) == 1


def test_a_district_emptied_by_others_refuses_questions(store: Store) -> None:
    save(store, five())
    store.run("MATCH (n:Entity) DETACH DELETE n")
    with pytest.raises(UnavailableError, match="5个节点") as caught:
        read.read_full(store, "d")
    assert caught.value.code == "store-empty"


def test_an_unknown_district_names_the_loaded_ones(store: Store) -> None:
    save(store, five())
    with pytest.raises(NotFoundError, match="已载入：d"):
        read.read_full(store, "x")
