"""Fetching jars from a small Maven repository on this machine: whole, resumed, damaged, unreachable, no room."""

from __future__ import annotations

import errno
import hashlib
import os
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from graph.errors import InputError, UnavailableError
from graph.store import jars
from graph.store.jars import Jar

CONTENT = {f"org/x/jar{i}/1/jar{i}-1.jar": os.urandom(3000 + i) for i in range(20)}
LOCKED = [Jar(path, len(body), hashlib.sha256(body).hexdigest()) for path, body in CONTENT.items()]


@dataclass
class Maven:
    url: str
    root: Path
    asked: list[str] = field(default_factory=list)


@pytest.fixture
def maven(tmp_path: Path) -> Iterator[Maven]:
    root = tmp_path / "maven"
    for path, body in CONTENT.items():
        (root / path).parent.mkdir(parents=True)
        (root / path).write_bytes(body)

    class Handler(SimpleHTTPRequestHandler):
        def do_GET(self) -> None:
            served.asked.append(self.path.removeprefix("/"))
            super().do_GET()

    with ThreadingHTTPServer(("127.0.0.1", 0), partial(Handler, directory=str(root))) as server:
        served = Maven(f"http://127.0.0.1:{server.server_port}", root)
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield served
        server.shutdown()
        thread.join()


def test_the_lock_names_all_jars_of_neo4j_once() -> None:
    locked = jars.read_lock()
    assert len(locked) == 216
    assert len({jar.name for jar in locked}) == 216
    assert all(jar.size > 0 and len(jar.sha256) == 64 and jar.path.endswith(f"/{jar.name}") for jar in locked)
    assert "org/neo4j/neo4j/5.26.30/neo4j-5.26.30.jar" in {jar.path for jar in locked}


def test_all_jars_are_fetched_once_and_then_found(maven: Maven, tmp_path: Path) -> None:
    told: list[str] = []
    paths = jars.obtain(LOCKED, cache=tmp_path / "cache", maven_url=maven.url + "/", progress=told.append)
    assert [path.read_bytes() for path in paths] == list(CONTENT.values())
    assert sorted(path.name for path in (tmp_path / "cache").iterdir()) == sorted(jar.name for jar in LOCKED)
    assert told[-1].startswith("下载 Neo4j 运行库：")
    assert jars.obtain(LOCKED, cache=tmp_path / "cache", maven_url=maven.url) == paths
    assert sorted(maven.asked) == sorted(CONTENT)


def test_a_damaged_and_a_missing_jar_are_fetched_again_and_no_other(maven: Maven, tmp_path: Path) -> None:
    paths = jars.obtain(LOCKED, cache=tmp_path / "cache", maven_url=maven.url)
    maven.asked.clear()
    paths[3].write_bytes(b"x" * LOCKED[3].size)
    paths[5].write_bytes(b"short")
    paths[7].unlink()
    assert jars.obtain(LOCKED, cache=tmp_path / "cache", maven_url=maven.url) == paths
    assert [path.read_bytes() for path in paths] == list(CONTENT.values())
    assert sorted(maven.asked) == sorted(LOCKED[i].path for i in (3, 5, 7))


def test_a_failed_run_keeps_what_it_has_and_is_continued(maven: Maven, tmp_path: Path) -> None:
    smallest = maven.root / LOCKED[0].path
    smallest.rename(smallest.with_suffix(".away"))
    with pytest.raises(UnavailableError) as caught:
        jars.obtain(LOCKED, cache=tmp_path / "cache", maven_url=maven.url)
    assert caught.value.code == "jars-unreachable"
    assert "jar0-1.jar（HTTP 404）" in caught.value.detail
    kept = {path.name for path in (tmp_path / "cache").iterdir()}
    assert kept
    assert kept < {jar.name for jar in LOCKED}
    smallest.with_suffix(".away").rename(smallest)
    maven.asked.clear()
    jars.obtain(LOCKED, cache=tmp_path / "cache", maven_url=maven.url)
    assert {Path(path).name for path in maven.asked} == {jar.name for jar in LOCKED} - kept


def test_a_jar_changed_on_the_mirror_is_refused(maven: Maven, tmp_path: Path) -> None:
    (maven.root / LOCKED[2].path).write_bytes(b"y" * LOCKED[2].size)
    with pytest.raises(UnavailableError, match=r"jar2-1\.jar 校验不符") as caught:
        jars.obtain(LOCKED, cache=tmp_path / "cache", maven_url=maven.url)
    assert caught.value.code == "jars-damaged"
    assert not (tmp_path / "cache" / LOCKED[2].name).exists()


def test_an_unreachable_mirror_is_named_with_the_ways_out(tmp_path: Path) -> None:
    with pytest.raises(UnavailableError) as caught:
        jars.obtain(LOCKED[:1], cache=tmp_path, maven_url="http://127.0.0.1:9")
    assert "无法从 127.0.0.1:9 取得" in caught.value.detail
    assert all(
        word in caught.value.remedy
        for word in ("PARTYGRAPH_MAVEN_URL", "PARTYGRAPH_NEO4J_JARS", "PARTYGRAPH_NEO4J_URI")
    )
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("address", ["maven.example", "file:///etc", "ftp://maven.example/x", "http://"])
def test_a_mirror_that_is_no_web_address_is_refused(tmp_path: Path, address: str) -> None:
    with pytest.raises(InputError, match="MAVEN_URL"):
        jars.obtain(LOCKED, cache=tmp_path, maven_url=address)


def test_a_prepared_folder_is_used_as_it_is_and_never_written(maven: Maven, tmp_path: Path) -> None:
    ready = tmp_path / "ready"
    jars.obtain(LOCKED, cache=ready, maven_url=maven.url)
    maven.asked.clear()
    assert len(jars.obtain(LOCKED, folder=ready)) == len(LOCKED)
    (ready / LOCKED[4].name).unlink()
    with pytest.raises(UnavailableError, match=r"有 1 个文件缺失或校验不符，例如 jar4-1\.jar"):
        jars.obtain(LOCKED, folder=ready, maven_url=maven.url)
    with pytest.raises(UnavailableError, match="有 20 个文件缺失"):
        jars.obtain(LOCKED, folder=tmp_path / "nowhere")
    assert maven.asked == []


def test_what_a_killed_run_left_is_swept_after_an_hour(maven: Maven, tmp_path: Path) -> None:
    old, young = tmp_path / "a.jar1.part", tmp_path / "b.jar2.part"
    for part in (old, young):
        part.write_bytes(b"half")
    os.utime(old, (1, 1))
    jars.obtain(LOCKED[:1], cache=tmp_path, maven_url=maven.url)
    assert not old.exists()
    assert young.exists()


def test_a_cache_that_can_not_be_a_folder_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(UnavailableError, match="无法写入运行库文件夹") as caught:
        jars.obtain(LOCKED, cache=tmp_path / "file" / "cache", maven_url="http://127.0.0.1:9")
    assert caught.value.code == "disk-error"


def test_a_full_disk_is_told_as_such() -> None:
    error = jars._disk_error(Path("cache"), OSError(errno.ENOSPC, os.strerror(errno.ENOSPC)))
    assert (error.code, "磁盘已满" in error.detail) == ("disk-full", True)
