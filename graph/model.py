"""The organization graph declared once as data: node labels, relation types and their attributes.

Constraints, indexes, Cypher statements, the workbook's sheets, the Snapshot's columns and the data dictionary are
derived from this module. Labels, types and keys are English; values are the Chinese terms of the profile.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Literal

AttributeType = Literal["text", "code", "int", "number", "date", "bool", "texts"]

HIERARCHIES = ("行政", "网格", "小区")
COVER_MODES = ("单独", "联合", "区域", "行业")
SCHEMA_VERSION = 1


@dataclass(frozen=True, slots=True)
class Attribute:
    """One attribute of a node or relation.

    Args:
        name: English key in code, database and API.
        zh: the column header a user reads and writes.
        type: `text`; `code` (text that Excel must not turn into a number); `int`; `number`; `date` (ISO text, whole
            day); `bool`; `texts` (list of text).
        aliases: other headers of real ledgers that mean the same (headers.csv as corrected in domain.md 6).
        narrow: kept in the Snapshot, so that analyses can use it.
        personal: a post holder's name: stored as given, masked unless the caller may see it.
        values: the closed set of values, empty when open.
        note: what it means, its unit or its source.
    """

    name: str
    zh: str
    type: AttributeType = "text"
    aliases: tuple[str, ...] = ()
    narrow: bool = False
    personal: bool = False
    values: tuple[str, ...] = ()
    note: str = ""


@dataclass(frozen=True, slots=True)
class NodeType:
    """A node label with its Chinese name (also its sheet), its standard kinds and its own attributes."""

    label: str
    zh: str
    kinds: tuple[str, ...]
    attributes: tuple[Attribute, ...]
    note: str = ""


@dataclass(frozen=True, slots=True)
class RelationType:
    """A relation type.

    Args:
        type: English name in the database.
        zh: Chinese name (also its sheet).
        ends: allowed (from label, to label) pairs.
        key: the attribute that is part of the identity (role, mode, kind, hierarchy …), or None.
        attributes: its attributes besides the common ones; includes `key`.
        columns: when a source has at most one current target (per value of `key`), the headers of the columns on the
            source's sheet, as (value of key or "", header); empty when the relation has a sheet of its own.
        aliases: other headers for those columns.
    """

    type: str
    zh: str
    ends: tuple[tuple[str, str], ...]
    key: str | None = None
    attributes: tuple[Attribute, ...] = ()
    columns: tuple[tuple[str, str], ...] = ()
    aliases: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    note: str = ""

    @property
    def single(self) -> bool:
        """Whether a source has at most one current target for each value of the key."""
        return bool(self.columns)


A = Attribute

SINCE = A("since", "起始日期", "date", ("设立日期", "开始日期"), narrow=True, note="有效时间的第一天（含）")
UNTIL = A("until", "终止日期", "date", ("撤销日期", "结束日期"), narrow=True, note="有效时间的最后一天（含），空为现行")
SOURCE = (
    A("source_file", "来源文件", note="最近一次来源的文件"),
    A("source_sheet", "来源工作表"),
    A("source_row", "来源行", "int"),
)
GENERATED = A("generated", "示例数据", "bool", ("推演",), narrow=True, note="为凑足公布总数而推演的行")

NODE_COMMON: tuple[Attribute, ...] = (
    A("id", "标识", "code", ("ID",), narrow=True, note="<区划>.<本地标识>，[A-Za-z0-9._-]，不超过64个字符"),
    A("name", "名称", "text", ("全称",), narrow=True),
    A("short_name", "简称", narrow=True),
    A("former_names", "曾用名", "texts"),
    A("code", "代码", "code", ("编码",), note="台账自有代码"),
    A("order", "排序号", "int", ("序号排序", "排序"), narrow=True),
    A("kind", "类型", "text", ("类别",), narrow=True),
)
NODE_TAIL: tuple[Attribute, ...] = (SINCE, UNTIL, *SOURCE, GENERATED)
RELATION_TAIL: tuple[Attribute, ...] = (SINCE, UNTIL, *SOURCE, GENERATED)

NODES: tuple[NodeType, ...] = (
    NodeType(
        "Area",
        "区域",
        (
            "市",
            "区县",
            "开发区",
            "街道",
            "镇",
            "乡",
            "社区",
            "村",
            "片区",
            "网格",
            "小区",
            "楼栋",
            "单元",
            "村民小组",
            "坊巷",
            "专属网格",
        ),
        (
            A(
                "grade",
                "级别",
                "text",
                ("网格级别", "网格类型", "专属网格类别"),
                narrow=True,
                note="网格：大/中/小，一级/楼栋/单元；专属网格：园区、商圈、楼宇、学校等",
            ),
            A("households", "户数", "int", ("覆盖户数",), narrow=True, note="户"),
            A("residents", "人数", "int", ("人口数", "常住人口"), narrow=True, note="人"),
        ),
        "行政区划、网格、小区、楼栋、单元等空间单元",
    ),
    NodeType(
        "Organization",
        "党组织",
        (
            "党委",
            "党工委",
            "机关工委",
            "两新工委",
            "行业党委",
            "行业综合党委",
            "党总支",
            "党支部",
            "联合党支部",
            "临时党支部",
            "功能型党组织",
            "流动党员党支部",
            "党小组",
            "党员中心户",
        ),
        (
            A("line", "条线", narrow=True, note="治理方案中声明的条线"),
            A("tier", "层级", "text", ("党组织层级",), narrow=True, note="治理方案中声明的层级"),
            A(
                "regime",
                "管理体制",
                narrow=True,
                values=("机关", "国企", "事业", "农村", "社区", "两新", "高校", "其他"),
                note="适用的组织条例",
            ),
            A(
                "members",
                "党员数",
                "int",
                ("党员人数", "党员总数", "党组织党员人数"),
                narrow=True,
                note="人，仅计正式组织关系（党内统计年报表填报说明）",
            ),
            A("full_members", "正式党员数", "int", ("正式党员人数",), narrow=True, note="人"),
            A("serving_members", "在职党员数", "int", ("在职党员人数",), narrow=True, note="人"),
            A(
                "linked_members",
                "非隶属党员数",
                "int",
                ("报到党员数",),
                narrow=True,
                note="人，组织关系不在本组织，不计入党员数",
            ),
            A(
                "established",
                "成立日期",
                "date",
                ("建立党组织时间", "批准建立党组织日期", "建立党组织日期", "党组织成立时间"),
                narrow=True,
            ),
            A("elected", "换届时间", "date", ("换届日期", "领导班子当选日期", "本届班子当选日期"), narrow=True),
            A("term_years", "任期年限", "int", ("任期",), narrow=True, note="年"),
            A("term_ends", "届满日期", "date", ("领导班子届满日期", "本届届满日期"), narrow=True),
            A("committee_size", "委员人数", "int", ("班子人数",), narrow=True, note="人"),
            A("approved_by", "批准成立的上级党组织", narrow=True),
            A(
                "external_superior",
                "数据外上级党组织",
                "text",
                ("外部上级",),
                narrow=True,
                note="正式上级不在本数据内时填其全称，此时不算孤立",
            ),
        ),
        "党的组织；党小组与党员中心户是体系层级，不是统计意义上的党组织",
    ),
    NodeType(
        "Unit",
        "单位",
        (
            "机关",
            "事业单位",
            "国企",
            "非公企业",
            "社会组织",
            "群团",
            "居委会",
            "村委会",
            "业委会",
            "自管组织",
            "个体商户",
            "志愿服务队",
            "派驻站所",
            "指挥部",
        ),
        (
            A("sector", "行业", "text", ("单位行业",), narrow=True, note="物业、医院、学校等"),
            A("level", "单位层级", narrow=True, values=("中央", "省", "市", "区县", "街镇")),
            A(
                "employees",
                "职工数",
                "int",
                ("单位规模", "职工总数", "员工总数", "用工人数", "在岗职工数"),
                narrow=True,
            ),
            A("members", "党员数", "int", ("党员总数", "党员人数"), narrow=True),
            A("full_members", "正式党员数", "int", ("正式党员人数",), narrow=True),
            A("operating", "实际运营", "bool", ("是否正常经营",), narrow=True),
            A("scale", "规模类别", narrow=True, values=("规上", "三有", "其他")),
            A("capacity", "可结对社区数", "int", (), narrow=True, note="个"),
            A("credit_code", "统一社会信用代码", "code", ("法人单位统一社会信用代码",)),
        ),
        "机关、企事业单位、两新组织、自治组织等",
    ),
    NodeType(
        "Alliance",
        "联盟",
        ("大工委", "大党委", "党建联盟", "党建促进会", "联席会议"),
        (
            A("tier", "层级", "text", (), narrow=True),
            A("period_days", "召开周期天数", "int", (), narrow=True, note="天，至少多少天开会一次"),
        ),
        "区域化党建的议事协调机制，不进入隶属链",
    ),
    NodeType(
        "Post",
        "岗位",
        (
            "书记",
            "副书记",
            "委员",
            "党小组组长",
            "网格长",
            "楼栋长",
            "单元长",
            "网格员",
            "第一书记",
            "驻村干部",
            "社区工作者",
            "兼职委员",
            "党建指导员",
            "小区长",
            "辅警",
        ),
        (
            A("status", "在岗情况", "text", ("岗位状态",), narrow=True, values=("在岗", "空缺")),
            A("holder", "任职人", "text", ("姓名", "负责人"), personal=True, note="按原文保存，显示时隐去"),
            A("holder_key", "任职人识别码", "code", (), narrow=True, note="不透明，仅用于识别兼任"),
            A("appointed", "任职时间", "date", ("任职日期",), narrow=True),
        ),
        "组织、区域、联盟中的岗位",
    ),
    NodeType(
        "Facility",
        "阵地",
        ("党群服务中心", "红帆驿站", "议事厅", "一中心四平台", "一中心四组", "示范点", "党代表工作室"),
        (
            A("floor_area", "面积", "number", ("建筑面积",), narrow=True, note="平方米"),
            A("opened", "建成日期", "date", ("启用日期",), narrow=True),
            A("works", "建设方式", narrow=True, values=("新建", "提升", "")),
        ),
        "党群服务阵地",
    ),
    NodeType(
        "Demand",
        "需求",
        (),
        (
            A("category", "类别", narrow=True),
            A("quantity", "数量", "number", (), narrow=True),
            A("raised", "提出日期", "date", ("提出时间",), narrow=True),
            A("due", "完成时限", "date", ("计划完成时间",), narrow=True),
            A("done", "完成日期", "date", ("完成时间",), narrow=True),
        ),
        "需求清单中的一项",
    ),
    NodeType(
        "Resource",
        "资源",
        (),
        (
            A("category", "类别", narrow=True),
            A("quantity", "数量", "number", (), narrow=True),
            A("money", "金额", "number", (), narrow=True, note="元"),
        ),
        "资源清单中的一项",
    ),
    NodeType(
        "Project",
        "项目",
        (),
        (
            A("category", "类别", narrow=True),
            A("money", "金额", "number", ("投入资金",), narrow=True, note="元"),
            A("raised", "立项日期", "date", ("提出日期",), narrow=True),
            A("due", "完成时限", "date", ("计划完成时间",), narrow=True),
            A("done", "完成日期", "date", ("完成时间",), narrow=True),
        ),
        "项目清单中的一项",
    ),
    NodeType(
        "Activity",
        "活动",
        ("联席会议", "共建活动", "会商", "论坛", "议事", "组织生活"),
        (A("date", "活动日期", "date", ("召开时间", "最近召开时间", "活动时间"), narrow=True), A("host", "主办")),
        "活动与会议记录",
    ),
)

_PEOPLE = A("people", "人数", "int", (), narrow=True, note="人")
_HOUSEHOLDS = A("households", "户数", "int", (), narrow=True)
_SHOPS = A("shops", "商铺数", "int", (), narrow=True, note="家")
_UNITS_ORGS = ("Organization", "Unit")


def _pairs(sources: tuple[str, ...], targets: tuple[str, ...]) -> tuple[tuple[str, str], ...]:
    return tuple((s, t) for s in sources for t in targets)


RELATIONS: tuple[RelationType, ...] = (
    RelationType(
        "PART_OF",
        "区域归属",
        (("Area", "Area"),),
        "hierarchy",
        (A("hierarchy", "层系", narrow=True, values=HIERARCHIES),),
        (("行政", "上级区域"), ("网格", "所属网格"), ("小区", "所属小区")),
        {"行政": ("行政区划", "所属社区", "上级行政区", "所属街道"), "网格": ("上级网格",)},
        "每个层系只有一个上级；每次汇总都指明层系，每个对象只计一次",
    ),
    RelationType(
        "SUBORDINATE_TO",
        "隶属",
        (("Organization", "Organization"),),
        None,
        (),
        (("", "上级党组织"),),
        {"": ("上级党组织名称", "隶属党组织名称")},
        "唯一的正式上级",
    ),
    RelationType("GUIDED_BY", "业务指导", (("Organization", "Organization"),)),
    RelationType(
        "BELONGS_TO",
        "单位党组织",
        (("Organization", "Unit"),),
        None,
        (),
        (("", "所在单位"),),
        {"": ("党组织所在单位",)},
    ),
    RelationType(
        "COVERS",
        "组织覆盖",
        _pairs(("Organization",), ("Area", "Unit")),
        "mode",
        (A("mode", "覆盖方式", "text", ("组建方式", "党组织组建形式"), narrow=True, values=COVER_MODES),),
    ),
    RelationType("BACKSTOPS", "兜底管理", (("Organization", "Unit"),), note="不是组织覆盖"),
    RelationType("ADVISES", "工作覆盖", _pairs(("Post", "Organization"), ("Unit",)), note="党建指导员、工会、共青团"),
    RelationType(
        "LOCATED_IN",
        "驻在",
        _pairs(("Unit", "Facility"), ("Area",)),
        None,
        (),
        (("", "驻在区域"),),
        {"": ("所在社区", "属地", "所在区域")},
    ),
    RelationType("MANAGES", "服务管理", (("Unit", "Area"),), note="物业、业委会、自管组织与小区"),
    RelationType(
        "PAIRED_WITH",
        "结对共建",
        (("Organization", "Unit"),),
        None,
        (
            A("agreement_signed", "签约时间", "date", ("协议签订时间",), narrow=True),
            A("agreement_until", "协议到期时间", "date", ("协议期限", "到期时间"), narrow=True, note="到期不等于解除"),
            A("last_active", "最近活动时间", "date", ("最近活动日期",), narrow=True),
            A("activities", "活动次数", "int", (), narrow=True, note="次"),
            A("items", "共建项目", "texts", ("联建项目",)),
        ),
    ),
    RelationType(
        "MEMBER_OF",
        "联盟成员",
        _pairs(_UNITS_ORGS, ("Alliance",)),
        "role",
        (
            A(
                "role",
                "成员职务",
                "text",
                ("联席会议职务",),
                narrow=True,
                values=("牵头", "召集人", "副召集人", "轮值主席", "成员", "联络员"),
            ),
        ),
    ),
    RelationType("CONVENED_IN", "所属层级", (("Alliance", "Area"),), None, (), (("", "所属区域"),)),
    RelationType("FEDERATES", "上下级联席", (("Alliance", "Alliance"),), None, (), (("", "上级联盟"),)),
    RelationType(
        "REPORTED_TO",
        "双报到",
        _pairs(("Organization",), ("Organization", "Area")),
        "half",
        (
            A("half", "报到类别", narrow=True, values=("单位", "在职党员")),
            A("at", "报到地", narrow=True, values=("驻地", "居住地")),
            A("members", "报到党员人数", "int", ("报到党员数",), narrow=True, note="人"),
            A("active_members", "活跃党员人数", "int", (), narrow=True, note="人，本期参加过活动"),
        ),
    ),
    RelationType(
        "ASSIGNED_TO",
        "下沉包联",
        _pairs(("Unit", "Organization", "Post"), ("Area",)),
        "mode",
        (
            A("mode", "下沉方式", narrow=True, values=("包联", "下沉", "包保", "定岗", "驻村")),
            _PEOPLE,
            _HOUSEHOLDS,
            _SHOPS,
        ),
    ),
    RelationType(
        "OF", "岗位归属", _pairs(("Post",), ("Area", "Organization", "Alliance", "Unit")), None, (), (("", "岗位所属"),)
    ),
    RelationType(
        "HELD_FROM",
        "派出单位",
        _pairs(("Post",), ("Unit", "Organization")),
        None,
        (),
        (("", "派出单位"),),
        {"": ("派遣单位",)},
    ),
    RelationType("SERVES", "阵地覆盖", (("Facility", "Area"),)),
    RelationType("NEEDS", "提出需求", _pairs(_UNITS_ORGS, ("Demand",))),
    RelationType("OFFERS", "提供资源", _pairs(_UNITS_ORGS, ("Resource",))),
    RelationType("CLAIMS", "认领", _pairs(_UNITS_ORGS, ("Demand", "Project"))),
    RelationType("RESPONSIBLE_FOR", "责任", _pairs(_UNITS_ORGS, ("Project", "Demand"))),
    RelationType("MEETS", "对接需求", (("Resource", "Demand"),)),
    RelationType("USES", "使用资源", (("Project", "Resource"),)),
    RelationType("TOOK_PART", "参加", _pairs(("Organization", "Unit", "Alliance"), ("Activity",))),
    RelationType(
        "RESPONDS_TO",
        "呼应",
        _pairs(("Unit",), ("Organization", "Area")),
        "period",
        (
            A("period", "期间", narrow=True),
            A("calls", "呼叫数", "int", (), narrow=True, note="件"),
            A("answered", "响应数", "int", (), narrow=True, note="件"),
            A("on_time", "按时数", "int", (), narrow=True, note="件"),
        ),
    ),
    RelationType(
        "DELEGATES_TO",
        "赋权",
        _pairs(("Unit",), ("Organization", "Area")),
        "power",
        (A("power", "权力事项", narrow=True), A("items", "事项数", "int", (), narrow=True, note="项")),
    ),
    RelationType(
        "STATIONED_AT",
        "派驻",
        _pairs(("Unit",), ("Organization", "Area")),
        None,
        (_PEOPLE, A("field", "领域", narrow=True)),
    ),
    RelationType(
        "HAS_POWER_OVER",
        "管理权",
        (("Organization", "Unit"),),
        "power",
        (A("power", "权力", narrow=True, note="考核、人事、综合管理等"),),
    ),
    RelationType(
        "ASSESSED_BY",
        "考评",
        _pairs(_UNITS_ORGS, ("Organization",)),
        "kind",
        (
            A("kind", "考评类别", narrow=True),
            A("year", "年度", "int", (), narrow=True),
            A("grade", "等次", narrow=True),
        ),
        note="双向述联评联考：年度以起始日期区分",
    ),
)

NODE_TYPES: Mapping[str, NodeType] = MappingProxyType({n.label: n for n in NODES})
RELATION_TYPES: Mapping[str, RelationType] = MappingProxyType({r.type: r for r in RELATIONS})


def node_attributes(label: str) -> tuple[Attribute, ...]:
    """All attributes of a node label in official order: common, own, since/until, source, generated."""
    return NODE_COMMON + NODE_TYPES[label].attributes + NODE_TAIL


def relation_attributes(type_: str) -> tuple[Attribute, ...]:
    """All attributes of a relation type besides `id`, `from` and `to`: own, since/until, source, generated."""
    return RELATION_TYPES[type_].attributes + RELATION_TAIL
