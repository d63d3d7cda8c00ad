"""The one door between a Snapshot and every analysis: what is in force on a day, and what a caller may see."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from graph.errors import NotFoundError
from graph.profile import Profile
from graph.scope import current, in_force, one_hop, within
from graph.snapshot import Snapshot, day
from graph.tree import Forest, forest

Array = NDArray[Any]
T = TypeVar("T")


@dataclass(frozen=True)
class Edges:
    """The visible, current relations of one type: node numbers of both ends, and their rows in the Snapshot."""

    type: str
    source: Array
    target: Array
    row: Array

    def __len__(self) -> int:
        return len(self.row)


@dataclass(frozen=True)
class View:
    """A Snapshot as of a day, within a scope.

    Args:
        snapshot: the arrays.
        profile: the district's profile.
        as_of: the day that is asked about (both ends of valid time are inclusive).
        inside: bool per node: in force and within the scope; analyses count only these.
        visible: bool per node: inside, or a ref one hop outside (partners, superiors).
        scope: node numbers of the roots the caller is bound to, None for the whole district.
    """

    snapshot: Snapshot
    profile: Profile
    as_of: dt.date
    inside: Array
    visible: Array
    scope: tuple[int, ...] | None = None
    cache: dict[Any, Any] = field(default_factory=dict, compare=False, repr=False)

    @property
    def today(self) -> int:
        """`as_of` as days since 1970-01-01."""
        return day(self.as_of)

    def once(self, key: Any, make: Callable[[], T]) -> T:
        """A derived value, computed once a view (roll-up trees, networks); views are frozen, so it stays right."""
        if key not in self.cache:
            self.cache[key] = make()
        found: T = self.cache[key]
        return found

    def nodes(self, label: str) -> Array:
        """Numbers of the nodes of a label that are inside."""
        span = self.snapshot.span(label)
        return np.asarray(np.flatnonzero(self.inside[span]) + span.start)

    def edges(self, type_: str) -> Edges:
        """The current relations of a type with both ends visible and one of them inside."""
        return self.once(("edges", type_), lambda: _edges(self, type_, self.visible))

    def crossing(self, type_: str) -> Edges:
        """Like `edges`, with those too whose other end is not visible: to be counted, never named."""
        whole = self.snapshot.arrays
        alive = in_force(whole["since"], whole["until"], self.today)
        return self.once(("crossing", type_), lambda: _edges(self, type_, alive))

    def values(self, label: str, attribute: str) -> Array:
        """A narrow attribute over the label's whole range (index by node number − span start)."""
        return self.snapshot.column(label, attribute)

    def coded(self, label: str, attribute: str, words: Sequence[str]) -> Array:
        """Bool over the label's range: whether a word attribute is one of `words`; all true when `words` is empty."""
        return _among(self.snapshot.column(label, attribute), self.snapshot.words(label, attribute), words)

    def edge_coded(self, edges: Edges, attribute: str, words: Sequence[str]) -> Array:
        """Bool per edge: whether a word attribute is one of `words`; all true when `words` is empty."""
        column = self.snapshot.edge_column(edges.type, attribute)[edges.row]
        return _among(column, self.snapshot.edge_words(edges.type, attribute), words)

    def edge_words(self, edges: Edges, attribute: str) -> list[str]:
        """A word attribute of each edge as text."""
        words = self.snapshot.edge_words(edges.type, attribute)
        return [words[c] for c in self.snapshot.edge_column(edges.type, attribute)[edges.row].tolist()]

    def kind(self, node: int) -> str:
        """The Chinese kind of a node, "" if it has none."""
        return str(self.snapshot.value(node, "kind") or "")

    def id(self, node: int) -> str:
        """The id of a node."""
        return self.snapshot.ids[node]

    def name(self, node: int) -> str:
        """The full name of a node."""
        return self.snapshot.names[node]

    def ref(self, node: int) -> dict[str, Any] | None:
        """The ref shape of interface.md, None for no node (a negative number)."""
        if node < 0:
            return None
        snapshot = self.snapshot
        return {
            "id": snapshot.ids[node],
            "label": snapshot.label(node),
            "name": snapshot.names[node],
            "kind": self.kind(node),
        }

    def index(self, id_: str) -> int:
        """Node number of an id inside the scope; `NotFoundError` for others (404, not 403)."""
        found = self.snapshot.find(id_)
        if found is None or not self.inside[found]:
            raise NotFoundError(
                "没有这个标识的节点，或它在查询日期不在有效期内。",
                "请用 partygraph search 查找名称或标识。",
                code="unknown-id",
            )
        return found

    def area_parent(self, hierarchy: str) -> Array:
        """Parent of each area (position within the area range) in a hierarchy, -1 for roots.

        An area without a parent in that hierarchy takes its 行政 one, then any other: so every roll-up names its
        hierarchy and counts each area once.
        """
        return self.once(("parent", hierarchy), lambda: _area_parent(self, hierarchy))

    def areas(self, hierarchy: str = "行政") -> Forest:
        """The area forest of a hierarchy (positions within the area range), siblings in the official order."""
        return self.once(("forest", hierarchy), lambda: _area_forest(self, hierarchy))

    def organizations(self) -> Forest:
        """The forest of SUBORDINATE_TO (positions within the organization range), siblings in the official order."""
        return self.once("organizations", lambda: _organization_forest(self))

    def root_area(self) -> int:
        """Number of the district's own area: the inside area of the profile's root kind, -1 if there is none."""
        span = self.snapshot.span("Area")
        fits = self.coded("Area", "kind", (self.profile.root_area_kind,)) & self.inside[span]
        tops = np.flatnonzero(fits)
        return int(tops[0]) + span.start if len(tops) else -1

    def home(self) -> Array:
        """Area number of every node (-1: none): where an area, organization, unit, post, facility or alliance is."""
        return self.once("home", lambda: _home(self))


def _among(column: Array, vocabulary: tuple[str, ...], words: Sequence[str]) -> Array:
    if not words:
        return np.ones(len(column), bool)
    wanted = set(words)
    return np.array([w in wanted for w in vocabulary], bool)[column]


def _edges(view: View, type_: str, seen: Array) -> Edges:
    snapshot = view.snapshot
    rows = current(snapshot, type_, view.today)
    source, target = snapshot.edge_column(type_, "from")[rows], snapshot.edge_column(type_, "to")[rows]
    keep = seen[source] & seen[target] & (view.inside[source] | view.inside[target])
    return Edges(type_, source[keep], target[keep], rows[keep])


def _area_parent(view: View, hierarchy: str) -> Array:
    span = view.snapshot.span("Area")
    parent = np.full(span.stop - span.start, -1, np.int64)
    edges = view.edges("PART_OF")
    for name in ("小区", "网格", "行政", hierarchy):
        chosen = view.edge_coded(edges, "hierarchy", (name,))
        parent[edges.source[chosen] - span.start] = edges.target[chosen] - span.start
    parent[~view.inside[span]] = -1
    inside_parent = view.inside[span][np.maximum(parent, 0)]
    parent[(parent >= 0) & ~inside_parent] = -1
    return parent


def _area_forest(view: View, hierarchy: str) -> Forest:
    span = view.snapshot.span("Area")
    return forest(view.area_parent(hierarchy), official_order(view.snapshot)[span])


def _organization_forest(view: View) -> Forest:
    span = view.snapshot.span("Organization")
    parent = np.full(span.stop - span.start, -1, np.int64)
    edges = view.edges("SUBORDINATE_TO")
    both = view.inside[edges.source] & view.inside[edges.target]
    parent[edges.source[both] - span.start] = edges.target[both] - span.start
    return forest(parent, official_order(view.snapshot)[span])


def official_order(snapshot: Snapshot) -> Array:
    """排序号, rows without one last."""
    order = snapshot.arrays["order"]
    return np.where(order < 0, np.iinfo(np.int64).max, order)


_HOME = (
    ("COVERS", "Area"),
    ("LOCATED_IN", "Area"),
    ("CONVENED_IN", "Area"),
    ("OF", None),
    ("SERVES", "Area"),
    ("BELONGS_TO", None),
    ("COVERS", None),
    ("SUBORDINATE_TO", None),
    ("NEEDS", None),
    ("OFFERS", None),
    ("RESPONSIBLE_FOR", None),
    ("CLAIMS", None),
)
_TURNED = frozenset({"NEEDS", "OFFERS", "RESPONSIBLE_FOR", "CLAIMS"})


def _home(view: View) -> Array:
    snapshot = view.snapshot
    home = np.full(snapshot.n, -1, np.int64)
    areas = snapshot.span("Area")
    home[areas] = np.where(view.visible[areas], np.arange(areas.start, areas.stop), -1)
    for _ in range(3):
        for type_, label in _HOME:
            edges = view.edges(type_)
            source, target = (edges.target, edges.source) if type_ in _TURNED else (edges.source, edges.target)
            if label:
                span = snapshot.span(label)
                direct = (target >= span.start) & (target < span.stop)
                source, target = source[direct], target[direct]
            lacking = (home[source] < 0) & (home[target] >= 0)
            # Highest first, so that of several the lowest id wins, whatever the order of rows.
            order = np.argsort(target[lacking])[::-1]
            home[source[lacking][order]] = home[target[lacking][order]]
    return home


def view(snapshot: Snapshot, profile: Profile, as_of: dt.date, scope: Sequence[str] | None = None) -> View:
    """The view of a Snapshot on a day, bound to the subtrees of `scope` (ids of areas or organizations).

    Inside a scope are: the areas below its roots, the organizations that cover them (单独, 联合) and what is
    subordinate to these, the units, facilities and alliances located there, their posts, lists and activities.
    One hop outside (partners, superiors) is visible as a ref; everything farther is absent: whom a unit that is only
    located there is paired or allied with elsewhere, and who else takes part in the same activity.
    An id of another district or outside the data raises `NotFoundError`.
    """
    today = day(as_of)
    alive = in_force(snapshot.arrays["since"], snapshot.arrays["until"], today)
    if scope is None:
        return View(snapshot, profile, as_of, alive, alive)
    roots = tuple(snapshot.index(i) for i in scope)
    inside = within(snapshot, alive, roots, today)
    visible = inside | one_hop(snapshot, inside, today)
    return View(snapshot, profile, as_of, inside, visible & alive, roots)
