"""Questions about ties with units: unpaired, pairing load, alliances."""

from __future__ import annotations

from api.columns import Column, Row, at, count, node, text, word
from api.parameters import AREA
from api.questions.form import Question, by_area
from graph.analysis.alliances import alliance_status
from graph.analysis.pairing import pairing_load, unpaired
from graph.analysis.words import ALLIANCE_STATES

SIDES = {"community": "社区", "unit": "单位"}
STATES = {
    "none": "无结对",
    "kind_missing": "缺少类型",
    "expired": "协议到期",
    "dormant": "沉寂",
    "unknown": "无法判断",
}
LOADS = {"none": "无", "under": "偏少", "even": "适中", "over": "偏多"}


def _by_kind(row: Row) -> str:
    return "、".join(f"{kind}{n}" for kind, n in (at(row, "by_kind") or {}).items())


def _partners(row: Row) -> int:
    found = at(row, "partners")
    return len(found) if isinstance(found, list) else int(found or 0)


def _unpaired(row: Row) -> bool:
    """A missing kind is a notice unless the profile cites a requirement; without records nothing can be said."""
    return bool({"none", "expired", "dormant"} & set(row["states"])) or bool(row.get("required"))


QUESTIONS = (
    Question(
        "unpaired",
        "unpaired",
        "结对缺口",
        "没有在效结对单位、缺少规定类型、协议到期或沉寂的社区，和没有结对社区的单位。",
        (AREA,),
        by_area(unpaired),
        (
            word("哪一方", "side", SIDES),
            node("名称", "node"),
            node("区域", "area"),
            word("状态", "states", STATES),
            text("缺少类型", "missing"),
            Column("结对数", _partners, number=True),
        ),
        "Unpaired",
        breach=_unpaired,
    ),
    Question(
        "pairing",
        "pairing-load",
        "结对负担",
        "每个社区和单位的结对数、按类型分布，和负担是否均衡。",
        (AREA,),
        by_area(pairing_load),
        (
            word("哪一方", "side", SIDES),
            node("名称", "node"),
            node("区域", "area"),
            count("结对数", "partners"),
            Column("按类型", _by_kind),
            word("负担", "load", LOADS),
        ),
        "PairingLoad",
    ),
    Question(
        "alliances",
        "alliance-status",
        "联盟状态",
        "治理方案要求的大工委、大党委、党建联盟、联席会议：是否建立、成员是否齐全、最近何时开会。",
        (AREA,),
        by_area(alliance_status),
        (
            text("层级", "tier"),
            node("区域", "area"),
            node("联盟", "alliance"),
            word("状态", "states", ALLIANCE_STATES),
            text("缺少", "missing"),
            count("成员", "members"),
            text("最近开会", "last_met"),
        ),
        "AllianceStatus",
    ),
)
