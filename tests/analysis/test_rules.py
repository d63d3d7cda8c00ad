"""Every checkable part of a rule both ways: a ledger of a few nodes that breaks it, and the same put right."""

from __future__ import annotations

import copy
from typing import Any

import pytest

from graph.analysis.rules.declared import CHECKS
from graph.analysis.rules.judging import Judged, catalogue, judge, rules
from graph.analysis.rules.unchecked import UNCHECKED
from graph.analysis.terms import terms
from graph.errors import InputError
from graph.view import View
from tests.analysis.districts import profile, view_of

ORG = "Organization"
LOCAL: dict[str, dict[str, float]] = {r: {} for r in ("R20", "R24", "R30", "R31", "R33", "R36")}
Nodes = dict[str, list[dict[str, Any]]]
Change = tuple[str, int, dict[str, Any]]


def org(kind: str, **more: Any) -> Nodes:
    return {"Organization": [{"id": "o", "kind": kind, **more}]}


def unit(kind: str, **more: Any) -> Nodes:
    return {"Unit": [{"id": "u", "kind": kind, **more}]}


def area(kind: str, **more: Any) -> Nodes:
    return {"Area": [{"id": "a", "kind": kind, **more}]}


def tie(type_: str, source: str, target: str, **more: Any) -> Nodes:
    return {type_: [{"from": source, "to": target, **more}]}


def both(*parts: Nodes) -> Nodes:
    out: Nodes = {}
    for part in parts:
        for key, rows in part.items():
            out[key] = [*out.get(key, []), *rows]
    return out


SEAT = tie("COVERS", "o", "a", mode="单独")
OWN = tie("BELONGS_TO", "o", "u")
JOINT_FIVE = both(
    org("联合党支部"),
    {"Unit": [{"id": f"u{i}", "kind": "非公企业"} for i in range(6)]},
    {"COVERS": [{"from": "o", "to": f"u{i}", "mode": "联合"} for i in range(6)]},
)
SECRETARIES = both(
    {"Organization": [{"id": "p", "kind": "党支部"}], "Post": [{"id": "x", "kind": "书记"}]}, tie("OF", "x", "p")
)
GROUPS = both(
    org("党支部", members=5),
    {"Organization": [{"id": "g", "kind": "党小组", "members": 6}]},
    tie("SUBORDINATE_TO", "g", "o"),
)

# part of a rule → nodes, relations, the local id that breaks it, and the change of one row that puts it right:
# (table, row, values), or None where `RIGHT` has another ledger.
CASES: dict[str, tuple[Nodes, Nodes, str, Change | None]] = {
    "R01": (unit("非公企业", full_members=3), {}, "u", ("Unit", 0, {"full_members": 2})),
    "R02": (org("党支部", members=51), {}, "o", (ORG, 0, {"members": 50})),
    "R03.join": (unit("社会组织", full_members=2), {}, "u", ("Unit", 0, {"full_members": 0})),
    "R03.split": (
        both(org("联合党支部"), unit("国企", full_members=3)),
        tie("COVERS", "o", "u", mode="联合"),
        "u",
        ("Unit", 0, {"full_members": 2}),
    ),
    "R03.units": (JOINT_FIVE, {}, "o", ("COVERS", 5, {"mode": "区域"})),
    "R04": (
        {"Project": [{"id": "p", "starts": "2026-01-01", "ends": "2026-06-30", "full_members": 3}]},
        {},
        "p",
        ("Project", 0, {"ends": "2026-06-29"}),
    ),
    "R05": (
        both(org("流动党员党支部"), {ORG: [{"id": "s", "kind": "党委"}, {"id": "h", "kind": "党委"}]}),
        both(tie("SUBORDINATE_TO", "o", "s"), tie("GUIDED_BY", "s", "h")),
        "o",
        ("GUIDED_BY", 0, {"from": "o"}),
    ),
    "R06.approval": (
        both(org("党支部"), {ORG: [{"id": "p", "kind": "党支部", "approved_by": "某街道党工委"}]}),
        {},
        "o",
        (ORG, 0, {"approved_by": "某社区党委"}),
    ),
    "R06.level": (org("党支部", approved_by="某社区党总支"), {}, "o", (ORG, 0, {"approved_by": "某党委"})),
    "R07": (org("党支部", full_members=2), {}, "o", (ORG, 0, {"full_members": 3})),
    "R08.term": (org("临时党支部", elected="2026-01-01"), {}, "o", (ORG, 0, {"elected": None})),
    "R08.end": (
        both(org("临时党支部"), unit("指挥部", until="2026-05-31")),
        OWN,
        "o",
        ("Unit", 0, {"until": "2026-06-30"}),
    ),
    "R08.approval": (
        both(org("临时党支部"), {ORG: [{"id": "p", "kind": "党支部", "approved_by": "某党委"}]}),
        {},
        "o",
        (ORG, 0, {"approved_by": "某党委"}),
    ),
    "R09.committee": (org("党支部", full_members=7, committee_size=0), {}, "o", (ORG, 0, {"full_members": 6})),
    "R09.least": (org("党支部", full_members=9, committee_size=2), {}, "o", (ORG, 0, {"committee_size": 3})),
    "R09.most": (org("党支部", committee_size=8), {}, "o", (ORG, 0, {"committee_size": 7})),
    "R09.secretary": (
        both(org("党支部", full_members=7), SECRETARIES),
        {},
        "o",
        ("OF", 0, {"to": "o"}),
    ),
    "R09.deputies": (
        both(org("党支部", full_members=8), {"Post": [{"id": "x", "kind": "副书记"}, {"id": "y", "kind": "副书记"}]}),
        both(tie("OF", "x", "o"), tie("OF", "y", "o")),
        "o",
        ("Post", 1, {"status": "空缺"}),
    ),
    "R10.secretary": (both(org("党支部", full_members=6), SECRETARIES), {}, "o", ("OF", 0, {"to": "o"})),
    "R10.committee": (org("党支部", full_members=6, committee_size=3), {}, "o", (ORG, 0, {"full_members": 7})),
    "R10.deputies": (
        both(org("党支部", full_members=5), {"Post": [{"id": "x", "kind": "副书记"}, {"id": "y", "kind": "副书记"}]}),
        both(tie("OF", "x", "o"), tie("OF", "y", "o")),
        "o",
        ("Post", 0, {"kind": "委员"}),
    ),
    "R11.length": (org("党总支", term_years=4), {}, "o", (ORG, 0, {"term_years": 3})),
    "R11.over": (org("党支部", term_ends="2026-06-29"), {}, "o", (ORG, 0, {"term_ends": "2026-06-30"})),
    "R12": (org("党支部", term_ends="2025-06-29"), {}, "o", (ORG, 0, {"term_ends": "2025-06-30"})),
    "R13": (org("党支部", term_years=6), {}, "o", (ORG, 0, {"term_years": 5})),
    "R14.branch": (
        both({ORG: [{"id": "g", "kind": "党小组"}]}, org("党委")),
        tie("SUBORDINATE_TO", "g", "o"),
        "g",
        (ORG, 1, {"kind": "党支部"}),
    ),
    "R14.leader": (
        {ORG: [{"id": "g", "kind": "党小组"}], "Post": [{"id": "x", "kind": "党小组组长", "status": "空缺"}]},
        tie("OF", "x", "g"),
        "g",
        ("Post", 0, {"status": "在岗"}),
    ),
    "R15": (org("党小组", members=2), {}, "o", (ORG, 0, {"members": 3})),
    "R17.few": (
        both(org("党委", members=99), unit("机关"), {ORG: [{"id": "p", "kind": "党委", "approved_by": "某"}]}),
        OWN,
        "o",
        (ORG, 0, {"members": 100}),
    ),
    "R17.many": (both(org("党支部", members=50), unit("机关")), OWN, "o", (ORG, 0, {"members": 49})),
    "R17.term": (org("党支部", regime="机关", term_years=5), {}, "o", (ORG, 0, {"term_years": 3})),
    "R18.few": (
        both(org("党委", members=60), unit("国企"), {ORG: [{"id": "p", "kind": "党委", "approved_by": "某"}]}),
        OWN,
        "o",
        (ORG, 0, {"approved_by": "市国资委党委"}),
    ),
    "R18.many": (both(org("党总支", members=100), unit("国企")), OWN, "o", (ORG, 0, {"members": 99})),
    "R19.term": (both(org("党总支", term_years=3), area("村")), SEAT, "o", (ORG, 0, {"term_years": 5})),
    "R19.town": (both(org("党委", committee_size=6), area("镇")), SEAT, "o", (ORG, 0, {"committee_size": 7})),
    "R19.committee": (both(org("党委", members=99), area("村")), SEAT, "o", (ORG, 0, {"members": 100})),
    "R19.approval": (
        both(org("党委"), area("村"), {ORG: [{"id": "p", "kind": "党支部", "approved_by": "某党委"}]}),
        SEAT,
        "o",
        (ORG, 0, {"approved_by": "某县委"}),
    ),
    "R20.form": (both(org("党支部", members=51), area("社区")), SEAT, "o", (ORG, 0, {"kind": "党总支"})),
    "R20.branch": (org("党支部", committee_size=6), {}, "o", (ORG, 0, {"committee_size": 5})),
    "R20.work": (org("党工委", committee_size=4), {}, "o", (ORG, 0, {"committee_size": 5})),
    "R20.term": (org("党工委", term_years=5), {}, "o", (ORG, 0, {"term_years": None})),
    "R23": (
        both(org("党小组"), area("网格")), tie("COVERS", "o", "a", mode="区域"), "a", ("COVERS", 0, {"mode": "单独"}),
    ),
    "R24.households": (area("网格", households=299), {}, "a", ("Area", 0, {"households": 500})),
    "R24.residents": (area("网格", residents=2501), {}, "a", ("Area", 0, {"residents": 2500})),
    "R25": (area("专属网格", grade="楼盘"), {}, "a", ("Area", 0, {"grade": "商圈"})),
    "R26.size": (unit("居委会", committee_size=4), {}, "u", ("Unit", 0, {"committee_size": 9})),
    "R26.households": (area("社区", households=701), {}, "a", ("Area", 0, {"households": 700})),
    "R27.size": (unit("村委会", committee_size=8), {}, "u", ("Unit", 0, {"committee_size": 3})),
    "R29.informal": (org("功能型党组织", members=4), {}, "o", (ORG, 0, {"members": 0})),
    "R29.groups": (GROUPS, {}, "o", (ORG, 0, {"members": 6})),
    "R29.total": (
        both(org("党委", members=5), {ORG: [{"id": "b", "kind": "党支部", "members": 6}]}),
        tie("SUBORDINATE_TO", "b", "o"),
        "o",
        (ORG, 0, {"members": 6}),
    ),
    "R29.full": (org("党支部", members=5, full_members=6), {}, "o", (ORG, 0, {"full_members": 5})),
    "R30.number": (
        both(org("党委"), {"Post": [{"id": f"x{i}", "kind": "兼职委员"} for i in range(10)]}),
        {"OF": [{"from": f"x{i}", "to": "o"} for i in range(10)]},
        "o",
        ("Post", 0, {"kind": "委员"}),
    ),
    "R30.elsewhere": (
        both(org("党委"), unit("机关"), {"Post": [{"id": "x", "kind": "兼职委员"}]}),
        both(tie("OF", "x", "o"), tie("HELD_FROM", "x", "o")),
        "x",
        ("HELD_FROM", 0, {"to": "u"}),
    ),
    "R31": (
        both(org("党支部"), unit("机关"), {"Area": [{"id": "a", "kind": "社区"}, {"id": "b", "kind": "社区"}]}),
        both(OWN, tie("LOCATED_IN", "u", "a"), tie("REPORTED_TO", "o", "b", half="单位")),
        "o",
        ("REPORTED_TO", 0, {"to": "a"}),
    ),
    "R33": (
        unit("非公企业", employees=10, members=0, full_members=0),
        {},
        "u",
        ("Unit", 0, {"employees": 9}),
    ),
    "R34": (
        both(
            {ORG: [{"id": "o", "kind": "党支部"}, {"id": "p", "kind": "党支部"}]},
            {"Activity": [{"id": "x", "kind": "组织生活", "date": "2025-06-29"},
                          {"id": "y", "kind": "组织生活", "date": "2026-06-01"}]},
        ),
        both(tie("TOOK_PART", "o", "x"), tie("TOOK_PART", "p", "y")),
        "o",
        ("Activity", 0, {"date": "2025-06-30"}),
    ),
    "R35": (
        both(area("区县"), {"Area": [{"id": "c", "kind": "社区", "residents": 10_000}],
                          "Post": [{"id": f"x{i}", "kind": "社区工作者"} for i in range(18)]}),
        both(tie("PART_OF", "c", "a", hierarchy="行政"), {"OF": [{"from": f"x{i}", "to": "c"} for i in range(17)]}),
        "a",
        None,
    ),
    "R36": (
        both(area("社区"), {"Facility": [{"id": "f", "kind": "党群服务中心", "floor_area": 499.0}]}),
        tie("SERVES", "f", "a"),
        "f",
        ("Facility", 0, {"floor_area": 500.0}),
    ),
}  # fmt: skip


def split(ledger: Nodes, ties: Nodes) -> tuple[Nodes, Nodes]:
    """Nodes and relations apart, whichever of the two a case lists them under."""
    every = both(ledger, ties)
    return {k: v for k, v in every.items() if not k.isupper()}, {k: v for k, v in every.items() if k.isupper()}


def seen(ledger: Nodes, ties: Nodes, **changes: Any) -> View:
    return view_of(*split(ledger, ties), with_profile=profile(**({"local_rules": LOCAL} | changes)))


def part(view: View, id_: str) -> Judged:
    return next(j for j in judge(view) if j.check.id == id_)


def breaking(view: View, id_: str) -> list[str]:
    return [view.id(n) for n in part(view, id_).breached.nodes.tolist()]


@pytest.mark.parametrize("id_", CASES)
def test_each_part_both_ways(id_: str) -> None:
    nodes, ties, broken, change = CASES[id_]
    view = seen(nodes, ties)
    assert breaking(view, id_) == [f"t.{broken}"]
    right = copy.deepcopy(both(nodes, ties))
    if change is None:
        right["OF"].append({"from": "x17", "to": "c"})
    else:
        table, row, values = change
        right[table][row] |= values
    assert breaking(seen(right, {}), id_) == []


def test_every_check_has_a_case_and_every_rule_is_judged_or_explained() -> None:
    assert set(CASES) == {c.id for c in CHECKS}
    assert (
        {c.rule for c in CHECKS} | {u.rule for u in UNCHECKED} == set(catalogue()) == {f"R{i:02}" for i in range(1, 38)}
    )
    assert len({*(c.id for c in CHECKS), *(u.id for u in UNCHECKED)}) == len(CHECKS) + len(UNCHECKED)
    assert all(u.why and u.asks for u in UNCHECKED)


def test_severity_follows_strength() -> None:
    severity = {c.id: c.severity for c in CHECKS}
    assert severity["R01"] == severity["R09.least"] == severity["R13"] == "error"
    assert severity["R02"] == severity["R09.most"] == severity["R11.over"] == severity["R12"] == "warning"
    assert severity["R15"] == severity["R23"] == severity["R35"] == severity["R36"] == "notice"


def test_what_nobody_recorded_is_no_breach() -> None:
    view = seen(org("党支部"), {})
    for id_ in ("R02", "R06.approval", "R08.approval", "R13", "R29.full"):
        assert part(view, id_).status == "no_data", id_
    assert part(seen(unit("机关", full_members=5), {}), "R03.units").status == "no_subject"


def test_a_local_rule_holds_where_the_profile_names_it_with_its_own_numbers() -> None:
    grid = area("网格", households=250)
    assert part(seen(grid, {}, local_rules={}), "R24.households").status == "not_named"
    assert breaking(seen(grid, {}, local_rules={"R24": {}}), "R24.households") == ["t.a"]
    assert breaking(seen(grid, {}, local_rules={"R24": {"least": 200}}), "R24.households") == []


@pytest.mark.parametrize("named", [{"R01": {}}, {"R99": {}}, {"R24": {"smallest": 1}}])
def test_a_profile_that_names_what_is_no_local_rule_is_refused(named: dict[str, dict[str, float]]) -> None:
    with pytest.raises(InputError) as refused:
        judge(seen(area("网格"), {}, local_rules=named))
    assert "local_rules" in refused.value.detail
    assert "R24" in refused.value.remedy or "least" in refused.value.remedy


def test_a_unit_is_not_without_a_branch_when_it_shares_one_or_has_stopped() -> None:
    firm = unit("非公企业", full_members=4)
    assert breaking(seen(both(firm, org("党支部")), OWN), "R01") == []
    assert breaking(seen(both(firm, org("联合党支部")), tie("COVERS", "o", "u", mode="联合")), "R01") == []
    assert breaking(seen(both(firm, org("党小组")), OWN), "R01") == ["t.u"]
    assert breaking(seen(unit("非公企业", full_members=4, operating=False), {}), "R01") == []


def test_dispatched_and_temporary_organizations_have_no_term() -> None:
    kinds = ("党工委", "机关工委", "临时党支部", "党小组")
    nodes = {"Organization": [{"id": f"o{i}", "kind": k, "term_ends": "2020-01-01"} for i, k in enumerate(kinds)]}
    assert breaking(seen(nodes, {}), "R11.over") == []


def test_an_estates_branch_has_no_national_length() -> None:
    estate = both(org("党支部", term_years=5), area("小区"))
    assert part(seen(estate, SEAT), "R11.length").breached.of == 0
    years = {"years": {"社区党委": 5, "网格党支部": 3}, "no_term_tiers": []}
    named = both(org("党支部", term_years=5, tier="网格党支部"), area("小区"))
    assert breaking(seen(named, SEAT, terms=years), "R11.length") == ["t.o"]


def test_terms_that_are_over_are_those_of_terms() -> None:
    dates = ("2019-02-28", "2021-06-29", "2021-06-30", "2023-06-29", "2023-06-30", "2024-02-29", None)
    nodes = {
        "Organization": [
            {"id": f"{tier[0]}{i}", "kind": "党委" if i % 2 else "党支部", "tier": tier, "elected": date}
            for tier in ("社区党委", "网格党支部", "街道党工委")
            for i, date in enumerate(dates)
        ]
    }
    view = seen(nodes, {})
    over = sorted(r["node"]["id"] for r in terms(view).rows if r["state"] == "over")
    assert over
    assert sorted(breaking(view, "R11.over")) == over


def test_the_catalogue_tells_document_article_and_why_something_is_not_checked() -> None:
    answer = rules(seen(unit("非公企业", full_members=3), {}))
    rows = {r["part"]: r for r in answer.rows}
    assert (rows["R01"]["status"], rows["R01"]["of"], rows["R01"]["breaches"]) == ("checked", 1, 1)
    assert "工作条例" in rows["R01"]["document"]
    assert rows["R01"]["article"].startswith("第四条")
    assert rows["R22"]["status"] == "not_checkable"
    assert "选举记录" in rows["R22"]["why"]
    assert rows["R32"]["status"] == "definition"
    assert rows["R13"]["why"] == "台账没有记录：党组织的任期年限"
    assert answer.totals["rules"] == 37
