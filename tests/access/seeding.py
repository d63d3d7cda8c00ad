"""What the tests of access put into Fuxing besides the published data, with words that occur nowhere else."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

STREET, OTHER = "fuxing.130404001000", "fuxing.130404002000"
COMMUNITY, FOREIGN_COMMUNITY = "fuxing.130404001008", "fuxing.130404002001"
FILE_NAME = "金丝鸟台账柒柒.xlsx"
OWN_HOLDER, FOREIGN_HOLDER = "欧阳窈窕", "司马铿锵"
"""Holders of a post of the street and of another one."""
HOLDERS = (OWN_HOLDER, FOREIGN_HOLDER)
HOLDER_KEYS = ("HKOWN7Q", "HKFOREIGN7Q")
FOREIGN = "鹡鸰"
"""Stands in every name that belongs to other streets alone; it occurs nowhere else."""
SHARED = "鸳鸯活动"
"""An activity that the street takes part in together with others."""
Sheets = Mapping[str, Sequence[Sequence[Any]]]


def sheets(own: str, foreign: str, foreign_unit: str, superior: str) -> Sheets:
    """The seeded workbook; ids of an organization of the street, of one and of a unit of another street, and of the
    organization that another one is put below."""
    return {
        "党组织": (
            ("标识", "名称", "类型", "上级党组织", "曾用名", "批准成立的上级党组织", "简称"),
            (
                "fuxing.seed-o",
                f"{FOREIGN}社区第九党支部",
                "党支部",
                superior,
                f"{FOREIGN}曾用名",
                f"{FOREIGN}批准党委",
                f"{FOREIGN}支部",
            ),
        ),
        "岗位": (
            ("标识", "名称", "类型", "任职人", "任职人识别码", "在岗情况", "任职时间", "岗位所属"),
            ("fuxing.seed-p1", "本街书记岗", "书记", HOLDERS[0], HOLDER_KEYS[0], "在岗", "2025-03-01", own),
            ("fuxing.seed-p2", f"{FOREIGN}书记岗", "书记", HOLDERS[1], HOLDER_KEYS[1], "在岗", "2025-03-01", foreign),
            ("fuxing.seed-p3", f"{FOREIGN}委员岗", "委员", HOLDERS[1], HOLDER_KEYS[1], "在岗", "2025-03-01", foreign),
        ),
        "需求": (
            ("标识", "名称", "提出日期"),
            ("fuxing.seed-d", f"{FOREIGN}需求", "2026-01-05"),
            ("fuxing.seed-d2", "本街需求", "2026-01-05"),
        ),
        "资源": (("标识", "名称"), ("fuxing.seed-r", f"{FOREIGN}资源")),
        "项目": (("标识", "名称"), ("fuxing.seed-j", f"{FOREIGN}项目")),
        "活动": (
            ("标识", "名称", "活动日期"),
            ("fuxing.seed-a", f"{FOREIGN}活动", "2026-02-01"),
            ("fuxing.seed-b", SHARED, "2026-02-02"),
        ),
        "提出需求": (("需求方", "需求"), (foreign, "fuxing.seed-d"), (own, "fuxing.seed-d2")),
        "提供资源": (("资源方", "资源"), (foreign_unit, "fuxing.seed-r")),
        "责任": (("责任单位", "责任事项"), (foreign, "fuxing.seed-j")),
        "参加": (
            ("参加单位", "活动"),
            (foreign, "fuxing.seed-a"),
            ("fuxing.seed-o", "fuxing.seed-b"),
            (foreign, "fuxing.seed-b"),
            (own, "fuxing.seed-b"),
        ),
    }
