"""States and waivers of findings, kept in the graph under a label of their own, outside the model and the Snapshot.

A record is written only when somebody does something about a finding: start, close, reopen, waive. Each change counts
up the district's serial, by which kept answers and ETags know that they are old. A waiver is not a closing: a waived
finding keeps its state.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Literal

from graph.errors import NotFoundError, ParameterError
from graph.store import districts
from graph.store.bolt import Run, Store
from graph.store.districts import District

State = Literal["open", "in_progress", "closed"]
STATES: Mapping[str, str] = {"open": "待整改", "in_progress": "整改中", "closed": "已销号"}
TEXT_MOST = 200
SERIAL = "findings_serial"

# The district's node is locked first, so that two changes at once neither make two records nor lose a count.
_LOCK = "MATCH (d:District {id: $district}) SET d.touched = timestamp() RETURN d.revision"
_COUNT = (
    "MATCH (d:District {id: $district}) SET d.findings_serial = coalesce(d.findings_serial, 0) + 1 "
    "RETURN d.findings_serial"
)
_SET = "MERGE (f:Finding {id: $id}) ON CREATE SET f.district = $district, f.state = 'open' SET f += $values"
_LIFT = "MATCH (f:Finding {id: $id}) WHERE f.waived_until IS NOT NULL SET f += $values RETURN f.id"
_ALL = "MATCH (f:Finding) WHERE f.district = $district RETURN f {.*} ORDER BY f.id"


@dataclass(frozen=True, slots=True)
class Waiver:
    """That a finding is not counted up to a day (inclusive), by whom and why."""

    until: str
    by: str
    reason: str


@dataclass(frozen=True, slots=True)
class Record:
    """What has been done about a finding.

    Args:
        id: of the finding.
        state: as last set; due: ISO date or None; by, reason: of the last change of state; at: ISO time with zone.
        revision: the district's revision when the state was set.
        waived: the waiver, whether over or not.
        rule, severity, node, message, responsible: what it was about, so that it can be told when it is no longer
            found (`node` and `responsible` are ids).
    """

    id: str
    state: State
    due: str | None
    by: str | None
    reason: str | None
    at: str | None
    revision: int
    waived: Waiver | None
    rule: str
    severity: str
    node: str
    message: str
    responsible: str | None

    def state_at(self, revision: int) -> State:
        """The state of a finding that is found at a revision: closed, but found again in newer data, is open."""
        return "open" if self.state == "closed" and revision > self.revision else self.state

    def waived_on(self, day: dt.date) -> Waiver | None:
        """The waiver if it holds on a day."""
        return self.waived if self.waived is not None and self.waived.until >= day.isoformat() else None


def serial(held: District) -> int:
    """How often states and waivers of a district have been changed."""
    return int(held.about.get(SERIAL) or 0)


def records(store: Store, district: str) -> dict[str, Record]:
    """Everything done about findings of a district, by finding id."""
    return {row[0]["id"]: _record(row[0]) for row in store.read(_ALL, district=district)}


def set_state(
    store: Store,
    district: str,
    finding: Mapping[str, Any],
    state: str,
    *,
    by: str,
    due: dt.date | None = None,
    reason: str | None = None,
) -> int:
    """Set the state of a finding and return the new serial.

    Args:
        finding: its row (interface.md): id, rule, severity, node, message, responsible.
        state: open, in_progress or closed.
        by: who sets it; due: until when it is to be put right, kept from before when None; reason: a remark.

    Raises `ParameterError` for an unknown state or an empty or too long name.
    """
    if state not in STATES:
        raise ParameterError("没有这种状态。", f"可用的值：{'、'.join(f'{k}（{v}）' for k, v in STATES.items())}。")
    values: dict[str, Any] = {**_about(finding), "state": state, "by": _text("by", by), "at": _now()}
    values["reason"] = _text("reason", reason) if reason else None
    if due is not None:
        values["due"] = due.isoformat()
    return _change(store, district, str(finding["id"]), values)


def waive(
    store: Store, district: str, finding: Mapping[str, Any], *, until: dt.date, by: str, reason: str, today: dt.date
) -> int:
    """Waive a finding up to a day (inclusive) and return the new serial; a second waiver replaces the first.

    Raises `ParameterError` for a day that is over, or without a name or reason.
    """
    if until < today:
        raise ParameterError("豁免的截止日期已过。", "请给出今天或以后的日期。")
    values = {
        **_about(finding),
        "waived_until": until.isoformat(),
        "waived_by": _text("by", by),
        "waived_reason": _text("reason", reason),
        "waived_at": _now(),
    }
    return _change(store, district, str(finding["id"]), values, waiver=True)


def lift(store: Store, district: str, id_: str) -> int:
    """Take a waiver back and return the new serial; `NotFoundError` if there is none."""
    nothing = dict.fromkeys(("waived_until", "waived_by", "waived_reason", "waived_at"))

    def work(run: Run) -> int:
        _locked(run, district)
        if not run(_LIFT, id=id_, values=nothing):
            raise NotFoundError("这个问题没有豁免。", "请用 findings 查看各问题的状态。", code="unknown-finding")
        return int(run(_COUNT, district=district)[0][0])

    districts.get(store, district)
    return store.write(work)


def _change(store: Store, district: str, id_: str, values: Mapping[str, Any], *, waiver: bool = False) -> int:
    def work(run: Run) -> int:
        revision = _locked(run, district)
        stamped = dict(values) if waiver else {**values, "revision": revision}
        run(_SET, id=id_, district=district, values=stamped)
        return int(run(_COUNT, district=district)[0][0])

    districts.get(store, district)
    return store.write(work)


def _locked(run: Run, district: str) -> int:
    rows = run(_LOCK, district=district)
    if not rows:
        raise NotFoundError("库中没有这个区划。", "请改用已载入的区划。", code="unknown-district")
    return int(rows[0][0])


def _about(finding: Mapping[str, Any]) -> dict[str, Any]:
    node, responsible = finding["node"], finding.get("responsible")
    return {
        "rule": finding["rule"],
        "severity": finding["severity"],
        "node": node["id"],
        "message": finding["message"],
        "responsible": responsible["id"] if responsible else None,
    }


def _text(name: str, value: str | None) -> str:
    text = (value or "").strip()
    if not text or len(text) > TEXT_MOST or any(ord(c) < 32 for c in text):
        zh = {"by": "经办人", "reason": "理由"}[name]
        raise ParameterError(f"{zh}（{name}）没有填写，或太长。", f"请填写不超过{TEXT_MOST}个字的{zh}，不换行。")
    return text


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")


def _record(values: Mapping[str, Any]) -> Record:
    waived = None
    if values.get("waived_until"):
        waived = Waiver(values["waived_until"], values["waived_by"], values["waived_reason"])
    kept = ("due", "by", "reason", "at", "responsible")
    return Record(
        id=values["id"],
        state=values["state"],
        revision=int(values.get("revision") or 0),
        waived=waived,
        rule=values["rule"],
        severity=values["severity"],
        node=values["node"],
        message=values["message"],
        **{k: values.get(k) for k in kept},
    )
