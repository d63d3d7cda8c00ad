"""Ways to count what a built district holds: each is a function of the Dataset, nothing is typed in."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

import polars as pl

import loaders.districts
from graph.dataset import Dataset
from graph.profile import load_profile

Count = Callable[[Dataset], float]


@cache
def data(district: str) -> Dataset:
    """The built district, once a run."""
    return loaders.districts.build(district)


def nodes(d: Dataset, label: str, *kinds: str, **equal: str) -> pl.DataFrame:
    """The nodes of a label, of these kinds, with these attributes."""
    frame = d.node(label)
    if kinds:
        frame = frame.filter(pl.col("kind").is_in(kinds))
    return frame.filter([pl.col(k) == v for k, v in equal.items()]) if equal else frame


def ties(d: Dataset, type_: str, *, source: str = "", target: str = "", **equal: str) -> pl.DataFrame:
    """The relations of a type whose ends have these labels, with these attributes."""
    frame = d.relation(type_)
    for end, label in (("from", source), ("to", target)):
        if label:
            frame = frame.join(d.node(label).select("id"), left_on=end, right_on="id", how="semi")
    return frame.filter([pl.col(k) == v for k, v in equal.items()]) if equal else frame


def areas(*kinds: str, **equal: str) -> Count:
    """How many areas of these kinds."""
    return lambda d: nodes(d, "Area", *kinds, **equal).height


def posts(*kinds: str) -> Count:
    """How many posts of these kinds."""
    return lambda d: nodes(d, "Post", *kinds).height


def facilities(kind: str, **equal: str) -> Count:
    """How many facilities of a kind."""
    return lambda d: nodes(d, "Facility", kind, **equal).height


def tier(*tiers: str) -> Count:
    """How many organizations of these tiers."""
    return lambda d: d.node("Organization").filter(pl.col("tier").is_in(tiers)).height


def alliances(*kinds: str) -> Count:
    """How many alliances of these kinds."""
    return lambda d: nodes(d, "Alliance", *kinds).height


def projects(category: str) -> Count:
    """How many projects of a category."""
    return lambda d: nodes(d, "Project", category=category).height


def total(type_: str, attribute: str, **equal: str) -> Count:
    """Sum of an attribute over relations."""
    return lambda d: float(ties(d, type_, **equal)[attribute].sum())


def partners(kind: str) -> Count:
    """How many different units of one pairing kind of the profile are paired."""

    def count(d: Dataset) -> float:
        pairing = load_profile(d.district).pairing
        assert pairing is not None
        words = next(k.unit_kinds for k in pairing.kinds if k.id == kind)
        paired = d.node("Unit").join(d.relation("PAIRED_WITH"), left_on="id", right_on="to", how="semi")
        return paired.filter(pl.col("kind").is_in(words)).height

    return count


def lists(d: Dataset) -> float:
    """How many lists the profile's pairing keeps."""
    pairing = load_profile(d.district).pairing
    assert pairing is not None
    return len(pairing.lists)


def tiers_between(top: str, bottom: str) -> Count:
    """How many tiers the first line that has both counts from one to the other."""

    def count(d: Dataset) -> float:
        lines = load_profile(d.district).lines
        line = next(x for x in lines if x.index(top) >= 0 and x.index(bottom) >= 0)
        return line.index(bottom) - line.index(top) + 1

    return count


def levels_served(*kinds: str) -> Count:
    """How many kinds of area have a facility of these kinds (a development zone stands beside the districts)."""

    def count(d: Dataset) -> float:
        served = nodes(d, "Facility", *kinds).join(d.relation("SERVES"), left_on="id", right_on="from")
        found = served.join(d.node("Area").select("id", area_kind="kind"), left_on="to", right_on="id")["area_kind"]
        return found.replace("开发区", "区县").n_unique()

    return count


def areas_served(kind: str) -> Count:
    """How many areas have a facility of a kind."""
    return lambda d: (
        nodes(d, "Facility", kind).join(d.relation("SERVES"), left_on="id", right_on="from")["to"].n_unique()
    )


def alliance_tiers(kind: str) -> Count:
    """At how many tiers alliances of a kind exist."""
    return lambda d: nodes(d, "Alliance", kind)["tier"].n_unique()


def distinct(type_: str, end: str, **equal: str) -> Count:
    """How many different nodes stand at one end of relations."""
    return lambda d: ties(d, type_, **equal)[end].n_unique()


def below(kind: str, code: str) -> Callable[[Dataset], pl.DataFrame]:
    """Areas of a kind at or below the area with that code, by the hierarchy 行政."""

    def find(d: Dataset) -> pl.DataFrame:
        up = d.relation("PART_OF").filter(pl.col("hierarchy") == "行政").select("from", "to")
        inside = nodes(d, "Area", code=code)["id"].to_list()
        found = list(inside)
        while inside:
            inside = up.filter(pl.col("to").is_in(inside))["from"].to_list()
            found += inside
        return nodes(d, "Area", kind).filter(pl.col("id").is_in(found))

    return find


def covered_property_firms(d: Dataset) -> float:
    """Property firms with an organization of their own or an adviser, each once."""
    firms = nodes(d, "Unit", sector="物业")["id"]
    helped = pl.concat([d.relation("COVERS")["to"], d.relation("ADVISES")["to"]])
    return firms.filter(firms.is_in(helped.to_list())).len()


def property_firms_with_organization(d: Dataset) -> float:
    """Property firms with an organization."""
    return (
        nodes(d, "Unit", sector="物业").join(d.relation("BELONGS_TO"), left_on="id", right_on="to", how="semi").height
    )


def upgraded_communities(d: Dataset) -> float:
    """Communities of 二道区 with an upgraded facility."""
    served = nodes(d, "Facility", works="提升").join(d.relation("SERVES"), left_on="id", right_on="from")["to"]
    return below("社区", "220105000000")(d).filter(pl.col("id").is_in(served.to_list())).height


def self_governed(d: Dataset) -> float:
    """Old estates managed by a self-governing group."""
    groups = nodes(d, "Unit", "自管组织", "业委会").join(d.relation("MANAGES"), left_on="id", right_on="from")["to"]
    return nodes(d, "Area", "小区", grade="老旧").filter(pl.col("id").is_in(groups.to_list())).height


def delegated_items(d: Dataset) -> float:
    """Items delegated, each department's once however many towns receive them."""
    return float(d.relation("DELEGATES_TO").unique("from")["items"].sum())


def distinct_heads(d: Dataset) -> float:
    """Different residents who hold the posts of the three heads."""
    return nodes(d, "Post", "网格长", "楼栋长", "单元长")["holder_key"].n_unique()


def stations_an_estate(d: Dataset) -> float:
    """Stations of a managed estate (every estate has the same number)."""
    served = nodes(d, "Facility", "红帆驿站").join(d.relation("SERVES"), left_on="id", right_on="from")
    managed = d.relation("MANAGES").select(pl.col("to")).unique()
    each = managed.join(served, on="to", how="left").group_by("to").agg(pl.col("id").count())["id"].unique()
    assert len(each) == 1
    return float(each[0])


def committees_below_district(d: Dataset) -> float:
    """党(工)委 directly under the district committee."""
    root = d.node("Organization").filter(pl.col("external_superior").is_not_null())["id"].to_list()
    under = d.relation("SUBORDINATE_TO").filter(pl.col("to").is_in(root))["from"].to_list()
    committees = nodes(d, "Organization", "党委", "党工委", "机关工委", "两新工委")
    return committees.filter(pl.col("id").is_in(under)).height


def assessed_tiers(d: Dataset) -> float:
    """At how many tiers organizations assess or are assessed."""
    both = pl.concat([d.relation("ASSESSED_BY")["from"], d.relation("ASSESSED_BY")["to"]]).unique().to_list()
    return d.node("Organization").filter(pl.col("id").is_in(both))["tier"].n_unique()


def town_tiers(d: Dataset) -> float:
    """镇、村、组: how many areas a villagers' group passes on its way up before the root, itself included."""
    up = dict(d.relation("PART_OF").filter(pl.col("hierarchy") == "行政").select("from", "to").iter_rows())
    depths = set()
    for group in nodes(d, "Area", "村民小组")["id"]:
        at, depth = group, 0
        while at in up:
            at, depth = up[at], depth + 1
        depths.add(depth)
    assert len(depths) == 1
    return depths.pop()


def visited_since(d: Dataset) -> float:
    """The year since which cadres and members visit."""
    years = ties(d, "ASSIGNED_TO", mode="包联")["since"].str.slice(0, 4).unique()
    assert len(years) == 1
    return float(years[0])
