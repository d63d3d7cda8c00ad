"""Bounds: the rules against all distributions of a few items, and what the five districts' figures force."""

from __future__ import annotations

from itertools import combinations, product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from graph.analysis.bounds import average, bounds, difference, exactly_filled, fullest, lacking
from graph.figures import read_figures
from graph.quantities import Interval, exactly
from tests.analysis.districts import view_of
from tests.analysis.ledgers import ledger_view

SMALL = st.integers(1, 4)
ITEMS = st.integers(0, 5)


def spans(found: list[int]) -> Interval:
    """From the least to the most."""
    return Interval(min(found), max(found))


def placements(containers: int, items: int) -> list[list[int]]:
    """How many items each container holds, for all ways to put every item into one."""
    return [[at.count(c) for c in range(containers)] for at in product(range(containers), repeat=items)]


@given(SMALL, ITEMS)
def test_lacking_is_what_all_placements_show(containers: int, items: int) -> None:
    seen = [held.count(0) for held in placements(containers, items)]
    assert lacking(exactly(containers), exactly(items)) == spans(seen)


@given(st.integers(1, 3), st.integers(0, 3), st.integers(1, 3))
def test_lacking_with_items_that_serve_several(containers: int, items: int, per_item: int) -> None:
    served = [c for k in range(1, per_item + 1) for c in combinations(range(containers), min(k, containers))]
    seen = [containers - len({c for one in chosen for c in one}) for chosen in product(served, repeat=items)]
    assert lacking(exactly(containers), exactly(items), per_item=per_item) == spans(seen)


@given(st.integers(1, 3), st.integers(0, 5))
def test_lacking_where_two_sorts_are_needed(containers: int, items: int) -> None:
    seen = []
    for branches in range(items + 1):
        for b in placements(containers, branches):
            for g in placements(containers, items - branches):
                seen.append(sum(not (x and y) for x, y in zip(b, g, strict=True)))
    assert lacking(exactly(containers), exactly(items), need=2) == spans(seen)


@given(SMALL, ITEMS, st.integers(1, 2))
def test_exactly_filled_and_fullest_are_what_all_placements_show(containers: int, items: int, least: int) -> None:
    possible = [held for held in placements(containers, items) if min(held) >= least]
    exact = exactly_filled(exactly(containers), exactly(items), least)
    most = fullest(exactly(containers), exactly(items), least)
    if not possible:
        assert exact is None
        assert most is None
        return
    assert exact is not None
    assert most is not None
    found = spans([held.count(least) for held in possible])
    assert exact.low == found.low
    assert exact.high >= found.high
    assert most == spans([max(held) for held in possible])


@given(SMALL, ITEMS, st.integers(0, 2), st.integers(0, 2))
def test_intervals_hold_the_bounds_of_all_their_members(containers: int, items: int, wider: int, more: int) -> None:
    outer = Interval(containers, containers + wider), Interval(items, items + more)
    for rule in (lacking, fullest, average, exactly_filled, difference):
        whole = rule(*outer)
        inner = [rule(exactly(c), exactly(i)) for c in range(containers, containers + wider + 1)
                 for i in range(items, items + more + 1)]  # fmt: skip
        for one in inner:
            assert one is None or (whole is not None and one.within(whole))


FORCED = {
    ("fuxing", "没有区直部门结对的社区"): 2,
    ("fuxing", "没有企事业单位结对的社区"): 9,
    ("fuxing", "没有“两新”组织结对的社区"): 3,
    ("fuxing", "不能同时有自己的党支部和自己的党小组的网格"): 399,
    ("lufeng", "没有党员中心户的党小组"): 1085,
    ("lufeng", "没有党员联户交心的网格"): 780,
    ("sishui", "不是由居民各自担任的长的岗位（兼任或空缺）"): 457,
    ("sishui", "不是由居民各自担任的长的岗位（以101个小区长计）"): 473,
    ("gulou", "恰有一个小区党支部的网格党组织"): 480,
    ("changchun", "“四率评价”中没有定义的率"): 1,
}


@pytest.mark.parametrize(("district", "about"), FORCED)
def test_the_published_figures_force_what_they_must(district: str, about: str) -> None:
    row = next(r for r in bounds(ledger_view(district, ({}, {}))).rows if r["about"] == about)
    assert row["low"] == FORCED[district, about]
    assert row["assumption"]
    assert row["without"]["text"]
    assert row["without"]["low"] <= row["low"]


def test_nothing_is_forced_without_the_assumption_unless_it_is_said() -> None:
    for district in ("fuxing", "changchun", "lufeng", "sishui", "gulou"):
        for row in bounds(ledger_view(district, ({}, {}))).rows:
            kept = row["without"]["low"] == row["low"] and row["low"] > 0
            assert row["without"]["low"] == 0 or kept
            assert set(row) == {"figure", "about", "low", "high", "assumption", "because", "without"}


def test_own_figures_move_the_bounds() -> None:
    file = b"seed,literal,value,qualifier,unit,counts\n" + "fuxing,50个区直部门,50,=,单位,\n".encode()
    rows = bounds(ledger_view("fuxing", ({}, {})), read_figures(file, "own.csv")).rows
    row = next(r for r in rows if r["about"] == "没有区直部门结对的社区")
    assert (row["figure"], row["low"]) == ("50个区直部门", 6)
    assert "按所给数字计算" in row["because"]


def test_figures_that_break_the_assumption_say_so() -> None:
    file = b"seed,literal,value,qualifier,unit,counts\n" + "gulou,小区党支部100个,100,=,党支部,\n".encode()
    rows = bounds(ledger_view("gulou", ({}, {})), read_figures(file, "own.csv")).rows
    row = next(r for r in rows if r["about"] == "恰有一个小区党支部的网格党组织")
    assert (row["low"], row["high"]) == (None, None)
    assert "假设不能成立" in row["because"]


def test_a_district_without_declared_bounds_says_so() -> None:
    answer = bounds(view_of({"Area": [{"id": "d", "kind": "区县"}]}))
    assert answer.rows == []
    assert answer.totals["notices"][0]["code"] == "bounds-missing"
