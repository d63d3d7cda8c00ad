"""All 186 published figures: which count in the data each one is, or why it is not modelled."""

from __future__ import annotations

import csv
from pathlib import Path

import graph.profile
from tests.loaders.counts import (
    Count,
    alliance_tiers,
    alliances,
    areas,
    areas_served,
    assessed_tiers,
    committees_below_district,
    covered_property_firms,
    delegated_items,
    distinct,
    distinct_heads,
    facilities,
    levels_served,
    lists,
    nodes,
    partners,
    posts,
    projects,
    property_firms_with_organization,
    self_governed,
    stations_an_estate,
    tier,
    tiers_between,
    total,
    town_tiers,
    upgraded_communities,
    visited_since,
)

Key = tuple[str, str]
FILE = Path(graph.profile.__file__).parent / "profiles" / "figures.csv"


def figures() -> dict[Key, dict[str, str]]:
    """(district, literal) → row of figures.csv."""
    with FILE.open(encoding="utf-8-sig", newline="") as lines:
        rows = list(csv.DictReader(lines))
    found = {(r["seed"], r["literal"]): r for r in rows}
    assert len(found) == len(rows) == 186
    return found


MODELLED: dict[str, dict[str, Count]] = {
    "fuxing": {
        "“三个清单”": lists,
        "56个社区": distinct("PAIRED_WITH", "from"),
        "54个区直部门": partners("department"),
        "47个企事业单位": partners("institution"),
        "53个“两新”组织": partners("new-sector"),
        "56个党群综合服务中心": facilities("党群服务中心", works="提升"),
        "四级组织架构": tiers_between("社区党委", "党员中心户"),
        "8个街道": areas("街道"),
        "56个城市社区": areas("社区"),
        "1013个网格": areas("网格"),
        "楼栋党支部、单元党小组1228个": tier("楼栋党支部", "单元党小组"),
        "67个机关党支部": distinct("REPORTED_TO", "from", half="单位"),
        "990余名机关党员": total("REPORTED_TO", "members", half="在职党员"),
        "56个城市社区党支部": distinct("REPORTED_TO", "to"),
        "69家物业企业": covered_property_firms,
        "平台20余个": facilities("公益服务平台"),
    },
    "changchun": {
        "四级联动": tiers_between("市委", "社区党委"),
        "“书记项目”1177个": projects("书记项目"),
        "“四项清单”": lists,
        "联建项目142个": projects("联建项目"),
        "问题80余个": lambda d: nodes(d, "Demand", category="驻区单位问题").height,
        "1585万元": lambda d: float(nodes(d, "Project", category="联建项目")["money"].sum()),
        "516个机关单位党组织": distinct("REPORTED_TO", "from", half="单位"),
        "8500多名党员干部": total("REPORTED_TO", "members", half="在职党员"),
        "44个社区": upgraded_communities,
        "三级组织架构": lambda d: nodes(d, "Area", "网格", "楼栋", "单元")["kind"].n_unique(),
        "网格长4839名": posts("网格长"),
        "楼栋长35170名": posts("楼栋长"),
        "单元长124665名": posts("单元长"),
        "573个老旧小区": self_governed,
        "五级党建阵地2000余个": lambda d: d.node("Facility").height,
    },
    "lufeng": {
        "三级治理架构": town_tiers,
        "3047个大、中、小网格": areas("网格"),
        "小网格党支部235个": tier("小网格党支部"),
        "党小组1867个": tier("党小组"),
        "党员中心户782个": tier("党员中心户"),
        "21个镇(街)": areas_served("一中心四平台"),
        "346个村(社区)": areas("村", "社区"),
        "新建25个": facilities("党群服务中心", works="新建"),
        "提档升级6个": facilities("党群服务中心", works="提升"),
        "1170个村(居)民小组": areas("村民小组"),
        "示范点200个": facilities("示范点"),
        "98名": posts("第一书记"),
        "51名选调生": posts("选调生"),
        "78支": lambda d: nodes(d, "Unit", "志愿服务队").height,
        "1890人": lambda d: float(nodes(d, "Unit", "志愿服务队")["members"].sum()),
        "2465名机关干部": total("ASSIGNED_TO", "people", source="Unit", mode="包联"),
        "1.7万多名": total("ASSIGNED_TO", "people", source="Organization", mode="包联"),
        "2267个": distinct("ASSIGNED_TO", "to", source="Organization", mode="包联"),
        "2022年以来": visited_since,
    },
    "sishui": {
        "三级党群服务中心": levels_served("党群服务中心", "红帆驿站"),
        "13个镇(街道)": areas("镇", "街道"),
        "1个省级经济开发区": areas("开发区"),
        "2个街道": areas("街道"),
        "11个城市社区": areas("社区"),
        "14.8万人": lambda d: float(nodes(d, "Area", "网格", grade="一级")["residents"].sum()),
        "101个小区党支部": tier("小区党支部"),
        "27名": posts("委员"),
        "社区工作者80名": posts("社区工作者"),
        "三级城市基层党建联席会议": alliance_tiers("联席会议"),
        "9个领域": distinct("STATIONED_AT", "from"),
        "6个县直部门": distinct("DELEGATES_TO", "from"),
        "70项": delegated_items,
        "118个机关企事业单位党组织": distinct("REPORTED_TO", "from", half="单位"),
        "三张清单": lists,
        "1处“红帆驿站”": stations_an_estate,
        "101个小区“红帆驿站”": facilities("红帆驿站"),
        "32家物业服务企业": property_firms_with_organization,
        "85个一级网格": areas("网格", grade="一级"),
        "1198个楼栋网格": areas("网格", grade="楼栋"),
        "2987个单元网格": areas("网格", grade="单元"),
        "2649名干部": total("ASSIGNED_TO", "people", mode="下沉"),
        "52530户": total("ASSIGNED_TO", "households", mode="包保"),
        "8673家": total("ASSIGNED_TO", "shops", mode="包保"),
        "3813名": distinct_heads,
        "民生项目1267个": projects("民生项目"),
    },
    "gulou": {
        "三级联席会议": alliance_tiers("联席会议"),
        "“三级双向联述联评联考”": assessed_tiers,
        "9个街道": areas("街道"),
        "1个镇": areas("镇"),
        "69个社区": areas("社区"),
        "72万": lambda d: float(nodes(d, "Area", "区县")["residents"].sum()),
        "15个党(工)委": committees_below_district,
        "兼职委员349人": posts("兼职委员"),
        "10家“党建促进会”": alliances("党建促进会"),
        "69家“党建联盟”": alliances("党建联盟"),
        "534个网格党组织": tier("网格党总支"),
        "“五级网络”": tiers_between("街镇党(工)委", "楼栋党小组"),
        "小区党支部588个": tier("小区党支部"),
        "6500余名": lambda d: float(nodes(d, "Organization", tier="小区党支部")["linked_members"].sum()),
        "11个坊巷党支部": tier("坊巷党支部"),
    },
}

NAME = "品牌、文件、日期或方法的名称，不是可数的对象"
BODY = "内设机构、编制、职数、制度、机制，模型没有这类节点"
DUTY = "监督执纪、人事处理和干部去向，模型不收"
RESIDENT = "居民、用户、诉求人、特殊群体的个人数据，按隐私边界不收"
MONEY = "经费、物资、面积增量和经济总量，不属于某个项目，模型没有属性"
EFFECT = "活动次数、办件数和比率，没有逐件记录可数"
UNSPLIT = "文章没有列全或分母未公布，不能从数据核对"
AREA = "距离、时间、年限和面积，模型没有属性"
PEOPLE = "人员不是岗位也不是下沉关系，或含于另一数字，模型不重复建"
GROUPS: dict[str, dict[str, tuple[str, ...]]] = {
    "fuxing": {
        BODY: ("4办1队2中心", "“两制一评”", "“四新四有”", "“四诊一档”", "“五讲一树”", "“五事共办”", "三级干部"),
        NAME: ("4点半课堂", "四三零工作室", "基层党建三年行动计划"),
        RESIDENT: ("12.2万户", "24.15余万人"),
        DUTY: ("51名", "问题线索432个", "206人次", "党员干部26人"),
    },
    "changchun": {
        NAME: ("2021年01月04日", "“1+9”", "一街四区、五维牵动、四率评价、五力提升", "“5+X”", "“1+3+N”"),
        BODY: (
            "四个“更加注重”",
            "三个体系",
            "“五项权力”",
            "领导职数243个",
            "行政编制282个",
            "八项职责",
            "“三个清单”",
            "“四双”",
            "“五位一体”",
        ),
        PEOPLE: ("1.3万余名",),
        RESIDENT: ("返长人员4.8万人",),
        EFFECT: ("问题6000余个",),
        MONEY: ("近2亿元", "8500余平方米", "20万元", "近5亿元", "近40亿元"),
        DUTY: ("6名社区书记", "4名社区书记", "3名社区书记"),
    },
    "lufeng": {
        NAME: ("2023-06-20 16:58:00", "2.0升级版", "三大工程", "“三三五”", "“五治一体”"),
        BODY: ("“一中心四平台”", "“一中心四组”", "“五有”", "每半年一次", "每年一次", "一月一主题"),
        PEOPLE: ("带动10名党员",),
        AREA: ("十五分钟",),
        EFFECT: ("3万余件",),
    },
    "sishui": {
        NAME: ("2020年以来", "2021年以来", "“1+N”", "民意‘5’来听", "“12345”热线", "“12345党建工作法”", "15个党建品牌"),
        BODY: ("一单位一攻坚项目", "三级深度融合", "3岗18级", "“五项权力”", "四项机制"),
        AREA: ("1118平方公里", "不超1小时", "15分钟服务圈"),
        PEOPLE: ("“两委”成员12名", "15403人"),
        RESIDENT: ("16677人",),
        EFFECT: ("35526件", "按时办结率100%", "96.35%", "第1位", "12000余次"),
    },
    "gulou": {
        NAME: ("“三个如何”", "“三个目标”", "2014年11月", "“135”", "“13335”", "2018年", "“1号方案”", "“134”"),
        BODY: ("“四项机制”", "三级责任体系", "三方“交叉任职”", "7项党内政治生活实施指南", "5大项", "15小项"),
        MONEY: ("2017年经济总量突破1400亿元",),
        RESIDENT: ("14万的非户籍人口",),
        UNSPLIT: ("覆盖率达到100%",),
    },
}
COUNTS = {(d, literal): count for d, found in MODELLED.items() for literal, count in found.items()}
REASONS = {(d, x): why for d, groups in GROUPS.items() for why, literals in groups.items() for x in literals}


def interval(row: dict[str, str]) -> tuple[float, float]:
    """The closed interval a figure allows (domain.md 5); whole things are counted, so > v is at least v + 1."""
    digits = row["value"]
    value = float(digits)
    unit = 10 ** (len(digits) - len(digits.rstrip("0")))
    if row["qualifier"] == ">":
        return value + 1, value + unit - 1
    if row["qualifier"] == "=" and "万" in row["literal"]:
        shown = row["literal"].partition("万")[0].lstrip("“")
        decimals = len(shown.partition(".")[2])
        half = 10_000 / 10**decimals / 2
        return value - half, value + half
    assert row["qualifier"] == "=", row
    return value, value
