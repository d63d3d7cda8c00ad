"""Faults of rows and relations, judged on what is stored overlaid by the file; each with its exact place."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import polars as pl
import pytest

from graph.changes import apply, difference
from graph.dataset import Dataset
from loaders.checking import on_cycles
from tests.loaders.files import AREAS, clean, codes, links, names, reading, text, workbook

ORGANIZATIONS = (("名称", "类型", "上级党组织"), ("甲党委", "党委", None), ("乙党委", "党委", "甲党委"))


def _stored(*books: Path) -> Dataset:
    empty = Dataset("fuxing", {}, {})
    return apply(empty, difference(empty, clean(*books), on="2024-01-01"))


def test_every_fault_in_one_pass_with_its_place(tmp_path: Path) -> None:
    rows = [
        ("名称", "类型", "上级党组织", "党员数", "成立日期", "起始日期", "终止日期"),
        ("甲党委", "党委", None, "-1", "去年", "2020-01-01", "2019-01-01"),
        ("乙党委", "总支会", "没有这个党委", "3", "2020", None, None),
        ("甲党委", "党委", None, "3", "2020", None, None),
        (None, "党委", None, "3", None, None, None),
    ]
    answer = reading(workbook(tmp_path / "a.xlsx", {"党组织": rows}))
    assert codes(answer) == [
        ("int-negative", 2, "D"),
        ("date-invalid", 2, "E"),
        ("until-before-since", 2, "G"),
        ("kind-unknown", 3, "B"),
        ("reference-unknown", 3, "C"),
        ("id-duplicate", 4, "A"),
        ("value-missing", 5, "A"),
    ]
    assert answer.dataset is None
    assert all(e["file"] == "a.xlsx" and e["sheet"] == "党组织" and e["remedy"] for e in answer.errors)


def test_a_second_formal_superior(tmp_path: Path) -> None:
    rows = [*ORGANIZATIONS, ("丙党委", "党委", "甲党委")]
    more = [("关系", "起点", "终点", "起始日期"), ("隶属", "丙党委", "甲党委", "2020-01-01")]
    clean(workbook(tmp_path / "a.xlsx", {"党组织": rows, "关系历史": more}))
    twice = [
        ("关系", "起点", "终点", "起始日期", "终止日期"),
        ("隶属", "甲党委", "乙党委", "2020-01-01", None),
        ("隶属", "甲党委", "丙党委", "2021-01-01", None),
    ]
    free = [("名称", "类型"), ("甲党委", "党委"), ("乙党委", "党委"), ("丙党委", "党委")]
    answer = reading(workbook(tmp_path / "b.xlsx", {"党组织": free, "关系历史": twice}))
    assert [c[:2] for c in codes(answer)] == [("second-superior", 3)]


def test_cycles_in_the_file_and_with_what_is_stored(tmp_path: Path) -> None:
    rows = [*ORGANIZATIONS[:1], ("甲党委", "党委", "乙党委"), ("乙党委", "党委", "甲党委")]
    answer = reading(workbook(tmp_path / "a.xlsx", {"党组织": rows}))
    assert codes(answer) == [("cycle", 2, "C"), ("cycle", 3, "C")]
    stored = _stored(workbook(tmp_path / "b.xlsx", {"党组织": ORGANIZATIONS}))
    patch = workbook(tmp_path / "c.xlsx", {"党组织": [ORGANIZATIONS[0], ("甲党委", "党委", "乙党委")]})
    assert codes(reading(patch, stored=stored)) == [("cycle", 2, "C")]


def test_on_cycles_finds_exactly_the_edges_of_cycles() -> None:
    start = pl.Series(["a", "b", "c", "d", "e", "f"])
    end = pl.Series(["b", "c", "a", "a", "d", "g"])
    assert np.array_equal(on_cycles(start, end), [True, True, True, False, False, False])


def test_a_move_is_not_a_second_superior(tmp_path: Path) -> None:
    rows = [*ORGANIZATIONS, ("丙支部", "党支部", "甲党委")]
    stored = _stored(workbook(tmp_path / "a.xlsx", {"党组织": rows}))
    ids = dict(stored.nodes["Organization"].select("name", "id").iter_rows())
    patch = [("标识", "名称", "上级党组织"), (ids["丙支部"], "丙支部", "乙党委")]
    moved = clean(workbook(tmp_path / "b.xlsx", {"党组织": patch}), stored=stored)
    assert difference(stored, moved, on="2024-06-01").counts()["moved"] == 1


def test_reading_the_same_file_again_changes_nothing(tmp_path: Path) -> None:
    book = workbook(tmp_path / "a.xlsx", {"区域": AREAS, "党组织": ORGANIZATIONS})
    stored = _stored(book)
    changes = difference(stored, clean(book, stored=stored), on="2024-02-01")
    assert changes.elements == 0


def test_wrong_kinds_of_ends(tmp_path: Path) -> None:
    rows = [("党组织", "指导党组织"), ("甲党委", "东风社区")]
    book = workbook(tmp_path / "a.xlsx", {"区域": AREAS, "党组织": ORGANIZATIONS, "业务指导": rows})
    assert codes(reading(book)) == [("reference-wrong-kind", 2, "B")]


def test_ids(tmp_path: Path) -> None:
    rows = [
        ("标识", "名称", "类型"),
        ("A 1", "甲社区", "社区"),
        ("gulou.A2", "乙社区", "社区"),
        ("A3", "丙社区", "社区"),
    ]
    answer = reading(workbook(tmp_path / "a.xlsx", {"区域": rows}))
    assert codes(answer) == [("id-invalid", 2, "A"), ("id-foreign", 3, "A")]
    data = clean(workbook(tmp_path / "b.xlsx", {"区域": [rows[0], rows[3]]}))
    assert data.nodes["Area"]["id"].to_list() == ["fuxing.A3"]


def test_codes_that_repeat_are_qualified_by_their_community(tmp_path: Path) -> None:
    rows = [
        *AREAS,
        ("西苑社区", "社区", "胜利桥街道"),
        ("一网格", "网格", "东风社区", "01"),
        ("一网格", "网格", "西苑社区", "01"),
    ]
    rows[0] = (*AREAS[0], "代码")
    data = clean(workbook(tmp_path / "a.xlsx", {"区域": rows}))
    ids = data.nodes["Area"]["id"].to_list()
    assert len(set(ids)) == 6
    assert all(i.endswith("-01") for i in ids[-2:])
    again = [*rows, ("又一网格", "网格", "西苑社区", "01")]
    assert [c[0] for c in codes(reading(workbook(tmp_path / "b.xlsx", {"区域": again})))] == ["id-duplicate"]


def test_a_code_makes_a_new_name_a_rename(tmp_path: Path) -> None:
    head = ("名称", "类型", "代码")
    stored = _stored(workbook(tmp_path / "a.xlsx", {"区域": [head, ("东风社区", "社区", "130404001001")]}))
    renamed = workbook(tmp_path / "b.xlsx", {"区域": [head, ("东风里社区", "社区", "130404001001")]})
    changes = difference(stored, clean(renamed, stored=stored), on="2024-02-01")
    assert changes.counts() == {"added": 0, "changed": 1, "moved": 0, "ended": 0, "unchanged": 0}


def test_a_like_name_under_the_same_superior_may_be_a_rename(tmp_path: Path) -> None:
    head = ("名称", "类型", "上级区域")
    rows = [*AREAS, ("钢铁厂社区", "社区", "胜利桥街道"), ("第2网格", "网格", "东风社区")]
    stored = _stored(workbook(tmp_path / "a.xlsx", {"区域": rows}))
    new = [
        head,
        ("胜利桥街道", "街道", "复兴区"),
        ("钢铁新社区", "社区", "胜利桥街道"),
        ("第3网格", "网格", "东风社区"),
        ("东风社区", "社区", "胜利桥街道"),
    ]
    answer = reading(workbook(tmp_path / "b.xlsx", {"区域": new}), stored=stored)
    assert answer.errors == ()
    assert [(w["code"], w["row"]) for w in answer.warnings] == [("rename-suspected", 3)]
    assert "钢铁厂社区" in answer.warnings[0]["message"]


def test_a_column_that_only_one_sheet_has_keeps_what_is_stored(tmp_path: Path) -> None:
    first = [("名称", "类型", "户数"), ("甲社区", "社区", 10), ("乙社区", "社区", 20)]
    stored = _stored(workbook(tmp_path / "a.xlsx", {"区域": first}))
    one = workbook(tmp_path / "b.xlsx", {"区域": [("名称", "类型", "人数"), ("甲社区", "社区", 30)]})
    other = text(tmp_path / "区域.csv", [("名称", "类型", "户数"), ("乙社区", "社区", 21)])
    after = apply(stored, difference(stored, clean(one, other, stored=stored), on="2024-02-01"))
    rows = {n: (h, r) for n, h, r in after.nodes["Area"].select("name", "households", "residents").iter_rows()}
    assert rows == {"甲社区": (10, 30), "乙社区": (21, None)}


def test_complete_ends_what_the_file_lacks(tmp_path: Path) -> None:
    stored = _stored(workbook(tmp_path / "a.xlsx", {"区域": [*AREAS, ("西苑社区", "社区", "胜利桥街道")]}))
    book = workbook(tmp_path / "b.xlsx", {"区域": AREAS})
    answer = reading(book, stored=stored, complete=["区域@胜利桥街道"])
    assert answer.dataset is not None
    changes = difference(stored, answer.dataset, on="2024-02-01", complete=answer.complete)
    ended = changes.nodes["Area"].after
    assert ended["name"].to_list() == ["西苑社区"]
    assert changes.relations["PART_OF"].counts()["ended"] == 1


@pytest.mark.parametrize("header", ["身份证号", "公民身份证号码", "联系电话", "手机号"])
def test_a_personal_column_is_one_error_and_can_be_dropped(tmp_path: Path, header: str) -> None:
    rows = [("名称", "类型", header), *((f"{n}党委", "党委", "13900000000") for n in "甲乙丙")]
    book = workbook(tmp_path / "a.xlsx", {"党组织": rows})
    answer = reading(book)
    assert codes(answer) == [("personal-column", 1, "C")]
    assert "13900000000" not in str(answer.errors)
    assert names(clean(book, drop_personal=True), "Organization") == ["甲党委", "乙党委", "丙党委"]


def test_id_cards_in_other_columns_are_found_by_check_digit(tmp_path: Path) -> None:
    rows = [
        ("名称", "类型", "简称"),
        ("甲党委", "党委", "11010519491231002X"),
        ("乙党委", "党委", "110105194912310021"),
    ]
    book = workbook(tmp_path / "a.xlsx", {"党组织": rows})
    answer = reading(book)
    assert codes(answer) == [("personal-content", 2, "C")]
    assert "11010519491231002X" not in str(answer.errors)
    kept = clean(book, drop_personal=True).nodes["Organization"]["short_name"].to_list()
    assert kept == [None, "110105194912310021"]


@pytest.mark.parametrize("value", ["13900000000", "请打 139-0000-0000", "+86 13900000000", "0310-8123456"])
def test_telephones_in_other_columns_are_found_by_their_form(tmp_path: Path, value: str) -> None:
    rows = [("名称", "类型", "简称"), ("甲党委", "党委", value), ("乙党委", "党委", value)]
    book = workbook(tmp_path / "a.xlsx", {"党组织": rows})
    answer = reading(book)
    assert codes(answer) == [("personal-content", 2, "C")]
    assert "共 2 处" in answer.errors[0]["message"]
    assert value not in str(answer.errors)
    assert clean(book, drop_personal=True).nodes["Organization"]["short_name"].to_list() == [None, None]


def test_codes_are_not_taken_for_telephones(tmp_path: Path) -> None:
    rows = [("名称", "类型", "代码", "上级区域"), ("甲街道", "街道", "13040400101", None)]
    rows += [("乙社区", "社区", "13040400102", "13040400101")]
    data = clean(workbook(tmp_path / "a.xlsx", {"区域": rows}))
    assert data.nodes["Area"]["code"].to_list() == ["13040400101", "13040400102"]
    assert links(data, "PART_OF") == [("乙社区", "甲街道")]


def test_military_units_are_refused(tmp_path: Path) -> None:
    rows = [("名称", "类型"), ("某部队", "机关"), ("退役军人事务局", "机关")]
    assert codes(reading(workbook(tmp_path / "a.xlsx", {"单位": rows}))) == [("military-unit", 2, "A")]


def test_more_than_ten_thousand_faults_are_counted(tmp_path: Path) -> None:
    rows = [("名称", "类型", "户数"), *((f"{i}社区", "社区", "多") for i in range(10_050))]
    answer = reading(text(tmp_path / "区域.csv", rows))
    assert len(answer.errors) == 10_000
    assert answer.truncated == 50


def test_references_by_every_written_form(tmp_path: Path) -> None:
    rows = [
        ("名称", "类型", "上级党组织", "代码"),
        ("中共复兴区委员会", "党委", None, "Q1"),
        ("胜利桥街道党工委", "党工委", "复兴区党委", None),
        ("东风社区总支部委员会", "党总支", "中国共产党胜利桥街道工作委员会", None),
        ("第一党支部", "党支部", "东风社区党总支", None),
        ("西苑社区党总支", "党总支", "Q1", None),
        ("第一党支部", "党支部", "西苑社区党总支", None),
        ("甲党小组", "党小组", "西苑社区党总支/第一党支部", None),
        ("乙党小组", "党小组", "第一党支部", None),
        ("丙党小组", "党小组", "西苑社区党总枝", None),
    ]
    answer = reading(workbook(tmp_path / "a.xlsx", {"党组织": rows}))
    assert codes(answer) == [("reference-ambiguous", 9, "C"), ("reference-unknown", 10, "C")]
    assert "东风社区总支部委员会第一党支部" in answer.errors[0]["message"]
    assert "西苑社区党总支" in answer.errors[1]["message"]
    assert [(w["code"], w["row"]) for w in answer.warnings] == [("reference-party-form", r) for r in (3, 4, 5)]
    data = clean(workbook(tmp_path / "b.xlsx", {"党组织": rows[:8]}))
    assert links(data, "SUBORDINATE_TO")[-1] == ("甲党小组", "第一党支部")


def test_area_suffixes_are_never_stripped(tmp_path: Path) -> None:
    rows = [*AREAS, ("东风村委会", "村", "胜利桥街道"), ("一网格", "网格", "东风")]
    answer = reading(workbook(tmp_path / "a.xlsx", {"区域": rows}))
    assert codes(answer) == [("reference-unknown", 6, "C")]


def test_context_columns_narrow_an_ambiguous_name(tmp_path: Path) -> None:
    rows = [*AREAS, ("百家村街道", "街道", "复兴区"), ("东风社区", "社区", "百家村街道")]
    units = [("单位名称", "单位性质", "所属街道", "所属社区"), ("区财政局", "机关", "百家村街道", "东风社区")]
    data = clean(workbook(tmp_path / "a.xlsx", {"区域": rows, "驻区单位台账": units}))
    street = dict(data.relations["PART_OF"].select("from", "to").iter_rows())
    at = data.relations["LOCATED_IN"]["to"][0]
    called = dict(data.nodes["Area"].select("id", "name").iter_rows())
    assert called[street[at]] == "百家村街道"
