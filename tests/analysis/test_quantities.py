"""Quantities: the rules of 余, 多, 近, 不超 and 万, and what only looks like a number."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from graph.errors import InputError
from graph.figures import published, read_figures, template
from graph.quantities import Interval, dimension, exactly, is_name, numbers, quantity


@pytest.mark.parametrize(
    ("literal", "value", "qualifier", "unit", "low", "high"),
    [
        ("990余名机关党员", "990", ">", "人", 991, 999),
        ("1.7万多名", "17000", ">", "人", 17001, 17999),
        ("五级党建阵地2000余个", "2000", ">", "阵地", 2001, 2999),
        ("24.15余万人", "241500", ">", "人", 241501, 241599),
        ("平台20余个", "20", ">", "平台", 21, 29),
        ("12000余次", "12000", ">", "次", 12001, 12999),
        ("2017年经济总量突破1400亿元", "140000000000", ">", "元", 140000000001, 149999999999),
        ("近2亿元", "200000000", "<", "元", 100000000, 200000000),
        ("近40亿元", "4000000000", "<", "元", 3000000000, 4000000000),
        ("不超1小时", "1", "<=", "小时", 0, 1),
        ("14.8万人", "148000", "=", "人", 147500, 148500),
        ("72万", "720000", "=", "人", 715000, 725000),
        ("1585万元", "15850000", "=", "元", 15845000, 15855000),
        ("20万元", "200000", "=", "元/社区党组织", 195000, 205000),
        ("1.30万人", "13000", "=", "人", 12950, 13050),
        ("1013个网格", "1013", "=", "网格", 1013, 1013),
        ("96.35%", "96.35", "=", "%", 96.35, 96.35),
        ("“五事共办”", "5", "=", "机制", 5, 5),
        ("至少30个", "30", ">=", "个", 30, math.inf),
    ],
)
def test_a_figure_is_an_interval(literal: str, value: str, qualifier: str, unit: str, low: float, high: float) -> None:
    found = quantity(literal, value, qualifier, unit)
    assert found is not None
    assert found.interval == Interval(low, high)
    assert found.unit == unit


@pytest.mark.parametrize(
    ("literal", "low", "high"),
    [
        ("990余名", 991, 999),
        ("1.7万多名", 17001, 17999),
        ("近5亿元", 400000000, 500000000),
        ("不超过3天", 0, 3),
        ("突破1400亿元", 140000000001, 149999999999),
        ("共1,234个", 1234, 1234),
        ("十五分钟", 15, 15),
        ("三级联席会议", 3, 3),
        ("两百个", 200, 200),
        ("1,234,567个", 1234567, 1234567),
        ("12条热线", 12, 12),
        ("3至5家", 3, 5),
        ("50人以上", 50, math.inf),
        ("30天以内", 0, 30),
        ("出台8个方案", 8, 8),
        ("1958.5万元", 19584500, 19585500),
    ],
)
def test_a_literal_alone_is_read(literal: str, low: float, high: float) -> None:
    found = quantity(literal)
    assert found is not None
    assert found.interval == Interval(low, high)


@pytest.mark.parametrize(
    "literal",
    [
        "“12345”热线", "12345热线", "“12345党建工作法”", "“135”", "135", "“13335”", "“1号方案”", "1号方案",
        "4点半课堂", "2021年01月04日", "2023-06-20 16:58:00", "2014年11月", "2018年", "2022年以来", "2.0升级版",
        "“1+9”", "“5+X”", "“1+3+N”", "4办1队2中心", "4+1+2", "民意‘5’来听", "基层党建三年行动计划",
    ],
)  # fmt: skip
def test_a_name_a_date_or_a_formula_is_no_quantity(literal: str) -> None:
    assert is_name(literal)
    assert quantity(literal) is None
    # Even when somebody typed a value beside it.
    assert quantity(literal, "5", "=") is None


@pytest.mark.parametrize("literal", ["近万人", "数十万元", "几十个", "百余家", "第一书记", "多家单位"])
def test_words_that_tell_no_number_are_not_read_as_one(literal: str) -> None:
    assert quantity(literal) is None


@pytest.mark.parametrize("value", ["4+1+2", "1/4/5/4/5", "2021-01-04", "1+N"])
def test_a_value_that_is_no_number_makes_no_quantity(value: str) -> None:
    assert quantity("八项职责", value, "=", "项") is None


def test_dimensions_keep_apart_what_is_not_the_same() -> None:
    assert dimension("人") == dimension("名") == "persons"
    assert dimension("人次") == "person-times"
    found = {dimension(u) for u in ("人", "人次", "次", "户", "元", "%", "平方米", "年", "元/年", "网格")}
    assert len(found) == 10


def test_every_published_number_agrees_with_its_literal() -> None:
    for figure in published():
        printed = numbers(figure.literal)
        if figure.quantity is None or not printed:
            continue
        assert any(figure.quantity.interval.low - 1 <= p <= figure.quantity.interval.high for p in printed)
    names = [f.literal for f in published() if f.quantity is None]
    assert len(names) == 32
    assert {"“12345”热线", "“13335”", "“1号方案”", "4点半课堂", "4办1队2中心", "“1+9”"} <= set(names)


@given(st.integers(1, 10**9))
def test_above_lies_strictly_between_the_value_and_the_next_unit(value: int) -> None:
    found = quantity(f"{value}余个", str(value), ">", "个")
    assert found is not None
    unit = 10 ** (len(str(value)) - len(str(value).rstrip("0")))
    low, high = found.interval.low, found.interval.high
    assert value < low <= high
    assert high == max(value + unit - 1, value + 1)


@given(st.integers(1, 10**9))
def test_near_lies_below_and_exact_is_itself(value: int) -> None:
    near, exact = quantity(f"近{value}个"), quantity(f"{value}个")
    assert near is not None
    assert exact is not None
    assert near.interval.high == value
    assert near.interval.low < value
    assert exact.interval == exactly(value)


@given(st.integers(1, 99999), st.integers(0, 3), st.sampled_from(["万", "亿"]))
def test_a_rounded_figure_holds_all_numbers_printed_so(digits: int, decimals: int, scale: str) -> None:
    shown = f"{digits / 10**decimals:.{decimals}f}"
    found = quantity(f"{shown}{scale}人")
    assert found is not None
    factor = 10**4 if scale == "万" else 10**8
    middle = float(shown) * factor
    half = factor / 10**decimals / 2
    assert found.interval.low == pytest.approx(middle - half)
    assert found.interval.high == pytest.approx(middle + half)


_INTERVALS = st.tuples(st.integers(-50, 50), st.integers(0, 20)).map(lambda t: Interval(t[0], t[0] + t[1]))


@given(_INTERVALS, _INTERVALS)
def test_sums_and_comparisons_are_those_of_all_members(a: Interval, b: Interval) -> None:
    def members(x: Interval) -> range:
        return range(int(x.low), int(x.high) + 1)

    sums = {p + q for p in members(a) for q in members(b)}
    differences = {p - q for p in members(a) for q in members(b)}
    assert (a + b) == Interval(min(sums), max(sums))
    assert (a - b) == Interval(min(differences), max(differences))
    assert a.within(b) == (set(members(a)) <= set(members(b)))
    assert a.apart(b) == (not set(members(a)) & set(members(b)))


@given(st.integers(0, 10**6), st.sampled_from(["个网格", "名党员", "家单位"]))
def test_the_same_statement_has_the_same_template(value: int, noun: str) -> None:
    assert template(f"{value}{noun}") == template(f"1013{noun}")


def test_a_gbk_file_is_read_and_nonsense_is_not() -> None:
    text = "seed,literal,value,qualifier,unit,counts\nfuxing,990余名,990,>,人,机关党员\n,,,,,\n"
    figure = read_figures(text.encode("gb18030"), "a.csv")[0]
    assert (figure.literal, figure.row) == ("990余名", 2)
    assert figure.quantity is not None
    assert figure.quantity.interval == Interval(991, 999)
    for content in (b"", b"\xff\xff\xff", text.splitlines()[0].encode()):
        with pytest.raises(InputError):
            read_figures(content, "a.csv")
