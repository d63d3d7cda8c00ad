"""Rows of a grouped chart onto pages: as few as hold them, about equally full."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby, pairwise

from visual.lines import Grid, Strip, section_cut

ROW_GAPS = (9.0, 72.0)  # least and most between rows
SECTION_GAP = 1.8  # between sections, in row gaps
FAR = float("inf")


def height(content: Sequence[Strip], grid: Grid, gap: float) -> float:
    """Points that some rows take with `gap` between them; a section is at least as high as its name."""
    total = -gap * SECTION_GAP
    for _, group in groupby(content, key=lambda strip: id(strip.section)):
        rows = list(group)
        deep = sum(strip.height for strip in rows) + gap * (len(rows) - 1)
        total += max(deep, section_cut(grid.paper, rows[0].section).height) + gap * SECTION_GAP
    return total


def packs(content: Sequence[Strip], grid: Grid, room: float, panels: int) -> list[list[Strip]]:
    """The rows in order cut into panels of at most `room` points: the fewest pages of `panels`, of equal height as far
    as rows allow (least sum of squares)."""
    count = len(_fill(content, grid, room))
    count = min(-(-count // panels) * panels, len(content))
    ends = _ends(content, grid, room)
    # best[j]: least sum of squares of the first j rows in the number of panels reached so far.
    best: list[float] = [0.0, *[FAR] * len(content)]
    before: list[list[int]] = []
    for _ in range(count):
        found, start = [FAR] * (len(content) + 1), [0] * (len(content) + 1)
        for i, cost in enumerate(best[:-1]):
            if cost < FAR:
                for j, deep in ends[i]:
                    if cost + deep * deep < found[j]:
                        found[j], start[j] = cost + deep * deep, i
        best = found
        before.append(start)
    cuts = [len(content)]
    for start in reversed(before):
        cuts.append(start[cuts[-1]])
    return [list(content[i:j]) for j, i in pairwise(cuts)][::-1]


def _ends(content: Sequence[Strip], grid: Grid, room: float) -> list[list[tuple[int, float]]]:
    """For each first row the possible ends of a panel with its height; a row alone is always possible."""
    found: list[list[tuple[int, float]]] = []
    for i in range(len(content)):
        fits: list[tuple[int, float]] = []
        for j in range(i + 1, len(content) + 1):
            deep = height(content[i:j], grid, ROW_GAPS[0])
            if fits and deep > room:
                break
            fits.append((j, deep))
        found.append(fits)
    return found


def _fill(content: Sequence[Strip], grid: Grid, limit: float) -> list[list[Strip]]:
    pages: list[list[Strip]] = [[]]
    for strip in content:
        if pages[-1] and height([*pages[-1], strip], grid, ROW_GAPS[0]) > limit:
            pages.append([])
        pages[-1].append(strip)
    return pages
