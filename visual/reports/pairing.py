"""结对共建情况: who is paired with whom, what is missing on both sides, and how the load lies."""

from __future__ import annotations

from collections.abc import Sequence

from graph.analysis.partners import ALIVE, DORMANT, EXPIRED, UNKNOWN, partners
from graph.profile import Pairing
from graph.view import View
from visual.reports.content import Cell, Column, Paragraph, Report, Section, Share, Table
from visual.reports.material import Material, Row, called, empty, notices, report, street_of, subject
from visual.reports.wording import extremes, listed, share_words
from visual.sheet import chinese_date

NEEDS = ("unpaired", "pairing")
STATES = {
    "none": "没有结对",
    "kind_missing": "缺少类型",
    "expired": "协议到期",
    "dormant": "沉寂",
    "unknown": "无法判断",
}
TIES = {ALIVE: "正常", EXPIRED: "协议到期", DORMANT: "沉寂", UNKNOWN: "活动未报"}
LOADS = {"none": "没有结对", "under": "偏少", "even": "适中", "over": "偏多"}


def pairing_report(material: Material) -> Report:
    """Built from the answers NEEDS. `NotFoundError` without a declared pairing or anyone to pair."""
    pairing, totals = material.view.profile.pairing, material.totals("unpaired")
    if pairing is None:
        raise empty("治理方案没有声明结对共建")
    if not totals["community"]["of"] and not totals["unit"]["of"]:
        raise empty(f"{subject(material)}没有可结对的{'、'.join(pairing.area_kinds)}和单位")
    every = pairs(material, pairing)
    attachments = (Section("结对一览", (every,)),) if every.rows else ()
    return report(
        material,
        "pairing",
        f"{pairing.local}情况",
        (_lead(material, pairing),),
        (
            whole(material, pairing),
            *by_street(material, pairing),
            _missing(material, pairing),
            _load(material, pairing),
        ),
        attachments=attachments,
        basis=(
            "以现行有效的结对关系为准；协议到期而没有解除的，仍算结对关系，单列为协议到期。",
            f"沉寂指结对超过{pairing.dormant_days}天而没有活动；没有活动数据的，无法判断，不算沉寂。",
            "缺少某一类结对单位只是提示，治理方案载明依据的除外。",
            *notices(material, "unpaired"),
        ),
    )


def _kinds(pairing: Pairing) -> str:
    return "、".join(pairing.area_kinds)


def _lead(material: Material, pairing: Pairing) -> str:
    communities, units = (material.totals("unpaired")[side] for side in ("community", "unit"))
    paired = communities["of"] - communities["states"]["none"]
    if not communities["of"]:
        said = f"没有应结对的{_kinds(pairing)}"
    else:
        said = f"有{_kinds(pairing)}{communities['of']}个，有结对单位的{share_words(Share(paired, communities['of']))}"
    if not units["of"]:
        other = "没有可结对的单位"
    else:
        done = units["of"] - units["states"]["none"]
        other = f"可结对的单位{units['of']}个，已结对的{share_words(Share(done, units['of']))}"
    return f"截至{chinese_date(material.view.as_of)}，{subject(material)}{said}；{other}。现将有关情况报告如下。"


def whole(material: Material, pairing: Pairing) -> Section:
    """总体情况: the states of both sides in a sentence each, and a table."""
    totals, load = material.totals("unpaired"), material.totals("pairing")
    said = []
    for side, noun in (("community", _kinds(pairing)), ("unit", "单位")):
        of, states = totals[side]["of"], totals[side]["states"]
        found = [f"{word}{states[s]}个" for s, word in STATES.items() if states[s]]
        if of:
            said.append(f"{noun}{of}个，{'，'.join(found) if found else '没有缺口'}。")
    dormant = f"，其中沉寂{load['dormant_ties']}对" if load["dormant_ties"] else ""
    said.append(f"未到期的结对{load['ties']}对{dormant}。" if load["ties"] else "没有未到期的结对。")
    lacking = totals["community"]["missing"]
    if lacking:
        kinds = "，".join(f"缺{kind}的{n}个" for kind, n in lacking.items())
        said.append(f"按类型看，{kinds}。")
    rows: tuple[tuple[Cell, ...], ...] = tuple(
        (word, *(Share(totals[side]["states"][s], totals[side]["of"]) for side in ("community", "unit")))
        for s, word in STATES.items()
    )
    columns = (Column("状态", width=5), Column(_kinds(pairing), "share"), Column("单位", "share"))
    note = "一个对象可以同时有几种状态，各行不相加。"
    return Section("总体情况", (*(Paragraph(t) for t in said), Table("结对状态", columns, rows, notes=(note,))))


def by_street(material: Material, pairing: Pairing) -> tuple[Section, ...]:
    """各街道情况: only where there are several."""
    load = [r for r in material.rows("pairing") if r["side"] == "community"]
    states = {r["area"]["id"]: r["states"] for r in material.rows("unpaired") if r["side"] == "community" and r["area"]}
    streets: dict[str, list[Row]] = {}
    for row in load:
        streets.setdefault(street_of(material, row["area"]) or "未定区域", []).append(row)
    if len(streets) < 2:
        return ()
    rows: list[tuple[Cell, ...]] = []
    shares = []
    for street, mine in streets.items():
        share = Share(sum(r["partners"] > 0 for r in mine), len(mine))
        count = [sum(s in states.get(r["area"]["id"], ()) for r in mine) for s in STATES]
        rows.append((street, share, sum(r["partners"] for r in mine), *count))
        shares.append((street, share))
    kinds = _kinds(pairing)
    columns = (
        Column(material.level, width=6),
        Column(f"有结对的{kinds}", "share", 5.4),
        Column("结对数", "count", 3.4),
        *(Column(word, "count", 4.2) for word in STATES.values()),
    )
    full = all(s.n == s.of for _, s in shares)
    said = f"各{material.level}的{kinds}都有未到期的结对。" if full else f"{extremes(shares, material.level)}。"
    return (Section(f"各{material.level}情况", (Paragraph(said), Table("各地结对情况", columns, tuple(rows)))),)


def _missing(material: Material, pairing: Pairing) -> Section:
    """缺口: communities and units without a proper partner by name."""
    rows = [r for r in material.rows("unpaired") if set(r["states"]) - {"unknown"}]
    sides = {side: [r for r in rows if r["side"] == side] for side in ("community", "unit")}
    blocks: list[Paragraph | Table] = []
    for side, noun in (("community", _kinds(pairing)), ("unit", "单位")):
        mine = sides[side]
        none = [called(material, r["node"]) for r in mine if "none" in r["states"]]
        if not mine:
            blocks.append(Paragraph(f"{noun}没有结对缺口。"))
            continue
        if not none:
            blocks.append(Paragraph(f"没有完全未结对的{noun}，有其他缺口的{len(mine)}个。"))
        elif len(none) == 1:
            blocks.append(Paragraph(f"未结对的{noun}只有{none[0]}。"))
        else:
            blocks.append(Paragraph(f"未结对的{noun}{len(none)}个：{listed(none, 5)}。"))
        blocks.append(_gap_table(material, noun, mine))
    return Section("缺口", tuple(blocks))


def _gap_table(material: Material, noun: str, rows: Sequence[Row]) -> Table:
    columns = (
        Column("序号", "count", 1.6),
        Column("名称", width=7),
        Column("所在", width=5),
        Column("状态", width=5),
        Column("缺少类型", width=5),
        Column("现有结对", width=8),
    )
    body: tuple[tuple[Cell, ...], ...] = tuple(
        (
            n,
            called(material, row["node"]),
            street_of(material, row["area"]) or called(material, row["area"]),
            "、".join(STATES[s] for s in row["states"]),
            "、".join(row["missing"]),
            "、".join(called(material, p) for p in row["partners"]),
        )
        for n, row in enumerate(rows, 1)
    )
    return Table(f"有缺口的{noun}", columns, body, shown=100)


def _load(material: Material, pairing: Pairing) -> Section:
    """负担: how many partners each has."""
    rows, totals = material.rows("pairing"), material.totals("pairing")
    blocks: list[Paragraph | Table] = []
    table: list[tuple[Cell, ...]] = []
    for side, noun in (("community", _kinds(pairing)), ("unit", "单位")):
        spread = totals[side]
        if not spread["of"]:
            continue
        mean = f"平均每个{spread['mean']:.2f}个结对（共{spread['of']}个）"
        loads = {word: sum(r["load"] == load for r in rows if r["side"] == side) for load, word in LOADS.items()}
        blocks.append(Paragraph(f"{noun}{mean}：{'，'.join(f'{w}{n}个' for w, n in loads.items() if n)}。"))
        table += [(noun, int(k), Share(n, spread["of"])) for k, n in spread["distribution"].items()]
    over = [called(material, r["node"]) for r in rows if r["side"] == "unit" and r["load"] == "over"]
    if over:
        blocks.append(Paragraph(f"负担偏多的单位{len(over)}个：{listed(over, 5)}，建议调整。"))
    columns = (Column("一方", width=4), Column("结对数", "count"), Column("个数", "share"))
    note = f"单位的适中数以其能承担的数目为准（未报的按{pairing.default_capacity}个），{_kinds(pairing)}以类型数为准。"
    return Section("负担", (*blocks, Table("结对数的分布", columns, tuple(table), notes=(note,))))


def pairs(material: Material, pairing: Pairing) -> Table:
    """Every tie in force of the asked area: community, unit, kind, state, last activity."""
    view, found = material.view, partners(material.view, pairing)
    wanted = {r["area"]["id"]: n for n, r in enumerate(material.rows("pairing")) if r["side"] == "community"}
    ties = []
    for i, area in enumerate(found.area.tolist()):
        place = wanted.get(view.id(area)) if area >= 0 else None
        if place is not None:
            ties.append((place, view.id(int(found.unit[i])), i))
    body: tuple[tuple[Cell, ...], ...] = tuple(
        (
            n,
            street_of(material, view.ref(int(found.area[i]))),
            called(material, view.ref(int(found.area[i]))),
            called(material, view.ref(int(found.unit[i]))),
            _kind_of(view, pairing, int(found.unit[i])),
            TIES[int(found.state[i])],
        )
        for n, (_, _, i) in enumerate(sorted(ties), 1)
    )
    columns = (
        Column("序号", "count", 1.6),
        Column("街镇", width=5),
        Column(_kinds(pairing), width=6),
        Column("结对单位", width=8),
        Column("类型", width=6),
        Column("状态", width=4.2),
    )
    return Table("结对一览", columns, body)


def _kind_of(view: View, pairing: Pairing, unit: int) -> str:
    """The first of the profile's kinds that a unit is of, else its own kind."""
    kind, level, sector = (str(view.snapshot.value(unit, a) or "") for a in ("kind", "level", "sector"))
    for k in pairing.kinds:
        fits = kind in k.unit_kinds and (not k.levels or level in k.levels) and (not k.sectors or sector in k.sectors)
        if fits:
            return k.name
    return kind
