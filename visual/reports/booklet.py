"""一区一册: everything of a district in one book, with its charts."""

from __future__ import annotations

from dataclasses import replace

from graph.analysis.words import CHAIN_FAULTS
from graph.errors import PartygraphError
from visual.charts import CHARTS, chart
from visual.charts.naming import Options
from visual.reports import claims, coverage, duties, pairing, rectification
from visual.reports.content import Cell, Column, Paragraph, Picture, Report, Section, Share, Table
from visual.reports.material import Material, called, empty, notices, report, subject, tops
from visual.reports.wording import share_words
from visual.sheet import chinese_date

NEEDS = ("overview", "coverage", "gaps", "chain", "unpaired", "pairing", "alliances", "terms", "vacancies")
TAKES = ("reports-in", "assignments", "calls", "powers", "lists", "assessments", "findings", "claims", "bounds")
ATLAS = ("chain", "organization", "coverage", "pairing", "alliance")
PAGES_MOST = 4  # of one chart: what is longer is drawn apart
COUNTED = {
    "committees": "党（工）委",
    "general_branches": "党总支",
    "branches": "党支部",
    "groups": "党小组",
    "houses": "中心户",
}
LOCAL_WORDS = 30


def booklet_report(material: Material) -> Report:
    """Built from the answers NEEDS and those of TAKES that may be asked. `NotFoundError` where there is nothing."""
    if not material.rows("overview"):
        raise empty(f"{subject(material)}没有区域")
    sections = [
        _basics(material),
        _structure(material),
        _coverage(material),
        _pairing(material),
        duties.alliances(material),
        duties.terms_and_posts(material),
        *duties.sent(material),
    ]
    if "findings" in material.answers:
        rows = material.rows("findings")
        overall = rectification.overall(material, rows)
        sections.append(replace(overall, title="问题和整改"))
    if "claims" in material.answers and material.rows("claims"):
        found = material.rows("claims")
        said = Paragraph(f"公布的数字和说法{len(found)}项，{claims.counts(found)}。")
        sections.append(Section("公布数字核对", (said, claims.verdicts(found))))
    sections.append(_atlas(material))
    return report(
        material,
        "booklet",
        "基层党组织情况手册",
        (),
        sections,
        basis=(*coverage.basis(material), *notices(material, "overview", "chain", "unpaired")),
        book=True,
    )


def _basics(material: Material) -> Section:
    """基本情况: one row per street, and the local words."""
    rows, summed = material.rows("overview"), tops(material)
    order = [r for r in rows if r["area"]["id"] in summed] + [r for r in rows if r["area"]["id"] not in summed]
    whole = order[0]
    counts = "，".join(f"{zh}{whole[key]}个" for key, zh in COUNTED.items() if whole[key])
    members = f"，党员{whole['members']}名" if whole["members"] is not None else "，党员数未报"
    below = len(order) - sum(r["area"]["id"] in summed for r in rows)
    said = (
        f"截至{chinese_date(material.view.as_of)}，{subject(material)}有{material.level}{below}个，"
        f"{counts or '没有党组织'}{members}。党小组和中心户是组织体系的层级，不计入党组织数。"
    )
    columns = (
        Column(material.level, width=6),
        *(Column(zh, "count", 3) for zh in COUNTED.values()),
        Column("党员", "count", 3),
        Column("空白点", "count", 3),
        Column("驻区单位参与率", "share", 4),
        Column("小区自治率", "share", 4),
    )
    body: tuple[tuple[Cell, ...], ...] = tuple(
        (
            called(material, r["area"]),
            *(r[key] for key in COUNTED),
            "未报" if r["members"] is None else r["members"],
            r["gaps"],
            *(Share(r[key]["n"], r[key]["of"]) for key in ("participation", "self_governance")),
        )
        for r in order
    )
    note = "参与率、自治率的“—”为没有驻区单位或小区，不可计算。"
    table = Table("基本情况", columns, body, leading=len(order) - below, notes=(note,))
    return Section("基本情况", (Paragraph(said), table), _words(material))


def _words(material: Material) -> tuple[Section, ...]:
    words = material.view.profile.words[:LOCAL_WORDS]
    if not words:
        return ()
    body: tuple[tuple[Cell, ...], ...] = tuple((w.local, w.common, w.note) for w in words)
    columns = (Column("本地说法", width=6), Column("通常含义", width=6), Column("说明", width=10))
    return (Section("本地用语", (Table("本地用语", columns, body),)),)


def _structure(material: Material) -> Section:
    """组织体系: tiers of every line, faults of the chain, two charts."""
    totals = material.totals("chain")
    faults = {CHAIN_FAULTS[f]: n for f, n in totals["faults"].items() if n}
    found = "，".join(f"{word}{n}个" for word, n in faults.items())
    said = f"计入统计的党组织{totals['organizations']}个，{f'组织链上查出{found}' if found else '组织链没有查出问题'}。"
    body: tuple[tuple[Cell, ...], ...] = tuple(
        (line["name"], tier["tier"], tier["count"] if tier["count"] else "未录入")
        for line in totals["lines"]
        for tier in line["tiers"]
    )
    columns = (Column("条线", width=6), Column("层级", width=8), Column("个数", "count", 3))
    blocks = (Paragraph(said), Table("各条线的层级", columns, body))
    return Section("组织体系", blocks)


def _coverage(material: Material) -> Section:
    if not any(f["total"] for _, f in coverage.rules(material)):
        return Section("覆盖情况", (Paragraph("没有应覆盖的对象。"),))
    parts = (coverage.whole(material), coverage.by_street(material))
    gaps = len(material.rows("gaps"))
    said = f"分规则合计空白点{gaps}个，清单见覆盖分析报告。" if gaps else "没有空白点。"
    return Section("覆盖情况", (Paragraph(said),), parts)


def _pairing(material: Material) -> Section:
    declared = material.view.profile.pairing
    if declared is None:
        return Section("结对共建", (Paragraph("治理方案没有声明结对共建。"),))
    totals = material.totals("unpaired")
    if not totals["community"]["of"]:
        return Section(declared.local, (Paragraph(f"没有应结对的{'、'.join(declared.area_kinds)}。"),))
    paired = totals["community"]["of"] - totals["community"]["states"]["none"]
    said = f"{'、'.join(declared.area_kinds)}有结对单位的{share_words(Share(paired, totals['community']['of']))}。"
    parts = (pairing.whole(material, declared), *pairing.by_street(material, declared))
    return Section(declared.local, (Paragraph(said),), parts)


def _atlas(material: Material) -> Section:
    """图集: what is drawn, in a list; then the charts on pages of their own."""
    imprint = material.imprint
    options = Options(area=material.area, unit=imprint.unit, date=imprint.signed, mark=imprint.mark)
    said: list[str] = []
    pictures: list[Picture] = []
    for kind in ATLAS:
        name = CHARTS[kind][0]
        try:
            drawing = chart(kind, material.view, options)
        except PartygraphError as error:
            said.append(f"{name}：没有画出。{error.detail}")
            continue
        pages = len(drawing.pages)
        left = f"，这里收入前{PAGES_MOST}页，全图另画（partygraph draw {kind}）" if pages > PAGES_MOST else ""
        said.append(f"{name}：共{pages}页{left}。")
        pictures.append(Picture(name, replace(drawing, pages=drawing.pages[:PAGES_MOST])))
    return Section("图集", (*(Paragraph(text) for text in said), *pictures))
