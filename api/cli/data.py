"""The commands that bring districts in and out: districts, load, unload, import, template, export."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from api.catalogue import district_rows
from api.cli.help import ChineseCommand
from api.cli.output import put_file, put_json, put_table, say
from api.cli.shell import JSON, RESULT, desk, recorded, settings_of, working
from api.columns import count, node, text
from api.exporting import FORMATS, export, template, template_district
from api.importing import chosen_district, import_bulk, import_files, mapping_of, refuse_missing, write_marked
from api.loading import load_published, unload_district
from graph.errors import InputError, ParameterError
from graph.profile import load_profile

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
    app.command("import", cls=ChineseCommand)(import_)
    app.command("template", cls=ChineseCommand)(template_)
    app.command("export", cls=ChineseCommand)(export_)


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


def import_(
    ctx: typer.Context,
    paths: Annotated[list[Path], typer.Argument(metavar="PATH…", help="工作簿、CSV 或它们的文件夹")],
    district: Annotated[str | None, typer.Option("--district", help="导入到哪个区划")] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="只检查和比对，不写入")] = False,
    bulk: Annotated[bool, typer.Option("--bulk", help="整库写入：内嵌的空库第一次导入大量数据时用，最快")] = False,
    mapping: Annotated[
        Path | None, typer.Option("--mapping", help="对照文件（TOML）；还没有时写出建议，核对后再用")
    ] = None,
    complete: Annotated[
        list[str] | None, typer.Option("--complete", help="表 或 表@区域：文件列出了其全部内容")
    ] = None,
    drop_personal: Annotated[bool, typer.Option("--drop-personal", help="丢弃身份证号、电话号码的列")] = False,
    errors: Annotated[Path | None, typer.Option("--errors", help="标出问题的表格副本 .xlsx；或问题清单 .csv")] = None,
    as_json: JSON = False,
) -> None:
    """导入台账：全部检查通过才写入，再次导入同一文件不作改动。"""
    refuse_missing(paths)
    settled = mapping_of(mapping, paths) if mapping else None
    if bulk:
        report = _bulk(ctx, paths, district, complete, dry_run=dry_run, mapping=settled, drop_personal=drop_personal)
    else:
        with desk(ctx) as opened, working("正在导入……") as progress:
            report = import_files(
                opened,
                paths,
                chosen_district(opened, district),
                AUTHOR,
                progress,
                dry_run=dry_run,
                mapping=settled,
                complete=complete or (),
                drop_personal=drop_personal,
            )
            ctx.meta[RESULT] = "ok" if report["ok"] else "import-invalid"
    if errors is not None and (report["errors"] or report["warnings"]):
        _put_errors(errors, paths, report, silent=as_json)
    if not report["ok"]:
        if as_json:
            put_json(report)
        raise InputError(
            f"文件有{len(report['errors'])}处错误，没有写入任何内容。",
            "请逐处改正后重新导入；用 --errors 文件.xlsx 取全部错误。",
            code="import-invalid",
            items=[{**e, "detail": f"{e['message'].rstrip('。')}。"} for e in report["errors"]],
        )
    if as_json:
        put_json(report)
    else:
        _tell(report)


def _bulk(
    ctx: typer.Context, paths: list[Path], district: str | None, complete: list[str] | None, **options: Any
) -> dict[str, Any]:
    settings = settings_of(ctx)
    named = district or settings.district
    if not named or complete:
        raise ParameterError(
            "--bulk 用于空库的第一次导入，须用 --district 说明区划，也不用 --complete。",
            "请加 --district 区划标识，并去掉 --complete。",
            code="bulk-parameters",
        )
    with working("正在导入……") as progress, recorded(ctx, settings):
        report = import_bulk(settings, paths, named, AUTHOR, progress, **options)
        ctx.meta[RESULT] = "ok" if report["ok"] else "import-invalid"
    return report


def _put_errors(path: Path, paths: list[Path], report: dict[str, Any], *, silent: bool) -> None:
    if path.suffix.lower() != ".xlsx":
        put_file(path, "导入错误", FAULTS, [*report["errors"], *report["warnings"]], [], silent=silent)
        return
    write_marked(paths, report, path)
    if not silent:
        say(f"已写出 {path}：问题单元格标红并有批注，改正后可直接用它重新导入。")


def _tell(report: dict[str, Any]) -> None:
    c = report["counts"]
    if not any(c[k] for k in ("added", "changed", "moved", "ended")):
        say(f"文件与已有内容一致，没有改动（{c['unchanged']}行相同）。")
    else:
        done = "将" if report["dry_run"] else "已"
        say(f"{done}新增{c['added']}、改变{c['changed']}、移动{c['moved']}、结束{c['ended']}，{c['unchanged']}行相同。")
        put_table("按区域", CHANGED, report["by_area"])
        say("试导入，没有写入。" if report["dry_run"] else f"修订{report['revision']}。")
    if report["warnings"]:
        put_table(f"提示{len(report['warnings'])}条", FAULTS, report["warnings"])


FAULTS = (
    text("文件", "file"),
    text("工作表", "sheet"),
    count("行", "row"),
    text("列", "column"),
    text("列名", "header"),
    text("问题", "message"),
    text("怎么办", "remedy"),
)
CHANGED = (
    node("区域", "area"),
    count("新增", "added"),
    count("改变", "changed"),
    count("移动", "moved"),
    count("结束", "ended"),
)


def template_(
    ctx: typer.Context,
    output: Annotated[Path, typer.Option("-o", "--output", help="模板文件 .xlsx")],
    district: Annotated[str | None, typer.Option("--district", help="按哪个区划的治理方案")] = None,
) -> None:
    """模板：按治理方案生成填报模板。"""
    found = settings_of(ctx)
    named = district or found.district
    if not named:
        with desk(ctx) as opened:
            named = template_district(opened, None)
    profile = load_profile(named, found.profiles)
    template(profile, output)
    say(f"已写出 {output}（{profile.full_name}）。")


def export_(
    ctx: typer.Context,
    output: Annotated[Path, typer.Option("-o", "--output", help="输出文件；csv、neo4j-csv 为文件夹或 .zip")],
    fmt: Annotated[str, typer.Option("--format", help=f"格式：{'、'.join(FORMATS)}")] = "xlsx",
    district: Annotated[str | None, typer.Option("--district", help="区划标识")] = None,
    strip_personal: Annotated[bool, typer.Option("--strip-personal", help="不写出岗位人员姓名")] = False,
) -> None:
    """导出：一个区划的全部内容，可以原样导入。"""
    with desk(ctx) as opened, working("正在导出……"):
        chosen = opened.choose(district, (), sorted(opened.loaded()))
        revision = export(opened, chosen, fmt, output, strip_personal=strip_personal)
    say(f"已写出 {output}（{chosen}，修订{revision}）。")
