"""The commands that ask: one for each entry of the registry, and search, show and districts."""

from __future__ import annotations

import inspect
from pathlib import Path
from typing import Annotated, Any

import typer

from api.asking import Asked, asked, body
from api.caller import LOCAL
from api.cli.help import ChineseCommand
from api.cli.output import put_file, put_json, put_table, read_bytes, say
from api.cli.shell import desk, with_signature
from api.parameters import Parameter
from api.questions import QUESTIONS
from api.questions.form import Question
from graph.analysis.answer import Row

BREACHED = 1
OUT = Annotated[Path | None, typer.Option("-o", "--output", help="写成 .xlsx 或 .csv 文件")]


def add_questions(app: typer.Typer) -> None:
    """One command for each question."""
    for question in QUESTIONS:
        if not question.group:
            command = app.command(question.name, cls=ChineseCommand, help=f"{question.title}：{question.about}")
            command(command_of(question))


def command_of(question: Question) -> Any:
    """The function of a question's command."""

    def run(ctx: typer.Context, **values: Any) -> None:
        as_json, output = values.pop("as_json"), values.pop("output")
        check = values.pop("check", False)
        file: Path | None = values.pop(question.file, None) if question.file else None
        files = {question.file: (file.name, read_bytes(file))} if file else {}
        given = given_texts(question.parameters, values)
        with desk(ctx) as opened:
            seen = asked(opened, question.parameters, given, LOCAL, names=True, files=files)
            answer = body(question, seen)
        rows = named_rules(seen, answer["rows"])
        if output is not None:
            put_file(output, question.title, question.columns, rows, notes(seen, answer), silent=as_json)
        if as_json:
            put_json(answer)
        elif output is None:
            put_table(question.title, question.columns, rows)
            for line in notes(seen, answer):
                say(line)
        if check and question.breach and any(question.breach(r) for r in answer["rows"]):
            raise typer.Exit(BREACHED)

    return with_signature(run, [context(), *flags(question.parameters), *_output(question)])


def given_texts(parameters: tuple[Parameter, ...], values: dict[str, Any]) -> dict[str, list[str]]:
    """What was given on the command line, by parameter name."""
    found: dict[str, list[str]] = {}
    for p in parameters:
        value = values.get(p.argument)
        if value is True:
            found[p.name] = ["true"]
        elif value not in (None, False, [], ()):
            found[p.name] = [str(v) for v in value] if isinstance(value, list | tuple) else [str(value)]
    return found


def flags(parameters: tuple[Parameter, ...]) -> list[inspect.Parameter]:
    """The typer parameters of a question's parameters: positional without flags, left out with `-`."""
    made = []
    for p in sorted(parameters, key=lambda p: bool(p.flags)):
        if p.flags == ("-",):
            continue
        kind: Any = list[str] if p.many else bool if p.type == "flag" else str
        shown = p.zh + (f"（可用：{'、'.join(p.choices)}）" if p.choices else "")
        shown += f"（默认 {p.default}）" if p.default is not None else ""
        info = typer.Option(*p.flags, help=shown) if p.flags else typer.Argument(metavar=_metavar(p), help=shown)
        required = p.required and not p.flags
        made.append(
            inspect.Parameter(
                p.argument,
                inspect.Parameter.KEYWORD_ONLY,
                default=inspect.Parameter.empty if required else None,
                annotation=Annotated[kind if required else kind | None, info],
            )
        )
    return made


def _metavar(p: Parameter) -> str:
    return p.name.upper() + ("…" if p.many else "")


def context() -> inspect.Parameter:
    """The parameter by which typer gives its context."""
    return inspect.Parameter("ctx", inspect.Parameter.POSITIONAL_OR_KEYWORD, annotation=typer.Context)


def _output(question: Question) -> list[inspect.Parameter]:
    keyword = inspect.Parameter.KEYWORD_ONLY
    made = [
        inspect.Parameter(
            "as_json",
            keyword,
            default=False,
            annotation=Annotated[bool, typer.Option("--json", help="输出与接口相同的 JSON")],
        ),
        inspect.Parameter("output", keyword, default=None, annotation=OUT),
    ]
    if question.breach:
        option = typer.Option("--check", help="有违反时以退出码1结束")
        made.append(inspect.Parameter("check", keyword, default=False, annotation=Annotated[bool, option]))
    if question.needs_file:
        argument = typer.Argument(metavar="FILE", help="自己的文件")
        made.append(inspect.Parameter(question.file, keyword, annotation=Annotated[Path, argument]))
    elif question.file:
        info = typer.Option(f"--{question.file}", metavar="FILE", help="自己的文件")
        made.append(inspect.Parameter(question.file, keyword, default=None, annotation=Annotated[Path | None, info]))
    return made


def named_rules(seen: Asked, rows: list[Row]) -> list[Row]:
    """Rows with the Chinese name of the rule they are about, for tables."""
    names = {r.id: r.name for r in seen.view.profile.coverage}
    return [{**r, "rule_name": names.get(r["rule"], r["rule"])} if "rule" in r else r for r in rows]


def notes(seen: Asked, answer: Row) -> list[str]:
    """What stands under a table: what it is about, notices, and that made-up rows are in it."""
    profile = seen.view.profile
    lines = [f"{profile.full_name}，截至{answer['as_of']}，修订{answer['revision']}，共{len(answer['rows'])}条。"]
    totals = answer.get("totals") or {}
    lines += [str(n["text"]) for n in totals.get("notices", ()) if "text" in n]
    if answer.get("generated"):
        lines.append(f"背后有{answer['generated']}个推演的节点：含示例数据，不得作为正式材料。")
    return lines
