"""How well a unit suits a community: what it offers of what is needed, and how near it is. All shares from 0 to 1."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from graph.analysis.tiers import nearest
from graph.snapshot import DAY_MIN
from graph.view import View

Array = NDArray[Any]
Wanted = tuple[frozenset[str], ...]


def needs(view: View, communities: Array) -> Wanted:
    """For each community the categories of its open needs: not done, and nobody meets, claims or answers for them.

    A need raised in an area below a community is the community's.
    """
    span, demands = view.snapshot.span("Area"), view.snapshot.span("Demand")
    own = np.full(span.stop - span.start, -1, np.int64)
    own[communities - span.start] = np.arange(len(communities))
    of_area = nearest(view.areas(), own)
    met = np.zeros(view.snapshot.n, bool)
    for type_ in ("MEETS", "CLAIMS", "RESPONSIBLE_FOR"):
        met[view.edges(type_).target] = True
    nodes = view.nodes("Demand")
    done = view.values("Demand", "done")[nodes - demands.start] if len(nodes) else nodes
    open_ = nodes[~met[nodes] & ~((done != DAY_MIN) & (done <= view.today))]
    found: list[set[str]] = [set() for _ in range(len(communities))]
    for node in open_.tolist():
        home, category = int(view.home()[node]), view.snapshot.value(node, "category")
        at = int(of_area[home - span.start]) if home >= 0 else -1
        if at >= 0 and category:
            found[at].add(str(category))
    return tuple(frozenset(f) for f in found)


def offers(view: View, units: Array) -> Wanted:
    """For each unit what it can give: the categories of its resources, those of its own organization, its sector."""
    at = {int(u): i for i, u in enumerate(units.tolist())}
    of_organization: dict[int, int] = {}
    belongs = view.edges("BELONGS_TO")
    for organization, unit in zip(belongs.source.tolist(), belongs.target.tolist(), strict=True):
        if unit in at:
            of_organization[organization] = at[unit]
    found: list[set[str]] = [set() for _ in range(len(units))]
    edges = view.edges("OFFERS")
    for who, item in zip(edges.source.tolist(), edges.target.tolist(), strict=True):
        i = at.get(who, of_organization.get(who, -1))
        category = view.snapshot.value(item, "category")
        if i >= 0 and category:
            found[i].add(str(category))
    words, start = view.snapshot.words("Unit", "sector"), view.snapshot.span("Unit").start
    for i, code in enumerate(view.values("Unit", "sector")[units - start].tolist()):
        if words[code]:
            found[i].add(words[code])
    return tuple(frozenset(f) for f in found)


def need_match(wanted: Wanted, given: Wanted) -> Array:
    """Communities × units: the share of a community's open categories that a unit offers (0 where none is open)."""
    vocabulary = sorted(frozenset().union(*wanted)) if wanted else []
    ask, give = _matrix(wanted, vocabulary), _matrix(given, vocabulary)
    return np.asarray(ask @ give.T / np.maximum(ask.sum(axis=1), 1)[:, None])


def _matrix(sets: Sequence[frozenset[str]], vocabulary: Sequence[str]) -> Array:
    place = {word: i for i, word in enumerate(vocabulary)}
    found = np.zeros((len(sets), len(vocabulary)), np.float32)
    for row, each in enumerate(sets):
        for word in each & place.keys():
            found[row, place[word]] = 1
    return found


@dataclass(frozen=True)
class Nearness:
    """Communities × units: `share` of the community's way up the area tree that the unit shares (1 in the community,
    0 only in the district or unknown), `common` the area number of the lowest area both lie in (-1: none)."""

    share: Array
    common: Array


def nearness(view: View, communities: Array, units: Array) -> Nearness:
    """Distance in the area tree."""
    start, forest = view.snapshot.span("Area").start, view.areas()
    home = view.home()[units]
    share = np.zeros((len(communities), len(units)), np.float64)
    common = np.full(share.shape, -1, np.int64)
    if not len(forest.enter):
        return Nearness(share, common)
    enter = np.where(home >= 0, forest.enter[np.maximum(home - start, 0)], -1)
    for i, node in enumerate((communities - start).tolist()):
        chain = [node, *forest.ancestors(node)]
        for up, area in reversed(list(enumerate(chain))):
            within = (enter >= forest.enter[area]) & (enter < forest.leave[area])
            common[i, within] = area + start
            share[i, within] = 1 - up / max(len(chain) - 1, 1)
    return Nearness(share, common)
