"""Alliances that a list of members names and no sheet lists: from its column, or from its title, told in the report."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl
from rapidfuzz import fuzz, process

from graph.dataset import Dataset
from loaders.assembling import TO, Part, reference
from loaders.faults import BLOCK, faults
from loaders.headers import Target, forms
from loaders.mapping import Mapped
from loaders.names import normal
from loaders.sheets import ROW
from loaders.titles import alliance_kind

# A near miss of a known name is a slip of the pen, not a new alliance.
_NEAR = 85
_PLACE = Target("single", "CONVENED_IN")


def with_alliances(parts: Sequence[Part], stored: Dataset | None) -> tuple[list[Part], list[pl.DataFrame]]:
    """The parts with one more for each list of members whose alliances are neither stored nor in the files."""
    known = _known(parts, stored)
    areas = _areas(parts, stored)
    out, notices = list(parts), []
    form = next(f for f in forms() if f.target == "Alliance")
    for part in parts:
        if part.mapped.form.target != "MEMBER_OF" or TO not in part.frame.columns:
            continue
        rows = (
            part.frame.select(BLOCK, ROW, name=TO).drop_nulls("name").unique("name", keep="first", maintain_order=True)
        )
        new = [
            (block, row, name, alliance_kind(name), _area(name, areas))
            for block, row, name in rows.iter_rows()
            if alliance_kind(name)
            and name not in known
            and not process.extractOne(name, list(known), scorer=fuzz.ratio, score_cutoff=_NEAR)
        ]
        if not new:
            continue
        known |= {name for _, _, name, _, _ in new}
        schema = {BLOCK: pl.Int32, ROW: pl.UInt32, "name": pl.String, "kind": pl.String, reference(_PLACE): pl.String}
        frame = pl.DataFrame(new, schema=schema, orient="row")
        out.append(Part(Mapped(part.mapped.index, part.mapped.block, form, (_PLACE,), {}), frame))
        message = pl.format("新建联盟“{}”：成员名单提到它，别的表里没有", "name")
        notices.append(faults(frame, "alliance-made", message, "如是笔误请改正；如属实无需处理。"))
    return out, notices


def _known(parts: Sequence[Part], stored: Dataset | None) -> set[str]:
    """Names, short names and ids that mean an alliance."""
    frames = [p.frame for p in parts if p.mapped.form.target == "Alliance"]
    if stored is not None and "Alliance" in stored.nodes:
        frames.append(stored.nodes["Alliance"])
    columns = ("id", "name", "short_name", "code")
    return {v for f in frames for c in columns if c in f.columns for v in f[c].drop_nulls().to_list()}


def _areas(parts: Sequence[Part], stored: Dataset | None) -> set[str]:
    frames = [p.frame for p in parts if p.mapped.form.target == "Area" and "name" in p.frame.columns]
    if stored is not None and "Area" in stored.nodes:
        frames.append(stored.nodes["Area"])
    return {n for f in frames for n in f.select(normal(pl.col("name"))).to_series().drop_nulls().to_list()}


def _area(name: str, areas: set[str]) -> str | None:
    """The longest area with which the alliance's name begins."""
    return max((a for a in areas if name.startswith(a)), key=len, default=None)
