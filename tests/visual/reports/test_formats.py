"""The same report in three formats says the same: every number of one is in the others, as often."""

from __future__ import annotations

import re
from dataclasses import replace
from functools import cache

import pytest

from api.specimens import specimen
from tests.visual.reports.reading import numbers, of_docx, of_pdf, of_xlsx
from visual.reports.content import Report, tables
from visual.reports.kinds import FORMATS, KINDS
from visual.reports.pdf import Tools
from visual.reports.writing import write

CHANGED = {"monthly": True}
FULL = [(kind, "fuxing") for kind in KINDS] + [("coverage", "gulou"), ("pairing", "sishui"), ("claims", "lufeng")]


@cache
def made(kind: str, district: str) -> Report:
    """A report without its charts and cover: numbers in pictures and in a table of contents are no statements."""
    found = specimen(kind, district, changed=CHANGED.get(kind, False))
    return replace(found, sections=found.sections[:-1], book=False) if found.book else found


def unlabelled(report: Report, texts: list[str]) -> list[str]:
    """The texts without the numbers of attachments (附件：1.空白点清单, 附件1): these number no fact."""
    for n, section in enumerate(report.attachments, 1):
        texts = [t.replace(f"{n}.{section.title}", section.title) for t in texts]
    return [re.sub(r"附件\s*\d", "附件", t) for t in texts]


@pytest.mark.parametrize(("kind", "district"), FULL)
def test_three_formats_hold_the_same_numbers(kind: str, district: str) -> None:
    report = made(kind, district)
    assert all(len(t.rows) <= t.shown for t in tables(report))
    pdf, word, book = (write(report, fmt, Tools()).files[0] for fmt in FORMATS)
    said = numbers(unlabelled(report, of_docx(word)))
    assert sum(said.values()) > 50
    assert numbers(unlabelled(report, of_xlsx(book))) == said
    assert numbers(unlabelled(report, of_pdf(pdf))) == said


@pytest.mark.parametrize("fmt", FORMATS)
@pytest.mark.parametrize("kind", ["coverage", "monthly"])
def test_the_same_report_is_the_same_bytes(kind: str, fmt: str) -> None:
    again = specimen(kind, "fuxing", changed=CHANGED.get(kind, False))
    assert write(again, fmt, Tools()).files == write(made(kind, "fuxing"), fmt, Tools()).files


@pytest.mark.parametrize(("kind", "district"), FULL)
def test_no_rate_stands_without_its_n_and_of(kind: str, district: str) -> None:
    for text in of_docx(write(made(kind, district), "docx", Tools()).files[0]):
        rates = [n for n in numbers([text]).elements() if n.endswith("%")]
        quoted = text.count("“") or "口径" in text or "不按0%或100%计" in text or "全覆盖" in text
        assert quoted or len(rates) <= text.count("/"), text
