from pathlib import Path

import pytest

from tests.visual.charts import FIVE
from visual.comb import Plan, measure, place
from visual.dot import fixed_dot, literal, number, spline
from visual.figure import Area, Box, TreeNode

HERE = Path(__file__).parent


def five_placed_dot(*, mono: bool) -> str:
    block = measure(FIVE, Plan(10.0, None), "A3", 400)
    placed, routes = place(block, Area(0, 0, 400, 300))
    return fixed_dot("某区体系图", (400, 300), placed, routes, (), mono=mono, link_prefix="nodes/")


def test_five_placed_boxes_give_exactly_this_text() -> None:
    assert five_placed_dot(mono=False) == (HERE / "five_placed.dot").read_text(encoding="utf-8")


def test_mono_changes_colours_only() -> None:
    assert five_placed_dot(mono=True) == five_placed_dot(mono=False).replace("#c00000", "#000000")


@pytest.mark.parametrize(
    ("name", "label"),
    [
        ("<x>", "<x>"),
        ("<b>粗</b>", "<b>粗</b>"),
        ("甲&乙", "甲&amp;乙"),
        ("&lt;", "&amp;lt;"),
        ('"引号"', '"引号"'),
        ("C:\\N", "C:\\\\N"),
        ("反斜杠\\", "反斜杠\\\\"),
        ("两\n行", "两 行"),
        ("𠮷野家", "𠮷野家"),
    ],
)
def test_labels_are_escaped(name: str, label: str) -> None:
    assert literal([name]) == label


def test_coordinates_have_one_text_for_each_value() -> None:
    assert [number(value) for value in (1.0, 1.5, 1.006, -0.001, 10.0)] == ["1", "1.5", "1.01", "0", "10"]


def test_an_arrow_ends_six_points_before_its_tip() -> None:
    assert spline([(0, 0), (0, 100)], arrow=True) == "e,0,100 0,0 0,0 0,94 0,94"


def test_links_are_made_of_ids_only() -> None:
    placed, routes = place(measure(TreeNode(Box("d.a b", "名&称")), Plan(10.0, None), "A3", 400), Area(0, 0, 400, 300))
    text = fixed_dot("图", (400, 300), placed, routes, (), mono=True, link_prefix="nodes/")
    assert 'URL="nodes/d.a%20b"' in text
