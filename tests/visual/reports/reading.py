"""Reading reports back: the numbers that stand in a PDF, a Word file and a workbook."""

from __future__ import annotations

import io
import re
from collections import Counter
from typing import Any

import docx
import openpyxl
import pypdf
from docx.oxml.ns import qn

NUMBER = re.compile(r"\d+(?:\.\d+)?%?")
PAGE_NUMBER = re.compile(r"—\s*\d+\s*—")


def numbers(texts: list[str]) -> Counter[str]:
    """How often each number (88.3% is one, other than 88.3) stands in some texts."""
    return Counter(n for text in texts for n in NUMBER.findall(text.replace("\u200b", "")))


def of_pdf(content: bytes) -> list[str]:
    """The text of each page without its page number."""
    pages = pypdf.PdfReader(io.BytesIO(content)).pages
    return [PAGE_NUMBER.sub("", page.extract_text()) for page in pages]


def of_docx(content: bytes) -> list[str]:
    """Paragraphs of the body and of the cells of its tables."""
    body = docx.Document(io.BytesIO(content)).element.body
    return ["".join(t.text or "" if t.tag == qn("w:t") else " " for t in _parts(p)) for p in body.iter(qn("w:p"))]


def _parts(paragraph: Any) -> list[Any]:
    return [e for e in paragraph.iter() if e.tag in (qn("w:t"), qn("w:br"))]


def of_xlsx(content: bytes) -> list[str]:
    """The lines of the first sheet and the cells below the headers of the others, rates as they are shown."""
    book = openpyxl.load_workbook(io.BytesIO(content))
    texts = [str(row[0].value) for row in book.worksheets[0].iter_rows() if row[0].value]
    for sheet in book.worksheets[1:]:
        for row in sheet.iter_rows(min_row=3):
            texts += [shown(cell) for cell in row if cell.value is not None]
    return texts


def shown(cell: Any) -> str:
    """What Excel shows of a cell."""
    if isinstance(cell.value, int | float) and cell.number_format.endswith("%"):
        decimals = len(cell.number_format.partition(".")[2]) - 1 if "." in cell.number_format else 0
        return f"{cell.value * 100:.{decimals}f}%"
    return str(cell.value)
