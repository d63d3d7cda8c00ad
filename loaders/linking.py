"""Reference columns to relations: every text becomes an id or a fault."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import polars as pl

from graph.model import RELATION_TYPES
from loaders.assembling import CONTEXT, FROM, TO, Part, column_of
from loaders.faults import BLOCK, faults
from loaders.headers import ROSTER
from loaders.identity import EID
from loaders.references import LINK, Index, Resolved, candidates, proposals, resolve, with_links
from loaders.sheets import ROW

_PASSES = 8


@dataclass(frozen=True, slots=True)
class Cell:
    """A reference column of a part: the column of its frame, its place on the sheet and the labels it may name."""

    part: int
    name: str
    column: int
    labels: tuple[str, ...]
    relation: str
    key: str = ""


@dataclass(frozen=True, slots=True)
class Linked:
    """Ids for reference columns.

    Args:
        parts: the parts, each reference column now holding ids (null where blank or at fault).
        where: the Index with the relations of the files added.
        errors, warnings: faults of references.
    """

    parts: tuple[Part, ...]
    where: Index
    errors: list[pl.DataFrame]
    warnings: list[pl.DataFrame]


def cells(index: int, part: Part) -> list[Cell]:
    """The reference columns of a part."""
    out = []
    target = part.mapped.form.target
    for i, t in enumerate(part.mapped.targets):
        if t is None:
            continue
        if t.kind == "single":
            labels = tuple(sorted({e[1] for e in RELATION_TYPES[t.name].ends if e[0] == target}))
            out.append(Cell(index, f"single>{t.name}>{t.key}", i, labels, t.name, t.key))
        elif t.kind == "side":
            labels = tuple(sorted({e[0] for e in RELATION_TYPES[t.name].ends if e[1] == target}))
            out.append(Cell(index, f"side>{t.name}>{t.key}", i, labels, t.name, t.key))
    if target in RELATION_TYPES:
        ends = RELATION_TYPES[target].ends
        for name, kind, side in ((FROM, "from", 0), (TO, "to", 1)):
            labels = tuple(sorted({e[side] for e in ends}))
            out.append(Cell(index, name, column_of(part.mapped, kind), labels, target))
    elif target == ROSTER:
        out.append(Cell(index, FROM, column_of(part.mapped, "from"), ("Organization",), ""))
    elif not part.mapped.form.is_node:
        every = tuple(sorted({end for r in RELATION_TYPES.values() for e in r.ends for end in e}))
        for name, kind in ((FROM, "from"), (TO, "to")):
            out.append(Cell(index, name, column_of(part.mapped, kind), every, ""))
    return [c for c in out if c.name in part.frame.columns]


def link(parts: Sequence[Part], where: Index) -> Linked:
    """Look up every reference of every part; single relations first, for they make 上级/简称 understood."""
    every = [c for i, p in enumerate(parts) for c in cells(i, p)]
    answers: dict[tuple[int, str], Resolved] = {}
    waiting = every
    for _ in range(_PASSES):
        for cell in waiting:
            answers[cell.part, cell.name] = resolve(where, _asked(parts[cell.part], cell), cell.labels)
        where = with_links(where, _links(parts, every, answers))
        # A path, a fold or a narrowed name may be understood once the relations of this pass are known.
        again = [c for c in waiting if _worth(answers[c.part, c.name])]
        if not again or (len(again) == len(waiting) and not _progress(parts, again, answers, where)):
            break
        waiting = again
    out = list(parts)
    errors, warnings = [], []
    for cell in every:
        answer = answers[cell.part, cell.name]
        part = out[cell.part]
        found, told = _faults(part, cell, answer, where)
        errors += found
        warnings += told
        out[cell.part] = replace(part, frame=_replace(part.frame, cell.name, answer))
    return Linked(tuple(out), where, errors, warnings)


def _asked(part: Part, cell: Cell) -> pl.DataFrame:
    context = pl.col(CONTEXT) if CONTEXT in part.frame.columns else pl.lit(None, pl.String)
    return part.frame.select(text=pl.col(cell.name), context=context).filter(pl.col("text").is_not_null()).unique()


def _worth(answer: Resolved) -> bool:
    ambiguous = answer.ambiguous
    return answer.unknown.height > 0 or ambiguous["context"].null_count() < ambiguous.height


def _progress(parts: Sequence[Part], again: list[Cell], answers: dict[tuple[int, str], Resolved], where: Index) -> bool:
    for cell in again:
        before = answers[cell.part, cell.name].rows["id"].null_count()
        if resolve(where, _asked(parts[cell.part], cell), cell.labels).rows["id"].null_count() < before:
            return True
    return False


def _links(parts: Sequence[Part], every: list[Cell], answers: dict[tuple[int, str], Resolved]) -> pl.DataFrame:
    out = [pl.DataFrame(schema=LINK)]
    for cell in every:
        frame = parts[cell.part].frame
        if cell.name.startswith(("single", "side")) and EID in frame.columns:
            met = _replace(frame, cell.name, answers[cell.part, cell.name]).filter(pl.col(cell.name).is_not_null())
            ends = (EID, cell.name) if cell.name.startswith("single") else (cell.name, EID)
            kind = pl.lit(cell.relation).alias("type")
            out.append(met.select(kind, pl.col(ends[0]).alias("from"), pl.col(ends[1]).alias("to")))
    for i, part in enumerate(parts):
        if part.mapped.form.target == "COVERS" and {(i, FROM), (i, TO)} <= set(answers):
            met = _replace(_replace(part.frame, FROM, answers[i, FROM]), TO, answers[i, TO]).drop_nulls([FROM, TO])
            out.append(met.select(pl.lit("COVERS").alias("type"), pl.col(FROM).alias("from"), pl.col(TO).alias("to")))
    return pl.concat(out)


def _replace(frame: pl.DataFrame, name: str, answer: Resolved) -> pl.DataFrame:
    keys = _keyed(frame, name)
    ids = keys.join(
        answer.rows.select("text", "context", "id"),
        on=["text", "context"],
        how="left",
        nulls_equal=True,
        maintain_order="left",
    )["id"]
    return frame.with_columns(ids.alias(name))


def _keyed(frame: pl.DataFrame, name: str) -> pl.DataFrame:
    context = pl.col(CONTEXT) if CONTEXT in frame.columns else pl.lit(None, pl.String)
    return frame.select(BLOCK, ROW, text=pl.col(name), context=context)


def _faults(part: Part, cell: Cell, answer: Resolved, where: Index) -> tuple[list[pl.DataFrame], list[pl.DataFrame]]:
    if answer.rows["how"].fill_null("").is_in(["id", "code", "name", "path"]).all():
        return [], []
    keyed = _keyed(part.frame, cell.name).filter(pl.col("text").is_not_null())
    on = ["text", "context"]
    unknown = keyed.join(proposals(where, answer, cell.labels), on=on, nulls_equal=True, maintain_order="left")
    wrong = unknown.filter(pl.col("other") != "")
    missing = unknown.filter(pl.col("other") == "")
    proposal = pl.when(pl.col("near") != "").then(pl.format("；相近的有：{}", "near")).otherwise(pl.lit(""))
    several = keyed.join(candidates(where, answer), on=on, nulls_equal=True, maintain_order="left")
    met = keyed.join(answer.rows, on=on, nulls_equal=True, maintain_order="left")
    listed = pl.format("名称不唯一，可能是：{}", "candidates")
    unknown_remedy = "请改正名称，或先在相应的表中加上它。"
    wrong_remedy = "请改填正确一类对象的名称或标识。"
    errors = [
        faults(missing, "reference-unknown", pl.format("找不到所指的对象{}", proposal), unknown_remedy, cell.column),
        faults(wrong, "reference-wrong-kind", "所指的对象不是这种关系允许的一类", wrong_remedy, cell.column),
        faults(several, "reference-ambiguous", listed, "请改填标识，或写成“上级/简称”。", cell.column),
    ]
    party, folded = met.filter(pl.col("how") == "party"), met.filter(pl.col("how") == "folded")
    warnings = [
        faults(party, "reference-party-form", "按党组织名称的等同写法认定", "无需处理；建议改用全称。", cell.column),
        faults(
            folded,
            "reference-folded",
            "按其党组织、所在单位或所覆盖的社区认定",
            "无需处理；建议改用全称。",
            cell.column,
        ),
    ]
    return errors, warnings
