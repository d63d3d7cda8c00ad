"""The relation types of the organization graph."""

from __future__ import annotations

from graph.declaration import Attribute, RelationType

A = Attribute

HIERARCHIES = ("行政", "网格", "小区")
COVER_MODES = ("单独", "联合", "区域", "行业")

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
