"""The door: files and what is stored to a Reading – a Dataset to difference, or everything that is wrong."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from types import MappingProxyType
from typing import Any

import polars as pl

from graph.dataset import Dataset
from graph.errors import InputError
from graph.profile import Profile
from loaders.alliances import with_alliances
from loaders.assembling import Part, assemble
from loaders.building import Tables, node_tables, relation_tables, to_dataset, with_counts
from loaders.checking import check
from loaders.children import child_parts
from loaders.completeness import complete_parts
from loaders.faults import LIMIT, fault, file_fault, place
from loaders.identity import EID, Identified, identify
from loaders.layout import blocks, by_list
from loaders.linking import link
from loaders.mapping import NO_MAPPING, Settled, map_block
from loaders.reading import files_of, read_file
from loaders.renaming import suspected
from loaders.rosters import count_reports, member_counts
from loaders.sheets import ROW, Block, Sheet
from loaders.streets import with_streets


@dataclass(frozen=True, slots=True)
class Reading:
    """What files say.

    Args:
        dataset: only the columns the files have (for `graph.changes.difference`); None when there are errors.
        complete: what the files list completely, for `difference`.
        errors, warnings: rows of the import report (interface.md), at most 10,000 each.
        truncated: errors and warnings beyond that.
        counts: sheet (`file/sheet`) → rows read.
    """

    dataset: Dataset | None
    complete: Mapping[str, Any]
    errors: tuple[Mapping[str, Any], ...]
    warnings: tuple[Mapping[str, Any], ...]
    truncated: int
    counts: Mapping[str, int]

    @property
    def ok(self) -> bool:
        """Whether there is something to write."""
        return self.dataset is not None


def read(
    paths: Sequence[Path],
    district: str,
    profile: Profile,
    stored: Dataset | None,
    *,
    mapping: Settled | None = None,
    complete: Sequence[str] = (),
    drop_personal: bool = False,
) -> Reading:
    """Read files as one import of a district.

    Args:
        paths: workbooks, CSV files or folders of them.
        district: id of the district, the part of every id before the first dot.
        profile: its governance profile; kinds and tiers are checked against it.
        stored: the district as it is stored, or None when it is new.
        mapping: what the user settled about sheets and columns.
        complete: `SHEET` or `SHEET@AREA` that the files list completely.
        drop_personal: drop columns of ID-card and telephone numbers.

    Raises:
        InputError: a path that does not exist, or a `complete` that names nothing.
    """
    settled = mapping or NO_MAPPING
    dropping = drop_personal or settled.drop_personal
    settled = replace(settled, drop_personal=dropping)
    sheets, errors, warnings = _sheets(paths, settled)
    found = [b for _, inside in sheets for b in inside]
    parts, wrong, told = _parts(found, settled)
    wrong += _cell_errors(sheets)
    nodes, relations, faulty, notices = _tables(parts, district, stored)
    wrong += faulty
    wrong += check(parts, nodes, relations, stored, profile)
    listed, more = place(found, wrong)
    noted, more_noted = place(found, told + notices)
    errors += listed
    if not errors and not parts:
        errors.append(
            file_fault("", "nothing-to-import", "没有可以导入的表", "请检查文件，或用 template 命令取得模板。")
        )
    data = None if errors else to_dataset(district, nodes, relations)
    return Reading(
        data,
        complete_parts(complete, data, stored, district) if data is not None else MappingProxyType({}),
        tuple(errors[:LIMIT]),
        tuple((warnings + noted)[:LIMIT]),
        more + more_noted,
        MappingProxyType({f"{p.mapped.block.file}/{p.mapped.block.sheet}": p.mapped.block.rows.height for p in parts}),
    )


Found = tuple[Sheet, list[Block]]


def _sheets(paths: Sequence[Path], settled: Settled) -> tuple[list[Found], list[dict[str, Any]], list[dict[str, Any]]]:
    """Every sheet of every file; a file that cannot be read is one error and the others are read all the same."""
    sheets: list[Found] = []
    errors: list[dict[str, Any]] = []
    warnings: list[dict[str, Any]] = []
    for path, name in files_of(paths):
        try:
            read_sheets, hidden = read_file(path, name)
        except InputError as e:
            errors.append(file_fault(name, e.code, e.detail, e.remedy))
            continue
        found = [(s, _blocks(s, settled)) for s in read_sheets]
        sheets += found
        warnings += [
            file_fault(name, "sheet-hidden", "隐藏的工作表未读取", "如需导入，请先取消隐藏。", sheet)
            for sheet in hidden
        ]
        warnings += [
            file_fault(
                name,
                "rows-hidden",
                f"有 {s.hidden_rows} 行被隐藏或筛选，已一并读取",
                "如不需要，请删去这些行。",
                s.name,
            )
            for s in read_sheets
            if s.hidden_rows
        ]
        if not any(inside for _, inside in found):
            errors.append(file_fault(name, "file-empty", "文件中没有内容", "请检查是否选错了文件。"))
    return sheets, errors, warnings


def _blocks(sheet: Sheet, settled: Settled) -> list[Block]:
    known = bool(settled.sheets.get(sheet.name, settled.sheets.get(sheet.file)))
    return [part for block in blocks(sheet, settled=known) for part in by_list(block)]


def _parts(found: Sequence[Block], settled: Settled) -> tuple[list[Part], list[pl.DataFrame], list[pl.DataFrame]]:
    parts: list[Part] = []
    errors: list[pl.DataFrame] = []
    warnings: list[pl.DataFrame] = []
    for i, block in enumerate(found):
        mapped, wrong, told = map_block(i, block, settled)
        errors += wrong
        warnings += told
        if mapped is not None and not any(_stops(f) for f in wrong):
            part, bad, notes = assemble(mapped, drop_personal=settled.drop_personal)
            parts.append(count_reports(part))
            errors += bad
            warnings += notes
    return parts, errors, warnings


def _stops(found: pl.DataFrame) -> bool:
    return bool((found["code"] == "header-missing").any())


def _cell_errors(sheets: Sequence[Found]) -> list[pl.DataFrame]:
    """Cells that hold #REF! and the like, which the reader of .xlsx gives as blank."""
    out = []
    index = -1
    for sheet, inside in sheets:
        for block in inside:
            index += 1
            rows = set(block.rows[ROW].to_list()) if sheet.error_cells else set()
            hit = [(row + 1, column) for row, column in sheet.error_cells if row + 1 in rows]
            message = "单元格是 Excel 的错误值（如 #REF!）"
            out += [fault(index, r, "cell-error", message, "请改正公式，或直接填写内容。", c) for r, c in hit[:LIMIT]]
    return out


def _tables(
    parts: Sequence[Part], district: str, stored: Dataset | None
) -> tuple[Tables, Tables, list[pl.DataFrame], list[pl.DataFrame]]:
    """Ids for the rows, ids for the references, and the tables of both."""
    parts, made = with_alliances(parts, stored)
    parts, placed = with_streets(parts, district, stored)
    identified = identify([p for p in parts if p.mapped.form.is_node], district, stored)
    own = _with_ids([p for p in parts if p.mapped.form.is_node], identified)
    linked = link([*own, *(p for p in parts if not p.mapped.form.is_node)], identified.where)
    every = [*linked.parts, *child_parts(linked.parts, stored)]
    nodes = node_tables(every, stored)
    counts, counted = member_counts(linked.parts)
    if counts.height:
        nodes["Organization"] = with_counts(nodes.get("Organization"), counts, linked.parts, stored)
    relations = relation_tables(every, stored)
    notices = made + placed + identified.warnings + linked.warnings + counted
    notices += suspected(identified.rows, identified.held, linked.where)
    return nodes, relations, identified.errors + linked.errors, notices


def _with_ids(parts: Sequence[Part], identified: Identified) -> list[Part]:
    out = []
    for i, part in enumerate(parts):
        ids = identified.rows.filter(pl.col("part") == i).sort("at")[EID]
        framed = part.frame.with_columns(ids.alias(EID))
        out.append(replace(part, frame=framed.filter(pl.col(EID).is_not_null())))
    return out
