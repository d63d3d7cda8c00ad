"""The commands of ad-hoc Cypher: run a query, list and show the saved ones."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated, Any

import typer

from api import saved
from api.caller import LOCAL
from api.cli.help import ChineseCommand
from api.cli.output import put_file, put_json, put_table, say
from api.cli.shell import JSON, desk, settings_of, working
from api.columns import Column, text
from api.querying import ROWS, SECONDS, Query, run_query
from api.records import Records
from graph.analysis.answer import Row
from graph.errors import ParameterError

CUT = {"rows": "行数到限", "bytes": "大小到限", "seconds": "时间到限"}
COLUMNS = (text("标识", "id"), text("名称", "name"), text("说明", "about"), text("何人", "owner"))


def add_querying(app: typer.Typer) -> None:
    """The commands of this module."""
    app.command("query", cls=ChineseCommand)(query)
    app.command("queries", cls=ChineseCommand)(queries)


def query(
    ctx: typer.Context,
    cypher: Annotated[str, typer.Argument(metavar="CYPHER", help="只读 Cypher，或保存的查询的标识、名称")],
    param: Annotated[list[str] | None, typer.Option("--param", help="参数 名称=值（值为 JSON 或文字），可多个")] = None,
    district: Annotated[str | None, typer.Option("--district", help="区划标识，即参数 $district")] = None,
    limit: Annotated[int, typer.Option("--limit", help="最多几行")] = ROWS,
    seconds: Annotated[int, typer.Option("--seconds", help="最多几秒")] = SECONDS,
    output: Annotated[Path | None, typer.Option("-o", "--output", help="写成 .xlsx 或 .csv 文件")] = None,
    as_json: JSON = False,
) -> None:
    """自由查询：只读 Cypher，先看语句和执行计划再执行；姓名不遮盖。"""
    with Records(settings_of(ctx).data_dir) as records:
        found = next((r for r in saved.listed(records, LOCAL) if cypher in (r["id"], r["name"])), None)
    given = {**(found["parameters"] if found else {}), **_parameters(param or ())}
    if district:
        given["district"] = district
    asked = Query(found["text"] if found else cypher, given, limit, seconds)
    with desk(ctx) as opened, working("正在查询……"):
        done = run_query(opened, asked, tuple(sorted(opened.loaded())), wait=True)
    columns = [_column(name, i) for i, name in enumerate(done["columns"])]
    rows: list[Row] = [{"cells": cells} for cells in done["rows"]]
    note = f"结果不全：{CUT[done['cut']]}。" if done["cut"] else ""
    if output is not None:
        put_file(output, "查询", columns, rows, [note] if note else [], silent=as_json)
    if as_json:
        put_json(done)
    elif output is None:
        put_table(found["name"] if found else "查询结果", columns, rows)
        if note:
            say(note)


def queries(ctx: typer.Context, as_json: JSON = False) -> None:
    """保存的查询：随附的和自己的；用 partygraph query 标识 运行。"""
    with Records(settings_of(ctx).data_dir) as records:
        rows = saved.listed(records, LOCAL)
    if as_json:
        put_json({"rows": rows, "next": None})
        return
    put_table("保存的查询", COLUMNS, rows, most=None)


def _parameters(given: Any) -> dict[str, Any]:
    values: dict[str, Any] = {}
    for one in given:
        name, equals, value = one.partition("=")
        if not equals:
            raise ParameterError("参数要写成 名称=值。", "例如 --param kind=网格。")
        try:
            values[name] = json.loads(value)
        except ValueError:
            values[name] = value
    return values


def _column(name: str, place: int) -> Column:
    return Column(name, lambda row: _cell(row["cells"][place]))


def _cell(value: Any) -> Any:
    if value is None or (isinstance(value, str | int | float) and not isinstance(value, bool)):
        return value
    return json.dumps(value, ensure_ascii=False)
