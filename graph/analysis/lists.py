"""三张清单: which needs are met and for how long not, which resources lie unused, which projects are done or late."""

from __future__ import annotations

from collections import Counter
from typing import Any

import numpy as np
from numpy.typing import NDArray

from graph.analysis.answer import Answer, Row, answer
from graph.analysis.asked import asked_nodes, notice
from graph.snapshot import DAY_MIN
from graph.view import View

Array = NDArray[Any]
LISTS = {"Demand": "需求", "Resource": "资源", "Project": "项目"}


def lists(view: View, area: str | None = None) -> Answer:
    """Rows `{"list", "node", "owner", "area", "category", "state", "partners", "days", "overdue_days"}`.

    A need is done, matched (a resource meets it, somebody claims it or answers for it) or unmet; a resource used or
    unused; a project done, claimed (somebody claims or answers for it) or unclaimed. `days` since it was raised (to
    its end where done), `overdue_days` past its due day where not done; both null where the days are unknown.
    Totals by list and state, and by list the categories of what is unmet, unused or unclaimed.
    """
    rows: list[Row] = []
    behind: list[Array] = [np.zeros(0, np.int64)]
    for label, name in LISTS.items():
        nodes = asked_nodes(view, label, area)
        behind.append(nodes)
        owners, partners = _ends(view, label)
        rows += [_row(view, label, name, node, owners.get(node, []), partners.get(node, [])) for node in nodes.tolist()]
    open_states = ("unmet", "unused", "unclaimed")
    totals = {
        "states": {n: dict(Counter(r["state"] for r in rows if r["list"] == n)) for n in LISTS.values()},
        "open": {
            n: dict(Counter(r["category"] or "未注明" for r in rows if r["list"] == n and r["state"] in open_states))
            for n in LISTS.values()
        },
        "overdue": sum((r["overdue_days"] or 0) > 0 for r in rows),
        "notices": [] if rows else [notice("no-lists", "所查范围内没有需求、资源、项目清单。")],
    }
    return answer(view, rows, totals, np.concatenate(behind))


_OWN = {"Demand": ("NEEDS",), "Resource": ("OFFERS",), "Project": ()}
_PARTNERS = {
    "Demand": (("MEETS", "in"), ("CLAIMS", "in"), ("RESPONSIBLE_FOR", "in")),
    "Resource": (("MEETS", "out"), ("USES", "in")),
    "Project": (("CLAIMS", "in"), ("RESPONSIBLE_FOR", "in")),
}


def _ends(view: View, label: str) -> tuple[dict[int, list[int]], dict[int, list[int]]]:
    """Item → who has it on the list, and item → what it is matched with."""
    owners: dict[int, list[int]] = {}
    partners: dict[int, list[int]] = {}
    for type_ in _OWN[label]:
        edges = view.edges(type_)
        for who, item in sorted(zip(edges.source.tolist(), edges.target.tolist(), strict=True)):
            owners.setdefault(item, []).append(who)
    for type_, direction in _PARTNERS[label]:
        edges = view.edges(type_)
        near, far = (edges.target, edges.source) if direction == "in" else (edges.source, edges.target)
        for item, other in sorted(zip(near.tolist(), far.tolist(), strict=True)):
            partners.setdefault(item, []).append(other)
    return owners, partners


def _row(view: View, label: str, name: str, node: int, owners: list[int], partners: list[int]) -> Row:
    at, today = node - view.snapshot.span(label).start, view.today

    def when(attribute: str) -> int:
        return DAY_MIN if label == "Resource" else int(view.values(label, attribute)[at])

    raised, due, done = when("raised"), when("due"), when("done")
    finished = DAY_MIN < done <= today
    words = {"Demand": ("matched", "unmet"), "Resource": ("used", "unused"), "Project": ("claimed", "unclaimed")}[label]
    return {
        "list": name,
        "node": view.ref(node),
        "owner": view.ref(owners[0] if owners else -1),
        "area": view.ref(int(view.home()[node])),
        "category": view.snapshot.value(node, "category"),
        "state": "done" if finished else words[0] if partners else words[1],
        "partners": [view.ref(p) for p in partners],
        "days": None if raised == DAY_MIN else (done if finished else today) - raised,
        "overdue_days": None if due == DAY_MIN or finished else max(today - due, 0),
    }
