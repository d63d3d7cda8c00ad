"""The street or community that a sheet's name, its 填报单位 or the file's name says: context of every row on it.

It narrows names that several places bear. Rows of areas, units and facilities without a column for where they lie,
and not stored inside that place yet, are put into it, which the report says.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import polars as pl

from graph.dataset import Dataset
from graph.model import RELATION_TYPES
from loaders.assembling import CONTEXT, Part, reference
from loaders.faults import faults
from loaders.headers import Target
from loaders.names import normal
from loaders.references import WEAK, Index, index, inside, stored_entities, stored_links

_LEVELS = {"市": 0, "区县": 1, "开发区": 1, "街道": 2, "镇": 2, "乡": 2, "社区": 3, "村": 3}
_BELOW = 4
_PLACED = {"Area": ("PART_OF", "行政"), "Unit": ("LOCATED_IN", ""), "Facility": ("LOCATED_IN", "")}


def with_streets(parts: Sequence[Part], district: str, stored: Dataset | None) -> tuple[list[Part], list[pl.DataFrame]]:
    """The parts with the context of their sheet, and a notice for each sheet whose rows were put into a place."""
    levels = _areas(parts, stored)
    if not levels:
        return list(parts), []
    where = index(district, stored_entities(stored), stored_links(stored))
    out, notices = [], []
    for part in parts:
        said = _said(part, levels)
        if not said:
            out.append(part)
            continue
        mark = pl.lit("\x1f".join(WEAK + name for name in said))
        own = pl.col(CONTEXT) if CONTEXT in part.frame.columns else pl.lit(None, pl.String)
        told = replace(
            part,
            frame=part.frame.with_columns(pl.concat_str(own, mark, separator="\x1f", ignore_nulls=True).alias(CONTEXT)),
        )
        placed, notice = _place(told, said[0], levels, where)
        out.append(placed)
        notices += notice
    return out, notices


def _areas(parts: Sequence[Part], stored: Dataset | None) -> Mapping[str, int]:
    """Name → level of every street, town, community and village, stored or in the files."""
    frames = [p.frame for p in parts if p.mapped.form.target == "Area" and {"name", "kind"} <= set(p.frame.columns)]
    if stored is not None and "Area" in stored.nodes:
        frames.append(stored.nodes["Area"].filter(pl.col("until").is_null()))
    out: dict[str, int] = {}
    for frame in frames:
        some = frame.filter(pl.col("kind").is_in([k for k, level in _LEVELS.items() if level > 1]))
        out |= {n: _LEVELS[k] for n, k in some.select(normal(pl.col("name")), "kind").iter_rows() if n and len(n) > 2}
    return out


def _said(part: Part, levels: Mapping[str, int]) -> list[str]:
    """The places named by the sheet, by 填报单位, by the file: one each at most, the innermost first."""
    block = part.mapped.block
    unit = " ".join(t for t in block.titles if "单位" in t)
    found = []
    for text in (block.sheet, unit, Path(block.file).stem, *Path(block.file).parts[:-1]):
        plain = "".join(text.split())
        names = [n for n in levels if n in plain]
        names = [n for n in names if not any(n != m and n in m for m in names)]
        if len(names) == 1 and names[0] not in found:
            found.append(names[0])
    return sorted(found, key=lambda n: -levels[n])


def _place(part: Part, area: str, levels: Mapping[str, int], where: Index) -> tuple[Part, list[pl.DataFrame]]:
    """Rows that say nothing of where they lie, put into the area, unless they are stored already."""
    label = part.mapped.form.target
    type_, key = _PLACED.get(label, ("", ""))
    if not type_ or "name" not in part.frame.columns:
        return part, []
    target = Target("single", type_, key)
    others = [reference(Target("single", type_, value)) for value, _ in RELATION_TYPES[type_].columns]
    if any(c in part.frame.columns and part.frame[c].null_count() < part.frame.height for c in others):
        return part, []
    kind = pl.col("kind") if "kind" in part.frame.columns else pl.lit(None, pl.String)
    level = kind.replace_strict(_LEVELS, default=_BELOW, return_dtype=pl.Int64) if label == "Area" else pl.lit(_BELOW)
    known = _stored(part, where)
    fits = (level > levels[area]) & (normal(pl.col("name")) != area)
    frame = part.frame.with_columns(pl.when(fits & ~pl.lit(known)).then(pl.lit(area)).alias(reference(target)))
    hit = frame.filter(pl.col(reference(target)).is_not_null())
    if not hit.height:
        return part, []
    targets = part.mapped.targets if target in part.mapped.targets else (*part.mapped.targets, target)
    message = f"没有写明所在区域的 {hit.height} 行按表名、填报单位或文件名归入“{area}”"
    notice = faults(hit.head(1), "street-assumed", message, "如不对，请加上“上级区域”或“所属社区”列。")
    return replace(part, mapped=replace(part.mapped, targets=targets), frame=frame), [notice]


def _stored(part: Part, where: Index) -> pl.Series:
    """Which rows are stored already: by id, by code, by a name inside the context, or by a name that is there once."""
    label = part.mapped.form.target
    held = where.entities.filter((pl.col("label") == label) & ~pl.col("ended"))
    rows = part.frame.with_row_index("q").with_columns(key=normal(pl.col("name")))
    names = rows.select("q", "key", context=CONTEXT).join(held.select("id", "key"), on="key")
    once = names.filter(pl.len().over("q") == 1)["q"]
    met = pl.concat([once, inside(where, names.select("q", "id", "context"))["q"]])
    known = rows["q"].is_in(met.implode())
    if "id" in rows.columns:
        known |= rows["id"].is_not_null()
    if "code" in rows.columns:
        known |= rows["code"].is_in(held["code"].drop_nulls().implode()).fill_null(False)
    return known
