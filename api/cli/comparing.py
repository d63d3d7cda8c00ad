"""The command that puts districts side by side."""

from __future__ import annotations

import inspect
from pathlib import Path
from typing import Any

import typer

from api.caller import LOCAL
from api.cli.asking import OUT, context, flags, given_texts
from api.cli.help import ChineseCommand
from api.cli.output import put_file, put_json, put_table, say
from api.cli.shell import JSON, desk, with_signature
from api.comparing import PARAMETERS, columns, comparison, notes


def add_comparing(app: typer.Typer) -> None:
    """The command of this module."""
    app.command("compare", cls=ChineseCommand, help="跨区对照：同一问题在几个区划的答案、本地用词和分母。")(_compare())


def _compare() -> Any:
    def compare(ctx: typer.Context, as_json: bool, output: Path | None, **values: Any) -> None:
        with desk(ctx) as opened:
            body = comparison(opened, given_texts(PARAMETERS, values), LOCAL)
        if output is not None:
            put_file(output, "跨区对照", columns(body), body["rows"], notes(body), silent=as_json)
        if as_json:
            put_json(body)
        elif output is None:
            put_table("跨区对照", columns(body), body["rows"])
            for line in notes(body):
                say(line)

    keyword = inspect.Parameter.KEYWORD_ONLY
    own = [
        inspect.Parameter("as_json", keyword, default=False, annotation=JSON),
        inspect.Parameter("output", keyword, default=None, annotation=OUT),
    ]
    return with_signature(compare, [context(), *flags(PARAMETERS), *own])
