"""The whole-store import by Neo4j's own tool: the same graph, whole or not at all, only into an empty store."""

from __future__ import annotations

import shlex
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from graph.changes import difference
from graph.dataset import Dataset
from graph.errors import ConflictError
from graph.store import bolt, bulk, districts, embedded, java, manifest, revisions
from graph.store.read import read_full
from loaders.districts import build
from loaders.neo4j_files import write_neo4j_csv

OPTIONS = java.Options()
NOTHING = Dataset("fuxing", {}, {})
WRITER = """
import sys
from pathlib import Path
from graph.changes import difference
from graph.dataset import Dataset
from graph.store import bulk, java
from loaders.districts import build
changes = difference(Dataset("fuxing", {}, {}), build("fuxing"), on="2024-01-01")
tell = lambda line: print(line, flush=True)
bulk.write_bulk(Path(sys.argv[1]), java.Options(), changes, author="试", progress=tell)
print("done", flush=True)
"""


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store into which Fuxing was written whole."""
    home = tmp_path_factory.mktemp("bulk") / "home"
    changes = difference(NOTHING, build("fuxing"), on="2024-01-01")
    assert bulk.write_bulk(home, OPTIONS, changes, author="试", source="a.xlsx", about={"name": "复兴"}) == 1
    return home


def test_a_bulk_import_is_as_any_other(written: Path) -> None:
    data = build("fuxing")
    with embedded.start(written) as neo4j, bolt.connect(neo4j.uri, neo4j.user, neo4j.password) as store:
        assert manifest.require(store).schema > 0
        held, revision = read_full(store, "fuxing")
        assert revision == 1
        assert difference(held, data, on="2024-02-01").elements == 0
        assert (held.node_count, held.relation_count) == (data.node_count, data.relation_count)
        kept = districts.get(store, "fuxing")
        assert (kept.state, kept.nodes, kept.about["name"]) == ("ready", data.node_count, "复兴")
        assert revisions.listed(store, "fuxing")[0]["source"] == "a.xlsx"
        listed = revisions.change_list(store, "fuxing", 1)
        assert listed.height == data.node_count + data.relation_count
        assert set(listed["change"]) == {"added"}
        names = {row[0] for row in store.read("SHOW CONSTRAINTS YIELD name RETURN name")}
        assert {"entity_id", "manifest_id", "subordinate_to_id"} <= names
    assert not list(written.glob("bulk-*"))


def test_only_an_empty_store_that_nobody_has_open(written: Path) -> None:
    changes = difference(NOTHING, build("fuxing"), on="2024-01-01")
    with pytest.raises(ConflictError) as filled:
        bulk.write_bulk(written, OPTIONS, changes, author="试")
    assert filled.value.code == "store-not-empty"
    with embedded.start(written), pytest.raises(ConflictError) as held:
        bulk.write_bulk(written, OPTIONS, changes, author="试")
    assert held.value.code == "store-held"


def test_killed_at_any_stage_leaves_the_old_store_or_the_new_one(tmp_path: Path) -> None:
    home = tmp_path / "home"
    old = home / "data" / "old"
    old.mkdir(parents=True)
    for stage in ("正在写出", "正在用 Neo4j", "正在建立约束", "正在换入"):
        writer = subprocess.Popen([sys.executable, "-c", WRITER, str(home)], stdout=subprocess.PIPE, text=True)
        assert writer.stdout is not None
        assert any(line.startswith(stage) for line in writer.stdout)
        writer.send_signal(signal.SIGKILL)
        writer.wait()
        assert old.exists() or stage == "正在换入"
    with embedded.start(home) as neo4j, bolt.connect(neo4j.uri, neo4j.user, neo4j.password) as store:
        # Killed while it swaps: the old store, none (which starts empty), or the new one.
        whole = [d.nodes for d in districts.listed(store)] if manifest.examine(store) else []
        assert whole in ([], [build("fuxing").node_count])
        assert store.read("MATCH (n:Entity) RETURN count(n)")[0][0] == sum(whole)


def test_a_swap_that_died_in_between_is_made_good(tmp_path: Path) -> None:
    new, old = tmp_path / "new", tmp_path / "data"
    new.mkdir()
    (new / "x").write_text("new")
    bulk.swap(old, new, tmp_path / "before")
    assert (old / "x").read_text() == "new"
    new.mkdir()
    bulk.swap(old, new, tmp_path / "before")
    assert list(old.iterdir()) == []
    assert (tmp_path / "before" / "x").read_text() == "new"


def test_the_neo4j_csv_export_is_loaded_by_neo4js_own_tool(tmp_path: Path) -> None:
    data = build("fuxing")
    write_neo4j_csv(data, tmp_path / "csv")
    words = shlex.split((tmp_path / "csv" / "import.txt").read_text("utf-8").replace("\\\n", " "))
    assert words[0] == "neo4j-admin"
    there = [w.replace("=" + w.rpartition("=")[2], f"={tmp_path / 'csv' / w.rpartition('=')[2]}") for w in words]
    arguments = [t if w.endswith(".csv") else w for w, t in zip(words, there, strict=True)]
    embedded.admin(tmp_path / "home", arguments[1:], OPTIONS)
    with embedded.start(tmp_path / "home") as neo4j, bolt.connect(neo4j.uri, neo4j.user, neo4j.password) as store:
        for label, frame in data.nodes.items():
            held = {row[0]["id"]: row[0] for row in store.read(f"MATCH (n:{label}) RETURN n {{.*}}")}
            assert held == {row["id"]: _filled(row) for row in frame.to_dicts()}
        for type_, frame in data.relations.items():
            rows = store.read(f"MATCH (a)-[r:{type_}]->(b) RETURN r {{.*}}, a.id, b.id")
            told = {row[0]["id"]: {**row[0], "from": row[1], "to": row[2]} for row in rows}
            assert told == {row["id"]: _filled(row) for row in frame.to_dicts()}


def _filled(row: dict[str, object]) -> dict[str, object]:
    return {k: v for k, v in row.items() if v is not None}
