"""Help in Chinese: the commands, arguments and options of a typer command as tables."""

from __future__ import annotations

from typing import Any

import typer
from rich.console import Console
from rich.table import Table
from typer.core import TyperCommand, TyperGroup

from api.cli.output import console
from graph.errors import ParameterError


class ChineseCommand(TyperCommand):
    """A command whose help is Chinese."""

    def format_help(self, ctx: Any, formatter: Any) -> None:  # noqa: ARG002
        """Print usage, purpose, arguments and options."""
        out = console()
        _head(out, ctx, self)
        _parameters(out, self)


class ChineseGroup(TyperGroup):
    """A group whose help is Chinese and whose unknown commands are told in Chinese."""

    def format_help(self, ctx: Any, formatter: Any) -> None:  # noqa: ARG002
        """Print usage, purpose, options and commands."""
        out = console()
        _head(out, ctx, self)
        table = _table("命令")
        for name in self.list_commands(ctx):
            command = self.get_command(ctx, name)
            if command is not None and not command.hidden:
                table.add_row(name, (command.help or "").partition("\n")[0])
        out.print(table)
        _parameters(out, self)

    def list_commands(self, ctx: Any) -> list[str]:
        """Commands in the order in which they were declared."""
        del ctx
        return list(self.commands)

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        """The command that the first word names; an unknown one lists those there are."""
        if args and self.get_command(ctx, args[0]) is None and not args[0].startswith("-"):
            raise ParameterError(
                "没有这个命令。", f"可用的命令：{'、'.join(self.list_commands(ctx))}。", code="unknown-command"
            )
        return super().resolve_command(ctx, args)


def _head(out: Console, ctx: Any, command: Any) -> None:
    words = [_name(p) for p in command.params if p.param_type_name == "argument"]
    rest = ["[选项]", *(["命令 …"] if isinstance(command, TyperGroup) else []), *words]
    out.print(f"用法：{ctx.command_path} {' '.join(rest)}", markup=False, highlight=False)
    out.print()
    out.print((command.help or "").strip(), markup=False, highlight=False)
    out.print()


def _parameters(out: Console, command: Any) -> None:
    arguments, options = _table("参数"), _table("选项")
    for p in command.params:
        said = getattr(p, "help", None) or ""
        if p.param_type_name == "argument":
            arguments.add_row(_name(p), said)
        elif not getattr(p, "hidden", False):
            default = p.default if isinstance(p.default, str | int) and not isinstance(p.default, bool) else None
            shown = f"{said}（默认 {default}）" if default not in (None, "") else said
            options.add_row("，".join((*p.opts, *p.secondary_opts)), shown)
    options.add_row("--help", "显示本说明")
    for table in (arguments, options):
        if table.row_count:
            out.print(table)


def _table(title: str) -> Table:
    table = Table(title=title, title_justify="left", show_header=False, box=None, padding=(0, 2), title_style="bold")
    table.add_column(no_wrap=True)
    table.add_column()
    return table


def group(help_: str) -> typer.Typer:
    """A typer group with Chinese help."""
    return typer.Typer(cls=ChineseGroup, help=help_, no_args_is_help=True, add_completion=False, rich_markup_mode=None)


def _name(parameter: Any) -> str:
    return str(parameter.metavar or parameter.name.upper())
