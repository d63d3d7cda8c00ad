"""Rules against plain loops over rows: random small districts with random numbers, every answer equal."""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Iterator
from typing import Any

import networkx as nx
import polars as pl
from hypothesis import given
from hypothesis import strategies as st

from graph.analysis.rules.judging import judge
from graph.dataset import Dataset
from tests.analysis.districts import datasets, few, profile, shuffled, view_data
from tests.analysis.plain import Plain, Row

BRANCHES = ("党支部", "联合党支部")
NUMBERS = {
    "members": (None, 0, 2, 6, 49, 50, 51, 99, 100, 140),
    "full_members": (None, 0, 1, 2, 3, 6, 7, 60),
    "committee_size": (None, 0, 1, 2, 3, 5, 7, 8),
    "term_years": (None, 2, 3, 4, 5, 6),
}


def with_numbers(data: Dataset, seed: int) -> Dataset:
    """The same district with random numbers of members, committees and terms."""
    chance = random.Random(seed)
    frame = data.node("Organization")
    columns = [pl.Series(k, [chance.choice(v) for _ in range(frame.height)], pl.Int64) for k, v in NUMBERS.items()]
    regimes = pl.Series("regime", [chance.choice((None, "机关", "国企")) for _ in range(frame.height)], pl.String)
    return Dataset(data.district, {**data.nodes, "Organization": frame.with_columns(*columns, regimes)}, data.relations)


def ties(plain: Plain) -> Iterator[tuple[str, str, str]]:
    """Organization, what it covers, and 单独, 联合 or 区域; no 中心户."""
    organizations = plain.of("Organization")
    for row in plain.links("COVERS"):
        if organizations[row["from"]]["kind"] != "党员中心户":
            wide = row["mode"] in ("区域", "行业")
            yield row["from"], row["to"], "区域" if wide else row["mode"] or "单独"
    for row in plain.links("BELONGS_TO"):
        kind = organizations[row["from"]]["kind"]
        if kind != "党员中心户":
            yield row["from"], row["to"], "联合" if kind == "联合党支部" else "单独"


def units(plain: Plain) -> dict[str, set[str]]:
    """Parts about units → those that break them."""
    organizations, out = plain.of("Organization"), defaultdict(set)
    alone, joint = defaultdict(set), defaultdict(set)
    for source, target, mode in ties(plain):
        if organizations[source]["kind"] != "党小组":
            {"单独": alone, "联合": joint, "区域": defaultdict(set)}[mode][target].add(source)
    for id_, unit in plain.of("Unit").items():
        full = unit["full_members"]
        if full is None:
            continue
        if full >= 3 and not alone[id_] and not joint[id_]:
            out["R01"].add(id_)
        if full in (1, 2) and not alone[id_] and not joint[id_]:
            out["R03.join"].add(id_)
        if full >= 3 and joint[id_] and not alone[id_]:
            out["R03.split"].add(id_)
    return out


def grids(plain: Plain) -> set[str]:
    kinds = (*BRANCHES, "党总支", "党委", "党小组")
    built = {t for s, t, mode in ties(plain) if mode != "区域" and plain.of("Organization")[s]["kind"] in kinds}
    return {i for i, a in plain.of("Area").items() if a["kind"] == "网格" and i not in built}


def unstatistical(row: Row) -> bool:
    """A party group or household, by kind or by a tier that its own line has."""
    lines = [line for line in profile().lines if row["line"] in (None, line.id, line.name)]
    tiers = {t.tier for line in lines for t in line.tiers if not t.statistical}
    return row["kind"] in ("党小组", "党员中心户") or row["tier"] in tiers


def within(plain: Plain) -> dict[str, int]:
    """Members of each organization and all below it: only the lowest that gives a number counts."""
    organizations = plain.of("Organization")
    tree = nx.DiGraph((r["to"], r["from"]) for r in plain.links("SUBORDINATE_TO"))
    tree.add_nodes_from(organizations)

    def gives(id_: str) -> bool:
        row = organizations[id_]
        return row["members"] is not None and not unstatistical(row)

    lowest = {i for i in organizations if gives(i) and not any(gives(b) for b in nx.descendants(tree, i))}
    out = {}
    for id_ in organizations:
        mine = [organizations[b]["members"] for b in (*nx.descendants(tree, id_), id_) if b in lowest]
        if mine:
            out[id_] = max(sum(mine), organizations[id_]["members"] or 0)
    return out


def organizations(plain: Plain) -> dict[str, set[str]]:
    """Parts about organizations → those that break them."""
    out: dict[str, set[str]] = defaultdict(set)
    superior = {r["from"]: r["to"] for r in plain.links("SUBORDINATE_TO")}
    every, total = plain.of("Organization"), within(plain)
    for id_, row in every.items():
        for part, broken in alone(row):
            if broken:
                out[part].add(id_)
        if row["kind"] == "党小组" and (id_ not in superior or every[superior[id_]]["kind"] not in BRANCHES):
            out["R14.branch"].add(id_)
        own = [r["to"] for r in plain.links("BELONGS_TO") if r["from"] == id_]
        above = [r["to"] for r in plain.links("BELONGS_TO") if r["from"] == superior.get(id_)]
        if own and min(own) != min(above, default="") and id_ in total:
            many = 50 if row["kind"] in BRANCHES else 100 if row["kind"] == "党总支" else None
            rule = {"机关": "R17.many", "国企": "R18.many"}.get(row["regime"] or plain.of("Unit")[min(own)]["kind"])
            if rule and many is not None and total[id_] >= many:
                out[rule].add(id_)
        if row["kind"] in ("党委", "党总支") and row["members"] is not None and total.get(id_, 0) > row["members"]:
            out["R29.total"].add(id_)
    return out


def alone(row: Row) -> Iterator[tuple[str, bool]]:
    """Parts that one organization's row decides."""
    branch, full, size, members = row["kind"] in BRANCHES, row["full_members"], row["committee_size"], row["members"]
    yield "R02", branch and (members or 0) > 50
    yield "R07", branch and (full < 3 if full is not None else members is not None and members < 3)
    yield "R09.committee", branch and (full or 0) >= 7 and size == 0
    yield "R09.most", branch and (size or 0) > 7
    yield "R10.committee", branch and full is not None and full < 7 and (size or 0) > 2
    yield "R15", row["kind"] == "党小组" and ((members is not None and members < 3) or full == 0)
    yield "R29.full", members is not None and full is not None and full > members


@given(datasets(), st.integers(0, 10**6))
@few(40)
def test_each_rule_finds_what_plain_loops_find(data: Dataset, seed: int) -> None:
    numbered = with_numbers(data, seed)
    plain, view = Plain(numbered), view_data(numbered)
    wanted: dict[str, set[str]] = {**units(plain), **organizations(plain), "R23": grids(plain)}
    judged = {j.check.id: j for j in judge(view)}
    parts = "R01 R03.join R03.split R23 R02 R07 R09.committee R09.most R10.committee R14.branch R15 R17.many R18.many"
    for part in (*parts.split(), "R29.full", "R29.total"):
        found: set[Any] = {view.id(n) for n in judged[part].breached.nodes.tolist()}
        assert found == wanted.get(part, set()), part


@given(datasets(), st.integers(0, 10**6))
@few(15)
def test_the_order_of_rows_changes_nothing(data: Dataset, seed: int) -> None:
    numbered = with_numbers(data, seed)
    first, second = (judge(view_data(d)) for d in (numbered, shuffled(numbered, seed % 100)))
    for a, b in zip(first, second, strict=True):
        assert (a.status, a.breached.of, a.breached.nodes.tolist()) == (
            b.status,
            b.breached.of,
            b.breached.nodes.tolist(),
        )
        assert a.breached.values.tolist() == b.breached.values.tolist()
