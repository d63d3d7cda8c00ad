"""Which organization stands at which area: those that cover it alone or jointly, the highest in the chain first."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

from graph.view import View, official_order


@dataclass(frozen=True, slots=True)
class Seats:
    """Area → the organizations that cover it alone or jointly, the highest first; organization → its first area."""

    covered_by: dict[int, list[int]]
    area_of: dict[int, int]

    def organization_of(self, area: int) -> int:
        """The chain node of an area, -1 if there is none."""
        return self.covered_by.get(area, [-1])[0]


def seats(view: View) -> Seats:
    """The seats of a view, found once."""
    return view.once("seats", lambda: _seats(view))


def _seats(view: View) -> Seats:
    edges = view.edges("COVERS")
    areas = view.snapshot.span("Area")
    start = view.snapshot.span("Organization").start
    close = view.edge_coded(edges, "mode", ("", "单独", "联合"))
    keep = close & (edges.target >= areas.start) & (edges.target < areas.stop) & view.inside[edges.source]
    depth, order = view.organizations().depth, official_order(view.snapshot)
    covered_by: dict[int, list[int]] = defaultdict(list)
    area_of: dict[int, int] = {}
    for organization, area in zip(edges.source[keep].tolist(), edges.target[keep].tolist(), strict=True):
        covered_by[area].append(organization)
        area_of.setdefault(organization, area)
    ranked = {
        area: sorted(found, key=lambda o: (int(depth[o - start]), int(order[o]), o)) if len(found) > 1 else found
        for area, found in covered_by.items()
    }
    return Seats(ranked, area_of)
