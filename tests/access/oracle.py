"""What a key for one street may learn, worked out from the Dataset's tables with sets, without Snapshot or View."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property

from graph.dataset import Dataset
from tests.access.seeding import FOREIGN

Tie = tuple[str, str, str]
"""Relation type, id it comes from, id it goes to."""
OWNED = {"NEEDS", "OFFERS", "RESPONSIBLE_FOR", "CLAIMS", "TOOK_PART"}
CLOSE = ("单独", "联合", "", None)
PARTNERSHIPS = {"PAIRED_WITH", "MEMBER_OF", "RESPONDS_TO", "DELEGATES_TO", "STATIONED_AT", "ASSIGNED_TO"}
"""What ties a unit to others than those who organize it."""

_ID = re.compile(r"fuxing\.[A-Za-z0-9._-]+")
_CODE = re.compile(r"\d{12}")


@dataclass(frozen=True)
class Allowed:
    """Ids.

    Args:
        inside: the street with everything below, in and of it.
        refs: direct partners and superiors, by name only.
        names: id → name of everything there is.
    """

    inside: frozenset[str]
    refs: frozenset[str]
    names: dict[str, str]

    @property
    def known(self) -> frozenset[str]:
        """Everything whose name may be told."""
        return self.inside | self.refs

    @cached_property
    def forbidden_ids(self) -> frozenset[str]:
        """Everything else."""
        return frozenset(self.names) - self.known

    @cached_property
    def forbidden_codes(self) -> frozenset[str]:
        """Area codes in the ids of everything else."""
        return frozenset(c for i in self.forbidden_ids for c in _CODE.findall(i)) - {
            c for i in self.known for c in _CODE.findall(i)
        }

    @cached_property
    def forbidden_names(self) -> frozenset[str]:
        """Names of what may not be known, that are no part of a name that may be."""
        told = "\n".join(self.names[i] for i in self.known)
        return frozenset(n for i in self.forbidden_ids if len(n := self.names[i]) > 2 and n not in told)


def leaked(text: str, allowed: Allowed) -> list[str]:
    """Ids, area codes and names in a text that must not be learned."""
    found = set(_ID.findall(text)) & allowed.forbidden_ids | set(_CODE.findall(text)) & allowed.forbidden_codes
    return sorted(found | {n for n in allowed.forbidden_names if n in text} | ({FOREIGN} if FOREIGN in text else set()))


def allowed(data: Dataset, street: str, today: dt.date) -> Allowed:
    """What may be known of a district by who is bound to one street."""
    alive = {i for i, since, until in _nodes(data) if _holds(since, until, today)}
    ties = [t for t in _ties(data, today) if t[1] in alive and t[2] in alive]
    inside = _inside(data, ties, street)
    refs = set(_one_hop(ties, inside, set(data.node("Unit")["id"]))) - inside
    names = {i: n for f in data.nodes.values() for i, n in f.select("id", "name").iter_rows()}
    return Allowed(frozenset(inside), frozenset(refs), names)


def _inside(data: Dataset, ties: list[Tie], street: str) -> set[str]:
    areas = _closed({street}, ((t, f) for k, f, t in ties if k == "PART_OF"))
    covering = {(r["from"], r["to"]) for r in data.relation("COVERS").iter_rows(named=True) if r["mode"] in CLOSE}
    alive = {(f, t) for k, f, t in ties if k == "COVERS"} & covering
    located = {f for k, f, t in ties if k == "LOCATED_IN" and t in areas}
    below = [(t, f) for k, f, t in ties if k == "SUBORDINATE_TO"]
    organizations = _closed({f for f, t in alive if t in areas}, below)
    here = areas | located | organizations
    here |= {f for k, f, t in ties if k in ("BELONGS_TO", "CONVENED_IN", "SERVES") and t in here}
    here |= {f for f, t in alive if t in here}
    here |= {f for k, f, t in ties if k == "OF" and t in here}
    return here | {t for k, f, t in ties if k in OWNED and f in here}


def _closed(found: set[str], steps: Iterable[tuple[str, str]]) -> set[str]:
    below: dict[str, set[str]] = {}
    for upper, lower in steps:
        below.setdefault(upper, set()).add(lower)
    found, fresh = set(found), set(found)
    while fresh:
        fresh = {lower for upper in fresh for lower in below.get(upper, ())} - found
        found |= fresh
    return found


def _one_hop(ties: list[Tie], inside: set[str], units: set[str]) -> Iterator[str]:
    """The other ends of ties of what is inside. A step farther are the partners of a unit that is only located there,
    and who else does something with an item of others."""
    owned = {t for k, f, t in ties if k in ("NEEDS", "OFFERS", "RESPONSIBLE_FOR") and f in inside}
    for kind, source, target in ties:
        for near, far in ((source, target), (target, source)):
            through_unit = kind in PARTNERSHIPS and near in units
            through_item = kind in ("CLAIMS", "TOOK_PART") and near == target and near not in owned
            if near in inside and not through_unit and not through_item:
                yield far


def _nodes(data: Dataset) -> Iterator[tuple[str, str | None, str | None]]:
    for frame in data.nodes.values():
        yield from frame.select("id", "since", "until").iter_rows()


def _ties(data: Dataset, today: dt.date) -> Iterator[Tie]:
    for kind, frame in data.relations.items():
        for source, target, since, until in frame.select("from", "to", "since", "until").iter_rows():
            if _holds(since, until, today):
                yield kind, source, target


def _holds(since: str | None, until: str | None, today: dt.date) -> bool:
    day = today.isoformat()
    return (since or "") <= day <= (until or "9999")
