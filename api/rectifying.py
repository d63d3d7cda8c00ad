"""整改: what can be done about a finding (start, close, reopen, waive, lift), the same for the CLI and the API."""

from __future__ import annotations

import datetime as dt

from api.asking import Asked
from api.caller import LOCAL, Caller
from api.parameters import DISTRICT, Parameter
from api.states import one
from graph.analysis.answer import Row
from graph.store import findings as kept

FINDING = Parameter("id", "问题的标识（见 findings）", "finding", required=True, example="fuxing.f-0a1b2c3d4e5f")
ONE = (FINDING, DISTRICT)


def finding(asked: Asked) -> Row:
    """The finding that is asked for, found now or recorded earlier; `NotFoundError` for others."""
    return one(asked.store, asked.view, asked.values[FINDING.name])


def set_state(
    asked: Asked, state: str, caller: Caller, *, by: str | None, due: dt.date | None, reason: str | None
) -> Row:
    """Set the state of the finding and return it."""
    row = finding(asked)
    kept.set_state(asked.store, asked.district, row, state, by=_name(by, caller), due=due, reason=reason)
    return finding(asked)


def waive(asked: Asked, caller: Caller, *, until: dt.date, by: str | None, reason: str, today: dt.date) -> Row:
    """Waive the finding and return it."""
    row = finding(asked)
    kept.waive(asked.store, asked.district, row, until=until, by=_name(by, caller), reason=reason, today=today)
    return finding(asked)


def lift(asked: Asked) -> Row:
    """Take the waiver of the finding back and return it."""
    kept.lift(asked.store, asked.district, finding(asked)["id"])
    return finding(asked)


def _name(by: str | None, caller: Caller) -> str:
    """Who does it: as given, else the name of the caller's key; on this machine it must be given."""
    return by or ("" if caller is LOCAL else caller.name)
