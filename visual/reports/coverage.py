"""覆盖分析: coverage by rule and street, the gaps by reason and grade, and who answers for them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from graph.analysis.gaps import JOIN, MUST, NOBODY
from graph.profile import CoverageRule
from visual.reports.content import Cell, Column, Paragraph, Report, Section, Share, Table
from visual.reports.material import Material, Row, called, empty, most_common, notices, report, street_of, subject, tops
from visual.reports.wording import clauses, extremes, listed, share_words
from visual.sheet import chinese_date

NEEDS = ("coverage", "gaps")
NARROW_COLUMNS = 5  # so many rules stand beside the street on a portrait page
MOST_RESPONSIBLE = 10
ADVICE = {
    MUST: "有正式党员3人以上的，依照《中国共产党支部工作条例（试行）》第四条应当成立党支部，请逐个研究组建时间",
    JOIN: "有正式党员1至2人的，可依照该条例第五条与邻近单位组建联合党支部",
    NOBODY: "没有正式党员的，请先选派党建指导员，做好发展党员工作，再研究组建",
}


def coverage_report(material: Material) -> Report:
    """Built from the answers NEEDS. `NotFoundError` when no rule has anything to cover."""
    if not any(r["total"] for r in material.totals("coverage")["rules"].values()):
        raise empty(f"{subject(material)}没有应当覆盖的对象")
    gap_rows = material.rows("gaps")
    streets = by_street(material)
    wide = [b for b in streets.blocks if isinstance(b, Table) and b.wide]
    attachments = [Section(table.title, (table,)) for table in wide]
    attachments += [Section("空白点清单", (_gap_list(material, gap_rows),))] if gap_rows else []
    streets = replace(streets, blocks=tuple(b for b in streets.blocks if b not in wide))
    return report(
        material,
        "coverage",
        "党组织覆盖情况分析",
        (_lead(material),),
        (whole(material), streets, _gaps(material), _advice(material)),
        attachments=attachments,
        basis=basis(material),
    )


def rules(material: Material) -> list[tuple[CoverageRule, Row]]:
    """The profile's rules with their figures for all that was asked."""
    return [(material.view.profile.rule(id_), f) for id_, f in material.totals("coverage")["rules"].items()]


def basis(material: Material) -> list[str]:
    """How coverage is counted."""
    counted = [rule for rule, figures in rules(material) if figures["total"]]
    return [
        "覆盖按治理方案的规则计算，一个对象在一项规则中只计一次；单独、联合组建为组织覆盖，"
        "没有党组织而有党建指导员、工会或共青团的为工作覆盖，两项比率分列，不相加；兜底管理另计。",
        *(f"{rule.name}的分母：{rule.denominator}。" for rule in counted),
        *notices(material, "coverage", "gaps"),
    ]


def _lead(material: Material) -> str:
    live = [figures for _, figures in rules(material) if figures["total"]]
    full = sum(not figures["gaps"] for figures in live)
    gaps = sum(figures["gaps"] for figures in live)
    found = (
        "均没有空白点"
        if not gaps
        else "其中"
        + clauses_of(
            [f"{full}项没有空白点" if full else "各项均有空白点", f"{len(live) - full}项有空白点" if full else ""]
        )
        + f"，分规则合计空白点{gaps}个"
    )
    return (
        f"截至{chinese_date(material.view.as_of)}，{subject(material)}按治理方案的覆盖规则统计，"
        f"有应覆盖对象的规则{len(live)}项，{found}。现将有关情况分析如下。"
    )


def clauses_of(parts: Iterable[str]) -> str:
    """Clauses without a full stop."""
    return clauses(parts).removesuffix("。")


def whole(material: Material) -> Section:
    """总体情况: a sentence and a row for each rule."""
    said = [Paragraph(_sentence(rule, figures)) for rule, figures in rules(material)]
    rows = tuple(_rule_row(rule, figures) for rule, figures in rules(material))
    columns = (
        Column("规则", width=7),
        Column("应覆盖", "count", 3),
        Column("已覆盖", "count", 3),
        Column("空白点", "count", 3),
        Column("按规则覆盖", "share", 4.4),
        Column("组织覆盖率", "share", 4.4),
        Column("工作覆盖率", "share", 4.4),
        Column("兜底管理", "count", 2.4),
    )
    noted = ("“—”为没有应覆盖的对象，或该规则不按党组织、党建指导员计算。",)
    return Section("总体情况", (*said, Table("各项规则覆盖情况", columns, rows, notes=noted)))


def _rule_row(rule: CoverageRule, figures: Row) -> tuple[Cell, ...]:
    total = figures["total"]
    by_organization = bool({"organization", "work"} & set(rule.accepts))
    own = Share(figures["organization"]["covered"], total) if by_organization and total else None
    work = Share(figures["work"]["covered"], total) if by_organization and total else None
    return (
        rule.name,
        total,
        figures["covered"],
        figures["gaps"],
        Share(figures["covered"], total) if total else None,
        own,
        work,
        figures["backstopped"],
    )


def _sentence(rule: CoverageRule, figures: Row) -> str:
    total, covered, gaps = figures["total"], figures["covered"], figures["gaps"]
    if not total:
        return f"{rule.name}：没有应覆盖的对象，不计算比率。"
    share = share_words(Share(covered, total))
    if not gaps:
        main = f"应覆盖{total}个，没有空白点，覆盖{share}"
    elif not covered:
        main = f"应覆盖{total}个，均未覆盖，覆盖{share}"
    else:
        main = f"应覆盖{total}个，已覆盖{covered}个，空白点{gaps}个，覆盖{share}"
    own, more = figures["organization"], []
    if {"organization", "work"} & set(rule.accepts):
        more = [f"{word}{own[key]}个" for key, word in (("joint", "联合组建"), ("wider", "区域、行业覆盖")) if own[key]]
        more += [f"只以党小组覆盖{own['groups']}个"] if own["groups"] else []
        more += [f"没有党组织而有工作覆盖{figures['work']['covered']}个"] if figures["work"]["covered"] else []
    more += [f"兜底管理{figures['backstopped']}个，不计入覆盖"] if figures["backstopped"] else []
    return f"{rule.name}：{main}{'；其中' + '，'.join(more) if more else ''}。"


def by_street(material: Material) -> Section:
    """各街道情况: for each rule who is ahead and who behind, and one table of n/N."""
    live = [(rule, figures) for rule, figures in rules(material) if figures["total"]]
    summed = tops(material)
    rows: dict[str, dict[str, Row]] = {}
    names: dict[str, str] = {}
    for row in material.rows("coverage"):
        rows.setdefault(row["area"]["id"], {})[row["rule"]] = row
        names[row["area"]["id"]] = called(material, row["area"])
    below = [id_ for id_ in rows if id_ not in summed]
    if not below:
        return Section(
            f"各{material.level}情况", (Paragraph(f"{subject(material)}之下没有{material.level}，不分列。"),)
        )
    said = []
    full = [rule.name for rule, figures in live if not figures["gaps"]]
    if full:
        said.append(f"{'、'.join(full)}：各{material.level}均没有空白点。")
    for rule, figures in live:
        if not figures["gaps"]:
            continue
        named = [(names[i], _share(rows[i].get(rule.id))) for i in below if rows[i].get(rule.id, {}).get("total")]
        said.append(f"{rule.name}：{extremes(named, material.level)}。")
    columns = (Column(material.level, width=6), *(Column(rule.name, "share", 4.5) for rule, _ in live))
    order = [*(i for i in rows if i in summed), *below]
    table = Table(
        f"各{material.level}覆盖情况",
        columns,
        tuple((names[i], *(_share(rows[i].get(rule.id)) for rule, _ in live)) for i in order),
        leading=len(order) - len(below),
        wide=len(live) > NARROW_COLUMNS,
        notes=("格内为已覆盖数/应覆盖数和比率，“—”为没有应覆盖的对象。",),
    )
    return Section(f"各{material.level}情况", (*(Paragraph(text) for text in said), table))


def _share(row: Row | None) -> Share:
    return Share(row["covered"], row["total"]) if row else Share(0, 0)


def _gaps(material: Material) -> Section:
    rows = material.rows("gaps")
    if not rows:
        return Section("空白点", (Paragraph("各项规则均没有空白点。"),))
    counts = {id_: f for id_, f in material.totals("gaps")["rules"].items() if f["gaps"]}
    said = []
    for id_, figures in counts.items():
        rule = material.view.profile.rule(id_)
        mine = [r for r in rows if r["rule"] == id_]
        one = f"即{called(material, mine[0]['node'])}，" if len(mine) == 1 else ""
        said.append(f"{rule.name}的空白点{figures['gaps']}个，{one}{_graded(figures, mine)}。")
    tables = [_reasons(material, rows), *_streets(material, rows, list(counts)), _responsible(material, rows)]
    return Section("空白点", (*(Paragraph(text) for text in said), *tables))


def _graded(figures: Row, mine: Sequence[Row]) -> str:
    if figures["grades"] is None:
        return "按规则均应补上"
    unknown = sum(r["grade"] is None for r in mine)
    graded = [f"{grade}{n}个" for grade, n in figures["grades"].items() if n]
    return "，".join([*graded, *([f"党员数未报、不能分级{unknown}个"] if unknown else [])])


def _reasons(material: Material, rows: Sequence[Row]) -> Table:
    found: dict[tuple[str, str], int] = {}
    for row in rows:
        key = (row["rule"], row["reason"]["text"])
        found[key] = found.get(key, 0) + 1
    total = {rule: sum(n for (r, _), n in found.items() if r == rule) for rule, _ in found}
    body: tuple[tuple[Cell, ...], ...] = tuple(
        (material.view.profile.rule(rule).name, reason, Share(n, total[rule])) for (rule, reason), n in found.items()
    )
    columns = (Column("规则", width=7), Column("原因", width=12), Column("空白点", "share", 4))
    return Table("空白点的原因", columns, body)


def _streets(material: Material, rows: Sequence[Row], rule_ids: Sequence[str]) -> list[Table]:
    """How many gaps each street has; none where nothing lies below."""
    found: dict[str, dict[str, int]] = {}
    for row in rows:
        street = street_of(material, row["area"]) or "未定区域"
        mine = found.setdefault(street, {})
        mine[row["rule"]] = mine.get(row["rule"], 0) + 1
    if len(found) < 2:
        return []
    ordered = sorted(found.items(), key=lambda item: -sum(item[1].values()))
    names = [material.view.profile.rule(r).name for r in rule_ids]
    columns = (
        Column(material.level, width=6),
        Column("空白点合计", "count", 3),
        *(Column(name, "count", 4) for name in names),
    )
    body: tuple[tuple[Cell, ...], ...] = tuple(
        (s, sum(mine.values()), *(mine.get(r, 0) for r in rule_ids)) for s, mine in ordered
    )
    return [Table("空白点的分布", columns, body, wide=len(names) > NARROW_COLUMNS)]


def _responsible(material: Material, rows: Sequence[Row]) -> Table:
    """Who answers for most."""
    found = most_common((called(material, r["responsible"]) or "没有责任组织" for r in rows), MOST_RESPONSIBLE)
    body = tuple((n, name, count) for n, (name, count) in enumerate(found, 1))
    title = f"空白点最多的{len(found)}个责任组织" if len(found) > 1 else "空白点的责任组织"
    return Table(
        title, (Column("序号", "count", 1.4), Column("责任组织", width=12), Column("空白点", "count", 3)), body
    )


def _advice(material: Material) -> Section:
    """工作建议, from the grades and reasons that occur."""
    rows = material.rows("gaps")
    if not rows:
        return Section("工作建议", (Paragraph("没有空白点。请按月更新台账，核实分母是否完整，防止新的空白。"),))
    grades = {g: sum(r["grade"] == g for r in rows) for g in ADVICE}
    said = [f"{grade}{n}个：{ADVICE[grade]}。" for grade, n in grades.items() if n]
    areas: dict[str, int] = {}
    for row in rows:
        if row["grade"] is None and row["node"]["label"] == "Area":
            areas[row["rule"]] = areas.get(row["rule"], 0) + 1
    for rule, n in areas.items():
        who = most_common(
            (called(material, r["responsible"]) for r in rows if r["rule"] == rule and r["responsible"]), 3
        )
        named = f"，任务最重的是{listed([name for name, _ in who])}" if len(who) > 1 else ""
        said.append(f"{material.view.profile.rule(rule).name}空白点{n}个：请责任组织逐个核实，明确补建时限{named}。")
    said.append("空白点清单附后，请责任组织核实后按期销号；属台账漏填的，请补报。")
    return Section("工作建议", tuple(Paragraph(text) for text in said))


def _gap_list(material: Material, rows: Sequence[Row]) -> Table:
    columns = (
        Column("序号", "count", 2.2),
        Column("规则", width=8),
        Column("空白点", width=13),
        Column("所在", width=9),
        Column("等级", width=4.5),
        Column("原因", width=13),
        Column("责任组织", width=11),
    )
    body = tuple(
        (
            n,
            material.view.profile.rule(row["rule"]).name,
            called(material, row["node"]),
            called(material, row["area"]),
            row["grade"] or "",
            row["reason"]["text"],
            called(material, row["responsible"]),
        )
        for n, row in enumerate(rows, 1)
    )
    return Table("空白点清单", columns, body, wide=True)
