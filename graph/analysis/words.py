"""Chinese words for what answers say in codes; tables, charts and reports use the same."""

from __future__ import annotations

CHANGES = {
    "added": "新增",
    "ended": "结束",
    "changed": "改变",
    "renamed": "更名",
    "moved": "移动",
    "merged": "合并",
    "split": "拆分",
}

ALLIANCE_STATES = {
    "ok": "正常",
    "missing": "未建",
    "incomplete": "成员不全",
    "dormant": "久未开会",
    "unknown": "无法判断",
}

ITEM_STATES = {
    "done": "已办",
    "matched": "已对接",
    "unmet": "未对接",
    "used": "已使用",
    "unused": "未使用",
    "claimed": "已认领",
    "unclaimed": "未认领",
}

CHAIN_FAULTS = {
    "broken": "断链",
    "skipped": "越级",
    "isolated": "孤立",
    "multiple": "多头",
    "single_child": "仅一个下级",
    "missing_tier": "缺层",
}
