"""The commands of the store: start, status, stop, check."""

from __future__ import annotations

import signal
import threading
from typing import Annotated, Any

import typer

from api.cli.asking import BREACHED
from api.cli.help import ChineseCommand, group
from api.cli.output import console, put_json, put_table, say
from api.cli.shell import JSON, desk, settings_of, working
from api.columns import count, text
from api.opening import start
from api.standing import district_faults
from graph.errors import ParameterError
from graph.store import embedded

FAULTS = (text("区划", "district"), text("问题", "text"), count("数量", "count"))


def add_store(app: typer.Typer) -> None:
    """The commands of this module."""
    store = group("存储：启动、状态、停止、检查。")
    store.command("start", cls=ChineseCommand)(store_start)
    store.command("status", cls=ChineseCommand)(store_status)
    store.command("stop", cls=ChineseCommand)(store_stop)
    store.command("check", cls=ChineseCommand)(store_check)
    app.add_typer(store, name="store")


def store_start(ctx: typer.Context) -> None:
    """启动内嵌 Neo4j 并留在前台，按 Ctrl-C 停止；其他命令会用它，不必各自启动。"""
    found = settings_of(ctx)
    if found.neo4j_uri:
        raise ParameterError("设置了 NEO4J_URI，用的是服务器，不需要启动。", "要用内嵌的，请去掉 NEO4J_URI。")
    told = console(error=True)
    stopped = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: stopped.set())
    with start(found, lambda line: told.print(line, markup=False)) as running:
        say(f"内嵌 Neo4j 正在运行（{running.uri}，数据在 {running.home}）。按 Ctrl-C 停止。")
        while not stopped.wait(1.0):
            pass


def store_status(ctx: typer.Context, as_json: JSON = False) -> None:
    """存储是否在运行、在哪里；不启动它。"""
    found = settings_of(ctx)
    state = None if found.neo4j_uri else embedded.status(found.embedded_home)
    row: dict[str, Any] = {
        "kind": "server" if found.neo4j_uri else "embedded",
        "running": None if found.neo4j_uri else state is not None,
        "uri": found.neo4j_uri or (f"bolt://127.0.0.1:{state.port}" if state else None),
        "pid": state.pid if state else None,
        "home": None if found.neo4j_uri else str(found.embedded_home),
    }
    if as_json:
        put_json(row)
    elif found.neo4j_uri:
        say(f"使用服务器 {found.neo4j_uri}。")
    elif state:
        say(f"内嵌 Neo4j 正在运行：{row['uri']}，进程 {state.pid}，数据在 {row['home']}。")
    else:
        say(f"内嵌 Neo4j 没有运行；需要时会自动启动。数据在 {row['home']}。")


def store_stop(ctx: typer.Context) -> None:
    """停止内嵌 Neo4j。"""
    with working("正在停止内嵌 Neo4j……"):
        stopped = embedded.stop(settings_of(ctx).embedded_home)
    say("已停止。" if stopped else "内嵌 Neo4j 没有在运行。")


def store_check(
    ctx: typer.Context,
    check: Annotated[bool, typer.Option("--check", help="有问题时以退出码1结束")] = False,
    as_json: JSON = False,
) -> None:
    """检查存储：数量与记录是否相符，是否有多头、环和悬空。"""
    with desk(ctx) as opened, working("正在检查……"):
        faults = [f for d in sorted(opened.loaded()) for f in district_faults(opened.store, d)]
    if as_json:
        put_json({"rows": faults, "next": None})
    elif faults:
        put_table("存储的问题", FAULTS, faults)
    else:
        say("没有发现问题。")
    if check and faults:
        raise typer.Exit(BREACHED)
