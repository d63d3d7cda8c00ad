"""The demo: one published district through the whole path in its own store, told to a newcomer."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Annotated, Any

import typer

from api.asking import Asked, asked, body
from api.caller import LOCAL
from api.cli.drawing import page_paths
from api.cli.help import ChineseCommand
from api.cli.output import console, put_table, say, write_bytes
from api.cli.serving import free_socket, run
from api.cli.telling import coverage_table, gap_table, path_lines, story
from api.desk import Desk
from api.drawing import PARAMETERS, pictures
from api.loading import load_published
from api.opening import opened
from api.questions import question
from api.reporting import PARAMETERS as REPORTING
from api.reporting import reported
from api.settings import Settings, read_settings
from graph.analysis.answer import Row

DRAWN = (("organization", "党组织体系图"), ("pairing", "结对共建图"))
FORMATS = ("svg", "png", "pdf")
AUTHOR = "演示"


def add_demo(app: typer.Typer) -> None:
    """The command of this module."""
    app.command("demo", cls=ChineseCommand)(demo)


def demo(
    ctx: typer.Context,
    district: Annotated[str, typer.Argument(help="公布区划的标识")] = "fuxing",
    no_serve: Annotated[bool, typer.Option("--no-serve", help="出图后结束，不提供服务")] = False,
    port: Annotated[str | None, typer.Option("--port", help="服务端口，被占用时取下一个")] = None,
    out: Annotated[Path | None, typer.Option("--out", help="图的去处，默认 out/区划")] = None,
) -> None:
    """演示：用单独的存储载入一个公布区划，打印结果、出图并提供服务；不动您自己的数据。"""
    found = read_settings({**(ctx.obj or {}), **({"port": port} if port else {})})[0]
    own = found.model_copy(update={"data_dir": found.data_dir / "demo", "neo4j_uri": ""})
    told = console(error=True)
    with opened(own, lambda line: told.print(line, markup=False)) as store:
        desk = Desk(own, store)
        done = load_published(desk, district, AUTHOR, lambda _: None)
        say(
            f"已载入{desk.profile(district)[1].full_name}：节点{done.nodes}个，关系{done.relations}条。"
            if done.changed
            else f"{desk.profile(district)[1].full_name}已在存储中，没有改动。"
        )
        tell(desk, district)
        draw(desk, district, out or Path("out") / district)
        if no_serve or os.environ.get("CI", "").lower() == "true":
            return
        listening = free_socket(own.host, own.port)
        chosen = listening.getsockname()[1]
        if chosen != own.port:
            say(f"端口{own.port}已被占用，改用{chosen}。")
        say(f"\n接口文档：http://127.0.0.1:{chosen}/docs ，按 Ctrl-C 停止。")
        run(own, store, listening, {})


def tell(desk: Desk, district: str) -> None:
    """Print coverage per street, the gaps, the unpaired communities and one influence path."""
    answers = {name: _answer(desk, name, district) for name in ("coverage", "gaps", "unpaired")}
    coverage = answers["coverage"][1]
    columns, rows = coverage_table(coverage["rows"])
    put_table("一、各区域覆盖：已覆盖/总数", columns, rows, most=None)
    put_table("二、空白点", *gap_table(coverage["rows"], answers["gaps"][1]["rows"]), most=None)
    asking = question("unpaired")
    lacking = [r for r in answers["unpaired"][1]["rows"] if r["side"] == "community" and r["states"] != ["unknown"]]
    put_table(f"三、结对有缺口的社区（{len(lacking)}个）", asking.columns, lacking, most=8)
    about = answers["unpaired"][0]
    start, target = story(about.view, lacking)
    if start and target:
        paths = _answer(desk, "path", district, {"from": [start], "to": [target], "k": ["2"]})[1]
        say("\n四、影响路径")
        for line in path_lines(paths["rows"]):
            say(line)
    if coverage["generated"]:
        say(
            f"\n以上含示例数据，不得作为正式材料：公布数据没有细到网格和单位，"
            f"为凑足公布总数推演了{coverage['generated']}个节点，名称带“（示例）”或标有 generated。"
        )


def _answer(desk: Desk, name: str, district: str, given: dict[str, list[str]] | None = None) -> tuple[Asked, Row]:
    asking = question(name)
    about = asked(desk, asking.parameters, {"district": [district], **(given or {})}, LOCAL)
    return about, body(asking, about)


def draw(desk: Desk, district: str, folder: Path) -> None:
    """Write the charts, unless those of this very revision and day lie there already."""
    about = asked(desk, PARAMETERS, {"district": [district]}, LOCAL)
    stamp = [str(part) for part in desk.stamp(district, about.view.snapshot.revision, ())]
    note = desk.settings.data_dir / f"charts-{district}.json"
    known = json.loads(note.read_text("utf-8")) if note.is_file() else {}
    files = [Path(f) for f in known.get("files", ())]
    if (
        known.get("stamp") == stamp
        and known.get("folder") == str(folder.absolute())
        and all(f.is_file() for f in files)
    ):
        say(f"\n图已是最新：{folder}（{len(files)}个文件）。")
        return
    say("\n正在画图……")
    written = [f for kind, title in DRAWN for f in _draw(desk.settings, about, kind, title, folder)]
    written.append(_report(desk, district, folder / "coverage-report.pdf"))
    kept: dict[str, Any] = {
        "stamp": stamp,
        "folder": str(folder.absolute()),
        "files": [str(f.absolute()) for f in written],
    }
    write_bytes(note, json.dumps(kept).encode())


def _draw(settings: Settings, about: Asked, kind: str, title: str, folder: Path) -> list[Path]:
    written: list[Path] = []
    for fmt in FORMATS:
        made = pictures(settings, about.view, kind, fmt, about.values)
        for file, content in zip(page_paths(folder / f"{kind}.{fmt}", len(made.files)), made.files, strict=True):
            write_bytes(file, content)
            written.append(file)
    say(f"  {title}：{folder / kind}.svg .png .pdf（{made.pages}页）")
    return written


def _report(desk: Desk, district: str, file: Path) -> Path:
    about = asked(desk, REPORTING, {"district": [district]}, LOCAL)
    write_bytes(file, reported(desk.settings, about, "coverage", "pdf").files[0])
    say(f"  覆盖分析报告：{file}")
    return file
