"""结对推荐: whom each community without a partner should be paired with, by kind, places, needs, distance and load.

Only additions: no pairing in force is ever dissolved or moved. The weights are the profile's (本地设定).
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from graph.analysis.affinity import Nearness, Wanted, nearness, need_match, needs, offers
from graph.analysis.answer import Answer, Row, answer
from graph.analysis.asked import asked_nodes, notice
from graph.analysis.partners import EXPIRED, capacity, kind_mask, partners
from graph.analysis.placing import competing, place
from graph.analysis.tiers import standing
from graph.profile import Pairing, Recommendation
from graph.view import View

Array = NDArray[Any]
SCALE = 10_000
ANY = -1


@dataclass(frozen=True)
class Market:
    """Both sides. A demand is a community (position in `communities`) and a kind (of the profile, ANY for whichever).

    `fits`: kinds × units: a unit may be of several kinds, and one tie with it makes up for all of them. `lacks`:
    communities × kinds without a living tie; `load`: communities each unit carries, `limit`: how many it can;
    `renewable`: the pairs whose agreement is over.
    """

    communities: Array
    who: Array
    wants: Array
    lacks: Array
    units: Array
    fits: Array
    load: Array
    limit: Array
    renewable: frozenset[tuple[int, int]]

    @property
    def room(self) -> Array:
        """Free places of each unit."""
        return np.asarray(np.maximum(self.limit - self.load, 0))

    def allowed(self) -> Array:
        """Bool, demands × units: the unit is of the kind asked for, whether it has a place left or not."""
        return np.asarray((self.wants[:, None] == ANY) | self.fits[np.maximum(self.wants, 0)])

    def mended(self) -> Array:
        """Bool, communities × units: the unit is of a kind that the community lacks."""
        return np.asarray((self.lacks.astype(np.int32) @ self.fits.astype(np.int32)) > 0)


@dataclass(frozen=True)
class Suits:
    """Communities × units: the share of open needs met, nearness, and what each side asks and offers."""

    need: Array
    near: Nearness
    wanted: Wanted
    given: Wanted


def recommend(view: View, area: str | None = None, *, every_kind: bool = False) -> Answer:
    """Rows (also under `pairs`) `{"community", "organization", "unit", "kind", "score", "renewal", "reasons"}`.

    Asked for: a partner for each community without an unexpired one, and one of each kind that the profile requires
    and the community lacks; with `every_kind` one of every kind it lacks. `unmet` lists the demands that no place is
    left for; `hall` is the set that proves it: communities, the units they compete for, demand and capacity.
    """
    pairing = view.profile.pairing
    if pairing is None:
        said = notice("no-pairing", f"治理方案“{view.profile.name}”没有声明结对共建，无法推荐。")
        return replace(answer(view, [], {"notices": [said]}, ()), more={"pairs": [], "unmet": [], "hall": None})
    market = _market(view, pairing, area, every_kind=every_kind)
    suits = _suits(view, market)
    unit_of = _assign(market, suits, view.profile.recommendation)
    names = [k.name for k in pairing.kinds]
    served = _first_of_each(market, unit_of)
    at = market.communities[market.who] - view.snapshot.span("Area").start
    stands = standing(view, pairing.tiers)[at].tolist()
    rows = [_row(view, market, suits, names, stands[d], d, int(unit_of[d])) for d in served]
    unmet = [_unmet(view, market, names, d) for d in np.flatnonzero(unit_of < 0).tolist()]
    hall = _hall(view, market, unit_of)
    totals = {
        "demand": len(market.who),
        "served": int((unit_of >= 0).sum()),
        "unmet": len(unmet),
        "communities": len(np.unique(market.who)),
        "units": len(market.units),
        "places": int(market.room.sum()),
        "by_kind": dict(Counter(r["kind"] for r in rows)),
        "weights": {**view.profile.recommendation.model_dump(), "note": "本地设定"},
        "notices": _notices(view, market, hall, every_kind=every_kind),
    }
    found = answer(view, rows, totals, np.concatenate([market.communities, market.units]))
    return replace(found, more={"pairs": rows, "unmet": unmet, "hall": hall})


def _market(view: View, pairing: Pairing, area: str | None, *, every_kind: bool) -> Market:
    span, unit_span = view.snapshot.span("Area"), view.snapshot.span("Unit")
    nodes = asked_nodes(view, "Area", area)
    communities = np.sort(nodes[view.coded("Area", "kind", pairing.area_kinds)[nodes - span.start]])
    masks = np.array([kind_mask(view, kind) for kind in pairing.kinds], bool)
    masks = masks.reshape(len(pairing.kinds), unit_span.stop - unit_span.start)
    limit = capacity(view, pairing)
    units = view.nodes("Unit")
    at = units - unit_span.start
    working = view.values("Unit", "operating")[at] != 0
    units = units[np.asarray(masks.any(axis=0))[at] & (limit[at] > 0) & working]
    at = units - unit_span.start
    found = partners(view, pairing)
    live = found.state != EXPIRED
    lacks = np.ones((len(communities), len(pairing.kinds)), bool)
    bare = np.ones(len(communities), bool)
    position = {int(c): i for i, c in enumerate(communities.tolist())}
    for unit, where in zip(found.unit[live].tolist(), found.area[live].tolist(), strict=True):
        if where in position:
            bare[position[where]] = False
            lacks[position[where]] &= ~masks[:, unit - unit_span.start]
    asked = np.array([every_kind or k.required for k in pairing.kinds], bool)
    wanted = lacks & asked[None, :]
    who, wants = np.nonzero(wanted)
    alone = np.flatnonzero(bare & ~wanted.any(axis=1))
    over = zip(found.area[~live].tolist(), found.unit[~live].tolist(), strict=True)
    return Market(
        communities,
        np.concatenate([who, alone]),
        np.concatenate([wants, np.full(len(alone), ANY)]),
        lacks,
        units,
        masks[:, at],
        _load(view, pairing, units),
        limit[at],
        frozenset(over),
    )


def _load(view: View, pairing: Pairing, units: Array) -> Array:
    """Communities that each unit carries already; a partner outside the scope counts, whatever it stands for."""
    found = partners(view, pairing)
    live = found.state != EXPIRED
    outside = live & (found.area < 0) & ~view.inside[found.organization]
    carried = np.concatenate([found.area[live & (found.area >= 0)], found.organization[outside]])
    carriers = np.concatenate([found.unit[live & (found.area >= 0)], found.unit[outside]])
    pairs = np.unique(np.stack([carriers, carried]), axis=1) if len(carriers) else np.zeros((2, 0), np.int64)
    return np.bincount(pairs[0], minlength=view.snapshot.n)[units]


def _suits(view: View, market: Market) -> Suits:
    wanted, given = needs(view, market.communities), offers(view, market.units)
    return Suits(need_match(wanted, given), nearness(view, market.communities, market.units), wanted, given)


def _assign(market: Market, suits: Suits, weights: Recommendation) -> Array:
    """The unit (position) of each demand, -1 for none; kinds without a common unit are placed one by one.

    Two demands of one community at one unit are one tie: the place that this frees goes to who is left out.
    """
    base, crowding = _costs(market, suits, weights)
    allowed = market.allowed()
    unit_of = np.full(len(market.who), -1, np.int64)
    for kinds in _together(market):
        demands = np.flatnonzero(np.isin(market.wants, kinds)) if len(kinds) else np.arange(len(market.who))
        mine = np.flatnonzero(allowed[demands].any(axis=0))
        while True:
            left = demands[unit_of[demands] < 0]
            room = market.room[mine] - _ties(market, unit_of)[mine]
            here = np.ix_(left, mine)
            found = place(base[here], allowed[here], room, crowding[mine])
            unit_of[left[found >= 0]] = mine[found[found >= 0]]
            if len(kinds) == 1 or not (found >= 0).any() or not _shared(market, unit_of, demands):
                break
    return unit_of


def _shared(market: Market, unit_of: Array, demands: Array) -> bool:
    """Whether somebody is still left out after each left-out demand was given to a unit that its community has been
    given for another kind, and each second unit was taken back whose kind the first one is of too."""
    given: dict[int, list[int]] = {}
    for d in demands.tolist() if (unit_of[demands] < 0).any() else ():
        if unit_of[d] >= 0:
            given.setdefault(int(market.who[d]), []).append(int(unit_of[d]))
    for d in demands.tolist() if given else ():
        mine, own = given.get(int(market.who[d]), []), int(unit_of[d])
        for unit in mine:
            if unit != own and market.fits[market.wants[d], unit]:
                if own >= 0:
                    mine.remove(own)
                unit_of[d] = unit
                mine.append(unit)
                break
    return bool((unit_of[demands] < 0).any())


def _together(market: Market) -> list[list[int]]:
    """The kinds that are asked for, those that share a unit together; one empty list where whichever kind will do."""
    if (market.wants == ANY).any():
        return [[]]
    groups: list[list[int]] = []
    for kind in np.unique(market.wants).tolist():
        near = [g for g in groups if (market.fits[g] & market.fits[kind]).any()]
        groups = [g for g in groups if g not in near] + [sorted([kind, *(k for g in near for k in g)])]
    return groups


def _ties(market: Market, unit_of: Array) -> Array:
    """How many communities each unit has been given."""
    served = unit_of >= 0
    pairs = np.unique(np.stack([market.who[served], unit_of[served]]), axis=1)
    return np.bincount(pairs[1], minlength=len(market.units))


def _costs(market: Market, suits: Suits, weights: Recommendation) -> tuple[Array, Array]:
    """Cost of each demand at each unit, and what each further place of a unit costs, in 1/20000 (even: 1/SCALE).

    One less where the agreement of the same two is over: of equals the old partner comes first.
    """
    total = weights.need_match + weights.missing_kind + weights.distance + weights.fairness or 1.0
    worth = (
        weights.need_match * suits.need + weights.missing_kind * market.mended() + weights.distance * suits.near.share
    )
    base = 2 * np.rint(SCALE * (1 - (worth + weights.fairness) / total)).astype(np.int64)
    base = np.maximum(base, 0) + 1
    where = {int(c): i for i, c in enumerate(market.communities.tolist())}
    column = {int(u): i for i, u in enumerate(market.units.tolist())}
    for community, unit in market.renewable:
        if community in where and unit in column:
            base[where[community], column[unit]] -= 1
    after = market.load[:, None] + np.arange(int(market.room.max(initial=0)))[None, :]
    crowding = 2 * np.rint(SCALE * weights.fairness / total * after / np.maximum(market.limit, 1)[:, None])
    return base[market.who], crowding.astype(np.int64)


def _first_of_each(market: Market, unit_of: Array) -> list[int]:
    """The demands that are served, one for each community and unit."""
    seen: dict[tuple[int, int], int] = {}
    for demand in np.flatnonzero(unit_of >= 0).tolist():
        seen.setdefault((int(market.who[demand]), int(unit_of[demand])), demand)
    return list(seen.values())


def _row(view: View, market: Market, suits: Suits, names: list[str], organization: int, demand: int, unit: int) -> Row:
    at = int(market.who[demand])
    community, node = int(market.communities[at]), int(market.units[unit])
    lacking = np.flatnonzero(market.lacks[at] & market.fits[:, unit]).tolist()
    wanted = int(market.wants[demand])
    kind = wanted if wanted != ANY else int(np.flatnonzero(market.fits[:, unit])[0])
    weights = view.profile.recommendation
    parts = {
        "need_match": float(suits.need[at, unit]),
        "missing_kind": float(bool(lacking)),
        "distance": float(suits.near.share[at, unit]),
        "fairness": 1 - float(market.load[unit]) / float(market.limit[unit]),
    }
    total = sum(getattr(weights, name) for name in parts)
    score = sum(getattr(weights, name) * part for name, part in parts.items()) / total if total else 0.0
    return {
        "community": view.ref(community),
        "organization": view.ref(organization),
        "unit": view.ref(node),
        "kind": names[kind],
        "score": round(score, 4),
        "renewal": (community, node) in market.renewable,
        "reasons": _reasons(view, market, suits, "、".join(names[k] for k in lacking), at, unit),
        "generated": bool(view.snapshot.arrays["generated"][[community, node]].any()),
    }


def _reasons(view: View, market: Market, suits: Suits, kind: str, at: int, unit: int) -> list[dict[str, str]]:
    """Why these two, in the order of the profile's weights; what does not hold is not said."""
    found = []

    def say(code: str, text: str) -> None:
        found.append({"code": code, "text": text})

    node = int(market.units[unit])
    if (int(market.communities[at]), node) in market.renewable:
        say("renewal", "原有结对协议已到期，可以续签")
    both = sorted(suits.wanted[at] & suits.given[unit])
    if both:
        say("need-match", f"能满足需求：{'、'.join(both)}（社区待解决需求{len(suits.wanted[at])}类中的{len(both)}类）")
    if kind:
        say("missing-kind", f"补上所缺的{kind}")
    common = int(suits.near.common[at, unit])
    if common >= 0:
        say("near", f"同在{view.name(common)}")
    load, limit = int(market.load[unit]), int(market.limit[unit])
    say("load", f"该单位可结对{limit}个社区，现有{load}个")
    return found


def _unmet(view: View, market: Market, names: list[str], demand: int) -> Row:
    kind = int(market.wants[demand])
    what = "单位" if kind == ANY else names[kind]
    return {
        "community": view.ref(int(market.communities[market.who[demand]])),
        "kind": None if kind == ANY else names[kind],
        "reason": {"code": "no-place", "text": f"可结对的{what}名额已用完或没有这类单位"},
    }


def _hall(view: View, market: Market, unit_of: Array) -> Row | None:
    """The violating set of interface.md, `missing` places included; None when everyone is served."""
    demands, units = competing(market.allowed(), unit_of)
    if not len(demands):
        return None
    places, missing = int(market.room[units].sum()), int((unit_of < 0).sum())
    return {
        "communities": [view.ref(int(market.communities[c])) for c in np.unique(market.who[demands]).tolist()],
        "units": [view.ref(int(market.units[u])) for u in units.tolist()],
        "demand": places + missing,
        "capacity": places,
        "missing": missing,
    }


def _notices(view: View, market: Market, hall: Row | None, *, every_kind: bool) -> list[dict[str, str]]:
    if not len(market.communities):
        kinds = "、".join(view.profile.pairing.area_kinds) if view.profile.pairing else ""
        return [notice("no-communities", f"所查范围内没有{kinds}。")]
    if not len(market.who):
        asked = "都有各类在效的结对单位" if every_kind else "都有在效的结对单位"
        return [notice("all-paired", f"所查范围内的{len(market.communities)}个社区{asked}，不需要推荐。")]
    if hall is None:
        return []
    text = f"{len(hall['communities'])}个社区共需{hall['demand']}个结对名额，"
    text += f"能去的{len(hall['units'])}个单位只剩{hall['capacity']}个名额，缺{hall['missing']}个。"
    return [notice("infeasible", text)]
