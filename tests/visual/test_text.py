import pytest
from hypothesis import given
from hypothesis import strategies as st

from visual.text import clean, em, vertical_cells, vertical_columns, wrap


@pytest.mark.parametrize(
    ("text", "width"), [("", 0), ("社区", 2), ("12号楼", 3.12), ("A座（东）", 4.56), ("e\u0301", 0.56), ("𠮷", 1)]
)
def test_width_counts_wide_characters_once_and_narrow_ones_by_half(text: str, width: float) -> None:
    assert em(text) == pytest.approx(width)


@pytest.mark.parametrize(
    ("text", "limit", "lines"),
    [
        ("铁路大院街道党工委", 20, ("铁路大院街道党工委",)),
        ("铁路大院街道党工委", 8, ("铁路大院", "街道党工委")),
        ("幸福小区12号楼党支部", 8, ("幸福小区", "12号楼党支部")),
        ("某某（集团）公司", 6, ("某某（集团）", "公司")),
        ("第八街道（示例）党工委", 6, ("第八街道", "（示例）", "党工委")),
        ("三丰园社区第3网格楼栋党支部", 10, ("三丰园社区第3网格", "楼栋党支部")),
        ("区直机关工委*", 5, ("区直", "机关工委*")),
        ("按方案（公布）。", 6, ("按方案", "（公布）。")),
        ("", 5, ("",)),
    ],
)
def test_lines_break_by_sense_and_keep_numbers_and_brackets(text: str, limit: float, lines: tuple[str, ...]) -> None:
    assert wrap(text, limit) == lines


@given(st.text(alphabet="中共区委社区党支部（）12号A b、", min_size=1, max_size=60), st.integers(4, 20))
def test_wrapping_loses_nothing_and_keeps_the_limit(text: str, limit: int) -> None:
    shown = clean(text)
    lines = wrap(shown, limit)
    assert "".join(lines).replace(" ", "") == shown.replace(" ", "")
    # A closing mark may hang over the end of a line; a run of them only as far as they go.
    assert all(em(line.rstrip("）、")) <= limit + 1.5 for line in lines)


@pytest.mark.parametrize(
    ("text", "cells"),
    [
        ("甲（东）", ("甲", "︵", "东", "︶")),
        ("12号楼", ("12", "号", "楼")),
        ("3号", ("3", "号")),
        ("第143网格", ("第", "1", "4", "3", "网", "格")),
        ("“红帆”——站", ("﹁", "红", "帆", "﹂", "︱", "站")),
        ("11 22", ("11", "22")),
        ("", ("",)),
    ],
)
def test_vertical_text_turns_marks_and_keeps_two_digits_in_a_cell(text: str, cells: tuple[str, ...]) -> None:
    assert vertical_cells(text) == cells


def test_a_long_vertical_name_gives_way_to_the_short_one_else_takes_columns() -> None:
    name = "某某街道某某社区第一网格党支部"
    assert vertical_columns(name, "第一网格", 12) == (("第", "一", "网", "格"),)
    columns = vertical_columns(name, "", 12)
    assert [len(column) for column in columns] == [8, 7]
    assert "".join("".join(column) for column in columns) == name


def test_control_characters_and_line_breaks_never_reach_a_label() -> None:
    assert clean(" 甲\n乙\t丙\x00\u200b ") == "甲 乙 丙"
