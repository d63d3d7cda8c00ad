"""Reports: the parameters of `report` and of `reports/{kind}.{format}`, the answers behind them, and their bytes."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Any

import numpy as np

from api.asking import Asked, body
from api.exporting import XLSX
from api.grants import BOUND
from api.month import BETWEEN, between
from api.parameters import AREA, AS_OF, DISTRICT, REVISION, Parameter, parse
from api.problems import RefusedError
from api.questions import question
from api.redaction import redacted
from api.settings import Settings
from graph.analysis.answer import Row
from graph.errors import NotFoundError
from graph.view import View
from visual.reports.content import Imprint, Report
from visual.reports.kinds import KINDS
from visual.reports.material import Material
from visual.reports.pdf import Tools, Written
from visual.reports.writing import write

MEDIA = {
    "pdf": "application/pdf",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "xlsx": XLSX,
}
KIND = Parameter(
    "kind",
    "报告的种类：" + "、".join(f"{k}（{kind.zh}）" for k, kind in KINDS.items()),
    required=True,
    example="coverage",
)
OWN = (
    AREA,
    Parameter("unit", "落款单位，默认取设置 UNIT_NAME", flags=("--unit",)),
    Parameter("date", "落款日期", "date", flags=("--date",)),
    Parameter("recipient", "主送单位", flags=("--recipient",)),
    Parameter("copies", "抄送单位", flags=("--copies",)),
    Parameter("mark", "另加的标记，如 内部资料", flags=("--mark",)),
    Parameter("before", "月通报比较的日期，默认上月最后一天", "date", flags=("--before",)),
)
PARAMETERS = (*OWN, DISTRICT, AS_OF, REVISION)


def reported(settings: Settings, about: Asked, kind: str, fmt: str, template: bytes | None = None) -> Written:
    """Build a report of what was asked and write it.

    Args:
        kind: one of `visual.reports.kinds.KINDS`; fmt: pdf, docx or xlsx.
        template: a Word file of the user's.
    """
    built = compiled(settings, about, kind)
    return write(built, fmt, Tools(settings.dot or None, settings.font_dir or None), template)


def compiled(settings: Settings, about: Asked, kind: str) -> Report:
    """The content of a report: every answer is asked for as its own question would be, and redacted likewise.

    `RefusedError` for a caller with a scope where the report needs what is not bound to one.
    """
    if kind not in KINDS:
        known = "、".join(f"{k}（{found.zh}）" for k, found in KINDS.items())
        raise NotFoundError("没有这种报告。", f"可用的种类：{known}。", code="unknown-kind")
    values, chosen = about.values, KINDS[kind]
    bound = about.view.scope is not None
    if bound and set(chosen.needs) - BOUND:
        raise RefusedError(
            "这种报告不能限定在范围之内。", "请改用其他种类，或请不限范围的人员代办。", code="scope-unbound"
        )
    levels = _levels(about.view, values["area"])
    names = [n for n in (*chosen.needs, *chosen.takes) if not bound or n in BOUND]
    imprint = Imprint(
        unit=values["unit"] or settings.unit_name,
        signed=values["date"],
        recipient=values["recipient"] or "",
        copies=values["copies"] or "",
        mark=values["mark"] or "",
    )
    answers = {name: _answer(about, name, levels) for name in names if name not in BETWEEN}
    if set(names) & set(BETWEEN):
        answers |= between(about, lambda earlier: _answer(earlier, "coverage", levels))
    return chosen.build(Material(about.view, answers, values["area"], tuple(levels), imprint))


def _levels(view: View, area: str | None) -> list[str]:
    """What the report is broken down by: the reporting kinds of the profile, below one of these the kinds under it."""
    span, forest = view.snapshot.span("Area"), view.areas()
    here = view.inside[span].copy()
    if area is not None:
        below = np.zeros(len(here), bool)
        below[forest.descendants(_place(view, area))[1:]] = True
        here &= below
    found = [k for k in view.profile.reporting_kinds if (here & view.coded("Area", "kind", (k,))).any()]
    if found or area is None:
        return found or list(view.profile.reporting_kinds)
    children = np.flatnonzero(here & (forest.parent == _place(view, area))) + span.start
    known = dict.fromkeys(view.kind(node) for node in children.tolist())
    return [k for k in known if k in view.profile.area_kinds] or list(view.profile.reporting_kinds)


def _place(view: View, area: str) -> int:
    home = int(view.home()[view.index(area)])
    if home < 0:
        raise NotFoundError("这个节点不在任何区域内，不能按区域写报告。", "请用 --area 给出区域的标识或全称。")
    return int(home - view.snapshot.span("Area").start)


def _answer(about: Asked, name: str, levels: list[str]) -> Row:
    """The redacted body of a question's answer; one with a level is asked for each of `levels`."""
    asking = question(name)
    known = {p.name for p in asking.parameters}
    values: Mapping[str, Any] = {**about.values, **parse(asking.own, {})}
    if "area" in known:
        values = {**values, "area": about.values["area"]}
    if "level" not in known or set(levels) <= set(about.view.profile.reporting_kinds):
        return redacted(about.view, body(asking, dataclasses.replace(about, values=values)))  # type: ignore[no-any-return]
    found = [body(asking, dataclasses.replace(about, values={**values, "level": level})) for level in levels]
    return redacted(about.view, _joined(found))  # type: ignore[no-any-return]


def _joined(bodies: list[Row]) -> Row:
    """One body of several that differ in their level: each area's rows once."""
    rows: dict[tuple[str, str], Row] = {}
    for found in bodies:
        for row in found["rows"]:
            rows.setdefault((row.get("rule", ""), row["area"]["id"]), row)
    return {**bodies[0], "rows": list(rows.values())}
