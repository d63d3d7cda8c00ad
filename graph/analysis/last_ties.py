"""Who is the last partner, adviser, alliance or head of whom."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from graph.analysis.evidence import advice, posts
from graph.analysis.partners import partners
from graph.view import View

Array = NDArray[Any]


@dataclass(frozen=True)
class LastTie:
    """One whose loss leaves others without any tie of its sort.

    Args:
        sort: `partner`, `adviser`, `alliance` or `head`.
        relation: relation type of the ties.
        node: who is lost; of a person who heads several, the post with the lowest number.
        losers: who has nobody else, ascending.
        reversed: the relation runs from loser to node.
    """

    sort: str
    relation: str
    node: int
    losers: tuple[int, ...]
    reversed: bool


def last_ties(view: View) -> list[LastTie]:
    """The last ties of communities (partners), units (advisers), organizations (alliances), and the persons who alone
    head several areas or organizations (one head each is the rule and no weak point)."""
    found: list[LastTie] = []
    pairing = view.profile.pairing
    if pairing is not None:
        pairs = partners(view, pairing)
        mine = pairs.area >= 0
        found += _ties("partner", "PAIRED_WITH", pairs.unit[mine], pairs.organization[mine], turned=True)
    told = advice(view)
    found += _ties("adviser", "ADVISES", told.source, told.target, turned=False)
    members = view.edges("MEMBER_OF")
    span = view.snapshot.span("Organization")
    mine = (members.source >= span.start) & (members.source < span.stop)
    found += _ties("alliance", "MEMBER_OF", members.target[mine], members.source[mine], turned=True)
    found += _heads(view)
    return [t for t in found if view.inside[list(t.losers)].all()]


def _sole(giver: Array, loser: Array) -> tuple[Array, Array]:
    """The ties of losers that have exactly one giver (two relations to the same one are one tie)."""
    if not len(giver):
        return giver, loser
    pairs = np.unique(np.stack([loser, giver]).astype(np.int64), axis=1)
    _, place, count = np.unique(pairs[0], return_inverse=True, return_counts=True)
    sole = count[place] == 1
    return pairs[1][sole], pairs[0][sole]


def _grouped(giver: Array, loser: Array) -> Iterator[tuple[int, tuple[int, ...]]]:
    order = np.lexsort((loser, giver))
    giver, loser = giver[order], loser[order]
    for part in np.split(np.arange(len(giver)), np.flatnonzero(giver[1:] != giver[:-1]) + 1):
        if len(part):
            yield int(giver[part[0]]), tuple(loser[part].tolist())


def _ties(sort: str, relation: str, giver: Array, loser: Array, *, turned: bool) -> list[LastTie]:
    return [LastTie(sort, relation, node, losers, turned) for node, losers in _grouped(*_sole(giver, loser))]


def _heads(view: View) -> list[LastTie]:
    """Persons (by the opaque 任职人识别码) who alone hold the post of a kind in two or more places."""
    kinds = tuple(r.kind for r in view.profile.posts)
    if not kinds:
        return []
    held = posts(view, kinds)
    start = view.snapshot.span("Post").start
    kind = view.values("Post", "kind")[held.source - start].astype(np.int64)
    # Of several posts of a kind in one place none is the only one.
    _, place, count = np.unique(held.target * 256 + kind, return_inverse=True, return_counts=True)
    person = view.values("Post", "holder_key")[held.source - start].astype(np.int64)
    alone = (count[place] == 1) & (person > 0)
    out = []
    for holder, losers in _grouped(person[alone], held.target[alone]):
        if len(set(losers)) > 1:
            post = int(held.source[alone][person[alone] == holder].min())
            out.append(LastTie("head", "OF", post, tuple(sorted(set(losers))), False))
    return out
