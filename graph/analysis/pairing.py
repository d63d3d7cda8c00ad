"""结对共建: who lacks a partner, and how the load lies. Definitions: domain.md 3, Pairing gap."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from graph.analysis.answer import Answer, Row, answer
from graph.analysis.asked import asked_nodes, notice
from graph.analysis.partners import ALIVE, DORMANT, EXPIRED, STATES, UNKNOWN, Partners, capacity, kind_mask, partners
from graph.analysis.tiers import standing
from graph.profile import Pairing
from graph.view import View

Array = NDArray[Any]
_ORDER = ("none", "kind_missing", "expired", "dormant", "unknown")


def unpaired(view: View, area: str | None = None) -> Answer:
    """Rows of interface.md's unpaired shape: communities, then units, that have no living partner or lack a kind.

    none: no tie in force; expired, dormant, unknown: no tie is alive, and what the ties are instead; kind_missing:
    some tie, but none unexpired of a kind. `missing` lists the kinds without an unexpired tie, `required` those of
    them that the profile cites a requirement for (else the state is a notice). A partner is a ref.
    """
    pairing = view.profile.pairing
    if pairing is None:
        return answer(view, [], {"notices": [_undeclared(view)]}, ())
    communities = _paired_areas(view, pairing, area)
    units = _pairable_units(view, pairing, area)
    rows = _community_rows(view, pairing, communities) + _unit_rows(view, pairing, units)
    sides = {"community": len(communities), "unit": len(units)}
    totals = {
        side: {
            "of": of,
            "states": {s: sum(s in r["states"] for r in rows if r["side"] == side) for s in _ORDER},
            "missing": dict(Counter(k for r in rows if r["side"] == side for k in r["missing"])),
            "generated": sum(r["generated"] for r in rows if r["side"] == side),
        }
        for side, of in sides.items()
    }
    found = partners(view, pairing)
    behind = np.concatenate([communities, units, found.unit[np.isin(found.area, communities)]])
    return answer(view, rows, {**totals, "notices": _notices(view, pairing, communities)}, behind)


def _undeclared(view: View) -> dict[str, str]:
    return notice("no-pairing", f"治理方案“{view.profile.name}”没有声明结对共建，无法判断未结对。")


def _notices(view: View, pairing: Pairing, communities: Array) -> list[dict[str, str]]:
    if not len(communities):
        return [notice("no-communities", f"所查范围内没有{'、'.join(pairing.area_kinds)}。")]
    found = partners(view, pairing)
    unknown = int((found.state == UNKNOWN).sum())
    if unknown:
        text = f"有{unknown}对结对超过{pairing.dormant_days}天且没有活动数据，无法判断是否休眠。"
        return [notice("activity-unknown", text)]
    return []


def _paired_areas(view: View, pairing: Pairing, area: str | None) -> Array:
    nodes = asked_nodes(view, "Area", area)
    fits = view.coded("Area", "kind", pairing.area_kinds)
    return np.asarray(nodes[fits[nodes - view.snapshot.span("Area").start]])


def _pairable_units(view: View, pairing: Pairing, area: str | None) -> Array:
    """Units of a partner kind that can carry at least one community."""
    nodes = asked_nodes(view, "Unit", area)
    span = view.snapshot.span("Unit")
    fits = np.zeros(span.stop - span.start, bool)
    for kind in pairing.kinds:
        fits |= kind_mask(view, kind)
    fits &= capacity(view, pairing) > 0
    return np.asarray(nodes[fits[nodes - span.start]])


def _grouped(keys: Array) -> Mapping[int, list[int]]:
    """Key → positions, negative keys left out."""
    out: dict[int, list[int]] = {}
    for i, key in enumerate(keys.tolist()):
        if key >= 0:
            out.setdefault(key, []).append(i)
    return out


def _states(ties: Sequence[int], missing: Iterable[str]) -> list[str]:
    """The states of one community or unit from the states of its ties and the kinds it lacks."""
    if not ties:
        return ["none"]
    found = {"kind_missing"} if list(missing) else set()
    if ALIVE not in ties:
        found |= {STATES[t] for t in ties}
    return [s for s in _ORDER if s in found]


def _community_rows(view: View, pairing: Pairing, communities: Array) -> list[Row]:
    found, span = partners(view, pairing), view.snapshot.span("Unit")
    ties = _grouped(found.area)
    masks = {k.name: kind_mask(view, k) for k in pairing.kinds}
    needed = {k.name for k in pairing.kinds if k.required}
    stands, start = standing(view, pairing.tiers), view.snapshot.span("Area").start
    rows = []
    for node in communities.tolist():
        mine = ties.get(node, [])
        counting = [int(found.unit[i]) - span.start for i in mine if found.state[i] != EXPIRED]
        missing = [name for name, mask in masks.items() if not any(mask[u] for u in counting)]
        states = _states([int(found.state[i]) for i in mine], missing)
        if not states:
            continue
        organization = int(stands[node - start])
        rows.append(
            {
                "side": "community",
                "node": view.ref(organization if organization >= 0 else node),
                "area": view.ref(node),
                "states": states,
                "missing": missing,
                "required": [m for m in missing if m in needed],
                "partners": [view.ref(u) for u in sorted({int(found.unit[i]) for i in mine})],
                "generated": bool(view.snapshot.arrays["generated"][node]),
            }
        )
    return rows


def _unit_rows(view: View, pairing: Pairing, units: Array) -> list[Row]:
    found = partners(view, pairing)
    ties = _grouped(np.where((found.area >= 0) | _elsewhere(view, found), found.unit, -1))
    rows = []
    for node in units.tolist():
        mine = ties.get(node, [])
        states = _states([int(found.state[i]) for i in mine], ())
        if states:
            rows.append(
                {
                    "side": "unit",
                    "node": view.ref(node),
                    "area": view.ref(int(view.home()[node])),
                    "states": states,
                    "missing": [],
                    "required": [],
                    "partners": [
                        view.ref(o) for o in sorted({int(found.organization[i]) for i in mine}) if view.visible[o]
                    ],
                    "generated": bool(view.snapshot.arrays["generated"][node]),
                }
            )
    return rows


def _named(view: View, organizations: Array) -> list[Row | None]:
    """Refs of those partners that the caller may know."""
    return [view.ref(o) for o in np.unique(organizations).tolist() if view.visible[o]]


def _elsewhere(view: View, found: Partners) -> Array:
    """Bool per tie: its organization lies outside the caller's scope, where the area it stands for is not seen."""
    return np.asarray((found.area < 0) & ~view.inside[found.organization])


def pairing_load(view: View, area: str | None = None) -> Answer:
    """Rows of interface.md's pairing-load shape: unexpired partners of each community and each partner unit.

    A unit's load is measured against its capacity, a community's against the even share: all partners of the
    district's communities (of the scope's) over their number; between its two neighbouring whole numbers is even.
    `limit` is the most that is not over. Totals hold by side the distribution (partners → how many have so many), the
    mean and the Gini coefficient.
    """
    pairing = view.profile.pairing
    if pairing is None:
        return answer(view, [], {"notices": [_undeclared(view)]}, ())
    communities, units = _paired_areas(view, pairing, area), _pairable_units(view, pairing, area)
    found, span = partners(view, pairing), view.snapshot.span("Unit")
    live = (found.state != EXPIRED) & (found.area >= 0)
    masks = {k.name: kind_mask(view, k) for k in pairing.kinds}
    kinds_of_unit = {
        int(u): [name for name, mask in masks.items() if mask[u - span.start]] for u in np.unique(found.unit[live])
    }
    rows: list[Row] = []
    share = _even_share(_paired_areas(view, pairing, None), found.area[live], found.unit[live])
    units_of = _partners_of(found.area[live], found.unit[live])
    for node in communities.tolist():
        partner = units_of.get(node, [])
        by_kind = Counter(k for u in partner for k in kinds_of_unit[u])
        rows.append(_load_row(view, "community", node, len(partner), by_kind, masks, share))
    limits = capacity(view, pairing)
    area_kinds = {int(a): view.kind(int(a)) for a in np.unique(found.area[live])}
    elsewhere = _elsewhere(view, found) & (found.state != EXPIRED)
    areas_of = _partners_of(found.unit[live], found.area[live])
    outside_of = _partners_of(found.unit[elsewhere], found.organization[elsewhere])
    for node in units.tolist():
        partner = areas_of.get(node, [])
        outside = len(outside_of.get(node, []))
        by_kind = Counter(area_kinds[a] for a in partner)
        limit = int(limits[node - span.start])
        rows.append(_load_row(view, "unit", node, len(partner) + outside, by_kind, pairing.area_kinds, (limit, limit)))
    totals = {side: _spread([r["partners"] for r in rows if r["side"] == side]) for side in ("community", "unit")}
    dormant = int((live & (found.state == DORMANT)).sum())
    behind = np.concatenate([communities, units])
    return answer(
        view,
        rows,
        {**totals, "ties": int(live.sum()), "dormant_ties": dormant, "notices": _notices(view, pairing, communities)},
        behind,
    )


def _partners_of(one: Array, other: Array) -> dict[int, list[int]]:
    """One side of the ties → its different partners, ascending."""
    out: dict[int, list[int]] = {}
    for a, b in np.unique(np.stack([one, other], axis=1), axis=0).tolist():
        out.setdefault(a, []).append(b)
    return out


def _even_share(communities: Array, area: Array, unit: Array) -> tuple[int, int]:
    """The whole numbers at and around the mean number of partners."""
    asked = set(communities.tolist())
    total = sum(a in asked for a, _ in set(zip(area.tolist(), unit.tolist(), strict=True)))
    return total // max(len(communities), 1), -(-total // max(len(communities), 1))


def _load_row(
    view: View, side: str, node: int, partner: int, by_kind: Counter[str], kinds: Iterable[str], even: tuple[int, int]
) -> Row:
    low, high = even
    load = "none" if not partner else "under" if partner < low else "over" if partner > high else "even"
    return {
        "side": side,
        "node": view.ref(node),
        "area": view.ref(int(view.home()[node])),
        "partners": partner,
        "by_kind": {k: by_kind.get(k, 0) for k in kinds},
        "limit": high,
        "load": load,
    }


def _spread(values: list[int]) -> Row:
    distribution = {str(k): n for k, n in sorted(Counter(values).items())}
    mean = sum(values) / len(values) if values else None
    return {"of": len(values), "distribution": distribution, "mean": mean, "gini": gini(values)}


def gini(values: Sequence[int]) -> float | None:
    """Gini coefficient of a load: 0 all equal, towards 1 one carries everything; None without any load."""
    total = sum(values)
    if not total:
        return None
    ranked = sorted(values)
    n = len(ranked)
    return 2 * sum(i * v for i, v in enumerate(ranked, 1)) / (n * total) - (n + 1) / n
