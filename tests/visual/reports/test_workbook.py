"""The workbook: one sheet a topic, frozen headers, filters, number formats, all rows."""

from __future__ import annotations

import io
from dataclasses import replace

import openpyxl
import pytest

from api.specimens import specimen
from tests.visual.reports.reading import of_docx
from visual.reports.content import Column, Report, Section, Share, Table, tables
from visual.reports.pdf import Tools
from visual.reports.workbook import write_xlsx
from visual.reports.writing import write


def book(report: Report) -> openpyxl.Workbook:
    return openpyxl.load_workbook(io.BytesIO(write_xlsx(report).files[0]))


@pytest.mark.parametrize("kind", ["coverage", "pairing", "claims", "rectification"])
def test_every_table_has_a_sheet_with_frozen_header_and_filter(kind: str) -> None:
    report = specimen(kind, "fuxing")
    found = book(report)
    assert found.sheetnames[0] == "正文"
    assert len(found.sheetnames) == 1 + len(tables(report))
    for sheet, table in zip(found.worksheets[1:], tables(report), strict=True):
        assert sheet.freeze_panes == "B3"
        assert sheet.auto_filter.ref.startswith("A2:")
        assert sheet.print_title_rows == "$1:$2"
        assert "含示例数据，不得作为正式材料" in sheet["A1"].value
        assert sum(row[0].value is not None for row in sheet.iter_rows(min_row=3)) >= len(table.rows)


def one(*rows: tuple[object, ...], shown: int = 500) -> Report:
    columns = (Column("名称"), Column("数", "count"), Column("率", "share"))
    table = Table("一/二[三]" + "长" * 40, columns, rows, shown=shown)  # type: ignore[arg-type]
    return replace(specimen("coverage", "fuxing"), sections=(Section("甲", (table,)),), attachments=())


def test_shares_are_numbers_with_as_many_decimals_as_they_take() -> None:
    report = one(
        ("甲", 3, Share(1, 3)), ("乙", 0, Share(9999, 10000)), ("丙", 1, Share(2, 2)), ("丁", None, Share(0, 0))
    )
    sheet = book(report).worksheets[1]
    assert [c.value for c in sheet[2]] == ["名称", "数", "率（数）", "率（总数）", "率（%）"]
    assert [(sheet.cell(n, 5).value, sheet.cell(n, 5).number_format) for n in (3, 4, 5)] == [
        (1 / 3, "0.0%"),
        (0.9999, "0.00%"),
        (1, "0%"),
    ]
    assert [sheet.cell(6, at).value for at in (2, 3, 4, 5)] == [None, None, None, "不可计算"]
    assert sheet.cell(3, 2).number_format == "0"


def test_text_is_never_a_formula_and_sheet_names_are_allowed() -> None:
    sheet = book(one(("=1+1", 1, Share(1, 1)), ("http://x", 2, None))).worksheets[1]
    assert sheet["A3"].value == "=1+1"
    assert sheet["A3"].data_type == "s"
    assert sheet["A4"].hyperlink is None
    assert len(sheet.title) <= 31
    assert not set("[]:*?/\\") & set(sheet.title)


def test_rows_that_a_document_leaves_out_are_all_here() -> None:
    report = one(*((f"第{n}", n, Share(n, 9)) for n in range(1, 10)), shown=4)
    assert book(report).worksheets[1].max_row == 2 + 9
    texts = of_docx(write(report, "docx", Tools()).files[0])
    assert "注：共9行，这里列前4行，其余5行见本报告的 Excel 文件。" in texts
    assert "第4" in texts
    assert "第5" not in texts
