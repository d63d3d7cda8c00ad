"""Hand-made ledgers for the claims: for each figure a way to build rows that come to any number."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from graph.dataset import dataset
from graph.profile import load_profile
from graph.snapshot import build
from graph.view import View, view

Rows = dict[str, list[dict[str, Any]]]
Ledger = tuple[Rows, Rows]
Make = Callable[[int], Ledger]
DAY = dt.date(2026, 6, 30)


def ledger_view(district: str, ledger: Ledger, scope: Sequence[str] | None = None) -> View:
    """A View of a ledger in one of the published districts; ids are given without the district."""
    nodes = {
        label: [{"name": r["id"]} | r | {"id": f"{district}.{r['id']}"} for r in rows]
        for label, rows in ledger[0].items()
    }
    relations = {
        type_: [r | {"from": f"{district}.{r['from']}", "to": f"{district}.{r['to']}"} for r in rows]
        for type_, rows in ledger[1].items()
    }
    return view(build(dataset(district, nodes, relations), 1), load_profile(district), DAY, scope)


def rows(label: str, **same: Any) -> Make:
    """n nodes of a label that are alike."""
    return lambda n: ({label: [{"id": f"x{i}", **same} for i in range(n)]}, {})


def amount(label: str, attribute: str, **same: Any) -> Make:
    """Three nodes whose attribute comes to n."""
    return lambda n: ({label: [{"id": f"x{i}", attribute: v, **same} for i, v in enumerate(split(n))]}, {})


def split(n: int) -> list[int]:
    """Three parts of a number."""
    return [n // 2, n // 3, n - n // 2 - n // 3]


def pairs(kind: str) -> Make:
    """n units of a kind, each paired with one of two communities."""

    def make(n: int) -> Ledger:
        units = [{"id": f"u{i}", "kind": kind} for i in range(n)]
        tied = [{"from": f"o{i % 2}", "to": f"u{i}"} for i in range(n)]
        return {"Organization": [_organization(0), _organization(1)], "Unit": units}, {"PAIRED_WITH": tied}

    return make


def paired_communities(n: int) -> Ledger:
    """n communities with one unit each; one of them with two."""
    organizations = [_organization(i) for i in range(n)]
    units = [{"id": f"u{i}", "kind": "机关"} for i in range(n + 1)]
    tied = [{"from": f"o{i % n}", "to": f"u{i}"} for i in range(n + 1)]
    return {"Organization": organizations, "Unit": units}, {"PAIRED_WITH": tied}


def reports(half: str, *, each: Mapping[str, int] | None = None) -> Make:
    """n organizations that reported to one community."""

    def make(n: int) -> Ledger:
        tied = [{"from": f"o{i}", "to": "o-c", "half": half, **(each or {})} for i in range(n)]
        return {"Organization": [*map(_organization, range(n)), {"id": "o-c", "kind": "党委"}]}, {"REPORTED_TO": tied}

    return make


def reported_members(n: int) -> Ledger:
    """Three organizations of which n serving members reported."""
    tied = [{"from": f"o{i}", "to": "o3", "half": "在职党员", "members": m} for i, m in enumerate(split(n))]
    return {"Organization": [_organization(i) for i in range(4)]}, {"REPORTED_TO": tied}


def property_firms(n: int) -> Ledger:
    """n firms with an organization or an adviser (the first with both), and two with neither."""
    firms = [{"id": f"u{i}", "kind": "非公企业", "sector": "物业"} for i in range(n + 2)]
    own = [{"from": "o0", "to": "u0"}]
    advised = [{"from": "p0", "to": f"u{i}"} for i in range(n)]
    posts = [{"id": "p0", "kind": "党建指导员"}]
    return (
        {"Organization": [_organization(0)], "Unit": firms, "Post": posts},
        {"BELONGS_TO": own, "ADVISES": advised},
    )


def firms_with_organization(n: int) -> Ledger:
    """n firms with an organization of their own, and one without."""
    firms = [{"id": f"u{i}", "kind": "非公企业", "sector": "物业"} for i in range(n + 1)]
    own = [{"from": f"o{i}", "to": f"u{i}"} for i in range(n)]
    return {"Organization": [_organization(i) for i in range(n)], "Unit": firms}, {"BELONGS_TO": own}


def sent(label: str, mode: str, attribute: str) -> Make:
    """Three of a label sent to one area, whose people, households or shops come to n."""

    def make(n: int) -> Ledger:
        sources = [{"id": f"s{i}", "kind": "机关" if label == "Unit" else "党支部"} for i in range(3)]
        tied = [{"from": f"s{i}", "to": "a", "mode": mode, attribute: v} for i, v in enumerate(split(n))]
        return {label: sources, "Area": [{"id": "a", "kind": "网格"}]}, {"ASSIGNED_TO": tied}

    return make


def visited(n: int) -> Ledger:
    """n grids that one branch visits, and one that a unit visits."""
    grids = [{"id": f"a{i}", "kind": "网格"} for i in range(n + 1)]
    tied = [{"from": "o0", "to": f"a{i}", "mode": "包联"} for i in range(n)] + [
        {"from": "u0", "to": f"a{n}", "mode": "包联"}
    ]
    nodes: Rows = {"Area": grids, "Organization": [_organization(0)], "Unit": [{"id": "u0", "kind": "机关"}]}
    return nodes, {"ASSIGNED_TO": tied}


def governed_estates(n: int) -> Ledger:
    """n old estates with a group of their own, one without, one new with a group."""
    estates: list[dict[str, Any]] = [{"id": f"a{i}", "kind": "小区", "grade": "老旧"} for i in range(n + 1)]
    units = [{"id": f"u{i}", "kind": "自管组织"} for i in range(n + 1)]
    ties = [{"from": f"u{i}", "to": f"a{i}"} for i in range(n)] + [{"from": f"u{n}", "to": "new"}]
    return {"Area": [*estates, {"id": "new", "kind": "小区"}], "Unit": units}, {"MANAGES": ties}


def upgraded_communities(n: int) -> Ledger:
    """n communities of 二道区 with an upgraded centre, one there without, one elsewhere with."""
    areas = [{"id": "220105000000", "kind": "区县"}, *({"id": f"c{i}", "kind": "社区"} for i in range(n + 2))]
    part = [{"from": f"c{i}", "to": "220105000000", "hierarchy": "行政"} for i in range(n + 1)]
    centres = [{"id": f"f{i}", "kind": "党群服务中心", "works": "提升"} for i in range(n + 1)]
    serves = [{"from": f"f{i}", "to": f"c{i}"} for i in range(n)] + [{"from": f"f{n}", "to": f"c{n + 1}"}]
    return {"Area": areas, "Facility": centres}, {"PART_OF": part, "SERVES": serves}


def heads(n: int) -> Ledger:
    """n residents who hold n + 5 posts."""
    posts = [{"id": f"p{i}", "kind": "单元长", "holder_key": f"h{i % n}"} for i in range(n + 5)]
    return {"Post": posts}, {}


def delegated(n: int) -> Ledger:
    """Three departments that delegate n items, each to two towns."""
    units = [{"id": f"u{i}", "kind": "机关"} for i in range(3)]
    areas = [{"id": f"a{i}", "kind": "镇"} for i in range(2)]
    tied = [{"from": f"u{i}", "to": f"a{j}", "items": v} for i, v in enumerate(split(n)) for j in range(2)]
    return {"Unit": units, "Area": areas}, {"DELEGATES_TO": tied}


def delegating(n: int) -> Ledger:
    """n departments that delegate to a town."""
    units = [{"id": f"u{i}", "kind": "机关"} for i in range(n)]
    tied = [{"from": f"u{i}", "to": "a", "items": 1} for i in range(n)]
    return {"Unit": units, "Area": [{"id": "a", "kind": "镇"}]}, {"DELEGATES_TO": tied}


def committees(n: int) -> Ledger:
    """n committees under the district committee, and one under the first of these."""
    organizations = [
        {"id": "q", "kind": "党委", "tier": "区委"},
        *({"id": f"o{i}", "kind": "党工委"} for i in range(n + 1)),
    ]
    tied = [{"from": f"o{i}", "to": "q"} for i in range(n)] + [{"from": f"o{n}", "to": "o0"}]
    return {"Organization": organizations}, {"SUBORDINATE_TO": tied}


def answered(percent: int) -> Ledger:
    """200 calls of which that many percent were answered in time."""
    units = [{"id": f"u{i}", "kind": "机关"} for i in range(2)]
    areas = [{"id": "a", "kind": "街道"}]
    tied = [
        {"from": "u0", "to": "a", "period": "2021", "calls": 150, "on_time": 150},
        {"from": "u1", "to": "a", "period": "2021", "calls": 50, "on_time": percent * 2 - 150},
    ]
    return {"Unit": units, "Area": areas}, {"RESPONDS_TO": tied}


def covered(kind: str, by: str, hundredth: bool = True) -> Make:
    """100 areas of a kind, n of them with a branch or committee of their own."""

    def make(n: int) -> Ledger:
        areas = [{"id": f"a{i}", "kind": kind} for i in range(100 if hundredth else n)]
        organizations = [{"id": f"o{i}", "kind": by} for i in range(n)]
        ties = [{"from": f"o{i}", "to": f"a{i}", "mode": "单独"} for i in range(n)]
        return {"Area": areas, "Organization": organizations}, {"COVERS": ties}

    return make


def held(kind: str, post: str) -> Make:
    """100 areas of a kind, each with a post; n of the posts are held, the others vacant."""

    def make(n: int) -> Ledger:
        areas = [{"id": f"a{i}", "kind": kind} for i in range(100)]
        posts = [{"id": f"p{i}", "kind": post, "status": "在岗" if i < n else "空缺"} for i in range(100)]
        return {"Area": areas, "Post": posts}, {"OF": [{"from": f"p{i}", "to": f"a{i}"} for i in range(100)]}

    return make


def meeting_tiers(n: int) -> Ledger:
    """Twice as many joint meetings as tiers."""
    return {"Alliance": [{"id": f"l{i}", "kind": "联席会议", "tier": f"t{i % n}"} for i in range(2 * n)]}, {}


def _organization(i: int) -> dict[str, Any]:
    return {"id": f"o{i}", "kind": "党支部"}


# (district, literal) → ledger of n, a number that fits, numbers that do not.
CASES: Mapping[tuple[str, str], tuple[Make, int, tuple[int, ...]]] = {
    ("fuxing", "8个街道"): (rows("Area", kind="街道"), 8, (7, 9)),
    ("fuxing", "56个城市社区"): (rows("Area", kind="社区"), 56, (54, 57)),
    ("fuxing", "1013个网格"): (rows("Area", kind="网格"), 1013, (1012, 1014)),
    ("fuxing", "楼栋党支部、单元党小组1228个"): (rows("Organization", tier="单元党小组"), 1228, (1227, 1229)),
    ("fuxing", "56个社区"): (paired_communities, 56, (55, 57)),
    ("fuxing", "54个区直部门"): (pairs("机关"), 54, (53, 55)),
    ("fuxing", "47个企事业单位"): (pairs("国企"), 47, (46, 48)),
    ("fuxing", "53个“两新”组织"): (pairs("社会组织"), 53, (52, 54)),
    ("fuxing", "67个机关党支部"): (reports("单位"), 67, (66, 68)),
    ("fuxing", "990余名机关党员"): (reported_members, 995, (990, 1000)),
    ("fuxing", "69家物业企业"): (property_firms, 69, (68, 70)),
    ("fuxing", "平台20余个"): (rows("Facility", kind="公益服务平台"), 25, (20, 30)),
    ("fuxing", "56个党群综合服务中心"): (rows("Facility", kind="党群服务中心", works="提升"), 56, (55, 57)),
    ("changchun", "联建项目142个"): (rows("Project", category="联建项目"), 142, (141, 143)),
    ("changchun", "1585万元"): (amount("Project", "money", category="联建项目"), 15_849_000, (15_840_000, 15_860_000)),
    ("changchun", "516个机关单位党组织"): (reports("单位"), 516, (515, 517)),
    ("changchun", "网格长4839名"): (rows("Post", kind="网格长"), 4839, (4838, 4840)),
    ("changchun", "573个老旧小区"): (governed_estates, 573, (572, 574)),
    ("changchun", "44个社区"): (upgraded_communities, 44, (43, 45)),
    ("lufeng", "3047个大、中、小网格"): (rows("Area", kind="网格"), 3047, (3046, 3048)),
    ("lufeng", "党小组1867个"): (rows("Organization", tier="党小组"), 1867, (1866, 1868)),
    ("lufeng", "党员中心户782个"): (rows("Organization", tier="党员中心户"), 782, (781, 783)),
    ("lufeng", "98名"): (rows("Post", kind="第一书记", status="在岗"), 98, (97, 99)),
    ("lufeng", "1890人"): (amount("Unit", "members", kind="志愿服务队"), 1890, (1889, 1891)),
    ("lufeng", "2465名机关干部"): (sent("Unit", "包联", "people"), 2465, (2464, 2466)),
    ("lufeng", "1.7万多名"): (sent("Organization", "包联", "people"), 17_500, (17_000, 18_000)),
    ("lufeng", "2267个"): (visited, 2267, (2266, 2268)),
    ("sishui", "11个城市社区"): (rows("Area", kind="社区"), 11, (10, 12)),
    ("sishui", "14.8万人"): (amount("Area", "residents", kind="网格", grade="一级"), 148_300, (147_400, 148_600)),
    ("sishui", "70项"): (delegated, 70, (69, 71)),
    ("sishui", "6个县直部门"): (delegating, 6, (5, 7)),
    ("sishui", "32家物业服务企业"): (firms_with_organization, 32, (31, 33)),
    ("sishui", "52530户"): (sent("Unit", "包保", "households"), 52_530, (52_529, 52_531)),
    ("sishui", "3813名"): (heads, 3813, (3812, 3814)),
    ("sishui", "按时办结率100%"): (answered, 100, (99, 80)),
    ("sishui", "区域内党组织全覆盖"): (covered("小区", "党支部"), 100, (99, 1)),
    ("gulou", "9个街道"): (rows("Area", kind="街道"), 9, (8, 10)),
    ("gulou", "三级联席会议"): (meeting_tiers, 3, (2, 4)),
    ("gulou", "15个党(工)委"): (committees, 15, (14, 16)),
    ("gulou", "兼职委员349人"): (rows("Post", kind="兼职委员"), 349, (348, 350)),
    ("gulou", "10家“党建促进会”"): (rows("Alliance", kind="党建促进会"), 10, (9, 11)),
    ("gulou", "小区党支部588个"): (rows("Organization", tier="小区党支部"), 588, (587, 589)),
    ("gulou", "覆盖率达到100%"): (covered("小区", "党支部"), 100, (99, 1)),
    ("gulou", "6500余名"): (amount("Organization", "linked_members", tier="小区党支部"), 6_550, (6_500, 6_600)),
    ("lufeng", "一村（社区）一驻村干部"): (held("村", "驻村干部"), 100, (99, 50)),
}  # fmt: skip
