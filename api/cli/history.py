"""The command that undoes a revision by a new one."""

from __future__ import annotations

from typing import Annotated

import typer

from api.cli.data import AUTHOR
from api.cli.help import ChineseCommand
from api.cli.output import put_json, say
from api.cli.shell import JSON, desk, working
from api.reverting import revert_revision


def add_history(app: typer.Typer) -> None:
    """The commands of this module."""
    app.command("revert", cls=ChineseCommand)(revert)


def revert(
    ctx: typer.Context,
    revision: Annotated[int, typer.Argument(metavar="REV", help="要撤销的修订号，见 partygraph revisions")],
    district: Annotated[str | None, typer.Option("--district", help="区划标识")] = None,
    as_json: JSON = False,
) -> None:
    """撤销一个修订：写入一个新修订，把它的改动还原；后来又改动过的不能撤销。"""
    with desk(ctx) as opened, working(f"正在撤销修订{revision}……") as progress:
        done = revert_revision(opened, district, revision, AUTHOR, progress)
    if as_json:
        put_json(done)
        return
    counts = done["counts"]
    say(f"已撤销修订{revision}：写入修订{done['revision']}，还原{counts['changed']}项、收回{counts['ended']}项。")
