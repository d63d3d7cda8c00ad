"""The commands that bring districts in and out: districts, load, unload."""

from __future__ import annotations

from typing import Annotated

import typer

from api.catalogue import district_rows
from api.cli.help import ChineseCommand
from api.cli.output import put_json, put_table, say
from api.cli.shell import JSON, desk, working
from api.columns import count, text
from api.loading import load_published, unload_district
from graph.errors import ParameterError

AUTHOR = "命令行"
COLUMNS = (
    text("区划", "district"),
    text("名称", "name"),
    text("治理方案", "profile"),
    text("已载入", "loaded"),
    count("修订", "revision"),
    count("节点", "nodes"),
    count("关系", "relations"),
)


def add_data(app: typer.Typer) -> None:
    """The commands of this module."""
    app.command("districts", cls=ChineseCommand)(districts)
    app.command("load", cls=ChineseCommand)(load)
    app.command("unload", cls=ChineseCommand)(unload)


def districts(ctx: typer.Context, as_json: JSON = False) -> None:
    """区划：可以载入的公布区划，和已载入的区划。"""
    with desk(ctx) as opened:
        rows = district_rows(opened)
    if as_json:
        put_json({"rows": rows, "next": None})
    else:
        put_table("区划", COLUMNS, rows)


def load(
    ctx: typer.Context,
    district: Annotated[str, typer.Argument(help="公布区划的标识，如 fuxing；全部见 partygraph districts")],
    replace: Annotated[bool, typer.Option("--replace", help="恢复为公布数据，用户导入的内容结束")] = False,
    as_json: JSON = False,
) -> None:
    """载入公布区划；再次载入不作任何改动。"""
    with desk(ctx) as opened, working(f"正在载入{district}……") as progress:
        done = load_published(opened, district, AUTHOR, progress, replace=replace)
    if as_json:
        put_json({"district": done.district, "revision": done.revision, "counts": done.counts})
        return
    if not done.changed:
        say(f"{district} 已是最新，没有改动（修订{done.revision}）。")
        return
    c = done.counts
    say(
        f"已载入 {district}：修订{done.revision}，节点{done.nodes}个（其中推演{done.generated}个），"
        f"关系{done.relations}条；新增{c['added']}、改变{c['changed']}、移动{c['moved']}、结束{c['ended']}。"
    )
    say("下一步：partygraph coverage、partygraph gaps、partygraph unpaired。")


def unload(
    ctx: typer.Context,
    district: Annotated[str, typer.Argument(help="区划标识")],
    yes: Annotated[bool, typer.Option("--yes", help="确认删除该区划的全部数据和历史")] = False,
) -> None:
    """卸载区划：删除它的全部数据和历史。"""
    if not yes:
        raise ParameterError("卸载会删除该区划的全部数据和历史。", "确认要删除，请加 --yes。", code="not-confirmed")
    with desk(ctx) as opened, working(f"正在卸载{district}……"):
        unload_district(opened, district, AUTHOR)
    say(f"已卸载 {district}。")
