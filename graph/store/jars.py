"""The jars of embedded Neo4j: named in `jars.lock`, fetched in parallel into a per-user cache, checked by sha256."""

from __future__ import annotations

import errno
import hashlib
import os
import ssl
import sys
import tempfile
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Sequence
from concurrent.futures import FIRST_EXCEPTION, ThreadPoolExecutor, wait
from contextlib import suppress
from dataclasses import dataclass
from http.client import HTTPException
from pathlib import Path
from urllib.parse import urlsplit

from graph.errors import InputError, UnavailableError

LOCK = Path(__file__).with_name("jars.lock")
THREADS = 16
TRIES = 3
SOCKET_TIMEOUT = 30.0
CHUNK = 1 << 18
REMEDY = (
    "请检查网络或用 PARTYGRAPH_MAVEN_URL 指定可用的镜像；不能联网时，把另一台机器上的运行库文件夹复制过来并用 "
    "PARTYGRAPH_NEO4J_JARS 指定；或用 PARTYGRAPH_NEO4J_URI 连接已有的 Neo4j 服务器。"
)

Progress = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Jar:
    """One locked jar: `path` below a Maven repository's root, `size` in bytes, `sha256` in hex."""

    path: str
    size: int
    sha256: str

    @property
    def name(self) -> str:
        """File name in a flat folder of jars; unique within the lock."""
        return self.path.rpartition("/")[2]


def read_lock(lock: Path = LOCK) -> tuple[Jar, ...]:
    """All jars of a lock file whose lines are `sha256 size path`; lines that start with # are comments."""
    rows = (line.split() for line in lock.read_text(encoding="ascii").splitlines() if line and line[0] != "#")
    return tuple(Jar(path, int(size), sha256) for sha256, size, path in rows)


def cache_folder() -> Path:
    """The platform's per-user cache for jars; the same for every DATA_DIR, so that they are fetched once."""
    if sys.platform == "win32":
        base = Path(os.environ.get("LOCALAPPDATA") or Path.home() / "AppData" / "Local")
    elif sys.platform == "darwin":
        base = Path.home() / "Library" / "Caches"
    else:
        base = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    return base / "partygraph" / "jars"


def obtain(
    wanted: Sequence[Jar] | None = None,
    *,
    folder: Path | None = None,
    cache: Path | None = None,
    maven_url: str | None = None,
    progress: Progress | None = None,
) -> tuple[Path, ...]:
    """Paths of all wanted jars (default: the lock), each one checked; what is missing or damaged is fetched.

    Args:
        folder: a prepared folder of jars; then nothing is fetched and nothing is written.
        cache: where fetched jars are kept; default `cache_folder()`.
        maven_url: root of a Maven repository or mirror; default the public one that jgo names.
        progress: is told a Chinese line about twice a second.

    Raises:
        UnavailableError: a jar can not be had (network, disk, damaged on the mirror, missing in the folder).
        InputError: `maven_url` is no http(s) address.
    """
    jars = read_lock() if wanted is None else tuple(wanted)
    home = folder or cache or cache_folder()
    missing = _damaged(jars, home)
    if missing and folder is not None:
        raise UnavailableError(
            f"运行库文件夹 {folder} 中有 {len(missing)} 个文件缺失或校验不符，例如 {missing[0].name}。",
            f"请把能联网的机器上的 {cache_folder()} 整个复制过来；或用 PARTYGRAPH_NEO4J_URI 连接已有的 Neo4j 服务器。",
            code="jars-incomplete",
        )
    if missing:
        _fetch_all(missing, home, _base(maven_url), progress or (lambda _: None))
    return tuple(home / jar.name for jar in jars)


def _base(maven_url: str | None) -> str:
    if maven_url is None:
        # Imported here: jgo takes 0.3 s, belongs to the extra [embedded] and is needed only to fetch.
        from jgo.constants import MAVEN_CENTRAL_URL

        maven_url = str(MAVEN_CENTRAL_URL)
    parts = urlsplit(maven_url)
    if parts.scheme not in ("http", "https") or not parts.netloc:
        raise InputError("MAVEN_URL 不是有效的网址。", "请写成以 http:// 或 https:// 开头的 Maven 仓库根地址。")
    return maven_url.rstrip("/")


def _damaged(jars: Sequence[Jar], home: Path) -> list[Jar]:
    """The jars that are not in the folder as locked. Hashing 140 MB takes 0.2 s and lets a bad disk show itself."""
    if not home.is_dir():
        return list(jars)
    with ThreadPoolExecutor(os.cpu_count() or 1) as pool:
        good = pool.map(lambda jar: _is_good(jar, home / jar.name), jars)
        return [jar for jar, ok in zip(jars, good, strict=True) if not ok]


def _is_good(jar: Jar, file: Path) -> bool:
    try:
        if file.stat().st_size != jar.size:
            return False
        with file.open("rb") as stream:
            return hashlib.file_digest(stream, "sha256").hexdigest() == jar.sha256
    except OSError:
        return False


def _fetch_all(jars: Sequence[Jar], home: Path, base: str, progress: Progress) -> None:
    """Fetch into `home`; the first failure (or Ctrl-C) stops all, finished jars stay for the next attempt."""
    try:
        home.mkdir(parents=True, exist_ok=True)
        for part in home.glob("*.part"):  # left by a killed run; another run's are younger
            if time.time() - part.stat().st_mtime > 3600:
                part.unlink(missing_ok=True)
    except OSError as error:
        raise _disk_error(home, error) from error
    stop = threading.Event()
    done: list[int] = []
    # One context for all: reading the system's certificates takes longer than fetching a jar.
    tls = urllib.request.HTTPSHandler(context=ssl.create_default_context())
    opener = urllib.request.build_opener(tls)
    total = sum(jar.size for jar in jars)
    pool = ThreadPoolExecutor(THREADS)
    try:
        # Large ones first, so that no single jar is left over at the end.
        ordered = sorted(jars, key=lambda jar: -jar.size)
        pending = {pool.submit(_fetch, jar, home, base, opener, stop, done) for jar in ordered}
        told = -1
        while pending:
            finished, pending = wait(pending, timeout=0.5, return_when=FIRST_EXCEPTION)
            tenth = 10 * sum(done) // max(total, 1)
            if tenth > told:
                told = tenth
                progress(f"下载 Neo4j 运行库：{sum(done) / 1e6:.0f}/{total / 1e6:.0f} MB，共 {len(jars)} 个文件")
            for future in finished:
                future.result()
    finally:
        stop.set()
        pool.shutdown(cancel_futures=True)


def _fetch(
    jar: Jar, home: Path, base: str, opener: urllib.request.OpenerDirector, stop: threading.Event, done: list[int]
) -> None:
    for attempt in range(1, TRIES + 1):
        try:
            data = _download(opener, f"{base}/{jar.path}", jar.size, stop)
            break
        except (OSError, HTTPException) as error:
            lost = isinstance(error, urllib.error.HTTPError) and error.code < 500
            if lost or attempt == TRIES or stop.is_set():
                raise UnavailableError(
                    f"下载 Neo4j 运行库失败：无法从 {urlsplit(base).netloc} 取得 {jar.name}（{_reason(error)}）。",
                    REMEDY,
                    code="jars-unreachable",
                ) from error
            stop.wait(attempt)
    if hashlib.sha256(data).hexdigest() != jar.sha256:
        raise UnavailableError(
            f"从 {urlsplit(base).netloc} 下载的 {jar.name} 校验不符，文件不完整或被改动过。",
            REMEDY,
            code="jars-damaged",
        )
    _place(data, home / jar.name)
    done.append(jar.size)


def _download(opener: urllib.request.OpenerDirector, url: str, size: int, stop: threading.Event) -> bytes:
    """The body, cut off one byte after the expected size: a wrong answer must not fill the memory."""
    parts: list[bytes] = []
    got = 0
    with opener.open(url, timeout=SOCKET_TIMEOUT) as answer:
        while got <= size and not stop.is_set() and (chunk := answer.read(min(CHUNK, size + 1 - got))):
            parts.append(chunk)
            got += len(chunk)
    return b"".join(parts)


def _place(data: bytes, target: Path) -> None:
    """Write under a temporary name, then rename: a jar under its own name is always whole."""
    part: str | None = None
    try:
        handle, part = tempfile.mkstemp(prefix=target.name, suffix=".part", dir=target.parent)
        with os.fdopen(handle, "wb") as stream:
            stream.write(data)
        Path(part).replace(target)
    except OSError as error:
        if part is not None:
            with suppress(OSError):
                Path(part).unlink()
        raise _disk_error(target.parent, error) from error


def _disk_error(home: Path, error: OSError) -> UnavailableError:
    if error.errno == errno.ENOSPC:
        return UnavailableError(
            f"磁盘已满，运行库写不进 {home}。", "请腾出至少 200 MB 空间后重试，已下载的部分会保留。", code="disk-full"
        )
    return UnavailableError(
        f"无法写入运行库文件夹 {home}（{_reason(error)}）。",
        "请检查该文件夹的权限，或用 PARTYGRAPH_NEO4J_JARS 指定已备好的运行库文件夹。",
        code="disk-error",
    )


def _reason(error: BaseException) -> str:
    """Short cause as the operating system or the server gives it, without addresses or paths."""
    if isinstance(error, urllib.error.HTTPError):
        return f"HTTP {error.code}"
    if isinstance(error, urllib.error.URLError) and isinstance(error.reason, BaseException):
        return _reason(error.reason)
    if isinstance(error, TimeoutError):
        return "超时"
    return (error.strerror if isinstance(error, OSError) else None) or type(error).__name__
