"""A first import at the speed of Neo4j's own tool: built beside the embedded store, then swapped in by renaming.

For an empty store that nobody has open. The folder that is built holds everything (graph, constraints, revision) and
is a whole store before it takes the old one's place; whoever dies on the way leaves the old one.
"""

from __future__ import annotations

import secrets
import shutil
import uuid
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from importlib import metadata
from pathlib import Path
from typing import Any

import orjson
import polars as pl

from graph.changes import Changes
from graph.dataset import Dataset
from graph.errors import ConflictError
from graph.model import SCHEMA_VERSION
from graph.store import admin_csv, bolt, cypher, districts, embedded, java, manifest, recovery, revisions
from graph.store import home as folder
from graph.store.bolt import Run, Store

MUTEX_TIMEOUT = 30.0
STAGING = "bulk-"
_CHUNKS_AT_ONCE = 10
_ANYTHING = "MATCH (n) WHERE NOT n:Manifest RETURN count(n)"
Progress = Callable[[str], None]
NO_NOTES: Mapping[str, Any] = {}


def write_bulk(
    home: Path,
    options: java.Options,
    changes: Changes,
    *,
    author: str,
    source: str = "",
    about: Mapping[str, Any] = NO_NOTES,
    progress: Progress = lambda _: None,
) -> int:
    """Write the changes of a district into an empty embedded store as its first revision and return its number.

    Call it from the main thread.

    Args:
        home: the embedded store's folder; nobody may have it open.
        options: how to run Java.
        changes: additions only: the difference from nothing.
        author, source, about: as `graph.store.write.write` takes them.
        progress: is told Chinese lines about what takes time.

    Raises:
        ConflictError: the store is open or not empty.
        UnavailableError: disk, Java or Neo4j's tool failed; the old store is as it was.
    """
    home = folder.make(home)
    with folder.mutex(home, MUTEX_TIMEOUT, lambda: progress("另一个程序正在启动或停止内嵌 Neo4j，请稍候……")):
        _refuse_in_use(home)
        _refuse_filled(home, options)
        for left in home.glob(f"{STAGING}*"):
            shutil.rmtree(left, ignore_errors=True)
        staging = home / f"{STAGING}{secrets.token_hex(4)}"
        try:
            number = _build(staging, options, changes, {"author": author, "source": source}, about, progress)
            progress("正在换入新的图数据库……")
            swap(home / "data", staging / "data", staging / "before")
        finally:
            shutil.rmtree(staging, ignore_errors=True)
    return number


def swap(old: Path, new: Path, aside: Path) -> None:
    """Put a folder in the place of an old one. Died in between, there is none, and Neo4j starts with an empty one."""
    if old.exists():
        old.rename(aside)
    new.rename(old)


def _refuse_in_use(home: Path) -> None:
    state = embedded.status(home)
    if state is not None:
        raise ConflictError(
            f"内嵌 Neo4j 正由进程 {state.owner} 使用，不能整库写入。",
            "请先停止它（partygraph store stop），或不加 --bulk 导入。",
            code="store-held",
        )


def _refuse_filled(home: Path, options: java.Options) -> None:
    if not (home / "data" / "databases" / "neo4j").exists():
        return
    password = folder.password(home)
    process, port = java.launch(home, options, password=password, port=0)
    try:
        with bolt.connect(f"bolt://127.0.0.1:{port}", embedded.USER, password) as store:
            manifest.examine(store)
            filled = bool(store.read(_ANYTHING)[0][0])
    finally:
        java.end(process)
    if filled:
        raise ConflictError(
            "图数据库不是空的，整库写入（--bulk）只用于第一次导入。", "请不加 --bulk 导入。", code="store-not-empty"
        )


def _build(
    staging: Path,
    options: java.Options,
    changes: Changes,
    said: Mapping[str, Any],
    about: Mapping[str, Any],
    progress: Progress,
) -> int:
    """A whole store in the folder `staging`: its data by Neo4j's tool, constraints and revision over Bolt."""
    progress("正在写出导入文件……")
    data = Dataset(
        changes.district,
        {k: t.additions for k, t in changes.nodes.items() if t.additions.height},
        {k: t.additions for k, t in changes.relations.items() if t.additions.height},
    )
    files = staging / "files"
    arguments = admin_csv.write(data, files, label="Entity", revision=1)
    _write_manifest(files / "Manifest.csv")
    named = [_absolute(a, files) for a in (*arguments, "--nodes=Manifest=Manifest.csv")]
    progress(f"正在用 Neo4j 的导入工具写入 {changes.elements} 个节点和关系……")
    embedded.admin(staging, ["database", "import", "full", "neo4j", *admin_csv.OPTIONS, *named], options)
    shutil.rmtree(files)
    progress("正在建立约束、登记修订……")
    with (
        embedded.start(
            staging,
            heap=options.heap,
            page_cache=options.page_cache,
            jars=options.jars,
            maven_url=options.maven_url,
            java_home=options.java_home,
        ) as neo4j,
        bolt.connect(neo4j.uri, neo4j.user, neo4j.password) as store,
    ):
        _constrain(store)
        return _register(store, changes, data, said, about)


def _absolute(argument: str, files: Path) -> str:
    option, _, name = argument.rpartition("=")
    return f"{option}={files / name}"


def _write_manifest(path: Path) -> None:
    """The manifest is there from the start: a store with data but without it counts as another program's."""
    row = {
        "id:ID": "partygraph",
        "store": uuid.uuid4().hex,
        "schema:long": SCHEMA_VERSION,
        "program": metadata.version("partygraph"),
        "created": datetime.now(UTC).isoformat(timespec="seconds"),
    }
    pl.DataFrame([row]).write_csv(path, quote_style="non_numeric")


def _constrain(store: Store) -> None:
    def work(run: Run) -> None:
        for statement in cypher.constraints():
            run(statement)

    store.write(work)


def _register(store: Store, changes: Changes, data: Dataset, said: Mapping[str, Any], about: Mapping[str, Any]) -> int:
    """The district and its first revision with the change list, as every other write leaves them."""
    claim = districts.try_take(store, changes.district, author=str(said["author"]), state="writing", base=0)
    if claim is None:
        raise ConflictError("新建的图数据库正被别的程序写入。", "请重试。", code="store-held")
    filled = {
        f"{name}.{column}"
        for name, frame in (*data.nodes.items(), *data.relations.items())
        for column in frame.columns
        if frame[column].null_count() < frame.height
    }
    values = {
        **said,
        "nodes": data.node_count,
        "relations": data.relation_count,
        "columns": sorted(filled),
        "about": orjson.dumps(dict(about)).decode(),
    }

    chunks = list(revisions.listing(changes))
    for first in range(0, len(chunks), _CHUNKS_AT_ONCE):

        def listed(run: Run, first: int = first) -> None:
            revisions.add_list(run, claim, chunks[first : first + _CHUNKS_AT_ONCE], first)

        store.write(listed)
    store.write(lambda run: revisions.add(run, claim, changes, values, complete=True))
    recovery.settle(store, claim)
    return claim.revision
