"""What changed between two revisions or two days: facts, and proposals of renames, merges and splits for review.

A fact (`review` null) is stored so; a proposal is a guess from names and parents, stands beside the facts it explains
and is never counted among them. A rename is a fact where the node kept its identity or its code.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from graph.altered import WITHDRAWN, Altered
from graph.analysis.answer import Answer, Row, answer
from graph.analysis.asked import asked_areas, asked_subtree, reported_areas
from graph.analysis.events import Event, between_days, between_revisions
from graph.analysis.rates import changed_rates, changed_rates_of_areas
from graph.analysis.renames import LABELS, Named, Proposal, proposals
from graph.errors import ParameterError
from graph.model import RELATION_TYPES
from graph.view import View

Array = NDArray[Any]
CHANGES = ("renamed", "moved", "added", "ended", "changed", "merged", "split")
Codes = Callable[[Sequence[str]], Mapping[str, str]]
_PARENT = {"Area": "PART_OF", "Organization": "SUBORDINATE_TO", "Unit": "LOCATED_IN"}
_WHY = {
    "same": "疑似更名：同一上级下名称除后缀外相同",
    "near": "疑似更名：同一上级下名称相近",
    "merged": "疑似合并：同一上级下几个名称同根的对象结束，出现一个同根的对象",
    "split": "疑似拆分：同一上级下一个对象结束，出现几个名称同根的对象",
}


def diff_of_revisions(
    before: View, after: View, changes: Sequence[Altered], codes: Codes, area: str | None = None
) -> Answer:
    """What changed between two revisions.

    Args:
        before, after: views of the Snapshots of both revisions, the earlier one rewound from the later.
        changes: the net changes between them.
        codes: ids → id and code of those that have one (a Snapshot keeps no codes).
        area: only what lies in the area or below it, before or after (of a relation: one of its ends).

    Returns:
        Rows of interface.md's diff shape; a relation's row also has `relation` (its type) and `other` (its target).
        Totals: `changes` (facts by kind), `review` (proposals), `rates` (every rate before and after, of the area if
        one is asked), `areas` (the same for each area of the reporting tier below).
    """
    return _answer(before, after, between_revisions(after, changes), codes, area)


def diff_of_days(before: View, after: View, codes: Codes, area: str | None = None) -> Answer:
    """What came into force and went out of it between two days; shapes as `diff_of_revisions`.

    Valid time tells of no changed values: of names and numbers only the present ones are known.

    Raises `ParameterError` when the days are in the wrong order.
    """
    if before.as_of > after.as_of:
        raise ParameterError("起始日期晚于终止日期。", "请把较早的日期放在前面。")
    return _answer(before, after, between_days(before, after), codes, area)


def _asked(before: View, after: View, area: str | None) -> tuple[Array, list[str]]:
    """Bool per node: inside and in the asked area on one of the sides; and the areas whose rates are told apart."""
    seen, shown = before.inside | after.inside, dict[str, None]()
    if area is not None:
        seen = np.zeros(len(seen), bool)
    sides = [v for v in (after, before) if area is None or _holds(v, area)]
    if not sides:
        after.index(str(area))
    start = after.snapshot.span("Area").start
    for view in sides:
        tops = asked_areas(view, area)
        shown |= dict.fromkeys(view.id(p + start) for p in reported_areas(view, tops, None) if p not in tops)
        if area is not None:
            inner, home = asked_subtree(view, area), view.home()
            seen |= view.inside & (home >= 0) & inner[np.maximum(home - start, 0)]
    return seen, list(shown)


def _holds(view: View, area: str) -> bool:
    node = view.snapshot.find(area)
    return node is not None and bool(view.inside[node])


def _answer(before: View, after: View, events: Sequence[Event], codes: Codes, area: str | None) -> Answer:
    seen, below = _asked(before, after, area)
    events = [e for e in events if seen[e.node] or (e.other >= 0 and seen[e.other])]
    guesses = proposals(*_named(before, after, events, codes))
    sure = {x for g in guesses if g.certain for x in (*g.before, *g.after)}
    rows = [_proposed(before, after, g) for g in guesses]
    rows += [_of_node(after, e) for e in events if e.of_node and e.node not in sure]
    rows += _of_relations(after, events)
    rows.sort(key=_place)
    facts = Counter(r["change"] for r in rows if r["review"] is None)
    totals = {
        "changes": {c: facts[c] for c in CHANGES},
        "review": sum(r["review"] is not None for r in rows),
        "rates": changed_rates(before, after, area),
        "areas": changed_rates_of_areas(before, after, below),
    }
    behind = np.array([x for e in events for x in (e.node, e.other) if x >= 0], np.int64)
    return answer(after, rows, totals, behind)


def _place(row: Row) -> tuple[int, str, str, str]:
    other = row.get("other") or {"id": ""}
    return CHANGES.index(row["change"]), row.get("relation", ""), row["node"]["id"], other["id"]


def _named(before: View, after: View, events: Sequence[Event], codes: Codes) -> tuple[list[Named], list[Named]]:
    """The ended and the new nodes, as far as both kinds exist for a label."""
    by: dict[tuple[str, str], list[int]] = {}
    for e in events:
        if e.of_node and e.table in LABELS and e.change != "changed" and e.after.get("until") != WITHDRAWN:
            by.setdefault((e.table, e.change), []).append(e.node)
    sides: dict[str, list[Named]] = {"ended": [], "added": []}
    for label in LABELS:
        if not (by.get((label, "ended")) and by.get((label, "added"))):
            continue
        both = by[label, "ended"] + by[label, "added"]
        known = codes([after.id(n) for n in both])
        for side, view in (("ended", before), ("added", after)):
            nodes = by[label, side]
            above = _parents(view, label, nodes)
            sides[side] += [
                Named(n, label, view.kind(n), view.name(n), known.get(view.id(n), ""), above.get(n, -1)) for n in nodes
            ]
    return sides["ended"], sides["added"]


def _parents(view: View, label: str, nodes: Sequence[int]) -> dict[int, int]:
    edges = view.edges(_PARENT[label])
    chosen = np.isin(edges.source, nodes)
    if label == "Area":
        administrative = view.edge_coded(edges, "hierarchy", ("行政",))
        # A grid has no administrative parent; then any hierarchy tells where it was.
        order = np.argsort(administrative[chosen], kind="stable")
    else:
        order = np.arange(int(np.count_nonzero(chosen)))
    source, target = edges.source[chosen][order], edges.target[chosen][order]
    return dict(zip(source.tolist(), target.tolist(), strict=True))


def _proposed(before: View, after: View, guess: Proposal) -> Row:
    was, now = ([view.ref(n) for n in nodes] for view, nodes in ((before, guess.before), (after, guess.after)))
    text = _WHY.get(guess.change) or _WHY.get(guess.why)
    return {
        "change": guess.change,
        "node": was[0] if guess.change == "split" else now[0],
        "before": {"nodes": was},
        "after": {"nodes": now},
        "review": None if guess.certain else {"code": f"suspected-{guess.change}", "text": text, "nodes": was + now},
    }


def _of_node(after: View, e: Event) -> Row:
    change = "renamed" if e.change == "changed" and "name" in e.before else e.change
    old = None if e.change == "added" else dict(e.before)
    taken_back = {"withdrawn": True} if e.after.get("until") == WITHDRAWN else {}
    return {
        "change": change,
        "node": after.ref(e.node),
        "before": old,
        "after": dict(e.after),
        "review": None,
    } | taken_back


def _of_relations(after: View, events: Sequence[Event]) -> list[Row]:
    """Rows of relations; what only says where a new or ended node stands or stood is left to the node's own row."""
    nodes = {(e.node, e.change) for e in events if e.of_node}
    ties = [e for e in events if not e.of_node and not (_single(e) and (e.node, e.change) in nodes)]
    left = {(e.table, e.node, e.key): i for i, e in enumerate(ties) if e.change == "ended" and _single(e)}
    rows, told = [], set[int]()
    for i, e in enumerate(ties):
        if e.change == "added" and (old := left.pop((e.table, e.node, e.key), None)) is not None:
            told |= {i, old}
            rows.append(_moved(after, ties[old], e))
    for i, e in enumerate(ties):
        if i not in told:
            rows.append(_of_relation(after, e, None if e.change == "added" else dict(e.before), dict(e.after)))
    return rows


def _single(e: Event) -> bool:
    return RELATION_TYPES[e.table].single


def _moved(after: View, old: Event, new: Event) -> Row:
    if old.other == new.other:
        return _of_relation(after, new, dict(old.after), dict(new.after), "changed")
    was: dict[str, Any] = {"to": after.ref(old.other), "until": old.after.get("until")}
    return _of_relation(after, new, was, {"to": after.ref(new.other)} | dict(new.after), "moved")


def _of_relation(after: View, e: Event, before: Row | None, now: Row, change: str = "") -> Row:
    return {
        "change": change or e.change,
        "node": after.ref(e.node),
        "relation": e.table,
        "other": after.ref(e.other),
        "before": before,
        "after": now,
        "review": None,
    }
