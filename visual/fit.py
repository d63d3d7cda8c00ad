"""Which sheet and plan suit a tree: the one that fits with the least stretching and the fewest bands."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from visual.comb import (
    LEAF_GAPS,
    LEVEL_GAPS,
    MAX_BANDS,
    Block,
    Plan,
    band_count,
    banded,
    measure,
    spread_height,
    spread_width,
)
from visual.cut import Upright
from visual.figure import Frame, Orientation, Paper, TreeNode
from visual.rollup import boxes_of, depth_of, levels_of
from visual.sheet import Sheet, measure_sheet
from visual.text import em

WRAPS = (14.0, 10.0, 8.0, 6.0, 5.0)
COLUMNS = (12, 9, 8)  # cells of a vertical column; names over it give way to the short name
FEW_LEAVES, FLAT_LEAVES = 4, 36  # up to so many boxes of the last level may lie, more always stand
WIDEST = {"A3": 170, "A4": 110}  # no sheet holds more boxes of one level: three bands of upright boxes
PADS, ROOMY = (1.0, 2.0, 3.0), 40  # white in horizontal boxes, tried up to so many boxes
BROKEN = 0.8  # what a fit loses whose standing names are broken
FULL_BAND = 3.5  # least boxes in a band, on average, where one band would do
NATURAL_GAPS = (9.0, 36.0)  # between leaves and between levels, where nothing is squeezed or stretched
LEAST_FILL, GOOD_FILL = 0.6, 0.9


@dataclass(frozen=True, slots=True)
class Fit:
    """A tree measured under the best plan, with the sheet it fits and how well it does (`score`)."""

    sheet: Sheet
    block: Block
    merit: float


def styles_of(tree: TreeNode) -> tuple[str, ...]:
    """Box styles, line styles and star that the drawing of `tree` shows."""
    nodes = list(boxes_of(tree))
    styles: dict[str, None] = dict.fromkeys(node.box.style for node in nodes)
    styles.update(dict.fromkeys(node.line for node in nodes[1:]))
    if any(node.box.starred for node in nodes):
        styles["star"] = None
    return tuple(styles)


def best_fit(
    tree: TreeNode, frame: Frame, paper: Paper, orientations: Sequence[Orientation], title: str, basis: Sequence[str]
) -> Fit | None:
    """The best way to draw the whole `tree` on one sheet, None when there is none."""
    if max(len(level) for level in levels_of(tree)) > WIDEST[paper]:
        return None
    best: Fit | None = None
    styles = styles_of(tree)
    for orientation in orientations:
        sheet = measure_sheet(frame, paper, orientation, title=title, basis=basis, styles=styles)
        for plan in plans(tree):
            whole = measure(tree, plan, paper, sheet.area.width)
            for count in range(1, 1 + min(MAX_BANDS, max(1, len(tree.children)))):
                block = banded(whole, count)
                if not fits(block, sheet):
                    continue
                merit = score(block, sheet, plan)
                if best is None or merit > best.merit + 1e-9:
                    best = Fit(sheet, block, merit)
    return best


def plans(tree: TreeNode) -> Iterator[Plan]:
    """The ways worth trying for this tree."""
    depth = depth_of(tree)
    levels = list(levels_of(tree))
    noted = any(node.box.note or node.box.reference for node in levels[-1])
    modes: list[Upright | None] = []
    if depth == 0 or len(levels[-1]) <= FLAT_LEAVES:
        modes.append(None)
    if depth > 0:
        modes += [Upright(cells, beside) for cells in COLUMNS for beside in ((False, True) if noted else (False,))]
    pads = PADS if sum(len(level) for level in levels) <= ROOMY else PADS[:1]
    for upright in modes:
        if depth == 1 and upright:
            # The only level below the root stands: wrap and white of horizontal boxes mean nothing.
            yield Plan(WRAPS[0], upright)
            continue
        for wrap_em in _wraps(levels):
            for pad in pads:
                yield Plan(wrap_em, upright, pad)


def _wraps(levels: list[list[TreeNode]]) -> list[float]:
    """The wraps that differ: beyond the longest name below the root, wider ones change nothing."""
    longest = max((em(node.box.label) + 1 for level in levels[1:] for node in level), default=0.0)
    return [wrap_em for wrap_em, wider in zip(WRAPS, (*WRAPS[1:], 0.0), strict=True) if wider < longest] or [WRAPS[-1]]


def fits(block: Block, sheet: Sheet) -> bool:
    """Whether the block, as tight as allowed, stays inside the sheet and its bands inside their limit."""
    return (
        band_count(block) <= MAX_BANDS
        and spread_width(block, LEAF_GAPS[0]) <= sheet.area.width
        and spread_height(block, LEVEL_GAPS[0]) <= sheet.area.height
    )


def score(block: Block, sheet: Sheet, plan: Plan) -> float:
    """Higher is better: at least 60% of the print area filled both ways, natural gaps, few bands, short names."""
    natural_x = spread_width(block, NATURAL_GAPS[0]) / sheet.inner.width
    natural_y = spread_height(block, NATURAL_GAPS[1]) / sheet.inner.height
    most_x = min(spread_width(block, LEAF_GAPS[1]), sheet.area.width) / sheet.inner.width
    most_y = min(spread_height(block, LEVEL_GAPS[1]), sheet.area.height) / sheet.inner.height
    merit = min(natural_x, GOOD_FILL) + min(natural_y, GOOD_FILL)
    merit += min(most_x / LEAST_FILL, 1.0) + min(most_y / LEAST_FILL, 1.0)
    bands = max(1, len(block.rows))
    lines = _most_lines(block)
    merit -= 0.1 * (bands - 1) + 0.03 * (lines > 1) + 0.06 * max(0, lines - 2) + 0.04 * (plan.pad - 1)
    if bands > 1 and len(block.node.children) < FULL_BAND * bands:
        merit -= 1.0  # a band of two or three boxes looks like a leftover
    if plan.upright and len(list(levels_of(block.node))[-1]) <= FEW_LEAVES:
        merit -= 0.3  # a few boxes stand only where they cannot lie
    if plan.upright and plan.upright.cells < COLUMNS[0]:
        merit -= 0.1
    if plan.upright:
        merit -= _broken(block, plan.upright)
    return merit - (0.05 if sheet.orientation == "portrait" else 0.0)


def _broken(block: Block, how: Upright) -> float:
    """What standing boxes lose that have more columns than a name and the note beside it: most of it where a quarter of
    them do."""
    columns = list(_leaf_columns(block))
    broken = sum(count > 1 + how.beside for count in columns)
    return BROKEN * min(1.0, 4 * broken / len(columns))


def _leaf_columns(block: Block) -> Iterator[int]:
    if block.cut.upright:
        yield len(block.cut.columns)
    for row in block.rows:
        for child in row:
            yield from _leaf_columns(child)


def _most_lines(block: Block) -> int:
    below: Iterable[Block] = (child for row in block.rows for child in row)
    own = 0 if block.cut.upright else len(block.cut.columns[0][0][0])
    return max([own, *(_most_lines(child) for child in below)])
