"""A report as an editable Word file: real styles and tables, repeated header rows, pages and grid of 公文."""

from __future__ import annotations

import datetime as dt
import io
import zipfile

from docx.document import Document
from docx.enum.section import WD_SECTION
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_BREAK
from docx.oxml import OxmlElement, parse_xml
from docx.oxml.ns import qn
from docx.shared import Emu, Mm, Pt
from docx.text.paragraph import Paragraph as WordParagraph

from visual.render import render
from visual.reports.content import Block, Paragraph, Picture, Report, Table, outline
from visual.reports.pdf import Tools, Written, marks, signature, table_notes
from visual.reports.word_form import (
    BODY_PLACE,
    KAI,
    LYING,
    NOTE,
    TABLE_HEAD,
    TABLE_TEXT,
    UPRIGHT,
    filled,
    new_document,
    opened,
    set_font,
    set_page,
)
from visual.reports.word_table import imprint_xml, table_xml
from visual.sheet import POINTS_PER_MM, chinese_date
from visual.text import clean

PICTURE_DPI = 150.0
PICTURE_MARGIN_MM = 10
ZIP_TIME = (1980, 1, 1, 0, 0, 0)


def write_docx(report: Report, tools: Tools, template: bytes | None = None) -> Written:
    """The Word file of a report. Same report, same template, same bytes.

    Args:
        template: the user's own: its styles, pages, headers and footers are kept; the report takes the place of a
            paragraph {{正文}} or stands at the end; {{标题}} {{单位}} {{日期}} {{截至}} are filled in.

    Raises `InputError` for a broken template, `UnavailableError` when a chart cannot be drawn.
    """
    document = new_document(marks(report)) if template is None else opened(template)
    writer = _Writer(document, report, tools, own=template is not None)
    writer.write()
    _properties(document, report)
    saved = io.BytesIO()
    document.save(saved)
    return Written([_same_bytes(saved.getvalue())])


class _Writer:
    """The open document with where we are in it: which page form, how many tables. It ends with `write`."""

    def __init__(self, document: Document, report: Report, tools: Tools, *, own: bool) -> None:
        self.document, self.report, self.tools, self.own = document, report, tools, own
        self.form = "upright"
        self.tables = 0
        self.upright = UPRIGHT if not own else None

    def write(self) -> None:
        """Everything in order; in a template the new parts move to its {{正文}}."""
        report, body = self.report, self.document.element.body
        words = {
            "标题": "".join(report.title),
            "单位": clean(report.imprint.unit),
            "日期": chinese_date(report.imprint.signed or report.as_of),
            "截至": chinese_date(report.as_of),
        }
        done = filled(self.document, words) if self.own else set()
        place = next((p for p in self.document.paragraphs if p.text.strip() == BODY_PLACE), None) if self.own else None
        if self.own and place is None and not any(p.text.strip() for p in self.document.paragraphs) and not done:
            for paragraph in list(self.document.paragraphs):
                paragraph._p.getparent().remove(paragraph._p)
        before = list(body)
        if self.own and marks(report):
            self.line(marks(report), "Normal", WD_ALIGN_PARAGRAPH.CENTER)
        if "标题" not in done:
            self.head()
        self.body()
        if place is not None:
            self.section("upright")
            for element in [e for e in body if e not in before and e.tag != qn("w:sectPr")]:
                place._p.addprevious(element)
            place._p.getparent().remove(place._p)

    def head(self) -> None:
        """Title and day; of a book on a cover with the contents behind it."""
        report = self.report
        if report.book:
            for _ in range(5):
                self.document.add_paragraph()
        title = self.document.add_paragraph(style="Title")
        for n, line in enumerate(report.title):
            run = title.add_run(line)
            if n < len(report.title) - 1:
                run.add_break()
        day = self.line(f"（截至{chinese_date(report.as_of)}）", "Normal", WD_ALIGN_PARAGRAPH.CENTER)
        set_font(day.runs[0]._r.get_or_add_rPr(), KAI, 16)
        self.document.add_paragraph()
        if report.book:
            for line in signature(report):
                self.line(line, "Normal", WD_ALIGN_PARAGRAPH.CENTER)
            self.contents()

    def contents(self) -> None:
        """目录 as a field that Word can update; until then it shows the headings."""
        head = self.line("目　录", "Title", WD_ALIGN_PARAGRAPH.CENTER)
        head.paragraph_format.page_break_before = True
        titles = [(level, title) for level, title, _ in outline(self.report.sections) if level < 3]
        for n, (level, title) in enumerate(titles):
            entry = self.line("", "Normal", WD_ALIGN_PARAGRAPH.LEFT)
            entry.paragraph_format.left_indent = Pt(16 * (level - 1) * 2)
            if n == 0:
                _field_part(entry, "begin", 'TOC \\o "1-2" \\h \\z \\u')
            entry.add_run(title)
            if n == len(titles) - 1:
                _field_part(entry, "end", "")
        self.document.add_paragraph().add_run().add_break(WD_BREAK.PAGE)

    def body(self) -> None:
        """From 主送 to 版记."""
        report = self.report
        if report.imprint.recipient:
            self.line(clean(report.imprint.recipient).rstrip("：:") + "：", "Normal", None)
        for paragraph in report.lead:
            self.text(paragraph.text)
        for level, title, blocks in outline(report.sections):
            self.section("upright")
            self.document.add_paragraph(title, style=f"Heading {level}")
            for block in blocks:
                self.block(block)
        self.section("upright")
        many = len(report.attachments) > 1
        for n, section in enumerate(report.attachments, 1):
            head = "附件：" if n == 1 else "　　　"
            self.text(head + (f"{n}." if many else "") + section.title)
        if not report.book:
            self.signed()
        self.line("附注", TABLE_HEAD, WD_ALIGN_PARAGRAPH.LEFT)
        for n, sentence in enumerate(report.basis, 1):
            self.document.add_paragraph(f"{n}.{clean(sentence)}", style=NOTE)
        for n, section in enumerate(report.attachments, 1):
            wide = isinstance(section.blocks[0], Table) and section.blocks[0].wide
            self.section("lying" if wide else "upright")
            name = self.line("附件" + (str(n) if many else ""), "Heading 1", WD_ALIGN_PARAGRAPH.LEFT)
            name.paragraph_format.page_break_before = not wide
            for block in section.blocks:
                self.block(block)
        self.copies()

    def block(self, block: Block) -> None:
        """One paragraph, table or chart, on a page of its form."""
        if isinstance(block, Paragraph):
            self.section("upright")
            self.text(block.text)
        elif isinstance(block, Table):
            self.section("lying" if block.wide else "upright")
            self.table(block)
        else:
            self.picture(block)

    def section(self, form: str) -> None:
        """Go on pages of this form; nothing happens where we are on one."""
        if form == self.form:
            return
        made = self.document.add_section(WD_SECTION.NEW_PAGE)
        set_page(made, LYING if form == "lying" else UPRIGHT)
        self.form = form

    def text(self, text: str) -> None:
        """A paragraph of the body."""
        self.document.add_paragraph(clean(text))

    def line(self, text: str, style: str, side: WD_ALIGN_PARAGRAPH | None) -> WordParagraph:
        """A line without indent."""
        paragraph = self.document.add_paragraph(clean(text), style=style)
        if side is not None:
            paragraph.alignment = side
        indent = OxmlElement("w:ind")
        indent.set(qn("w:firstLineChars"), "0")
        indent.set(qn("w:firstLine"), "0")
        properties = paragraph._p.get_or_add_pPr()
        properties.insert_element_before(indent, "w:contextualSpacing", "w:jc", "w:outlineLvl", "w:rPr", "w:sectPr")
        return paragraph

    def table(self, table: Table) -> None:
        """A real table in its width, the header row repeated on every page."""
        self.tables += 1
        self.document.add_paragraph(f"表{self.tables}　{table.title}", style=TABLE_HEAD)
        last = self.document.sections[-1]
        width = (last.page_width or Mm(210)) - (last.left_margin or Mm(28)) - (last.right_margin or Mm(26))
        element = parse_xml(table_xml(table, int(Emu(width).twips), self.document.styles[TABLE_TEXT].style_id))
        self.document.element.body.insert_element_before(element, "w:sectPr")
        for note in table_notes(table):
            self.line(f"注：{note}", TABLE_TEXT, None)
        self.line("", TABLE_TEXT, None)  # Word wants a paragraph behind a table before the page ends.

    def picture(self, picture: Picture) -> None:
        """The chart's pages as pictures, each in a section of its own paper."""
        drawn = picture.drawing
        images = render(drawn, "png", dot=self.tools.dot, font_dir=self.tools.font_dir, dpi=PICTURE_DPI)
        for page, image in zip(drawn.pages, images, strict=True):
            width, height = round(page.width / POINTS_PER_MM), round(page.height / POINTS_PER_MM)
            margin = PICTURE_MARGIN_MM
            sides = dict.fromkeys(("top", "bottom", "left", "right"), margin)
            section = self.document.add_section(WD_SECTION.NEW_PAGE)
            set_page(section, {"width": width, "height": height, **sides})
            self.form = "picture"
            paragraph = self.line("", TABLE_TEXT, WD_ALIGN_PARAGRAPH.CENTER)
            shown = paragraph.add_run().add_picture(io.BytesIO(image), height=Mm(height - 2 * margin - 4))
            shown._inline.docPr.set("descr", picture.title)

    def signed(self) -> None:
        """署名 and date, the shorter centred under the longer as far as a right indent can do that."""
        lines = signature(self.report)
        if lines:
            self.document.add_paragraph()
            longest = max(len(line) for line in lines)
            for text in lines:
                paragraph = self.line(text, "Normal", WD_ALIGN_PARAGRAPH.RIGHT)
                paragraph.paragraph_format.right_indent = Pt(16 * (2 + (longest - len(text)) / 2))

    def copies(self) -> None:
        """版记 at the foot of the last even page."""
        said = clean(self.report.imprint.copies).rstrip("。")
        if said:
            set_page(self.document.add_section(WD_SECTION.EVEN_PAGE), UPRIGHT)
            self.document.element.body.insert_element_before(parse_xml(imprint_xml(said)), "w:sectPr")
            self.document.add_paragraph()


def _field_part(paragraph: WordParagraph, kind: str, instruction: str) -> None:
    """The begin of a field, with its instruction and the mark that what follows is shown, or its end."""
    run = paragraph.add_run()._r
    for type_ in ("begin", "separate") if kind == "begin" else ("end",):
        mark = OxmlElement("w:fldChar")
        mark.set(qn("w:fldCharType"), type_)
        run.append(mark)
        if type_ == "begin":
            said = OxmlElement("w:instrText")
            said.set(qn("xml:space"), "preserve")
            said.text = instruction
            run.append(said)


def _properties(document: Document, report: Report) -> None:
    """Core properties with the answer's day: the same report is the same file."""
    found, noon = document.core_properties, dt.datetime.combine(report.as_of, dt.time())
    found.title, found.author = "".join(report.title), clean(report.imprint.unit)
    found.last_modified_by, found.comments, found.revision = clean(report.imprint.unit), "", 1
    found.created = found.modified = noon


def _same_bytes(content: bytes) -> bytes:
    """The archive with every time of day taken out."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(out, "w") as new:
        for name in old.namelist():
            new.writestr(zipfile.ZipInfo(name, ZIP_TIME), old.read(name), zipfile.ZIP_DEFLATED)
    return out.getvalue()
