"""Cells to values: every written form of a number, date, list and code."""

from __future__ import annotations

from typing import Any

import polars as pl
import pytest

from graph.declaration import Attribute
from loaders.sheets import NUMBER_MARK
from loaders.values import parse


def _one(text: str, kind: str) -> tuple[Any, str | None]:
    values, codes = parse(pl.Series([text], dtype=pl.String), Attribute("x", "列", kind))  # type: ignore[arg-type]
    value = values[0]
    return (value.to_list() if isinstance(value, pl.Series) else value), codes[0]


@pytest.mark.parametrize("blank", ["", " ", "无", "—", "/", "-", "　", "\u200b", "N/A"])
@pytest.mark.parametrize("kind", ["text", "code", "int", "date", "texts"])
def test_blanks_are_null_without_a_fault(blank: str, kind: str) -> None:
    assert _one(blank, kind) == (None, None)


@pytest.mark.parametrize(
    ("text", "value"),
    [("35人", 35), ("1,234", 1234), ("12.5万", 125_000), ("３５", 35), ("35 人", 35), ("12.0", 12), ("1，234户", 1234)],
)
def test_whole_numbers(text: str, value: int) -> None:
    assert _one(text, "int") == (value, None)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("-3", "int-negative"),
        ("3.5", "int-invalid"),
        ("约30", "int-approximate"),
        ("990余", "int-approximate"),
        ("三十", "int-invalid"),
        ("#REF!", "cell-error"),
    ],
)
def test_what_is_no_whole_number(text: str, code: str) -> None:
    assert _one(text, "int") == (None, code)


@pytest.mark.parametrize(("text", "value"), [("1e-06", 1e-06), ("1.5E+3", 1500.0), ("12.5㎡", 12.5), ("0.1万", 1000.0)])
def test_numbers(text: str, value: float) -> None:
    assert _one(text, "number") == (value, None)


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("2020.01", "2020-01-01"),
        ("2020年1月", "2020-01-01"),
        ("2020年1月5日", "2020-01-05"),
        ("202001", "2020-01-01"),
        ("20200101", "2020-01-01"),
        ("2020/1/1", "2020-01-01"),
        ("2020-1-1 00:00:00", "2020-01-01"),
        ("43831", "2020-01-01"),
        ("2020", "2020-01-01"),
        ("２０２０．１．２", "2020-01-02"),
        (f"{NUMBER_MARK}2020.11", "2020-11-01"),
        ("至今", None),
        ("长期", None),
    ],
)
def test_days(text: str, day: str | None) -> None:
    assert _one(text, "date") == (day, None)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("2020-13-01", "date-invalid"),
        ("2021-02-29", "date-invalid"),
        ("去年", "date-invalid"),
        ("1234567", "date-invalid"),
        (f"{NUMBER_MARK}2020.1", "date-ambiguous"),
    ],
)
def test_what_is_no_day(text: str, code: str) -> None:
    assert _one(text, "date") == (None, code)


@pytest.mark.parametrize("text", ["是", "√", "有", "1", "已建"])
def test_yes(text: str) -> None:
    assert _one(text, "bool") == (True, None)


@pytest.mark.parametrize("text", ["否", "×", "无", "0", "未建"])
def test_no(text: str) -> None:
    assert _one(text, "bool") == (False, None)


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("甲、乙，丙；丁", ["甲", "乙", "丙", "丁"]),
        ("甲\n乙", ["甲", "乙"]),
        ("1.A 2.B", ["A", "B"]),
        ("1、送教上门；2、助老", ["送教上门", "助老"]),
        ("1.5米桌子", ["1.5米桌子"]),
        ("甲、乙\n", ["甲、乙"]),
    ],
)
def test_several_values_in_one_cell(text: str, values: list[str]) -> None:
    assert _one(text, "texts") == (values, None)


def test_codes() -> None:
    assert _one("001", "code") == ("001", None)
    assert _one("13040400101", "code") == ("13040400101", None)
    assert _one("13040400101.0", "code") == ("13040400101", None)
    assert _one(f"{NUMBER_MARK}1.23456789012346e+17", "code")[1] == "code-cut"
    assert _one("1.23457E+17", "code")[1] == "code-cut"


def test_text_loses_what_cannot_be_seen() -> None:
    assert _one("\u200b东风\u00a0社区１２ ", "text") == ("东风 社区12", None)
    assert _one("东风\n社区", "text") == ("东风社区", None)
    assert _one("'=1+1", "text") == ("=1+1", None)
