"""Who is late: overdue rectification, terms that are over, ledgers that were not handed in."""

from __future__ import annotations

from visual.reports.content import Cell, Column, Paragraph, Section, Share, Table
from visual.reports.material import Material, called
from visual.reports.rectification import overdue
from visual.reports.wording import listed, share_words
from visual.text import clean

STATES = {"submitted": "已填报", "missing": "本月未填报", "never": "从未填报"}


def handed_in(material: Material) -> bool:
    """Whether any area ever handed in a file: else the data is published, and nobody is 未报."""
    return any(r["state"] != "never" for r in material.rows("submissions"))


def silent(material: Material) -> frozenset[str]:
    """Ids of the areas whose figures are 未报: they did not hand in this month though others do."""
    if not handed_in(material):
        return frozenset()
    return frozenset(r["area"]["id"] for r in material.rows("submissions") if r["state"] != "submitted")


def overdue_section(material: Material) -> Section:
    """逾期: findings past their due date and terms that are over."""
    findings, day = material.rows("findings"), material.view.as_of.isoformat()
    late = sorted((r for r in findings if overdue(r, day)), key=lambda r: r["due"])
    dated = sum(r["due"] is not None for r in findings)
    terms = material.totals("terms")
    over = [r for r in material.rows("terms") if r["state"] == "over"]
    blocks: list[Paragraph | Table] = []
    if late:
        blocks.append(Paragraph(f"设定期限的问题{dated}个，逾期未整改{share_words(Share(len(late), dated))}。"))
        rows: tuple[tuple[Cell, ...], ...] = tuple(
            (r["due"], called(material, r["node"]), clean(r["message"]), called(material, r["responsible"]))
            for r in late
        )
        columns = (
            Column("期限", width=4),
            Column("对象", width=7),
            Column("问题", width=9),
            Column("责任组织", width=6),
        )
        blocks.append(Table("逾期未整改的问题", columns, rows))
    else:
        blocks.append(Paragraph("没有逾期未整改的问题。" if dated else "尚未设定整改期限，没有逾期的问题。"))
    unknown = terms["states"]["unknown"]
    known = terms["of"] - unknown
    if over:
        said = f"可以判断任期的党组织{known}个，届满未换届{share_words(Share(len(over), known))}"
        blocks.append(Paragraph(f"{said}：{listed([called(material, r['node']) for r in over], 5)}。"))
    elif known:
        blocks.append(Paragraph(f"可以判断任期的党组织{known}个，没有届满未换届的。"))
    if unknown:
        blocks.append(Paragraph(f"有{unknown}个党组织没有换届时间或届满日期，任期未报（{unknown}/{terms['of']}）。"))
    return Section("逾期情况", tuple(blocks))


def submission_section(material: Material) -> Section:
    """填报: who has handed in this month and who has not."""
    rows, states = material.rows("submissions"), material.totals("submissions")["states"]
    if not rows:
        return Section("填报情况", (Paragraph(f"没有要填报的{material.level}。"),))
    done = Share(states["submitted"], len(rows))
    blocks: list[Paragraph | Table] = [
        Paragraph(f"应填报的{material.level}{len(rows)}个，本月已填报{share_words(done)}。")
    ]
    for state in ("missing", "never"):
        names = [called(material, r["area"]) for r in rows if r["state"] == state]
        if names:
            blocks.append(Paragraph(f"{STATES[state]}的{len(names)}个：{'、'.join(names)}。"))
    body: tuple[tuple[Cell, ...], ...] = tuple(
        (
            called(material, r["area"]),
            STATES[r["state"]],
            r["last"]["on"] if r["last"] else "",
            max((d["days"] for d in r["data"]), default=None),
        )
        for r in rows
    )
    columns = (
        Column(material.level, width=6),
        Column("本月", width=4),
        Column("最近填报", width=5),
        Column("数据最久未更新（天）", "count", 5),
    )
    return Section("填报情况", (*blocks, Table("填报情况", columns, body)))
