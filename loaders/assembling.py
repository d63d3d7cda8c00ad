"""Mapped blocks to typed frames: values understood by column, references still as text."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import polars as pl

from graph.dataset import dtype
from graph.declaration import Attribute
from graph.model import NODE_TYPES, RELATION_TYPES, node_attributes, relation_attributes
from loaders.faults import BLOCK, fault, faults
from loaders.headers import HISTORY, ROSTER, Target
from loaders.mapping import Mapped
from loaders.personal import personal_cells
from loaders.sheets import NUMBER_MARK, ROW
from loaders.values import PROBLEMS, clean_series, parse

FROM, TO, CONTEXT = "@from", "@to", "@context"
_MILITARY = "部队|解放军|武警|军分区|警备区|预备役|人民武装部"


@dataclass(frozen=True, slots=True)
class Part:
    """One block as values.

    Args:
        mapped: where it came from.
        frame: `_block`, `_row`, the attributes as values; references as text in columns named by `reference`;
            `@from`, `@to`, `@context` as text.
    """

    mapped: Mapped
    frame: pl.DataFrame


def reference(target: Target) -> str:
    """The frame's column for a reference: `single>PART_OF>行政`, `side>COVERS>单独`, `child>Post>书记`."""
    return f"{target.kind}>{target.name}>{target.key}"


def column_of(mapped: Mapped, kind: str, name: str = "", key: str | None = None) -> int:
    """Index on the sheet of the column with that meaning, -1 if there is none."""
    for i, t in enumerate(mapped.targets):
        if t is not None and t.kind == kind and t.name == name and key in (None, t.key):
            return i
    return -1


def assemble(mapped: Mapped, *, drop_personal: bool) -> tuple[Part, list[pl.DataFrame], list[pl.DataFrame]]:
    """The values of a block with the errors and warnings of its cells."""
    rows = mapped.block.rows
    place = rows.select(pl.lit(mapped.index, pl.Int32).alias(BLOCK), pl.col(ROW).cast(pl.UInt32))
    known = _attributes(mapped.form.target)
    columns: dict[str, pl.Series] = {}
    errors: list[pl.DataFrame] = []
    warnings: list[pl.DataFrame] = []
    contexts: list[pl.Series] = []
    for i, target in enumerate(mapped.targets):
        if target is None or target.kind in ("ignore", "dropped", "personal"):
            continue
        raw = rows[str(i)]
        if raw.null_count() == len(raw):
            # The workbook has every column of the model; most of them are blank.
            if target.kind == "attribute":
                columns[target.name] = pl.Series([None], dtype=dtype(known[target.name])).new_from_index(0, len(raw))
            elif target.kind != "context":
                columns[{"from": FROM, "to": TO}.get(target.kind, reference(target))] = raw
            continue
        if target.name != "credit_code" and mapped.form.target != ROSTER:
            held, found = personal_cells(place, raw, i, codes=_holds_codes(target, known))
            if found:
                (warnings if drop_personal else errors).extend(found)
                raw = without(raw, held)
        if target.kind == "attribute":
            values, codes = parse(raw, known[target.name])
            columns[target.name] = without(values, codes.is_not_null())
            errors += _problems(place, codes, i)
            errors += _not_allowed(place, columns[target.name], known[target.name], i)
            continue
        text = clean_series(raw).str.replace(NUMBER_MARK, "")
        if target.kind == "context":
            contexts.append(text)
        else:
            columns[{"from": FROM, "to": TO}.get(target.kind, reference(target))] = text
    frame = place.with_columns(**columns)
    for name, value in mapped.defaults.items():
        if name not in frame.columns:
            frame = frame.with_columns(pl.lit(value).alias(name))
    if contexts:
        joined = pl.concat_str([pl.lit(c) for c in contexts], separator="\x1f", ignore_nulls=True)
        frame = frame.with_columns(joined.alias(CONTEXT))
    errors += _nameless(mapped, frame)
    errors += _military(mapped, frame)
    warnings += _totals(mapped, frame)
    return Part(mapped, _named(mapped, frame)), errors, warnings


def _attributes(target: str) -> Mapping[str, Attribute]:
    if target in NODE_TYPES:
        return {a.name: a for a in node_attributes(target)}
    if target in RELATION_TYPES:
        return {a.name: a for a in relation_attributes(target)}
    if target == ROSTER:
        return {"category": Attribute("category", "人员类别")}
    own = {"type": Attribute("type", "关系"), "key": Attribute("key", "层系")}
    return own | {a.name: a for a in relation_attributes("SUBORDINATE_TO")} if target == HISTORY else {}


def _holds_codes(target: Target, known: Mapping[str, Attribute]) -> bool:
    """Whether digits in the column are codes, numbers or references by code, never telephones."""
    if target.kind == "attribute":
        return target.name == "id" or known[target.name].type not in ("text", "texts")
    return target.kind != "child"


def without(values: pl.Series, mask: pl.Series) -> pl.Series:
    """The values with null where `mask` is true; a value at fault is reported once and means nothing further on."""
    if not mask.any():
        return values
    return pl.select(pl.when(mask).then(None).otherwise(values).alias(values.name)).to_series()


def _problems(place: pl.DataFrame, codes: pl.Series, column: int) -> list[pl.DataFrame]:
    if codes.null_count() == len(codes):
        return []
    found = []
    for code in codes.drop_nulls().unique().sort().to_list():
        message, remedy = PROBLEMS[code]
        found.append(faults(place.filter(codes == code), code, f"单元格{message}", remedy, column))
    return found


def _not_allowed(place: pl.DataFrame, values: pl.Series, attribute: Attribute, column: int) -> list[pl.DataFrame]:
    if not attribute.values:
        return []
    wrong = values.is_not_null() & ~values.is_in(list(attribute.values))
    if not wrong.any():
        return []
    allowed = "、".join(v for v in attribute.values if v)
    return [faults(place.filter(wrong), "value-unknown", "取值不在允许的范围内", f"可用的值：{allowed}。", column)]


def _named(mapped: Mapped, frame: pl.DataFrame) -> pl.DataFrame:
    """Drop rows at fault for lack of a name: they are reported and mean nothing further on."""
    if not mapped.form.is_node or "name" not in frame.columns:
        return frame
    return (
        frame.filter(pl.col("name").is_not_null())
        if "id" not in frame.columns
        else frame.filter(pl.col("name").is_not_null() | pl.col("id").is_not_null())
    )


def _nameless(mapped: Mapped, frame: pl.DataFrame) -> list[pl.DataFrame]:
    if mapped.form.is_node:
        if "name" not in frame.columns:
            return []
        missing = [("name", "名称", column_of(mapped, "attribute", "name"))]
        if "id" in frame.columns:
            frame = frame.filter(pl.col("id").is_null())
    else:
        missing = [(FROM, "起点", column_of(mapped, "from")), (TO, "终点", column_of(mapped, "to"))]
    out = []
    for name, zh, column in missing:
        if name in frame.columns:
            empty = frame.filter(pl.col(name).is_null())
            out.append(faults(empty, "value-missing", f"{zh}为空", "请补填，或删去该行。", column))
    return out


def _military(mapped: Mapped, frame: pl.DataFrame) -> list[pl.DataFrame]:
    if mapped.form.target != "Unit" or "name" not in frame.columns:
        return []
    found = frame.filter(pl.col("name").str.contains(_MILITARY).fill_null(False))
    column = column_of(mapped, "attribute", "name")
    return [faults(found, "military-unit", "军事单位不得导入", "请删去该行。", column)]


def _totals(mapped: Mapped, frame: pl.DataFrame) -> list[pl.DataFrame]:
    """A total inside the table that is not the sum of its rows; several totals on a sheet are subtotals."""
    totals = mapped.block.totals
    out: list[pl.DataFrame] = []
    if totals.height != 1:
        return out
    for i, target in enumerate(mapped.targets):
        if target is None or target.kind != "attribute" or target.name not in frame.columns:
            continue
        if not frame[target.name].dtype.is_integer() or target.name == "order":
            continue
        said, _ = parse(totals[str(i)], Attribute(target.name, "", "int"))
        if said[0] is not None and said[0] != frame[target.name].sum():
            row = int(totals[ROW][0])
            message = "合计与各行之和不符（合计行不导入）"
            out.append(fault(mapped.index, row, "total-mismatch", message, "请核对各行与合计。", i))
    return out


def with_source(frame: pl.DataFrame, mapped: Sequence[Mapped]) -> pl.DataFrame:
    """Add `source_file`, `source_sheet` and `source_row` from `_block` and `_row`."""
    places = pl.DataFrame(
        {
            BLOCK: pl.Series([m.index for m in mapped], dtype=pl.Int32),
            "source_file": pl.Series([m.block.file for m in mapped], dtype=pl.String),
            "source_sheet": pl.Series([m.block.sheet for m in mapped], dtype=pl.String),
        }
    )
    places = places.unique(BLOCK)
    joined = frame.drop("source_file", "source_sheet", "source_row", strict=False).join(
        places, on=BLOCK, how="left", maintain_order="left"
    )
    return joined.with_columns(source_row=pl.col(ROW).cast(pl.Int64))
