"""Where tables are on a sheet: one golden test for each kind of mess."""

from __future__ import annotations

from pathlib import Path

import xlsxwriter

from tests.loaders.files import AREAS, clean, codes, links, names, reading, text, workbook


def test_title_and_reporting_lines_stand_above_the_header(tmp_path: Path) -> None:
    rows = [("复兴区社区名册",), ("填报单位：复兴区", None, "填报时间：2024.05"), *AREAS]
    data = clean(workbook(tmp_path / "a.xlsx", {"区域": rows}, [(0, 0, 0, 2)]))
    assert names(data, "Area") == ["复兴区", "胜利桥街道", "东风社区"]
    assert data.nodes["Area"]["source_row"].to_list() == [4, 5, 6]


def test_headers_merged_over_two_rows_are_joined(tmp_path: Path) -> None:
    rows = [
        ("序号", "甲方", None, "乙方", None, "签约时间"),
        (None, "社区党组织", "联系人", "共建单位", "联系人", None),
        (1, "东风社区党委", "甲", "区财政局", "乙", "2021.05"),
    ]
    merged = [(0, 1, 0, 2), (0, 3, 0, 4), (0, 0, 1, 0), (0, 5, 1, 5)]
    book = workbook(tmp_path / "结对.xlsx", {"结对共建": rows}, merged)
    people = text(tmp_path / "党组织.csv", [("名称", "类型"), ("东风社区党委", "党委")])
    units = text(tmp_path / "单位.csv", [("名称", "类型"), ("区财政局", "机关")])
    answer = reading(book, people, units)
    assert answer.errors == ()
    assert answer.dataset is not None
    assert links(answer.dataset, "PAIRED_WITH") == [("东风社区党委", "区财政局")]
    assert answer.dataset.relations["PAIRED_WITH"]["agreement_signed"].to_list() == ["2021-05-01"]
    assert [w["header"] for w in answer.warnings] == ["甲方/联系人", "乙方/联系人"]


def test_vertically_merged_street_is_filled_inside_its_range_only(tmp_path: Path) -> None:
    rows = [
        ("上级区域", "名称", "类型"),
        ("复兴区", "甲街道", "街道"),
        (None, "乙街道", "街道"),
        (None, "复兴区", "区县"),
    ]
    data = clean(workbook(tmp_path / "a.xlsx", {"区域": rows}, [(1, 0, 2, 0)]))
    assert links(data, "PART_OF") == [("甲街道", "复兴区"), ("乙街道", "复兴区")]


def test_totals_and_footers_are_not_rows(tmp_path: Path) -> None:
    rows = [
        ("序号", "名称", "类型", "户数"),
        (1, "甲社区", "社区", 10),
        ("小计", None, None, 10),
        (2, "乙社区", "社区", 20),
        ("合  计", None, None, 30),
        ("填表人：某", None, "审核人：某", None),
        ("注：以上为常住户。",),
    ]
    data = clean(workbook(tmp_path / "a.xlsx", {"区域": rows}))
    assert names(data, "Area") == ["甲社区", "乙社区"]


def test_a_total_that_is_not_the_sum_is_a_warning(tmp_path: Path) -> None:
    rows = [("名称", "类型", "户数"), ("甲社区", "社区", 10), ("乙社区", "社区", 20), ("合计", None, 31)]
    answer = reading(workbook(tmp_path / "a.xlsx", {"区域": rows}))
    assert [(w["code"], w["row"], w["column"]) for w in answer.warnings] == [("total-mismatch", 4, "C")]


def test_several_tables_on_one_sheet(tmp_path: Path) -> None:
    rows = [
        ("一、社区",),
        *AREAS,
        (None,),
        ("二、驻区单位",),
        ("单位名称（全称）", "单位性质", "所属社区"),
        ("区财政局", "机关", "东风社区"),
    ]
    data = clean(workbook(tmp_path / "a.xlsx", {"Sheet1": rows}))
    assert names(data, "Area") == ["复兴区", "胜利桥街道", "东风社区"]
    assert links(data, "LOCATED_IN") == [("区财政局", "东风社区")]


def test_header_repeated_on_every_page(tmp_path: Path) -> None:
    rows = [*AREAS, AREAS[0], ("西苑社区", "社区", "胜利桥街道")]
    data = clean(workbook(tmp_path / "a.xlsx", {"区域": rows}))
    assert names(data, "Area")[-1] == "西苑社区"
    assert len(names(data, "Area")) == 4


def test_one_sheet_per_street_and_several_workbooks_are_one_import(tmp_path: Path) -> None:
    head = ("网格名称", "所属社区", "网格编号")
    book = workbook(
        tmp_path / "a.xlsx",
        {"区域": AREAS, "胜利桥街道": [head, ("第一网格", "东风社区", "01")]},
    )
    other = workbook(tmp_path / "b.xlsx", {"百家村街道": [head, ("第二网格", "东风社区", "02")]})
    data = clean(book, other)
    assert names(data, "Area")[-2:] == ["第一网格", "第二网格"]
    assert data.nodes["Area"]["kind"].to_list()[-2:] == ["网格", "网格"]


def test_stars_notes_and_spaces_in_headers(tmp_path: Path) -> None:
    rows = [("*名称（必填）", "类 型", "上级\n区域[全称]"), ("复兴区", "区县", None), ("甲街道", "街道", "复兴区")]
    data = clean(workbook(tmp_path / "a.xlsx", {"区域": rows}))
    assert links(data, "PART_OF") == [("甲街道", "复兴区")]


def test_lock_files_and_guides_are_skipped(tmp_path: Path) -> None:
    workbook(tmp_path / "a.xlsx", {"区域": AREAS, "填表说明": [("说明",), ("请逐项填写",)], "说明": [("请逐项填写",)]})
    (tmp_path / "~$a.xlsx").write_bytes(b"lock")
    answer = reading(tmp_path)
    assert answer.errors == ()
    assert [w["code"] for w in answer.warnings] == ["sheet-skipped"]


def test_hidden_sheets_are_named_and_hidden_rows_read(tmp_path: Path) -> None:
    with xlsxwriter.Workbook(str(tmp_path / "a.xlsx")) as book:
        sheet = book.add_worksheet("区域")
        for i, row in enumerate(AREAS):
            sheet.write_row(i, 0, row)
        sheet.set_row(3, None, None, {"hidden": True})
        book.add_worksheet("旧表").hide()
    answer = reading(tmp_path / "a.xlsx")
    assert answer.dataset is not None
    assert len(names(answer.dataset, "Area")) == 3
    assert [(w["code"], w["sheet"]) for w in answer.warnings] == [("sheet-hidden", "旧表"), ("rows-hidden", "区域")]


def test_a_sheet_that_matches_nothing_is_named(tmp_path: Path) -> None:
    answer = reading(workbook(tmp_path / "a.xlsx", {"区域": AREAS, "菜单": [("菜名", "价格"), ("面", 8)]}))
    assert codes(answer) == [("sheet-unknown", None, None)]
    assert answer.errors[0]["sheet"] == "菜单"


def test_an_unknown_column_is_an_error_in_a_model_sheet_and_a_warning_in_a_ledger(tmp_path: Path) -> None:
    rows = [("名称", "类型", "上级区城"), ("复兴区", "区县", None), ("甲街道", "街道", "复兴区")]
    own = reading(workbook(tmp_path / "a.xlsx", {"区域": rows}))
    assert codes(own) == [("column-unknown", 1, "C")]
    assert "上级区域" in own.errors[0]["remedy"]
    foreign = reading(
        workbook(tmp_path / "b.xlsx", {"网格台账": [("网格名称", "网格级别", "楼道灯"), ("一", "大", 3)]})
    )
    assert foreign.errors == ()
    assert [(w["code"], w["column"]) for w in foreign.warnings] == [("column-unknown", "C")]
