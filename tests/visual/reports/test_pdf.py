"""The PDF is a 公文: page, print area, lines and characters, page numbers, fonts, and what happens when it fails."""

from __future__ import annotations

import datetime as dt
import io
import re
from dataclasses import replace
from pathlib import Path

import pypdf
import pytest

from api.specimens import specimen
from graph.errors import UnavailableError
from visual.reports.content import Imprint, Paragraph, Report, Section
from visual.reports.pdf import Tools, as_json, run_typst, write_pdf
from visual.reports.typesetting import chosen

MM = 72 / 25.4
LINES, CHARACTERS = 22, 28


def letter(*paragraphs: str, imprint: Imprint | None = None, title: tuple[str, ...] = ("测试",)) -> Report:
    body = tuple(Paragraph(text) for text in paragraphs)
    section = Section("甲", body)
    day = dt.date(2026, 1, 5)
    return Report("coverage", title, day, 1, (), (section,), (), ("口径。",), 0, imprint or Imprint())


def pages(report: Report) -> list[pypdf.PageObject]:
    return list(pypdf.PdfReader(io.BytesIO(write_pdf(report, Tools()).files[0])).pages)


def placed(page: pypdf.PageObject) -> dict[float, str]:
    """The text of a page by the height of its baseline in points from the bottom."""
    found: dict[float, str] = {}

    def visit(text: str, matrix: list[float], *_: object) -> None:
        if text.strip():
            at = round(matrix[5], 1)
            found[at] = found.get(at, "") + text.strip()

    page.extract_text(visitor_text=visit)
    return found


def test_a_page_holds_22_lines_of_28_characters() -> None:
    whole = pages(letter("测" * 2000))[1]
    lines = {y: text for y, text in placed(whole).items() if set(text) == {"测"}}
    assert len(lines) == LINES
    assert {len(text) for text in lines.values()} == {CHARACTERS}
    heights = sorted(lines, reverse=True)
    assert heights[0] - heights[-1] == pytest.approx((LINES - 1) * 28.99, abs=0.5)
    assert heights[0] == pytest.approx((297 - 37) * MM - 0.88 * 16, abs=0.5)


def test_pages_are_a4_and_numbered_outside() -> None:
    found = pages(letter("测" * 3000))
    assert {(round(float(p.mediabox.width) / MM), round(float(p.mediabox.height) / MM)) for p in found} == {(210, 297)}
    for n, page in enumerate(found, 1):
        assert re.sub(r"\s", "", page.extract_text()).endswith(f"—{n}—")


def test_fonts_are_embedded_and_the_text_can_be_selected() -> None:
    page = pages(letter("党组织覆盖情况"))[0]
    fonts = page["/Resources"]["/Font"].values()  # type: ignore[index]
    descriptors = [f.get_object()["/DescendantFonts"][0].get_object()["/FontDescriptor"] for f in fonts]
    assert descriptors and all({"/FontFile3", "/FontFile2"} & set(d.get_object()) for d in descriptors)
    assert "党组织覆盖情况" in page.extract_text()


def test_nothing_in_the_content_is_markup() -> None:
    nasty = r"#panic() $x$ *粗* _斜_ @引 <标> `码` \u{41} // 注 𠮷 & \" ' [[]]"
    written = write_pdf(letter(nasty), Tools())
    text = pypdf.PdfReader(io.BytesIO(written.files[0])).pages[0].extract_text()
    assert "#panic()" in text and "<标>" in text and "// 注" in text
    assert any("𠮷（U+20BB7）" in w for w in written.warnings)


def test_the_signature_is_written_only_where_a_unit_is_given() -> None:
    bare = pages(letter("正文"))[0].extract_text()
    assert "2026年1月5日" in bare and "组织部" not in bare
    signed = letter("正文", imprint=Imprint(unit="某区委组织部", signed=dt.date(2026, 2, 9), recipient="各街道党工委"))
    text = pages(signed)[0].extract_text()
    assert "某区委组织部" in text and "2026年2月9日" in text
    assert "各街道党工委：" in text


def test_copies_stand_on_an_even_page_and_the_mark_on_every_page() -> None:
    found = pages(replace(letter("正文", imprint=Imprint(copies="区纪委、区政府", mark="内部资料")), generated=3))
    assert len(found) % 2 == 0
    assert "抄送：区纪委、区政府。" in found[-1].extract_text()
    assert all("含示例数据，不得作为正式材料；内部资料" in p.extract_text() for p in found)


def test_charts_are_vectors_on_pages_of_their_own_size() -> None:
    found = specimen("booklet", "fuxing")
    reader = pypdf.PdfReader(io.BytesIO(write_pdf(found, Tools()).files[0]))
    sizes = {(round(float(p.mediabox.width) / MM), round(float(p.mediabox.height) / MM)) for p in reader.pages}
    assert sizes >= {(210, 297), (420, 297)}
    assert not any("/Image" in str(p.get("/Resources", {}).get("/XObject", {})) for p in reader.pages)
    assert [entry.title for entry in reader.outline if not isinstance(entry, list)][:2] == [
        "一、基本情况",
        "二、组织体系",
    ]


def test_a_report_that_takes_too_long_is_stopped() -> None:
    with pytest.raises(UnavailableError, match="时限"):
        write_pdf(letter("正文"), Tools(timeout=0.01))


def test_a_request_the_child_cannot_set_is_told() -> None:
    with pytest.raises(UnavailableError, match="没有排成"):
        run_typst({"report": {}, "inputs": {}, "folders": [], "format": "pdf", "ppi": 72.0, "timestamp": 0}, 20.0)


def test_a_font_folder_that_is_missing_is_told(tmp_path: Path) -> None:
    with pytest.raises(UnavailableError, match="FONT_DIR"):
        write_pdf(letter("正文"), Tools(font_dir=str(tmp_path / "none")))


def test_official_faces_are_taken_where_they_are() -> None:
    fonts, replaced = chosen({"方正小标宋简体", "Times New Roman", "Noto Serif SC"})
    assert fonts["title"] == [{"name": "Times New Roman", "covers": "latin-in-cjk"}, "方正小标宋简体", "Noto Serif SC"]
    assert replaced == ["仿宋", "楷体", "黑体", "宋体"]


def test_tables_are_numbered_through_the_report() -> None:
    content = as_json(specimen("coverage", "fuxing"), {}, Tools())
    every = [*content["items"], *(i for a in content["attachments"] for i in a["items"])]
    titles = [i["title"] for i in every if i["type"] == "table"]
    assert [t.partition("　")[0] for t in titles] == [f"表{n}" for n in range(1, len(titles) + 1)]
