"""Sections of the booklet on what is done: alliances, terms and posts, who is sent where, calls, lists."""

from __future__ import annotations

from collections.abc import Iterator

from graph.analysis.words import ALLIANCE_STATES, ITEM_STATES
from visual.reports.content import Cell, Column, Paragraph, Section, Share, Table
from visual.reports.material import Material, called, notices, tops
from visual.reports.wording import share_words

TERM_STATES = {
    "over": "已届满",
    "within_3": "3个月内届满",
    "within_6": "6个月内届满",
    "within_12": "12个月内届满",
    "later": "12个月后届满",
    "unknown": "任期未报",
}
POST_FAULTS = {
    "vacant": "空缺的岗位",
    "without_post": "应设未设的岗位",
    "together": "一人兼任多岗",
    "without_facility": "应有未有的阵地",
}


def alliances(material: Material) -> Section:
    """联席机制: by tier how many must be, are, and in what state."""
    rows = material.rows("alliances")
    if not rows:
        return Section(
            "联席机制", tuple(Paragraph(t) for t in notices(material, "alliances")) or (Paragraph("没有联席机制。"),)
        )
    body: list[tuple[Cell, ...]] = []
    for local in dict.fromkeys(r["local"] for r in rows):
        mine = [r for r in rows if r["local"] == local]
        there = sum(r["alliance"] is not None for r in mine)
        body.append((local, Share(there, len(mine)), *(sum(s in r["states"] for r in mine) for s in ALLIANCE_STATES)))
    there = sum(r["alliance"] is not None for r in rows)
    columns = (
        Column("联席机制", width=8),
        Column("已建", "share", 4),
        *(Column(word, "count", 3) for word in ALLIANCE_STATES.values()),
    )
    said = f"应建的联席机制{len(rows)}个，已建{share_words(Share(there, len(rows)))}。"
    note = "“无法判断”为没有会议记录；一个机制可以同时有几种状态。"
    return Section("联席机制", (Paragraph(said), Table("联席机制的状态", columns, tuple(body), notes=(note,))))


def terms_and_posts(material: Material) -> Section:
    """任期和岗位: how many terms are over or end soon, how many posts are vacant."""
    totals, posts = material.totals("terms"), material.totals("vacancies")
    of = totals["of"]
    known = of - totals["states"]["unknown"]
    if not of:
        said = "没有应换届的党组织。"
    elif not known:
        said = f"应换届的党组织{of}个，都没有换届时间和届满日期，任期未报。"
    else:
        over = share_words(Share(totals["states"]["over"], known))
        said = f"应换届的党组织{of}个，可以判断任期的{share_words(Share(known, of))}，其中已届满{over}。"
    rows: tuple[tuple[Cell, ...], ...] = tuple(
        (word, Share(totals["states"][s], of)) for s, word in TERM_STATES.items()
    )
    table = (Table("任期", (Column("状态", width=6), Column("党组织", "share")), rows),) if known else ()
    if posts["posts"]:
        found = "，".join(f"{word}{posts['faults'][f]}个" for f, word in POST_FAULTS.items() if posts["faults"][f])
        post = f"登记的岗位{posts['posts']}个，{found if found else '没有查出空缺'}。"
    else:
        post = "没有登记岗位，空缺未报。"
    told = [Paragraph(t) for t in notices(material, "vacancies") if posts["posts"]]
    return Section("任期和岗位", (Paragraph(said), *table, Paragraph(post), *told))


def sent(material: Material) -> Iterator[Section]:
    """双报到、下沉包联、呼应、清单: each where the ledger has it, else what is missing."""
    if "reports-in" in material.answers:
        yield _reported(material)
    if "assignments" in material.answers:
        yield _assigned(material)
    if "calls" in material.answers:
        totals = material.totals("calls")
        said = (
            f"呼叫{totals['calls']}次，已响应{share_words(Share(totals['answered'], totals['calls']))}。"
            if totals["calls"]
            else "没有呼应记录，响应情况未报。"
        )
        yield Section("呼应", (Paragraph(said),))
    if "lists" in material.answers:
        yield _listed(material)


def _reported(material: Material) -> Section:
    rows, summed = material.rows("reports-in"), tops(material)
    live = [r for r in rows if r["organizations"]["of"] or r["serving_members"]["of"] or r["received"]["organizations"]]
    told = tuple(Paragraph(t) for t in notices(material, "reports-in"))
    if not live:
        return Section("双报到", told or (Paragraph("没有双报到记录，报到率不可计算。"),))
    order = sorted(live, key=lambda r: r["area"]["id"] not in summed)
    body: tuple[tuple[Cell, ...], ...] = tuple(
        (
            called(material, r["area"]),
            *(Share(r[k]["n"], r[k]["of"]) if r[k]["of"] else None for k in ("organizations", "serving_members")),
            r["received"]["organizations"],
            r["received"]["members"],
        )
        for r in order
    )
    columns = (
        Column(material.level, width=6),
        Column("单位报到率", "share"),
        Column("党员报到率", "share"),
        Column("接收组织", "count"),
        Column("接收党员", "count"),
    )
    leading = sum(r["area"]["id"] in summed for r in order)
    note = "单位报到率与党员报到率分列，不相加；“—”为缺少分母，不可计算。"
    return Section("双报到", (*told, Table("双报到", columns, body, leading=leading, notes=(note,))))


def _assigned(material: Material) -> Section:
    totals = material.totals("assignments")
    if not totals["areas"]:
        told = tuple(Paragraph(t) for t in notices(material, "assignments"))
        return Section("下沉包联驻村", told or (Paragraph("没有下沉、包联、驻村记录。"),))
    reached = Share(totals["areas"] - totals["nobody"], totals["areas"])
    said = f"应有人员下沉、包联的{'、'.join(totals['kinds'])}{totals['areas']}个，已有人的{share_words(reached)}"
    more = [
        f"人员{totals['people']}名" if totals["people"] else "",
        f"联系{totals['households']}户" if totals["households"] else "",
    ]
    body: tuple[tuple[Cell, ...], ...] = tuple((mode, n) for mode, n in totals["by_mode"].items())
    table = Table("下沉包联驻村", (Column("方式", width=6), Column("处数", "count")), body)
    return Section("下沉包联驻村", (Paragraph("，".join([said, *more]) + "。"), table))


def _listed(material: Material) -> Section:
    states = material.totals("lists")["states"]
    body: tuple[tuple[Cell, ...], ...] = tuple(
        (name, ITEM_STATES.get(state, state), Share(n, sum(found.values())))
        for name, found in states.items()
        for state, n in found.items()
    )
    if not body:
        told = tuple(Paragraph(t) for t in notices(material, "lists"))
        return Section("三张清单", told or (Paragraph("没有需求、资源、项目清单。"),))
    columns = (Column("清单", width=4), Column("状态", width=5), Column("项数", "share"))
    without = [name for name, found in states.items() if not found]
    said = f"没有{'、'.join(without)}清单。" if without else "需求、资源、项目清单都有登记。"
    return Section("三张清单", (Paragraph(said), Table("三张清单", columns, body)))
