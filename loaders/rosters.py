"""Lists of persons become counts: members per branch, reports per organization and community. Names are never kept."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from loaders.assembling import CONTEXT, FROM, TO, Part
from loaders.faults import BLOCK, faults
from loaders.headers import ROSTER
from loaders.sheets import ROW

_FULL = ("正式党员", "正式")
_PROBATION = ("预备党员", "预备")


def count_reports(part: Part) -> Part:
    """A list of persons who reported where they live, as one row for each organization and community."""
    if part.mapped.form.target != "REPORTED_TO" or part.mapped.defaults.get("half") != "在职党员":
        return part
    if "members" in part.frame.columns:
        return part
    by = [c for c in (FROM, TO, CONTEXT) if c in part.frame.columns]
    rest = [c for c in part.frame.columns if c not in by]
    firsts = [pl.col(c).min() if c == "since" else pl.col(c).first() for c in rest]
    counted = part.frame.group_by(by, maintain_order=True).agg(*firsts, members=pl.len().cast(pl.Int64))
    return Part(part.mapped, counted)


def member_counts(parts: Sequence[Part]) -> tuple[pl.DataFrame, list[pl.DataFrame]]:
    """Members and full members of each branch in rosters whose references are ids, and warnings.

    Only 正式党员 and 预备党员 count; 发展对象, 积极分子 and 申请人 are no members. The frame has `id`, `members`,
    `full_members`, `_block`, `_row`.
    """
    schema = {"id": pl.String, "members": pl.Int64, "full_members": pl.Int64, BLOCK: pl.Int32, ROW: pl.UInt32}
    frames = [pl.DataFrame(schema=schema)]
    warnings = []
    for part in parts:
        if part.mapped.form.target != ROSTER or FROM not in part.frame.columns:
            continue
        has = "category" in part.frame.columns
        category = pl.col("category") if has else pl.lit("正式党员")
        full, probation = category.is_in(_FULL), category.is_in(_PROBATION)
        rows = part.frame.with_columns(full=full.fill_null(False), member=(full | probation).fill_null(False))
        counted = rows.filter(pl.col(FROM).is_not_null()).group_by(FROM, maintain_order=True)
        frames.append(
            counted.agg(
                members=pl.col("member").sum().cast(pl.Int64),
                full_members=pl.col("full").sum().cast(pl.Int64),
                _block=pl.col(BLOCK).first(),
                _row=pl.col(ROW).first(),
            ).select(pl.col(FROM).alias("id"), *[c for c in schema if c != "id"])
        )
        message = f"花名册按党支部计数后丢弃，共 {part.frame.height} 人"
        warnings.append(faults(part.frame.head(1), "roster-counted", message, "无需处理。"))
        if not has:
            message = "花名册没有“人员类别”列，全部按正式党员计数"
            warnings.append(faults(part.frame.head(1), "roster-without-category", message, "请补上“人员类别”列。"))
    every = pl.concat(frames)
    summed = every.group_by("id", maintain_order=True).agg(
        pl.col("members", "full_members").sum(), pl.col(BLOCK, ROW).first()
    )
    return summed, warnings
