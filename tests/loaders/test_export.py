"""Exports as other programs read them, the template, and text that looks like a formula."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import networkx as nx
import openpyxl
import pytest

from graph.dataset import Dataset, dataset
from graph.errors import ParameterError
from graph.profile import load_profile
from graph.store import bolt
from loaders.districts import build
from loaders.export import FORMATS, export
from loaders.headers import EXAMPLE_MARK
from loaders.load import read
from loaders.writing import write_csv, write_template, write_workbook
from tests.loaders.files import PROFILE, reading


@pytest.fixture(scope="module")
def data() -> Dataset:
    """A small district with awkward text."""
    organizations = [
        {"id": "x.o1", "name": '=1+1 "甲" <党委> & \\', "kind": "党委", "members": 7, "former_names": ["一、二", "三"]},
        {"id": "x.o2", "name": "@乙\t党支部\u0001", "kind": "党支部", "generated": True, "since": "2020-01-01"},
    ]
    posts = [{"id": "x.p1", "name": "书记", "kind": "书记", "holder": "王某某"}]
    relations = {
        "SUBORDINATE_TO": [{"from": "x.o2", "to": "x.o1"}],
        "OF": [{"from": "x.p1", "to": "x.o2", "until": "2021-01-01"}],
    }
    return dataset("x", {"Organization": organizations, "Post": posts}, relations)


def test_graphml_is_read_by_networkx(data: Dataset, tmp_path: Path) -> None:
    export(data, tmp_path / "g.graphml", "graphml")
    graph = nx.read_graphml(tmp_path / "g.graphml")
    assert graph.nodes["x.o1"]["name"] == '=1+1 "甲" <党委> & \\'
    assert graph.nodes["x.o1"]["members"] == 7
    assert json.loads(graph.nodes["x.o1"]["former_names"]) == ["一、二", "三"]
    assert graph.nodes["x.o2"]["generated"] is True
    assert [d["type"] for _, _, d in graph.edges(data=True)] == ["SUBORDINATE_TO", "OF"]


def test_gexf_is_read_by_networkx(data: Dataset, tmp_path: Path) -> None:
    export(data, tmp_path / "g.gexf", "gexf")
    text = (tmp_path / "g.gexf").read_text("utf-8").replace("http://gexf.net/1.3", "http://www.gexf.net/1.2draft")
    (tmp_path / "old.gexf").write_text(text.replace('version="1.3"', 'version="1.2"'), "utf-8")
    graph = nx.read_gexf(tmp_path / "old.gexf")
    assert graph.nodes["x.o1"]["label"] in ("Organization", '=1+1 "甲" <党委> & \\')
    assert graph.nodes["x.o1"]["members"] == 7
    assert set(graph.edges()) == {("x.o2", "x.o1"), ("x.p1", "x.o2")}


def test_node_link_json_is_read_by_networkx(data: Dataset, tmp_path: Path) -> None:
    export(data, tmp_path / "g.json", "json")
    graph = nx.node_link_graph(json.loads((tmp_path / "g.json").read_text("utf-8")), edges="links")
    assert graph.nodes["x.o1"]["former_names"] == ["一、二", "三"]
    assert graph.nodes["x.p1"]["holder"] == "王某某"
    assert graph.number_of_edges() == 2


def test_jsonld_uses_the_organization_ontology(data: Dataset, tmp_path: Path) -> None:
    export(data, tmp_path / "g.jsonld", "jsonld")
    body = json.loads((tmp_path / "g.jsonld").read_text("utf-8"))
    assert body["@context"]["SUBORDINATE_TO"]["@id"] == "org:subOrganizationOf"
    second = next(n for n in body["@graph"] if n["@id"] == "urn:partygraph:x.o2")
    assert second["@type"] == ["Organization", "org:Organization"]
    assert second["SUBORDINATE_TO"] == ["urn:partygraph:x.o1"]
    post = next(n for n in body["@graph"] if n["@id"] == "urn:partygraph:x.p1")
    assert "OF" not in post


def test_neo4j_admin_files(data: Dataset, tmp_path: Path) -> None:
    export(data, tmp_path / "neo", "neo4j-csv")
    with (tmp_path / "neo" / "Organization.csv").open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))
    assert rows[0]["id:ID"] == "x.o1"
    assert rows[0]["members:long"] == "7"
    assert rows[0]["former_names:string[]"] == "一、二\x1f三"
    head = (tmp_path / "neo" / "OF.csv").read_text("utf-8").split("\n")[0].replace('"', "").split(",")
    assert head[:3] == ["id", ":START_ID", ":END_ID"]
    command = (tmp_path / "neo" / "import.txt").read_text("utf-8")
    assert "--nodes=Organization=Organization.csv" in command
    assert "--relationships=OF=OF.csv" in command


def test_cypher_script_gives_the_graph_and_twice_adds_nothing(data: Dataset, store: bolt.Store, tmp_path: Path) -> None:
    export(data, tmp_path / "g.cypher", "cypher")
    for _ in range(2):
        for statement in (tmp_path / "g.cypher").read_text("utf-8").split(";\n"):
            if statement.strip() and not statement.startswith("CREATE CONSTRAINT"):
                store.run(statement)
    rows = store.run("MATCH (n:Organization {id: 'x.o1'}) RETURN n.name, n.members, n.former_names")
    assert [list(r) for r in rows] == [['=1+1 "甲" <党委> & \\', 7, ["一、二", "三"]]]
    assert store.run("MATCH (a)-[r]->(b) WHERE a.id STARTS WITH 'x.' RETURN count(r)")[0][0] == 2


@pytest.mark.parametrize("name", list(FORMATS))
def test_stripping_leaves_no_holder(data: Dataset, tmp_path: Path, name: str) -> None:
    export(data, tmp_path / "out", name, strip_personal=True)
    files = [p for p in (tmp_path / "out").rglob("*") if p.is_file()] or [tmp_path / "out"]
    assert all("王某某" not in p.read_text("utf-8") for p in files)
    assert any("书记" in p.read_text("utf-8") for p in files)


def test_an_unknown_format_names_the_known_ones(data: Dataset, tmp_path: Path) -> None:
    with pytest.raises(ParameterError) as e:
        export(data, tmp_path / "g", "dwg")
    assert "graphml" in e.value.remedy


def test_text_like_a_formula_stays_text(data: Dataset, tmp_path: Path) -> None:
    write_workbook(data, tmp_path / "a.xlsx", PROFILE, strip_personal=True)
    sheet = openpyxl.load_workbook(tmp_path / "a.xlsx")["党组织"]
    cell = next(c for c in sheet[2] if isinstance(c.value, str) and c.value.startswith("=1+1"))
    assert cell.data_type == "s"
    write_csv(data, tmp_path / "csv")
    assert "\"'=1+1" in (tmp_path / "csv" / "党组织.csv").read_text("utf-8-sig")
    holders = [c.value for row in openpyxl.load_workbook(tmp_path / "a.xlsx")["岗位"].iter_rows() for c in row]
    assert "王某某" not in holders


def test_the_template_has_drop_downs_text_codes_and_an_example(tmp_path: Path) -> None:
    write_template(tmp_path / "t.xlsx", PROFILE)
    book = openpyxl.load_workbook(tmp_path / "t.xlsx")
    sheet = book["党组织"]
    headers = [c.value for c in sheet[1]]
    assert "*名称" in headers
    assert sheet["A2"].value == EXAMPLE_MARK
    lists = " ".join(str(v.formula1) for v in sheet.data_validations.dataValidation)
    assert "党支部" in lists
    assert "街道党工委" in lists
    code = headers.index("代码") + 1
    texts = [d for d in sheet.column_dimensions.values() if d.min <= code <= d.max]
    assert [d.number_format for d in texts] == ["@"]


def test_an_empty_template_imports_nothing_and_a_filled_one_without_a_warning(tmp_path: Path) -> None:
    write_template(tmp_path / "t.xlsx", PROFILE)
    book = openpyxl.load_workbook(tmp_path / "t.xlsx")
    sheet = book["党组织"]
    headers = [str(c.value).lstrip("*") for c in sheet[1]]
    for row, name in enumerate(("甲党委", "乙党支部"), start=3):
        sheet.cell(row, headers.index("名称") + 1, name)
        sheet.cell(row, headers.index("类型") + 1, "党委" if row == 3 else "党支部")
    sheet.cell(4, headers.index("上级党组织") + 1, "甲党委")
    book.save(tmp_path / "filled.xlsx")
    answer = reading(tmp_path / "filled.xlsx")
    assert answer.errors == ()
    assert [w["code"] for w in answer.warnings] == []
    assert answer.dataset is not None
    assert (answer.dataset.node_count, answer.dataset.relation_count) == (2, 1)


def test_every_format_writes_a_published_district(tmp_path: Path) -> None:
    district = build("fuxing")
    for name in FORMATS:
        export(district, tmp_path / name, name)
    graph = nx.read_graphml(tmp_path / "graphml", force_multigraph=True)
    assert (graph.number_of_nodes(), graph.number_of_edges()) == (district.node_count, district.relation_count)


def test_a_workbook_of_another_district_is_refused(tmp_path: Path) -> None:
    write_csv(build("fuxing"), tmp_path)
    answer = read([tmp_path], "gulou", load_profile("gulou"), None)
    assert answer.dataset is None
    assert {e["code"] for e in answer.errors} >= {"id-foreign"}
