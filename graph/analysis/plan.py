"""A plan: what is to be paired, added, dissolved, moved or merged, applied to a copy of a district.

`{"op": "pair|unpair", "organization", "unit"}`, `{"op": "add", "label", "name", "id", "kind", "under", "at", …}`,
`{"op": "dissolve", "node"}`, `{"op": "move", "node", "to"}`, `{"op": "merge", "node", "into"}`, each with `since` (a
day, by default the day asked about). A node is named by its id or its full name. The community's area stands for its
organization.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from graph.analysis import alteration
from graph.analysis.alteration import Draft, Refusal
from graph.dataset import Dataset
from graph.errors import InputError
from graph.thaw import dataset_of
from graph.view import View

Op = Mapping[str, Any]
MOST_OPS = 1_000
NEEDED = {
    "pair": ("organization", "unit"),
    "unpair": ("organization", "unit"),
    "add": ("label", "name"),
    "dissolve": ("node",),
    "move": ("node", "to"),
    "merge": ("node", "into"),
}
_DO: Mapping[str, Callable[[Draft, Op, str], Draft]] = {
    "pair": alteration.pair,
    "unpair": alteration.unpair,
    "add": alteration.add,
    "dissolve": alteration.dissolve,
    "move": alteration.move,
    "merge": alteration.merge,
}


def planned(view: View, ops: Sequence[Op]) -> Dataset:
    """The district after the changes, one after the other.

    Raises:
        InputError: the plan is empty, or some of its changes cannot be made or would break the model; `items` has one
            entry for each, with its number and key as `pointer` (`3.unit`: the key `unit` of the third). Nothing is
            done then.
    """
    if not ops:
        raise InputError("设想中没有任何改动。", "请至少写一项，如结对：op、organization、unit。", code="plan-empty")
    if len(ops) > MOST_OPS:
        raise InputError(f"设想超过{MOST_OPS}项改动。", "请分几次推演。", code="plan-too-long")
    draft = Draft(dataset_of(view.snapshot), view)
    faults: list[dict[str, str]] = []
    for number, op in enumerate(ops, 1):
        try:
            draft = _apply(draft, op)
        except Refusal as e:
            faults.append(
                {
                    "code": "plan-invalid",
                    "detail": f"第{number}项{e.detail}",
                    "remedy": e.remedy,
                    "pointer": f"{number}.{e.key}" if e.key else str(number),
                }
            )
    if faults:
        more = f"（共{len(faults)}处）" if len(faults) > 1 else ""
        first = faults[0]
        raise InputError(f"设想有误{more}：{first['detail']}", first["remedy"], code="plan-invalid", items=faults)
    return draft.data


def _apply(draft: Draft, op: Op) -> Draft:
    name = op.get("op") if isinstance(op, Mapping) else None
    if name not in _DO:
        raise Refusal("op", "没有可用的操作。", f"op 可用：{'、'.join(_DO)}。")
    for key in NEEDED[str(name)]:
        if not isinstance(op.get(key), str) or not str(op[key]).strip():
            raise Refusal(key, f"（{name}）缺少 {key}。", f"{name} 需要：{'、'.join(NEEDED[str(name)])}。")
    return _DO[str(name)](draft, op, _since(draft, op))


def _since(draft: Draft, op: Op) -> str:
    text = op.get("since") or draft.view.as_of.isoformat()
    try:
        day = dt.date.fromisoformat(str(text))
    except ValueError:
        raise Refusal("since", "的 since 不是日期。", "请写成 2026-01-31 的样子。") from None
    if day > draft.view.as_of:
        raise Refusal("since", "的 since 晚于截至日期，看不出变化。", "请用 as_of 指定那一天或之后的日期。")
    return day.isoformat()
