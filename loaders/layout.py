"""Where the tables are on a sheet: header rows, merged headers, totals, footers, several tables one below another."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

import polars as pl

from loaders.headers import EXAMPLE_MARK, LISTS, header_forms, vocabulary
from loaders.sheets import ROW, Block, Sheet

_LOOK = 40
_TOTAL = r"^\s*(小\s*计|合\s*计|总\s*计|共\s*计|累\s*计)\s*[:：]?\s*(（.*）)?$"
_FOOTER = (
    r"^\s*(填表人|制表人|填报人|审核人|审批人|单位负责人|分管领导|主要领导|填表日期|填报日期|填报时间|填报单位|制表单位|"
    r"制表日期|单位盖章|（盖章）|注|备注|说明|填表说明|填报说明)\s*[:：].*"
)
_LABELLED = re.compile(r"[:：]")
Row = list[str | None]


def blocks(sheet: Sheet, *, settled: bool = False) -> list[Block]:
    """The tables of a sheet; one Block without headers (`header_row` 0) where none is found but there is text.

    Where the user `settled` what the sheet is, its first full row is the header even if no word of it is known.
    """
    cells = sheet.cells
    if not cells.height or not cells.width or all(cells[c].null_count() == cells.height for c in cells.columns):
        return []
    starts = _header_rows(sheet)
    if not starts and settled:
        filled = cells.select(n=pl.sum_horizontal(pl.all().is_not_null()))["n"]
        first = (pl.Series(filled) * 2 >= pl.Series(filled).sort()[-1]).arg_max() or 0
        starts = [(first, first)]
    if not starts:
        return [_headless(sheet)]
    firsts = [0, *(_title_start(cells, starts[i - 1][1] + 1, top) for i, (top, _) in enumerate(starts) if i)]
    ends = [*firsts[1:], cells.height]
    out = [_block(sheet, f, top, low, e) for f, (top, low), e in zip(firsts, starts, ends, strict=True)]
    return _merge_repeats(out)


def _title_start(cells: pl.DataFrame, lowest: int, top: int) -> int:
    """The first of the title lines (at most one text each) right above a further table."""
    while top - 1 >= lowest and sum(t is not None for t in _row(cells, top - 1)) <= 1:
        top -= 1
    return top


def _row(cells: pl.DataFrame, index: int) -> Row:
    return list(cells.row(index))


def _known(text: str | None) -> bool:
    return text is not None and any(form in vocabulary() for form in header_forms(text))


def _header_rows(sheet: Sheet) -> list[tuple[int, int]]:
    """(upper, lower) header row of each table, counted from 0; upper equals lower for a single row."""
    cells = sheet.cells
    filled = cells.select(n=pl.sum_horizontal(pl.all().is_not_null()))["n"]
    found: list[tuple[int, int]] = []
    for i in range(min(cells.height, _LOOK)):
        if (rows := _as_header(sheet, i)) is not None:
            found.append(rows)
            break
    # A further table begins after a blank line or a title, never in the middle of data.
    starts = ((filled.shift(1).fill_null(0) <= 1) & (filled >= 2)).arg_true().to_list()
    for i in starts:
        if not found or i <= found[-1][1] or (rows := _as_header(sheet, i)) is None:
            continue
        if _further([h.rsplit("/", 1)[-1] or None for h in _headers(sheet, *rows)]):
            found.append(rows)
    return found


def _further(row: Row) -> bool:
    """Whether a row below a table is a header for sure: different known words, not data that happens to be some."""
    texts = [t for t in row if t is not None]
    known = sum(_known(t) for t in texts)
    return len(set(texts)) == len(texts) and (known >= 3 or known == len(texts))


def _as_header(sheet: Sheet, index: int) -> tuple[int, int] | None:
    row = _row(sheet.cells, index)
    if not _scores(row):
        if index + 1 < sheet.cells.height and _groups(sheet, index):
            below = _row(sheet.cells, index + 1)
            joined = [b or a for a, b in zip(row, below, strict=True)]
            if _scores(joined) or _scores(below):
                return index, index + 1
        return None
    if index + 1 < sheet.cells.height and _groups(sheet, index):
        below = _row(sheet.cells, index + 1)
        filled = [b for b in below if b is not None]
        spanned = _spanned(sheet, index)
        inside = [b for j, b in enumerate(below) if b is not None and j in spanned]
        if inside and len(inside) == len(filled) and not any(re.search(r"\d", b) for b in inside):
            return index, index + 1
    return index, index


def _scores(row: Row) -> bool:
    texts = [t for t in row if t is not None]
    known = sum(_known(t) for t in texts)
    return (known >= 2 and known * 2 >= len(texts)) or (known >= 5) or (known == 1 == len(texts) and len(row) == 1)


def _spanned(sheet: Sheet, index: int) -> dict[int, str]:
    """Columns under a header cell that spans several: by merged ranges, else by blanks to its right."""
    row = _row(sheet.cells, index)
    out: dict[int, str] = {}
    ranges = [m for m in sheet.merged if m[0] == index == m[2] and m[3] > m[1]]
    for _, left, _, right in ranges:
        if left < len(row) and (text := row[left]) is not None:
            out |= dict.fromkeys(range(left, right + 1), text)
    if sheet.merged:
        return out
    below = _row(sheet.cells, index + 1)
    group: str | None = None
    for j, (text, under) in enumerate(zip(row, below, strict=True)):
        if text is not None:
            group = text if under is not None else None
        if group is not None and under is not None:
            out[j] = group
    return {j: g for j, g in out.items() if list(out.values()).count(g) > 1}


def _groups(sheet: Sheet, index: int) -> bool:
    texts = [t for t in _row(sheet.cells, index) if t is not None]
    return len(texts) > 1 and not any(_LABELLED.search(t) for t in texts) and bool(_spanned(sheet, index))


def _headers(sheet: Sheet, top: int, low: int) -> tuple[str, ...]:
    upper, lower = _row(sheet.cells, top), _row(sheet.cells, low)
    if top == low:
        return tuple((t or "").strip() for t in lower)
    spanned = _spanned(sheet, top)
    out = []
    for j, (a, b) in enumerate(zip(upper, lower, strict=True)):
        group = spanned.get(j)
        out.append(f"{group}/{b}" if group and b else b or a or "")
    return tuple(re.sub(r"\s+", "", h) for h in out)


def _block(sheet: Sheet, first: int, top: int, low: int, end: int) -> Block:
    headers = _headers(sheet, top, low)
    titles = [t for i in range(first, top) for t in _row(sheet.cells, i) if t is not None]
    rows = sheet.cells.with_row_index(ROW, offset=1).slice(low + 1, end - low - 1)
    rows = _fill_merged(sheet, rows, low)
    return _split(sheet, tuple(titles), headers, low + 1, rows)


def _headless(sheet: Sheet) -> Block:
    rows = sheet.cells.with_row_index(ROW, offset=1)
    return Block(sheet.file, sheet.name, (), tuple("" for _ in sheet.cells.columns), 0, rows, rows.clear())


def _fill_merged(sheet: Sheet, rows: pl.DataFrame, low: int) -> pl.DataFrame:
    """Repeat the text of a vertically merged cell inside its range, and nowhere else."""
    tall = [m for m in sheet.merged if m[2] > m[0] > low and m[1] == m[3] and str(m[1]) in rows.columns]
    by_column: dict[int, list[tuple[int, int]]] = {}
    for top, column, bottom, _ in tall:
        by_column.setdefault(column, []).append((top, bottom))
    for column, ranges in by_column.items():
        values = rows[str(column)].to_list()
        for top, bottom in ranges:
            first = top - low - 1
            if first < len(values):
                for i in range(first, min(bottom - low, len(values))):
                    values[i] = values[first]
        rows = rows.with_columns(pl.Series(str(column), values, dtype=pl.String))
    return rows


def _split(sheet: Sheet, titles: tuple[str, ...], headers: tuple[str, ...], low: int, rows: pl.DataFrame) -> Block:
    columns = [c for c in rows.columns if c != ROW]
    first = pl.coalesce(columns)
    filled = pl.sum_horizontal(pl.col(columns).is_not_null())
    lead = columns[: 3 if len(columns) > 3 else 1]
    total = pl.any_horizontal([pl.col(c).str.contains(_TOTAL).fill_null(False) for c in lead])
    footer = first.str.contains(_FOOTER).fill_null(False) & (filled * 2 <= max(len(columns), 2))
    example = pl.any_horizontal([(pl.col(c) == EXAMPLE_MARK).fill_null(False) for c in columns[:2]])
    repeated = _repeated(rows, columns, headers)
    marked = rows.with_columns(_total=total, _out=(filled == 0) | footer | example | repeated)
    kept = marked.filter(~pl.col("_out") & ~pl.col("_total")).drop("_out", "_total")
    totals = marked.filter(pl.col("_total")).drop("_out", "_total")
    return Block(sheet.file, sheet.name, titles, headers, low, kept, totals)


def _repeated(rows: pl.DataFrame, columns: Sequence[str], headers: tuple[str, ...]) -> pl.Expr:
    """Whether a row says the headers again; the first header settles it for nearly every table."""
    same = [
        pl.col(c).is_null() if not h else pl.col(c).str.replace_all(r"\s", "") == h
        for c, h in zip(columns, headers, strict=True)
    ]
    told = next((i for i, h in enumerate(headers) if h), None)
    if told is not None and not rows.select(same[told].fill_null(False).any()).item():
        return pl.lit(False)
    return pl.all_horizontal(same).fill_null(False)


def _merge_repeats(found: Sequence[Block]) -> list[Block]:
    """A header repeated on every printed page continues the same table."""
    out: list[Block] = []
    for block in found:
        if out and out[-1].headers == block.headers and not block.titles:
            last = out[-1]
            out[-1] = Block(
                last.file,
                last.sheet,
                last.titles,
                last.headers,
                last.header_row,
                pl.concat([last.rows, block.rows]),
                pl.concat([last.totals, block.totals]),
            )
        else:
            out.append(block)
    return out


def by_list(block: Block) -> list[Block]:
    """A table of several lists (清单类型 in a column) as one Block for each list, the list's name as its title."""
    headers = [header_forms(h)[-1] if h else "" for h in block.headers]
    if LISTS not in headers:
        return [block]
    column = str(headers.index(LISTS))
    kinds = block.rows[column].drop_nulls().unique(maintain_order=True).to_list()
    unnamed = block.rows.filter(pl.col(column).is_null())
    parts = [(kind, block.rows.filter(pl.col(column) == kind)) for kind in kinds]
    parts += [("", unnamed)] if unnamed.height else []
    return [replace(block, titles=(k, *block.titles), rows=rows, totals=block.totals.clear()) for k, rows in parts]
