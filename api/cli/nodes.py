"""The commands that look things up: search, show; and the profiles."""

from __future__ import annotations

import inspect
import re
from pathlib import Path
from typing import Annotated, Any

import typer

from api.asking import asked, search_rows
from api.caller import LOCAL
from api.catalogue import profile_rows
from api.cli.asking import OUT, context, flags, given_texts
from api.cli.help import ChineseCommand, group
from api.cli.output import put_file, put_json, put_table, say, write_bytes
from api.cli.shell import JSON, desk, settings_of, with_signature
from api.columns import Row, count, node, text, word
from api.nodes import card
from api.parameters import COMMON, ID, TEXT
from graph.errors import ParameterError
from graph.model import node_attributes
from graph.profile import profile_paths, read_profile
from graph.store.read import fetch

FOUND = (node("名称", "node"), text("类型", "node.kind"), node("上级或所在", "above"), text("标识", "node.id"))
TIES = (
    text("关系", "name"),
    word("方向", "direction", {"out": "出", "in": "入"}),
    count("条数", "count"),
    text("对端", "others"),
)
PROFILES = (text("标识", "id"), text("名称", "name"), text("条线", "lines"), text("自有", "own"), text("问题", "fault"))
TIES_NAMED = 5


def add_nodes(app: typer.Typer) -> None:
    """The commands of this module."""
    app.command("search", cls=ChineseCommand, help="查找：按名称、简称或标识的片段。")(_search())
    app.command("show", cls=ChineseCommand, help="一组织一档：一个节点的全部属性和关系。")(_show())
    profiles = group("治理方案：列出、检查、新建。")
    profiles.command("list", cls=ChineseCommand)(profile_list)
    profiles.command("check", cls=ChineseCommand)(profile_check)
    profiles.command("new", cls=ChineseCommand)(profile_new)
    app.add_typer(profiles, name="profile")


def _search() -> Any:
    parameters = (TEXT, *COMMON)

    def search(ctx: typer.Context, as_json: bool, output: Path | None, **values: Any) -> None:
        given = given_texts(parameters, values)
        with desk(ctx) as opened:
            found = search_rows(asked(opened, parameters, given, LOCAL))
        if output is not None:
            put_file(output, "查找", FOUND, found["rows"], [], silent=as_json)
        if as_json:
            put_json(found)
        elif output is None:
            put_table("查找", FOUND, found["rows"])

    return with_signature(search, [context(), *flags(parameters), *_outputs()])


def _show() -> Any:
    parameters = (ID, *COMMON)

    def show(ctx: typer.Context, as_json: bool, output: Path | None, **values: Any) -> None:
        given = given_texts(parameters, values)
        with desk(ctx) as opened:
            seen = asked(opened, parameters, given, LOCAL, names=True)
            stored = fetch(opened.store, [seen.values["id"]], relations=False)
            found = card(seen.view, seen.values["id"], stored[0] if stored else None, names=LOCAL.sees_names())
        rows = [_tie(r) for r in found["relations"]]
        if output is not None:
            put_file(output, found["node"]["name"], TIES, rows, [], silent=as_json)
        if as_json:
            put_json(found)
        elif output is None:
            _tell(found, rows)

    return with_signature(show, [context(), *flags(parameters), *_outputs()])


def _tell(found: Row, rows: list[Row]) -> None:
    named = {a.name: a.zh for a in node_attributes(found["node"]["label"])}
    facts = [{"zh": "标识", "value": found["node"]["id"]}, {"zh": "类型", "value": found["node"]["kind"]}]
    if found["area"]:
        facts.append({"zh": "所在", "value": found["area"]["name"]})
    above = " → ".join(s["name"] for s in found.get("superiors") or () if s)
    facts += [{"zh": "上级", "value": above}] if above else []
    facts += [{"zh": named.get(k, k), "value": v} for k, v in found["attributes"].items()]
    put_table(found["node"]["name"], (text("项目", "zh"), text("内容", "value")), facts, most=None)
    put_table("关系", TIES, rows, most=None)


def _tie(row: Row) -> Row:
    names = [str((t["node"] or {}).get("name", "（范围外）")) for t in row["ties"]]
    more = "……" if row["count"] > TIES_NAMED else ""
    return {**row, "others": "、".join(names[:TIES_NAMED]) + more}


def _outputs() -> list[Any]:
    keyword = inspect.Parameter.KEYWORD_ONLY
    return [
        inspect.Parameter("as_json", keyword, default=False, annotation=JSON),
        inspect.Parameter("output", keyword, default=None, annotation=OUT),
    ]


def profile_list(ctx: typer.Context, as_json: JSON = False) -> None:
    """列出治理方案。"""
    rows = profile_rows(settings_of(ctx).profiles)
    if as_json:
        put_json({"rows": rows, "next": None})
    else:
        put_table("治理方案", PROFILES, rows)


def profile_check(file: Annotated[Path, typer.Argument(metavar="FILE", help="治理方案文件（TOML）")]) -> None:
    """检查治理方案文件；有错时指出键和可用的值。"""
    profile = read_profile(file)
    say(f"{file.name} 没有错误：{profile.full_name}，{len(profile.lines)}条线，{len(profile.coverage)}条覆盖规则。")


def profile_new(
    ctx: typer.Context,
    output: Annotated[Path, typer.Option("-o", "--output", help="新文件，文件名即区划标识")],
    source: Annotated[str, typer.Option("--from", help="照哪个治理方案起草")] = "fuxing",
) -> None:
    """新建治理方案：照已有的一个起草，再按本地情况修改。"""
    paths = profile_paths(settings_of(ctx).profiles)
    if source not in paths:
        raise ParameterError("没有这个治理方案。", f"可用的：{'、'.join(paths)}。", code="unknown-district")
    if output.exists():
        raise ParameterError(f"文件 {output.name} 已存在。", "请换一个文件名，或先移走它。", code="file-exists")
    old = paths[source].read_text("utf-8")
    # What the other district published is not this one's: neither its counts nor its sources.
    own = re.sub(r'^source = "(?!.*(条例|意见|办法)).*"$', 'source = ""', old, flags=re.MULTILINE)
    own = re.sub(r"（公布数[^）]*）", "", own)
    draft = own.replace(f'id = "{source}"', f'id = "{output.stem}"', 1)
    write_bytes(output, draft.encode())
    say(f"已写出 {output}（照{source}起草，出处 source 留空待填）。")
    say(f"改好后用 partygraph profile check {output} 检查，再放入 PROFILE_DIR。")
