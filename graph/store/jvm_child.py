"""The process that holds embedded Neo4j: `python -P -m graph.store.jvm_child`, started by `embedded.py` only.

Neo4j Community is under GPL-3, the project under Apache-2.0: this module runs Neo4j through its documented embedded
API in a process of its own and imports nothing of the project. Both sides talk through pipes:

- stdin, first line: one JSON object with `home`, `jvm` (path of libjvm), `jvm_options`, `classpath`, `conf`
  (a neo4j.conf), `port` (wished, 0 for any), `password`, `parent` (pid to die with, or null).
- stdout: one JSON line, `{"port": N}` once Bolt answers with that password, or `{"error": text}`.
- stdin's end or SIGTERM stops Neo4j cleanly. The child never outlives whoever holds the pipe.
"""

from __future__ import annotations

import contextlib
import ctypes
import hashlib
import json
import os
import pathlib
import signal
import socket
import sys
import threading
import traceback
from typing import Any

PR_SET_PDEATHSIG = 1


def main() -> None:
    """Start, report, wait for the end, stop."""
    report = _private_stdout()
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    order = json.loads(_read_line())
    _die_with(order["parent"], stop)
    threading.Thread(target=_await_end_of_stdin, args=(stop,), daemon=True).start()
    try:
        service, port = _start(order)
    except Exception as error:
        traceback.print_exc()
        _tell(report, {"error": _causes(error)})
        # Neo4j's own threads may be up already; an ordinary exit would wait for them for ever.
        os._exit(1)
    _tell(report, {"port": port})
    stop.wait()
    service.shutdown()
    sys.stderr.flush()
    # Neo4j is down and has written all; unloading the JVM and the interpreter would only take time.
    os._exit(0)


def _private_stdout() -> int:
    """Keep the pipe for the report alone: what Java prints goes to stderr, which is the log."""
    report = os.dup(1)
    os.dup2(2, 1)
    return report


def _tell(report: int, message: dict[str, Any]) -> None:
    # The parent may be gone; then stdin has ended too and Neo4j stops.
    with contextlib.suppress(BrokenPipeError):
        os.write(report, json.dumps(message).encode() + b"\n")


def _read_line() -> bytes:
    """Up to the first newline, unbuffered: the thread that waits for the end reads the same descriptor."""
    line = bytearray()
    while not line.endswith(b"\n"):
        chunk = os.read(0, 65536)
        if not chunk:
            raise SystemExit("no order on stdin")
        line += chunk
    return bytes(line)


def _await_end_of_stdin(stop: threading.Event) -> None:
    while os.read(0, 4096):
        pass
    stop.set()


def _die_with(parent: int | None, stop: threading.Event) -> None:
    """Have Linux send SIGTERM when the parent's starting thread ends: its pipe may be open in forked workers."""
    if parent is None or sys.platform != "linux":
        return
    ctypes.CDLL(None, use_errno=True).prctl(PR_SET_PDEATHSIG, signal.SIGTERM, 0, 0, 0)
    if os.getppid() != parent:
        stop.set()


def _start(order: dict[str, Any]) -> tuple[Any, int]:
    """Neo4j running in this process and the port of its Bolt connector."""
    import jpype

    jpype.startJVM(order["jvm"], *order["jvm_options"], classpath=order["classpath"], convertStrings=True)
    port = _free_port(order["port"])
    builder = jpype.JClass("org.neo4j.dbms.api.DatabaseManagementServiceBuilder")(_path(order["home"]))
    builder.loadPropertiesFromFile(_path(order["conf"]))
    builder.setConfig(
        jpype.JClass("org.neo4j.configuration.connectors.BoltConnector").listen_address,
        jpype.JClass("org.neo4j.configuration.helpers.SocketAddress")("127.0.0.1", port),
    )
    service = builder.build()
    _set_password(service, order["password"], pathlib.Path(order["home"], "data", "password-set"))
    return service, port


def _set_password(service: Any, password: str, done: pathlib.Path) -> None:
    """Set once a store: the first Cypher statement of a start costs seconds of compiling.

    `done` lies with the data and holds the digest of the password that was set, so that a restored or copied folder
    works with the password kept beside it.
    """
    import jpype

    digest = hashlib.sha256(password.encode()).hexdigest()
    if done.is_file() and done.read_text("ascii") == digest:
        return

    parameters = jpype.JClass("java.util.HashMap")()
    parameters.put("password", password)
    try:
        service.database("system").executeTransactionally(
            "ALTER USER neo4j SET PASSWORD $password CHANGE NOT REQUIRED", parameters
        )
    except jpype.JException as error:
        if "cannot be the same" not in _causes(error):  # Neo4j refuses the password it already has
            raise
    done.write_text(digest, "ascii")


def _path(text: str) -> Any:
    import jpype

    return jpype.JClass("java.nio.file.Path").of(text)


def _free_port(wished: int) -> int:
    """The wished port if nobody has it, so that drivers find a restarted Neo4j again; else any free one."""
    for port in (wished, 0):
        with socket.socket() as probe:
            if os.name == "posix":  # connections of the previous child may still be in TIME_WAIT
                probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            with contextlib.suppress(OSError):
                probe.bind(("127.0.0.1", port))
                return int(probe.getsockname()[1])
    raise OSError("no free port on 127.0.0.1")


def _causes(error: BaseException) -> str:
    """The messages of an exception and, for a Java one, of its causes, innermost last."""
    texts: list[str] = []
    cause: Any = error
    while cause is not None and len(texts) < 20:
        texts.append(str(cause))
        cause = cause.getCause() if hasattr(cause, "getCause") else cause.__cause__
    return " <- ".join(dict.fromkeys(texts))


if __name__ == "__main__":
    main()
