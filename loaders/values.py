"""Cells to values by column: blanks, numbers, dates, codes, lists. Each distinct text is understood once."""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from collections.abc import Callable, Mapping
from typing import Any

import polars as pl

from graph.declaration import Attribute
from loaders.sheets import NUMBER_MARK

# What a cell that says nothing holds. 无 is a "no" in a yes/no column.
BLANKS = ("", "无", "—", "——", "-", "--", "―", "/", "\\", "暂无", "N/A", "n/a", "NULL", "null", "None")
YES = ("是", "√", "✓", "✔", "有", "1", "已建", "已", "y", "yes", "true", "对", "在岗")
NO = ("否", "×", "✗", "无", "0", "未建", "未", "n", "no", "false", "没有")
OPEN_ENDED = ("至今", "长期", "现在", "永久", "今")

_INVISIBLE = "[\u00ad\u200b-\u200f\u202a-\u202e\u2060\ufeff\x00\x01\x03-\x08\x0b\x0c\x0e-\x1f]"
_WIDE = {chr(c + 0xFEE0): chr(c) for c in (*range(0x30, 0x3A), *range(0x41, 0x5B), *range(0x61, 0x7B))}
_WIDE_CLASS = "[０-９Ａ-Ｚａ-ｚ]"
# What `clean_series` changes anything in; most columns have none of it, and one look is cheaper than six.
_UNCLEAN = f"{_INVISIBLE[:-1]}\u3000\u00a0\t\r\n０-９Ａ-Ｚａ-ｚ]|^\\s|\\s$|^'"
CELL_ERRORS = r"^#(REF!|N/A|VALUE!|NAME\?|DIV/0!|NULL!|NUM!)"

Parsed = tuple[Any, str | None]

# code → (what is wrong, what to do)
PROBLEMS: Mapping[str, tuple[str, str]] = {
    "int-invalid": ("不是整数", "请填写不带单位和说明的整数。"),
    "int-negative": ("是负数", "请填写不小于零的数。"),
    "int-approximate": ("不是确切的数（含“约、余、多”）", "请填写确切的整数。"),
    "number-invalid": ("不是数字", "请填写数字。"),
    "number-negative": ("是负数", "请填写不小于零的数。"),
    "date-invalid": ("不是日期", "请按 2024-05-01 的形式填写。"),
    "date-ambiguous": ("是数值而不是日期，1月与10月无法区分", "请把单元格设为文本，按 2020-10-01 的形式填写。"),
    "bool-invalid": ("不是“是”或“否”", "请填写“是”或“否”。"),
    "code-cut": ("被 Excel 截去了15位以后的数字", "请把该列设为文本格式后重新填写完整代码。"),
    "cell-error": ("是 Excel 的错误值（如 #REF!）", "请改正公式，或直接填写内容。"),
    "value-unknown": ("不在允许的取值内", "请从下拉选项中选择。"),
}


def clean(column: pl.Expr) -> pl.Expr:
    """Text without invisible characters, outer spaces and full-width letters or digits; blanks become null."""
    text = column.str.replace_all(_INVISIBLE, "").str.replace_all("[\u3000\u00a0\t]", " ").str.strip_chars()
    return pl.when(text.is_in(BLANKS)).then(None).otherwise(text)


def clean_series(series: pl.Series, *, lines: bool = False) -> pl.Series:
    """`clean` for a column; line breaks inside a cell are typography and go, unless `lines`."""
    if not series.str.contains(_UNCLEAN).any():
        return pl.select(pl.when(series.is_in(BLANKS)).then(None).otherwise(series).alias("v")).to_series()
    frame = series.to_frame("v").select(clean(pl.col("v")))
    out = frame.to_series()
    if out.str.contains(_WIDE_CLASS).any():
        out = out.str.replace_many(list(_WIDE), list(_WIDE.values()))
    # Our own CSV guards text that a spreadsheet would take for a formula by an apostrophe.
    out = out.str.replace(r"^'('*[=+\-@])", "$1")
    return out if lines else out.str.replace_all(r"\s*[\r\n]+\s*", "")


def parse(series: pl.Series, attribute: Attribute) -> tuple[pl.Series, pl.Series]:
    """A text column as values of an attribute's type, and a code of PROBLEMS (or null) for each cell."""
    if attribute.type == "texts":
        return _by_unique(series, _texts, pl.List(pl.String))
    text = clean_series(series) if attribute.type != "bool" else _plain(series)
    if attribute.type in ("text", "code"):
        values, codes = _code(text) if attribute.type == "code" else (text.str.replace(NUMBER_MARK, ""), _no(text))
        return values, _with_errors(text, codes)
    quick = _quick(text, attribute.type)
    values, codes = quick if quick is not None else _by_unique(text, *_SLOW[attribute.type])
    return values, codes


def _no(text: pl.Series) -> pl.Series:
    return pl.Series([None], dtype=pl.String).new_from_index(0, len(text))


def _plain(series: pl.Series) -> pl.Series:
    text = series.str.replace_all(_INVISIBLE, "").str.strip_chars()
    return pl.select(pl.when(text == "").then(None).otherwise(text)).to_series()


def _with_errors(text: pl.Series, codes: pl.Series) -> pl.Series:
    bad = text.str.contains(CELL_ERRORS)
    if not bad.any():
        return codes
    return pl.select(pl.when(bad).then(pl.lit("cell-error")).otherwise(codes)).to_series()


def _code(text: pl.Series) -> tuple[pl.Series, pl.Series]:
    """Codes: a number typed into the cell loses its `.0`; more than 15 digits as a number were cut."""
    cut = text.str.contains(rf"^{NUMBER_MARK}?\d(\.\d+)?[eE]\+\d+$")
    plain = text.str.replace(NUMBER_MARK, "").str.replace(r"^'", "").str.replace(r"^(\d+)\.0+$", "$1")
    codes = pl.select(pl.when(cut).then(pl.lit("code-cut")).otherwise(None)).to_series()
    return plain, codes


def _quick(text: pl.Series, type_: str) -> tuple[pl.Series, pl.Series] | None:
    """Whole columns in their plain form, without looking at single values; None where any cell is not."""
    if type_ == "int" and text.str.contains(r"^\d{1,15}$").all(ignore_nulls=True):
        return text.cast(pl.Int64), _no(text)
    if type_ == "date":
        days = text.str.to_date("%Y-%m-%d", strict=False)
        if days.null_count() == text.null_count() and text.str.len_bytes().drop_nulls().eq(10).all():
            return text, _no(text)
    return None


def _by_unique(series: pl.Series, read: Callable[[str], Parsed], kind: Any) -> tuple[pl.Series, pl.Series]:
    distinct = series.unique().drop_nulls()
    read_all = [read(v) for v in distinct.to_list()]
    table = pl.DataFrame(
        {
            "t": distinct,
            "v": pl.Series([v for v, _ in read_all], dtype=kind),
            "c": pl.Series([c for _, c in read_all], dtype=pl.String),
        }
    )
    joined = series.to_frame("t").join(table, on="t", how="left", maintain_order="left")
    return joined["v"], joined["c"]


_INT = re.compile(r"(-?[\d,]*\.?\d+)\s*(万|亿|千|百)?\s*(?:m2|[\u4e00-\u9fff]{0,4})")
_SCIENTIFIC = re.compile(r"(-?\d(?:\.\d+)?[eE][+-]?\d+)()")
_SCALE = {None: 1, "": 1, "百": 100, "千": 1_000, "万": 10_000, "亿": 100_000_000}


def _read_number(text: str, kind: str) -> tuple[float | None, str | None]:
    plain = unicodedata.normalize("NFKC", text).replace(NUMBER_MARK, "").replace("，", ",").replace(" ", "")
    if re.match(CELL_ERRORS, plain):
        return None, "cell-error"
    if re.search("约|余|多|近|左右|以上|以下|超", plain):
        return None, "int-approximate"
    match = _INT.fullmatch(plain) or _SCIENTIFIC.fullmatch(plain)
    if match is None:
        return None, f"{kind}-invalid"
    value = float(match[1].replace(",", ""))
    if match[2]:
        value = round(value * _SCALE[match[2]], 6)
    return (value, None) if value >= 0 else (None, f"{kind}-negative")


def _int(text: str) -> Parsed:
    value, problem = _read_number(text, "int")
    if value is None:
        return None, problem
    return (int(value), None) if value == int(value) and value < 2**53 else (None, "int-invalid")


def _number(text: str) -> Parsed:
    return _read_number(text, "number")


def _bool(text: str) -> Parsed:
    plain = unicodedata.normalize("NFKC", text).strip().lower()
    if plain in YES or plain in ("√", "✓"):
        return True, None
    if plain in NO:
        return False, None
    if plain in BLANKS:
        return None, None
    return None, "cell-error" if re.match(CELL_ERRORS, text) else "bool-invalid"


_DATE = re.compile(
    r"(\d{4})(?:[-./年](\d{1,2})(?:[-./月](\d{1,2})日?)?月?|年)?(?:[ T]\d{1,2}:\d{2}(?::\d{2})?(?:\.\d+)?)?"
)


def _date(text: str) -> Parsed:
    plain = unicodedata.normalize("NFKC", text).strip()
    if plain.rstrip("。") in OPEN_ENDED:
        return None, None
    if re.match(CELL_ERRORS, plain):
        return None, "cell-error"
    number = plain.startswith(NUMBER_MARK)
    plain = re.sub(r"\s*([-./年月日])\s*", r"\1", plain.lstrip(NUMBER_MARK))
    if number and re.fullmatch(r"\d{4}\.1", plain):
        return None, "date-ambiguous"
    if number and re.fullmatch(r"\d{5}\.\d+", plain):
        plain = plain[:5]
    if plain.isdecimal() and len(plain) in (5, 6, 8):
        return _digits(plain)
    match = _DATE.fullmatch(plain)
    if match is None:
        return None, "date-invalid"
    return _day(int(match[1]), int(match[2] or 1), int(match[3] or 1))


def _digits(text: str) -> Parsed:
    """By digits: 5 a serial of Excel (days since 1899-12-30), 6 yyyymm, 8 yyyymmdd."""
    if len(text) == 5:
        return (dt.date(1899, 12, 30) + dt.timedelta(days=int(text))).isoformat(), None
    return _day(int(text[:4]), int(text[4:6]), int(text[6:] or 1))


def _day(year: int, month: int, day: int) -> Parsed:
    if not 1900 <= year <= 2200:
        return None, "date-invalid"
    try:
        return dt.date(year, month, day).isoformat(), None
    except ValueError:
        return None, "date-invalid"


_NUMBERED = re.compile(r"(?:^|(?<=[\s、，,；;。]))[(（]?(\d{1,2})[.．、)）](?!\d)")


def _texts(text: str) -> Parsed:
    """Several values in one cell: by lines if there are any, by running numbers (1.A 2.B), else by separators."""
    plain = re.sub(_INVISIBLE, "", text).replace(NUMBER_MARK, "").replace("\r", "")
    plain = re.sub(r"^'('*[=+\-@])", r"\1", plain)
    if re.match(CELL_ERRORS, plain):
        return None, "cell-error"
    numbers = [int(n) for n in _NUMBERED.findall(plain)]
    if len(numbers) > 1 and numbers == list(range(1, len(numbers) + 1)):
        parts = _NUMBERED.split(plain)[2::2]
    else:
        parts = plain.split("\n") if "\n" in plain else re.split("[、，；,;]", plain)
    kept = [p for p in (p.strip(" \t\u3000\n、，；,;") for p in parts) if p not in BLANKS]
    return (kept or None), None


_SLOW: Mapping[str, tuple[Callable[[str], Parsed], Any]] = {
    "int": (_int, pl.Int64),
    "number": (_number, pl.Float64),
    "bool": (_bool, pl.Boolean),
    "date": (_date, pl.String),
}
