"""The step `relate`: who is tied to whom, chosen by place or by order, never by chance."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import polars as pl

from graph.errors import InputError
from loaders.districts.blueprint import Relate, RelateStep, Scalar
from loaders.districts.draft import Draft, Ints, ascend, cycled, shares


def add_relations(draft: Draft, step: RelateStep) -> Draft:
    """The relations of a step between two groups."""
    return relate(draft, step, draft.group(step.from_), "relate")


def relate(draft: Draft, spec: Relate, sources: pl.DataFrame, sheet: str) -> Draft:
    """Relations from the rows of `sources` by a specification."""
    if spec.to == "over":
        ends = sources.select(pl.col("id").alias("from"), pl.col("owner").alias("to"))
    else:
        ends = _ends(draft, spec, sources, draft.group(spec.to))
    if ends["to"].null_count() or ends["from"].null_count():
        raise InputError(f"蓝图中 {spec.type} 有的行找不到另一端（{spec.to}）。", "请检查该步的 match 与各组所在区域。")
    choosers = ends[spec.by].n_unique()
    if spec.reverse:
        ends = ends.rename({"from": "to", "to": "from"})
    frame = ends.select("from", "to").with_columns(
        *attributes(ends.height, spec.fixed, spec.totals, spec.cycles),
        *(
            pl.Series(k, np.repeat(shares(v, [1] * choosers), ends.height // choosers))
            for k, v in spec.repeated.items()
        ),
        pl.lit(spec.generated).alias("generated"),
        pl.lit(spec.source or f"blueprints/{draft.district}.toml").alias("source_file"),
        pl.lit(sheet).alias("source_sheet"),
    )
    return draft.with_relations(spec.type, frame)


def attributes(
    rows: int,
    fixed: Mapping[str, Scalar],
    totals: Mapping[str, int],
    cycles: Mapping[str, Sequence[Scalar | None]],
) -> list[pl.Series]:
    """The columns a step gives to its rows."""
    return [
        *(pl.Series(k, [v]).new_from_index(0, rows) for k, v in fixed.items()),
        *(pl.Series(k, shares(v, [1] * rows)) for k, v in totals.items()),
        *(pl.Series(k, cycled(v, rows)) for k, v in cycles.items()),
    ]


def picked(length: int, count: int, shift: int = 0) -> Ints:
    """`count` of the positions 0…length-1, evenly apart, moved along by `shift`, in order.

    >>> picked(10, 4).tolist()
    [0, 2, 5, 7]
    """
    return np.sort((np.arange(count, dtype=np.int64) * length // count + shift) % length)


def _ends(draft: Draft, spec: Relate, sources: pl.DataFrame, targets: pl.DataFrame) -> pl.DataFrame:
    choosers, offered = (sources, targets) if spec.by == "from" else (targets, sources)
    if spec.under:
        choosers = choosers.filter(ascend(draft, choosers["place"], draft.group(spec.under)["place"]).is_not_null())
    if spec.count is not None:
        choosers = choosers[picked(choosers.height, spec.count, spec.shift)]
    near, far = ("from", "to") if spec.by == "from" else ("to", "from")
    if spec.match == "all":
        return choosers.select(pl.col("id").alias(near)).join(offered.select(pl.col("id").alias(far)), how="cross")
    return pl.DataFrame({near: choosers["id"], far: _chosen(draft, spec, choosers, offered)})


def _chosen(draft: Draft, spec: Relate, choosers: pl.DataFrame, offered: pl.DataFrame) -> pl.Series:
    n, m = choosers.height, offered.height
    shift = 0 if spec.count is not None else spec.shift
    if spec.match == "near":
        if m == 1:
            return offered["id"].new_from_index(0, n)
        return _nearest(draft, choosers["place"], offered)
    if spec.match in ("inside", "preceding"):
        return offered["id"][_within(draft, spec, choosers, offered)]
    at = np.arange(n, dtype=np.int64)
    if spec.match == "spread":
        return offered["id"][(at * m // n + shift) % m]
    return offered["id"][(at + shift) % m]


def _nearest(draft: Draft, places: pl.Series, offered: pl.DataFrame) -> pl.Series:
    stops = ascend(draft, places, offered["place"])
    first = offered.unique("place", keep="first", maintain_order=True)
    at = pl.DataFrame({"place": stops})
    return at.join(first.select("place", "id"), on="place", how="left", maintain_order="left")["id"]


def _within(draft: Draft, spec: Relate, choosers: pl.DataFrame, offered: pl.DataFrame) -> Ints:
    """Position in `offered` of each chooser's partner inside the same area of `within`."""
    areas = draft.group(spec.within)["id"]
    number = draft.areas.select("id", at=pl.int_range(pl.len()))
    rank = {a: i for i, a in enumerate(areas)}
    stride = draft.areas.height + 1

    def keys(handles: pl.DataFrame) -> tuple[Ints, Ints]:
        at = handles.join(number, left_on="place", right_on="id", how="left", maintain_order="left")["at"]
        area = ascend(draft, handles["place"], areas).replace_strict(rank, default=-1, return_dtype=pl.Int64)
        return area.to_numpy(), area.to_numpy() * stride + at.to_numpy()

    my_area, mine = keys(choosers)
    their_area, theirs = keys(offered)
    order = np.argsort(theirs, kind="stable")
    first = np.searchsorted(their_area[order], my_area, side="left")
    past = np.searchsorted(their_area[order], my_area, side="right")
    if (my_area < 0).any() or (first == past).any():
        raise InputError(f"蓝图中 {spec.type} 有的区域内没有可选的对象。", "请检查该步的 within 与数量。")
    if spec.match == "preceding":
        found = np.maximum(np.searchsorted(theirs[order], mine, side="right") - 1, first)
    else:
        found = first + _rank_inside(my_area, mine) * (past - first) // np.bincount(my_area)[my_area]
    return np.asarray(order[found], dtype=np.int64)


def _rank_inside(area: Ints, key: Ints) -> Ints:
    """Number of each row among those of the same area, in the order of their keys, from 0."""
    order = np.argsort(key, kind="stable")
    sizes = np.bincount(area)
    starts = np.cumsum(sizes) - sizes
    rank = np.empty(len(area), dtype=np.int64)
    rank[order] = np.arange(len(area), dtype=np.int64) - starts[area[order]]
    return rank
