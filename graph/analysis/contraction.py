"""Places: each organization as one with the area it covers alone, and the undirected network of places, units and
alliances; without this the area tree and the organization tree close a cycle at every area."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from graph.analysis.reasons import walked
from graph.analysis.tiers import places
from graph.tree import Forest, forest
from graph.view import View

Array = NDArray[Any]
FORMAL = ("SUBORDINATE_TO", "PART_OF")
AREA_KINDS = ("社区", "村")
ORGANIZATIONS, AREAS, COMMUNITIES, UNITS = range(4)
COUNTED = ("organizations", "areas", "communities", "units")


@dataclass(frozen=True)
class Contraction:
    """The contracted network over the n nodes of a Snapshot; a place goes by the number of its organization.

    Args:
        place: number by which each node goes (its own, or that of the organization which covers the area alone).
        own: n × 4 counts of what each place is: organizations (党小组 and 党员中心户 not counted), areas, communities,
            units.
        formal: forest of the places: formal superior, for an area without one the place of the area above.
        is_place: bool per node: an organization or area that goes by its own number.
        low, high: ends of each tie, low < high, each pair once.
        carriers: how many relations carry each pair.
        type, row: one of them: position in `types`, and row in the Snapshot.
        types: relation types.
    """

    place: Array
    own: Array
    formal: Forest
    is_place: Array
    low: Array
    high: Array
    carriers: Array
    type: Array
    row: Array
    types: tuple[str, ...]

    @property
    def n(self) -> int:
        """Number of nodes of the Snapshot."""
        return len(self.place)


def contraction(view: View) -> Contraction:
    """The contracted network of a view, made once: every tie in force of the formal chain (the area above where there
    is no superior) and of the relations that the profile walks, both ends inside."""
    return view.once("contraction", lambda: _contraction(view))


def _contraction(view: View) -> Contraction:
    place = _place(view)
    is_place, formal = _formal(view, place)
    types = tuple(dict.fromkeys((*FORMAL, *walked(view.profile))))
    parts = []
    for position, type_ in enumerate(types):
        ties = view.edges(type_)
        inside = view.inside[ties.source] & view.inside[ties.target]
        ends = np.stack([place[ties.source], place[ties.target]])[:, inside]
        differ = ends[0] != ends[1]
        if type_ == "PART_OF":
            # The area above binds only where it is the formal way up: beside a superior elsewhere it closes a cycle.
            differ &= formal.parent[ends[0]] == ends[1]
        row = ties.row[inside][differ]
        parts.append(np.stack([ends[:, differ].min(0), ends[:, differ].max(0), np.full(len(row), position), row]))
    low, high, kind, row = np.concatenate(parts, axis=1).astype(np.int64)
    _, first, carriers = np.unique(low * view.snapshot.n + high, return_index=True, return_counts=True)
    return Contraction(
        place, _own(view, place), formal, is_place, low[first], high[first], carriers, kind[first], row[first], types
    )


def _place(view: View) -> Array:
    covers = view.edges("COVERS")
    areas = view.snapshot.span("Area")
    alone = view.edge_coded(covers, "mode", ("单独",)) & (covers.target >= areas.start) & (covers.target < areas.stop)
    alone &= view.inside[covers.source] & view.inside[covers.target]
    source, target = covers.source[alone], covers.target[alone]
    # Highest first, so that of several organizations the lowest id wins, whatever the order of rows.
    order = np.argsort(source)[::-1]
    place = np.arange(view.snapshot.n)
    place[target[order]] = source[order]
    return place


def _own(view: View, place: Array) -> Array:
    n = view.snapshot.n
    own = np.zeros((n, len(COUNTED)), np.int64)
    organizations = view.snapshot.span("Organization")
    own[organizations, ORGANIZATIONS] = places(view).statistical & view.inside[organizations]
    areas, units = view.nodes("Area"), view.nodes("Unit")
    pairing = view.profile.pairing
    kinds = pairing.area_kinds if pairing else AREA_KINDS
    communities = areas[view.coded("Area", "kind", kinds)[areas - view.snapshot.span("Area").start]]
    own[:, AREAS] = np.bincount(place[areas], minlength=n)
    own[:, COMMUNITIES] = np.bincount(place[communities], minlength=n)
    own[units, UNITS] = 1
    return own


def _formal(view: View, place: Array) -> tuple[Array, Forest]:
    """Which nodes are places, and the forest of their formal superiors (nodes that are no place are roots alone)."""
    areas, organizations = view.snapshot.span("Area"), view.snapshot.span("Organization")
    parent = np.full(view.snapshot.n, -1, np.int64)
    above = view.area_parent("网格")
    child = np.flatnonzero(above >= 0)
    lower, upper = place[child + areas.start], place[above[child] + areas.start]
    differ = lower != upper
    parent[lower[differ]] = upper[differ]
    superior = view.organizations().parent
    child = np.flatnonzero(superior >= 0)
    parent[child + organizations.start] = superior[child] + organizations.start
    is_place = np.zeros(view.snapshot.n, bool)
    for span in (areas, organizations):
        numbers = np.arange(span.start, span.stop)
        is_place[span] = view.inside[span] & (place[span] == numbers)
    return is_place, forest(parent)
