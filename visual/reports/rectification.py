"""整改台账: what is to be put right, by whom, until when, and how far it is."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from graph.analysis.rules.declared import CHECKS
from graph.analysis.rules.judging import judge
from graph.analysis.words import CHAIN_FAULTS
from visual.reports.content import Cell, Column, Paragraph, Report, Section, Share, Table
from visual.reports.material import Material, Row, called, most_common, report, street_of, subject
from visual.reports.wording import listed, share_words
from visual.sheet import chinese_date
from visual.text import clean

NEEDS = ("findings",)
SEVERITIES = {"error": "错误", "warning": "警告", "notice": "提示"}
STATES = {"open": "待整改", "in_progress": "整改中", "closed": "已销号"}
LISTED = 400
MOST_RESPONSIBLE = 10


def rectification_report(material: Material) -> Report:
    """Built from the answers NEEDS, with states, due dates and waivers."""
    rows = material.rows("findings")
    ledger = [r for r in rows if r["severity"] != "notice"] + [r for r in rows if r["severity"] == "notice"]
    attachments = (Section("整改台账", (whole(material, ledger),)),) if ledger else ()
    return report(
        material,
        "rectification",
        "组织建设问题整改台账",
        (_lead(material, rows),),
        (overall(material, rows), *_by_place(material, rows), _late(material, rows), _who(material, rows)),
        attachments=attachments,
        basis=(
            "错误为违反“应当”“必须”的规定，警告为不合“一般”“原则上”的规定，提示为其他需要注意的情况。",
            "豁免的问题在豁免期内不计为待整改；已销号的问题再次查出时重新列出。",
            _unchecked(material),
        ),
    )


def _unchecked(material: Material) -> str:
    """How many checks the ledger has no data for."""
    n = sum(j.status == "no_data" for j in judge(material.view))
    return f"因台账没有所需的数据而没有检查的规则有{n}项，清单见 partygraph rules。" if n else ""


def pending(row: Row) -> bool:
    """Still to be put right: found, not waived, not closed."""
    return bool(row["found"] and row["waived"] is None and row["state"] != "closed")


def overdue(row: Row, day: str) -> bool:
    """Pending with a due date before `day` (ISO)."""
    return pending(row) and row["due"] is not None and row["due"] < day


def _lead(material: Material, rows: Sequence[Row]) -> str:
    head = f"截至{chinese_date(material.view.as_of)}，{subject(material)}"
    if not rows:
        return f"{head}没有查出问题。"
    left = sum(pending(r) for r in rows)
    return f"{head}共查出问题{len(rows)}个，尚待整改{share_words(Share(left, len(rows)))}。现将整改情况列明如下。"


def overall(material: Material, rows: Sequence[Row]) -> Section:
    """总体情况: by severity and state."""
    if not rows:
        return Section("总体情况", (Paragraph("没有问题。"),))
    said = "，".join(
        f"{word}{sum(r['severity'] == s for r in rows)}个"
        for s, word in SEVERITIES.items()
        if any(r["severity"] == s for r in rows)
    )
    waived = sum(r["waived"] is not None for r in rows)
    states = "，".join(f"{word}{sum(r['state'] == s for r in rows)}个" for s, word in STATES.items())
    blocks = [
        Paragraph(f"按轻重分，{said}。"),
        Paragraph(f"按状态分，{states}{f'，豁免{waived}个' if waived else ''}。"),
    ]
    body: list[tuple[Cell, ...]] = []
    for key in dict.fromkeys((r["severity"], r["rule"]) for r in rows):
        mine = [r for r in rows if (r["severity"], r["rule"]) == key]
        done = sum(r["state"] == "closed" for r in mine)
        body.append((SEVERITIES[key[0]], rule_name(material, key[1]), len(mine), Share(done, len(mine))))
    columns = (
        Column("级别", width=3),
        Column("规则", width=12),
        Column("问题", "count", 3),
        Column("已销号", "share", 4),
    )
    return Section("总体情况", (*blocks, Table("问题的分布", columns, tuple(body))))


def rule_name(material: Material, rule: str) -> str:
    """What a rule is called: 覆盖：网格党组织覆盖, 组织链：仅一个下级, R01 有正式党员3人以上的单位成立党支部 …"""
    head, _, rest = rule.partition(".")
    words = {
        "chain": "组织链：" + CHAIN_FAULTS.get(rest, rest),
        "pairing": "结对共建：" + PAIRING.get(rest, rest),
        "alliance": "联席机制：" + ALLIANCE.get(rest, rest),
        "vacancies": "岗位阵地：" + VACANCIES.get(rest, rest),
        "terms": "任期：临近届满",
    }
    if head == "coverage":
        return "覆盖：" + next((r.name for r in material.view.profile.coverage if r.id == rest), rest)
    return words.get(head) or next((f"{rule} {c.asks}" for c in CHECKS if c.id == rule), rule)


def _short(rule: str) -> str:
    """The word for a rule in a narrow column."""
    head = rule.partition(".")[0]
    return {
        "chain": "组织链",
        "coverage": "覆盖",
        "pairing": "结对共建",
        "alliance": "联席机制",
        "vacancies": "岗位阵地",
        "terms": "任期",
    }.get(head, head)


PAIRING = {"none": "没有结对", "kind_missing": "缺少类型", "expired": "协议到期", "dormant": "沉寂"}
ALLIANCE = {"missing": "未建", "incomplete": "成员不全", "dormant": "久未开会"}
VACANCIES = {
    "vacant": "空缺",
    "without_post": "应设未设岗位",
    "together": "一人兼任",
    "without_facility": "应有未有阵地",
}


def _by_place(material: Material, rows: Sequence[Row]) -> tuple[Section, ...]:
    return _grouped(
        material, rows, lambda r: street_of(material, r["area"]) or "区划本级及未定区域", f"各{material.level}情况"
    )


def _grouped(material: Material, rows: Sequence[Row], key: Callable[[Row], str], title: str) -> tuple[Section, ...]:
    """Findings by place: how many, how many closed of all, how many overdue."""
    found: dict[str, list[Row]] = {}
    for row in rows:
        found.setdefault(key(row), []).append(row)
    if len(found) < 2:
        return ()
    day = material.view.as_of.isoformat()
    body: tuple[tuple[Cell, ...], ...] = tuple(
        (
            place,
            len(mine),
            *(sum(r["severity"] == s for r in mine) for s in SEVERITIES),
            Share(sum(r["state"] == "closed" for r in mine), len(mine)),
            sum(overdue(r, day) for r in mine),
        )
        for place, mine in sorted(found.items(), key=lambda item: -len(item[1]))
    )
    columns = (
        Column(material.level, width=6),
        Column("问题", "count", 3),
        *(Column(word, "count", 3) for word in SEVERITIES.values()),
        Column("已销号", "share", 4),
        Column("逾期", "count", 3),
    )
    most = body[0]
    said = f"问题最多的是{most[0]}，{most[1]}个。"
    return (Section(title, (Paragraph(said), Table("各地问题和销号情况", columns, body))),)


def _late(material: Material, rows: Sequence[Row]) -> Section:
    """逾期未整改 by name; without due dates that is said."""
    day = material.view.as_of.isoformat()
    late = sorted((r for r in rows if overdue(r, day)), key=lambda r: r["due"])
    dated = sum(r["due"] is not None for r in rows)
    if not late:
        said = "没有逾期未整改的问题。" if dated or not rows else "尚未设定整改期限，无法判断是否逾期。"
        return Section("逾期情况", (Paragraph(said),))
    columns = (
        Column("序号", "count", 1.6),
        Column("对象", width=7),
        Column("问题", width=9),
        Column("责任组织", width=6),
        Column("期限", width=4),
    )
    body: tuple[tuple[Cell, ...], ...] = tuple(
        (n, called(material, r["node"]), clean(r["message"]), called(material, r["responsible"]), r["due"])
        for n, r in enumerate(late, 1)
    )
    said = f"设定期限的{dated}个问题中，逾期未整改{share_words(Share(len(late), dated))}。"
    return Section("逾期情况", (Paragraph(said), Table("逾期未整改的问题", columns, body)))


def _who(material: Material, rows: Sequence[Row]) -> Section:
    """责任分布: who has most to put right."""
    left = [r for r in rows if pending(r)]
    if not left:
        return Section("责任分布", (Paragraph("没有待整改的问题。"),))
    found = most_common((called(material, r["responsible"]) or "没有责任组织" for r in left), MOST_RESPONSIBLE)
    body: tuple[tuple[Cell, ...], ...] = tuple((n, who, Share(k, len(left))) for n, (who, k) in enumerate(found, 1))
    columns = (Column("序号", "count", 1.6), Column("责任组织", width=10), Column("待整改", "share", 4))
    said = f"待整改的{len(left)}个问题，责任较重的是{listed([who for who, _ in found[:3]])}。"
    return Section("责任分布", (Paragraph(said), Table("待整改最多的责任组织", columns, body)))


def whole(material: Material, rows: Sequence[Row]) -> Table:
    """The ledger, errors first."""
    columns = (
        Column("序号", "count", 2.6),
        Column("编号", width=9.6),
        Column("级别", width=3.6),
        Column("规则", width=5),
        Column("对象", width=9),
        Column("所在", width=6.4),
        Column("问题", width=13),
        Column("整改措施", width=10.5),
        Column("责任组织", width=8),
        Column("期限", width=5.9),
        Column("状态", width=4.8),
        Column("备注", width=5),
    )
    body: tuple[tuple[Cell, ...], ...] = tuple(
        (
            n,
            str(r["id"]).rpartition("-")[2],
            SEVERITIES[r["severity"]],
            _short(r["rule"]),
            called(material, r["node"]),
            street_of(material, r["area"]) or called(material, r["area"]),
            clean(r["message"]),
            clean(r["remedy"]),
            called(material, r["responsible"]),
            r["due"] or "",
            STATES[r["state"]],
            _remark(r),
        )
        for n, r in enumerate(rows, 1)
    )
    note = f"编号前加 {material.view.snapshot.district}.f- 即为问题的标识。"
    return Table("整改台账", columns, body, shown=LISTED, wide=True, notes=(note,))


def _remark(row: Row) -> str:
    said = [] if row["found"] else ["现已查不出"]
    if row["waived"] is not None:
        said.append(f"豁免至{row['waived']['until']}")
    return "，".join(said)
