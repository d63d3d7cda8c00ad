"""The commands of findings: list them, and waive, start, close or reopen one."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any

import typer

from api import rectifying
from api.asking import Asked, asked
from api.caller import LOCAL
from api.cli.asking import command_of
from api.cli.help import ChineseCommand, ChineseGroup
from api.cli.output import put_json, say
from api.cli.shell import JSON, desk, with_signature
from api.desk import Desk
from api.parameters import Parameter, parse
from api.questions import question
from graph.analysis.answer import Row
from graph.store.findings import STATES

ID = Annotated[str, typer.Argument(metavar="ID", help="问题的标识（见 findings）")]
BY = Annotated[str, typer.Option("--by", help="经办人")]
DUE = Annotated[str | None, typer.Option("--due", help="整改期限，如 2026-12-31")]
REASON = Annotated[str | None, typer.Option("--reason", help="说明")]
_DUE = Parameter("due", "整改期限", "date")
_UNTIL = Parameter("until", "豁免到哪一天（含）", "date", required=True)


def add_findings(app: typer.Typer) -> None:
    """The commands of this module."""
    asking = question("findings")
    listing = command_of(asking)
    group = typer.Typer(
        cls=ChineseGroup,
        help=f"{asking.title}：{asking.about}",
        invoke_without_command=True,
        add_completion=False,
        rich_markup_mode=None,
    )

    def listed(ctx: typer.Context, **values: Any) -> None:
        if ctx.invoked_subcommand is None:
            listing(ctx, **values)

    group.callback()(with_signature(listed, list(listing.__signature__.parameters.values())))
    for name, run in (("waive", waive), ("unwaive", unwaive), ("start", start), ("close", close), ("reopen", reopen)):
        group.command(name, cls=ChineseCommand)(run)
    app.add_typer(group, name="findings")


def waive(
    ctx: typer.Context,
    id_: ID,
    until: Annotated[str, typer.Option("--until", help="豁免到哪一天（含），如 2026-12-31")],
    by: BY,
    reason: Annotated[str, typer.Option("--reason", help="理由")],
    as_json: JSON = False,
) -> None:
    """豁免一个问题到某日；豁免不是销号，问题的状态不变。"""
    day = parse((_UNTIL,), {"until": [until]})["until"]

    def act(opened: Desk, about: Asked) -> Row:
        return rectifying.waive(about, LOCAL, until=day, by=by, reason=reason, today=opened.today())

    _do(ctx, id_, as_json, act)


def unwaive(ctx: typer.Context, id_: ID, as_json: JSON = False) -> None:
    """取消豁免，整改状态不变。"""
    _do(ctx, id_, as_json, lambda _, about: rectifying.lift(about))


def start(ctx: typer.Context, id_: ID, by: BY, due: DUE = None, reason: REASON = None, as_json: JSON = False) -> None:
    """开始整改：设为整改中，可定期限。"""
    _set(ctx, id_, "in_progress", by, due, reason, as_json)


def close(ctx: typer.Context, id_: ID, by: BY, reason: REASON = None, as_json: JSON = False) -> None:
    """销号：设为已销号；以后的数据中再次查出时，重新列为待整改。"""
    _set(ctx, id_, "closed", by, None, reason, as_json)


def reopen(ctx: typer.Context, id_: ID, by: BY, due: DUE = None, reason: REASON = None, as_json: JSON = False) -> None:
    """退回：重新设为待整改。"""
    _set(ctx, id_, "open", by, due, reason, as_json)


def _set(ctx: typer.Context, id_: str, state: str, by: str, due: str | None, reason: str | None, as_json: bool) -> None:
    day = parse((_DUE,), {"due": [due] if due else []})["due"]
    _do(
        ctx,
        id_,
        as_json,
        lambda _, about: rectifying.set_state(about, state, LOCAL, by=by, due=day, reason=reason),
    )


def _do(ctx: typer.Context, id_: str, as_json: bool, act: Callable[[Desk, Asked], Row]) -> None:
    with desk(ctx) as opened:
        row = act(opened, asked(opened, rectifying.ONE, {"id": [id_]}, LOCAL))
    if as_json:
        put_json(row)
        return
    waived = f"，豁免至{row['waived']['until']}" if row["waived"] else ""
    due = f"，期限{row['due']}" if row["due"] else ""
    name = row["node"]["name"] if row["node"] else row["evidence"][0]
    say(f"{name}：{row['message']}。现为{STATES[row['state']]}{due}{waived}。")
