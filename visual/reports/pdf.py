"""A report as PDF: its content as JSON for report.typ, set by typst in a child process with a deadline."""

from __future__ import annotations

import datetime as dt
import json
import os
import struct
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from graph.errors import UnavailableError
from visual.fonts import font_folders, missing_in
from visual.layout import limit_memory
from visual.render import render
from visual.reports.content import Block, Column, Paragraph, Picture, Report, Section, Table, outline
from visual.reports.wording import cell_words
from visual.sheet import POINTS_PER_MM, chinese_date
from visual.style import GENERATED_MARK
from visual.text import clean, em

TIMEOUT_SECONDS = 60.0
UPRIGHT_PT, LYING_PT, CELL_PT = 442.2, 637.8, 10.5  # widths of the print areas, size of table text
MEMORY_BYTES = 3 << 30  # of address space: typst reserves far more than it uses


@dataclass(frozen=True, slots=True)
class Tools:
    """What writing needs from outside: another Graphviz, the user's fonts, the deadline in seconds."""

    dot: str | None = None
    font_dir: str | None = None
    timeout: float = TIMEOUT_SECONDS


@dataclass(frozen=True, slots=True)
class Written:
    """A written report: one file (or, for png, one a page) and what the reader should be told."""

    files: list[bytes]
    warnings: tuple[str, ...] = field(default=())


def write_pdf(report: Report, tools: Tools, fmt: str = "pdf", ppi: float = 96.0) -> Written:
    """The PDF of a report (or its pages as PNG). Same report, same fonts, same bytes.

    Raises UnavailableError: a chart's or the report's deadline, a missing font, a program that failed.
    """
    inputs: dict[str, str] = {}
    content = as_json(report, inputs, tools)
    midnight = dt.datetime.combine(report.as_of, dt.time(), dt.UTC)
    request = {
        "report": content,
        "inputs": inputs,
        "folders": [str(folder) for folder in font_folders(tools.font_dir)],
        "format": fmt,
        "ppi": ppi,
        "timestamp": int(midnight.timestamp()),
    }
    told, *files = run_typst(request, tools.timeout)
    replaced = json.loads(told)["replaced"]
    missing = missing_in(words_of(content), tools.font_dir) if replaced else ()
    return Written(files, tuple(w for w in (_replaced(replaced), _missing(missing)) if w))


def as_json(report: Report, inputs: dict[str, str], tools: Tools) -> dict[str, Any]:
    """What report.typ reads, without the fonts; the SVG of charts goes into `inputs`."""
    state = _Numbering(inputs, tools)
    imprint = report.imprint
    return {
        "title": list(report.title),
        "day": f"（截至{chinese_date(report.as_of)}）",
        "unit": clean(imprint.unit),
        "mark": marks(report),
        "recipient": clean(imprint.recipient).rstrip("：:"),
        "copies": clean(imprint.copies).rstrip("。"),
        "signature": signature(report),
        "book": report.book,
        "items": [
            *({"type": "text", "text": clean(p.text)} for p in report.lead),
            *_items(report.sections, state),
        ],
        "attached": [section.title for section in report.attachments],
        "attachments": [
            {"title": section.title, "items": list(_blocks(section.blocks, state))} for section in report.attachments
        ],
        "basis": list(report.basis),
    }


def marks(report: Report) -> str:
    """What stands at the head of every page."""
    found = (GENERATED_MARK if report.generated else "", clean(report.imprint.mark))
    return "；".join(mark for mark in found if mark)


def signature(report: Report) -> list[str]:
    """落款: the unit and its date; nothing without a unit."""
    unit = clean(report.imprint.unit)
    return [unit, chinese_date(report.imprint.signed or report.as_of)] if unit else []


def words_of(value: Any) -> Iterator[str]:
    """Every text of a JSON value."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict | list):
        for inner in value.values() if isinstance(value, dict) else value:
            yield from words_of(inner)


@dataclass
class _Numbering:
    """Tables are numbered through the whole report; charts leave their SVG here."""

    inputs: dict[str, str]
    tools: Tools
    table: int = 0


def _items(sections: tuple[Section, ...], state: _Numbering) -> Iterator[dict[str, Any]]:
    for level, title, blocks in outline(sections):
        yield {"type": "heading", "level": level, "text": title}
        yield from _blocks(blocks, state)


def _blocks(blocks: tuple[Block, ...], state: _Numbering) -> Iterator[dict[str, Any]]:
    for block in blocks:
        if isinstance(block, Paragraph):
            yield {"type": "text", "text": clean(block.text)}
        elif isinstance(block, Table):
            state.table += 1
            yield table_json(block, state.table)
        else:
            yield _picture(block, state)


def table_json(table: Table, number: int) -> dict[str, Any]:
    """A table as report.typ draws it: cells as words, rows beyond `shown` left to Excel."""
    return {
        "type": "table",
        "title": f"表{number}　{table.title}",
        "columns": [
            {"header": c.header, "kind": c.kind, "width": w} for c, w in zip(table.columns, widths(table), strict=True)
        ],
        "rows": shown_cells(table),
        "leading": table.leading,
        "wide": table.wide,
        "notes": list(table_notes(table)),
    }


def widths(table: Table) -> list[float]:
    """How wide each column is beside the others: never narrower than four characters of its header, nor than n/N."""

    def least(at: int, column: Column) -> float:
        shares = (row[at] for row in table.rows if column.kind == "share")
        return max((em(cell_words(s).split()[0]) for s in shares), default=0.0)

    return [max(c.width, min(em(c.header), 4.0) + 0.7, least(n, c) + 0.7) for n, c in enumerate(table.columns)]


def shown_cells(table: Table) -> list[list[str]]:
    """The words of the shown rows; where one share of a column has no room for n/N and rate, all stand on two lines."""
    parts = widths(table)
    room = [(LYING_PT if table.wide else UPRIGHT_PT) * part / sum(parts) / CELL_PT for part in parts]
    rows = [[cell_words(cell) for cell in row] for row in table.rows[: table.shown]]
    for at, column in enumerate(table.columns):
        if column.kind == "share" and any(em(row[at]) > room[at] - 0.8 for row in rows):
            for row in rows:
                row[at] = row[at].replace(" ", "\n")
    return rows


def table_notes(table: Table) -> tuple[str, ...]:
    """The notes under a table, with what it leaves out."""
    left = len(table.rows) - table.shown
    more = (f"共{len(table.rows)}行，这里列前{table.shown}行，其余{left}行见本报告的 Excel 文件。",) if left > 0 else ()
    return (*table.notes, *more)


def _picture(picture: Picture, state: _Numbering) -> dict[str, Any]:
    sheets = []
    svgs = render(picture.drawing, "svg", dot=state.tools.dot, font_dir=state.tools.font_dir)
    for page, svg in zip(picture.drawing.pages, svgs, strict=True):
        name = f"picture{len(state.inputs)}"
        state.inputs[name] = svg.decode("utf-8")
        width, height = round(page.width / POINTS_PER_MM, 2), round(page.height / POINTS_PER_MM, 2)
        sheets.append({"input": name, "width": width, "height": height})
    return {"type": "picture", "title": picture.title, "sheets": sheets}


def run_typst(request: dict[str, Any], timeout: float) -> list[bytes]:
    """The parts that the child answers with: a JSON of what was replaced, then the files.

    `UnavailableError` when the deadline passes or the child fails.
    """
    command = [sys.executable, "-P", "-m", "visual.reports.typesetting"]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env=_environment()
    ) as child:
        try:
            limit_memory(child.pid, MEMORY_BYTES)
            output, _ = child.communicate(json.dumps(request, ensure_ascii=False).encode("utf-8"), timeout=timeout)
        except subprocess.TimeoutExpired as error:
            child.kill()
            raise UnavailableError(
                f"报告排版超过了 {timeout:g} 秒的时限。",
                "请缩小范围（--area），或改用 xlsx、docx 格式。",
                code="layout-timeout",
            ) from error
    parts = list(_parts(output)) if child.returncode == 0 else []
    if len(parts) < 2:
        raise UnavailableError(
            "报告的 PDF 没有排成。",
            "请改用 docx 或 xlsx 格式，或检查 FONT_DIR 中的字体文件是否完好。",
            code="convert-failed",
        )
    return parts


def _environment() -> dict[str, str]:
    # The child reads no settings of ours; Windows needs SYSTEMROOT to start Python.
    return {k: v for k, v in os.environ.items() if not k.startswith("PARTYGRAPH_")} | {"PYTHONUTF8": "1"}


def _parts(output: bytes) -> Iterator[bytes]:
    at = 0
    while at + 8 <= len(output):
        (length,) = struct.unpack_from(">Q", output, at)
        yield output[at + 8 : at + 8 + length]
        at += 8 + length


def _replaced(names: list[str]) -> str:
    return f"没有找到公文字体{'、'.join(names)}，PDF 用思源字体代替。请把字体文件放入 FONT_DIR。" if names else ""


def _missing(characters: tuple[str, ...]) -> str:
    named = "、".join(f"{char}（U+{ord(char):04X}）" for char in characters)
    return f"字体中没有以下字符，PDF 中可能显示为方框：{named}。请在 FONT_DIR 放入含有它们的字体。" if named else ""
