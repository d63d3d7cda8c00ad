"""Faulty ledgers made by code: real-looking tables, one fault put into each, and where it must be found.

A fault names the column it hits (by what the column holds), how the table is changed, and the codes that may be given.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.loaders.formats import FORMATS

Rows = list[list[Any]]
_SURNAMES = "东西南北中春秋光明和平新华建设"
STORED: dict[str, Rows] = {
    "区域": [
        ["名称", "类型", "上级区域"],
        ["复兴区", "区县", None],
        ["胜利桥街道", "街道", "复兴区"],
        ["百家村街道", "街道", "复兴区"],
        ["东风社区", "社区", "胜利桥街道"],
        ["钢铁社区", "社区", "胜利桥街道"],
        ["西苑社区", "社区", "百家村街道"],
        ["东风村委会", "村", "百家村街道"],
        ["重名社区", "社区", "胜利桥街道"],
        ["重名社区", "社区", "百家村街道"],
    ],
    "党组织": [
        ["名称", "类型", "上级党组织"],
        ["中共复兴区委员会", "党委", None],
        ["胜利桥街道党工委", "党工委", "中共复兴区委员会"],
        ["东风社区党委", "党委", "胜利桥街道党工委"],
        ["重名党支部", "党支部", "胜利桥街道党工委"],
        ["重名党支部", "党支部", "东风社区党委"],
    ],
    "单位": [["名称", "类型", "所属社区"], ["区财政局", "机关", "东风社区"], ["区人民医院", "事业单位", "西苑社区"]],
}


def _organizations(rng: random.Random) -> Rows:
    head = [
        "序号",
        "党组织全称",
        "党组织类别",
        "上级党组织名称",
        "领导班子当选日期",
        "党员总数",
        "党组织简称",
        "党组织编码",
    ]
    rows = [
        [
            i + 1,
            f"{rng.choice(_SURNAMES)}{i}路党支部",
            "党支部",
            "东风社区党委",
            _day(rng),
            rng.randint(3, 60),
            f"支{i}",
            f"Z{i:05}",
        ]
        for i in range(rng.randint(4, 12))
    ]
    return [head, *rows]


def _units(rng: random.Random) -> Rows:
    head = ["序号", "单位名称（全称）", "单位性质类别", "所属社区", "起始日期", "党员总数", "简称", "单位编码"]
    kinds = ("机关", "事业单位", "国企", "非公企业", "社会组织")
    rows = [
        [
            i + 1,
            f"{rng.choice(_SURNAMES)}{i}有限公司",
            rng.choice(kinds),
            "东风社区",
            _day(rng),
            rng.randint(0, 40),
            f"公{i}",
            f"D{i:05}",
        ]
        for i in range(rng.randint(4, 12))
    ]
    return [head, *rows]


def _grids(rng: random.Random) -> Rows:
    head = ["序号", "网格名称", "类型", "所属社区", "起始日期", "覆盖户数", "简称", "网格编号"]
    rows = [
        [i + 1, f"第{i + 1}网格", "网格", "东风社区", _day(rng), rng.randint(100, 400), f"网{i}", f"W{i:05}"]
        for i in range(rng.randint(4, 12))
    ]
    return [head, *rows]


def _day(rng: random.Random) -> str:
    year, month, day = rng.randint(2016, 2024), rng.randint(1, 12), rng.randint(1, 28)
    forms = (f"{year}.{month:02}", f"{year}年{month}月", f"{year}{month:02}{day:02}", f"{year}/{month}/{day}")
    return rng.choice((*forms, f"{year}-{month:02}-{day:02}"))


# Columns of every ledger by what they hold.
NUMBER, NAME, KIND, ABOVE, DAY, COUNT, TEXT, CODE = range(8)
LEDGERS = {"党组织名册": _organizations, "驻区单位台账": _units, "网格台账": _grids}


@dataclass(frozen=True)
class Fault:
    """A kind of fault: `change` alters the rows (header first) and returns (row, column) counted from 0 in them."""

    name: str
    codes: tuple[str, ...]
    change: Callable[[random.Random, Rows], tuple[int, int]]
    typed: bool = False
    only: str = ""


def _cell(column: int, *values: Any) -> Callable[[random.Random, Rows], tuple[int, int]]:
    def change(rng: random.Random, rows: Rows) -> tuple[int, int]:
        at = rng.randrange(1, len(rows))
        rows[at][column] = rng.choice(values)
        return at, column

    return change


def _again(column: int) -> Callable[[random.Random, Rows], tuple[int, int]]:
    def change(rng: random.Random, rows: Rows) -> tuple[int, int]:
        first, second = sorted(rng.sample(range(1, len(rows)), 2))
        rows[second][column] = rows[first][column]
        if column == NAME:
            rows[second][CODE] = rows[first][CODE]
        return second, NAME

    return change


def _header(column: int, text: str | None) -> Callable[[random.Random, Rows], tuple[int, int]]:
    def change(_: random.Random, rows: Rows) -> tuple[int, int]:
        rows[0][column] = text
        return 0, column

    return change


def _column(header: str, *values: Any, at_head: bool = False) -> Callable[[random.Random, Rows], tuple[int, int]]:
    def change(rng: random.Random, rows: Rows) -> tuple[int, int]:
        rows[0].append(header)
        at = rng.randrange(1, len(rows))
        for i, row in enumerate(rows[1:], 1):
            row.append(rng.choice(values) if i == at or at_head else None)
        return (0 if at_head else at), len(rows[0]) - 1

    return change


def _ended(rng: random.Random, rows: Rows) -> tuple[int, int]:
    at = rng.randrange(1, len(rows))
    extra = ("设立日期", "撤销日期") if "起始日期" not in rows[0] else ("撤销日期",)
    rows[0] += extra
    for i, row in enumerate(rows[1:], 1):
        row += [("2024-01-01" if h == "设立日期" else "2020-01-01") if i == at else None for h in extra]
    if len(extra) == 1:
        rows[at][DAY] = "2024-01-01"
    return at, len(rows[0]) - 1


def _cycle(rng: random.Random, rows: Rows) -> tuple[int, int]:
    first, second = rng.sample(range(1, len(rows)), 2)
    rows[first][ABOVE], rows[second][ABOVE] = rows[second][NAME], rows[first][NAME]
    return first, ABOVE


def _self(rng: random.Random, rows: Rows) -> tuple[int, int]:
    at = rng.randrange(1, len(rows))
    rows[at][ABOVE] = rows[at][NAME]
    return at, ABOVE


def _long(rng: random.Random, rows: Rows) -> tuple[int, int]:
    rows[0].append("标识")
    at = rng.randrange(1, len(rows))
    for i, row in enumerate(rows[1:], 1):
        row.append("A" * 80 if i == at else None)
    return at, len(rows[0]) - 1


UNKNOWN = ("reference-unknown",)
FAULTS = (
    Fault("数量是文字", ("int-invalid",), _cell(COUNT, "不详", "若干", "一百二")),
    Fault("数量为负", ("int-negative",), _cell(COUNT, "-3", "-1人")),
    Fault("数量带约", ("int-approximate",), _cell(COUNT, "约30", "约三十", "近40人")),
    Fault("数量带余", ("int-approximate",), _cell(COUNT, "30余", "100多人", "50左右")),
    Fault("数量是小数", ("int-invalid",), _cell(COUNT, "3.5", "12.25")),
    Fault("数量是分数", ("int-invalid",), _cell(COUNT, "12/3", "3比1")),
    Fault("数量是日期", ("int-invalid",), _cell(COUNT, "2020-01-01")),
    Fault("数量过大", ("int-invalid",), _cell(COUNT, "99999999999999999999")),
    Fault("数量是区间", ("int-invalid",), _cell(COUNT, "30-50", "30～50")),
    Fault("数量是引用错误", ("cell-error",), _cell(COUNT, "#REF!", "#DIV/0!", "#N/A")),
    Fault("日期是文字", ("date-invalid",), _cell(DAY, "去年", "待定", "二〇二〇年")),
    Fault("月份不存在", ("date-invalid",), _cell(DAY, "2020-13-01", "2020.13", "202013")),
    Fault("日子不存在", ("date-invalid",), _cell(DAY, "2020.02.30", "2021/2/29", "20210431")),
    Fault("年份太早", ("date-invalid",), _cell(DAY, "1850-01-01", "18200101")),
    Fault("位数不对", ("date-invalid",), _cell(DAY, "2020101", "202", "999999999")),
    Fault("日期是区间", ("date-invalid",), _cell(DAY, "2020年5月至今", "2019-2021")),
    Fault("日期是引用错误", ("cell-error",), _cell(DAY, "#NAME?", "#VALUE!")),
    Fault("日期是数值2020.1", ("date-ambiguous",), _cell(DAY, 2020.1, 2019.1), typed=True),
    Fault("日期是带小数的数值", ("date-invalid", "date-ambiguous"), _cell(DAY, 0.5, 12.75), typed=True),
    Fault("上级不存在", UNKNOWN, _cell(ABOVE, "没有这个上级", "某某社区")),
    Fault("上级写错一字", UNKNOWN, _cell(ABOVE, "东风社区党萎", "东凤社区", "东风社区党委会员")),
    Fault("上级去掉后缀", UNKNOWN, _cell(ABOVE, "东风", "胜利桥")),
    Fault("上级重名", ("reference-ambiguous",), _cell(ABOVE, "重名党支部"), only="党组织名册"),
    Fault("社区重名", ("reference-ambiguous",), _cell(ABOVE, "重名社区"), only="网格台账"),
    Fault("所在社区重名", ("reference-ambiguous",), _cell(ABOVE, "重名社区"), only="驻区单位台账"),
    Fault("上级是另一类", ("reference-wrong-kind",), _cell(ABOVE, "区财政局", "区人民医院")),
    Fault("上级是引用错误", (*UNKNOWN, "cell-error"), _cell(ABOVE, "#REF!")),
    Fault("上级是自己", ("relation-to-itself",), _self, only="党组织名册"),
    Fault("上下级循环", ("cycle",), _cycle, only="党组织名册"),
    Fault("类型不认识", ("kind-unknown",), _cell(KIND, "总支会", "有关单位", "其它类")),
    Fault("类型多一字", ("kind-unknown",), _cell(KIND, "党支部部", "国企业", "网络格")),
    Fault("名称为空", ("value-missing",), _cell(NAME, None, "—", "无")),
    Fault("名称是引用错误", ("cell-error", "value-missing"), _cell(NAME, "#REF!")),
    Fault("整行重复", ("id-duplicate",), _again(NAME)),
    Fault("代码重复", ("id-duplicate",), _again(CODE)),
    Fault("代码被截断", ("code-cut",), _cell(CODE, 123456789012345678, 911304007006777777), typed=True),
    Fault("简称里有身份证号", ("personal-content",), _cell(TEXT, "11010519491231002X", "证号11010519491231002X")),
    Fault("简称里有手机号", ("personal-content",), _cell(TEXT, "13900000000", "联系139 0000 0000")),
    Fault("简称里有座机号", ("personal-content",), _cell(TEXT, "0310-8123456")),
    Fault("多一列身份证号", ("personal-column",), _column("身份证号", "11010519491231002X", at_head=True)),
    Fault("多一列电话", ("personal-column",), _column("联系电话", "13900000000", at_head=True)),
    Fault("多一列手机号码", ("personal-column",), _column("手机号码（必填）", "13900000000", at_head=True)),
    Fault("军事单位", ("military-unit",), _cell(NAME, "某部队", "武警某支队"), only="驻区单位台账"),
    Fault("标识含空格", ("id-invalid",), _column("标识", "A 1", "甲1")),
    Fault("标识属于别区", ("id-foreign",), _column("标识", "gulou.A1")),
    Fault("标识过长", ("id-invalid",), _long),
    Fault("是否填了别的", ("bool-invalid",), _column("实际运营", "也许", "2")),
    Fault("取值不在清单", ("value-unknown",), _column("单位层级", "国际"), only="驻区单位台账"),
    Fault("示例数据填了别的", ("bool-invalid",), _column("示例数据", "大概")),
    Fault("终止早于起始", ("until-before-since",), _ended),
    Fault("名称列的表头写错", ("header-missing", "sheet-unknown"), _header(NAME, "叫什么")),
    Fault("名称列没有表头", ("header-missing", "sheet-unknown"), _header(NAME, None)),
)
# These columns are of some ledgers only.
_OWN = {"是否填了别的": "驻区单位台账"}


@dataclass(frozen=True)
class Case:
    """A faulty file: where it is and what must be said of it (row counted from 1; column of the sheet from 0)."""

    path: Path
    fault: str
    codes: tuple[str, ...]
    row: int
    column: int


def cases(folder: Path, seed: int, count: int) -> Iterator[Case]:
    """That many faulty files, every kind of fault before any comes twice, formats and ledgers mixed."""
    rng = random.Random(seed)
    names = list(FORMATS)
    for i in range(count):
        fault = FAULTS[i % len(FAULTS)]
        able = [n for n in names if FORMATS[n][2] or not fault.typed]
        yield _case(folder, rng, fault, able[(i // len(FAULTS) + i) % len(able)], i)


def _case(folder: Path, rng: random.Random, fault: Fault, form: str, number: int) -> Case:
    ledger = fault.only or _OWN.get(fault.name) or rng.choice(list(LEDGERS))
    rows = LEDGERS[ledger](rng)
    row, column = fault.change(rng, rows)
    above: Rows = [[f"复兴区{ledger}"], ["填报单位：复兴区", None, "填报时间：2024.05"]][: rng.randint(0, 2)]
    below: Rows = [["填表人：某", None, "审核人：某"], ["注：以实有数为准。"]][: rng.randint(0, 2)]
    width = len(rows[0])
    table = [[*r, *[None] * (width - len(r))] for r in (*above, *rows, *below)]
    ending, write, _ = FORMATS[form]
    path = folder / f"{number:04}" / f"{ledger}{ending}"
    path.parent.mkdir()
    write(path, ledger, table)
    return Case(path, f"{fault.name}（{form}）", fault.codes, len(above) + row + 1, column)
