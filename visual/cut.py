"""The text of one box, horizontal or upright, and the size the box needs for it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from visual.figure import Box, Placed, TextRun
from visual.text import LINE_PITCH, clean, em, note_columns, vertical_cells, vertical_columns, wrap, wrap_note

PAD_X, PAD_Y = 8.0, 6.0
UPRIGHT_PAD_X, UPRIGHT_PAD_Y, COLUMN_GAP = 3.75, 5.0, 2.0
TAG_SIZE = 7.5
MOST_LINES = 3  # a name that needs more gives way to the short name
LEAST_NOTE_EM = 8.0  # notes of horizontal boxes do not wrap below this width
GAP_WORDS = "空白"

Run = tuple[tuple[str, ...], float]  # lines and their size in points


@dataclass(frozen=True, slots=True)
class Cut:
    """The text of a box and the least width and height of the box, points.

    A column is a stack of runs, each below the other; several columns (upright only) go from right to left.
    """

    columns: tuple[tuple[Run, ...], ...]
    width: float
    height: float
    upright: bool


@dataclass(frozen=True, slots=True)
class Upright:
    """How upright boxes are cut: cells a column may have, and whether notes stand beside the name or under it."""

    cells: int
    beside: bool


def name_of(box: Box, text: str) -> str:
    """`text` as the name shown, with the star of made-up nodes."""
    return clean(text) + ("*" if box.starred else "")


def notes_of(box: Box) -> tuple[str, ...]:
    """What stands under the name: the roll-up or note in brackets, the reference."""
    note = (f"（{clean(box.note)}）",) if box.note else ()
    return (*note, *((clean(box.reference),) if box.reference else ()))


def tag_of(box: Box) -> tuple[Run, ...]:
    """The word 空白 of a gap, unless its own text says it already."""
    return (((GAP_WORDS,), TAG_SIZE),) if box.style == "gap" and GAP_WORDS not in box.label + box.note else ()


@lru_cache(maxsize=16384)
def cut_flat(
    box: Box, size: float, note_size: float, wrap_em: float, pad: float, least_note: float = LEAST_NOTE_EM
) -> Cut:
    """Horizontal text, wrapped at `wrap_em` font sizes; the short name where the full one needs too many lines.

    `pad` multiplies the white around the text; notes do not wrap below `least_note` of their own font sizes.
    """
    lines = wrap(name_of(box, box.label), wrap_em)
    if len(lines) > MOST_LINES and box.short:
        lines = wrap(name_of(box, box.short), wrap_em)
    limit = max(wrap_em * size / note_size, least_note)
    notes = tuple(line for note in notes_of(box) for line in wrap_note(note, limit))
    stack: tuple[Run, ...] = ((lines, size), *tag_of(box), *(((notes, note_size),) if notes else ()))
    width = max(_across(run) for run in stack) + 2 * PAD_X * pad
    return Cut((stack,), width, sum(_deep(run) for run in stack) + 2 * PAD_Y * pad, upright=False)


@lru_cache(maxsize=16384)
def cut_upright(box: Box, size: float, note_size: float, how: Upright) -> Cut:
    """Vertical text in columns from right to left, then its notes in smaller type, then the tag of a gap."""
    short = name_of(box, box.short) if box.short else ""
    columns: list[tuple[Run, ...]] = [
        ((column, size),) for column in vertical_columns(name_of(box, box.label), short, how.cells)
    ]
    notes = "".join(notes_of(box))
    if notes and how.beside:
        limit = int(how.cells * size / note_size)
        columns += [((cells, note_size),) for cells in note_columns(notes, limit)]
    elif notes:
        columns[0] = (*columns[0], (vertical_cells(notes), note_size))
    columns[0] = (*columns[0], *tag_of(box))
    width = sum(_column_width(column) for column in columns) + COLUMN_GAP * (len(columns) - 1) + 2 * UPRIGHT_PAD_X
    height = max(_stack_height(column) for column in columns) + 2 * UPRIGHT_PAD_Y
    return Cut(tuple(columns), width, height, upright=True)


def place_box(key: str, box: Box, cut: Cut, x: float, top: float, width: float, height: float) -> Placed:
    """The box with its text set: x is the centre, `top` the upper edge (page points, y downwards).

    The text stands in the middle; columns of one box start at one height.
    """
    texts: list[TextRun] = []
    start = top + (height - max(_stack_height(column) for column in cut.columns)) / 2
    right = x + (sum(_column_width(column) for column in cut.columns) + COLUMN_GAP * (len(cut.columns) - 1)) / 2
    for column in cut.columns:
        y = start
        for run in column:
            texts.append(TextRun(run[0], right - _column_width(column) / 2, y + _deep(run) / 2, run[1]))
            y += _deep(run)
        right -= _column_width(column) + COLUMN_GAP
    return Placed(key, box, x, top + height / 2, width, height, tuple(texts))


def _deep(run: Run) -> float:
    return len(run[0]) * run[1] * LINE_PITCH


def _across(run: Run) -> float:
    return max(em(line) for line in run[0]) * run[1]


def _stack_height(column: tuple[Run, ...]) -> float:
    return sum(_deep(run) for run in column)


def _column_width(column: tuple[Run, ...]) -> float:
    return max(_across(run) for run in column)
