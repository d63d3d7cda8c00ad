"""The command report."""

from __future__ import annotations

import inspect
from pathlib import Path
from typing import Annotated, Any

import typer

from api.asking import asked
from api.caller import LOCAL
from api.cli.asking import context, flags, given_texts
from api.cli.help import ChineseCommand
from api.cli.output import console, say, write_bytes
from api.cli.shell import desk, with_signature, working
from api.reporting import KIND, MEDIA, PARAMETERS, reported
from graph.errors import InputError

TEMPLATE_MOST = 20 * 1024 * 1024


def add_reporting(app: typer.Typer) -> None:
    """The command of this module."""
    app.command(
        "report", cls=ChineseCommand, help=f"写报告。{KIND.zh}。文件类型由 -o 的扩展名定（{'、'.join(MEDIA)}）。"
    )(_command())


def _command() -> Any:
    def report(ctx: typer.Context, kind: str, output: Path | None, template: Path | None, **values: Any) -> None:
        path = output or Path(f"{kind}.pdf")
        own = None if template is None else _read(template)
        with desk(ctx) as opened, working("正在写报告……"):
            seen = asked(opened, PARAMETERS, given_texts(PARAMETERS, values), LOCAL, names=True)
            made = reported(opened.settings, seen, kind, path.suffix.removeprefix(".").lower(), own)
        write_bytes(path, made.files[0])
        say(f"已写出 {path}。")
        for warning in made.warnings:
            console(error=True).print(f"提示：{warning}", markup=False)

    keyword = inspect.Parameter.KEYWORD_ONLY
    file_of = Annotated[Path | None, typer.Option("-o", "--output", help="输出文件，默认 ./KIND.pdf")]
    template_of = Annotated[Path | None, typer.Option("--template", help="自己的 Word 模板（.docx），用于 docx 格式")]
    own = [
        inspect.Parameter("kind", keyword, annotation=Annotated[str, typer.Argument(metavar="KIND", help=KIND.zh)]),
        inspect.Parameter("output", keyword, default=None, annotation=file_of),
        inspect.Parameter("template", keyword, default=None, annotation=template_of),
    ]
    return with_signature(report, [context(), *own, *flags(PARAMETERS)])


def _read(path: Path) -> bytes:
    try:
        if path.stat().st_size > TEMPLATE_MOST:
            raise InputError(
                f"模板 {path.name} 太大。", "模板不超过20兆字节，请减小其中的图片。", code="file-too-large"
            )
        return path.read_bytes()
    except FileNotFoundError:
        raise InputError(f"模板 {path.name} 不存在。", "请检查 --template 的路径。", code="file-missing") from None
    except OSError:
        raise InputError(f"模板 {path.name} 读不出来。", "请检查文件的权限。", code="file-unreadable") from None
