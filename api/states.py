"""Findings as they stand: what the analysis found, together with the states and waivers that the store keeps."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from graph.analysis.answer import Answer, Row
from graph.analysis.asked import asked_subtree
from graph.analysis.findings import answered, findings
from graph.errors import NotFoundError
from graph.store import findings as kept
from graph.store.bolt import Store
from graph.store.findings import Record
from graph.view import View

Values = Mapping[str, Any]


def with_states(store: Store, view: View, values: Values, found: Answer) -> Answer:
    """Findings with their states, due dates and waivers; with `gone` also those that are no longer found.

    Rows get `found`, `by` and `reason`; totals `states`, `waived` and `gone` (recorded and no longer found).
    """
    records = kept.records(store, view.snapshot.district)
    rows = [_with_state(view, row, records.get(row["id"])) for row in found.rows]
    gone = _gone(view, records, values)
    if values.get("gone"):
        rows += gone
    if values.get("state"):
        rows = [r for r in rows if r["state"] == values["state"]]
    answer = answered(view, rows)
    states = Counter(r["state"] for r in rows)
    totals = {
        **answer.totals,
        "states": {s: states[s] for s in kept.STATES},
        "waived": sum(r["waived"] is not None for r in rows),
        "gone": len(gone),
    }
    return Answer(answer.district, answer.revision, answer.as_of, answer.generated, rows, totals)


def is_breach(row: Mapping[str, Any]) -> bool:
    """Whether a finding still has to be put right: found, not waived and not closed."""
    return bool(row["found"] and row["waived"] is None and row["state"] != "closed")


def one(store: Store, view: View, id_: str) -> Row:
    """One finding, found now or recorded earlier; `NotFoundError` for others."""
    records = kept.records(store, view.snapshot.district)
    for row in findings(view).rows:
        if row["id"] == id_:
            return _with_state(view, row, records.get(id_))
    for row in _gone(view, records, {}):
        if row["id"] == id_:
            return row
    raise NotFoundError("没有这个标识的问题。", "请用 findings 查看现有的问题。", code="unknown-finding")


def _with_state(view: View, row: Row, record: Record | None) -> Row:
    if record is None:
        return {**row, "found": True, "by": None, "reason": None}
    waived = record.waived_on(view.as_of)
    state = record.state_at(view.snapshot.revision)
    return {
        **row,
        "state": state,
        "due": record.due,
        "waived": asdict(waived) if waived else None,
        "found": True,
        "by": record.by,
        "reason": record.reason,
    }


def _gone(view: View, records: Mapping[str, Record], values: Values) -> list[Row]:
    """Recorded findings that are no longer found, within the scope and what is asked for."""
    missing = set(records) - {row["id"] for row in findings(view).rows} if records else set()
    rows = []
    for record in (records[i] for i in sorted(missing)):
        node = view.snapshot.find(record.node)
        rule, severity = values.get("rule"), values.get("severity")
        wanted = (rule is None or record.rule == rule or record.rule.startswith(f"{rule}.")) and (
            severity is None or record.severity == severity
        )
        if wanted and _may_be_told(view, node, values.get("area")):
            rows.append(_gone_row(view, record, node))
    return rows


def _may_be_told(view: View, node: int | None, area: str | None) -> bool:
    """Whether a record may be told: of a node inside a bound caller's scope and of the asked area."""
    if view.scope is not None and (node is None or not view.inside[node]):
        return False
    if area is None:
        return True
    home = -1 if node is None else int(view.home()[node])
    return home >= 0 and bool(asked_subtree(view, area)[home - view.snapshot.span("Area").start])


def _gone_row(view: View, record: Record, node: int | None) -> Row:
    waived = record.waived_on(view.as_of)
    who = view.snapshot.find(record.responsible) if record.responsible else None
    return {
        "id": record.id,
        "rule": record.rule,
        "severity": record.severity,
        "node": None if node is None else view.ref(node),
        "area": None if node is None else view.ref(int(view.home()[node])),
        "message": record.message,
        "remedy": "现有数据中已查不出；核实后可以销号",
        "responsible": None if who is None else view.ref(who),
        "evidence": [record.node],
        "also": [],
        "state": record.state,
        "due": record.due,
        "waived": asdict(waived) if waived else None,
        "generated": node is not None and bool(view.snapshot.arrays["generated"][node]),
        "found": False,
        "by": record.by,
        "reason": record.reason,
    }
