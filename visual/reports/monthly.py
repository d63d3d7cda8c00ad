"""月通报: what changed, who improved, the ranking by street with n/N, who is overdue, who has not handed in."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from typing import Any

from graph.analysis.words import CHANGES
from graph.model import NODE_TYPES, RELATION_TYPES
from visual.reports.content import Cell, Column, Paragraph, Report, Section, Share, Table
from visual.reports.coverage import rules
from visual.reports.late import handed_in, overdue_section, silent, submission_section
from visual.reports.material import Material, Row, called, notices, report, subject, tops
from visual.reports.wording import LEAST_RANKED, share_words
from visual.sheet import chinese_date
from visual.text import clean

NEEDS = ("coverage", "coverage.before", "diff", "submissions", "findings", "terms")
UNRANKED = "不排名"


def monthly_report(material: Material) -> Report:
    """Built from the answers NEEDS; `coverage.before` is coverage at the start, `diff` what lies between."""
    since = dt.date.fromisoformat(material.answers["coverage.before"]["as_of"])
    day = material.view.as_of
    found = material.rows("diff")
    attachments = (Section("变化清单", (_change_list(material, found),)),) if found else ()
    return report(
        material,
        "monthly",
        f"基层党建数据月通报（{day.year}年{day.month}月）",
        (_lead(material, since),),
        (
            _changes(material, found),
            _improved(material),
            Section("排名", tuple(ranking(material))),
            overdue_section(material),
            submission_section(material),
        ),
        attachments=attachments,
        basis=(
            _compared(material, since),
            f"应计对象不足{LEAST_RANKED}个的不排名；当月没有填报的为未报，不按0%或100%计。",
            "疑似更名、合并、拆分待核实，不计入变化数。",
            *notices(material, "coverage", "diff", "submissions"),
        ),
    )


def _compared(material: Material, since: dt.date) -> str:
    totals = material.totals("diff")
    if str(totals["from"]).isdigit():
        return f"本月变化为第{totals['from']}次修订（{chinese_date(since)}止）至第{totals['to']}次修订之间的改动。"
    return f"本月变化为{chinese_date(since)}至{chinese_date(material.view.as_of)}之间生效和结束的内容。"


def _lead(material: Material, since: dt.date) -> str:
    facts = sum(material.totals("diff")["changes"].values())
    said = f"共有变化{facts}项" if facts else "没有变化"
    to = chinese_date(material.view.as_of)
    return f"与{chinese_date(since)}相比，截至{to}，{subject(material)}的基层党建数据{said}。现将有关情况通报如下。"


def _changes(material: Material, rows: Sequence[Row]) -> Section:
    """本月变化: facts by what they are about, and every rate that changed."""
    totals = material.totals("diff")
    facts = {c: n for c, n in totals["changes"].items() if n}
    blocks: list[Paragraph | Table] = []
    if not facts:
        blocks.append(Paragraph("本月没有登记的变化。"))
    else:
        blocks.append(Paragraph(f"本月{'，'.join(f'{CHANGES[c]}{n}项' for c, n in facts.items())}。"))
        blocks.append(_by_kind(rows, list(facts)))
    if totals["review"]:
        blocks.append(Paragraph(f"另有疑似更名、合并、拆分{totals['review']}项，请有关单位核实。"))
    blocks += _rates(totals["rates"])
    return Section("本月变化", tuple(blocks))


def _by_kind(rows: Sequence[Row], changes: Sequence[str]) -> Table:
    found: dict[str, dict[str, int]] = {}
    for row in rows:
        if row["review"] is None:
            label = NODE_TYPES[row["node"]["label"]].zh
            about = f"{RELATION_TYPES[row['relation']].zh}（关系）" if "relation" in row else label
            mine = found.setdefault(about, {})
            mine[row["change"]] = mine.get(row["change"], 0) + 1
    body: tuple[tuple[Cell, ...], ...] = tuple(
        (about, *(mine.get(c, 0) for c in changes), sum(mine.values())) for about, mine in found.items()
    )
    columns = (Column("对象", width=6), *(Column(CHANGES[c], "count") for c in changes), Column("合计", "count"))
    return Table("本月变化", columns, body)


def _rates(rates: Sequence[Row]) -> Iterator[Paragraph | Table]:
    """Counts and rates that differ, before and after."""
    changed = [r for r in rates if r["before"] != r["after"]]
    if not changed:
        yield Paragraph("各项总数和比率与上期相同。")
        return

    def cell(figures: Row) -> Cell:
        return figures["n"] if figures["of"] is None else Share(figures["n"], figures["of"])

    body: tuple[tuple[Cell, ...], ...] = tuple(
        (r["name"], _words(cell(r["before"])), _words(cell(r["after"]))) for r in changed
    )
    yield Table("有变化的总数和比率", (Column("指标", width=7), Column("上期", width=5), Column("本期", width=5)), body)


def _words(cell: Cell) -> str:
    return share_words(cell) if isinstance(cell, Share) else str(cell)


def _figures(material: Material, name: str) -> dict[tuple[str, str], Row]:
    return {(r["rule"], r["area"]["id"]): r for r in material.rows(name)}


def _improved(material: Material) -> Section:
    """进步和退步: streets whose coverage by a rule differs from the start; those that did not hand in are left out."""
    now, before = _figures(material, "coverage"), _figures(material, "coverage.before")
    summed, mute = tops(material), silent(material)
    up: list[tuple[Any, ...]] = []
    down: list[tuple[Any, ...]] = []
    for key, row in now.items():
        old = before.get(key)
        if old is None or key[1] in summed or key[1] in mute or not row["total"] or not old["total"]:
            continue
        step = row["covered"] * old["total"] - old["covered"] * row["total"]
        cells = (
            called(material, row["area"]),
            row["name"],
            Share(old["covered"], old["total"]),
            Share(row["covered"], row["total"]),
        )
        if step:
            (up if step > 0 else down).append(cells)
    columns = (
        Column(material.level, width=5),
        Column("规则", width=7),
        Column("上期", "share"),
        Column("本期", "share"),
    )
    blocks: list[Paragraph | Table] = []
    for rows, word in ((up, "提高"), (down, "下降")):
        if rows:
            names = list(dict.fromkeys(str(r[0]) for r in rows))
            blocks.append(Paragraph(f"覆盖{word}的有{len(names)}个{material.level}：{'、'.join(names[:8])}。"))
            blocks.append(Table(f"覆盖{word}的{material.level}", columns, tuple(rows)))
    if not blocks:
        blocks.append(Paragraph(f"可以比较的各{material.level}各项覆盖与上期持平。"))
    return Section("进步和退步", tuple(blocks))


def ranking(material: Material) -> Iterator[Paragraph | Table]:
    """For each rule with gaps the streets by rate; equal rates share a place."""
    rows, summed, mute = _figures(material, "coverage"), tops(material), silent(material)
    full = [rule.name for rule, f in rules(material) if f["total"] and not f["gaps"]]
    if full:
        yield Paragraph(f"{'、'.join(full)}没有空白点，不排名。")
    if not handed_in(material):
        yield Paragraph(f"没有{material.level}填报过台账，以下按载入的数据排列。")
    for rule, figures in rules(material):
        if not figures["gaps"]:
            continue
        mine = [(a, r) for (id_, a), r in rows.items() if id_ == rule.id and a not in summed and r["total"]]
        told = [(r, Share(None if a in mute else r["covered"], r["total"])) for a, r in mine]
        yield Paragraph(f"{rule.name}：全部{share_words(Share(figures['covered'], figures['total']))}。")
        columns = (
            Column("名次", "count", 3),
            Column(material.level, width=7),
            Column("覆盖", "share", 5),
            Column("空白点", "count"),
        )
        yield Table(f"{rule.name}排名", columns, tuple(_places(material, told)))
    if not any(f["gaps"] for _, f in rules(material)) and not full:
        yield Paragraph("没有应覆盖的对象，不排名。")


def _places(material: Material, told: Sequence[tuple[Row, Share]]) -> Iterator[tuple[Cell, ...]]:
    """Rows of a ranking: ranked ones by rate, then small denominators, then those that did not hand in."""

    def rate(share: Share) -> float:
        return (share.n or 0) / (share.of or 1)

    ranked = sorted(
        (t for t in told if t[1].n is not None and (t[1].of or 0) >= LEAST_RANKED), key=lambda t: -rate(t[1])
    )
    for row, share in ranked:
        place = 1 + sum(rate(other) > rate(share) for _, other in ranked)
        yield str(place), called(material, row["area"]), share, row["gaps"]
    for row, share in told:
        if share.n is not None and (share.of or 0) < LEAST_RANKED:
            yield UNRANKED, called(material, row["area"]), share, row["gaps"]
    for row, share in told:
        if share.n is None:
            yield "未报", called(material, row["area"]), share, None


def _change_list(material: Material, rows: Sequence[Row]) -> Table:
    columns = (
        Column("序号", "count", 2),
        Column("变化", width=3),
        Column("对象", width=10),
        Column("类型", width=5),
        Column("关系", width=10),
        Column("说明", width=12),
    )
    body: tuple[tuple[Cell, ...], ...] = tuple(
        (
            n,
            CHANGES[row["change"]],
            called(material, row["node"]),
            (row["node"] or {}).get("kind") or "",
            f"{RELATION_TYPES[row['relation']].zh}：{called(material, row['other'])}" if "relation" in row else "",
            _why(material, row),
        )
        for n, row in enumerate(rows, 1)
    )
    return Table("变化清单", columns, body, wide=True, shown=300)


def _why(material: Material, row: Row) -> str:
    before, after = row["before"] or {}, row["after"] or {}
    if row["review"]:
        return clean(row["review"]["text"]) + "，待核实"
    if row["change"] == "renamed" and "name" in before and "name" in after:
        return f"{clean(str(before['name']))} → {clean(str(after['name']))}"
    if row["change"] == "moved":
        return f"{called(material, before.get('to'))} → {called(material, after.get('to'))}"
    return "由撤销修订收回" if row.get("withdrawn") else ""
