"""Which parts a file lists completely: only there does a missing row end what is stored."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any

import polars as pl

from graph.dataset import Dataset
from graph.errors import ParameterError
from graph.model import NODE_TYPES, RELATION_TYPES
from loaders.headers import forms
from loaders.references import candidates, index, resolve, stored_entities, stored_links

# How nodes hang under areas: (relation, whether the area is the `to` end).
_UNDER = ("PART_OF", "LOCATED_IN", "COVERS", "SUBORDINATE_TO", "OF", "CONVENED_IN", "SERVES", "BELONGS_TO")


def complete_parts(said: Sequence[str], data: Dataset, stored: Dataset | None, district: str) -> Mapping[str, Any]:
    """`SHEET[@AREA]` to label or type → ids (of a relation: of its source) for which the file is complete.

    A node sheet also lists its single relations completely. None stands for all.
    """
    out: dict[str, Any] = {}
    for one in said:
        sheet, _, area = one.partition("@")
        form = next((f for f in forms() if sheet in (f.name, f.target)), None)
        if form is None or form.target not in (*NODE_TYPES, *RELATION_TYPES):
            names = "、".join(f.name for f in forms())
            raise ParameterError("complete 指定的表不存在。", f"可用的表：{names}；可写成 表@区域。")
        targets = [form.target]
        if form.is_node:
            targets += [r.type for r in RELATION_TYPES.values() if r.single and form.target in {e[0] for e in r.ends}]
        ids = _under(area, data, stored, district) if area else None
        for target in targets:
            if ids is None or out.get(target, ()) is None:
                out[target] = None
            else:
                out[target] = out.get(target, frozenset()) | ids
    return MappingProxyType(out)


def _under(area: str, data: Dataset, stored: Dataset | None, district: str) -> frozenset[str]:
    """Ids of everything stored that hangs under an area, by any hierarchy."""
    entities = pl.concat([stored_entities(stored), stored_entities(_full(data))])
    links = stored_links(stored)
    where = index(district, entities, links)
    asked = pl.DataFrame({"text": [area], "context": [None]}, schema={"text": pl.String, "context": pl.String})
    found = resolve(where, asked, ["Area"])
    top = found.rows["id"][0]
    if top is None:
        several = candidates(where, found)["candidates"].to_list()
        raise ParameterError(
            "complete 指定的区域不存在或不唯一。", f"请改用标识。{'可能是：' + several[0] if several else ''}"
        )
    covers = links.filter(pl.col("type").is_in(list(_UNDER))).select("from", "to")
    reached = front = pl.Series("to", [top], dtype=pl.String)
    while len(front):
        below = covers.filter(pl.col("to").is_in(front.implode()))["from"].unique()
        front = below.filter(~below.is_in(reached.implode())).alias("to")
        reached = pl.concat([reached, front])
    return frozenset(reached.to_list())


def _full(data: Dataset) -> Dataset:
    """The file's nodes with the columns that looking up needs."""
    wanted = ("id", "name", "short_name", "code", "until")
    nodes = {
        k: f.with_columns([pl.lit(None, pl.String).alias(c) for c in wanted if c not in f.columns])
        for k, f in data.nodes.items()
    }
    return Dataset(data.district, nodes, {})
