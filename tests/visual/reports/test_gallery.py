"""The gallery shows a page of each report as the program writes it today."""

from __future__ import annotations

from functools import cache

import pytest

from api.gallery import DIGESTS, FOLDER, REPORTS, digest, reports
from visual.reports.content import Report
from visual.reports.kinds import KINDS


@cache
def written() -> dict[str, Report]:
    return dict(reports())


def test_the_gallery_shows_every_report_once() -> None:
    assert sorted(page.kind for page in REPORTS) == sorted(KINDS)
    page = (FOLDER / "README.md").read_text("utf-8")
    assert [kind for kind in KINDS if f"(report-{kind}.png)" not in page] == []


@pytest.mark.parametrize("kind", KINDS)
def test_the_page_is_of_what_the_program_writes(kind: str) -> None:
    assert (FOLDER / f"report-{kind}.png").read_bytes()[:4] == b"\x89PNG"
    listed = (FOLDER / DIGESTS).read_text("utf-8").splitlines()
    assert f"{digest(written()[kind])}  report-{kind}.png" in listed, "stale: run python -m api.gallery"
