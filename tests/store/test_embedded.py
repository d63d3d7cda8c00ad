"""The embedded Neo4j with real child processes: started, found, shared, revived, stopped, never left behind."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
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


def test_start_share_revive_and_stop(home: Path) -> None:
    # A state file whose process has ended, and one whose pid now belongs to somebody else.
    folder.make(home)
    folder.write_state(home, 1, os.getpid())
    stale = json.loads((home / "embedded.json").read_text()) | {"started": 1.0}
    (home / "embedded.json").write_text(json.dumps(stale))
    assert embedded.status(home) is None
    told: list[str] = []
    first = begin(home, told)
    assert told[-1] == "正在启动内嵌 Neo4j……"
    assert (one(first), first.owned, first.is_alive()) == (1, True, True)
    assert (home / "password").stat().st_mode & 0o777 == 0o600
    child = psutil.Process(first.pid)
    assert first.password not in " ".join(child.cmdline()) + str(child.environ())
    assert os.getpgid(first.pid) == first.pid

    # A second one finds it; administration is refused while it runs.
    second = begin(home)
    assert (second.uri, second.password, second.owned) == (first.uri, first.password, False)
    with pytest.raises(ConflictError, match=f"进程 {os.getpid()} 运行"):
        embedded.admin(home, ["database", "check", "neo4j"], java.Options())

    # Neo4j dies: the one who shares it starts it again, on the same port, and now owns it.
    os.kill(first.pid, signal.SIGKILL)
    assert eventually(lambda: not second.is_alive())
    second.revive()
    assert (one(second), second.owned, second.uri) == (1, True, first.uri)
    first.revive()
    assert (one(first), first.owned, first.pid) == (1, False, second.pid)

    # Its owner is patient with the other one, then stops; the other one may revive it.
    second.close(patience=0.3)
    assert not first.is_alive()
    first.close()
    first.close()
    assert not list((home / "holders").iterdir())
    assert embedded.status(home) is None


def test_a_killed_owner_leaves_no_orphan_and_the_next_start_succeeds(home: Path, other: subprocess.Popen[str]) -> None:
    _, pid, owned = answer(other)
    assert owned
    state = embedded.status(home)
    assert state is not None
    assert (state.pid, state.owner) == (pid, other.pid)
    other.kill()
    other.wait()
    with begin(home) as running:  # at once, while the old child is still ending
        assert (one(running), running.owned) == (1, True)
        assert running.pid != pid
        assert not folder.is_alive(pid, state.started)


def test_the_owner_waits_for_the_other_program_and_stop_ends_it_for_all(
    home: Path, other: subprocess.Popen[str]
) -> None:
    uri, pid, _ = answer(other)
    told: list[str] = []
    shared = begin(home, told)
    assert (shared.uri, shared.owned, told) == (uri, False, [])
    assert other.stdin is not None
    other.stdin.close()
    with pytest.raises(subprocess.TimeoutExpired):
        other.wait(0.5)
    assert one(shared) == 1
    assert embedded.stop(home)
    assert eventually(lambda: not psutil.pid_exists(pid))  # its owner has reaped it
    assert embedded.stop(home) is False
    with pytest.raises(UnavailableError, match="已被停止"):
        shared.revive()
    shared.close()
    assert other.wait(10) == 0


def test_a_folder_held_by_a_strange_neo4j_names_its_process(home: Path) -> None:
    with begin(home) as running:
        (home / "embedded.json").unlink()  # as if it were none of ours
        with pytest.raises(ConflictError) as caught:
            begin(home)
        assert f"（进程 {running.pid}）" in caught.value.detail
        assert caught.value.code == "store-held"


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
