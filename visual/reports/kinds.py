"""The kinds of reports: what each is called, which answers it is built from, and how."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from visual.reports import booklet, claims, coverage, monthly, pairing, rectification
from visual.reports.content import Report
from visual.reports.material import Material


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of report.

    Args:
        zh: its name.
        needs: questions it is built from; whoever may not ask one of them does not get the report.
        takes: questions it uses where they may be asked.
        build: the report of its material.
    """

    zh: str
    needs: tuple[str, ...]
    build: Callable[[Material], Report]
    takes: tuple[str, ...] = ()


KINDS: Mapping[str, Kind] = MappingProxyType(
    {
        "coverage": Kind("覆盖分析", coverage.NEEDS, coverage.coverage_report),
        "pairing": Kind("结对共建情况", pairing.NEEDS, pairing.pairing_report),
        "monthly": Kind("月通报", monthly.NEEDS, monthly.monthly_report),
        "claims": Kind("口径核对表", claims.NEEDS, claims.claims_report),
        "rectification": Kind("整改台账", rectification.NEEDS, rectification.rectification_report),
        "booklet": Kind("一区一册", booklet.NEEDS, booklet.booklet_report, booklet.TAKES),
    }
)
FORMATS = ("pdf", "docx", "xlsx")
