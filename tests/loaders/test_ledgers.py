"""The ledgers of organization departments as they arrive, each onto the model."""

from __future__ import annotations

from pathlib import Path

import pytest

from graph.changes import apply, difference
from graph.dataset import Dataset
from graph.errors import InputError
from loaders.mapping import parse_mapping, read_mapping
from tests.loaders.files import AREAS, clean, codes, links, names, reading, text, workbook

ORGANIZATIONS = (
    ("党组织全称", "党组织类别", "上级党组织名称", "书记姓名", "领导班子当选日期", "党员总数"),
    ("胜利桥街道党工委", "党工委", None, "王某某", "2021.06", 500),
    ("东风社区党委", "党委", "胜利桥街道党工委", "空缺", "2021.06", 120),
    ("第一党支部", "党支部", "东风社区党委", None, "2023年3月", 30),
)
UNITS = (
    ("序号", "单位名称（全称）", "单位性质类别", "所属社区", "党员总数", "可提供资源", "联系人"),
    (1, "区财政局", "机关", "东风社区", 40, "会议室、讲师", "某"),
    (2, "甲公司", "非公企业", "东风社区", 2, None, "某"),
)


def _district() -> dict[str, list]:
    return {"区域": list(AREAS), "党组织名册": list(ORGANIZATIONS), "驻区单位台账": list(UNITS)}


def _stored(book: Path) -> Dataset:
    empty = Dataset("fuxing", {}, {})
    return apply(empty, difference(empty, clean(book), on="2024-01-01"))


def test_organizations_with_their_secretaries(tmp_path: Path) -> None:
    book = workbook(tmp_path / "a.xlsx", _district())
    data = clean(book)
    posts = data.nodes["Post"].select("name", "kind", "status", "holder").rows()
    assert posts == [("书记", "书记", "在岗", "王某某"), ("书记", "书记", "空缺", None)]
    assert links(data, "OF") == [("书记", "胜利桥街道党工委"), ("书记", "东风社区党委")]
    assert data.nodes["Organization"]["elected"].to_list() == ["2021-06-01", "2021-06-01", "2023-03-01"]
    stored = _stored(book)
    assert difference(stored, clean(book, stored=stored), on="2024-02-01").elements == 0


def test_units_with_their_resources(tmp_path: Path) -> None:
    data = clean(workbook(tmp_path / "a.xlsx", _district()))
    assert links(data, "LOCATED_IN") == [("区财政局", "东风社区"), ("甲公司", "东风社区")]
    assert links(data, "OFFERS") == [("区财政局", "会议室"), ("区财政局", "讲师")]


def test_grids_with_their_heads(tmp_path: Path) -> None:
    rows = [
        ("网格编号", "网格名称", "所属社区", "网格类型", "户数", "网格长", "网格员"),
        ("01", "第一网格", "东风社区", "大", "120户", "甲某", "乙某、丙某"),
    ]
    data = clean(workbook(tmp_path / "a.xlsx", {"区域": AREAS, "网格台账": rows}))
    grid = data.nodes["Area"].filter(data.nodes["Area"]["name"] == "第一网格").to_dicts()[0]
    assert (grid["kind"], grid["grade"], grid["households"], grid["code"]) == ("网格", "大", 120, "01")
    assert sorted(data.nodes["Post"]["kind"].to_list()) == ["网格员", "网格员", "网格长"]


def test_a_roster_is_counted_and_discarded(tmp_path: Path) -> None:
    roster = [
        ("序号", "姓名", "公民身份证号码", "人员类别", "所在党支部", "手机号码", "入党日期"),
        (1, "赵某", "11010519491231002X", "正式党员", "第一党支部", "13900000000", "1999.07"),
        (2, "钱某", "11010519491231002X", "预备党员", "第一党支部", "13900000001", "2023.07"),
        (3, "孙某", "11010519491231002X", "积极分子", "第一党支部", "13900000002", None),
    ]
    book = workbook(tmp_path / "a.xlsx", {**_district(), "党员花名册": roster})
    answer = reading(book)
    assert answer.errors == ()
    assert answer.dataset is not None
    rows = answer.dataset.nodes["Organization"].select("name", "members", "full_members").rows()
    assert rows[-1] == ("第一党支部", 2, 1)
    assert {n: m for n, m, _ in rows}["东风社区党委"] == 120
    everything = str([f.to_dicts() for f in answer.dataset.nodes.values()]) + str(answer.warnings)
    assert "赵某" not in everything
    assert "1390000" not in everything


def test_a_roster_alone_patches_what_is_stored(tmp_path: Path) -> None:
    stored = _stored(workbook(tmp_path / "a.xlsx", _district()))
    roster = [("姓名", "党员类别", "所在支部"), ("赵某", "正式党员", "第一党支部")]
    counted = clean(workbook(tmp_path / "b.xlsx", {"党员花名册": roster}), stored=stored)
    changes = difference(stored, counted, on="2024-02-01")
    assert changes.counts()["changed"] == 1
    after = {
        n: (m, e)
        for n, m, e in apply(stored, changes).nodes["Organization"].select("name", "members", "elected").rows()
    }
    assert after["第一党支部"] == (1, "2023-03-01")


def test_pairing_by_community_and_by_the_organization_of_a_unit(tmp_path: Path) -> None:
    sheets = _district()
    sheets["组织覆盖"] = [("党组织", "覆盖对象", "覆盖方式"), ("东风社区党委", "东风社区", "单独")]
    sheets["党组织"] = [("名称", "类型", "所在单位"), ("区财政局机关党支部", "党支部", "区财政局")]
    sheets["结对共建台账"] = [
        ("社区名称", "结对单位", "签约时间", "协议期限", "联建项目", "责任人"),
        ("东风社区", "区财政局机关党支部", "2023/5/1", "2026.05", "1.送教上门 2.助老", "某"),
    ]
    answer = reading(workbook(tmp_path / "a.xlsx", sheets))
    assert answer.errors == ()
    assert answer.dataset is not None
    assert links(answer.dataset, "PAIRED_WITH") == [("东风社区党委", "区财政局")]
    row = answer.dataset.relations["PAIRED_WITH"].to_dicts()[0]
    assert (row["agreement_until"], row["items"]) == ("2026-05-01", ["送教上门", "助老"])
    assert [w["code"] for w in answer.warnings if w["sheet"] == "结对共建台账"].count("reference-folded") == 2


def test_the_three_lists_on_one_sheet(tmp_path: Path) -> None:
    sheets = _district()
    sheets["三张清单"] = [
        ("清单类型", "提供单位/提出单位", "内容", "类别", "认领单位", "完成时限"),
        ("需求清单", "东风社区党委", "安装路灯", "民生", "区财政局", "2024.12"),
        ("资源清单", "甲公司", "停车位", "场地", None, None),
        ("项目清单", "区财政局", "助老食堂", "民生", "甲公司", "2024.10"),
    ]
    data = clean(workbook(tmp_path / "a.xlsx", sheets))
    assert links(data, "NEEDS") == [("东风社区党委", "安装路灯")]
    assert ("甲公司", "停车位") in links(data, "OFFERS")
    assert sorted(links(data, "CLAIMS")) == [("区财政局", "安装路灯"), ("甲公司", "助老食堂")]
    assert links(data, "RESPONSIBLE_FOR") == [("区财政局", "助老食堂")]
    assert data.nodes["Demand"]["due"].to_list() == ["2024-12-01"]


def test_double_report_of_units_and_of_persons(tmp_path: Path) -> None:
    sheets = _district()
    sheets["双报到台账"] = [
        ("党组织名称", "报到社区", "党员姓名", "报到时间"),
        ("第一党支部", "东风社区", "赵某", "2024-03-01"),
        ("第一党支部", "东风社区", "钱某", "2024-02-01"),
    ]
    sheets["单位双报到"] = [("报到党组织", "双报到至", "报到类别"), ("第一党支部", "东风社区", "单位")]
    answer = reading(workbook(tmp_path / "a.xlsx", sheets))
    assert answer.errors == ()
    assert answer.dataset is not None
    rows = answer.dataset.relations["REPORTED_TO"].select("half", "members").rows()
    assert sorted(rows, key=str) == [("单位", None), ("在职党员", 2)]
    assert "赵某" not in str(answer.dataset.relations["REPORTED_TO"].to_dicts())


MEMBERS = (
    ("胜利桥街道党建联席会议成员单位名单（2024年）", None, None, None, None),
    ("序号", "单位", "姓名", "职务", "联席会议职务"),
    (1, "区财政局", "王某某", "局长", "召集人"),
    (2, "甲公司", "李某某", "经理", "成员"),
)


def test_the_alliance_of_a_list_of_members_is_named_by_its_title(tmp_path: Path) -> None:
    book = workbook(tmp_path / "a.xlsx", {**_district(), "Sheet9": MEMBERS})
    answer = reading(book)
    assert answer.errors == ()
    assert answer.dataset is not None
    assert links(answer.dataset, "MEMBER_OF") == [(u, "胜利桥街道党建联席会议") for u in ("区财政局", "甲公司")]
    assert answer.dataset.relations["MEMBER_OF"]["role"].to_list() == ["召集人", "成员"]
    assert answer.dataset.nodes["Alliance"].select("name", "kind").rows() == [("胜利桥街道党建联席会议", "联席会议")]
    assert links(answer.dataset, "CONVENED_IN") == [("胜利桥街道党建联席会议", "胜利桥街道")]
    assert [w["code"] for w in answer.warnings if w["sheet"] == "Sheet9"].count("alliance-made") == 1
    assert "王某某" not in str(answer.dataset.relations["MEMBER_OF"].to_dicts())
    stored = _stored(book)
    again = reading(book, stored=stored)
    assert again.dataset is not None
    assert difference(stored, again.dataset, on="2024-02-01").elements == 0
    assert "alliance-made" not in [w["code"] for w in again.warnings]


def test_a_slip_in_the_name_of_an_alliance_makes_no_new_one(tmp_path: Path) -> None:
    sheets = _district()
    sheets["联盟"] = [("名称", "类型", "所属区域"), ("胜利桥街道大工委", "大工委", "胜利桥街道")]
    sheets["联席会议成员"] = [("联席会议名称", "成员单位"), ("胜利侨街道大工委", "区财政局")]
    answer = reading(workbook(tmp_path / "a.xlsx", sheets))
    assert codes(answer) == [("reference-unknown", 2, "A")]
    assert "胜利桥街道大工委" in answer.errors[0]["message"]


@pytest.mark.parametrize("sheet", ["兼职委员名册", "Sheet9"])
def test_part_time_members_are_posts_held_from_their_units(tmp_path: Path, sheet: str) -> None:
    rows = [
        ("胜利桥街道大工委兼职委员名册", None, None, None, None),
        ("序号", "委员姓名", "所在单位", "任职党组织", "职务级别"),
        (1, "王某某", "区财政局", "胜利桥街道党工委", "正科"),
        (2, "李某某", "甲公司", "胜利桥街道党工委", None),
    ]
    book = workbook(tmp_path / "a.xlsx", {**_district(), sheet: rows})
    data = clean(book)
    posts = data.nodes["Post"].filter(data.nodes["Post"]["kind"] == "兼职委员")
    assert posts["holder"].to_list() == ["王某某", "李某某"]
    assert links(data, "HELD_FROM") == [("兼职委员", "区财政局"), ("兼职委员", "甲公司")]
    assert links(data, "OF").count(("兼职委员", "胜利桥街道党工委")) == 2
    stored = _stored(book)
    assert difference(stored, clean(book, stored=stored), on="2024-02-01").elements == 0


def test_first_secretaries_are_posts_of_their_villages(tmp_path: Path) -> None:
    sheets = _district()
    sheets["区域"] = [*AREAS, ("甲村", "村", "胜利桥街道")]
    sheets["第一书记名册"] = [("姓名", "选派单位", "任职村", "任职时间"), ("王某某", "区财政局", "甲村", "2023.05")]
    data = clean(workbook(tmp_path / "a.xlsx", sheets))
    assert ("第一书记", "甲村") in links(data, "OF")
    assert links(data, "HELD_FROM") == [("第一书记", "区财政局")]
    assert "2023-05-01" in data.nodes["Post"]["appointed"].to_list()


def test_a_mapping_file_settles_sheets_columns_and_personal_data(tmp_path: Path) -> None:
    rows = [("小区叫法", "住户", "电话"), ("阳光花园", 300, "0310")]
    book = workbook(tmp_path / "a.xlsx", {"胜利桥": rows})
    assert [c[0] for c in codes(reading(book))] == ["sheet-unknown"]
    settled = tmp_path / "mapping.toml"
    settled.write_text(
        'drop_personal = true\n[sheets]\n"胜利桥" = "区域"\n[columns."胜利桥"]\n"小区叫法" = "名称"\n"住户" = "户数"\n',
        "utf-8",
    )
    data = clean(book, mapping=read_mapping(settled))
    assert data.nodes["Area"].select("name", "households").rows() == [("阳光花园", 300)]


def test_a_mapping_that_names_no_form_is_refused(tmp_path: Path) -> None:
    book = text(tmp_path / "区域.csv", AREAS)
    assert names(clean(book, mapping=parse_mapping({}, "m")), "Area")[0] == "复兴区"
    with pytest.raises(InputError) as e:
        parse_mapping({"sheets": {"a": "没有这种表"}}, "m.toml")
    assert "可用的表名" in e.value.remedy
