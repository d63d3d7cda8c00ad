"""The sheet around a drawing: exact paper sizes, margins, title, legend, 口径, 落款, page number."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from graph.errors import ParameterError
from visual.figure import Area, Frame, FrameText, Orientation, Paper, Symbol
from visual.style import BOXES, GENERATED_MARK, LINES, words
from visual.text import clean, em, fill_lines, wrap

POINTS_PER_MM = 72 / 25.4
PAPERS: dict[str, tuple[float, float]] = {"A4": (210.0, 297.0), "A3": (297.0, 420.0)}
LEFT_MM, MARGIN_MM = 25.0, 15.0
TITLE_SIZE = {"A3": 26.0, "A4": 22.0}
SUBTITLE_SIZE, BASIS_SIZE, LEGEND_SIZE, PAGE_NUMBER_SIZE = 12.0, 9.0, 9.0, 9.0
MARK_HEIGHT, SUBTITLE_HEIGHT, LEGEND_HEIGHT, BASIS_PITCH = 18.0, 24.0, 18.0, 12.5
FOOTER_GAP, HEADER_GAP = 16.0, 14.0
SIGNATURE_EM = 18.0  # a longer name takes a second line
LEGEND_HEAD = 4.0  # em that 图例： takes
SYMBOL_WIDTH, SYMBOL_HEIGHT = 24.0, 10.0


@dataclass(frozen=True, slots=True)
class Sheet:
    """One paper in one orientation with the frame's fixed parts measured: `area` is what the drawing may use."""

    paper: Paper
    orientation: Orientation
    width: float
    height: float
    inner: Area
    area: Area
    title: tuple[str, ...]
    basis: tuple[str, ...]
    legend_rows: tuple[tuple[str, ...], ...]


def paper_millimetres(paper: str, orientation: str) -> tuple[float, float]:
    """Width and height in mm. ParameterError for a paper or orientation that is none."""
    if paper not in PAPERS:
        raise ParameterError(f"不认识的纸张“{clean(paper)[:20]}”。", "纸张只能是 A4 或 A3。")
    if orientation not in ("portrait", "landscape"):
        raise ParameterError(
            f"不认识的纸张方向“{clean(orientation)[:20]}”。", "方向只能是 auto、portrait（纵向）或 landscape（横向）。"
        )
    short, long = PAPERS[paper]
    return (long, short) if orientation == "landscape" else (short, long)


def measure_sheet(
    frame: Frame, paper: Paper, orientation: Orientation, *, title: str, basis: Sequence[str], styles: Iterable[str]
) -> Sheet:
    """Lay out what stands around the drawing. `styles`: every box and line style (and star) the page may show."""
    across, down = paper_millimetres(paper, orientation)
    width, height = across * POINTS_PER_MM, down * POINTS_PER_MM
    margin = MARGIN_MM * POINTS_PER_MM
    inner = Area(LEFT_MM * POINTS_PER_MM, margin, width - margin, height - margin)
    size = TITLE_SIZE[paper]
    lines = _title_lines(clean(title), inner.width / size)
    header = len(lines) * size * 1.25 + SUBTITLE_HEIGHT + HEADER_GAP + (MARK_HEIGHT if _mark(frame) else 0)
    text_width = inner.width - _signature_width(frame)
    legend_rows = _legend_rows(tuple(styles), frame, text_width)
    wrapped = _basis_lines(basis, text_width)
    footer = FOOTER_GAP + max(len(legend_rows) * LEGEND_HEIGHT + len(wrapped) * BASIS_PITCH, 36.0) + 16.0
    area = Area(inner.left, inner.top + header, inner.right, inner.bottom - footer)
    return Sheet(paper, orientation, width, height, inner, area, lines, wrapped, legend_rows)


def _title_lines(title: str, limit: float) -> tuple[str, ...]:
    lines = wrap(title, limit)
    return lines if len(lines) <= 2 else (lines[0], lines[1][:-1] + "…")


def _mark(frame: Frame) -> str:
    marks = (GENERATED_MARK if frame.generated else "", clean(frame.mark))
    return "；".join(mark for mark in marks if mark)


def _basis_lines(basis: Sequence[str], width: float) -> tuple[str, ...]:
    sentences = [text for text in (clean(sentence).removeprefix("口径：") for sentence in basis) if text]
    if not sentences:
        return ()
    numbered = sentences if len(sentences) == 1 else [f"{n}.{sentence}" for n, sentence in enumerate(sentences, 1)]
    return fill_lines("口径：" + " ".join(numbered), width / BASIS_SIZE)


def legend_order(styles: Iterable[str]) -> tuple[str, ...]:
    """The styles among boxes, lines and star, each once, in the order legends list them."""
    present = set(styles)
    return tuple(style for style in (*BOXES, *LINES, "star") if style in present)


def _legend_width(style: str, frame: Frame) -> float:
    return SYMBOL_WIDTH + 6 + em(words(style, frame.legend)) * LEGEND_SIZE + 16


def _legend_rows(styles: tuple[str, ...], frame: Frame, width: float) -> tuple[tuple[str, ...], ...]:
    rows: list[list[str]] = []
    used = width
    for style in legend_order(styles):
        if not words(style, frame.legend):
            continue
        need = _legend_width(style, frame)
        if used + need > width:
            rows.append([])
            used = LEGEND_HEAD * LEGEND_SIZE
        rows[-1].append(style)
        used += need
    return tuple(tuple(row) for row in rows)


def chinese_date(day: dt.date) -> str:
    """2026年1月5日, without leading zeros (GB/T 9704-2012, 7.3.5)."""
    return f"{day.year}年{day.month}月{day.day}日"


def frame_marks(
    sheet: Sheet, frame: Frame, styles: Iterable[str], number: int, count: int
) -> tuple[tuple[FrameText, ...], tuple[Symbol, ...]]:
    """Texts and legend symbols of page `number` of `count`, naming only the `styles` that stand on this page."""
    inner, size = sheet.inner, TITLE_SIZE[sheet.paper]
    centre = (inner.left + inner.right) / 2
    texts: list[FrameText] = []
    y = inner.top
    if _mark(frame):
        texts.append(FrameText(_mark(frame), inner.left, y + 10.5, 10.5))
        y += MARK_HEIGHT
    for line in sheet.title:
        texts.append(FrameText(line, centre, y + size, size, "middle", "title"))
        y += size * 1.25
    y += SUBTITLE_HEIGHT - 4
    if frame.unit_name:
        texts.append(FrameText(f"制图单位：{clean(frame.unit_name)}", inner.left, y, SUBTITLE_SIZE))
    texts.append(FrameText(f"截至{chinese_date(frame.as_of)}", inner.right, y, SUBTITLE_SIZE, "end"))
    footer_texts, symbols = _footer(sheet, frame, tuple(styles))
    texts += footer_texts
    texts.append(FrameText(f"第{number}页 共{count}页", centre, inner.bottom - 2, PAGE_NUMBER_SIZE, "middle"))
    return tuple(texts), symbols


def _footer(sheet: Sheet, frame: Frame, styles: tuple[str, ...]) -> tuple[list[FrameText], tuple[Symbol, ...]]:
    inner = sheet.inner
    texts: list[FrameText] = []
    symbols: list[Symbol] = []
    top = sheet.area.bottom + FOOTER_GAP
    text_width = inner.width - _signature_width(frame)
    rows = _legend_rows(styles, frame, text_width)
    for number, row in enumerate(rows):
        x = inner.left
        baseline = top + number * LEGEND_HEIGHT + LEGEND_SIZE
        if number == 0:
            texts.append(FrameText("图例：", x, baseline, LEGEND_SIZE))
        x += LEGEND_HEAD * LEGEND_SIZE
        for style in row:
            symbols.append(Symbol(style, x, baseline - LEGEND_SIZE + 0.5))
            texts.append(FrameText(words(style, frame.legend), x + SYMBOL_WIDTH + 6, baseline, LEGEND_SIZE))
            x += _legend_width(style, frame)
    top += max(len(rows), len(sheet.legend_rows)) * LEGEND_HEIGHT
    for number, line in enumerate(sheet.basis):
        texts.append(FrameText(line, inner.left, top + number * BASIS_PITCH + BASIS_SIZE, BASIS_SIZE))
    if frame.unit_name:
        texts += _signature(sheet, frame)
    return texts, tuple(symbols)


def _signature_lines(frame: Frame) -> tuple[str, ...]:
    return (*wrap(clean(frame.unit_name), SIGNATURE_EM)[:2], chinese_date(frame.signed or frame.as_of))


def _signature_width(frame: Frame) -> float:
    """Points that the 落款 takes at the right of the foot, with some white before it."""
    return (max(em(line) for line in _signature_lines(frame)) + 2) * SUBTITLE_SIZE if frame.unit_name else 0.0


def _signature(sheet: Sheet, frame: Frame) -> list[FrameText]:
    """落款: the unit over its date, the shorter line centred under the longer, at the right margin."""
    lines = _signature_lines(frame)
    half = max(em(line) for line in lines) * SUBTITLE_SIZE / 2
    top = sheet.inner.bottom - 12.0 - (len(lines) - 1) * 16.0
    return [
        FrameText(line, sheet.inner.right - half, top + 16.0 * number - 4, SUBTITLE_SIZE, "middle")
        for number, line in enumerate(lines)
    ]
