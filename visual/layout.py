"""The only runner of Graphviz: DOT text in, SVG bytes out, in a child process with a deadline and a memory limit."""

from __future__ import annotations

import importlib.metadata
import os
import subprocess
import sys
from pathlib import Path

from graph.errors import UnavailableError

PROGRAM = "graphviz-pure"
TIMEOUT_SECONDS = 20.0
MEMORY_BYTES = 1 << 30


def find_program(dot: str | os.PathLike[str] | None = None) -> Path:
    """The Graphviz program: `dot` where the caller names one, else the binary of the graphviz-pure wheel.

    Raises UnavailableError when it is not there.
    """
    if dot:
        path = Path(dot)
        if not path.is_file():
            raise UnavailableError(
                "设置 DOT 指定的 Graphviz 程序不存在。",
                "请改正 PARTYGRAPH_DOT，或清空它以使用随程序安装的 graphviz-pure。",
                code="layout-missing",
            )
        return path
    try:
        files = importlib.metadata.files(PROGRAM) or []
    except importlib.metadata.PackageNotFoundError:
        files = []
    for file in files:
        path = Path(str(file.locate()))
        if path.name in (PROGRAM, f"{PROGRAM}.exe") and path.is_file():
            return path
    raise UnavailableError(
        "没有可用的制图程序 graphviz-pure。",
        "请重新安装本程序（python3 run.py demo），或用 PARTYGRAPH_DOT 指定系统的 dot。",
        code="layout-missing",
    )


def run_layout(
    text: str,
    *,
    dot: str | os.PathLike[str] | None = None,
    timeout: float = TIMEOUT_SECONDS,
    memory: int = MEMORY_BYTES,
) -> bytes:
    """SVG of a DOT text. `timeout` seconds, `memory` bytes of address space (Linux).

    Raises UnavailableError: program missing, deadline passed, or the program failed.
    """
    program = find_program(dot)
    try:
        child = subprocess.Popen(
            [str(program), "-Tsvg"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env={"LC_ALL": "C.UTF-8", "PATH": os.environ.get("PATH", "")},
        )
    except OSError as error:
        raise UnavailableError(
            "制图程序无法启动。", "请检查 PARTYGRAPH_DOT 指向的文件是否可执行。", code="layout-missing"
        ) from error
    with child:
        try:
            limit_memory(child.pid, memory)
            output, _ = child.communicate(text.encode("utf-8"), timeout=timeout)
        except subprocess.TimeoutExpired as error:
            child.kill()
            raise UnavailableError(
                f"制图超过了 {timeout:g} 秒的时限。",
                "请缩小范围（--area）、减少层级（--depth），或分页输出。",
                code="layout-timeout",
            ) from error
    if child.returncode != 0 or b"</svg>" not in output:
        raise UnavailableError(
            f"制图程序没有完成（返回值 {child.returncode}）。",
            "请缩小范围（--area）或减少层级（--depth）；若仍不行，请清空 PARTYGRAPH_DOT 使用自带的 graphviz-pure。",
            code="layout-failed",
        )
    return output


def limit_memory(pid: int, memory: int) -> None:
    """Bound a child's address space (bytes) while it still waits for its input; Linux only, others have no prlimit."""
    if sys.platform == "linux":
        import resource

        try:
            resource.prlimit(pid, resource.RLIMIT_AS, (memory, memory))
        except ProcessLookupError:  # It has ended already; its return code tells why.
            return
