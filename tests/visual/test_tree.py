import dataclasses
import itertools

import pytest

from graph.errors import ParameterError
from tests.visual.charts import FIVE, FRAME, district
from tests.visual.measure import measure
from visual.comb import split, straight
from visual.figure import Box, Drawing, TreeNode
from visual.render import render
from visual.rollup import counted, hidden_kinds, roll_up
from visual.tree import draw_tree


def faults(drawing: Drawing) -> list[str]:
    return [fault for svg in render(drawing, "svg") for fault in measure(svg).faults]


def texts(drawing: Drawing, page: int = 1) -> str:
    return " ".join(measure(render(drawing, "svg", page=page)[0]).texts)


def test_sixty_nine_communities_under_ten_parents_fill_one_a3_in_two_bands() -> None:
    tree = district(10, 7)
    first = tree.children[0]
    tree = dataclasses.replace(
        tree, children=(dataclasses.replace(first, children=first.children[:6]), *tree.children[1:])
    )
    drawing = draw_tree(tree, FRAME)
    assert len(drawing.pages) == 1
    page = drawing.pages[0]
    assert (round(page.width), round(page.height)) == (1191, 842)
    found = measure(render(drawing, "svg")[0])
    assert found.faults == ()
    assert found.boxes == 80
    assert found.fill_x >= 0.6
    assert found.fill_y >= 0.6
    tops = {round(item.y, 1) for item in page.placed if item.box.kind == "街道"}
    assert len(tops) == 2
    leaves = [item for item in page.placed if item.box.kind == "社区"]
    assert {run.size for item in leaves for run in item.texts if run.lines != ("空白",)} == {10.5}
    assert len({(item.width, item.height) for item in leaves}) == 1


@pytest.mark.parametrize("paper", ["A4", "A3"])
@pytest.mark.parametrize(
    "tree",
    [
        FIVE,
        TreeNode(Box("d.a", "中共某区委员会")),
        district(3, 4),
        district(8, 7),
        district(8, 7, 18).children[2],
        district(1, 40),
    ],
    ids=["five", "one", "three", "fuxing", "street", "row"],
)
def test_trees_are_drawn_without_faults(tree: TreeNode, paper: str) -> None:
    assert faults(draw_tree(tree, FRAME, paper=paper)) == []


def test_what_does_not_fit_is_rolled_up_and_said() -> None:
    drawing = draw_tree(district(8, 7, 18), FRAME)
    assert len(drawing.pages) == 1
    assert "网格未逐一列出，括号内为其数量" in texts(drawing).replace(" ", "")
    assert any(item.box.note == "网格18" for item in drawing.pages[0].placed)


def test_a_tree_too_large_to_roll_up_has_an_index_and_references_both_ways() -> None:
    drawing = draw_tree(district(21, 16), FRAME)
    assert len(drawing.pages) == 22
    index, third = drawing.pages[0], drawing.pages[2]
    assert [item.box.reference for item in index.placed[1:4]] == ["见第2页", "见第3页", "见第4页"]
    assert [item.box.note for item in index.placed[1:3]] == ["社区16", "社区16"]
    assert third.placed[0].box.id == index.placed[2].box.id
    assert third.placed[0].box.reference == "上级见第1页"
    assert "第3页 共22页" in texts(drawing, 3)


def test_overflow_decides_between_rolling_up_and_pages() -> None:
    tree = district(8, 7, 18)
    assert len(draw_tree(tree, FRAME, overflow="rollup").pages) == 1
    assert len(draw_tree(tree, FRAME, overflow="pages").pages) > 8


def test_children_beyond_one_sheet_go_on_in_parts() -> None:
    drawing = draw_tree(district(1, 300).children[0], FRAME, paper="A4")
    shown = [item.box.id for page in drawing.pages for item in page.placed[1:]]
    assert len(shown) == len(set(shown)) == 300
    assert "（一）" in texts(drawing, 1)


def test_lines_run_along_or_down_only() -> None:
    drawing = draw_tree(district(10, 7), FRAME)
    for route in drawing.pages[0].routes:
        steps = [(abs(x1 - x0), abs(y1 - y0)) for (x0, y0), (x1, y1) in itertools.pairwise(route.points)]
        assert all(min(step) < 0.01 for step in steps)


def test_rolling_up_counts_by_kind_nearest_first() -> None:
    tree = district(2, 3, 4)
    assert counted(tree).note == "街道2·社区6·网格24"
    assert roll_up(tree, 1).children[0].box.note == "社区3·网格12"
    assert hidden_kinds(tree, 1) == ("社区", "网格")


def test_splitting_makes_the_widest_part_least() -> None:
    assert split([5, 5, 5, 5], 1, 2) == [(0, 2), (2, 4)]
    assert split([10, 1, 1, 1], 1, 2) == [(0, 1), (1, 4)]
    assert split([3], 1, 3) == [(0, 1)]


def test_straight_pieces_lose_their_middle_points() -> None:
    assert straight([(0, 0), (0, 5), (0, 9), (0, 9), (4, 9)]) == ((0, 0), (0, 9), (4, 9))


@pytest.mark.parametrize(
    "name",
    [
        "<x>",
        "甲&乙公司",
        '"引号"党支部',
        "两\n行",
        "𠮷祥社区",
        "反斜杠\\N",
        "超" * 60,
        "某某" * 30 + "（一）",
        "Very-long-latin-name" * 3,
    ],
)
@pytest.mark.parametrize("many", [2, 40])
def test_nasty_names_come_out_right(name: str, many: int) -> None:
    children = tuple(TreeNode(Box(f"d.c{number}", name)) for number in range(many))
    drawing = draw_tree(TreeNode(Box("d.a", name), children), FRAME)
    assert faults(drawing) == []
    shown = "".join(measure(render(drawing, "svg")[0]).texts).replace(" ", "")
    expected = name.replace("\n", "").replace(" ", "")
    assert expected in shown.replace("︵", "（").replace("︶", "）")


def test_a_paper_or_orientation_that_is_none_is_refused_with_what_is_allowed() -> None:
    with pytest.raises(ParameterError) as paper:
        draw_tree(FIVE, FRAME, paper="B5")
    assert "A4 或 A3" in paper.value.remedy
    with pytest.raises(ParameterError) as side:
        draw_tree(FIVE, FRAME, orientation="diagonal")
    assert "landscape" in side.value.remedy


def test_the_frame_names_only_the_symbols_of_its_page_and_invents_no_signature() -> None:
    plain = draw_tree(district(2, 2), dataclasses.replace(FRAME, unit_name="", generated=0))
    words = texts(plain)
    assert "空白点" not in words
    assert "制图单位" not in words
    assert "示例" not in words
    marked = texts(draw_tree(FIVE, FRAME))
    assert "空白点" in marked
    assert "含示例数据，不得作为正式材料" in marked
    assert "截至2026年1月5日" in marked
