"""What-if: the metrics after a plan are those of the district that the plan describes; a broken plan is refused."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from graph.analysis.what_if import labels, metrics, what_if
from graph.dataset import Dataset
from graph.errors import InputError
from graph.snapshot import build
from graph.thaw import dataset_of
from graph.view import View
from tests.analysis.districts import datasets, few, view_data, view_of

Op = Mapping[str, Any]
NODES: dict[str, list[dict[str, Any]]] = {
    "Area": [
        {"id": "d", "kind": "区县"},
        {"id": "s", "kind": "街道", "name": "一街道"},
        {"id": "c1", "kind": "社区", "name": "东社区", "residents": 10},
        {"id": "c2", "kind": "社区", "name": "西社区", "residents": 5},
        {"id": "g1", "kind": "网格", "name": "一格"},
    ],
    "Organization": [
        {"id": "w", "kind": "党委", "tier": "区委"},
        {"id": "p", "kind": "党工委", "tier": "街道党工委"},
        {"id": "o1", "kind": "党委", "tier": "社区党委", "members": 20},
        {"id": "o2", "kind": "党委", "tier": "社区党委", "members": 30},
    ],
    "Unit": [{"id": "u1", "kind": "机关"}, {"id": "u2", "kind": "国企", "capacity": 2}],
}
RELATIONS: dict[str, list[dict[str, Any]]] = {
    "PART_OF": [
        {"from": "s", "to": "d", "hierarchy": "行政"},
        {"from": "c1", "to": "s", "hierarchy": "行政"},
        {"from": "c2", "to": "s", "hierarchy": "行政"},
        {"from": "g1", "to": "c1", "hierarchy": "网格"},
    ],
    "SUBORDINATE_TO": [{"from": "p", "to": "w"}, {"from": "o1", "to": "p"}, {"from": "o2", "to": "p"}],
    "COVERS": [{"from": a, "to": b, "mode": "单独"} for a, b in (("w", "d"), ("p", "s"), ("o1", "c1"), ("o2", "c2"))],
    "LOCATED_IN": [{"from": "u1", "to": "s"}],
    "PAIRED_WITH": [{"from": "o1", "to": "u1"}, {"from": "o2", "to": "u2", "agreement_until": "2026-01-01"}],
}


def base() -> View:
    return view_of(NODES, RELATIONS)


def expected(nodes: dict[str, Any], relations: dict[str, Any]) -> dict[tuple[str, str], float | None]:
    return metrics(view_of(NODES | nodes, RELATIONS | relations))


def after(view: View, *ops: Op) -> dict[tuple[str, str], float | None]:
    rows = what_if(view, ops).rows
    return {(r["metric"], r["area"]["id"]): r["after"] for r in rows}


def test_a_pairing_changes_what_the_district_with_it_has() -> None:
    answer = what_if(base(), [{"op": "pair", "organization": "t.c1", "unit": "t.u2", "since": "2026-06-01"}])
    found = {(r["metric"], r["area"]["id"]): r["after"] for r in answer.rows}
    more = [*RELATIONS["PAIRED_WITH"], {"from": "o1", "to": "u2", "since": "2026-06-01"}]
    assert found == expected({}, {"PAIRED_WITH": more})
    changed = {r["metric"]: (r["before"], r["after"]) for r in answer.rows[: answer.totals["changed"]]}
    assert changed["unpaired.unit.expired"] == (1, 0)
    assert changed["pairing.kind_missing"] == (2, 1)
    assert all(r["before"] == r["after"] for r in answer.rows[answer.totals["changed"] :])


CASES: list[tuple[list[Op], dict[str, Any], dict[str, Any]]] = [
    (
        [{"op": "unpair", "organization": "t.o1", "unit": "t.u1"}],
        {},
        {"PAIRED_WITH": RELATIONS["PAIRED_WITH"][1:]},
    ),
    (
        [{"op": "pair", "organization": "t.o2", "unit": "t.u2", "agreement_until": "2027-01-01"}],
        {},
        {
            "PAIRED_WITH": [
                RELATIONS["PAIRED_WITH"][0],
                {"from": "o2", "to": "u2", "since": "2026-06-30", "agreement_until": "2027-01-01"},
            ]
        },
    ),
    (
        [
            {"op": "add", "label": "党组织", "id": "t.n", "name": "一格支部", "kind": "党支部", "members": "7",
             "under": "t.o1", "at": "t.g1", "since": "2026-06-01"},
        ],
        {"Organization": [*NODES["Organization"], {"id": "n", "kind": "党支部", "members": 7, "since": "2026-06-01"}]},
        {
            "SUBORDINATE_TO": [*RELATIONS["SUBORDINATE_TO"], {"from": "n", "to": "o1"}],
            "COVERS": [*RELATIONS["COVERS"], {"from": "n", "to": "g1", "mode": "单独"}],
        },
    ),
    (
        [{"op": "dissolve", "node": "t.u1"}],
        {"Unit": NODES["Unit"][1:]},
        {"LOCATED_IN": [], "PAIRED_WITH": RELATIONS["PAIRED_WITH"][1:]},
    ),
    (
        [{"op": "move", "node": "一格", "to": "西社区"}],
        {},
        {"PART_OF": [*RELATIONS["PART_OF"][:3], {"from": "g1", "to": "c2", "hierarchy": "网格"}]},
    ),
    (
        [{"op": "move", "node": "t.o2", "to": "t.w"}],
        {},
        {"SUBORDINATE_TO": [*RELATIONS["SUBORDINATE_TO"][:2], {"from": "o2", "to": "w"}]},
    ),
    (
        [{"op": "merge", "node": "t.c2", "into": "t.c1"}, {"op": "merge", "node": "t.o2", "into": "t.o1"}],
        {
            "Area": [a for a in NODES["Area"] if a["id"] != "c2"],
            "Organization": [*NODES["Organization"][:2], {**NODES["Organization"][2], "members": 50}],
        },
        {
            "PART_OF": [r for r in RELATIONS["PART_OF"] if r["from"] != "c2"],
            "SUBORDINATE_TO": RELATIONS["SUBORDINATE_TO"][:2],
            "COVERS": RELATIONS["COVERS"][:3],
            "PAIRED_WITH": [
                RELATIONS["PAIRED_WITH"][0],
                {"from": "o1", "to": "u2", "agreement_until": "2026-01-01"},
            ],
        },
    ),
]  # fmt: skip


@pytest.mark.parametrize(("ops", "nodes", "relations"), CASES, ids=[str(c[0][0]["op"]) for c in CASES])
def test_each_change_gives_the_district_it_describes(
    ops: list[Op], nodes: dict[str, Any], relations: dict[str, Any]
) -> None:
    found = {k: v for k, v in after(base(), *ops).items() if v is not None}
    assert found == {k: v for k, v in expected(nodes, relations).items() if v is not None}


REFUSED: list[tuple[Op, str, str]] = [
    ({"op": "fly"}, "1.op", "没有可用的操作"),
    ({"op": "pair", "organization": "t.o1"}, "1.unit", "缺少 unit"),
    ({"op": "pair", "organization": "t.o1", "unit": "t.u1"}, "1.unit", "已经结对"),
    ({"op": "pair", "organization": "t.g1", "unit": "t.u1"}, "1.organization", "没有党组织"),
    ({"op": "unpair", "organization": "t.o1", "unit": "t.u2"}, "1.unit", "没有在效的结对"),
    ({"op": "unpair", "organization": "t.o1", "unit": "t.none"}, "1.unit", "没有这个节点"),
    ({"op": "unpair", "organization": "t.u1", "unit": "t.u1"}, "1.organization", "不合要求"),
    ({"op": "dissolve", "node": "t.p"}, "1.node", "还有2个下级党组织"),
    ({"op": "dissolve", "node": "t.c1"}, "1.node", "还有1个下级区域"),
    ({"op": "move", "node": "t.w", "to": "t.o1"}, "1.to", "形成循环"),
    ({"op": "move", "node": "t.o1", "to": "t.p"}, "1.to", "没有变化"),
    ({"op": "merge", "node": "t.p", "into": "t.o1"}, "1.into", "下级"),
    ({"op": "merge", "node": "t.o1", "into": "t.o1"}, "1.into", "它自己"),
    ({"op": "merge", "node": "t.o1", "into": "t.c1"}, "1.into", "不合要求"),
    ({"op": "add", "label": "Organization", "name": "x", "kind": "党支部"}, "1.under", "没有填"),
    ({"op": "add", "label": "Organization", "name": "x", "kind": "无", "under": "t.p"}, "1.kind", "类型"),
    ({"op": "add", "label": "Unit", "name": "x", "kind": "机关", "at": "t.s", "id": "q.1"}, "1.id", "格式"),
    ({"op": "add", "label": "Unit", "name": "x", "kind": "机关", "at": "t.s", "id": "t.u1"}, "1.id", "已被使用"),
    ({"op": "add", "label": "Unit", "name": "x", "kind": "机关", "at": "t.s", "wings": 2}, "1.wings", "不是单位的属性"),
    ({"op": "add", "label": "Unit", "name": "x", "kind": "机关", "at": "t.s", "members": -1}, "1.members", "不合要求"),
    ({"op": "dissolve", "node": "t.u1", "since": "2026-07-01"}, "1.since", "晚于截至日期"),
    ({"op": "dissolve", "node": "t.u1", "since": "soon"}, "1.since", "不是日期"),
]


@pytest.mark.parametrize(("op", "pointer", "said"), REFUSED, ids=[f"{o['op']}-{s}" for o, _, s in REFUSED])
def test_what_would_break_the_model_is_refused_with_its_place(op: Op, pointer: str, said: str) -> None:
    with pytest.raises(InputError) as caught:
        what_if(base(), [op])
    (item,) = caught.value.items
    assert item["pointer"] == pointer
    assert said in item["detail"] and item["detail"].startswith("第1项")


def test_every_fault_of_a_plan_is_told_and_an_empty_plan_is_one() -> None:
    with pytest.raises(InputError) as caught:
        what_if(base(), [REFUSED[0][0], {"op": "dissolve", "node": "t.u1"}, {"op": "dissolve", "node": "t.u1"}])
    assert [i["pointer"] for i in caught.value.items] == ["1.op", "3.node"]
    with pytest.raises(InputError, match="没有任何改动"):
        what_if(base(), [])


def test_a_name_that_fits_two_nodes_lists_both() -> None:
    nodes = NODES | {
        "Unit": [{"id": "u1", "kind": "机关", "name": "同名"}, {"id": "u2", "kind": "国企", "name": "同名"}]
    }
    with pytest.raises(InputError, match=r"t\.u1、t\.u2"):
        what_if(view_of(nodes, RELATIONS), [{"op": "dissolve", "node": "同名"}])


def test_what_a_plan_adds_can_be_used_by_its_next_change() -> None:
    new = {"op": "add", "label": "单位", "name": "新单位", "kind": "机关", "at": "一街道"}
    found = after(base(), new, {"op": "pair", "organization": "西社区", "unit": "新单位"})
    assert found[("pairing.kind_missing", "t.d")] == metrics(base())[("pairing.kind_missing", "t.d")]
    assert found[("load.unit.of", "t.d")] == 3


def test_within_a_scope_nothing_outside_can_be_touched() -> None:
    bound = view_of(NODES, RELATIONS, scope=["t.c1"])
    with pytest.raises(InputError, match="可见范围"):
        what_if(bound, [{"op": "dissolve", "node": "t.o2"}])
    answer = what_if(bound, [{"op": "unpair", "organization": "t.c1", "unit": "t.u1"}])
    assert {r["area"]["id"] for r in answer.rows} == {"t.c1"}


@given(datasets())
@few(30)
def test_a_snapshot_thaws_to_the_tables_it_was_built_from(data: Dataset) -> None:
    first = build(data, 1)
    second = build(dataset_of(first), 1)
    assert first.bounds == second.bounds
    assert set(first.arrays) == set(second.arrays)
    for name, array in first.arrays.items():
        assert array.dtype == second.arrays[name].dtype
        np.testing.assert_array_equal(array, second.arrays[name])


@given(datasets(), st.data())
@few(30)
def test_what_is_taken_back_changes_nothing(data: Dataset, chosen: st.DataObject) -> None:
    view = view_data(data)
    held = set(zip(*(data.relation("PAIRED_WITH")[c].to_list() for c in ("from", "to")), strict=True))
    free = [
        (o, u)
        for o in data.node("Organization")["id"].to_list()
        for u in data.node("Unit")["id"].to_list()
        if (o, u) not in held
    ]
    assert {m for m, _ in metrics(view)} <= set(labels(view))
    if free:
        organization, unit = chosen.draw(st.sampled_from(free))
        ends = {"organization": organization, "unit": unit}
        assert what_if(view, [{"op": "pair", **ends}, {"op": "unpair", **ends}]).totals["changed"] == 0
