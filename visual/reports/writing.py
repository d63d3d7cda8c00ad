"""A report to bytes: the one place that knows the three writers."""

from __future__ import annotations

from graph.errors import NotFoundError, ParameterError
from visual.reports.content import Report
from visual.reports.kinds import FORMATS
from visual.reports.pdf import Tools, Written, write_pdf
from visual.reports.workbook import write_xlsx


def write(report: Report, fmt: str, tools: Tools, template: bytes | None = None) -> Written:
    """The file of a report.

    Args:
        fmt: one of FORMATS.
        template: a Word file of the user's (docx only).

    Raises NotFoundError for another format, ParameterError for a template with another format than docx.
    """
    if fmt not in FORMATS:
        raise NotFoundError("没有这种报告格式。", f"可用的格式：{'、'.join(FORMATS)}。", code="format-unknown")
    if template is not None and fmt != "docx":
        raise ParameterError("模板只用于 docx。", "请把 -o 的扩展名改为 .docx，或去掉 --template。")
    if fmt == "docx":
        # Imported here: a fifth of a second that every other command would pay.
        from visual.reports.word import write_docx

        return write_docx(report, tools, template)
    return write_xlsx(report) if fmt == "xlsx" else write_pdf(report, tools)
