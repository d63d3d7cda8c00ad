"""Every published figure is reproduced by the data or named with its reason; forced shapes show."""

from __future__ import annotations

import polars as pl
import pytest

from tests.loaders.counts import data, nodes, ties
from tests.loaders.published import COUNTS, REASONS, figures, interval


def test_every_figure_is_either_reproduced_or_has_its_reason() -> None:
    named = [*COUNTS, *REASONS]
    assert len(named) == len(set(named))
    assert set(named) == set(figures())


@pytest.mark.parametrize(("district", "literal"), COUNTS)
def test_the_data_reproduces_the_figure(district: str, literal: str) -> None:
    low, high = interval(figures()[district, literal])
    assert low <= COUNTS[district, literal](data(district)) <= high


@pytest.mark.parametrize(
    ("literal", "value", "qualifier", "allowed"),
    [
        ("990余名", "990", ">", (991, 999)),
        ("1.7万多名", "17000", ">", (17001, 17999)),
        ("2000余个", "2000", ">", (2001, 2999)),
        ("14.8万人", "148000", "=", (147500, 148500)),
        ("1585万元", "15850000", "=", (15845000, 15855000)),
        ("56个社区", "56", "=", (56, 56)),
    ],
)
def test_quantities_are_intervals(literal: str, value: str, qualifier: str, allowed: tuple[float, float]) -> None:
    assert interval({"literal": literal, "value": value, "qualifier": qualifier}) == allowed


def per(frame: pl.DataFrame, by: str, over: pl.DataFrame) -> list[int]:
    """How many rows of `frame` each node of `over` has in column `by`."""
    counted = frame.group_by(by).len("n")
    joined = over.select("id").join(counted, left_on="id", right_on=by, how="left")
    return joined["n"].fill_null(0).to_list()


def test_fuxing_has_too_few_branches_and_groups_for_every_grid() -> None:
    d = data("fuxing")
    own = nodes(d, "Organization").filter(pl.col("tier").is_in(["楼栋党支部", "单元党小组"]))
    covers = d.relation("COVERS").join(own.select("id"), left_on="from", right_on="id", how="semi")
    each = per(covers, "to", nodes(d, "Area", "网格"))
    assert sum(each) == 1228 < 2 * len(each)
    assert {0, 1, 2} == set(each)


def test_fuxing_units_serve_one_community_each_and_every_kind_lacks_somewhere() -> None:
    d = data("fuxing")
    paired = d.relation("PAIRED_WITH")
    assert paired["to"].is_unique().all()
    kinds = dict(d.node("Unit").select("id", "kind").iter_rows())
    asked = {"机关": 54, "事业单位国企": 47, "非公企业社会组织": 53}
    lacking = {}
    for words, units in asked.items():
        have = {a for a, b in paired.select("from", "to").iter_rows() if kinds[b] in words}
        lacking[units] = 56 - len(have)
    assert lacking == {54: 2, 47: 9, 53: 3}


def test_lufeng_has_more_groups_than_households_and_more_grids_than_are_visited() -> None:
    d = data("lufeng")
    groups = nodes(d, "Organization", "党小组")
    homes = ties(d, "SUBORDINATE_TO").join(
        nodes(d, "Organization", "党员中心户"), left_on="from", right_on="id", how="semi"
    )
    assert per(homes, "to", groups).count(0) == 1867 - 782 == 1085
    visits = ties(d, "ASSIGNED_TO", source="Organization")
    assert per(visits, "to", nodes(d, "Area", "网格")).count(0) == 3047 - 2267


def test_sishui_has_fewer_heads_than_posts() -> None:
    heads = nodes(data("sishui"), "Post", "网格长", "楼栋长", "单元长")
    held = heads.group_by("holder_key").len("n")["n"]
    assert (heads.height, held.len(), (held - 1).sum()) == (4270, 3813, 457)


def test_gulou_grids_have_one_or_two_branches_and_eighty_meetings_stand_at_three_tiers() -> None:
    d = data("gulou")
    grids = nodes(d, "Organization", tier="网格党总支")
    branches = nodes(d, "Organization", tier="小区党支部")
    under = ties(d, "SUBORDINATE_TO").join(branches, left_on="from", right_on="id", how="semi")
    each = per(under, "to", grids)
    assert (each.count(1), each.count(2), len(each)) == (480, 54, 534)
    meetings = nodes(d, "Alliance", "联席会议").group_by("tier").len("n")
    assert dict(meetings.iter_rows()) == {"区": 1, "街镇": 10, "社区": 69}


def test_changchun_has_one_post_for_each_area_with_a_head() -> None:
    d = data("changchun")
    for area, post in (("网格", "网格长"), ("楼栋", "楼栋长"), ("单元", "单元长")):
        of = ties(d, "OF").join(nodes(d, "Post", post), left_on="from", right_on="id", how="semi")
        assert set(per(of, "to", nodes(d, "Area", area))) == {1}
