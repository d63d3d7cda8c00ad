"""A district in the making: tables so far, and named groups of rows that later steps stand on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from graph.dataset import Dataset, dataset
from graph.errors import InputError

Ints = NDArray[np.int64]
_HANDLE: Mapping[str, Any] = MappingProxyType(
    dict.fromkeys(("id", "local", "name", "short", "place", "owner"), pl.String) | {"generated": pl.Boolean}
)


@dataclass(frozen=True, slots=True)
class Draft:
    """What has been built so far.

    Args:
        district: the part of every id before the first dot.
        groups: name → handles of rows: `id`, `local` (id without the district), `name`, `short` (short name or
            name), `place` (id of the area it stands at), `owner` (id of the row it was made for), `generated`.
        nodes, relations: (label or type, frame) in the order built.
        areas: `id`, `parent` (the area it lies in, whatever the hierarchy) in the order built.
    """

    district: str
    groups: Mapping[str, pl.DataFrame]
    nodes: tuple[tuple[str, pl.DataFrame], ...] = ()
    relations: tuple[tuple[str, pl.DataFrame], ...] = ()
    areas: pl.DataFrame = field(default_factory=lambda: pl.DataFrame(schema={"id": pl.String, "parent": pl.String}))

    def group(self, names: str | Sequence[str]) -> pl.DataFrame:
        """The handles of one or several groups, one after another; `InputError` names the known groups."""
        wanted = [names] if isinstance(names, str) else list(names)
        unknown = [n for n in wanted if n not in self.groups]
        if unknown:
            raise InputError(
                f"蓝图引用了还没有建立的组：{'、'.join(unknown)}。", f"此前已建立的组：{'、'.join(self.groups)}。"
            )
        return pl.concat([self.groups[n] for n in wanted])

    def with_nodes(self, label: str, frame: pl.DataFrame) -> Draft:
        """With more rows of a label."""
        return replace(self, nodes=(*self.nodes, (label, frame)))

    def with_relations(self, type_: str, frame: pl.DataFrame) -> Draft:
        """With more rows of a relation type."""
        return replace(self, relations=(*self.relations, (type_, frame)))

    def with_group(self, name: str, handles: pl.DataFrame) -> Draft:
        """With one more group; a name is given once."""
        if name in self.groups:
            raise InputError(f"蓝图两次建立同名的组：{name}。", "请给后一个组另取名称。")
        conformed = handles.select(pl.col(k).cast(t) for k, t in _HANDLE.items())
        return replace(self, groups=MappingProxyType({**self.groups, name: conformed}))

    def with_areas(self, ids: pl.Series, parents: pl.Series) -> Draft:
        """With more areas in the tree that places are looked up in."""
        more = pl.DataFrame({"id": ids, "parent": parents}, schema=self.areas.schema)
        return replace(self, areas=pl.concat([self.areas, more]))

    def finished(self) -> Dataset:
        """The Dataset of everything built."""
        return dataset(self.district, _stacked(self.nodes), _stacked(self.relations))


def _stacked(parts: Sequence[tuple[str, pl.DataFrame]]) -> dict[str, pl.DataFrame]:
    found: dict[str, list[pl.DataFrame]] = {}
    for name, frame in parts:
        found.setdefault(name, []).append(frame)
    return {name: pl.concat(frames, how="diagonal_relaxed") for name, frames in found.items()}


def shares(total: int, weights: Sequence[int]) -> Ints:
    """Whole shares of `total` in proportion to whole weights; they add up to it, and the same input gives the same.

    >>> shares(7, [1, 1, 2]).tolist()
    [1, 2, 4]
    """
    running = np.cumsum(np.asarray(weights, dtype=np.int64))
    upto: Ints = running * total // running[-1]
    return np.diff(upto, prepend=np.int64(0))


def cycled(values: Sequence[Any], length: int) -> list[Any]:
    """The values over and over, to a length."""
    return [values[i % len(values)] for i in range(length)]


def ascend(draft: Draft, places: pl.Series, stops: pl.Series) -> pl.Series:
    """For each place the nearest of `stops` at or above it, null where there is none."""
    known = stops.unique().to_list()
    at = pl.DataFrame({"row": range(len(places)), "at": places}, schema={"row": pl.Int64, "at": pl.String})
    arrived = [at.filter(pl.col("at").is_in(known))]
    while (at := at.filter(~pl.col("at").is_in(known) & pl.col("at").is_not_null())).height:
        up = at.join(draft.areas, left_on="at", right_on="id", how="left", maintain_order="left")
        at = up.select("row", pl.col("parent").alias("at"))
        arrived.append(at.filter(pl.col("at").is_in(known)))
    rows = pl.DataFrame({"row": range(len(places))}, schema={"row": pl.Int64})
    return rows.join(pl.concat(arrived), on="row", how="left", maintain_order="left")["at"]
