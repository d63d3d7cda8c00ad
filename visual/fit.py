"""Which sheet and plan suit a tree: the one that fits with the least stretching and the fewest bands."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from visual.comb import LEAF_GAPS, LEVEL_GAPS, MAX_BANDS, Block, Plan, band_count, measure, spread_height, spread_width
from visual.figure import Frame, Orientation, Paper, TreeNode
from visual.rollup import boxes_of, depth_of, levels_of
from visual.sheet import Sheet, measure_sheet

WRAPS = (14.0, 10.0, 8.0, 6.0, 5.0)
FLAT_LEAVES = 12  # up to so many boxes of the last level may lie, more always stand
MOST_BOXES = 420  # no single sheet holds more
NATURAL_GAPS = (9.0, 36.0)  # between leaves and between levels, where nothing is squeezed or stretched
LEAST_FILL, GOOD_FILL = 0.6, 0.9


@dataclass(frozen=True, slots=True)
class Fit:
    """A tree measured under a plan, with the sheet it fits."""

    sheet: Sheet
    plan: Plan
    block: Block


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
    if sum(len(level) for level in levels_of(tree)) > MOST_BOXES:
        return None
    best: tuple[float, Fit] | None = None
    styles = styles_of(tree)
    for orientation in orientations:
        sheet = measure_sheet(frame, paper, orientation, title=title, basis=basis, styles=styles)
        for plan in plans(tree):
            block = measure(tree, plan, paper, sheet.area.width)
            if not fits(block, sheet):
                continue
            merit = score(block, sheet, plan)
            if best is None or merit > best[0] + 1e-9:
                best = (merit, Fit(sheet, plan, block))
    return best[1] if best else None


def plans(tree: TreeNode) -> Iterator[Plan]:
    """The ways worth trying for this tree."""
    depth = depth_of(tree)
    breadth = len(list(levels_of(tree))[-1])
    modes = (False,) if depth == 0 else (False, True) if breadth <= FLAT_LEAVES else (True,)
    bands = range(1, 1 + min(MAX_BANDS, max(1, len(tree.children))))
    for upright in modes:
        # Where the only level below the root stands, no horizontal name depends on the wrap.
        for wrap_em in WRAPS[:1] if depth == 1 and upright else WRAPS:
            for count in bands:
                yield Plan(wrap_em, upright, count)


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
    merit -= 0.08 * (plan.bands - 1) + 0.06 * max(0, _most_lines(block) - 2)
    return merit - (0.05 if sheet.orientation == "portrait" else 0.0)


def _most_lines(block: Block) -> int:
    below: Iterable[Block] = (child for row in block.rows for child in row)
    own = 0 if block.cut.upright else len(block.cut.runs[0][0])
    return max([own, *(_most_lines(child) for child in below)])
