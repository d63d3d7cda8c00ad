"""Eight street workbooks, or one sheet per street: one import, with the street as context."""

from __future__ import annotations

from pathlib import Path

import pytest

from graph.changes import apply, difference
from graph.dataset import Dataset
from tests.loaders.files import clean, codes, links, reading, text, workbook

STREETS = ("胜利桥街道", "百家村街道")
AREAS = [
    ("名称", "类型", "上级区域"),
    ("复兴区", "区县", None),
    *((s, "街道", "复兴区") for s in STREETS),
    *(("东风社区", "社区", s) for s in STREETS),
]
GRIDS = [("网格名称", "所属社区", "户数"), ("第一网格", "东风社区", 100), ("第二网格", "东风社区", 120)]


def _stored(*books: Path) -> Dataset:
    empty = Dataset("fuxing", {}, {})
    return apply(empty, difference(empty, clean(*books), on="2024-01-01"))


def _under(data: Dataset, type_: str) -> dict[str, list[str]]:
    """Street → names of what lies in its 东风社区."""
    called = {i: n for f in data.nodes.values() for i, n in f.select("id", "name").iter_rows()}
    above = dict(data.relations["PART_OF"].select("from", "to").iter_rows())
    out: dict[str, list[str]] = {}
    for a, b in data.relations[type_].select("from", "to").iter_rows():
        if called[b] == "东风社区":
            out.setdefault(called[above[b]], []).append(called[a])
    return out


def test_one_sheet_per_street(tmp_path: Path) -> None:
    book = workbook(tmp_path / "a.xlsx", {"区域": AREAS, **dict.fromkeys(STREETS, GRIDS)})
    data = clean(book)
    assert _under(data, "PART_OF") == {s: ["第一网格", "第二网格"] for s in STREETS}
    stored = _stored(book)
    again = difference(stored, clean(book, stored=stored), on="2024-02-01")
    assert again.elements == 0


@pytest.mark.parametrize("form", ["{}网格台账.xlsx", "{}/网格台账.xlsx", "网格台账（{}）.csv"])
def test_one_file_per_street(tmp_path: Path, form: str) -> None:
    text(tmp_path / "区域.csv", AREAS)
    for street in STREETS:
        path = tmp_path / form.format(street)
        path.parent.mkdir(exist_ok=True)
        (text(path, GRIDS) if path.suffix == ".csv" else workbook(path, {"Sheet1": GRIDS}))
    assert _under(clean(tmp_path), "PART_OF") == {s: ["第一网格", "第二网格"] for s in STREETS}


def test_the_unit_that_fills_in_is_context(tmp_path: Path) -> None:
    units = [
        ("驻区单位台账",),
        ("填报单位：百家村街道",),
        ("单位名称", "单位性质", "所属社区"),
        ("某医院", "事业单位", "东风社区"),
    ]
    data = clean(workbook(tmp_path / "a.xlsx", {"区域": AREAS, "Sheet2": units}))
    assert _under(data, "LOCATED_IN") == {"百家村街道": ["某医院"]}


def test_a_column_outweighs_the_sheets_name(tmp_path: Path) -> None:
    rows = [("网格名称", "所属街道", "所属社区"), ("第一网格", "百家村街道", "东风社区")]
    data = clean(workbook(tmp_path / "a.xlsx", {"区域": AREAS, "胜利桥街道": rows}))
    assert _under(data, "PART_OF") == {"百家村街道": ["第一网格"]}


def test_rows_that_do_not_say_where_they_lie_lie_in_the_street(tmp_path: Path) -> None:
    rows = [("社区名称", "户数"), ("西苑社区", 10), ("中心社区", 20)]
    answer = reading(workbook(tmp_path / "a.xlsx", {"区域": AREAS, **dict.fromkeys(STREETS, rows)}))
    assert answer.errors == ()
    assert answer.dataset is not None
    assert [w["code"] for w in answer.warnings] == ["street-assumed"] * 2
    assert "百家村街道" in answer.warnings[1]["message"]
    made = [pair for pair in links(answer.dataset, "PART_OF") if pair[0] == "中心社区"]
    assert made == [("中心社区", s) for s in STREETS]


def test_rows_that_are_stored_inside_the_street_stay_where_they_are(tmp_path: Path) -> None:
    stored = _stored(workbook(tmp_path / "a.xlsx", {"区域": AREAS, **dict.fromkeys(STREETS, GRIDS)}))
    rows = [("网格名称", "户数"), ("第一网格", 111), ("第三网格", 9)]
    data = clean(workbook(tmp_path / "b.xlsx", {"百家村街道": rows}), stored=stored)
    changes = difference(stored, data, on="2024-02-01")
    assert changes.counts() == {"added": 2, "changed": 1, "moved": 0, "ended": 0, "unchanged": 0}
    after = apply(stored, changes)
    assert _under(after, "PART_OF")["百家村街道"] == ["第一网格", "第二网格"]
    assert ("第三网格", "百家村街道") in links(after, "PART_OF")


def test_two_streets_named_by_one_sheet_say_nothing(tmp_path: Path) -> None:
    book = workbook(tmp_path / "a.xlsx", {"区域": AREAS, "胜利桥街道、百家村街道": GRIDS[:2]})
    assert codes(reading(book)) == [("reference-ambiguous", 2, "B")]
