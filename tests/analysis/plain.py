"""The oracle's reading of a Dataset: plain dictionaries and NetworkX, no arrays, no code of the analyses."""

from __future__ import annotations

from typing import Any

import networkx as nx

from graph.dataset import Dataset
from tests.analysis.districts import DAY

TODAY = DAY.isoformat()
Row = dict[str, Any]


class Plain:
    """Rows in force on the day: `nodes[label][id]`, `links(type)`, area trees and homes."""

    def __init__(self, data: Dataset) -> None:
        self.nodes = {k: {r["id"]: r for r in f.to_dicts() if _now(r)} for k, f in data.nodes.items()}
        self.every = {i: r | {"label": k} for k, rows in self.nodes.items() for i, r in rows.items()}
        self.relations = {k: f.to_dicts() for k, f in data.relations.items()}

    def of(self, label: str) -> dict[str, Row]:
        return self.nodes.get(label, {})

    def links(self, type_: str) -> list[Row]:
        rows = self.relations.get(type_, [])
        return [r for r in rows if _now(r) and r["from"] in self.every and r["to"] in self.every]

    def tree(self, hierarchy: str) -> nx.DiGraph:
        """Edges from an area to the areas directly below it."""
        graph = nx.DiGraph()
        graph.add_nodes_from(self.of("Area"))
        for id_ in self.of("Area"):
            parents = {r["hierarchy"]: r["to"] for r in self.links("PART_OF") if r["from"] == id_}
            for name in (hierarchy, "行政", "网格", "小区"):
                if name in parents:
                    graph.add_edge(parents[name], id_)
                    break
        return graph

    def below(self, area: str, hierarchy: str) -> set[str]:
        return set(nx.descendants(self.tree(hierarchy), area))

    def unit_area(self, unit: str) -> str | None:
        """Where a unit is: its LOCATED_IN; every unit without one counts for the district."""
        return next((r["to"] for r in self.links("LOCATED_IN") if r["from"] == unit), None)


def _now(row: Row) -> bool:
    return (row["since"] or "") <= TODAY and (row["until"] is None or row["until"] >= TODAY)
