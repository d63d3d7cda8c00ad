"""The entry point: assembles the commands and turns every error into a message and an exit code."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from typing import Any

import typer
from typer.main import get_command

from api.cli import (
    access,
    asking,
    comparing,
    data,
    demo,
    drawing,
    history,
    nodes,
    querying,
    rectifying,
    reporting,
    serving,
    store,
)
from api.cli.faults import INTERRUPTED, defect, told, usage
from api.cli.help import ChineseGroup
from api.cli.output import survive_any_encoding
from api.cli.shell import with_global_flags
from api.settings import read_settings
from graph.errors import PartygraphError


def _remember(ctx: typer.Context, **flags: Any) -> None:
    """Keep the global flags for the settings."""
    ctx.obj = {k: v for k, v in flags.items() if v is not None}


def build() -> typer.Typer:
    """The application with all its commands."""
    app = typer.Typer(
        cls=ChineseGroup,
        help="partygraph：基层党组织图模型分析。先运行 partygraph load fuxing，再运行 partygraph coverage。",
        no_args_is_help=True,
        add_completion=False,
        rich_markup_mode=None,
        context_settings={"help_option_names": ["--help", "-h"]},
    )
    app.callback()(with_global_flags(_remember))
    data.add_data(app)
    nodes.add_nodes(app)
    asking.add_questions(app)
    comparing.add_comparing(app)
    rectifying.add_findings(app)
    history.add_history(app)
    querying.add_querying(app)
    drawing.add_drawing(app)
    reporting.add_reporting(app)
    access.add_access(app)
    serving.add_serving(app)
    store.add_store(app)
    demo.add_demo(app)
    return app


def main(args: Sequence[str] | None = None) -> int:
    """Run one command; the exit code of interface.md (0, 1 with --check, 2, 3, 70, 130)."""
    survive_any_encoding()
    serving.log_to_stderr("warning", for_good=False)
    words = list(sys.argv[1:] if args is None else args)
    as_json = "--json" in words
    try:
        result = get_command(build()).main(words, prog_name="partygraph", standalone_mode=False)
        sys.stdout.flush()
    except PartygraphError as error:
        return told(error, as_json=as_json)
    except KeyboardInterrupt:
        return INTERRUPTED
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except Exception as error:
        return _other(error, as_json=as_json)
    return result if isinstance(result, int) else 0


def _other(error: Exception, *, as_json: bool) -> int:
    """A usage error of typer, or a defect."""
    if type(error).__name__ == "NoArgsIsHelpError":
        return 2
    if hasattr(error, "format_message") and hasattr(error, "exit_code"):
        return told(usage(error), as_json=as_json)
    if isinstance(error, typer.Abort):
        return INTERRUPTED
    try:
        data_dir = read_settings()[0].data_dir
    except PartygraphError:
        data_dir = None
    return defect(error, data_dir, as_json=as_json)
