"""Small districts for the tests of analyses: a builder of hand-made ones and a hypothesis strategy of random ones.

`view_of(nodes, relations)` makes a View of a few rows; `datasets()` draws a Dataset of some twenty nodes that uses
every relation an analysis reads; `shuffled` and `with_ended` are the metamorphic changes that must change nothing.
"""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Mapping, Sequence
from typing import Any

import polars as pl
from hypothesis import Phase, settings
from hypothesis import strategies as st

from graph.dataset import Dataset, dataset
from graph.profile import Profile, parse_profile
from graph.snapshot import build
from graph.view import View, view

DAY = dt.date(2026, 6, 30)
# Small examples are drawn from the start; shrinking twenty-row frames would take minutes.
PHASES = (Phase.explicit, Phase.reuse, Phase.generate)
Rows = Mapping[str, Sequence[Mapping[str, Any]]]

_TIERS_URBAN = [
    {"tier": "区委", "kinds": ["党委"], "area_kinds": ["区县"]},
    {"tier": "街道党工委", "kinds": ["党工委"], "area_kinds": ["街道"]},
    {"tier": "社区党委", "kinds": ["党委", "党总支", "党支部"], "area_kinds": ["社区"]},
    {"tier": "网格党支部", "kinds": ["党支部", "联合党支部"], "area_kinds": ["网格"]},
    {"tier": "楼栋党小组", "kinds": ["党小组"], "area_kinds": ["楼栋"], "optional": True, "statistical": False},
    {"tier": "党员中心户", "kinds": ["党员中心户"], "optional": True, "statistical": False},
]
_TIERS_RURAL = [
    {"tier": "区委", "kinds": ["党委"], "area_kinds": ["区县"]},
    {"tier": "镇党委", "kinds": ["党委"], "area_kinds": ["镇"]},
    {"tier": "村党总支", "kinds": ["党总支", "党支部"], "area_kinds": ["村"]},
    {"tier": "小网格党支部", "kinds": ["党支部"], "area_kinds": ["网格"], "grades": ["小"]},
    {"tier": "党员中心户", "kinds": ["党员中心户"], "optional": True, "statistical": False},
]
_WEIGHTS = {
    "SUBORDINATE_TO": {"backward": 1.0, "channel": "leadership"},
    "GUIDED_BY": {"backward": 0.6, "channel": "leadership"},
    "PAIRED_WITH": {"forward": 0.5, "backward": 0.5, "channel": "pairing"},
    "MEMBER_OF": {"forward": 0.5, "backward": 0.4, "channel": "alliance"},
    "COVERS": {"forward": 1.0, "channel": "leadership"},
}

PROFILE_DATA: dict[str, Any] = {
    "id": "t",
    "name": "试验区",
    "full_name": "试验区",
    "level": "区县",
    "root_area_kind": "区县",
    "reporting_kinds": ["街道", "镇"],
    "area_kinds": ["区县", "街道", "镇", "社区", "村", "网格", "小区", "楼栋"],
    "responsible_level": "社区党委",
    "lines": [
        {"id": "urban", "name": "街道社区线", "tiers": _TIERS_URBAN},
        {"id": "rural", "name": "农村线", "tiers": _TIERS_RURAL},
    ],
    "coverage": [
        {
            "id": "grids",
            "name": "网格党组织覆盖",
            "subject": {"label": "Area", "kinds": ["网格"]},
            "hierarchy": "网格",
            "accepts": ["organization"],
            "organization_kinds": ["党支部", "联合党支部", "党小组"],
            "denominator": "全部网格",
        },
        {
            "id": "enterprises",
            "name": "非公企业两个覆盖",
            "subject": {"label": "Unit", "kinds": ["非公企业"]},
            "accepts": ["organization", "work"],
            "denominator": "全部非公企业",
        },
        {
            "id": "firms-wide",
            "name": "物业企业组织覆盖",
            "subject": {"label": "Unit", "kinds": ["非公企业", "社会组织"], "sectors": ["物业"]},
            "accepts": ["organization"],
            "modes": ["单独", "联合", "区域", "行业"],
            "responsible": "街道党工委",
            "denominator": "全部物业企业",
        },
        {
            "id": "heads",
            "name": "一格一长",
            "subject": {"label": "Area", "kinds": ["网格"]},
            "hierarchy": "网格",
            "accepts": ["post"],
            "post_kinds": ["网格长"],
            "denominator": "全部网格",
        },
        {
            "id": "stations",
            "name": "小区红帆驿站",
            "subject": {"label": "Area", "kinds": ["小区"]},
            "hierarchy": "小区",
            "accepts": ["facility", "assignment"],
            "facility_kinds": ["红帆驿站"],
            "assignment_modes": ["下沉"],
            "denominator": "全部小区",
        },
        {
            "id": "projects",
            "name": "社区项目",
            "subject": {"label": "Area", "kinds": ["社区", "村"]},
            "accepts": ["project"],
            "denominator": "全部社区、村",
        },
    ],
    "pairing": {
        "tiers": ["社区党委", "村党总支"],
        "area_kinds": ["社区", "村"],
        "kinds": [
            {"id": "offices", "name": "机关部门", "unit_kinds": ["机关"], "required": True, "source": "试验"},
            {"id": "firms", "name": "企业", "unit_kinds": ["非公企业", "国企"]},
        ],
        "dormant_days": 180,
        "default_capacity": 1,
    },
    "alliances": [
        {
            "kind": "大工委",
            "tier": "街道",
            "local": "街道大工委",
            "area_kinds": ["街道"],
            "leader_tiers": ["街道党工委"],
            "period_days": 90,
            "composition": [{"name": "驻区单位", "unit_kinds": ["机关", "国企"], "minimum": 1}],
        },
        {"kind": "大党委", "tier": "社区", "local": "社区大党委", "area_kinds": ["社区"], "period_days": 90},
    ],
    "posts": [
        {"kind": "网格长", "area_kinds": ["网格"]},
        {"kind": "书记", "tiers": ["社区党委", "村党总支"]},
    ],
    "facilities": [{"kind": "党群服务中心", "area_kinds": ["社区"], "required": True}],
    "influence": {"weights": _WEIGHTS},
    "terms": {"years": {"社区党委": 5, "网格党支部": 3}, "no_term_tiers": ["街道党工委"]},
}


def profile(**changes: Any) -> Profile:
    """The profile of the small districts; `changes` replace its top-level keys."""
    return parse_profile(PROFILE_DATA | changes, "t.toml")


def data_of(nodes: Rows, relations: Rows | None = None) -> Dataset:
    """A Dataset of district t; ids are given without the `t.`, a missing name is the id itself."""
    filled = {
        label: [{"name": row["id"]} | dict(row) | {"id": f"t.{row['id']}"} for row in rows]
        for label, rows in nodes.items()
    }
    linked = {
        type_: [dict(row) | {"from": f"t.{row['from']}", "to": f"t.{row['to']}"} for row in rows]
        for type_, rows in (relations or {}).items()
    }
    return dataset("t", filled, linked)


def view_of(
    nodes: Rows,
    relations: Rows | None = None,
    *,
    with_profile: Profile | None = None,
    as_of: dt.date = DAY,
    scope: Sequence[str] | None = None,
) -> View:
    """A View of a hand-made district."""
    return view_data(data_of(nodes, relations), with_profile=with_profile, as_of=as_of, scope=scope)


def view_data(
    data: Dataset, *, with_profile: Profile | None = None, as_of: dt.date = DAY, scope: Sequence[str] | None = None
) -> View:
    """A View of a Dataset."""
    return view(build(data, 1), with_profile or profile(), as_of, scope)


def shuffled(data: Dataset, seed: int) -> Dataset:
    """The same rows in another order."""
    return Dataset(
        data.district,
        {k: f.sample(fraction=1.0, shuffle=True, seed=seed) for k, f in data.nodes.items()},
        {k: f.sample(fraction=1.0, shuffle=True, seed=seed + 1) for k, f in data.relations.items()},
    )


def renamed(data: Dataset) -> Dataset:
    """Every node under another name."""
    frames = {
        k: f.with_columns(pl.concat_str([pl.lit("新"), pl.col("name")]).alias("name")) for k, f in data.nodes.items()
    }
    return Dataset(data.district, frames, data.relations)


def with_ended(data: Dataset, seed: int) -> Dataset:
    """Every relation type doubled by rows between random ends that were over the day before."""
    chance = random.Random(seed)
    until = (DAY - dt.timedelta(days=1)).isoformat()
    relations = dict(data.relations)
    for type_, frame in data.relations.items():
        sources, targets = frame["from"].to_list(), frame["to"].to_list()
        chance.shuffle(targets)
        ended = frame.with_columns(
            pl.Series("from", sources), pl.Series("to", targets), pl.lit("2020-01-01").alias("since"),
            pl.lit(until).alias("until"), (pl.col("id") + "!").alias("id"),
        )  # fmt: skip
        relations[type_] = pl.concat([frame, ended])
    return Dataset(data.district, data.nodes, relations)


_DATES = (None, "2020-03-01", "2025-01-15", "2026-02-01", "2026-06-01")
_COVER = ("单独", "单独", "联合", "区域", "行业", None)


def _areas(draw: st.DrawFn) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    areas: list[dict[str, Any]] = [{"id": "d", "kind": "区县", "order": 1}]
    part: list[dict[str, Any]] = []

    def add(id_: str, kind: str, parent: str, hierarchy: str, **more: Any) -> None:
        areas.append({"id": id_, "kind": kind, "generated": draw(st.booleans()), **more})
        part.append({"from": id_, "to": parent, "hierarchy": hierarchy})

    for s in range(draw(st.integers(1, 2))):
        rural = draw(st.booleans())
        add(f"s{s}", "镇" if rural else "街道", "d", "行政", order=9 - s)
        for c in range(draw(st.integers(0, 2))):
            here = f"s{s}c{c}"
            add(here, "村" if rural else "社区", f"s{s}", "行政")
            for g in range(draw(st.integers(0, 2))):
                add(f"{here}g{g}", "网格", here, "网格", grade=draw(st.sampled_from(["大", "小"])))
            if draw(st.booleans()):
                add(f"{here}e", "小区", here, "小区")
                add(f"{here}b", "楼栋", f"{here}e", "小区")
                if f"{here}g0" in {a["id"] for a in areas}:
                    part.append({"from": f"{here}b", "to": f"{here}g0", "hierarchy": "网格"})
    return areas, part


@st.composite
def datasets(draw: st.DrawFn) -> Dataset:
    """A random district of some twenty nodes with faults of every sort (no two superiors, no cycles)."""
    areas, part = _areas(draw)
    area_ids = [a["id"] for a in areas]

    def some(options: Sequence[Any]) -> Any:
        return draw(st.sampled_from(list(options)))

    kinds = ("党委", "党工委", "党总支", "党支部", "联合党支部", "党小组", "党员中心户")
    tiers = [t["tier"] for t in _TIERS_URBAN + _TIERS_RURAL]
    orgs = [
        {"id": f"o{i}", "kind": some(kinds), "tier": some([None, *tiers]), "generated": draw(st.booleans()),
         "line": some([None, "urban", "rural"]), "external_superior": some([None, None, None, "市委"]),
         "term_ends": some([None, "2026-01-01", "2026-08-01", "2027-01-01"]), "elected": some(_DATES)}
        for i in range(draw(st.integers(1, 7)))
    ]  # fmt: skip
    units = [
        {"id": f"u{i}", "kind": some(["非公企业", "机关", "社会组织", "国企"]), "sector": some([None, "物业"]),
         "full_members": some([None, 0, 1, 3]), "capacity": some([None, 0, 2]), "generated": draw(st.booleans())}
        for i in range(draw(st.integers(0, 5)))
    ]  # fmt: skip
    posts = [
        {"id": f"p{i}", "kind": some(["网格长", "书记", "党建指导员"]), "status": some(["在岗", "空缺", None]),
         "holder_key": some([None, "k1", "k2"])}
        for i in range(draw(st.integers(0, 3)))
    ]  # fmt: skip
    facilities = [{"id": f"f{i}", "kind": some(["红帆驿站", "党群服务中心"])} for i in range(draw(st.integers(0, 2)))]
    projects = [{"id": f"j{i}"} for i in range(draw(st.integers(0, 2)))]
    alliances = [{"id": f"l{i}", "kind": some(["大工委", "大党委"])} for i in range(draw(st.integers(0, 2)))]
    activities = [{"id": f"v{i}", "kind": "共建活动", "date": some(_DATES[1:])} for i in range(draw(st.integers(0, 2)))]
    o, u, p = ([x["id"] for x in rows] for rows in (orgs, units, posts))

    def link(sources: Sequence[str], targets: Sequence[str], most: int, **more: Sequence[Any]) -> list[dict[str, Any]]:
        if not sources or not targets:
            return []
        pairs = draw(
            st.lists(st.tuples(st.sampled_from(sources), st.sampled_from(targets)), max_size=most, unique=True)
        )
        return [{"from": a, "to": b, **{k: some(v) for k, v in more.items()}} for a, b in pairs]

    superiors = [
        {"from": o[i], "to": o[j]}
        for i in range(1, len(o))
        if (j := draw(st.integers(-1, i - 1))) >= 0
    ]  # fmt: skip
    relations = {
        "PART_OF": part,
        "SUBORDINATE_TO": superiors,
        "BELONGS_TO": link(o[::2], u, 1),
        "COVERS": link(o, area_ids + u, 7, mode=_COVER),
        "BACKSTOPS": link(o, u, 2),
        "ADVISES": link(p + o[:2], u, 3),
        "LOCATED_IN": [{"from": x, "to": some(area_ids)} for x in u if draw(st.integers(0, 3))],
        "PAIRED_WITH": link(o, u, 4, since=_DATES, agreement_until=[None, "2026-03-01", "2027-01-01"],
                            last_active=[None, "2025-02-01", "2026-05-01"], activities=[None, 0, 2]),
        "MEMBER_OF": link(o + u, [x["id"] for x in alliances], 3, role=["牵头", "成员"]),
        "CONVENED_IN": [{"from": x["id"], "to": some(area_ids)} for x in alliances],
        "OF": [{"from": x, "to": some(area_ids + o)} for x in p],
        "SERVES": link([x["id"] for x in facilities], area_ids, 3),
        "RESPONSIBLE_FOR": link(o + u, [x["id"] for x in projects], 3),
        "ASSIGNED_TO": link(u + o + p, area_ids, 3, mode=["下沉", "包联"]),
        "TOOK_PART": link(o + u, [x["id"] for x in activities], 4),
        "REPORTED_TO": link(o, o + area_ids, 3, half=["单位", "在职党员"], members=[None, 4]),
    }  # fmt: skip
    nodes = {
        "Area": areas, "Organization": orgs, "Unit": units, "Alliance": alliances, "Post": posts,
        "Facility": facilities, "Project": projects, "Activity": activities,
    }  # fmt: skip
    return data_of(nodes, relations)


def views(**changes: Any) -> st.SearchStrategy[View]:
    """Views of random small districts; `changes` replace keys of the profile."""
    chosen = profile(**changes)
    return datasets().map(lambda d: view_data(d, with_profile=chosen))


def few(examples: int) -> settings:
    """Hypothesis settings of the tests of analyses."""
    return settings(max_examples=examples, deadline=None, phases=PHASES)
