"""The five built districts are sound graphs that fit their profiles, and the same every time."""

from __future__ import annotations

import csv
from pathlib import Path

import polars as pl
import pytest

import loaders.districts
from graph.dataset import ID_LENGTH, ID_PATTERN, Dataset, digest
from graph.errors import InputError, NotFoundError
from graph.model import RELATION_TYPES
from graph.profile import load_profile
from loaders.districts.blueprint import Nodes, Relate, blueprint_paths, read_blueprint
from loaders.districts.draft import shares
from loaders.districts.relate import picked
from tests.loaders.counts import data, nodes

DISTRICTS = loaders.districts.published()
FOLDER = Path(loaders.districts.__file__).parent
each_district = pytest.mark.parametrize("district", DISTRICTS)


def test_the_five_are_published_and_another_is_refused() -> None:
    assert sorted(DISTRICTS) == ["changchun", "fuxing", "gulou", "lufeng", "sishui"]
    with pytest.raises(NotFoundError) as refused:
        loaders.districts.build("atlantis")
    assert refused.value.code == "unknown-district"
    assert all(d in refused.value.remedy for d in DISTRICTS)


@each_district
def test_building_twice_gives_the_same_rows(district: str) -> None:
    again = loaders.districts.build(district)
    assert digest(again, with_source=True) == digest(data(district), with_source=True)


@each_district
def test_ids_are_valid_unique_and_of_the_district(district: str) -> None:
    ids = pl.concat([f["id"] for f in data(district).nodes.values()])
    assert ids.is_unique().all()
    assert ids.str.starts_with(f"{district}.").all()
    assert ids.str.contains(f"^{ID_PATTERN.pattern}$").all()
    assert (ids.str.len_chars() <= ID_LENGTH).all()
    for frame in data(district).relations.values():
        assert frame["id"].is_unique().all()


@each_district
def test_both_ends_of_every_relation_exist_and_fit_the_model(district: str) -> None:
    d = data(district)
    label_of = pl.concat([f.select("id", label=pl.lit(label)) for label, f in d.nodes.items()])
    for type_, frame in d.relations.items():
        ends = frame.select("from", "to")
        ends = ends.join(label_of, left_on="from", right_on="id", how="left").rename({"label": "source"})
        ends = ends.join(label_of, left_on="to", right_on="id", how="left").rename({"label": "target"})
        found = set(ends.select("source", "target").unique().iter_rows())
        assert found <= set(RELATION_TYPES[type_].ends), type_


@each_district
def test_a_source_has_at_most_one_target_where_the_model_says_so(district: str) -> None:
    for type_, frame in data(district).relations.items():
        if RELATION_TYPES[type_].single:
            key = RELATION_TYPES[type_].key
            assert not frame.select("from", *([key] if key else [])).is_duplicated().any(), type_


def climbs(up: dict[str, str], start: list[str]) -> set[str]:
    """Where the chains from `start` end; a cycle would never end, so the climb is bounded."""
    ends = set()
    for id_ in start:
        at = id_
        for _ in range(20):
            if at not in up:
                break
            at = up[at]
        ends.add(at)
    return ends


@each_district
def test_every_area_and_organization_hangs_on_one_root(district: str) -> None:
    d = data(district)
    root = nodes(d, "Area", load_profile(district).root_area_kind, code=load_profile(district).code)["id"].to_list()
    parents = d.relation("PART_OF").sort("hierarchy", descending=True).unique("from", keep="first", maintain_order=True)
    assert climbs(dict(parents.select("from", "to").iter_rows()), d.node("Area")["id"].to_list()) == set(root)
    top = d.node("Organization").filter(pl.col("external_superior").is_not_null())["id"].to_list()
    superior = dict(d.relation("SUBORDINATE_TO").select("from", "to").iter_rows())
    assert len(top) == 1
    assert climbs(superior, d.node("Organization")["id"].to_list()) == set(top)


@each_district
def test_areas_in_one_parent_have_different_names(district: str) -> None:
    d = data(district)
    named = d.relation("PART_OF").join(d.node("Area").select("id", "name", "kind"), left_on="from", right_on="id")
    assert not named.select("to", "hierarchy", "name", "kind").is_duplicated().any()


@each_district
def test_words_are_those_of_the_profile(district: str) -> None:
    d, profile = data(district), load_profile(district)
    assert set(d.node("Area")["kind"]) <= set(profile.area_kinds)
    known = {(line.id, t.tier, kind) for line in profile.lines for t in line.tiers for kind in t.kinds}
    assert set(d.node("Organization").select("line", "tier", "kind").unique().iter_rows()) <= known
    assert set(d.node("Post")["kind"]) <= {p.kind for p in profile.posts}
    assert set(d.node("Facility")["kind"]) <= {f.kind for f in profile.facilities}
    assert set(d.node("Alliance").select("kind", "tier").iter_rows()) <= {(a.kind, a.tier) for a in profile.alliances}


@each_district
def test_no_link_of_the_chain_skips_a_tier_that_is_not_optional(district: str) -> None:
    d, profile = data(district), load_profile(district)
    orgs = d.node("Organization").select("id", "line", "tier")
    chain = d.relation("SUBORDINATE_TO").join(orgs, left_on="from", right_on="id")
    chain = chain.join(orgs.select("id", above="tier"), left_on="to", right_on="id")
    for name, tier, above in chain.select("line", "tier", "above").unique().iter_rows():
        line = profile.line(name)
        assert line is not None
        assert 0 <= line.index(above) < line.index(tier), (name, above, tier)
        passed = line.tiers[line.index(above) + 1 : line.index(tier)]
        assert all(t.optional for t in passed), (name, above, tier)


@each_district
def test_what_is_not_generated_has_a_published_source(district: str) -> None:
    with (FOLDER / "divisions" / f"{district}_2023.csv").open(encoding="utf-8-sig", newline="") as lines:
        official = {row["code"]: row for row in csv.DictReader(lines)}
    d = data(district)
    for frame in [*d.nodes.values(), *d.relations.values()]:
        made_up = frame["source_file"].str.starts_with("blueprints/")
        assert (frame["generated"] | ~made_up).all()
    for code, name in nodes(d, "Area").filter(pl.col("code").is_not_null()).select("code", "name").iter_rows():
        assert official[code]["name"].startswith(name.removesuffix("社区").removesuffix("村"))
    assert d.node("Area").filter(pl.col("code").is_null() & ~pl.col("generated"))["name"].to_list() in (
        [],
        ["富丰家园小区"],
    )


def test_what_was_left_out_is_named() -> None:
    assert any("户村镇" in line for line in loaders.districts.remarks("fuxing"))
    assert any("盛泉社区" in line for line in loaders.districts.remarks("sishui"))
    assert sum("华侨管理区" in line for line in loaders.districts.remarks("lufeng")) >= 1
    assert all(loaders.districts.remarks(d) for d in DISTRICTS)


def test_fuxing_keeps_its_real_streets_and_marks_the_ones_made_up() -> None:
    streets = nodes(data("fuxing"), "Area", "街道")
    communities = nodes(data("fuxing"), "Area", "社区")
    assert (streets["generated"].sum(), streets.height) == (1, 8)
    assert (communities["generated"].sum(), communities.height) == (2, 56)
    assert "fuxing.130404001008" in communities["id"]


def test_shares_add_up_and_follow_the_weights() -> None:
    assert shares(1013, [1] * 56).sum() == 1013
    assert shares(7, [1, 1, 2]).tolist() == [1, 2, 4]
    assert shares(3, [1, 0, 1, 0, 1]).tolist() == [1, 0, 1, 0, 1]
    assert picked(10, 4).tolist() == [0, 2, 5, 7]
    assert picked(10, 4, 1).tolist() == [1, 3, 6, 8]


def test_a_blueprint_that_names_an_unknown_group_is_refused() -> None:
    step = Nodes(do="nodes", group="甲", label="Unit", over="没有的组", id="u-{i}", name="甲{i}")
    draft = loaders.districts.Draft("fuxing", {})
    with pytest.raises(InputError, match="没有的组"):
        loaders.districts.add_nodes(draft, step)


def test_blueprints_hold_no_duplicate_group_and_only_known_relations() -> None:
    for path in blueprint_paths().values():
        steps = read_blueprint(path).steps
        groups = [s.group for s in steps if isinstance(s, Nodes)]
        assert len(groups) == len(set(groups))
        related = [s for s in steps if isinstance(s, Relate)]
        linked = [link for s in steps if isinstance(s, Nodes) for link in s.links]
        assert {s.type for s in [*related, *linked]} <= set(RELATION_TYPES)


def test_a_built_district_is_a_dataset_without_empty_tables() -> None:
    d = data("gulou")
    assert isinstance(d, Dataset)
    assert all(f.height for f in [*d.nodes.values(), *d.relations.values()])
