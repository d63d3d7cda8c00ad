"""口径核对表: every published figure with what can be computed, what decided, and why the rest cannot be judged."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from visual.reports.content import Cell, Column, Paragraph, Report, Section, Share, Table
from visual.reports.material import Material, Row, empty, notices, report, subject
from visual.reports.wording import share_words
from visual.sheet import chinese_date
from visual.text import clean

NEEDS = ("claims", "bounds")
VERDICTS = {"supported": "相符", "contradicted": "不符", "not_computable": "无法核对"}
BASES = {"ledger": "台账", "figures": "公布数字互证", "divisions": "行政区划", "generated": "示例数据", "none": "无"}


def claims_report(material: Material) -> Report:
    """Built from the answers NEEDS. `NotFoundError` for a district without published figures."""
    rows = material.rows("claims")
    if not rows:
        raise empty(f"{subject(material)}没有公布的数字可以核对")
    wrong = [r for r in rows if r["verdict"] == "contradicted"]
    right = [r for r in rows if r["verdict"] == "supported"]
    open_ = [r for r in rows if r["verdict"] == "not_computable"]
    return report(
        material,
        "claims",
        "公布数字口径核对",
        (_lead(material, rows),),
        (
            Section("核对结果", (verdicts(rows),)),
            _judged("不符的数字", wrong, "没有发现不符的数字。"),
            _judged("相符的数字", right, "没有能够证实的数字。"),
            _unjudged(open_),
            _forced(material),
        ),
        attachments=(Section("口径核对表", (whole(rows),)),),
        basis=(
            "带“余”“多”“近”的数字按区间核对，只比较同一单位的数，不以人比人次。",
            "结论不以示例数据为依据；只能由示例数据得出的，一律为无法核对。",
            *notices(material, "claims"),
        ),
    )


def counts(rows: Sequence[Row]) -> str:
    """相符3项，不符2项 …, words for zero included."""
    found = {v: sum(r["verdict"] == v for r in rows) for v in VERDICTS}
    said = [f"{word}{share_words(Share(found[v], len(rows)))}" for v, word in VERDICTS.items() if found[v]]
    none = [word for v, word in VERDICTS.items() if not found[v]]
    return "，".join([*said, *([f"没有{'、'.join(none)}的"] if none else [])])


def _lead(material: Material, rows: Sequence[Row]) -> str:
    return (
        f"截至{chinese_date(material.view.as_of)}，对{subject(material)}公布的{len(rows)}项数字和说法逐项核对，"
        f"{counts(rows)}。"
    )


def verdicts(rows: Sequence[Row]) -> Table:
    """Verdicts by what they rest on."""
    found: list[tuple[Cell, ...]] = []
    for basis, word in BASES.items():
        mine = [r for r in rows if r["basis"] == basis]
        if mine:
            found.append((word, len(mine), *(sum(r["verdict"] == v for r in mine) for v in VERDICTS)))
    found.append(("合计", len(rows), *(sum(r["verdict"] == v for r in rows) for v in VERDICTS)))
    columns = (Column("依据", width=6), Column("项数", "count"), *(Column(w, "count") for w in VERDICTS.values()))
    return Table("核对结果", columns, (found[-1], *found[:-1]), leading=1)


def _judged(title: str, rows: Sequence[Row], nothing: str) -> Section:
    if not rows:
        return Section(title, (Paragraph(nothing),))
    said = [f"{n}.{_named(r)}：{clean(r['why'])}" for n, r in enumerate(rows, 1)]
    return Section(title, tuple(Paragraph(text) for text in said))


def _named(row: Row) -> str:
    """What a figure counts, and how the text says it where that differs."""
    counts, literal = clean(row["figure"]), clean(row["literal"])
    return counts if counts.strip("“”") == literal.strip("“”") else f"{counts}（原文：{literal}）"


def _unjudged(rows: Sequence[Row]) -> Section:
    """Why figures cannot be judged, by what is missing."""
    if not rows:
        return Section("无法核对的数字", (Paragraph("没有无法核对的数字。"),))
    made_up = sum(r["basis"] == "generated" for r in rows)
    lacking = sum(bool(r["evidence"]["missing"]) for r in rows)
    names = sum(r["published"] is None for r in rows)
    said = [f"无法核对的{len(rows)}项"]
    said += [f"数据为示例、不能作为依据的{made_up}项"] if made_up else []
    said += [f"缺少台账数据的{lacking}项"] if lacking else []
    said += [f"没有可核对的数值的{names}项"] if names else []
    return Section("无法核对的数字", (Paragraph("，".join(said) + "（可以兼有）。逐项说明见附件。"),))


def _forced(material: Material) -> Section:
    """What the published figures force, with the assumption."""
    rows = material.rows("bounds")
    if not rows:
        return Section("由公布数字可以推断的", (Paragraph("由公布的数字不能推断其他数字。"),))
    columns = (
        Column("推断", width=8),
        Column("范围", width=4),
        Column("前提", width=7),
        Column("理由", width=8),
        Column("前提不成立时", width=8),
    )
    body: tuple[tuple[Cell, ...], ...] = tuple(
        (
            clean(r["about"]),
            interval(r),
            clean(r["assumption"] or ""),
            clean(r["because"]),
            clean((r.get("without") or {}).get("text") or ""),
        )
        for r in rows
    )
    said = f"公布的数字之间有{len(rows)}项必然的关系，各有前提。"
    return Section("由公布数字可以推断的", (Paragraph(said), Table("数字推断", columns, body)))


def whole(rows: Sequence[Row]) -> Table:
    """The table of all figures."""
    columns = (
        Column("序号", "count", 1.6),
        Column("数字", width=9),
        Column("原文", width=6),
        Column("公布", width=4.5),
        Column("算得", width=4.5),
        Column("依据", width=5),
        Column("结论", width=3.5),
        Column("说明", width=16),
    )
    body: tuple[tuple[Cell, ...], ...] = tuple(
        (
            n,
            clean(r["figure"]),
            clean(r["literal"]),
            interval(r["published"]),
            interval(r["computed"]),
            BASES[r["basis"]],
            VERDICTS[r["verdict"]],
            clean(r["why"]),
        )
        for n, r in enumerate(rows, 1)
    )
    return Table("口径核对表", columns, body, wide=True)


def interval(found: Mapping[str, float | None] | None) -> str:
    """An interval in words.

    >>> interval({"low": 991, "high": 999}), interval({"low": 2, "high": 2}), interval(None)
    ('991～999', '2', '')
    """
    if not found:
        return ""
    low, high = (_number(found[k]) for k in ("low", "high"))
    return low if low == high else f"{low}～{high}"


def _number(value: float | None) -> str:
    if value is None:
        return "不限"
    return str(int(value)) if float(value).is_integer() else f"{value:.2f}"
