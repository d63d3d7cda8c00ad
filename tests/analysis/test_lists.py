"""The three lists: met and unmet needs, unused resources, late projects."""

from __future__ import annotations

from graph.analysis.lists import lists
from tests.analysis.districts import view_of

NODES = {
    "Area": [{"id": "d", "kind": "区县"}, {"id": "c", "kind": "社区"}],
    "Organization": [{"id": "o", "kind": "党委"}],
    "Unit": [{"id": "u", "kind": "机关"}],
    "Demand": [
        {"id": "n1", "category": "医疗", "raised": "2026-06-01", "due": "2026-06-20"},
        {"id": "n2", "category": "教育", "raised": "2026-05-31"},
        {"id": "n3", "category": "教育", "raised": "2026-05-01", "done": "2026-05-11", "due": "2026-05-05"},
    ],
    "Resource": [{"id": "r1", "category": "教育"}, {"id": "r2", "category": "场地"}],
    "Project": [{"id": "j", "due": "2026-06-29"}],
}
RELATIONS = {
    "PART_OF": [{"from": "c", "to": "d", "hierarchy": "行政"}],
    "COVERS": [{"from": "o", "to": "c", "mode": "单独"}],
    "NEEDS": [{"from": "o", "to": n} for n in ("n1", "n2", "n3")],
    "OFFERS": [{"from": "u", "to": "r1"}, {"from": "u", "to": "r2"}],
    "MEETS": [{"from": "r1", "to": "n2"}],
    "CLAIMS": [{"from": "u", "to": "j"}],
}


def test_each_item_has_a_state_its_days_and_its_partners() -> None:
    answer = lists(view_of(NODES, RELATIONS))
    found = {r["node"]["id"]: (r["state"], r["days"], r["overdue_days"]) for r in answer.rows}
    assert found == {
        "t.n1": ("unmet", 29, 10),
        "t.n2": ("matched", 30, None),
        "t.n3": ("done", 10, None),
        "t.r1": ("used", None, None),
        "t.r2": ("unused", None, None),
        "t.j": ("claimed", None, 1),
    }
    assert answer.totals["open"] == {"需求": {"医疗": 1}, "资源": {"场地": 1}, "项目": {}}
    assert answer.totals["overdue"] == 2
    need = next(r for r in answer.rows if r["node"]["id"] == "t.n2")
    assert (need["owner"]["id"], need["area"]["id"], [p["id"] for p in need["partners"]]) == ("t.o", "t.c", ["t.r1"])


def test_without_lists_the_answer_says_so() -> None:
    assert lists(view_of({"Area": NODES["Area"]})).totals["notices"][0]["code"] == "no-lists"
