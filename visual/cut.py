"""The text of one box, horizontal or upright, and the size the box needs for it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from visual.figure import Box, Placed, TextRun
from visual.text import LINE_PITCH, clean, em, vertical_cells, vertical_columns, wrap

PAD_X, PAD_Y = 8.0, 6.0
UPRIGHT_PAD_X, UPRIGHT_PAD_Y, COLUMN_GAP = 3.75, 5.0, 2.0
COLUMN_LIMIT = 12
MOST_LINES = 3  # a name that needs more gives way to the short name
GAP_WORDS = "空白"


@dataclass(frozen=True, slots=True)
class Cut:
    """Runs of text (lines, size) of a box and the least width and height of the box, points.

    Upright runs are columns from right to left; the others stand under each other.
    """

    runs: tuple[tuple[tuple[str, ...], float], ...]
    width: float
    height: float
    upright: bool


def name_of(box: Box, text: str) -> str:
    """`text` as the name shown, with the star of made-up nodes."""
    return clean(text) + ("*" if box.starred else "")


def notes_of(box: Box) -> tuple[str, ...]:
    """What stands under the name: 空白 for a gap, the roll-up or note in brackets, the reference."""
    gap = (f"（{GAP_WORDS}）",) if box.style == "gap" and GAP_WORDS not in box.label + box.note else ()
    note = (f"（{clean(box.note)}）",) if box.note else ()
    return (*gap, *note, *((clean(box.reference),) if box.reference else ()))


@lru_cache(maxsize=16384)
def cut_flat(box: Box, size: float, note_size: float, wrap_em: float) -> Cut:
    """Horizontal text, wrapped at `wrap_em` font sizes; the short name where the full one needs too many lines."""
    lines = wrap(name_of(box, box.label), wrap_em)
    if len(lines) > MOST_LINES and box.short:
        lines = wrap(name_of(box, box.short), wrap_em)
    notes = tuple(line for note in notes_of(box) for line in wrap(note, max(wrap_em * size / note_size, 8)))
    width = max([em(line) * size for line in lines] + [em(line) * note_size for line in notes])
    height = (len(lines) * size + len(notes) * note_size) * LINE_PITCH
    runs = ((lines, size), (notes, note_size)) if notes else ((lines, size),)
    return Cut(runs, width + 2 * PAD_X, height + 2 * PAD_Y, upright=False)


@lru_cache(maxsize=16384)
def cut_upright(box: Box, size: float, note_size: float) -> Cut:
    """Vertical text in columns from right to left; notes follow in the same column, or stand left of it."""
    columns = vertical_columns(name_of(box, box.label), name_of(box, box.short) if box.short else "", COLUMN_LIMIT)
    notes = tuple(cell for note in notes_of(box) for cell in vertical_cells(note))
    runs = [(column, size) for column in columns]
    if notes and len(columns) == 1 and len(columns[0]) + len(notes) <= COLUMN_LIMIT:
        runs = [((*columns[0], *notes), size)]
    elif notes:
        count = -(-len(notes) // 16)
        length = -(-len(notes) // count)
        runs += [(notes[start : start + length], note_size) for start in range(0, len(notes), length)]
    width = sum(max(em(cell) for cell in column) * points for column, points in runs) + COLUMN_GAP * (len(runs) - 1)
    height = max(len(column) * points * LINE_PITCH for column, points in runs)
    return Cut(tuple(runs), width + 2 * UPRIGHT_PAD_X, height + 2 * UPRIGHT_PAD_Y, upright=True)


def place_box(key: str, box: Box, cut: Cut, x: float, top: float, width: float, height: float) -> Placed:
    """The box with its text set: x is the centre, `top` the upper edge (page points, y downwards)."""
    middle = top + height / 2
    texts: list[TextRun] = []
    if cut.upright:
        inner = cut.width - 2 * UPRIGHT_PAD_X
        right = x + inner / 2
        for column, size in cut.runs:
            column_width = max(em(cell) for cell in column) * size
            centre = x if len(cut.runs) == 1 else right - column_width / 2
            # Columns of one name start at one height; a single column stands in the middle.
            y = middle if len(cut.runs) == 1 else top + (height - _longest(cut)) / 2 + len(column) * size * 0.6
            texts.append(TextRun(column, centre, y, size))
            right -= column_width + COLUMN_GAP
    else:
        y = middle - sum(len(lines) * size for lines, size in cut.runs) * LINE_PITCH / 2
        for lines, size in cut.runs:
            deep = len(lines) * size * LINE_PITCH
            texts.append(TextRun(lines, x, y + deep / 2, size))
            y += deep
    return Placed(key, box, x, middle, width, height, tuple(texts))


def _longest(cut: Cut) -> float:
    return max(len(column) * size * LINE_PITCH for column, size in cut.runs)
