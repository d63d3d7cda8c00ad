"""A made-up city of the shape in design 5, the same at every run: 319,878 nodes and 478,796 relations.

1 city, 10 districts, 100 streets, 800 communities, 4,839 grids, 35,170 buildings, 124,665 entrances; an organization
for each area down to the community, then for 98 / 95 / 90% of grids, buildings and entrances, under the nearest one
above; 3,000 units with 1 to 4 pairings each, 12% of the communities without; 150 alliances. Everything is `generated`.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import polars as pl
from numpy.typing import NDArray

from graph.dataset import Dataset, dataset
from graph.profile import Profile, read_profile

DISTRICT = "city"
NODES, RELATIONS = 319_878, 478_796
KINDS = ("市", "区县", "街道", "社区", "网格", "楼栋", "单元")
COUNTS = (1, 10, 100, 800, 4_839, 35_170, 124_665)
ORGANIZED = (1, 10, 100, 800, 4_742, 33_412, 112_078)
TIERS = ("市委", "区委", "街道党工委", "社区党委", "网格党支部", "楼栋党支部", "单元党小组")
ORGANIZATION_KINDS = ("党委", "党委", "党工委", "党委", "党支部", "党支部", "党小组")
SUFFIXES = ("委员会", "委员会", "工作委员会", "党委", "党支部", "党支部", "党小组")
UNITS, ALLIANCES, MEMBERSHIPS = 3_000, 150, 3_277
UNIT_KINDS = ("机关", "国企", "事业单位", "非公企业", "社会组织")
Ints = NDArray[np.int64]


def profile() -> Profile:
    """The governance profile of the made-up city."""
    return read_profile(Path(__file__).with_name("city.toml"))


def city(seed: int = 20260630) -> Dataset:
    """The made-up city as a Dataset."""
    chance = np.random.default_rng(seed)
    level = np.repeat(np.arange(len(COUNTS)), COUNTS)
    first = np.concatenate([[0], np.cumsum(COUNTS)])
    parent = np.concatenate([_spread(COUNTS[i - 1], COUNTS[i]) + first[i - 1] for i in range(1, len(COUNTS))])
    parent = np.concatenate([[-1], parent])
    organized = np.zeros(len(level), bool)
    for i, (count, wanted) in enumerate(zip(COUNTS, ORGANIZED, strict=True)):
        organized[first[i] + chance.permutation(count)[:wanted]] = True
    areas = _areas(level, parent, first)
    ids, organization_ids = areas["id"], _ids("o", len(level))
    above = _nearest(parent, organized, level)
    own = np.flatnonzero(organized)
    upper = above[own[1:]]
    organizations = areas[own].select(
        organization_ids[own].alias("id"),
        pl.concat_str("name", pl.Series(SUFFIXES)[level[own]]).alias("name"),
        pl.Series(ORGANIZATION_KINDS)[level[own]].alias("kind"),
        pl.Series(TIERS)[level[own]].alias("tier"),
        pl.lit("街道社区线").alias("line"),
        pl.Series(chance.integers(3, 60, len(own))).alias("members"),
        pl.lit(True).alias("generated"),
    )
    hierarchy = pl.Series(["行政"] * 4 + ["网格"] * 3)[level[1:]]
    ties = _ties(chance, organization_ids, ids, first)
    return dataset(
        DISTRICT,
        {"Area": areas, "Organization": organizations, "Unit": _units(chance), "Alliance": _alliances()},
        {
            "PART_OF": _relation(ids[1:], ids[parent[1:]], hierarchy=hierarchy),
            "SUBORDINATE_TO": _relation(organization_ids[own[1:]], organization_ids[upper]),
            "COVERS": _relation(organization_ids[own], ids[own], mode="单独"),
            **ties,
        },
    )


def _spread(parents: int, children: int) -> Ints:
    """Parent of each child, as even as it can be, in order."""
    return np.arange(children) * parents // children


def _ids(letter: str, count: int) -> pl.Series:
    return pl.select(
        pl.concat_str(pl.lit(f"{DISTRICT}.{letter}"), pl.int_range(count).cast(pl.String).str.zfill(6))
    ).to_series()


def _areas(level: Ints, parent: Ints, first: Ints) -> pl.DataFrame:
    """The areas; a full name is the parent's and the place among all of its kind."""
    names = np.empty(len(level), object)
    names[0] = "基准市"
    for i in range(1, len(COUNTS)):
        here = range(first[i], first[i + 1])
        names[first[i] : first[i + 1]] = [f"{names[parent[v]]}第{v - first[i] + 1}{_WORDS[i]}" for v in here]
    return pl.DataFrame({
        "id": _ids("a", len(level)), "name": names.tolist(), "kind": pl.Series(KINDS)[level],
        "order": np.arange(len(level)) + 1, "generated": [True] * len(level),
    })  # fmt: skip


_WORDS = ("市", "区", "街道", "社区", "网格", "楼", "单元")


def _nearest(parent: Ints, organized: NDArray[np.bool_], level: Ints) -> Ints:
    """The nearest area above each that has an organization, -1 at the top."""
    above = parent.copy()
    for _ in range(int(level.max())):
        lacking = (above >= 0) & ~organized[np.maximum(above, 0)]
        above[lacking] = parent[above[lacking]]
    return above


def _units(chance: np.random.Generator) -> pl.DataFrame:
    kind = chance.integers(0, len(UNIT_KINDS), UNITS)
    return pl.DataFrame({
        "id": _ids("u", UNITS), "name": [f"基准单位{i + 1}" for i in range(UNITS)],
        "kind": pl.Series(UNIT_KINDS)[kind], "capacity": chance.integers(1, 5, UNITS), "generated": [True] * UNITS,
    })  # fmt: skip


def _alliances() -> pl.DataFrame:
    """100 of streets, 40 of communities, 10 of districts."""
    kinds = ["大工委"] * 100 + ["大党委"] * 40 + ["党建联盟"] * 10
    tiers = ["街道"] * 100 + ["社区"] * 40 + ["区县"] * 10
    names = [f"基准{kind}{i + 1}" for i, kind in enumerate(kinds)]
    return pl.DataFrame({
        "id": _ids("l", ALLIANCES), "name": names, "kind": kinds, "tier": tiers, "generated": [True] * ALLIANCES,
    })  # fmt: skip


def _relation(source: pl.Series, target: pl.Series, **more: str | pl.Series) -> pl.DataFrame:
    extra = [pl.lit(v).alias(k) if isinstance(v, str) else v.alias(k) for k, v in more.items()]
    ends = pl.DataFrame({"from": source, "to": target, "generated": [True] * len(source)})
    return ends.with_columns(pl.lit("2020-01-01").alias("since"), *extra)


def _ties(
    chance: np.random.Generator, organizations: pl.Series, areas: pl.Series, first: Ints
) -> dict[str, pl.DataFrame]:
    """Pairings (750 units each with 1, 2, 3 and 4), memberships and the areas of the alliances."""
    units, alliances = _ids("u", UNITS), _ids("l", ALLIANCES)
    communities = first[3] + np.sort(chance.permutation(800)[: 800 * 88 // 100])
    count = chance.permutation(np.repeat([1, 2, 3, 4], UNITS // 4))
    partners = np.concatenate([chance.choice(communities, c, replace=False) for c in count])
    days = pl.lit(pl.Series(chance.integers(0, 900, len(partners))))
    active = pl.select(pl.date(2024, 1, 1) + pl.duration(days=days)).to_series().cast(pl.String)
    home = np.concatenate([first[2] + np.arange(100), chance.choice(communities, 40, False), first[1] + np.arange(10)])
    others = chance.choice(ALLIANCES * UNITS, MEMBERSHIPS - ALLIANCES, replace=False)
    sources = pl.concat([organizations[home], units[others % UNITS]])
    targets = pl.concat([alliances, alliances[others // UNITS]])
    roles = pl.Series(["牵头"] * ALLIANCES + ["成员"] * len(others))
    return {
        "PAIRED_WITH": _relation(
            organizations[partners], units[np.repeat(np.arange(UNITS), count)], last_active=active
        ),
        "MEMBER_OF": _relation(sources, targets, role=roles),
        "CONVENED_IN": _relation(alliances, areas[home]),
    }
