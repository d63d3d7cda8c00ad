"""Embedded Neo4j: start it or find the running one, share it, stop it when nobody uses it any more.

Whoever starts it owns the child process. Others find it by the state file and hold a share. The owner stops it when
no share is left. If the owner is killed, the child ends with it.
"""

from __future__ import annotations

import shutil
import socket
import subprocess
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

import psutil
from filelock import FileLock

from graph.errors import ConflictError, UnavailableError
from graph.store import home as folder
from graph.store import java
from graph.store.home import State
from graph.store.jars import Progress

USER = "neo4j"
MUTEX_TIMEOUT = 300.0
PATIENCE = 60.0
POLL = 0.1
LEAST_FREE = 50_000_000
"""Bytes: a new store takes 12 MB, and its transaction log grows with the first write."""
SERVER_REMEDY = "请查看日志；也可以用 PARTYGRAPH_NEO4J_URI 连接已有的 Neo4j 服务器。"


class Embedded:
    """A share in a running embedded Neo4j: made by `start`, given back by `close` or the end of a `with` block.

    Attributes:
        uri, user, password: for the driver. `uri` changes only if another program took the port meanwhile.
    """

    def __init__(self, home: Path, options: java.Options) -> None:
        self.home = folder.make(home)
        self.user = USER
        self._options = options
        self._process: subprocess.Popen[bytes] | None = None
        self._share: FileLock | None = None
        with folder.mutex(self.home, MUTEX_TIMEOUT, self._waiting):
            self._state = _find(self.home, options.progress) or self._launch(port=0)
            self._share = folder.hold(self.home)
            self.password = folder.password(self.home)

    @property
    def uri(self) -> str:
        """Bolt's address, on the loopback interface."""
        return f"bolt://127.0.0.1:{self._state.port}"

    @property
    def pid(self) -> int:
        """The child's process."""
        return self._state.pid

    @property
    def owned(self) -> bool:
        """Whether this program started the child, so that it ends with this program."""
        return self._process is not None

    def is_alive(self) -> bool:
        """Whether the child runs and takes connections."""
        return folder.is_alive(self._state.pid, self._state.started) and _answers(self._state.port)

    def revive(self) -> None:
        """Start Neo4j again if it died, on the same port if that is free, and own it; or find who did so already.

        Raises:
            UnavailableError: it was stopped on purpose (`stop`), or does not start.
        """
        if self._share is None:
            raise RuntimeError("revive after close")
        with folder.mutex(self.home, MUTEX_TIMEOUT, self._waiting):
            if self.is_alive():
                return
            if folder.read_state(self.home) is None:
                raise UnavailableError(
                    f"{self.home} 中的内嵌 Neo4j 已被停止。", "请重新运行本命令。", code="store-stopped"
                )
            if self._process is not None:
                java.end(self._process)
                self._process = None
            self._state = _find(self.home, self._options.progress) or self._launch(port=self._state.port)

    def restart(self) -> None:
        """Kill a Neo4j that no longer lets itself be asked, and start it again; this program owns the new one.

        Nothing acknowledged is lost: Neo4j recovers from its log. Another program that did so meanwhile is found.
        """
        hung = self._state
        with folder.mutex(self.home, MUTEX_TIMEOUT, self._waiting):
            if folder.read_state(self.home) == hung and folder.is_alive(hung.pid, hung.started):
                psutil.Process(hung.pid).kill()
                _wait_for_end(hung, java.STOP_TIMEOUT)
        self.revive()

    def close(self, patience: float = PATIENCE) -> None:
        """Give the share back; the owner stops Neo4j as soon as no other program uses it.

        After `patience` seconds, or on Ctrl-C, it is stopped all the same: the others revive it when they need it.
        """
        if self._share is None:
            return
        share, self._share = self._share, None
        process, self._process = self._process, None
        try:
            if process is not None:
                self._stop_own(process, share, time.monotonic() + patience)
        finally:
            folder.release(share)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _launch(self, port: int) -> State:
        _require_space(self.home)
        password = folder.password(self.home)
        try:
            self._process, port = java.launch(self.home, self._options, password=password, port=port)
        except java.ChildError as error:
            raise _explain(self.home, str(error)) from error
        return folder.write_state(self.home, port, self._process.pid)

    def _stop_own(self, process: subprocess.Popen[bytes], share: FileLock, deadline: float) -> None:
        others: list[int] = []
        try:
            while process.poll() is None:
                with folder.mutex(self.home, MUTEX_TIMEOUT, self._waiting):
                    left = folder.holders(self.home, share)
                    if not left or time.monotonic() > deadline:
                        if not left and folder.read_state(self.home) == self._state:
                            folder.remove_state(self.home)
                        java.end(process)
                        return
                if left != others:
                    self._options.progress(f"内嵌 Neo4j 正被{_named(left)}使用，等它结束后停止……")
                    others = left
                time.sleep(POLL)
        finally:
            java.end(process)

    def _waiting(self) -> None:
        self._options.progress("另一个程序正在启动或停止内嵌 Neo4j，请稍候……")


def start(
    home: Path,
    *,
    heap: str = "1g",
    page_cache: str = "256m",
    jars: Path | None = None,
    maven_url: str | None = None,
    java_home: str | None = None,
    progress: Progress | None = None,
) -> Embedded:
    """Neo4j on the folder `home`: the one that runs there already, else a new one owned by this program.

    Call it from the main thread: on Linux the child is also ended when the thread that started it ends.

    Args:
        heap, page_cache: sizes such as 512m or 1g.
        jars: a prepared folder of jars; else they are fetched (140 MB, once per user) from `maven_url`.
        java_home: another Java 17 or 21 than that of the wheel.
        progress: is told Chinese lines about what takes time.

    Raises:
        ConflictError: something that can not be shared holds the folder; it is named.
        UnavailableError: jars, Java, disk or Neo4j itself; the remedy says what to do.
    """
    options = java.Options(heap, page_cache, jars, maven_url, java_home, progress or (lambda _: None))
    return Embedded(home, options)


def status(home: Path) -> State | None:
    """Who runs Neo4j on `home` (port, pids, start times); None if nobody does."""
    state = folder.read_state(home)
    return state if state is not None and folder.is_alive(state.pid, state.started) else None


def stop(home: Path) -> bool:
    """Stop the Neo4j of whatever program runs it on `home`, cleanly; False if none ran.

    On Windows there is no clean signal: Neo4j recovers from its log at the next start.
    """
    if not home.is_dir():
        return False
    with folder.mutex(home, MUTEX_TIMEOUT, lambda: None):
        state = status(home)
        folder.remove_state(home)
        if state is None:
            return False
        psutil.Process(state.pid).terminate()
        if not _wait_for_end(state, java.STOP_TIMEOUT):
            psutil.Process(state.pid).kill()
            _wait_for_end(state, java.STOP_TIMEOUT)
        return True


def admin(home: Path, args: Sequence[str], options: java.Options, *, timeout: float = 3600.0) -> str:
    """Run Neo4j's own tool on a folder nobody runs, e.g. `["database", "check", "neo4j"]`; returns what it printed.

    Raises:
        ConflictError: Neo4j runs on the folder.
        UnavailableError: the tool failed; its last line is in the detail.
    """
    home = folder.make(home)
    with folder.mutex(home, MUTEX_TIMEOUT, lambda: None):
        state = status(home)
        if state is not None:
            raise _held(home, f"内嵌 Neo4j 正由进程 {state.owner} 运行，数据库工具只能在它停止后使用。")
        try:
            return java.admin(home, args, options, timeout=timeout)
        except java.ChildError as error:
            lines = [line for line in str(error).splitlines() if line.strip()]
            raise UnavailableError(
                f"Neo4j 数据库工具 {' '.join(args[:2])} 未成功：{lines[-1][:300] if lines else '没有输出'}",
                "请检查磁盘空间和文件是否完整后重试。",
                code="store-tool-failed",
            ) from error


def _require_space(home: Path) -> None:
    """Refuse before Neo4j starts on a full disk: it would wait there without a word."""
    free = shutil.disk_usage(home).free
    if free < LEAST_FREE:
        raise UnavailableError(
            f"{home} 所在磁盘只剩 {free / 1e6:.0f} MB 可用空间，启动 Neo4j 至少需要 {LEAST_FREE / 1e6:.0f} MB。",
            "请清理磁盘，或用 PARTYGRAPH_DATA_DIR 指定另一个文件夹。",
            code="disk-full",
        )


def _find(home: Path, progress: Callable[[str], None]) -> State | None:
    """The usable running one; None if none runs (the state file is missing or stale). Call it in the mutex."""
    state = status(home)
    if state is None:
        return None
    if not folder.is_alive(state.owner, state.owner_started):
        progress("上一个内嵌 Neo4j 正在结束，请稍候……")
        if _wait_for_end(state, java.STOP_TIMEOUT):
            return None
        raise _held(home, f"其主程序已退出、但仍未结束的 Neo4j（进程 {state.pid}）占用着 {home}。")
    deadline = time.monotonic() + 10
    while not _answers(state.port):
        if not folder.is_alive(state.pid, state.started):
            return None
        if time.monotonic() > deadline:
            raise _held(home, f"{home} 正由进程 {state.owner} 启动的 Neo4j（进程 {state.pid}）占用，但它没有响应。")
        time.sleep(POLL)
    return state


def _explain(home: Path, causes: str) -> ConflictError | UnavailableError:
    if "FileLockException" in causes or "locked by another process" in causes:
        owners = "、".join(folder.store_lock_owners(home)) or "另一个程序（可能属于其他用户或其他主机）"
        return _held(home, f"{home} 中的数据库正被{owners}占用。")
    last = causes.rpartition(" <- ")[2].partition("\n")[0]
    return UnavailableError(
        f"内嵌 Neo4j 没有启动成功：{last[:300]}（日志：{java.log_file(home)}）。", SERVER_REMEDY, code="store-start"
    )


def _held(home: Path, detail: str) -> ConflictError:
    remedy = f"请先结束该程序，或用 PARTYGRAPH_DATA_DIR 指定别的数据文件夹（当前为 {home}）。"
    return ConflictError(detail, remedy, code="store-held")


def _named(pids: Sequence[int]) -> str:
    return "、".join(f"进程 {pid}" for pid in pids)


def _answers(port: int) -> bool:
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=2):
            return True
    except OSError:
        return False


def _wait_for_end(state: State, timeout: float) -> bool:
    deadline = time.monotonic() + timeout
    while folder.is_alive(state.pid, state.started):
        if time.monotonic() > deadline:
            return False
        time.sleep(POLL)
    return True
