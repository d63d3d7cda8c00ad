"""The command draw."""

from __future__ import annotations

import inspect
from pathlib import Path
from typing import Annotated, Any

import typer

from api.asking import asked
from api.caller import LOCAL
from api.cli.asking import context, flags, given_texts
from api.cli.help import ChineseCommand
from api.cli.output import console, read_bytes, say, write_bytes
from api.cli.shell import desk, with_signature, working
from api.drawing import KIND, PARAMETERS, PLAN, pictures
from visual.fonts import font_warning
from visual.render import FORMATS


def add_drawing(app: typer.Typer) -> None:
    """The command of this module."""
    app.command(
        "draw", cls=ChineseCommand, help=f"画图。{KIND.zh}。文件类型由 -o 的扩展名定（{'、'.join(FORMATS)}）。"
    )(_command())


def _command() -> Any:
    def draw(ctx: typer.Context, kind: str, output: Path | None, what_if: Path | None, **values: Any) -> None:
        path = output or Path(f"{kind}.svg")
        files = {PLAN: (what_if.name, read_bytes(what_if))} if what_if else {}
        with desk(ctx) as opened, working("正在画图……"):
            seen = asked(opened, PARAMETERS, given_texts(PARAMETERS, values), LOCAL, names=True, files=files)
            fmt = path.suffix.removeprefix(".").lower()
            made = pictures(opened.settings, seen.view, kind, fmt, seen.values, seen.store)
        if made.missing:
            console(error=True).print(font_warning(made.missing), markup=False, highlight=False)
        for file, content in zip(page_paths(path, len(made.files)), made.files, strict=True):
            write_bytes(file, content)
            say(f"已写出 {file}。")

    keyword = inspect.Parameter.KEYWORD_ONLY
    own = [
        inspect.Parameter("kind", keyword, annotation=Annotated[str, typer.Argument(metavar="KIND", help=KIND.zh)]),
        inspect.Parameter(
            "output",
            keyword,
            default=None,
            annotation=Annotated[Path | None, typer.Option("-o", "--output", help="输出文件，默认 ./KIND.svg")],
        ),
        inspect.Parameter(
            "what_if",
            keyword,
            default=None,
            annotation=Annotated[
                Path | None, typer.Option("--what-if", metavar="FILE", help="变化图：推演文件里的设想会带来的变化")
            ],
        ),
    ]
    return with_signature(draw, [context(), *own, *flags(PARAMETERS)])


def page_paths(path: Path, pages: int) -> list[Path]:
    """The file itself for one page, else FILE-1 … FILE-N."""
    if pages == 1:
        return [path]
    return [path.with_name(f"{path.stem}-{n}{path.suffix}") for n in range(1, pages + 1)]
