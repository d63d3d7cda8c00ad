"""WordprocessingML of tables, written as text: a table of a thousand rows takes no time."""

from __future__ import annotations

from collections.abc import Sequence
from xml.sax.saxutils import escape

from docx.oxml.ns import nsdecls

from visual.reports.content import Table
from visual.reports.pdf import shown_cells
from visual.reports.pdf import widths as widths_of


def table_xml(table: Table, width: int, style: str) -> str:
    """A table `width` twips wide in paragraphs of a style (its id): fixed columns, lines of 0.5 pt, no row broken over
    pages, the header on every page."""
    parts = widths_of(table)
    widths = [round(width * part / sum(parts)) for part in parts]
    grid = "".join(f'<w:gridCol w:w="{w}"/>' for w in widths)
    sides = "".join(
        f'<w:{side} w:val="single" w:sz="4" w:space="0" w:color="auto"/>'
        for side in ("top", "left", "bottom", "right", "insideH", "insideV")
    )
    kinds = ["text" if c.kind == "text" else "count" for c in table.columns]
    rows = [_row_xml([c.header for c in table.columns], widths, ["count"] * len(widths), style, bold=True, repeat=True)]
    for n, row in enumerate(shown_cells(table)):
        rows.append(_row_xml(row, widths, kinds, style, bold=n < table.leading))
    return (
        f'<w:tbl {nsdecls("w")}><w:tblPr><w:tblW w:w="{sum(widths)}" w:type="dxa"/><w:jc w:val="center"/>'
        f'<w:tblBorders>{sides}</w:tblBorders><w:tblLayout w:type="fixed"/><w:tblCellMar>'
        f'<w:left w:w="60" w:type="dxa"/>'
        f'<w:right w:w="60" w:type="dxa"/></w:tblCellMar></w:tblPr><w:tblGrid>{grid}</w:tblGrid>{"".join(rows)}</w:tbl>'
    )


def _row_xml(
    cells: Sequence[str], widths: Sequence[int], kinds: Sequence[str], style: str, *, bold: bool, repeat: bool = False
) -> str:
    hei = '<w:rPr><w:rFonts w:eastAsia="黑体"/></w:rPr>' if bold else ""
    header = "<w:tblHeader/>" if repeat else ""
    out = []
    for text, width, kind in zip(cells, widths, kinds, strict=True):
        said = "<w:br/>".join(f'<w:t xml:space="preserve">{escape(line)}</w:t>' for line in text.split("\n"))
        side = "left" if kind == "text" else "center"
        out.append(
            f'<w:tc><w:tcPr><w:tcW w:w="{width}" w:type="dxa"/><w:vAlign w:val="center"/></w:tcPr><w:p><w:pPr>'
            f'<w:pStyle w:val="{style}"/><w:jc w:val="{side}"/></w:pPr><w:r>{hei}{said}</w:r></w:p></w:tc>'
        )
    return f"<w:tr><w:trPr><w:cantSplit/>{header}</w:trPr>{''.join(out)}</w:tr>"


def imprint_xml(text: str) -> str:
    """抄送 between two lines, fixed to the foot of the page."""
    sides = "".join(f'<w:{side} w:val="single" w:sz="8" w:space="0" w:color="auto"/>' for side in ("top", "bottom"))
    return (
        f'<w:tbl {nsdecls("w")}><w:tblPr><w:tblpPr w:vertAnchor="margin" w:horzAnchor="margin" w:tblpXSpec="center" '
        f'w:tblpYSpec="bottom"/><w:tblW w:w="5000" w:type="pct"/><w:tblBorders>{sides}</w:tblBorders></w:tblPr>'
        f'<w:tblGrid><w:gridCol w:w="8844"/></w:tblGrid><w:tr><w:tc><w:tcPr><w:tcW w:w="8844" w:type="dxa"/></w:tcPr>'
        f'<w:p><w:pPr><w:ind w:firstLineChars="100" w:firstLine="280"/></w:pPr><w:r><w:rPr><w:sz w:val="28"/></w:rPr>'
        f"<w:t>抄送：{escape(text)}。</w:t></w:r></w:p></w:tc></w:tr></w:tbl>"
    )
