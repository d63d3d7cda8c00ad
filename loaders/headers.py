"""The forms a sheet can have: which headers it knows and what each means.

Derived from the model (one form for each node label, one for each relation type with a sheet of its own, one for
关系历史) and widened by the headers of real ledgers as corrected in domain.md 6.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Literal

from graph.model import NODE_TYPES, RELATION_TYPES, node_attributes, relation_attributes

HISTORY = "关系历史"
ROSTER = "党员花名册"
GUIDE = "填表说明"
# What our marked copy of a user's workbook adds: a column on each sheet, and a sheet with all faults.
MARKS = "导入问题"
MARKS_LIST = "导入问题一览"
EXAMPLE_MARK = "（示例行，导入时跳过）"

TargetKind = Literal["attribute", "single", "from", "to", "child", "side", "context", "ignore", "dropped", "personal"]


@dataclass(frozen=True, slots=True)
class Target:
    """What a column means.

    Args:
        kind: `attribute` of the row; `single` relation of the row to what the cell names; `from`/`to` end of a
            relation; `child`: the cell makes a node (`name` its label, `key` its kind); `side`: the cell names an
            organization that stands in the relation `name` to the row; `context`: street or community that narrows
            names; `ignore` (序号); `dropped`: known, not kept; `personal`: ID cards and telephones.
        name: attribute, relation type or label.
        key: value of the relation's key attribute or kind of the child.
    """

    kind: TargetKind
    name: str = ""
    key: str = ""


@dataclass(frozen=True, slots=True)
class Form:
    """A form of sheet.

    Args:
        name: Chinese name (the sheet's name in our own workbook).
        target: node label, relation type, HISTORY or ROSTER.
        headers: normal header → Target.
        words: words that name this form in a title, a sheet's or a file's name.
        defaults: attribute → value where the sheet has no such column.
    """

    name: str
    target: str
    headers: Mapping[str, Target]
    words: tuple[str, ...] = ()
    defaults: Mapping[str, str] = field(default_factory=dict)

    @property
    def is_node(self) -> bool:
        """Whether its rows are nodes."""
        return self.target in NODE_TYPES


_NOTE = re.compile(r"[(（【\[][^()（）【】\[\]]*[)）】\]]$")


def normal_header(text: str) -> str:
    """A header as it is compared: half-width, without spaces, `*` and line breaks."""
    plain = unicodedata.normalize("NFKC", text)
    return re.sub(r"[\s*＊\u200b-\u200f\ufeff:]", "", plain)


def header_forms(text: str) -> tuple[str, ...]:
    """The spellings under which a header is looked up: as it is, then without the note in brackets at its end.

    >>> header_forms("*名称（必填）")
    ('名称(必填)', '名称')
    """
    first = normal_header(text)
    bare = _NOTE.sub("", first)
    return (first, bare) if bare and bare != first else (first,)


# Headers for the ends of each relation that has its own sheet: (from, aliases), (to, aliases).
ENDS: Mapping[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "GUIDED_BY": (("党组织", "党组织名称"), ("指导党组织", "业务指导党组织")),
    "COVERS": (("党组织", "党组织名称"), ("覆盖对象", "覆盖单位", "覆盖区域")),
    "BACKSTOPS": (("党组织", "兜底党组织"), ("兜底单位", "单位")),
    "ADVISES": (("指导者", "指导员岗位"), ("指导单位", "单位")),
    "MANAGES": (("管理单位", "物业企业", "物业公司"), ("管理区域", "小区")),
    "PAIRED_WITH": (
        ("社区党组织", "党组织", "甲方", "社区名称", "社区"),
        ("共建单位", "结对单位", "结对共建组织名称", "结对共建单位", "乙方"),
    ),
    "MEMBER_OF": (("成员单位", "成员", "单位"), ("联盟", "所属联盟", "联席会议", "联席会议名称")),
    "REPORTED_TO": (
        ("报到党组织", "党组织名称", "报到单位", "单位名称", "党组织"),
        ("报到对象", "报到社区", "双报到至", "联系社区", "居住社区"),
    ),
    "ASSIGNED_TO": (("下沉主体", "包联单位", "下沉单位", "包保单位"), ("下沉区域", "包联区域", "包保区域", "驻村")),
    "SERVES": (("阵地", "阵地名称"), ("服务区域", "覆盖区域")),
    "NEEDS": (("需求方", "提出单位"), ("需求", "需求事项")),
    "OFFERS": (("资源方", "提供单位"), ("资源", "资源名称")),
    "CLAIMS": (("认领单位", "对接单位"), ("认领事项", "认领项目")),
    "RESPONSIBLE_FOR": (("责任单位",), ("责任事项",)),
    "MEETS": (("资源",), ("对接需求", "需求")),
    "USES": (("项目",), ("使用资源", "资源")),
    "TOOK_PART": (("参加单位", "参加者"), ("活动", "活动名称")),
    "RESPONDS_TO": (("响应单位", "报到部门"), ("呼叫方", "呼叫街道", "吹哨街道")),
    "DELEGATES_TO": (("赋权单位", "委托单位"), ("受权方", "受权街道")),
    "STATIONED_AT": (("派驻单位", "派驻机构"), ("派驻地", "派驻街道")),
    "HAS_POWER_OVER": (("党组织", "街道党工委"), ("被管理单位", "单位")),
    "ASSESSED_BY": (("考评对象", "被考评单位"), ("考评党组织", "考评主体")),
}

# Headers of real ledgers for the common attributes, by label.
LEDGER_HEADERS: Mapping[str, Mapping[str, tuple[str, ...]]] = {
    "Area": {
        "name": ("区域名称", "网格名称", "小区名称", "楼栋名称", "单元名称", "社区名称", "街道名称"),
        "code": ("网格编号", "网格代码", "行政区划代码", "区划代码"),
        "kind": ("区域类型",),
        "grade": ("网格级别",),
        "households": ("覆盖户数",),
    },
    "Organization": {
        "name": ("党组织全称", "党组织名称", "支部名称", "组织名称", "党支部名称"),
        "short_name": ("党组织简称", "党内统计用党组织简称"),
        "former_names": ("党组织曾用名",),
        "code": ("党组织编码", "党组织代码", "组织编码", "DZZDM"),
        "kind": ("组织类别", "党组织类别", "党组织建制", "组织类型"),
    },
    "Unit": {
        "name": ("单位名称", "单位名称(全称)", "企业名称", "组织名称", "社会组织名称"),
        "code": ("单位编码", "单位代码"),
        "kind": ("单位性质类别", "机构类型", "单位性质", "单位类别"),
    },
    "Alliance": {"name": ("联盟名称", "联席会议名称")},
    "Post": {
        "name": ("岗位名称", "岗位"),
        "kind": ("岗位类别", "岗位类型"),
        "holder": ("委员姓名", "人员名称", "任职人员", "兼职委员", "第一书记"),
    },
    "Facility": {"name": ("阵地名称", "驿站名称", "中心名称"), "kind": ("阵地类型",)},
    "Demand": {"name": ("需求名称", "需求事项", "内容")},
    "Resource": {"name": ("资源名称", "可提供资源", "内容")},
    "Project": {"name": ("项目名称", "共建项目", "联建项目", "内容")},
    "Activity": {"name": ("活动名称", "活动主题", "会议名称"), "kind": ("活动类型",)},
}
# Further headers of a node sheet: what the cell makes or names besides the row itself.
SIDES: dict[str, Mapping[Target, tuple[str, ...]]] = {
    "Organization": {Target("child", "Post", "书记"): ("书记", "书记姓名", "党组织书记", "党组织负责人")},
    "Area": {
        Target("child", "Post", "网格长"): ("网格长", "网格长姓名"),
        Target("child", "Post", "网格员"): ("网格员", "网格员姓名"),
        Target("child", "Post", "楼栋长"): ("楼栋长", "楼栋长姓名"),
        Target("child", "Post", "单元长"): ("单元长", "单元长姓名"),
        Target("side", "COVERS", "单独"): ("网格党组织", "网格党支部"),
    },
    "Unit": {
        Target("side", "COVERS", "单独"): ("党组织名称", "所在党组织"),
        Target("side", "COVERS", "联合"): ("联合支部名称", "联合党支部"),
        Target("child", "Post", "党建指导员"): ("党建指导员", "党建指导员姓名"),
        Target("child", "Resource", ""): ("资源清单", "可提供资源"),
    },
}
_PROPOSERS = ("提供单位/提出单位", "提出单位", "提供单位")
_CLAIMANTS = ("认领单位", "对接单位")
SIDES = SIDES | {
    "Demand": {Target("side", "NEEDS"): _PROPOSERS, Target("side", "CLAIMS"): _CLAIMANTS},
    "Resource": {Target("side", "OFFERS"): _PROPOSERS},
    "Project": {Target("side", "RESPONSIBLE_FOR"): ("责任单位", *_PROPOSERS), Target("side", "CLAIMS"): _CLAIMANTS},
}
WORDS: Mapping[str, tuple[str, ...]] = {
    "Organization": ("党组织名册", "党组织基本信息", "党组织台账", "支部名册"),
    "Unit": ("驻区单位", "两新", "单位台账", "单位名册", "企业台账"),
    "Area": ("网格台账", "网格名册", "小区台账", "楼栋台账", "单元台账", "社区名册"),
    "Facility": ("阵地台账", "阵地名册", "驿站台账"),
    "Demand": ("需求清单",),
    "Resource": ("资源清单",),
    "Project": ("项目清单", "责任清单"),
    "Activity": ("活动记录", "会议记录", "活动台账"),
    "Post": ("兼职委员名册", "第一书记名册", "楼栋长名册", "岗位台账"),
    "PAIRED_WITH": ("结对共建", "结对台账"),
    "MEMBER_OF": ("联席会议成员", "成员单位"),
    "REPORTED_TO": ("双报到台账", "报到台账"),
    "ASSIGNED_TO": ("包联台账", "下沉台账", "驻村台账"),
}


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split(","))


LISTS = "清单类型"
IGNORED = (LISTS, MARKS, "序号", "编号序", "No", "NO", "no", "行号")
PERSONAL = _words(
    "公民身份证号码,公民身份号码,身份证号,身份证号码,身份证,证件号码,联系电话,手机号,手机号码,联系方式,电话,电话号码,"
    "党组织办公室电话,办公电话,移动电话,固定电话"
)
DROPPED = _words(
    "备注,说明,联系人,党组织联系人,党组织联络人,联络员,责任人,法人代表,姓名,单位地址,办公地址,地址,党组织隶属关系,"
    "隶属关系,党组织属地关系,功能型党组织,有无统一社会信用代码,党组织所在单位情况,未建立党组织原因,是否建立党组织,"
    "建立党组织情况,职务,单位及职务,党内职务,职务级别,性别,民族,名族,出生日期,出生年月,学历,填报单位,填报时间"
)
ROSTER_HEADERS = _words(
    "姓名,党员姓名,最高学历,文化程度,政治面貌,加入党组织日期,入党日期,入党时间,接收预备党员日期,成为预备党员日期,转为正式党员日期,"
    "转正日期,转正时间,正式转正日期,党龄,党龄(年),党龄校正值,现任党内职务,工作岗位,岗位职务,工作单位及职务,家庭住址,现居住地,"
    "居住地址,联系地址,党籍状态,是否失联党员,是否流动党员,流动类型,外出流向,户籍所在地,户籍所在派出所,生日"
)
CONTEXT = ("所属街道", "街道", "街镇", "所属街镇", "乡镇", "镇街", "所属社区", "社区", "所属村", "所属区域")


@cache
def forms() -> tuple[Form, ...]:
    """Every form, nodes first."""
    nodes = [_node_form(label) for label in NODE_TYPES]
    relations = [_relation_form(t) for t, r in RELATION_TYPES.items() if not r.single]
    return (*nodes, *relations, _history_form(), _roster_form())


@cache
def vocabulary() -> frozenset[str]:
    """Every known normal header, to find the header row of a sheet."""
    return frozenset(h for f in forms() for h in f.headers)


def _general() -> dict[str, Target]:
    out = {normal_header(h): Target("personal") for h in PERSONAL}
    out |= {normal_header(h): Target("dropped") for h in DROPPED}
    out |= {normal_header(h): Target("ignore") for h in IGNORED}
    return out | {normal_header(h): Target("context") for h in CONTEXT}


def _add(headers: dict[str, Target], target: Target, names: tuple[str, ...], *, over: bool = False) -> None:
    for name in names:
        key = normal_header(name)
        if over or key not in headers:
            headers[key] = target


def _node_form(label: str) -> Form:
    node = NODE_TYPES[label]
    headers: dict[str, Target] = {}
    attributes = node_attributes(label)
    for a in attributes:
        _add(headers, Target("attribute", a.name), (a.zh,))
    singles = [r for r in RELATION_TYPES.values() if r.single and label in {e[0] for e in r.ends}]
    for r in singles:
        for value, zh in r.columns:
            _add(headers, Target("single", r.type, value), (zh,))
    for name, names in LEDGER_HEADERS.get(label, {}).items():
        _add(headers, Target("attribute", name), names)
    for a in attributes:
        _add(headers, Target("attribute", a.name), a.aliases)
    for r in singles:
        for value, _ in r.columns:
            _add(headers, Target("single", r.type, value), r.aliases.get(value, ()))
    for target, names in SIDES.get(label, {}).items():
        _add(headers, target, names)
    if label == "Post":
        _add(headers, Target("single", "HELD_FROM"), ("所在单位", "工作单位", "单位", "选派单位"))
        _add(headers, Target("single", "OF"), ("任职街道", "任职社区", "任职村", "任职党组织", "所驻村", "岗位归属"))
    if label in ("Unit", "Facility"):
        _add(headers, Target("single", "LOCATED_IN"), ("所属社区", "所在地区", "驻地社区"))
    return Form(node.zh, label, _general() | headers, WORDS.get(label, ()))


def _relation_form(type_: str) -> Form:
    relation = RELATION_TYPES[type_]
    starts, ends = ENDS[type_]
    headers: dict[str, Target] = {}
    _add(headers, Target("from"), (starts[0],))
    _add(headers, Target("to"), (ends[0],))
    for a in relation_attributes(type_):
        _add(headers, Target("attribute", a.name), (a.zh, *a.aliases))
    _add(headers, Target("from"), (*starts[1:], "起点"))
    _add(headers, Target("to"), (*ends[1:], "终点"))
    return Form(relation.zh, type_, _general() | headers, WORDS.get(type_, ()))


def _history_form() -> Form:
    headers = {normal_header("关系"): Target("attribute", "type")}
    _add(headers, Target("from"), ("起点",))
    _add(headers, Target("to"), ("终点",))
    _add(headers, Target("attribute", "key"), ("层系",))
    for a in relation_attributes("SUBORDINATE_TO"):
        _add(headers, Target("attribute", a.name), (a.zh, *a.aliases))
    return Form(HISTORY, HISTORY, headers)


def _roster_form() -> Form:
    """A roster of members is counted per branch and discarded: its personal columns are no errors."""
    headers = {normal_header(h): Target("ignore") for h in (*PERSONAL, *DROPPED, *IGNORED, *ROSTER_HEADERS)}
    headers |= {normal_header(h): Target("context") for h in CONTEXT}
    _add(
        headers,
        Target("from"),
        ("所在党支部", "所在支部", "所属党组织名称", "现所在党组织", "支部信息", "党支部"),
        over=True,
    )
    _add(headers, Target("attribute", "category"), ("人员类别", "党员类别", "党员状态", "预/正", "发展状态"), over=True)
    return Form(ROSTER, ROSTER, headers, ("党员花名册", "党员名册", "党员信息"))
