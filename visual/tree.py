"""Tree charts: one sheet where it fits, else levels rolled up, else an index page and a page per parent."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Literal, cast

from graph.errors import ParameterError
from visual.comb import place
from visual.dot import fixed_dot
from visual.figure import Drawing, Frame, Orientation, Page, Paper, TreeNode
from visual.fit import Fit, best_fit, styles_of
from visual.rollup import boxes_of, depth_of, hidden_kinds, roll_up
from visual.sheet import frame_marks, paper_millimetres
from visual.text import clean

Overflow = Literal["auto", "rollup", "pages"]
LEAST_DEPTH = 2  # levels below the root that `auto` keeps before it makes pages
GOOD_MERIT, LESS_SAID = 3.0, 0.3  # of a fit: good enough to look no further; what shorter notes must gain a step
FULL_PAGE = 6  # children a page of its own should hold on average, else the parent is rolled up
PLACEHOLDER = "见第00页"  # as wide as any reference that replaces it
CHINESE_NUMBERS = "一二三四五六七八九十"


@dataclass(frozen=True, slots=True)
class Draft:
    """One sheet to be: the tree as drawn there, its title and 口径, and how it fits."""

    tree: TreeNode
    title: str
    basis: tuple[str, ...]
    fit: Fit


@dataclass(frozen=True, slots=True)
class Brief:
    """What holds for all pages of one drawing."""

    frame: Frame
    paper: Paper
    orientations: tuple[Orientation, ...]
    overflow: Overflow
    shorter: tuple[tuple[TreeNode, str], ...] = ()

    def fit(self, tree: TreeNode, title: str, basis: tuple[str, ...]) -> Draft | None:
        """`tree` on one sheet as it is, None when it does not fit."""
        found = best_fit(tree, self.frame, self.paper, self.orientations, title, basis)
        return Draft(tree, title, basis, found) if found else None


def draw_tree(
    tree: TreeNode,
    frame: Frame,
    *,
    paper: str = "A3",
    orientation: str = "auto",
    mono: bool = False,
    overflow: Overflow = "auto",
    shorter: Sequence[tuple[TreeNode, str]] = (),
) -> Drawing:
    """Draw `tree` as a comb on one or more sheets of `paper` (A3 or A4), `orientation` auto, portrait or landscape.

    `overflow` says what becomes of a tree too large for one sheet: `auto` first rolls the levels below the third up
    into their parents (网格143) and, where that is not enough, makes an index page and a page per parent with
    references both ways; `rollup` always rolls up; `pages` makes pages before it rolls up. What is left out is said
    in the 口径 of its page. `shorter` holds the same tree with shorter notes, each with the sentence that explains
    them: the first that fits one sheet is taken before anything is left out.

    Raises ParameterError for an unknown paper or orientation.
    """
    sides = orientations(paper, orientation)
    brief = Brief(frame, cast(Paper, paper), sides, overflow, tuple(shorter))
    drafts = list(_drafts(brief, tree, frame.title, 1, ""))
    pages = tuple(_page(draft, frame, mono, number, len(drafts)) for number, draft in enumerate(drafts, 1))
    return Drawing(frame.title, describe(tree), frame.as_of, brief.paper, mono, frame.link_prefix, pages)


def orientations(paper: str, orientation: str) -> tuple[Orientation, ...]:
    """The orientations to try. ParameterError when paper or orientation is none."""
    sides: tuple[Orientation, ...] = ("landscape", "portrait")
    if orientation != "auto":
        sides = (cast(Orientation, orientation),)
    for side in sides:
        paper_millimetres(paper, side)
    return sides


def describe(tree: TreeNode) -> str:
    """A sentence for readers who do not see the picture."""
    total = sum(1 for _ in boxes_of(tree)) - 1
    return f"{tree.box.label}，直接下级{len(tree.children)}个，下级共{total}个。"


def _drafts(brief: Brief, tree: TreeNode, title: str, number: int, back: str) -> Iterator[Draft]:
    """The sheets for `tree` from page `number` on; `back` is the reference to the page of its superior."""
    tree = replace(tree, box=replace(tree.box, reference=back)) if back else tree
    single = _single(brief, tree, title)
    if single:
        yield single
    elif depth_of(tree) < 2:
        yield from _parts(brief, tree, title, brief.frame.basis)
    elif brief.overflow == "rollup" or (brief.overflow == "auto" and _slight(tree)):
        yield from _parts(brief, roll_up(tree, 1), title, _rolled_basis(brief.frame, tree, 1))
    else:
        yield from _index(brief, tree, title, number)


def _single(brief: Brief, tree: TreeNode, title: str) -> Draft | None:
    depth = depth_of(tree)
    draft = _best_variant(brief, tree, title)
    least = depth if brief.overflow == "pages" else LEAST_DEPTH if brief.overflow == "auto" else 1
    while draft is None and depth > least:
        depth -= 1
        draft = brief.fit(roll_up(tree, depth), title, _rolled_basis(brief.frame, tree, depth))
    return draft


def _best_variant(brief: Brief, tree: TreeNode, title: str) -> Draft | None:
    """The tree with its notes as they are if that looks well, else with the shorter notes that look best; each step
    that says less has to look better by `LESS_SAID`."""
    best = brief.fit(tree, title, brief.frame.basis)
    for step, (short, sentence) in enumerate(brief.shorter, 1):
        if best and best.fit.merit >= GOOD_MERIT:
            break
        draft = brief.fit(short, title, (*brief.frame.basis, sentence))
        if draft and (best is None or draft.fit.merit - step * LESS_SAID > best.fit.merit):
            best = draft
    return best


def _rolled_basis(frame: Frame, tree: TreeNode, depth: int) -> tuple[str, ...]:
    kinds = "、".join(hidden_kinds(tree, depth))
    return (*frame.basis, f"{kinds}未逐一列出，括号内为其数量。") if kinds else frame.basis


def _index(brief: Brief, tree: TreeNode, title: str, number: int) -> Iterator[Draft]:
    """An index page of the children, then the pages of each child that has any below it."""
    basis = _rolled_basis(brief.frame, tree, 1)
    index = list(_parts(brief, _refer(roll_up(tree, 1), tree, {}), title, basis))
    first = number + len(index)
    starts: dict[str, int] = {}
    pages: list[Draft] = []
    # One turn of pages is enough for `auto`: a page per street, not one per community.
    nested = replace(brief, overflow="rollup" if brief.overflow == "auto" else brief.overflow, shorter=())
    for child in tree.children:
        if child.children:
            starts[child.box.id] = first + len(pages)
            child_title = f"{brief.frame.title}——{child.box.label}"
            pages += _drafts(nested, child, child_title, first + len(pages), f"上级见第{number}页")
    yield from _parts(brief, _refer(roll_up(tree, 1), tree, starts), title, basis)
    yield from pages


def _slight(tree: TreeNode) -> bool:
    """Whether the pages of the tree's children would be nearly empty."""
    parents = [child for child in tree.children if child.children]
    return sum(len(child.children) for child in parents) < FULL_PAGE * len(parents)


def _refer(rolled: TreeNode, tree: TreeNode, starts: dict[str, int]) -> TreeNode:
    """`rolled` with 见第N页 in each child that has pages of its own (a placeholder of equal width while unknown)."""
    children = [
        replace(short, box=replace(short.box, reference=f"见第{starts[full.box.id]}页" if starts else PLACEHOLDER))
        if full.children
        else short
        for short, full in zip(rolled.children, tree.children, strict=True)
    ]
    return replace(rolled, children=tuple(children))


def _parts(brief: Brief, tree: TreeNode, title: str, basis: tuple[str, ...]) -> Iterator[Draft]:
    """A tree of one level, on as few sheets as hold its children in equal parts."""
    for count in range(1, len(tree.children) + 1):
        size = -(-len(tree.children) // count)
        slices = [tree.children[start : start + size] for start in range(0, len(tree.children), size)]
        names = [title] if count == 1 else [f"{title}（{_chinese(part)}）" for part in range(1, len(slices) + 1)]
        drafts = [
            brief.fit(replace(tree, children=part), name, basis) for part, name in zip(slices, names, strict=True)
        ]
        if all(drafts):
            yield from (draft for draft in drafts if draft)
            return
    raise ParameterError(
        f"“{clean(tree.box.label)[:40]}”及其下级在一张纸上排不下。",
        "请改用 A3，或为名称很长的组织填写简称。",
        code="chart-too-large",
    )


def _chinese(number: int) -> str:
    if number <= 10:
        return CHINESE_NUMBERS[number - 1]
    tens, ones = divmod(number, 10)
    head = ("" if tens == 1 else CHINESE_NUMBERS[tens - 1]) + "十"
    return head + (CHINESE_NUMBERS[ones - 1] if ones else "")


def _page(draft: Draft, frame: Frame, mono: bool, number: int, count: int) -> Page:
    sheet = draft.fit.sheet
    placed, routes = place(draft.fit.block, sheet.area)
    texts, symbols = frame_marks(sheet, frame, styles_of(draft.tree), number, count)
    size = (sheet.width, sheet.height)
    dot = fixed_dot(draft.title, size, placed, routes, (), mono=mono, link_prefix=frame.link_prefix)
    return Page(sheet.width, sheet.height, sheet.area, placed, routes, (), texts, symbols, dot)
