"""Files of every format and encoding, and those that are refused."""

from __future__ import annotations

import datetime as dt
import struct
import time
import zipfile
from pathlib import Path

import openpyxl
import pytest
import xlsxwriter
import xlwt

from graph.errors import InputError, NotFoundError
from tests.loaders.files import AREAS, clean, codes, names, reading, text, workbook
from tests.loaders.formats import FORMATS

NAMES = ["复兴区", "胜利桥街道", "东风社区"]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16", "utf-16-le"])
def test_encodings(tmp_path: Path, encoding: str) -> None:
    assert names(clean(text(tmp_path / "区域.csv", AREAS, encoding)), "Area") == NAMES


def test_format_is_told_by_the_content(tmp_path: Path) -> None:
    book = workbook(tmp_path / "a.xlsx", {"区域": AREAS})
    book.rename(tmp_path / "a.csv")
    assert names(clean(tmp_path / "a.csv"), "Area") == NAMES
    text(tmp_path / "区域.xlsx", AREAS, "gb18030")
    assert names(clean(tmp_path / "区域.xlsx"), "Area") == NAMES


def test_html_table_named_xls(tmp_path: Path) -> None:
    rows = "".join("<tr>" + "".join(f"<td>{v or ''}</td>" for v in row) + "</tr>" for row in AREAS)
    page = f"<html><body><table><tr><td colspan=3>名册</td></tr>{rows}</table></body></html>"
    (tmp_path / "区域.xls").write_bytes(page.encode("gb18030"))
    assert names(clean(tmp_path / "区域.xls"), "Area") == NAMES


def test_xml_of_2003_named_xls(tmp_path: Path) -> None:
    cells = "".join(
        "<Row>" + "".join(f'<Cell><Data ss:Type="String">{v or ""}</Data></Cell>' for v in row) + "</Row>"
        for row in AREAS
    )
    (tmp_path / "a.xls").write_text(
        '<?xml version="1.0"?><Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet" '
        'xmlns:ss="urn:schemas-microsoft-com:office:spreadsheet"><Worksheet ss:Name="区域">'
        f"<Table>{cells}</Table></Worksheet></Workbook>",
        "utf-8",
    )
    assert names(clean(tmp_path / "a.xls"), "Area") == NAMES


@pytest.mark.parametrize("form", list(FORMATS))
def test_the_same_table_in_every_format(tmp_path: Path, form: str) -> None:
    ending, write, typed = FORMATS[form]
    rows = [*(list(row) for row in AREAS)]
    rows[0] += ["户数", "代码", "设立日期"]
    for i, row in enumerate(rows[1:], 1):
        row += [i * 10, 130404001001 + i, 43831 if typed else "2020年1月"]
    path = tmp_path / f"区域{ending}"
    write(path, "区域", rows)
    areas = clean(path).nodes["Area"]
    assert areas["name"].to_list() == NAMES
    assert areas["households"].to_list() == [10, 20, 30]
    assert areas["code"].to_list() == ["130404001002", "130404001003", "130404001004"]
    assert areas["since"].to_list() == ["2020-01-01"] * 3


def test_hidden_sheets_dates_and_merged_cells_of_a_real_xls(tmp_path: Path) -> None:
    book = xlwt.Workbook()
    sheet = book.add_sheet("区域")
    for i, head in enumerate(("上级区域", "名称", "类型", "设立日期")):
        sheet.write(0, i, head)
    sheet.write_merge(1, 2, 0, 0, "复兴区")
    day = xlwt.easyxf(num_format_str="yyyy-mm-dd")
    for i, name in enumerate(("甲街道", "乙街道"), 1):
        sheet.write(i, 1, name)
        sheet.write(i, 2, "街道")
        sheet.write(i, 3, dt.date(2020, 5, i), day)
    sheet.write(3, 1, "复兴区")
    sheet.write(3, 2, "区县")
    book.add_sheet("旧表").visibility = 1
    book.save(str(tmp_path / "a.xls"))
    answer = reading(tmp_path / "a.xls")
    assert [(w["code"], w["sheet"]) for w in answer.warnings] == [("sheet-hidden", "旧表")]
    assert answer.dataset is not None
    assert answer.dataset.nodes["Area"]["since"].to_list() == ["2020-05-01", "2020-05-02", None]
    assert answer.dataset.relations["PART_OF"].height == 2


def test_an_xls_whose_sectors_run_in_a_circle_is_refused(tmp_path: Path) -> None:
    FORMATS["xls"][1](tmp_path / "a.xls", "区域", AREAS)
    data = bytearray((tmp_path / "a.xls").read_bytes())
    table = 512 + 512 * struct.unpack_from("<I", data, 76)[0]
    directory = struct.unpack_from("<I", data, 48)[0]
    struct.pack_into("<I", data, table + 4 * directory, directory)
    (tmp_path / "a.xls").write_bytes(data)
    start = time.monotonic()
    assert codes(reading(tmp_path / "a.xls")) == [("file-unreadable", None, None)]
    assert time.monotonic() - start < 10


def test_codes_typed_as_numbers_and_cut_codes(tmp_path: Path) -> None:
    rows = [("名称", "类型", "代码"), ("甲社区", "社区", 130404001001), ("乙社区", "社区", 123456789012345678)]
    answer = reading(workbook(tmp_path / "a.xlsx", {"区域": rows}))
    assert codes(answer) == [("code-cut", 3, "C")]
    data = clean(workbook(tmp_path / "b.xlsx", {"区域": rows[:2]}))
    assert data.nodes["Area"]["code"].to_list() == ["130404001001"]
    assert data.nodes["Area"]["id"].to_list() == ["fuxing.130404001001"]


def test_a_number_like_2020_1_in_a_date_column_is_an_error(tmp_path: Path) -> None:
    rows = [
        ("名称", "类型", "成立日期"),
        ("甲党委", "党委", 2020.1),
        ("乙党委", "党委", "2020.1"),
        ("丙党委", "党委", 43831),
    ]
    answer = reading(workbook(tmp_path / "a.xlsx", {"党组织": rows}))
    assert codes(answer) == [("date-ambiguous", 2, "C")]


def test_a_number_that_shows_year_and_month_is_read_as_shown(tmp_path: Path) -> None:
    with xlsxwriter.Workbook(str(tmp_path / "a.xlsx")) as book:
        sheet = book.add_worksheet("党组织")
        sheet.write_row(0, 0, ("名称", "类型", "成立日期", "党员数"))
        shown = (book.add_format({"num_format": "0.00"}), book.add_format({"num_format": "0.00_ "}), None)
        for i, look in enumerate(shown, 1):
            sheet.write_row(i, 0, (f"{i}党委", "党委"))
            sheet.write_number(i, 2, 2020.1, look)
        sheet.write_row(4, 0, ("4党委", "党委"))
        sheet.write_number(4, 2, 2020.01, shown[0])
    answer = reading(tmp_path / "a.xlsx")
    assert codes(answer) == [("date-ambiguous", 4, "C")]
    book = openpyxl.load_workbook(tmp_path / "a.xlsx")
    book["党组织"]["C4"] = None
    book.save(tmp_path / "b.xlsx")
    dates = clean(tmp_path / "b.xlsx").nodes["Organization"]["established"].to_list()
    assert dates == ["2020-10-01", "2020-10-01", None, "2020-01-01"]


def test_error_cells_of_excel_are_found(tmp_path: Path) -> None:
    with xlsxwriter.Workbook(str(tmp_path / "a.xlsx")) as book:
        sheet = book.add_worksheet("区域")
        for i, row in enumerate(AREAS):
            sheet.write_row(i, 0, row)
        sheet.write_formula(3, 1, "=#REF!", None, "#REF!")
    assert codes(reading(tmp_path / "a.xlsx")) == [("cell-error", 4, "B")]


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "file-empty"),
        (b" \r\n \r\n", "file-empty"),
        (b"%PDF-1.7 ...", "file-type"),
        (b"\x89PNG\r\n\x1a\n", "file-type"),
        (b"PK\x03\x04 not a zip", "file-unreadable"),
        (bytes.fromhex("D0CF11E0A1B11AE1") + b"\0" * 600, "file-unreadable"),
        (bytes.fromhex("D0CF11E0A1B11AE1") + b"\0" * 64 + "EncryptedPackage".encode("utf-16-le"), "file-encrypted"),
        (b"\xff\xfe\x00\xd8\x41\x00\x2c\x00", "file-encoding"),
        (struct.pack("<64d", *[1.5] * 64), "file-encoding"),
        (b"<html><body>404</body></html>", "file-type"),
    ],
)
def test_what_is_no_table_is_one_error_with_a_remedy(tmp_path: Path, content: bytes, code: str) -> None:
    (tmp_path / "a.xlsx").write_bytes(content)
    answer = reading(tmp_path / "a.xlsx")
    assert [e["code"] for e in answer.errors] == [code]
    assert answer.dataset is None
    assert answer.errors[0]["remedy"]


def test_missing_file_and_empty_folder(tmp_path: Path) -> None:
    with pytest.raises(NotFoundError):
        reading(tmp_path / "none.xlsx")
    with pytest.raises(InputError, match="没有表格"):
        reading(tmp_path)


def test_zip_bomb_is_refused_quickly(tmp_path: Path) -> None:
    workbook(tmp_path / "a.xlsx", {"区域": AREAS})
    with zipfile.ZipFile(tmp_path / "a.xlsx", "a", zipfile.ZIP_DEFLATED) as package:
        package.writestr("xl/media/bomb.bin", bytes(310_000_000))
    start = time.monotonic()
    assert codes(reading(tmp_path / "a.xlsx")) == [("file-too-large", None, None)]
    assert time.monotonic() - start < 10


def test_a_cell_far_from_the_table_is_refused(tmp_path: Path) -> None:
    with xlsxwriter.Workbook(str(tmp_path / "a.xlsx")) as book:
        sheet = book.add_worksheet("区域")
        for i, row in enumerate(AREAS):
            sheet.write_row(i, 0, row)
        sheet.write_string(1_048_575, 16_383, "远")
    assert [e["code"] for e in reading(tmp_path / "a.xlsx").errors] == ["sheet-too-large"]


def test_a_far_format_without_text_is_harmless(tmp_path: Path) -> None:
    with xlsxwriter.Workbook(str(tmp_path / "a.xlsx")) as book:
        sheet = book.add_worksheet("区域")
        for i, row in enumerate(AREAS):
            sheet.write_row(i, 0, row)
        sheet.write_blank(1_048_575, 16_383, None, book.add_format({"bold": True}))
    assert names(clean(tmp_path / "a.xlsx"), "Area") == NAMES


def test_too_many_columns_and_entities_are_refused(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text(",".join(["名称"] * 100_000))
    assert [e["code"] for e in reading(tmp_path / "a.csv").errors] == ["file-too-wide"]
    (tmp_path / "b.xls").write_text(
        '<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "b">]>'
        '<Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet">&a;</Workbook>'
    )
    assert [e["code"] for e in reading(tmp_path / "b.xls").errors] == ["file-unreadable"]


def test_a_file_of_200_mb_is_refused_unread(tmp_path: Path) -> None:
    with (tmp_path / "a.csv").open("wb") as stream:
        stream.truncate(200_000_000)
    assert [e["code"] for e in reading(tmp_path / "a.csv").errors] == ["file-too-large"]
