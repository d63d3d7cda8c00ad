"""The rules of `graph/profiles/rules.csv` as checks: what each judges, how strong it is, and what to do about it.

A row that mixes strengths is split by parameter. Numbers are those of the documents; nothing national is invented.
"""

from __future__ import annotations

from graph.analysis.rules import areas, branches, sizes, tenure, ties, units
from graph.analysis.rules.declared_sizes import SIZE_CHECKS
from graph.analysis.rules.form import Check

_FULL = ("Organization", "full_members")
_SIZE = ("Organization", "committee_size")
_YEARS = ("Organization", "term_years")
_UNIT = ("Unit", "full_members")

_UNITS = (
    Check("R01", "有正式党员3人以上的单位成立党支部", "must", units.without_branch,
          "有正式党员{value}人，没有成立党组织，应建未建", "请由单位申请、基层党委批复，成立党支部",
          (_UNIT,), {"least": 3}, topic="organization"),
    Check("R03.join", "正式党员不足3人的单位联合成立党支部", "must", units.without_branch,
          "有正式党员{value}人，不足3人，没有加入联合党支部，应联建", "请与地域相邻、行业相近的单位联合成立党支部",
          (_UNIT,), {"least": 1, "most": 2}, topic="organization"),
    Check("R03.split", "正式党员3人以上的单位不再联合", "must", units.to_be_split,
          "有正式党员{value}人，已够{least}人，仍在联合党支部中", "请单独成立党支部", (_UNIT,), {"least": 3}),
    Check("R03.units", "联合党支部覆盖单位一般不超过5个", "norm", units.too_many_units,
          "联合党支部覆盖{value}个单位，一般不超过{most}个", "请分设联合党支部", (), {"most": 5}),
    Check("R04", "6个月以上且有正式党员3人以上的项目成立党支部", "must", units.project_without_branch,
          "为期{months}个月以上，有正式党员{value}人，没有负责的党支部", "请成立（临时）党支部，并登记其负责的项目",
          (("Project", "starts"), ("Project", "full_members")), {"months": 6, "least": 3}),
    Check("R26.size", "居民委员会由5至9人组成", "must", units.committee_size("居委会"),
          "居委会成员{value}人，应为{least}至{most}人", "请按法定人数补选或调整", (("Unit", "committee_size"),),
          {"least": 5, "most": 9}),
    Check("R27.size", "村民委员会由3至7人组成", "must", units.committee_size("村委会"),
          "村委会成员{value}人，应为{least}至{most}人", "请按法定人数补选或调整", (("Unit", "committee_size"),),
          {"least": 3, "most": 7}),
    Check("R33", "重点两新组织无党员的派党建指导员", "local", units.without_adviser,
          "属于重点范围（从业{value}人），没有党员，也没有党建指导员", "请选派党建指导员",
          (("Unit", "members"),), {"firm_employees": 10, "society_employees": 30}, local=True, topic="work"),
)  # fmt: skip

_BRANCHES = (
    Check("R02", "党支部党员一般不超过50人", "norm", branches.too_large,
          "有党员{value}人，一般不超过{most}人", "请分设党支部，或按规定成立党总支",
          (("Organization", "members"),), {"most": 50}),
    Check("R05", "流动党员党支部由流出地党组织商流入地党组织成立", "must", branches.floating_unbound,
          "没有登记流出地（正式上级）或流入地（业务指导）党组织", "请补登两地党组织，或商定管理关系"),
    Check("R06.approval", "党支部由基层党委批复成立", "norm", branches.not_approved("党支部", "联合党支部"),
          "没有登记批准成立的上级党组织", "请查批复文件后补登，或补办批复", (("Organization", "approved_by"),)),
    Check("R06.level", "批复的是基层党委", "norm", branches.approved_too_low,
          "登记的批准者是支部或总支，不是基层党委", "请核对批复文件", (("Organization", "approved_by"),)),
    Check("R07", "不再符合设立条件的党支部及时调整或撤销", "must", branches.too_small,
          "有正式党员{value}人，不足{least}人", "请与相邻单位联合，或按规定撤销并报备", (), {"least": 3}),
    Check("R08.term", "临时党支部不换届", "norm", branches.temporary_with_term,
          "临时党支部登记了换届或任期", "请删去换届和任期，书记由批准的党组织指定"),
    Check("R08.end", "机构撤销后临时党支部自然撤销", "norm", branches.temporary_outlived,
          "所在机构已撤销，临时党支部仍在", "请登记临时党支部的撤销日期"),
    Check("R08.approval", "临时党支部经上级批准成立", "norm", branches.not_approved("临时党支部"),
          "没有登记批准成立的上级党组织", "请查批复文件后补登", (("Organization", "approved_by"),)),
    Check("R09.committee", "有正式党员7人以上的设支部委员会", "must", branches.no_committee,
          "有正式党员{value}人，没有设支部委员会", "请召开党员大会选举支部委员会", (_FULL, _SIZE), {"full": 7}),
    Check("R09.least", "支部委员会不少于3人", "must", branches.committee_too_small,
          "支部委员会{value}人，应为{least}至5人", "请补选委员", (_SIZE,), {"least": 3, "full": 7}),
    Check("R09.most", "支部委员会一般不超过7人", "norm", branches.committee_too_large,
          "支部委员会{value}人，一般不超过{most}人", "请在换届时调整", (_SIZE,), {"most": 7}),
    Check("R09.secretary", "支部委员会设书记", "must", branches.no_secretary,
          "有正式党员{value}人，没有在岗的书记", "请选举或指定书记", (_FULL,), {"least": 7}, topic="secretary"),
    Check("R09.deputies", "支部委员会必要时设1名副书记", "must", branches.too_many_deputies,
          "有副书记{value}名，至多1名", "请在换届时调整", (_FULL,), {"least": 7}),
    Check("R10.secretary", "正式党员不足7人的设1名书记", "must", branches.no_secretary,
          "有正式党员{value}人，没有在岗的书记", "请选举或指定书记", (_FULL,), {"least": 3, "most": 6},
          topic="secretary"),
    Check("R10.committee", "正式党员不足7人的不设支部委员会", "must", branches.needless_committee,
          "正式党员不足{full}人，登记了{value}人的支部委员会", "请核对人数；不足的只设书记，必要时设1名副书记",
          (_FULL, _SIZE), {"full": 7}),
    Check("R10.deputies", "正式党员不足7人的必要时设1名副书记", "must", branches.too_many_deputies,
          "有副书记{value}名，至多1名", "请在换届时调整", (_FULL,), {"least": 0, "most": 6}),
    Check("R14.branch", "党小组由党支部划分", "must", branches.group_without_branch,
          "党小组的上级不是党支部", "请把党小组归到所属党支部"),
    Check("R14.leader", "党小组有组长", "must", branches.group_without_leader,
          "没有在岗的党小组组长", "请由党支部指定或党员推荐组长"),
    Check("R15", "党小组不少于3名党员，至少1名正式党员", "practice", branches.group_too_small,
          "党小组人数不足（{value}人），不少于{least}名党员且至少1名正式党员", "请合并相邻党小组", (), {"least": 3}),
)  # fmt: skip

_TERMS = (
    Check("R11.length", "委员会一般5年，总支、支部一般3年，村和社区5年", "norm", tenure.odd_length,
          "登记的任期是{value}年，与规定（或治理方案）不符", "请核对任期年限", (_YEARS,), topic="term-length"),
    Check("R11.over", "任期届满按期换届", "norm", tenure.over,
          "任期已于{value}届满，没有换届", "请组织换届选举，或报上级批准延期", (), {"months": 0}, dated=True),
    Check("R12", "延期换届一般不超过1年", "norm", tenure.over,
          "任期已于{value}届满，超过一年没有换届", "请立即组织换届选举", (), {"months": 12}, dated=True),
    Check("R13", "每届任期三年至五年", "must", tenure.outside_frame,
          "登记的任期是{value}年，不在{shortest}至{longest}年之内", "请按党章改正任期年限",
          (_YEARS,), {"shortest": 3, "longest": 5}, topic="term-length"),
)  # fmt: skip

_AREAS = (
    Check("R23", "把党支部或党小组建在网格上", "policy", areas.grid_without_branch,
          "网格没有党支部或党小组", "请在网格建立党支部或党小组", topic="organization"),
    Check("R24.households", "综合网格原则上300至500户", "norm", areas.households("网格"),
          "有{value}户，原则上{least}至{most}户", "请调整网格划分", (("Area", "households"),),
          {"least": 300, "most": 500}, local=True),
    Check("R24.residents", "综合网格人口一般不超过2500人", "norm", areas.grid_residents,
          "有{value}人，一般不超过{most}人", "请调整网格划分", (("Area", "residents"),), {"most": 2500}, local=True),
    Check("R25", "专属网格的类型在规定的类别中", "practice", areas.enclave_grade,
          "专属网格的类型不在类别表中", "请改用类别表中的类型，或“其他”"),
    Check("R26.households", "居民委员会一般在100至700户范围内设立", "norm", areas.households("社区"),
          "有{value}户，一般{least}至{most}户", "实际社区常超出；请结合社区规模研究是否调整",
          (("Area", "households"),), {"least": 100, "most": 700}),
    Check("R35", "每万人的社区工作者数达到目标", "target", areas.workers,
          "每万常住人口约有社区工作者{value}名，目标{least}名", "请增配社区工作者",
          (("Area", "residents"),), {"least": 18}),
    Check("R36", "社区党群服务中心不小于500平方米", "local", areas.small_centres,
          "面积{value}平方米，应不小于{least}平方米", "请扩建，或调剂用房", (("Facility", "floor_area"),),
          {"least": 500}, local=True),
)  # fmt: skip

_TIES = (
    Check("R29.informal", "临时党支部、功能型党组织不计党员数", "must", sizes.informal_members,
          "临时或功能型党组织登记了党员{value}人，党员数只计正式组织关系", "请把人数改记为非隶属党员数"),
    Check("R29.groups", "党小组的党员都属于所在党支部", "must", sizes.groups_exceed,
          "各党小组合计{value}人，多于党支部的党员数", "请核对：每名党员只在一个正式组织中计一次"),
    Check("R29.total", "上级的党员数不少于下级之和", "must", sizes.subordinates_exceed,
          "下级合计{value}人，多于本级登记的党员数", "请核对是否重复计数，本级应填含下级的总数"),
    Check("R29.full", "正式党员数不多于党员数", "must", sizes.full_exceed,
          "正式党员{value}人，多于党员总数", "请核对两个人数", (_FULL,)),
    Check("R30.number", "兼职委员的人数在本地规定之内", "local", ties.part_time_number,
          "有兼职委员{value}名，本地规定{least}至{most}名", "请按本地方案增减",
          (), {"least": 1, "most": 9}, local=True),
    Check("R30.elsewhere", "兼职委员的组织关系在别处", "local", ties.part_time_own,
          "兼职委员的派出单位就是所兼职的组织", "请核对派出单位", (), local=True),
    Check("R31", "单位党组织到驻地社区报到", "local", ties.reported_elsewhere,
          "报到的社区不是单位驻地", "请改到单位驻地的社区报到，或核对驻地", (("REPORTED_TO", ""),), local=True),
    Check("R34", "每年至少召开1次组织生活会", "norm", ties.no_branch_life,
          "近{days}天没有组织生活记录", "请补记，或召开组织生活会", (("Activity", "date"),), {"days": 365}),
)  # fmt: skip

CHECKS: tuple[Check, ...] = tuple(
    sorted((*_UNITS, *_BRANCHES, *_TERMS, *SIZE_CHECKS, *_AREAS, *_TIES), key=lambda c: c.id)
)
