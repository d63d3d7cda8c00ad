"""Vacancies: vacant posts, areas and organizations without a head or a facility, posts held together."""

from __future__ import annotations

from graph.analysis.vacancies import vacancies
from tests.analysis.districts import view_of
from tests.analysis.test_chain import COVERS, ORGS
from tests.analysis.test_coverage import GRIDS, PARTS

POSTS = [
    {"id": "p1", "kind": "网格长", "status": "空缺", "holder_key": "k1"},
    {"id": "p2", "kind": "书记", "status": "在岗", "holder_key": "k1", "holder": "王某某"},
    {"id": "p3", "kind": "网格长", "status": "在岗", "holder_key": "k1"},
    {"id": "p4", "kind": "书记", "status": "在岗", "holder_key": "k2"},
]
OF = [{"from": "p1", "to": "g1"}, {"from": "p2", "to": "oc"}, {"from": "p3", "to": "g3"}, {"from": "p4", "to": "o1"}]


def test_every_fault() -> None:
    nodes = GRIDS | {"Post": POSTS, "Organization": ORGS[:4]}
    nodes["Area"] = [*GRIDS["Area"], {"id": "g3", "kind": "网格"}]
    parts = [*PARTS, {"from": "g3", "to": "c", "hierarchy": "网格"}]
    view = view_of(nodes, {"PART_OF": parts, "COVERS": COVERS[:4], "OF": OF})
    answer = vacancies(view)
    found = {(r["fault"], r["node"]["id"], r["kind"]) for r in answer.rows}
    assert found == {
        ("vacant", "t.g1", "网格长"),
        ("without_post", "t.g2", "网格长"),
        ("together", "t.oc", "书记"),
        ("without_facility", "t.c", "党群服务中心"),
    }
    together = next(r for r in answer.rows if r["fault"] == "together")
    # The vacant post is held by nobody, whatever key the ledger still gives.
    assert [p["id"] for p in together["posts"]] == ["t.p2", "t.p3"]
    assert answer.totals["vacant_by_kind"] == {"网格长": 1}
    assert "王某某" not in str(answer.body())


def test_a_facility_that_serves_the_area_and_missing_keys_are_said() -> None:
    nodes = GRIDS | {"Facility": [{"id": "f", "kind": "党群服务中心"}], "Post": [{"id": "p", "kind": "网格长"}]}
    relations = {"PART_OF": PARTS, "SERVES": [{"from": "f", "to": "c"}], "OF": [{"from": "p", "to": "g1"}]}
    answer = vacancies(view_of(nodes, relations))
    assert {(r["fault"], r["node"]["id"]) for r in answer.rows} == {("without_post", "t.g2")}
    assert answer.totals["notices"][0]["code"] == "no-holder-key"
