"""The marked copy of a user's files: what is red, what is said, what is left out, and that it can be imported again."""

from __future__ import annotations

from pathlib import Path

import openpyxl
import pytest
import xlsxwriter

from loaders.annotating import annotate
from loaders.headers import MARKS, MARKS_LIST
from tests.loaders.files import AREAS, clean, codes, names, reading, text, workbook

ROWS = (
    ("复兴区社区名册", None, None),
    ("名称", "类型", "户数"),
    ("甲社区", "社区", 10),
    ("乙社区", "社区", "不详"),
    ("丙社区", "小社区", 12),
)


def _marked(out: Path, *paths: Path) -> openpyxl.Workbook:
    answer = reading(*paths)
    annotate(list(paths), [*answer.errors, *answer.warnings], out)
    return openpyxl.load_workbook(out)


def _red(sheet: object) -> list[str]:
    return [
        c.coordinate for row in sheet.iter_rows() for c in row if c.fill.start_color.rgb in ("00FFC7CE", "FFFFC7CE")
    ]


def test_the_users_own_workbook_keeps_its_looks(tmp_path: Path) -> None:
    with xlsxwriter.Workbook(str(tmp_path / "a.xlsx")) as book:
        sheet = book.add_worksheet("区域")
        for i, row in enumerate(ROWS):
            sheet.write_row(i, 0, row)
        sheet.merge_range(0, 0, 0, 2, ROWS[0][0], book.add_format({"bold": True, "font_name": "黑体"}))
        sheet.set_column(0, 0, 33)
        sheet.data_validation(2, 1, 9, 1, {"validate": "list", "source": ["社区", "村"]})
        sheet.write_formula(2, 4, "=1+1", None, 2)
        sheet.write_comment(3, 2, "请核实")
        book.add_worksheet("旧表").hide()
    book = _marked(tmp_path / "out.xlsx", tmp_path / "a.xlsx")
    sheet = book["区域"]
    assert book.sheetnames == [MARKS_LIST, "区域", "旧表"]
    assert _red(sheet)[:2] == ["C4", "F4"]
    assert "不是整数" in sheet["C4"].comment.text
    assert sheet["C4"].comment.text.startswith("请核实")
    assert sheet["F2"].value == MARKS
    assert sheet["F4"].value.startswith("C列：")
    assert sheet["F3"].value is None
    assert (sheet["A1"].font.name, sheet["E3"].value) == ("黑体", "=1+1")
    assert sheet.column_dimensions["A"].width > 33
    assert [str(m) for m in sheet.merged_cells.ranges] == ["A1:C1"]
    assert len(sheet.data_validations.dataValidation) == 1
    listed = [[c.value for c in row] for row in book[MARKS_LIST].iter_rows()]
    assert listed[0][2:5] == ["行", "列", "列名"]
    assert [4, "C"] in [row[2:4] for row in listed[1:]]


def test_a_corrected_copy_is_imported(tmp_path: Path) -> None:
    book = _marked(tmp_path / "out.xlsx", workbook(tmp_path / "a.xlsx", {"区域": ROWS}))
    book["区域"]["C4"], book["区域"]["B5"] = 20, "社区"
    book.save(tmp_path / "right.xlsx")
    answer = reading(tmp_path / "right.xlsx")
    assert answer.errors == ()
    assert answer.warnings == ()
    assert names(clean(tmp_path / "right.xlsx"), "Area") == ["甲社区", "乙社区", "丙社区"]
    again = _marked(tmp_path / "again.xlsx", workbook(tmp_path / "b.xlsx", {"区域": ROWS}))
    assert again.sheetnames == [MARKS_LIST, "区域"]


@pytest.mark.parametrize("encoding", ["utf-8", "gb18030", "utf-16"])
def test_a_csv_becomes_a_workbook(tmp_path: Path, encoding: str) -> None:
    book = _marked(tmp_path / "out.xlsx", text(tmp_path / "区域.csv", ROWS[1:], encoding))
    sheet = book["区域"]
    assert _red(sheet) == ["C3", "D3", "B4", "D4"]
    assert sheet["C3"].value == "不详"
    assert "没有这种类型" in sheet["B4"].comment.text
    assert codes(reading(tmp_path / "out.xlsx")) == [("int-invalid", 3, "C"), ("kind-unknown", 4, "B")]


def test_several_files_are_sheets_of_one_workbook(tmp_path: Path) -> None:
    first = text(tmp_path / "区域.csv", [*AREAS, ("甲社区", "无此类", "复兴区")])
    second = workbook(
        tmp_path / "b.xlsx", {"党组织": [("名称", "类型"), ("甲党委", "无此类")], "单位": [("名称", "类型")]}
    )
    book = _marked(tmp_path / "out.xlsx", first, second)
    assert book.sheetnames == [MARKS_LIST, "区域 区域", "b 党组织", "b 单位"]
    assert _red(book["b 党组织"]) == ["B2", "C2"]
    assert {c.value for c in book[MARKS_LIST]["A"]} == {"文件", "区域.csv", "b.xlsx"}


def test_personal_data_is_left_out_of_the_copy(tmp_path: Path) -> None:
    rows = [
        ("名称", "类型", "联系电话", "简称", "备注"),
        ("甲党委", "党委", "13900000000", "11010519491231002X", "可打 0310-8123456"),
        ("乙党委", "党委", 13900000001, None, None),
    ]
    for path in (workbook(tmp_path / "a.xlsx", {"党组织": rows}), text(tmp_path / "党组织.csv", rows)):
        book = _marked(tmp_path / "out.xlsx", path)
        held = " ".join(str(c.value) for sheet in book for row in sheet.iter_rows() for c in row)
        assert "1390000000" not in held
        assert "11010519491231002X" not in held
        assert "甲党委" in held


def test_what_openpyxl_cannot_read_and_what_nobody_can(tmp_path: Path) -> None:
    page = "<table><tr><td>名称</td><td>类型</td></tr><tr><td>甲社区</td><td>无此类</td></tr></table>"
    (tmp_path / "区域.xls").write_text(page, "utf-8")
    (tmp_path / "坏.xlsx").write_bytes(b"PK\x03\x04 not a zip")
    book = _marked(tmp_path / "out.xlsx", tmp_path / "区域.xls", tmp_path / "坏.xlsx")
    assert book.sheetnames == [MARKS_LIST, "区域"]
    assert _red(book["区域"]) == ["B2", "C2"]
    assert "坏.xlsx" in {c.value for c in book[MARKS_LIST]["A"]}
