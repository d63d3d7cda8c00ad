"""The form of a Word file: pages and grid by GB/T 9704, styles with official font names, page numbers, templates."""

from __future__ import annotations

import io
import zipfile
import zlib
from collections.abc import Iterator
from typing import Any

import docx
from docx.document import Document
from docx.enum.section import WD_ORIENT
from docx.enum.style import WD_STYLE_TYPE
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.opc.exceptions import PackageNotFoundError
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.section import Section
from docx.shared import Mm, Pt
from docx.text.paragraph import Paragraph
from lxml.etree import LxmlError

from graph.errors import InputError

LATIN = "Times New Roman"
TITLE, FANG, HEI, KAI, SONG = "方正小标宋简体", "仿宋_GB2312", "黑体", "楷体_GB2312", "宋体"
LINE_PITCH, CHAR_SPACE = "579", "-848"  # 22 lines of 28 characters (print.md)
BODY, TABLE_TEXT, TABLE_HEAD, NOTE = "Normal", "表格文字", "表格标题", "附注"
FORMS: dict[str, tuple[str, float]] = {
    "Title": (TITLE, 22),
    "Heading 1": (HEI, 16),
    "Heading 2": (KAI, 16),
    "Heading 3": (FANG, 16),
    TABLE_HEAD: (HEI, 12),
    TABLE_TEXT: (FANG, 10.5),
    NOTE: (FANG, 12),
}
"""Style → East Asian font and size in points; the body is 仿宋 16."""
UPRIGHT = {"width": 210, "height": 297, "top": 37, "bottom": 35, "left": 28, "right": 26}
LYING = {"width": 297, "height": 210, "top": 28, "bottom": 26, "left": 35, "right": 37}
FOOTER_MM = 23.0  # page numbers hang 7 mm under the print area: 35 − 7 − the line itself
BODY_PLACE = "{{正文}}"
_BROKEN = (
    zipfile.BadZipFile,
    zlib.error,
    PackageNotFoundError,
    KeyError,
    ValueError,
    LxmlError,
    AttributeError,
    EOFError,
)


def new_document(mark: str) -> Document:
    """An empty document with our styles, pages, page numbers and the mark at the head of every page."""
    document = docx.Document()
    add_styles(document, over=True)
    document.settings.odd_and_even_pages_header_footer = True
    _modern(document)
    section = document.sections[0]
    set_page(section, UPRIGHT)
    for footer, side in (
        (section.footer, WD_ALIGN_PARAGRAPH.RIGHT),
        (section.even_page_footer, WD_ALIGN_PARAGRAPH.LEFT),
    ):
        _page_number(footer.paragraphs[0], side)
    for header in (section.header, section.even_page_header):
        _header(header.paragraphs[0], mark)
    return document


def opened(template: bytes) -> Document:
    """A user's template, with our styles where it has none of that name. `InputError` for a file that is broken."""
    try:
        document = docx.Document(io.BytesIO(template))
        if document.element.body is None or not document.sections:
            raise ValueError
        add_styles(document, over=False)
    except _BROKEN:
        raise InputError(
            "Word 模板打不开：不是完好的 .docx 文件。",
            "请用 Word 或 WPS 打开模板，另存为 .docx 后重试；或去掉 --template。",
            code="template-broken",
        ) from None
    return document


def set_page(section: Section, form: dict[str, int]) -> None:
    """Paper, margins and the grid of lines and characters."""
    section.orientation = WD_ORIENT.LANDSCAPE if form["width"] > form["height"] else WD_ORIENT.PORTRAIT
    section.page_width, section.page_height = Mm(form["width"]), Mm(form["height"])
    section.top_margin, section.bottom_margin = Mm(form["top"]), Mm(form["bottom"])
    section.left_margin, section.right_margin = Mm(form["left"]), Mm(form["right"])
    section.header_distance = Mm(min(25, form["top"] - 8) if form["top"] > 10 else 3)
    section.footer_distance = Mm(min(FOOTER_MM, form["bottom"] - 12) if form["bottom"] > 12 else 3)
    properties = section._sectPr
    for old in properties.findall(qn("w:docGrid")):
        properties.remove(old)
    grid = OxmlElement("w:docGrid")
    grid.set(qn("w:type"), "linesAndChars")
    grid.set(qn("w:linePitch"), LINE_PITCH)
    grid.set(qn("w:charSpace"), CHAR_SPACE)
    properties.append(grid)


def add_styles(document: Document, *, over: bool) -> None:
    """Real styles for title, headings, body, tables and notes; `over`: also where the document has its own."""
    styles = document.styles
    names = {s.name for s in styles}
    if over:
        _body(styles[BODY])
    for name, (font, size) in FORMS.items():
        if name in names and not over:
            continue
        style = styles[name] if name in names else styles.add_style(name, WD_STYLE_TYPE.PARAGRAPH)
        style.base_style = styles[BODY] if BODY in {s.name for s in styles} else None
        _clear(style.element)
        set_font(style.element.get_or_add_rPr(), font, size)
        form = style.paragraph_format
        form.space_before = form.space_after = Pt(0)
        if name in ("Title", TABLE_HEAD):
            form.alignment = WD_ALIGN_PARAGRAPH.CENTER
        if name in ("Title", TABLE_HEAD, TABLE_TEXT, NOTE):
            _indent(style.element.get_or_add_pPr(), 0)
        if name in (TABLE_HEAD, TABLE_TEXT, NOTE):
            _off_grid(style.element.get_or_add_pPr())
        if name == TABLE_TEXT:
            form.alignment = WD_ALIGN_PARAGRAPH.LEFT
        form.keep_with_next = name.startswith("Heading") or name == TABLE_HEAD


def _modern(document: Document) -> None:
    """Chinese as the language, and no compatibility mode (the library's template speaks of Word 2010 and Japanese)."""
    settings = document.settings.element
    for mode in settings.iter(qn("w:compatSetting")):
        if mode.get(qn("w:name")) == "compatibilityMode":
            mode.set(qn("w:val"), "15")
    for element in (*settings.iter(qn("w:themeFontLang")), *document.styles.element.iter(qn("w:lang"))):
        element.set(qn("w:eastAsia"), "zh-CN")


def _body(style: Any) -> None:
    _clear(style.element)
    set_font(style.element.get_or_add_rPr(), FANG, 16)
    properties = style.element.get_or_add_pPr()
    _indent(properties, 200)
    style.paragraph_format.alignment = WD_ALIGN_PARAGRAPH.JUSTIFY
    style.paragraph_format.space_before = style.paragraph_format.space_after = Pt(0)
    style.paragraph_format.line_spacing = 1.0
    style.paragraph_format.widow_control = False


def _clear(element: Any) -> None:
    """Drop what the library's own template says: bold, blue, lines under titles."""
    for tag in ("w:pPr", "w:rPr"):
        for old in element.findall(qn(tag)):
            outline = old.find(qn("w:outlineLvl"))
            element.remove(old)
            if outline is not None:
                element.get_or_add_pPr().append(outline)


def set_font(properties: Any, font: str, size: float) -> None:
    """East Asian `font`, Times New Roman for digits and Latin, `size` in points."""
    fonts = OxmlElement("w:rFonts")
    for attribute, name in (("ascii", LATIN), ("hAnsi", LATIN), ("cs", LATIN), ("eastAsia", font)):
        fonts.set(qn(f"w:{attribute}"), name)
    properties.insert(0, fonts)
    for tag in ("w:sz", "w:szCs"):
        element = OxmlElement(tag)
        element.set(qn("w:val"), str(round(size * 2)))
        properties.append(element)


def _indent(properties: Any, hundredths: int) -> None:
    """First line indented by hundredths of a character."""
    for old in properties.findall(qn("w:ind")):
        properties.remove(old)
    indent = OxmlElement("w:ind")
    indent.set(qn("w:firstLineChars"), str(hundredths))
    indent.set(qn("w:firstLine"), str(round(hundredths * 3.2)))
    properties.insert_element_before(indent, "w:contextualSpacing", "w:mirrorIndents", "w:jc", "w:outlineLvl", "w:rPr")


def _off_grid(properties: Any) -> None:
    snap = OxmlElement("w:snapToGrid")
    snap.set(qn("w:val"), "0")
    properties.insert_element_before(snap, "w:spacing", "w:ind", "w:contextualSpacing", "w:jc", "w:outlineLvl", "w:rPr")


def _page_number(paragraph: Paragraph, side: Any) -> None:
    """— 1 — with one character free at the outer side."""
    paragraph.alignment = side
    _indent(paragraph._p.get_or_add_pPr(), 0)
    for text in ("　— ", "PAGE", " —　"):
        run = paragraph.add_run("" if text == "PAGE" else text)
        set_font(run._r.get_or_add_rPr(), SONG, 14)
        if text == "PAGE":
            add_field(run._r, "PAGE", "1")


def _header(paragraph: Paragraph, mark: str) -> None:
    paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
    _indent(paragraph._p.get_or_add_pPr(), 0)
    run = paragraph.add_run(mark)
    set_font(run._r.get_or_add_rPr(), HEI, 10.5)


def add_field(run: Any, instruction: str, shown: str) -> None:
    """A field (PAGE …) with what it shows until Word works it out."""
    for kind in ("begin", "instr", "separate", "text", "end"):
        if kind == "instr":
            element = OxmlElement("w:instrText")
            element.set(qn("xml:space"), "preserve")
            element.text = instruction
        elif kind == "text":
            element = OxmlElement("w:t")
            element.text = shown
        else:
            element = OxmlElement("w:fldChar")
            element.set(qn("w:fldCharType"), kind)
        run.append(element)


def every_paragraph(document: Document) -> Iterator[Paragraph]:
    """Paragraphs of the body, its tables, headers and footers."""
    yield from document.paragraphs
    for table in document.tables:
        for row in table.rows:
            for cell in row.cells:
                yield from cell.paragraphs
    for section in document.sections:
        for part in (section.header, section.footer, section.even_page_header, section.even_page_footer):
            if not part.is_linked_to_previous:
                yield from part.paragraphs


def filled(document: Document, words: dict[str, str]) -> set[str]:
    """Put words in the place of {{标题}} and the like; the places that were there."""
    found = set()
    for paragraph in every_paragraph(document):
        text = paragraph.text
        here = [name for name in words if "{{" + name + "}}" in text]
        if here:
            for name in here:
                text = text.replace("{{" + name + "}}", words[name])
            for run in paragraph.runs[1:]:
                run._r.getparent().remove(run._r)
            paragraph.runs[0].text = text
            found |= set(here)
    return found
