"""The embedded Neo4j with real child processes: started, found, shared, revived, stopped, never left behind."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest
from neo4j import GraphDatabase

from graph.errors import ConflictError, InputError, UnavailableError
from graph.store import embedded, java
from graph.store import home as folder
from graph.store.embedded import Embedded
from tests.conftest import Server

# A program of its own that starts (or finds) Neo4j, says so, and then waits to be told to end.
OTHER = """
import json, sys
from pathlib import Path
from graph.store import embedded
with embedded.start(Path(sys.argv[1]), heap="512m", page_cache="64m") as e:
    print(json.dumps([e.uri, e.pid, e.owned]), flush=True)
    sys.stdin.read()
"""


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One folder for the module: only the first start has to make a database."""
    return tmp_path_factory.mktemp("embedded")


@pytest.fixture
def other(home: Path) -> Iterator[subprocess.Popen[str]]:
    process = subprocess.Popen(
        [sys.executable, "-P", "-c", OTHER, str(home)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    with process:
        yield process
        assert process.stdin is not None
        process.stdin.close()
        process.wait(60)


def begin(home: Path, told: list[str] | None = None) -> Embedded:
    progress = told.append if told is not None else None
    return embedded.start(home, heap="512m", page_cache="64m", progress=progress)


def answer(process: subprocess.Popen[str]) -> tuple[str, int, bool]:
    assert process.stdout is not None
    uri, pid, owned = json.loads(process.stdout.readline())
    return uri, pid, owned


def one(running: Embedded) -> int:
    with GraphDatabase.driver(running.uri, auth=(running.user, running.password)) as driver:
        return int(driver.execute_query("RETURN 1 AS one").records[0]["one"])


def eventually(holds: Callable[[], bool], seconds: float = 20) -> bool:
    deadline = time.monotonic() + seconds
    while not holds() and time.monotonic() < deadline:
        time.sleep(0.05)
    return holds()


def test_the_servers_rules(neo4j_server: Server) -> None:
    with GraphDatabase.driver(neo4j_server.uri, auth=(neo4j_server.user, neo4j_server.password)) as driver:
        assert driver.execute_query("RETURN 1 AS one").records[0]["one"] == 1
        with pytest.raises(Exception, match=r"(?i)file"):
            driver.execute_query("LOAD CSV FROM 'file:///etc/passwd' AS row RETURN row")
    with (
        GraphDatabase.driver(neo4j_server.uri, auth=("neo4j", "neo4j")) as stranger,
        pytest.raises(Exception, match=r"(?i)unauthorized"),
    ):
        stranger.verify_connectivity()


def test_share_revive_and_wait_for_the_other_program(home: Path, other: subprocess.Popen[str]) -> None:
    uri, pid, owned = answer(other)
    state = embedded.status(home)
    assert state is not None
    assert (owned, state.pid, state.owner) == (True, pid, other.pid)
    told: list[str] = []
    shared = begin(home, told)
    assert (one(shared), shared.uri, shared.owned, told) == (1, uri, False, [])
    with pytest.raises(ConflictError, match=f"进程 {other.pid} 运行"):
        embedded.admin(home, ["database", "check", "neo4j"], java.Options())

    # The password is nowhere to be read, and Ctrl-C in the owner's terminal does not reach Neo4j.
    assert (home / "password").stat().st_mode & 0o777 == 0o600
    child = psutil.Process(pid)
    assert shared.password not in " ".join(child.cmdline()) + str(child.environ())
    assert os.getpgid(pid) == pid

    # Neo4j dies: the program that shares it starts it again, on the same port, and now owns it.
    os.kill(pid, signal.SIGKILL)
    assert eventually(lambda: not shared.is_alive())
    shared.revive()
    assert (one(shared), shared.owned, shared.uri) == (1, True, uri)

    # The new owner stops it only when the other program has ended.
    assert other.stdin is not None
    timer = threading.Timer(1, other.stdin.close)
    timer.start()
    shared.close()
    timer.join()
    assert told[-1] == f"内嵌 Neo4j 正被进程 {other.pid}使用，等它结束后停止……"
    assert other.wait(20) == 0
    assert embedded.status(home) is None
    assert not list((home / "holders").iterdir())


def test_a_killed_owner_leaves_no_orphan_and_the_next_start_succeeds(home: Path, other: subprocess.Popen[str]) -> None:
    _, pid, _ = answer(other)
    state = embedded.status(home)
    assert state is not None
    other.kill()
    other.wait()
    with begin(home) as running:  # at once, while the old child is still ending
        assert (one(running), running.owned) == (1, True)
        assert not folder.is_alive(pid, state.started)

        # The same folder, held by a Neo4j that is none of ours: its process is named.
        kept = (home / "embedded.json").read_text()
        (home / "embedded.json").unlink()
        with pytest.raises(ConflictError) as caught:
            begin(home)
        assert f"（进程 {running.pid}）" in caught.value.detail
        assert caught.value.code == "store-held"
        (home / "embedded.json").write_text(kept)

        assert embedded.stop(home)
        assert not running.is_alive()
        assert embedded.stop(home) is False
        with pytest.raises(UnavailableError, match="已被停止"):
            running.revive()


def test_a_stale_state_file_is_recognised(tmp_path: Path) -> None:
    home = folder.make(tmp_path / "store")
    folder.write_state(home, 1, os.getpid())
    assert embedded.status(home) is not None
    fields = json.loads((home / "embedded.json").read_text())
    with subprocess.Popen([sys.executable, "-c", ""]) as ended:
        ended.wait()
    # A pid that was given anew, one that nobody has, and a file that is none of ours.
    for text in (json.dumps(fields | {"started": 1.0}), json.dumps(fields | {"pid": ended.pid}), "{}", "", "nonsense"):
        (home / "embedded.json").write_text(text)
        assert embedded.status(home) is None


def test_neo4js_own_tool_runs_on_the_stopped_folder(home: Path, tmp_path: Path) -> None:
    embedded.admin(home, ["database", "dump", "neo4j", f"--to-path={tmp_path}"], java.Options())
    assert (tmp_path / "neo4j.dump").stat().st_size > 0
    with pytest.raises(UnavailableError, match="database load 未成功"):
        embedded.admin(home, ["database", "load", "nowhere", "--from-path=" + str(tmp_path)], java.Options())


def test_wrong_sizes_java_and_folders_are_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="HEAP"):
        embedded.start(tmp_path, heap="1 GB")
    with pytest.raises(InputError, match="PAGE_CACHE"):
        embedded.start(tmp_path, page_cache="-1")
    with pytest.raises(UnavailableError, match="找不到 Java 运行库"):
        embedded.start(tmp_path, java_home=str(tmp_path))
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(UnavailableError, match="无法使用数据文件夹"):
        embedded.start(tmp_path / "file" / "store")
    assert embedded.stop(tmp_path / "nowhere") is False


def test_neo4js_reason_for_not_starting_is_told(home: Path) -> None:
    with pytest.raises(UnavailableError, match=r"没有启动成功.*embedded\.log") as caught:
        embedded.start(home, heap="1m")
    assert caught.value.code == "store-start"
