"""A picture of each kind of chart and a page of each report: `python -m api.gallery [FOLDER]` writes `docs/gallery`.

It stands in `api` because it needs both the published districts (loaders) and the charts (visual).
"""

from __future__ import annotations

import hashlib
import json
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from api.specimens import BEFORE, seen, specimen
from visual.charts import chart
from visual.charts.naming import Options
from visual.figure import Drawing
from visual.render import render
from visual.reports.content import Report
from visual.reports.pdf import Tools, as_json, write_pdf
from visual.reports.typesetting import SOURCE

FOLDER = Path(__file__).parents[1] / "docs" / "gallery"
REPORT_DPI, DIGESTS = 80.0, "reports.sha256"
DPI = 96.0  # of the PNG that README shows: enough to read, small enough to keep


@dataclass(frozen=True)
class Picture:
    """A picture of the gallery: the kind, whose district, and what is asked of it beside the paper."""

    kind: str
    district: str = "fuxing"
    changed: bool = False
    asked: dict[str, Any] = field(default_factory=dict)


PICTURES = (
    Picture("organization"),
    Picture("grid", "sishui", asked={"area": "sishui.370831001000"}),
    Picture("coverage"),
    Picture("pairing", asked={"area": "fuxing.130404001000"}),
    Picture("alliance", "gulou", asked={"area": "gulou.350102001000"}),
    Picture("path", "gulou", asked={"start": "gulou.u-j-01", "goal": "gulou.o-350102001002", "paper": "A4"}),
    Picture("weak-points", "gulou", asked={"area": "gulou.350102001000", "depth": 1}),
    Picture("change", changed=True, asked={"before": BEFORE, "paper": "A4"}),
    Picture("chain"),
    Picture("community", asked={"area": "fuxing.130404001008"}),
)


@dataclass(frozen=True)
class ReportPage:
    """A page of the gallery: the kind of report, whose district, and which page is shown."""

    kind: str
    district: str = "fuxing"
    page: int = 1


REPORTS = (
    ReportPage("coverage"),
    ReportPage("pairing", "gulou"),
    ReportPage("monthly"),
    ReportPage("claims", "sishui"),
    ReportPage("rectification"),
    ReportPage("booklet", "lufeng", 3),
)


def drawings() -> Iterator[tuple[str, Drawing]]:
    """Every picture's kind and drawing."""
    for picture in PICTURES:
        options = Options(**{"paper": "A3", **picture.asked})
        yield picture.kind, chart(picture.kind, seen(picture.district, picture.changed), options)


def reports() -> Iterator[tuple[str, Report]]:
    """Every report's kind and content."""
    for page in REPORTS:
        yield page.kind, specimen(page.kind, page.district, changed=page.kind == "monthly")


def digest(report: Report) -> str:
    """A hash of what a report says and how it is set. Its PNG may differ between releases of typst, this does not."""
    said = json.dumps(as_json(report, {}, Tools()), ensure_ascii=False, sort_keys=True)
    return hashlib.sha256(said.encode() + SOURCE.read_bytes()).hexdigest()


def main(folder: Path) -> None:
    """Write the first page of each picture as SVG, the organization chart as PNG too, a page of each report as PNG."""
    folder.mkdir(parents=True, exist_ok=True)
    for kind, drawing in drawings():
        (folder / f"{kind}.svg").write_bytes(render(drawing, "svg", page=1)[0])
        if kind == "organization":
            (folder / f"{kind}.png").write_bytes(render(drawing, "png", page=1, dpi=DPI)[0])
    digests = []
    for (kind, report), shown in zip(reports(), REPORTS, strict=True):
        pages = write_pdf(report, Tools(), "png", REPORT_DPI).files
        (folder / f"report-{kind}.png").write_bytes(pages[shown.page - 1])
        digests.append(f"{digest(report)}  report-{kind}.png\n")
    (folder / DIGESTS).write_text("".join(digests), "utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else FOLDER)
