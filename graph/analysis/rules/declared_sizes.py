"""The checks of forms, sizes and terms by kind of place: R17 to R20."""

from __future__ import annotations

from graph.analysis.rules import sizes
from graph.analysis.rules.form import Check

_APPROVED = ("Organization", "approved_by")
_MEMBERS = ("Organization", "members")
_SIZE = ("Organization", "committee_size")
_YEARS = ("Organization", "term_years")


def _thresholds(rule: str, regime: str) -> tuple[Check, Check]:
    numbers = {"general": 50, "committee": 100}
    return (
        Check(f"{rule}.few", f"{regime}党员不足100人设党委的须经批准", "must", sizes.form_too_high(regime),
              "有党员{value}人，不足{committee}人设立党委，没有登记批准", "请查批复文件后补登，或调整组织形式",
              (_APPROVED, _MEMBERS), numbers, topic="form"),
        Check(f"{rule}.many", f"{regime}党员50人以上设总支、100人以上设党委", "must", sizes.form_too_low(regime),
              "有党员{value}人，组织形式低于规定（{general}人以上设总支，{committee}人以上设党委）",
              "请报批改设党总支或党委", (_MEMBERS,), numbers, topic="form"),
    )  # fmt: skip


SIZE_CHECKS: tuple[Check, ...] = (
    *_thresholds("R17", "机关"),
    Check("R17.term", "机关党组织任期5年、3年", "must", sizes.term_of_regime("机关"),
          "登记的任期是{value}年，委员会应为{committee}年，总支、支部{branch}年", "请核对任期年限",
          (_YEARS,), {"committee": 5, "branch": 3}, topic="term-length"),
    *_thresholds("R18", "国企"),
    Check("R19.term", "村党组织和乡镇党委每届5年", "must", sizes.rural_term,
          "登记的任期是{value}年，应为{years}年", "请核对任期年限", (_YEARS,), {"years": 5}, topic="term-length"),
    Check("R19.town", "乡镇党委委员7至9名", "must", sizes.town_committee,
          "委员{value}名，应为{least}至{most}名", "请在换届时调整", (_SIZE,), {"least": 7, "most": 9}),
    Check("R19.committee", "村党员100人以上可设党委", "norm", sizes.village_committee,
          "有党员{value}人，不足{committee}人设立了党委", "请核对批复，或改设党总支", (_MEMBERS,), {"committee": 100},
          topic="form"),
    Check("R19.approval", "村设党委经县级党委批准", "norm", sizes.village_approval,
          "没有登记批准成立的上级党组织", "请查县级党委批复后补登", (_APPROVED,)),
    Check("R20.form", "社区党员50人以上原则上设总支、100人以上设党委", "norm", sizes.community_form,
          "有党员{value}人，组织形式与本地标准不符", "请按本地标准改设党总支或党委", (_MEMBERS,),
          {"general": 50, "committee": 100}, local=True, topic="form"),
    Check("R20.branch", "支部委员会3至5人", "norm", sizes.size_between(("党支部", "联合党支部")),
          "支部委员会{value}人，原则上{least}至{most}人", "请在换届时调整",
          (_SIZE,), {"least": 3, "most": 5}, local=True),
    Check("R20.work", "街道党工委5至9人", "norm", sizes.size_between(("党工委",)),
          "党工委{value}人，原则上{least}至{most}人", "请按本地标准配备",
          (_SIZE,), {"least": 5, "most": 9}, local=True),
    Check("R20.term", "街道党工委是派出机构，没有任期", "norm", sizes.dispatched_with_term,
          "派出机构登记了换届或任期", "请删去换届和任期", (), local=True),
)  # fmt: skip
