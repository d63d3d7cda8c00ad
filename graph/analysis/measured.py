"""What a measure yields in a View: an interval, the nodes behind it and what those rest on."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from graph.analysis.measure import ENDS, Measure, Part, Tie
from graph.model import NODE_TYPES, RELATION_TYPES, node_attributes
from graph.quantities import Interval, exactly
from graph.snapshot import NULL_INT
from graph.view import Edges, View

Array = NDArray[Any]
Basis = Literal["ledger", "figures", "divisions", "generated", "none"]
_DIVISION = re.compile(r"[A-Za-z0-9_-]+\.[0-9]{12}")


@dataclass(frozen=True)
class Measured:
    """What was found.

    Args:
        value: the result; wide where an attribute is empty in some rows, None where there is no row at all.
        nodes: numbers of the nodes that were counted (or whose relations were).
        behind: all nodes the result rests on. made_up: how many nodes and relations of them are generated.
        missing: the nodes of a ratio's whole that are not in its part.
        blank: rows in which the summed or told-apart attribute is empty.
        share: of a ratio, the part and the whole.
    """

    value: Interval | None
    nodes: Array
    behind: Array
    made_up: int
    missing: Array
    blank: int = 0
    share: tuple[Interval, Interval] | None = None


_NONE = np.zeros(0, np.int64)


def measured(view: View, measure: Measure) -> Measured:
    """The result of a measure over what is inside the view on its day."""
    part = _part(view, measure.part)
    if measure.whole is None:
        return part
    whole = _part(view, measure.whole)
    behind = np.union1d(part.behind, whole.behind)
    value, share = None, None
    if part.value is not None and whole.value is not None and whole.value.low > 0 and not math.isinf(whole.value.high):
        high = 100 * part.value.high / whole.value.low
        value, share = Interval(100 * part.value.low / whole.value.high, high), (part.value, whole.value)
    missing = np.setdiff1d(whole.nodes, part.nodes)
    made_up, blank = part.made_up + whole.made_up, part.blank + whole.blank
    return Measured(value, whole.nodes, behind, made_up, missing, blank, share)


def basis(view: View, measure: Measure, found: Measured) -> Basis:
    """What a result rests on: rows made up to fill a total, the official divisions, a ledger, or nothing.

    In a district that still holds made-up rows, areas known by their 12-digit division code came from the divisions;
    these say which areas there are, and nothing else: a number of residents beside them is the article's own.
    """
    if found.value is None:
        return "none"
    if found.made_up:
        return "generated"
    held = view.snapshot.arrays["generated"]
    if not held[view.inside].any():
        return "ledger"
    areas = view.snapshot.span("Area")
    official = all(areas.start <= n < areas.stop and _DIVISION.fullmatch(view.id(n)) for n in found.behind.tolist())
    if not official:
        return "ledger"
    return "divisions" if measure.part.verb == "count" and measure.whole is None else "generated"


def _part(view: View, part: Part) -> Measured:
    return _over_nodes(view, part) if part.on_nodes else _over_relations(view, part)


def _over_nodes(view: View, part: Part) -> Measured:
    span = view.snapshot.span(part.of)
    chosen = view.inside[span] & _fits(view, part.of, part.where)
    if part.under:
        chosen &= _under(view, part.under)
    # No row of the kind at all says that it is not in the data, not that there are none in the world.
    asked = bool(chosen.any())
    behind, made_up = [], 0
    for alternatives in part.ties:
        held = np.zeros(view.snapshot.n, bool)
        for tie in alternatives:
            edges, keep = _tied(view, tie)
            ours, theirs = (edges.source, edges.target) if tie.end == "from" else (edges.target, edges.source)
            mine = keep & (ours >= span.start) & (ours < span.stop)
            mine[mine] = chosen[ours[mine] - span.start]
            held[ours[mine]] = True
            behind.append(theirs[mine])
            made_up += _relations_made_up(view, edges, mine)
        chosen = chosen & held[span]
    nodes = np.asarray(np.flatnonzero(chosen) + span.start)
    everything = np.unique(np.concatenate([nodes, *behind])) if behind else nodes
    made_up += int(view.snapshot.arrays["generated"][everything].sum())
    value, blank = _result(view, part, nodes) if asked else (None, 0)
    return Measured(value, nodes, everything, made_up, _NONE, blank)


def _result(view: View, part: Part, nodes: Array) -> tuple[Interval | None, int]:
    if part.verb == "count":
        return exactly(len(nodes)), 0
    cells = view.snapshot.column(part.of, part.attribute)[nodes - view.snapshot.span(part.of).start]
    return _folded(part, cells)


def _folded(part: Part, cells: Array) -> tuple[Interval | None, int]:
    """A sum, or the number of different words; empty cells widen it upwards."""
    if part.verb == "sum":
        known = cells[~np.isnan(cells)] if cells.dtype.kind == "f" else cells[cells != NULL_INT]
        value, most = float(known.sum()), math.inf
    else:
        known = cells[cells > 0]
        value = float(len(np.unique(known)))
        most = value + len(cells) - len(known)
    blank = len(cells) - len(known)
    if not len(known):
        return None, blank
    return Interval(value, most if blank else value), blank


def _over_relations(view: View, part: Part) -> Measured:
    edges = view.edges(part.of)
    keep = _relation_fits(view, edges, part.where)
    ends = np.unique(np.concatenate([edges.source[keep], edges.target[keep]]))
    made_up = _relations_made_up(view, edges, keep) + int(view.snapshot.arrays["generated"][ends].sum())
    if part.attribute in ENDS:
        nodes = np.unique((edges.source if part.attribute == "from" else edges.target)[keep])
        return Measured(exactly(len(nodes)) if len(nodes) else None, nodes, ends, made_up, _NONE)
    nodes = np.unique(edges.source[keep])
    cells = view.snapshot.edge_column(part.of, part.attribute)[edges.row[keep]]
    if part.once:
        cells = _once(edges.source[keep], cells)
    value, blank = _folded(part, cells)
    return Measured(value, nodes, ends, made_up, _NONE, blank)


def _once(source: Array, cells: Array) -> Array:
    """The largest cell of each source."""
    _, at = np.unique(source, return_inverse=True)
    most = np.full(int(at.max()) + 1 if len(at) else 0, cells.min() if len(cells) else 0, cells.dtype)
    np.maximum.at(most, at, cells)
    return most


def _fits(view: View, label: str, where: Mapping[str, Sequence[str]]) -> Array:
    """Bool over a label's range: every word attribute is one of its words."""
    span = view.snapshot.span(label)
    chosen = np.ones(span.stop - span.start, bool)
    for attribute, words in where.items():
        chosen &= view.coded(label, attribute, words)
    return chosen


def _tied(view: View, tie: Tie) -> tuple[Edges, Array]:
    edges = view.edges(tie.type)
    return edges, _relation_fits(view, edges, tie.where)


def _relation_fits(view: View, edges: Edges, where: Mapping[str, Sequence[str]]) -> Array:
    """Bool per edge: both ends inside, its own attributes and those of its ends are among the words."""
    keep = view.inside[edges.source] & view.inside[edges.target]
    of_end: dict[str, dict[str, Sequence[str]]] = {"from": {}, "to": {}}
    for key, words in where.items():
        end, _, attribute = key.rpartition(".")
        if end:
            of_end[end][attribute] = words
        else:
            keep &= view.edge_coded(edges, attribute, words)
    for end, asked in of_end.items():
        if asked:
            keep &= _nodes_fit(view, edges.type, end, asked)[edges.source if end == "from" else edges.target]
    return np.asarray(keep)


def _nodes_fit(view: View, type_: str, end: str, asked: Mapping[str, Sequence[str]]) -> Array:
    """Bool per node number: of an allowed label, with all asked attributes; a label without one of them never fits."""
    fits = np.zeros(view.snapshot.n, bool)
    labels = {pair[ENDS.index(end)] for pair in RELATION_TYPES[type_].ends}
    wanted = {k: v for k, v in asked.items() if k != "label"}
    for label in NODE_TYPES:
        if label not in labels or label not in asked.get("label", (label,)):
            continue
        if set(wanted) <= {a.name for a in node_attributes(label) if a.narrow}:
            fits[view.snapshot.span(label)] = _fits(view, label, wanted)
    return fits


def _relations_made_up(view: View, edges: Edges, keep: Array) -> int:
    flags = view.snapshot.edge_column(edges.type, "generated")[edges.row[keep]]
    return int(np.count_nonzero(flags > 0))


def _under(view: View, local: str) -> Array:
    """Bool over the area range: strictly below the area with that id; nothing when there is no such area."""
    span = view.snapshot.span("Area")
    chosen = np.zeros(span.stop - span.start, bool)
    top = view.snapshot.find(f"{view.snapshot.district}.{local}")
    if top is not None and span.start <= top < span.stop and view.inside[top]:
        chosen[view.areas().descendants(top - span.start)[1:]] = True
    return chosen
