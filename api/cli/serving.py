"""The commands that run things: serve, settings, store."""

from __future__ import annotations

import logging
import os
import signal
import socket
import sys
import tempfile
from typing import Annotated, Any

import orjson
import structlog
import typer
import uvicorn
from uvicorn.supervisors import Multiprocess

from api.auth import require_lock
from api.cli.help import ChineseCommand
from api.cli.output import put_json, put_table, say
from api.cli.shell import JSON, working
from api.columns import text
from api.opening import Opened, opened
from api.settings import PREFIX, Settings, explain, read_settings
from graph.errors import ConflictError, UnavailableError


def add_serving(app: typer.Typer) -> None:
    """The commands of this module."""
    app.command("serve", cls=ChineseCommand)(serve)
    app.command("settings", cls=ChineseCommand)(settings)


def settings(ctx: typer.Context, as_json: JSON = False) -> None:
    """设置：每一项的值、来源和含义；密码遮盖。"""
    found, sources = read_settings(ctx.obj)
    rows = [
        {"name": e.name, "value": e.value, "source": e.source, "meaning": e.meaning} for e in explain(found, sources)
    ]
    if as_json:
        put_json({"rows": rows, "next": None})
        return
    put_table(
        "设置",
        (text("设置", "name"), text("值", "value"), text("来源", "source"), text("含义", "meaning")),
        rows,
        most=None,
    )
    say(f"优先顺序：命令行、环境变量 {PREFIX}…、./partygraph.toml、DATA_DIR/partygraph.toml、默认。")


def serve(
    ctx: typer.Context,
    host: Annotated[str | None, typer.Option("--host", help="监听地址")] = None,
    port: Annotated[str | None, typer.Option("--port", help="端口")] = None,
) -> None:
    """启动接口服务，按 Ctrl-C 停止。"""
    flags = {**(ctx.obj or {}), **{k: v for k, v in (("host", host), ("port", port)) if v is not None}}
    found = read_settings(flags)[0]
    require_lock(found)
    listening = listen(found.host, found.port)
    # The single with-block stops the embedded Neo4j cleanly on SIGTERM too.
    signal.signal(signal.SIGTERM, _stop)
    with working("正在打开图数据库……") as progress, opened(found, progress) as store:
        say(f"服务地址 http://{_shown(found.host)}:{listening.getsockname()[1]} ，接口文档 /docs ，按 Ctrl-C 停止。")
        sys.stdout.flush()
        run(found, store, listening, flags)


def listen(host: str, port: int) -> socket.socket:
    """A bound socket; `ConflictError` port-taken."""
    try:
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        bound = socket.socket(family, socket.SOCK_STREAM)
        if os.name != "nt":
            bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        bound.bind((host, port))
        bound.listen(128)
    except OSError:
        bound.close()
        raise ConflictError(
            f"端口 {port} 已被占用，或不允许使用。", "请用 --port 换一个端口，或停止占用它的程序。", code="port-taken"
        ) from None
    return bound


def free_socket(host: str, port: int, tries: int = 50) -> socket.socket:
    """A bound socket on the port, or on the next free one."""
    for candidate in range(port, min(port + tries, 65536)):
        try:
            return listen(host, candidate)
        except ConflictError:
            continue
    raise ConflictError(f"端口 {port} 起的{tries}个端口都被占用。", "请用 --port 换一个端口。", code="port-taken")


def run(found: Settings, store: Opened, listening: socket.socket, flags: dict[str, str]) -> None:
    """Serve until stopped; with several workers each opens the store by the same settings."""
    from api.app import create
    from api.measures import MULTIPLE

    log_to_stderr(found.log_level)
    if found.workers > 1:
        os.environ.update({f"{PREFIX}{k.upper()}": str(v) for k, v in flags.items()})
        config = uvicorn.Config("api.app:from_environment", factory=True, workers=found.workers, **_quiet())
        with tempfile.TemporaryDirectory(prefix="partygraph-metrics-") as together:
            os.environ[MULTIPLE] = together
            Multiprocess(config, [listening]).run()
        return
    server = uvicorn.Server(uvicorn.Config(create(found, store), **_quiet()))
    server.run(sockets=[listening])
    if not server.started:
        raise UnavailableError("服务没有启动成功。", "请查看上面的日志。")


def log_to_stderr(level: str, *, for_good: bool = True) -> None:
    """Structured lines on stderr from a level up; `for_good` loggers that have spoken are not configured again."""
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso"),
            structlog.processors.JSONRenderer(serializer=orjson.dumps),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(getattr(logging, level.upper())),
        logger_factory=structlog.BytesLoggerFactory(open(2, "wb", buffering=0, closefd=False)),  # noqa: SIM115
        cache_logger_on_first_use=for_good,
    )


def _quiet() -> dict[str, Any]:
    """The edge writes the access log; tracebacks of defects stay out of the output."""
    return {"access_log": False, "log_level": "critical", "lifespan": "on", "timeout_graceful_shutdown": 5}


def _shown(host: str) -> str:
    return f"[{host}]" if ":" in host else host


def _stop(number: int, frame: object) -> None:
    """SIGTERM ends like a normal exit, through every with-block."""
    del number, frame
    raise SystemExit(0)
