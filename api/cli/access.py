"""The commands of access: keys add, list and revoke, and the audit."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Annotated

import typer

from api import audit, keys
from api.audit import Deed
from api.caller import LOCAL, ROLES_ZH
from api.cli.help import ChineseCommand, ChineseGroup
from api.cli.output import put_file, put_json, put_table, say
from api.cli.shell import JSON, settings_of
from api.columns import Column, count, text
from api.parameters import Parameter, parse
from api.records import Records

BROKEN = 1
UNTIL = Parameter("until", "最后有效日", "date")
KEY_COLUMNS = (
    text("标识", "id"),
    text("名称", "name"),
    Column("角色", lambda row: "、".join(ROLES_ZH[r] for r in row["roles"])),
    Column("范围", lambda row: "、".join(row["scope"]) if row["scope"] else "全部"),
    Column("姓名", lambda row: "可见" if row["names"] else "遮盖"),
    text("最后有效日", "expires"),
    text("最近使用", "used"),
    text("撤销", "revoked"),
)
AUDIT_COLUMNS = (
    count("序号", "number"),
    text("时间", "at"),
    text("何人", "who"),
    text("密钥", "caller"),
    text("动作", "action"),
    text("对象", "object"),
    Column("范围", lambda row: "全部" if row["scope"] is None else "、".join(row["scope"])),
    text("结果", "result"),
    text("请求", "request_id"),
    text("散列值", "hash"),
)


def add_access(app: typer.Typer) -> None:
    """The commands of this module."""
    group = typer.Typer(cls=ChineseGroup, help="接口密钥：建立、列出、撤销。", no_args_is_help=True)
    group.command("add", cls=ChineseCommand)(add_key)
    group.command("list", cls=ChineseCommand)(list_keys)
    group.command("revoke", cls=ChineseCommand)(revoke_key)
    app.add_typer(group, name="keys")
    app.command("audit", cls=ChineseCommand)(show_audit)


def add_key(
    ctx: typer.Context,
    name: Annotated[str, typer.Argument(help="给谁用")],
    role: Annotated[list[str], typer.Option("--role", help="角色，可多个：" + "、".join(ROLES_ZH))],
    scope: Annotated[
        list[str] | None, typer.Option("--scope", help="只限这个区域或党组织（标识）及其以下，可多个")
    ] = None,
    names: Annotated[bool, typer.Option("--names", help="可见岗位人员姓名")] = False,
    until: Annotated[str | None, typer.Option("--until", help="最后有效日，默认不过期")] = None,
    as_json: JSON = False,
) -> None:
    """建立接口密钥；密钥只显示这一次。有了密钥，接口就要求每个请求都带密钥。"""
    expires: dt.date | None = parse((UNTIL,), {"until": [until]} if until else {})["until"]
    with Records(settings_of(ctx).data_dir) as records:
        row, key = keys.add(records, name, role, scope=scope or (), names=names, expires=expires)
        audit.append(records, LOCAL, Deed("key-add", f"keys/{row['id']}", "ok"))
    if as_json:
        put_json({**row, "key": key})
        return
    say(f"密钥 {key}")
    say(f"标识 {row['id']}。请现在就记下密钥：它不再显示，服务只保存它的散列值。")


def list_keys(ctx: typer.Context, as_json: JSON = False) -> None:
    """全部接口密钥，不含密钥本身。"""
    with Records(settings_of(ctx).data_dir) as records:
        rows = keys.listed(records)
    if as_json:
        put_json({"rows": rows, "next": None})
        return
    put_table("密钥", KEY_COLUMNS, rows, most=None)


def revoke_key(ctx: typer.Context, id_: Annotated[str, typer.Argument(metavar="ID", help="密钥的标识")]) -> None:
    """撤销接口密钥，立即失效。"""
    with Records(settings_of(ctx).data_dir) as records:
        keys.revoke(records, id_)
        audit.append(records, LOCAL, Deed("key-revoke", f"keys/{id_}", "ok"))
    say(f"已撤销密钥 {id_}。")


def show_audit(
    ctx: typer.Context,
    as_json: JSON = False,
    output: Annotated[Path | None, typer.Option("-o", "--output", help="写成 .xlsx 或 .csv 文件")] = None,
    check: Annotated[bool, typer.Option("--check", help="记录被改动或删除时以退出码1结束")] = False,
) -> None:
    """审计：谁、何时、对什么、做了什么、结果如何，以及记录是否完整。"""
    with Records(settings_of(ctx).data_dir) as records:
        rows, chain = audit.listed(records), audit.verified(records)
    if chain["whole"]:
        told = f"共{chain['records']}条，逐条相连，没有改动；末条散列值 {chain['head']}。"
    else:
        told = f"第{chain['broken_at']}条起与前面的记录不相连：有记录被改动或删除。"
    if output is not None:
        put_file(output, "审计", AUDIT_COLUMNS, rows, [told], silent=as_json)
    if as_json:
        put_json({"rows": rows, "next": None, "chain": chain})
    elif output is None:
        put_table("审计", AUDIT_COLUMNS, list(reversed(rows)))
        say(told)
    if check and not chain["whole"]:
        raise typer.Exit(BROKEN)
