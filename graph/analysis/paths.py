"""By which path one organization reaches another, the alternatives, and what breaks the last of them if lost."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from graph.analysis.answer import Answer, Row, answer
from graph.analysis.asked import notice
from graph.analysis.cuts import LARGEST, Cut, critical, smallest_cut
from graph.analysis.network import Network, network
from graph.analysis.reasons import channel, reason, relations_named, walked, weights_shown
from graph.analysis.routes import INFINITE, Layers, Route, part, routes, to_goal
from graph.errors import NotFoundError, ParameterError
from graph.model import RELATION_TYPES
from graph.view import View

Array = NDArray[Any]

LIMIT = 20
HIDDEN: Row = {"hidden": True}


@dataclass(frozen=True)
class _Ask:
    """What is asked of every pair: how many paths, over which types of relations, past which nodes, seen by whom."""

    k: int
    allowed: tuple[int, ...]
    avoided: tuple[int, ...]
    visible: Array
    inside: Array

    def told(self, source: int, target: int) -> bool:
        """Whether a relation between two nodes may be told: both are seen, and one is the caller's own."""
        return bool(self.visible[source] and self.visible[target] and (self.inside[source] or self.inside[target]))


def paths(
    view: View,
    from_ids: Sequence[str],
    to_ids: Sequence[str],
    k: int = 5,
    only: Sequence[str] = (),
    without: Sequence[str] = (),
    avoid: Sequence[str] = (),
    visible: Array | None = None,
    inside: Array | None = None,
) -> Answer:
    """The strongest path and up to k−1 alternatives from each start to each target, simple and through at most one
    alliance (domain.md 3, 影响).

    Args:
        view: the whole district; a path is sought in all of it.
        from_ids, to_ids: ids of organizations, units, alliances or areas. An area without hops of its own is
            represented by the organization that covers it.
        k: 1 to 20, the strongest included.
        only, without: relations (English or Chinese names) or channels that alone, or never, are walked.
        avoid: ids of nodes that no path may pass.
        visible: bool per node: what the caller may see; other nodes become `{"hidden": true}`, a hop with one tells
            nothing but the end that is seen, and a path with one has neither channel nor strength.
        inside: bool per node: what is the caller's own; a hop between two others tells its ends only.

    Returns:
        Rows in the shape `path` of interface.md, with `from`, `to` and `rank`. Strength is the product of the hops'
        weights; equal ones by fewer hops, then ids. Totals: for every pair the number of paths, what breaks the last
        of them: `only_nodes` and `only_relations` (each alone), `cut` (a smallest set: `size`, `nodes`, `relations`;
        size null: more than 3 nodes), or `why` there is none; the weights, 本地设定. Of hidden nodes nothing is
        counted in `generated`.
    """
    if not 1 <= k <= LIMIT:
        raise ParameterError("参数 k 超出范围。", f"k 取 1 至 {LIMIT} 的整数。")
    if not from_ids or not to_ids:
        raise ParameterError("没有给出起点或终点。", "请至少各给出一个起点和终点的标识。")
    net = network(view)
    seen = view.visible if visible is None else visible
    starts, ends, passed_by = (_known(view, ids, seen) for ids in (from_ids, to_ids, avoid))
    allowed = _allowed(view, net, only, without)
    if set(passed_by) & (set(starts) | set(ends)):
        raise ParameterError("要避开的组织同时是起点或终点。", "请从 avoid 中去掉起点和终点。")
    rows: list[Row] = []
    pairs: list[Row] = []
    behind: list[int] = []
    ask = _Ask(k, allowed, tuple(passed_by), seen, seen if inside is None else inside)
    for start, end in itertools.product(dict.fromkeys(starts), dict.fromkeys(ends)):
        if start == end:
            raise ParameterError("起点和终点是同一个节点。", "请给出不同的起点和终点。")
        pair_rows, pair, nodes = _pair(view, net, start, end, ask)
        rows += pair_rows
        pairs.append(pair)
        behind += nodes
    totals = {
        "paths": len(rows),
        "pairs": pairs,
        "weights": weights_shown(view.profile),
        "notices": [said for p in pairs for said in _told(p)],
    }
    return answer(view, rows, totals, [v for v in behind if seen[v]])


def _known(view: View, ids: Sequence[str], visible: Array) -> list[int]:
    nodes = [view.index(i) for i in ids]
    if not all(visible[v] for v in nodes):
        raise NotFoundError(
            "没有这个标识的节点，或它在查询日期不在有效期内。",
            "请用 partygraph search 查找名称或标识。",
            code="unknown-id",
        )
    return nodes


def _allowed(view: View, net: Network, only: Sequence[str], without: Sequence[str]) -> tuple[int, ...]:
    wanted = relations_named(view.profile, only, "only") if only else set(walked(view.profile))
    wanted -= relations_named(view.profile, without, "without")
    return tuple(i for i, t in enumerate(net.types) if t in wanted)


def place(view: View, net: Network, node: int, leaving: bool) -> int:
    """The node that takes part in influence for a given end: an area without hops of its own (out of it, or into it)
    is represented by the organization that covers it, 单独 before other modes, then by id."""
    own = net.leaving(node) if leaving else net.entering(node)
    if len(own) or view.snapshot.label(node) != "Area":
        return node
    covers = view.edges("COVERS")
    here = np.flatnonzero(covers.target == node)
    if not len(here):
        return node
    modes = view.edge_words(covers, "mode")
    best = min(here.tolist(), key=lambda e: (modes[e] != "单独", int(covers.source[e])))
    return int(covers.source[best])


def _pair(view: View, net: Network, start: int, end: int, ask: _Ask) -> tuple[list[Row], Row, list[int]]:
    """Rows, totals and the nodes behind one pair."""
    pair: Row = {"from": view.ref(start), "to": view.ref(end), "paths": 0, "only_nodes": [], "only_relations": []}
    pair["cut"] = None
    first, last = place(view, net, start, True), place(view, net, end, False)
    for name, given, used in (("from", start, first), ("to", end, last)):
        if given != used:
            pair[f"{name}_represented_by"] = _ref(view, used, ask.visible)
    if first == last:
        pair["why"] = {"code": "same-place", "text": "起点与终点是同一党组织及其覆盖的区域，无需路径"}
        return [], pair, [start, end]
    layers = part(net, first, last, ask.allowed, ask.avoided)
    # One more than asked where only one is: what both share is all that can be critical.
    several = routes(layers, max(ask.k, 2))
    found = several[: ask.k]
    if not found:
        pair["why"] = _why_none(net, first, last, ask)
        return [], pair, [start, end]
    pair["paths"] = len(found)
    nodes, hops = critical(layers, net, several, ask.allowed)
    pair["only_nodes"] = [_ref(view, v, ask.visible) for v in nodes]
    pair["only_relations"] = [_relation(view, net, h, ask) for h in hops]
    pair["cut"] = _cut(view, net, smallest_cut(layers, net, several, ask.allowed), ask)
    rows = [_row(view, net, layers, r, i, ask) for i, r in enumerate(found, 1)]
    m = len(layers.nodes)
    behind = {int(layers.nodes[s % m]) for r in found for s in r.states}
    return rows, pair, [start, end, *behind]


def _row(view: View, net: Network, layers: Layers, route: Route, rank: int, ask: _Ask) -> Row:
    hops = [_hop(view, net, h, ask) for h in route.hops]
    weights = [float(net.weight[h]) for h in route.hops]
    m = len(layers.nodes)
    passed = [int(layers.nodes[s % m]) for s in route.states]
    whole = all(ask.told(int(net.source[h]), int(net.target[h])) for h in route.hops)
    return {
        "from": _ref(view, passed[0], ask.visible),
        "to": _ref(view, passed[-1], ask.visible),
        "rank": rank,
        "channel": channel(view.profile, [net.types[net.type[h]] for h in route.hops]) if whole else None,
        "strength": float(f"{np.prod(weights):.9g}") if whole else None,
        "bottleneck": int(np.argmin(weights)) if whole else None,
        "hops": hops,
    }


def _ref(view: View, node: int, visible: Array) -> Row:
    return view.ref(node) or dict(HIDDEN) if visible[node] else dict(HIDDEN)


def _cut(view: View, net: Network, found: Cut | None, ask: _Ask) -> Row:
    if found is None:
        return {"size": None, "nodes": [], "relations": []}
    return {
        "size": found.size,
        "nodes": [_ref(view, v, ask.visible) for v in found.nodes],
        "relations": [_relation(view, net, h, ask) for h in found.direct],
    }


def _hop(view: View, net: Network, hop: int, ask: _Ask) -> Row:
    source, target = int(net.source[hop]), int(net.target[hop])
    if not ask.visible[source] and not ask.visible[target]:
        return dict(HIDDEN)
    ends = {"from": _ref(view, source, ask.visible), "to": _ref(view, target, ask.visible)}
    if not ask.told(source, target):
        return ends | dict.fromkeys(("relation", "direction", "weight", "reason"))
    type_, backward = net.types[net.type[hop]], bool(net.backward[hop])
    return ends | {
        "relation": type_,
        "direction": "backward" if backward else "forward",
        "weight": float(f"{net.weight[hop]:.9g}"),
        "reason": reason(type_, backward, bool(net.dormant[hop]), view.profile.influence.dormant_factor),
    }


def _relation(view: View, net: Network, hop: int, ask: _Ask) -> Row:
    """The relation behind a hop, in its own direction; hidden where it may not be told."""
    ends = (int(net.source[hop]), int(net.target[hop]))
    source, target = reversed(ends) if net.backward[hop] else ends
    if not ask.told(source, target):
        return dict(HIDDEN)
    return {"relation": net.types[net.type[hop]], "from": view.ref(source), "to": view.ref(target)}


def _told(pair: Row) -> list[Row]:
    """Why there is no path, or what breaks the last of them, as a sentence."""
    ends = f"“{pair['from']['name']}”到“{pair['to']['name']}”"
    if "why" in pair:
        return [notice(pair["why"]["code"], f"{ends}：{pair['why']['text']}。")]
    cut = pair["cut"]
    if cut["size"] is None:
        return [notice("many-ways", f"{ends}：至少同时失去{LARGEST + 1}个组织才会没有路径。")]
    lost = [_called(v) for v in cut["nodes"]] + [_called(r) for r in cut["relations"]]
    if cut["size"] == 1:
        return [notice("last-path", f"{ends}：失去{lost[0]}就没有路径。")]
    return [notice("smallest-cut", f"{ends}：同时失去{'、'.join(lost)}（{cut['size']}处）就没有路径。")]


def _called(element: Row) -> str:
    if element.get("hidden"):
        return "范围外的一处"
    if "relation" in element:
        zh = RELATION_TYPES[element["relation"]].zh
        return f"“{element['from']['name']}”与“{element['to']['name']}”的{zh}关系"
    return f"“{element['name']}”"


def _why_none(net: Network, start: int, end: int, ask: _Ask) -> Row:
    """Why no path was found, from the nearest cause to the farthest."""
    everything = tuple(range(len(net.types)))
    if not len(net.leaving(start)):
        return {"code": "no-way-out", "text": "起点没有可走的影响关系（按治理方案的权重）"}
    if not len(net.entering(end)):
        return {"code": "no-way-in", "text": "没有可走的影响关系到达终点（按治理方案的权重）"}
    if set(ask.allowed) != set(everything) or ask.avoided:
        layers = part(net, start, end, everything, ())
        if to_goal(layers)[layers.start] < INFINITE:
            return {"code": "filtered", "text": "去掉关系限制或避开的组织后有路径，在所给限制下没有"}
    return {"code": "not-connected", "text": "两者之间没有路径（每条路径至多经过一个联盟）"}
