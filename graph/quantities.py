"""Quantities of a text: literal, value, qualifier and unit → a closed interval; names that look like numbers are none.

The rules are those of domain.md 5: 余/多 lie above the value within one unit of its last significant digit, 近 lies
below it, 不超 is at most it, a 万/亿 figure is rounded to its last printed digit, everything else is exact.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from typing import Literal

Qualifier = Literal["=", ">", "<", "<=", ">=", "brand"]
QUALIFIERS: tuple[Qualifier, ...] = ("=", ">", "<", "<=", ">=", "brand")
Dimension = Literal[
    "persons", "person-times", "times", "households", "money", "percent", "area", "duration", "each", "things"
]

_MORE = "余|多"
_NUMBER = re.compile(
    rf"(?P<before>近|逾|超过|超|突破|不超过|不超|至少|不少于|不低于)?"
    rf"(?P<digits>\d[\d,]*(?:\.\d+)?)(?P<inner>{_MORE})?(?P<scale>万亿|万|亿)?(?P<after>{_MORE})?(?P<percent>%)?"
)
_SCALES = {"万": 4, "亿": 8, "万亿": 12}
_HAN = {c: i for i, c in enumerate("零一二三四五六七八九")} | {"两": 2, "〇": 0}
# 第一, 数十, 几百, 百余, 近万 tell no number that could be compared.
_HAN_NUMBER = re.compile("(?<![第数几近约每上成])[零〇一二两三四五六七八九十百千]+(?![余多来几数万亿])")
_RANGE = re.compile(r"(\d+(?:\.\d+)?)(?:至|到|—|～|~)(\d+(?:\.\d+)?)(?!年|\d)")
_AFTERWARDS = re.compile("[一-鿿]{0,2}(?P<word>以上|以下|以内)")
# Names, dates, versions and formulas that hold digits but count nothing.
_NAMES = tuple(
    re.compile(p)
    for p in (
        r"^(?:19|20)\d{2}[-年/.](?:0?[1-9]|1[0-2])(?:$|[-/.月日\s])",  # a date
        r"^\d{4}年(?:以来|度|底|末|初)?$",  # a year
        r"\d热线|\d号方案|\d(?:党建)?工作法|\d点半?课堂|\d升级版|年行动计划",  # named by a number (12条热线 is not)
        r"[“\"'‘]\d+[”\"'’]",  # a number in quotes: “135”, ‘5’
        r"\d\s*[+＋]\s*[\dA-Za-z]",  # 1+9, 5+X
        r"^\d+[一-鿿]\d+[一-鿿]+\d+[一-鿿]",  # 4办1队2中心
    )
)
_BARE = re.compile(r"\d{3,5}")
_QUOTED = re.compile(r"[“”\"'‘’]")
_PLAIN = re.compile(r"-?\d+(?:\.\d+)?")


@dataclass(frozen=True, slots=True)
class Interval:
    """A closed interval; `high` is infinite where nothing bounds it from above."""

    low: float
    high: float

    def __add__(self, other: Interval) -> Interval:
        return Interval(self.low + other.low, self.high + other.high)

    def __sub__(self, other: Interval) -> Interval:
        return Interval(self.low - other.high, self.high - other.low)

    def within(self, other: Interval) -> bool:
        """Whether every value of this interval is one of `other`."""
        return other.low <= self.low and self.high <= other.high

    def apart(self, other: Interval) -> bool:
        """Whether the two have no value in common."""
        return self.high < other.low or other.high < self.low

    def body(self) -> dict[str, float | int | None]:
        """The JSON shape of interface.md; null where nothing bounds it, whole numbers as integers."""
        return {"low": whole(self.low), "high": whole(self.high)}


def exactly(value: float) -> Interval:
    """The interval of one value."""
    return Interval(value, value)


def whole(value: float) -> float | int | None:
    """A number for JSON: an integer if it is one, None if it is infinite."""
    if math.isinf(value):
        return None
    return int(value) if value == int(value) else value


@dataclass(frozen=True, slots=True)
class Quantity:
    """A published number: the interval it allows, its unit as printed and what sort of thing the unit counts."""

    interval: Interval
    unit: str
    dimension: Dimension


_UNITS: tuple[tuple[str, Dimension], ...] = (
    ("人次", "person-times"),
    ("平方", "area"),
    ("亩", "area"),
    ("公里", "area"),
    ("元", "money"),
    ("%", "percent"),
    ("户", "households"),
    ("名", "persons"),
    ("人", "persons"),
    ("次", "times"),
    ("分钟", "duration"),
    ("小时", "duration"),
    ("天", "duration"),
    ("日", "duration"),
    ("月", "duration"),
    ("年", "duration"),
)


def dimension(unit: str) -> Dimension:
    """What a unit counts; figures of different dimensions are never compared (人 and 人次).

    >>> dimension("人"), dimension("人次"), dimension("元/年"), dimension("网格")
    ('persons', 'person-times', 'each', 'things')
    """
    if "/" in unit and not unit.startswith("%"):
        return "each"
    return next((d for ending, d in _UNITS if unit.startswith(ending) or unit == ending), "things")


def is_name(literal: str, unit: str = "") -> bool:
    """Whether a literal only looks like a number: a hotline, brand, date, year, version or formula.

    Bare digits of which nothing says what they count (135, 12345) are a name too.

    >>> [is_name(x) for x in ("“12345”热线", "“13335”", "4点半课堂", "“1+9”", "2018年", "1013个网格")]
    [True, True, True, True, True, False]
    """
    if _BARE.fullmatch(literal) and not unit:
        return True
    return any(p.search(literal) or p.search(_QUOTED.sub("", literal)) for p in _NAMES)


def quantity(literal: str, value: str = "", qualifier: str = "", unit: str = "") -> Quantity | None:
    """The quantity of one figure, None for a name, date or formula.

    Args:
        literal: as printed (1.7万多名). value: the number it means (17000); read from the literal when empty.
        qualifier: one of `QUALIFIERS`; read from the literal when empty. unit: what is counted.

    >>> quantity("990余名", "990", ">", "人").interval
    Interval(low=991.0, high=999.0)
    >>> quantity("14.8万人", "148000", "=", "人").interval
    Interval(low=147500.0, high=148500.0)
    """
    if qualifier == "brand" or is_name(literal, unit) or (value and not _PLAIN.fullmatch(value)):
        return None
    if not value and (span := _RANGE.search(literal)):
        return Quantity(Interval(float(span[1]), float(span[2])), unit, dimension(unit))
    printed = _printed(literal, float(value) if value else None)
    if printed is None and not value:
        han = _han(literal)
        return None if han is None else Quantity(exactly(han), unit, dimension(unit))
    number = float(value) if value else printed.value if printed else 0.0
    step = printed.step if printed else _step(value)
    found = _interval(
        number, qualifier or (printed.qualifier if printed else "="), step, printed.half if printed else 0.0
    )
    return Quantity(found, unit, dimension(unit))


def numbers(literal: str) -> list[float]:
    """The numbers printed in Arabic digits in a literal, years left out.

    >>> numbers("2017年经济总量突破1400亿元"), numbers("24.15余万人")
    ([140000000000.0], [241500.0])
    """
    return [p.value for p in _all_printed(literal)]


@dataclass(frozen=True, slots=True)
class _Printed:
    """A number as printed; `half` is half of its last printed digit for a 万/亿 figure, else 0."""

    value: float
    step: float
    qualifier: Qualifier
    half: float


def _all_printed(literal: str) -> list[_Printed]:
    found = []
    for m in _NUMBER.finditer(literal):
        if re.match(r"\d{4}年", literal[m.start("digits") :]):
            continue
        exponent = _SCALES.get(m["scale"] or "", 0)
        digits = m["digits"].replace(",", "")
        value = round(float(digits) * 10**exponent, 6)
        afterwards = _AFTERWARDS.match(literal, m.end())
        qualifier = _qualifier(m["before"] or "", bool(m["inner"] or m["after"]))
        if afterwards and qualifier == "=":
            qualifier = ">=" if afterwards["word"] == "以上" else "<="
        half = 10.0 ** (exponent - len(digits.partition(".")[2])) / 2 if exponent else 0.0
        found.append(_Printed(value, _step(digits) * 10.0**exponent, qualifier, half))
    return found


def _printed(literal: str, value: float | None) -> _Printed | None:
    """The printed number that the value means, the first one when no value is given."""
    found = _all_printed(literal)
    return next((p for p in found if value is None or math.isclose(p.value, value)), None)


def _qualifier(before: str, more: bool) -> Qualifier:
    if more or before in ("逾", "超", "超过", "突破"):
        return ">"
    if before == "近":
        return "<"
    if before.startswith("不超"):
        return "<="
    return ">=" if before else "="


def _step(digits: str) -> float:
    """One unit of the last significant digit: 990 → 10, 14.8 → 0.1, 100 → 100."""
    head, _, decimals = digits.partition(".")
    if decimals:
        return float(10.0 ** -len(decimals))
    bare = head.lstrip("-0")
    return float(10 ** (len(bare) - len(bare.rstrip("0")))) if bare else 1.0


def _interval(value: float, qualifier: str, step: float, half: float) -> Interval:
    # Whole things are counted: above 990 is 991 at least; fractions have no next one, so the end itself stays in.
    one = 1.0 if step >= 1 else 0.0
    if qualifier == ">":
        return Interval(value + one, value + max(step - one, one))
    if qualifier == "<":
        return Interval(value - step, value)
    if qualifier == "<=":
        return Interval(min(0.0, value), value)
    if qualifier == ">=":
        return Interval(value, math.inf)
    return Interval(round(value - half, 6), round(value + half, 6))


def _han(literal: str) -> float | None:
    """The first Chinese numeral of a literal: 十五 → 15, 三 → 3, 两百 → 200."""
    m = _HAN_NUMBER.search(literal)
    if m is None:
        return None
    total, digit = 0, -1
    for c in m[0]:
        if c in "十百千":
            total += max(digit, 1) * {"十": 10, "百": 100, "千": 1000}[c]
            digit = -1
        else:
            digit = _HAN[c]
    return float(total + max(digit, 0))
