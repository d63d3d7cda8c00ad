"""Whether what a store holds is what it says it holds: counts, second superiors, cycles."""

from __future__ import annotations

import polars as pl

from graph.analysis.answer import Row
from graph.dataset import Dataset
from graph.store import districts
from graph.store.bolt import Store
from graph.store.read import read_full


def district_faults(store: Store, district: str) -> list[Row]:
    """What is wrong with a stored district: rows `{"district", "code", "text", "count"}`."""
    held = districts.get(store, district)
    data, _ = read_full(store, district)
    found = (
        ("node-count", "节点数与记录不符，相差", abs(data.node_count - held.nodes)),
        ("relation-count", "关系数与记录不符，相差", abs(data.relation_count - held.relations)),
        ("second-superior", "有两个以上现行正式上级的党组织", _second_superiors(data)),
        ("cycle", "在隶属环上的党组织", _on_cycles(data)),
    )
    return [{"district": district, "code": c, "text": t, "count": n} for c, t, n in found if n]


def _current(data: Dataset) -> pl.DataFrame:
    return data.relation("SUBORDINATE_TO").filter(pl.col("until").is_null()).select("from", "to").unique()


def _second_superiors(data: Dataset) -> int:
    return int(_current(data).group_by("from").len().filter(pl.col("len") > 1).height)


def _on_cycles(data: Dataset) -> int:
    """Organizations that are left when leaves (nobody below) are taken away again and again, and tops likewise."""
    edges = _current(data)
    while True:
        kept = edges.join(edges, left_on="from", right_on="to", how="semi")
        kept = kept.join(kept, left_on="to", right_on="from", how="semi")
        if kept.height == edges.height:
            return int(kept["from"].n_unique())
        edges = kept
