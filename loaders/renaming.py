"""疑似更名: a new row whose like-named neighbour under the same superior is stored and not in the files."""

from __future__ import annotations

import polars as pl
from rapidfuzz import fuzz, process

from loaders.faults import BLOCK, faults
from loaders.references import Index
from loaders.sheets import ROW

_LIKE = 70
# Each is compared with its neighbours; a first import has none, a large one few.
_LOOKED_AT = 2_000
_LABELS = ("Area", "Organization", "Unit", "Alliance", "Facility")


def suspected(rows: pl.DataFrame, held: pl.DataFrame, where: Index) -> list[pl.DataFrame]:
    """A notice for each new row that may be a renamed one.

    Args:
        rows: identified rows: `eid`, `label`, `key`, `given`, `code`, `_block`, `_row`.
        held: stored nodes with each superior: `id`, `label`, `code`, `key`, `superior_id`.
        where: the Index with the links of the rows.
    """
    if not held.height:
        return []
    named = pl.col("given").is_null() & pl.col("code").is_null() & pl.col("key").is_not_null()
    new = rows.filter(pl.col("label").is_in(list(_LABELS)) & named)
    new = new.join(held.select(eid="id").unique(), on="eid", how="anti").head(_LOOKED_AT)
    above = where.links.select(eid="from", superior_id="to").unique()
    placed = new.join(above, on="eid").select("n", BLOCK, ROW, "label", "key", "superior_id")
    missing = held.join(rows.select(id="eid").drop_nulls(), on="id", how="anti")
    missing = missing.filter(pl.col("superior_id").is_not_null() & pl.col("key").is_not_null())
    missing = missing.join(placed.select("label", "superior_id").unique(), on=["label", "superior_id"], how="semi")
    neighbours = {(label, up): frame for (label, up), frame in missing.group_by("label", "superior_id")}
    found = []
    for n, block, row, label, key, superior in placed.iter_rows():
        near = neighbours.get((label, superior))
        best = (
            process.extractOne(key, near["key"].to_list(), scorer=fuzz.ratio, score_cutoff=_LIKE)
            if near is not None
            else None
        )
        if best is not None and _told_apart(key, best[0]):
            found.append((n, block, row, best[0]))
    if not found:
        return []
    schema = {"n": pl.UInt32, BLOCK: pl.Int32, ROW: pl.UInt32, "near": pl.String}
    frame = pl.DataFrame(found, schema=schema, orient="row").unique("n", keep="first", maintain_order=True)
    message = pl.format("疑似更名：同一上级下的“{}”不在文件中；本行按新对象处理", "near")
    remedy = "如果是更名，请在本行填写它的标识或代码；如果不是，无需处理。"
    return [faults(frame, "rename-suspected", message, remedy)]


def _told_apart(new: str, old: str) -> bool:
    """Whether the names differ in more than a number: 第3网格 is no new name of 第2网格."""
    digits = "0123456789一二三四五六七八九十百甲乙丙丁"
    plain = str.maketrans("", "", digits)
    return new.translate(plain) != old.translate(plain)
