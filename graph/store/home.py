"""The files beside embedded Neo4j's data: who runs it, who uses it, its password. All decisions are made in a mutex."""

from __future__ import annotations

import json
import os
import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

import psutil
from filelock import FileLock, Timeout

from graph.errors import ConflictError, UnavailableError

# The kernel counts process starts from boot, and a corrected clock moves them all.
CLOCK_TOLERANCE = 2.0


@dataclass(frozen=True, slots=True)
class State:
    """A running Neo4j: Bolt's port, and pid with start time (seconds since 1970) of the child and of its owner."""

    port: int
    pid: int
    started: float
    owner: int
    owner_started: float


def make(home: Path) -> Path:
    """The folder, made if needed and closed to other users; returned as an absolute path."""
    try:
        home.mkdir(parents=True, exist_ok=True, mode=0o700)
        (home / "holders").mkdir(exist_ok=True)
    except OSError as error:
        raise UnavailableError(
            f"无法使用数据文件夹 {home}（{error.strerror}）。",
            "请检查文件夹权限和磁盘空间，或用 PARTYGRAPH_DATA_DIR 指定另一个文件夹。",
            code="data-dir",
        ) from error
    return home.resolve()


@contextmanager
def mutex(home: Path, timeout: float, waiting: Callable[[], None]) -> Iterator[None]:
    """Hold the folder while Neo4j is started, found or stopped: one program at a time.

    Raises:
        ConflictError: another program has held it for longer than `timeout` seconds.
    """
    lock = FileLock(home / "embedded.lock", thread_local=False)
    try:
        lock.acquire(timeout=0)
    except Timeout:
        waiting()
        try:
            lock.acquire(timeout=timeout)
        except Timeout as error:
            raise ConflictError(
                f"另一个程序正在启动、停止或整理 {home} 中的 Neo4j，等了 {timeout:.0f} 秒仍未结束。",
                "请等它结束后重试。",
                code="store-busy",
            ) from error
    try:
        yield
    finally:
        lock.release()


def read_state(home: Path) -> State | None:
    """What the state file says; None if there is none or it is not one of ours. It may be stale: see `is_alive`."""
    try:
        return State(**json.loads((home / "embedded.json").read_text(encoding="ascii")))
    except (FileNotFoundError, ValueError, TypeError):
        return None


def write_state(home: Path, port: int, pid: int) -> State:
    """Record that this process owns the child `pid`."""
    state = State(port, pid, psutil.Process(pid).create_time(), os.getpid(), psutil.Process().create_time())
    part = home / "embedded.json.part"
    part.write_text(json.dumps(asdict(state)), encoding="ascii")
    part.replace(home / "embedded.json")
    return state


def remove_state(home: Path) -> None:
    """Say that Neo4j was stopped on purpose: users of a vanished one restart it only while the file is there."""
    (home / "embedded.json").unlink(missing_ok=True)


def is_alive(pid: int, started: float) -> bool:
    """Whether that very process still runs: pids are given anew, a zombie has ended."""
    try:
        process = psutil.Process(pid)
        same = abs(process.create_time() - started) < CLOCK_TOLERANCE
        return bool(same and process.status() != psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return False


def password(home: Path) -> str:
    """The generated password, made at first use and readable by this user alone."""
    file = home / "password"
    if not file.exists():
        # Nobody may ever see it half written or open to others.
        part = home / "password.part"
        part.unlink(missing_ok=True)
        with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as stream:
            stream.write(secrets.token_urlsafe(24))
        part.replace(file)
    return file.read_text(encoding="ascii")


def hold(home: Path) -> FileLock:
    """Take this program's share in the running Neo4j; the system gives it back even if the program is killed."""
    share = FileLock(home / "holders" / f"{os.getpid()}-{secrets.token_hex(4)}.lock", thread_local=False)
    share.acquire(timeout=0)
    return share


def release(share: FileLock) -> None:
    """Give the share back."""
    share.release()
    Path(share.lock_file).unlink(missing_ok=True)


def holders(home: Path, own: FileLock | None = None) -> list[int]:
    """Pids of the programs that hold a share, without `own`; shares of ended programs are swept."""
    pids = []
    for file in sorted((home / "holders").glob("*.lock")):
        if own is not None and file == Path(own.lock_file):
            continue
        probe = FileLock(file, thread_local=False)
        try:
            probe.acquire(timeout=0)
        except Timeout:
            pids.append(int(file.name.partition("-")[0]))
        else:
            release(probe)
    return pids


def store_lock_owners(home: Path) -> list[str]:
    """`name（进程 pid）` of the processes that have Neo4j's own lock file open; only those this user may look at."""
    lock = str(home / "data" / "databases" / "store_lock")
    found = []
    for process in psutil.process_iter(["pid", "name"]):
        try:
            if any(opened.path == lock for opened in process.open_files()):
                found.append(f"{process.info['name']}（进程 {process.info['pid']}）")
        except psutil.Error:
            continue
    return found
