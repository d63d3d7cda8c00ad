"""What the questions raise as problems to be put right: chain, coverage, pairing, alliances and posts, in one shape."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from graph.analysis.alliances import alliance_status
from graph.analysis.answer import Row
from graph.analysis.chain import FAULTS, chain
from graph.analysis.gaps import gaps
from graph.analysis.pairing import unpaired
from graph.analysis.rules.form import Severity
from graph.analysis.vacancies import vacancies
from graph.view import View

Ref = Row | None

_CHAIN: dict[str, tuple[Severity, str]] = {
    "broken": ("error", "请确定并登记正式上级党组织"),
    "skipped": ("warning", "请改隶到缺少的那一级，或在治理方案中把它列为可选"),
    "isolated": ("error", "请登记正式上级党组织；上级在数据以外的填数据外上级"),
    "multiple": ("error", "请只保留一个正式上级，其余改为业务指导"),
    "single_child": ("notice", "请核对是否有必要单设这一级"),
    "missing_tier": ("warning", "请建立这一级党组织，或登记它覆盖本区域"),
}
_PAIRING: dict[str, tuple[Severity, str, str]] = {
    "none": ("warning", "没有结对单位", "请为其安排结对单位，候选见 recommend"),
    "kind_missing": ("notice", "缺少一类结对单位：{missing}", "请补上所缺的一类单位"),
    "expired": ("warning", "结对协议全部到期，没有续签", "请续签或登记解除"),
    "dormant": ("notice", "结对在期限内没有活动", "请开展共建活动，或补记活动"),
}
_ALLIANCE: dict[str, tuple[Severity, str, str]] = {
    "missing": ("warning", "没有建立{missing}", "请建立，或登记它的所属层级"),
    "incomplete": ("warning", "成员不全，缺少{missing}", "请补齐成员"),
    "dormant": ("warning", "超过{period}天没有召开会议", "请召开会议，或补记会议"),
}
_POSTS: dict[str, tuple[Severity, str, str]] = {
    "vacant": ("warning", "{kind}岗位空缺", "请配备人员"),
    "without_post": ("warning", "没有设{kind}", "请设立岗位并配备人员"),
    "without_facility": ("warning", "没有{kind}", "请建设，或登记服务本区域的阵地"),
    "together": ("notice", "一人兼任{count}个岗位", "请核对是否符合兼任规定"),
}


@dataclass(frozen=True, slots=True)
class Raised:
    """A problem before it becomes a finding.

    Args:
        rule: `R01`, `chain.broken`, `coverage.<rule>`, `pairing.none` …
        severity: error, warning or notice.
        node: ref of what it is about; area: ref of where that is.
        message, remedy: Chinese.
        responsible: ref, None where it is to be found by the place.
        evidence: ids of the nodes that show it.
        key: tells problems of one rule and node apart.
        topic: problems of one node and topic are one finding.
    """

    rule: str
    severity: Severity
    node: Row
    area: Ref
    message: str
    remedy: str
    responsible: Ref = None
    evidence: tuple[str, ...] = ()
    key: str = ""
    topic: str = ""


def raised_by_questions(view: View, area: str | None) -> Iterator[Raised]:
    """What breaks the chain, is not covered, not paired, not allied, or vacant."""
    yield from _of_chain(view, area)
    yield from _of_gaps(view, area)
    yield from _of_pairing(view, area)
    yield from _of_alliances(view, area)
    yield from _of_posts(view, area)


def _of_chain(view: View, area: str | None) -> Iterator[Raised]:
    for row in chain(view, area).rows:
        severity, remedy = _CHAIN[row["fault"]]
        node = row["node"] or row["area"]
        evidence = tuple(_ids(row["node"], row["superior"], row["area"]))
        message = f"{FAULTS[row['fault']]}：{row['reason']['text']}"
        key = (row["expected_tier"] or "") if row["fault"] == "missing_tier" else ""
        yield Raised(
            f"chain.{row['fault']}",
            severity,
            node,
            row["area"],
            message,
            remedy,
            row["superior"] if row["fault"] == "missing_tier" else None,
            evidence,
            key,
        )


def _of_gaps(view: View, area: str | None) -> Iterator[Raised]:
    names = {r.id: r for r in view.profile.coverage}
    for row in gaps(view, area).rows:
        rule = names[row["rule"]]
        kinds = (*rule.post_kinds, *rule.facility_kinds)
        topic = "organization" if "organization" in rule.accepts else f"{rule.accepts[0]}:{'、'.join(kinds)}"
        grade = f"（{row['grade']}）" if row["grade"] else ""
        yield Raised(
            f"coverage.{rule.id}",
            "warning",
            row["node"],
            row["area"],
            f"{rule.name}：{row['reason']['text']}{grade}",
            "请按治理方案补齐，或登记已有的覆盖",
            row["responsible"],
            tuple(_ids(row["node"], row["area"])),
            topic=topic,
        )


def _of_pairing(view: View, area: str | None) -> Iterator[Raised]:
    for row in unpaired(view, area).rows:
        required = bool(row["required"])
        for state in row["states"]:
            if state not in _PAIRING:
                continue
            severity, message, remedy = _PAIRING[state]
            if row["side"] == "unit":
                severity = "notice"
                message, remedy = message.replace("结对单位", "结对社区"), remedy.replace("结对单位", "结对社区")
            elif state == "kind_missing" and required:
                severity = "warning"
            yield Raised(
                f"pairing.{state}",
                severity,
                row["node"],
                row["area"],
                message.format(missing="、".join(row["missing"])),
                remedy,
                None,
                tuple(_ids(row["node"], row["area"], *row["partners"])),
                key=row["side"],
            )


def _of_alliances(view: View, area: str | None) -> Iterator[Raised]:
    for row in alliance_status(view, area).rows:
        for state in row["states"]:
            if state not in _ALLIANCE:
                continue
            severity, message, remedy = _ALLIANCE[state]
            yield Raised(
                f"alliance.{state}",
                severity,
                row["alliance"] or row["area"],
                row["area"],
                message.format(missing="、".join(row["missing"]), period=row["period_days"]),
                remedy,
                None,
                tuple(_ids(row["alliance"], row["area"])),
                key=row["local"],
            )


def _of_posts(view: View, area: str | None) -> Iterator[Raised]:
    for row in vacancies(view, area).rows:
        severity, message, remedy = _POSTS[row["fault"]]
        kind, fault = str(row["kind"]), row["fault"]
        node = row["post"] if fault == "vacant" else row["node"] or row["post"]
        topic = {"without_post": f"post:{kind}", "without_facility": f"facility:{kind}"}.get(fault, "")
        posts = tuple(_ids(*row["posts"]))
        yield Raised(
            f"vacancies.{fault}",
            severity,
            node,
            row["area"],
            message.format(kind=kind, count=len(posts)),
            remedy,
            None,
            tuple(dict.fromkeys((*_ids(row["node"], row["post"]), *posts))),
            key="|".join(posts) or kind,
            topic=topic,
        )


def _ids(*refs: Ref) -> Iterator[str]:
    return (str(r["id"]) for r in refs if r is not None)
