"""What commands share: the settings with the global flags, the open desk, and progress after two seconds."""

from __future__ import annotations

import inspect
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Annotated, Any

import typer

from api import audit
from api.audit import Deed
from api.caller import LOCAL
from api.cli.output import console
from api.desk import Desk
from api.opening import opened
from api.records import Records
from api.settings import Settings, read_settings
from graph.errors import PartygraphError

PATIENCE = 2.0
RESULT = "partygraph.result"
"""Where a command that refuses after its `desk` block leaves the code for the audit."""
DEEDS: Mapping[str, str] = {
    "load": "load",
    "unload": "unload",
    "import": "import",
    "export": "export",
    "revert": "revert",
    "query": "query",
    "findings waive": "waive",
    "findings unwaive": "unwaive",
    **{f"findings {name}": "rectify" for name in ("start", "close", "reopen")},
}
"""Commands whose deeds stand in the audit, and their words there."""
NO_FLAG = ("neo4j_password", "district")
"""A password on a command line is seen by other users; `--district` belongs to the commands."""

JSON = Annotated[bool, typer.Option("--json", help="输出与接口相同的 JSON")]


def settings_of(ctx: typer.Context) -> Settings:
    """The settings in force for this command."""
    return read_settings(ctx.obj)[0]


@contextmanager
def desk(ctx: typer.Context) -> Iterator[Desk]:
    """The desk of the settings' store, open for a `with` block; a slow start is told on stderr.

    What the command does is in the audit when the block ends, so before anything of it is told.
    """
    settings = settings_of(ctx)
    with working("正在打开图数据库……") as progress, recorded(ctx, settings), _closing(settings, progress) as made:
        yield made


@contextmanager
def recorded(ctx: typer.Context, settings: Settings) -> Iterator[None]:
    """Write a deed into the audit with its result; nothing is done where that could not be written."""
    words = ctx.command_path.partition(" ")[2]
    action = DEEDS.get(words)
    if action is None:
        yield
        return
    with Records(settings.data_dir) as records:
        result = "defect"
        try:
            yield
            result = str(ctx.meta.get(RESULT, "ok"))
        except PartygraphError as error:
            result = error.code
            raise
        except KeyboardInterrupt:
            result = "interrupted"
            raise
        finally:
            audit.append(records, LOCAL, Deed(action, f"command {words}", result))


@contextmanager
def _closing(settings: Settings, progress: Callable[[str], None]) -> Iterator[Desk]:
    with opened(settings, progress) as store:
        yield Desk(settings, store)


@contextmanager
def working(first: str) -> Iterator[Callable[[str], None]]:
    """Show what is being done on stderr once it has taken more than two seconds; yields a function to say what."""
    said = [first]
    shown = threading.Event()
    out = console(error=True)

    def show() -> None:
        shown.set()
        out.print(said[-1], markup=False)

    def progress(line: str) -> None:
        said.append(line)
        if shown.is_set():
            out.print(line, markup=False)

    timer = threading.Timer(PATIENCE, show)
    timer.daemon = True
    timer.start()
    try:
        yield progress
    finally:
        timer.cancel()


def with_global_flags(function: Callable[..., None]) -> Callable[..., None]:
    """Give a callback one option for each setting that may stand on a command line."""
    context = inspect.Parameter("ctx", inspect.Parameter.POSITIONAL_OR_KEYWORD, annotation=typer.Context)
    options = [
        inspect.Parameter(
            name,
            inspect.Parameter.KEYWORD_ONLY,
            default=None,
            annotation=Annotated[str | None, typer.Option(f"--{name.replace('_', '-')}", help=field.description)],
        )
        for name, field in Settings.model_fields.items()
        if name not in NO_FLAG
    ]
    return with_signature(function, [context, *options])


def with_signature(function: Callable[..., Any], parameters: list[inspect.Parameter]) -> Callable[..., Any]:
    """The function with a signature made from data, as typer reads it."""
    function.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]
    function.__annotations__ = {p.name: p.annotation for p in parameters}
    return function
