"""Comb layout of a tree on one sheet: equal boxes a level, one stem, a shared bus, drops; wide levels in bands.

Why not Graphviz: with orthogonal edges each child gets its own staggered line and the drawing fills a quarter of the
page. Here a parent's children hang on one bus; children that do not fit beside each other fold into rows, each on its
own bus, fed from a trunk at the left.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from visual.cut import MOST_LINES, Cut, Upright, cut_flat, cut_upright, name_of, place_box
from visual.figure import Area, Paper, Placed, Point, Route, TreeNode
from visual.rollup import depth_of, levels_of
from visual.text import vertical_cells, wrap

ROOT_SIZE, SECOND_SIZE = 16.0, 12.0
LEAF_SIZE = {"A3": 10.5, "A4": 9.0}
NOTE_SIZE = {"A3": 8.0, "A4": 7.5}
ROOMY_NOTE = 9.0  # where boxes have white enough
MAX_BANDS = 3
TRUNK = 14.0  # width kept free at the left of folded rows for their trunk
LEAF_GAPS, LEVEL_GAPS = (4.5, 120.0), (15.0, 150.0)  # least and most between neighbours and between levels, points
STRETCH = (1.0, 1.8)  # factor of the boxes' heights where the gaps alone leave a sheet empty
BLOCK_GAP = 2.0  # gap between two parents' blocks, in leaf gaps
FEW = 16  # so many children of a root may have the size of the second tier


@dataclass(frozen=True, slots=True)
class Plan:
    """One way to draw a tree: where horizontal names wrap (em), how the last level stands (None: it lies), how much
    white there is in horizontal boxes."""

    wrap_em: float
    upright: Upright | None
    pad: float = 1.0


@dataclass(frozen=True, slots=True)
class Block:
    """A subtree cut and folded under one plan; `width` at the least gap, `box` its own box's size."""

    node: TreeNode
    cut: Cut
    box: tuple[float, float]
    rows: tuple[tuple[Block, ...], ...]
    width: float


def measure(tree: TreeNode, plan: Plan, paper: Paper, room: float) -> Block:
    """Cut every box, make the boxes of a level equal and fold what is wider than `room` (points)."""
    depth = depth_of(tree)
    cuts = [_cut_level(level, at, depth, plan, paper) for at, level in enumerate(levels_of(tree))]
    sizes: dict[tuple[int, int], tuple[float, float]] = {}
    for at, row in enumerate(cuts):
        for cut in row.values():
            # Boxes of a level are equal; upright ones only among those of as many columns.
            for group in {0, len(cut.columns) if cut.upright else 0}:
                width, height = sizes.get((at, group), (0.0, 0.0))
                sizes[at, group] = (max(width, cut.width), max(height, cut.height))
    return _fold(tree, 0, cuts, sizes, room)


def banded(block: Block, count: int) -> Block:
    """`block` with the children of its root in `count` rows, as even as their order allows."""
    children = [child for row in block.rows for child in row]
    if not children:
        return block
    gap = row_gap(children, LEAF_GAPS[0])
    parts = split([child.width for child in children], gap, count)
    rows = tuple(tuple(children[start:stop]) for start, stop in parts)
    return replace(block, rows=rows, width=_width(block.box, rows, LEAF_GAPS[0]))


def _cut_level(level: Sequence[TreeNode], at: int, depth: int, plan: Plan, paper: Paper) -> dict[int, Cut]:
    """The cut of each box of a level by the id() of its node. Where one name gives way to its short form all do, or
    siblings would be called by two measures."""
    last = at == depth and at > 0
    size = LEAF_SIZE[paper]
    if at == 0:
        size = ROOT_SIZE
    elif at == 1 and (not last or len(level) <= FEW):
        size = SECOND_SIZE
    note = NOTE_SIZE[paper] if plan.pad == 1.0 else ROOMY_NOTE
    boxes = [node.box for node in level]
    if last and plan.upright:
        limit = plan.upright.cells
        if any(box.short and len(vertical_cells(name_of(box, box.label))) > limit for box in boxes):
            boxes = [replace(box, label=box.short) if box.short else box for box in boxes]
        found = [cut_upright(box, size, note, plan.upright) for box in boxes]
    else:
        wrap_em = 24.0 if at == 0 else plan.wrap_em
        if any(box.short and len(wrap(name_of(box, box.label), wrap_em)) > MOST_LINES for box in boxes):
            boxes = [replace(box, label=box.short) if box.short else box for box in boxes]
        found = [cut_flat(box, size, note, wrap_em, plan.pad) for box in boxes]
    return {id(node): cut for node, cut in zip(level, found, strict=True)}


def _fold(
    node: TreeNode,
    level: int,
    cuts: Sequence[dict[int, Cut]],
    sizes: Mapping[tuple[int, int], tuple[float, float]],
    room: float,
) -> Block:
    cut = cuts[level][id(node)]
    box = (sizes[level, len(cut.columns) if cut.upright else 0][0], sizes[level, 0][1])
    below = room - TRUNK
    blocks = tuple(_fold(child, level + 1, cuts, sizes, below) for child in node.children)
    if not blocks:
        return Block(node, cut, box, (), box[0])
    block = Block(node, cut, box, (blocks,), _width(box, (blocks,), LEAF_GAPS[0]))
    return banded(block, -(-int(block.width) // int(below))) if level > 0 and block.width > below else block


def split(widths: Sequence[float], gap: float, count: int) -> list[tuple[int, int]]:
    """Cut a row of widths into `count` consecutive parts (at most one a width) whose widest part is least."""
    count = max(1, min(count, len(widths)))
    if count == 1:
        return [(0, len(widths))]
    low, high = max(widths), sum(widths) + gap * len(widths)
    best = _greedy_split(widths, gap, high)
    for _ in range(14):
        middle = (low + high) / 2
        parts = _greedy_split(widths, gap, middle)
        if len(parts) <= count:
            best, high = parts, middle
        else:
            low = middle
    return best


def _greedy_split(widths: Sequence[float], gap: float, limit: float) -> list[tuple[int, int]]:
    parts: list[tuple[int, int]] = []
    start, used = 0, 0.0
    for index, width in enumerate(widths):
        if index > start and used + gap + width > limit + 1e-6:
            parts.append((start, index))
            start, used = index, width
        else:
            used += width + (gap if index > start else 0)
    parts.append((start, len(widths)))
    return parts


def row_gap(row: Sequence[Block], gap: float) -> float:
    """Distance between the blocks of a row: parents with children stand farther apart than leaves."""
    return gap * BLOCK_GAP if any(block.rows for block in row) else gap


def _row_width(row: Sequence[Block], gap: float) -> float:
    return sum(_width(block.box, block.rows, gap) for block in row) + row_gap(row, gap) * (len(row) - 1)


def _width(box: tuple[float, float], rows: tuple[tuple[Block, ...], ...], gap: float) -> float:
    if not rows:
        return box[0]
    return max(box[0], max(_row_width(row, gap) for row in rows) + (TRUNK if len(rows) > 1 else 0))


def spread_width(block: Block, gap: float) -> float:
    """Width of a block when neighbouring leaves stand `gap` apart."""
    return _width(block.box, block.rows, gap)


def spread_height(block: Block, gap: float) -> float:
    """Height of a block when levels (and rows) stand `gap` apart."""
    return block.box[1] + sum(gap + max(spread_height(child, gap) for child in row) for row in block.rows)


def band_count(block: Block) -> int:
    """The largest number of rows that one node's children were folded into."""
    return max([len(block.rows), *(band_count(child) for row in block.rows for child in row)])


def place(block: Block, area: Area) -> tuple[tuple[Placed, ...], tuple[Route, ...]]:
    """Positions of all boxes and lines: gaps grow evenly until the drawing fills `area`, up to a limit."""
    gap = _largest(lambda value: spread_width(block, value) <= area.width, LEAF_GAPS)
    level_gap = _largest(lambda value: spread_height(block, value) <= area.height, LEVEL_GAPS)
    if level_gap == LEVEL_GAPS[1]:
        factor = _largest(lambda value: spread_height(_taller(block, value), level_gap) <= area.height, STRETCH)
        block = _taller(block, factor)
    width, height = spread_width(block, gap), spread_height(block, level_gap)
    left = area.left + (area.width - width) / 2
    top = area.top + (area.height - height) * 0.4
    comb = _Comb(gap, level_gap, [], [], set())
    comb.put(block, left, top, width)
    return tuple(comb.placed), tuple(comb.routes)


def _taller(block: Block, factor: float) -> Block:
    """The block with all its boxes higher by a factor."""
    rows = tuple(tuple(_taller(child, factor) for child in row) for row in block.rows)
    return replace(block, box=(block.box[0], block.box[1] * factor), rows=rows)


def _largest(fits: Callable[[float], bool], limits: tuple[float, float]) -> float:
    low, high = limits
    if fits(high):
        return high
    for _ in range(20):
        middle = (low + high) / 2
        low, high = (middle, high) if fits(middle) else (low, middle)
    return low


def unique_key(key: str, taken: set[str]) -> str:
    """`key`, or `key~2`, `key~3` … when it is taken; the result is added to `taken`."""
    candidate, number = key, 1
    while candidate in taken:
        number += 1
        candidate = f"{key}~{number}"
    taken.add(candidate)
    return candidate


@dataclass(frozen=True, slots=True)
class _Comb:
    """The walk that places one tree: its gaps, and what has been placed so far."""

    gap: float
    level_gap: float
    placed: list[Placed]
    routes: list[Route]
    keys: set[str]

    def put(self, block: Block, left: float, top: float, width: float) -> tuple[str, float]:
        """Place `block` in a strip of `width` from `left`; the key and centre of its own box."""
        key = unique_key(block.node.box.id, self.keys)
        at = len(self.placed)
        box_width, box_height = block.box
        folded = len(block.rows) > 1
        trunk = left + TRUNK / 2
        row_top = top + box_height
        drops: list[tuple[TreeNode, str, float, float, float]] = []  # child, key, x, bus, top
        for row in block.rows:
            bus, row_top = row_top + self.level_gap / 2, row_top + self.level_gap
            indent = TRUNK if folded else 0.0
            # In the middle where it leaves the trunk free, so that a middle child hangs right under its parent.
            x = max(left + indent, left + (width - _row_width(row, self.gap)) / 2)
            for child in row:
                child_width = spread_width(child, self.gap)
                child_key, centre = self.put(child, x, row_top, child_width)
                drops.append((child.node, child_key, centre, bus, row_top))
                x += child_width + row_gap(row, self.gap)
            row_top += max(spread_height(child, self.level_gap) for child in row)
        centre = (drops[0][2] + drops[-1][2]) / 2 if drops and not folded else left + width / 2
        # A drop close beside the stem would make a kink: the parent moves over it.
        if folded:
            centre = next((x for _, _, x, bus, _ in drops if bus == drops[0][3] and abs(x - centre) < TRUNK), centre)
        placed = place_box(key, block.node.box, block.cut, centre, top, box_width, box_height)
        self.placed.insert(at, placed)
        stem = (centre, top + box_height)
        for child_node, child_key, x, bus, child_top in drops:
            points = comb_points(stem, drops[0][3], trunk, (x, child_top), bus)
            self.routes.append(Route(key, child_key, child_node.line, points))
        return key, centre


def comb_points(stem: Point, first_bus: float, trunk: float, drop: Point, bus: float) -> tuple[Point, ...]:
    """From the parent's foot over the bus to the child's head; lower rows are reached by the trunk at the left."""
    points = [stem, (stem[0], first_bus)]
    if bus > first_bus:
        points += [(trunk, first_bus), (trunk, bus)]
    points += [(drop[0], bus), drop]
    return straight(points)


def straight(points: Sequence[Point]) -> tuple[Point, ...]:
    """The same polyline without repeated points and without points in the middle of a straight piece."""
    kept: list[Point] = []
    for point in points:
        if kept and abs(kept[-1][0] - point[0]) < 0.005 and abs(kept[-1][1] - point[1]) < 0.005:
            continue
        if len(kept) > 1 and any(abs(kept[-2][i] - point[i]) < 0.005 > abs(kept[-1][i] - point[i]) for i in (0, 1)):
            kept[-1] = point
        else:
            kept.append(point)
    return tuple(kept)
