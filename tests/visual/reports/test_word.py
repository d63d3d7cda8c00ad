"""The Word file: real styles, tables and sections, the grid of 公文, a user's own template, broken templates."""

from __future__ import annotations

import io
import zipfile
from dataclasses import replace
from functools import cache

import docx
import pytest
from docx.document import Document
from docx.oxml.ns import qn
from docx.shared import Mm

from api.specimens import specimen
from graph.errors import InputError, ParameterError
from visual.reports.content import Imprint, Report
from visual.reports.pdf import Tools
from visual.reports.word import write_docx
from visual.reports.writing import write


@cache
def report() -> Report:
    return specimen("coverage", "fuxing")


def document(content: bytes) -> Document:
    return docx.Document(io.BytesIO(content))


@cache
def written() -> bytes:
    return write_docx(report(), Tools()).files[0]


def template(*paragraphs: str) -> bytes:
    made, out = docx.Document(), io.BytesIO()
    made.sections[0].left_margin = Mm(40)
    for text in paragraphs:
        made.add_paragraph(text)
    made.save(out)
    return out.getvalue()


def test_headings_and_title_are_real_styles_with_official_fonts() -> None:
    made = document(written())
    assert [p.text for p in made.paragraphs if p.style.name == "Title"] == ["复兴区党组织覆盖情况分析"]
    heads = [p.text for p in made.paragraphs if p.style.name == "Heading 1"]
    assert heads[:3] == ["一、总体情况", "二、各街道情况", "三、空白点"]
    fonts = {
        s: made.styles[s].element.rPr.find(qn("w:rFonts")).get(qn("w:eastAsia"))
        for s in ("Title", "Heading 1", "Heading 2", "Normal")
    }
    assert fonts == {
        "Title": "方正小标宋简体",
        "Heading 1": "黑体",
        "Heading 2": "楷体_GB2312",
        "Normal": "仿宋_GB2312",
    }
    assert not any(r.bold for p in made.paragraphs for r in p.runs)


def test_page_and_grid_are_those_of_the_standard() -> None:
    first, *_, last = document(written()).sections
    assert [round(v.mm) for v in (first.top_margin, first.bottom_margin, first.left_margin, first.right_margin)] == [
        37,
        35,
        28,
        26,
    ]
    assert (round(last.page_width.mm), round(last.page_height.mm)) == (297, 210)
    for section in (first, last):
        grid = section._sectPr.find(qn("w:docGrid"))
        assert {k.rpartition("}")[2]: v for k, v in grid.attrib.items()} == {
            "type": "linesAndChars",
            "linePitch": "579",
            "charSpace": "-848",
        }


def test_page_numbers_are_fields_outside_and_the_mark_is_above() -> None:
    made = document(written())
    assert made.settings.odd_and_even_pages_header_footer
    first = made.sections[0]
    for footer, side in ((first.footer, "right"), (first.even_page_footer, "left")):
        assert footer.paragraphs[0]._p.xpath(".//w:instrText")[0].text == "PAGE"
        assert footer.paragraphs[0]._p.pPr.find(qn("w:jc")).get(qn("w:val")) == side
    assert (
        first.header.paragraphs[0].text == first.even_page_header.paragraphs[0].text == "含示例数据，不得作为正式材料"
    )


def test_tables_are_real_and_repeat_their_headers() -> None:
    made = document(written())
    assert len(made.tables) == 6
    for table in made.tables:
        assert table._tbl.tr_lst[0].trPr.find(qn("w:tblHeader")) is not None
        assert all(tr.trPr.find(qn("w:cantSplit")) is not None for tr in table._tbl.tr_lst)


def test_the_order_of_properties_is_the_schemas() -> None:
    order = [
        "pStyle",
        "keepNext",
        "pageBreakBefore",
        "widowControl",
        "snapToGrid",
        "spacing",
        "ind",
        "jc",
        "outlineLvl",
    ]
    with zipfile.ZipFile(io.BytesIO(written())) as archive:
        assert archive.testzip() is None
    made = document(written())
    for part in (made.element.body, made.styles.element):
        for properties in part.iter(qn("w:pPr")):
            names = [e.tag.rpartition("}")[2] for e in properties]
            known = [n for n in names if n in order]
            assert known == sorted(known, key=order.index)


def test_charts_stand_in_sections_of_their_paper() -> None:
    book = specimen("booklet", "fuxing")
    made = document(write_docx(book, Tools()).files[0])
    papers = {(round(s.page_width.mm), round(s.page_height.mm)) for s in made.sections}
    assert papers >= {(210, 297), (420, 297)}
    pictures = made.inline_shapes
    assert len(pictures) >= 5
    assert all(shape.width.mm < 420 and shape._inline.docPr.get("descr") for shape in pictures)


def test_copies_have_an_even_page() -> None:
    made = document(write_docx(replace(report(), imprint=Imprint(copies="区纪委")), Tools()).files[0])
    assert made.sections[-1].start_type == docx.enum.section.WD_SECTION.EVEN_PAGE
    assert made.tables[-1].cell(0, 0).text == "抄送：区纪委。"


def test_a_template_keeps_its_pages_and_takes_the_report_at_its_place() -> None:
    own = template("某某区委文件", "关于{{标题}}的报告", "{{正文}}", "印发：{{截至}}")
    made = document(write_docx(report(), Tools(), own).files[0])
    texts = [p.text for p in made.paragraphs]
    assert texts[:2] == ["某某区委文件", "关于复兴区党组织覆盖情况分析的报告"]
    assert texts[-1] == "印发：2026年1月5日"
    assert "一、总体情况" in texts and "{{正文}}" not in texts
    assert "含示例数据，不得作为正式材料" in texts
    assert round(made.sections[0].left_margin.mm) == 40
    assert not any(p.style.name == "Title" for p in made.paragraphs)


def test_an_empty_template_gives_its_pages_only() -> None:
    made = document(write_docx(report(), Tools(), template()).files[0])
    assert made.paragraphs[1].text == "复兴区党组织覆盖情况分析"
    assert round(made.sections[0].left_margin.mm) == 40


def broken(kind: str) -> bytes:
    whole = template("正文")
    if kind == "text":
        return b"not a document"
    if kind == "cut":
        return whole[: len(whole) // 2]
    if kind == "workbook":
        return write(report(), "xlsx", Tools()).files[0]
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(whole)) as old, zipfile.ZipFile(out, "w") as new:
        for name in old.namelist():
            if kind == "no-part" and name == "word/document.xml":
                continue
            new.writestr(name, b"<w:document" if kind == "xml" and name == "word/document.xml" else old.read(name))
    return out.getvalue()


@pytest.mark.parametrize("kind", ["text", "cut", "workbook", "no-part", "xml"])
def test_a_broken_template_is_told_with_a_remedy(kind: str) -> None:
    with pytest.raises(InputError) as caught:
        write_docx(report(), Tools(), broken(kind))
    assert caught.value.code == "template-broken"
    assert "另存为 .docx" in caught.value.remedy


def test_a_template_is_for_word_only() -> None:
    with pytest.raises(ParameterError, match="docx"):
        write(report(), "pdf", Tools(), template())
