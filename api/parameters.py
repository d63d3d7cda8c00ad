"""Parameters of questions: declared once, parsed by one function, whether they come from a flag or a query string."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from graph.errors import ParameterError

ParameterType = Literal["text", "int", "date", "id", "finding", "flag"]
LIMIT_MOST = 1000


@dataclass(frozen=True, slots=True)
class Parameter:
    """One parameter of a question.

    Args:
        name: key in the query string and among the parsed values.
        zh: what it means, for `--help` and the API's documentation.
        type: `id` is the id of a node (on the command line also a full name or 上级/简称), `finding` of a finding.
        flags: its flags on the command line; none for a positional argument, `("-",)` when it is not offered there.
        required: whether it must be given; many: whether it may be given several times.
        choices: the allowed words; low, high: bounds of an int, both inclusive.
        example: shown in the documentation.
    """

    name: str
    zh: str
    type: ParameterType = "text"
    flags: tuple[str, ...] = ()
    required: bool = False
    many: bool = False
    choices: tuple[str, ...] = ()
    low: int | None = None
    high: int | None = None
    default: Any = None
    example: str = ""

    @property
    def argument(self) -> str:
        """Its name as a Python argument."""
        return self.name.replace("-", "_") + ("_" if self.name in ("from", "not") else "")


DISTRICT = Parameter("district", "区划标识；只载入一个区划或给出了标识时可省", flags=("--district",), example="fuxing")
AREA = Parameter("area", "只看该区域及其以下", "id", flags=("--area",))
LEVEL = Parameter("level", "按哪一级区域列出（如 街道），all 为全部", flags=("--level",), example="街道")
AS_OF = Parameter("as_of", "截至日期，默认今天", "date", flags=("--as-of",), example="2026-01-31")
LIMIT = Parameter("limit", "每页行数", "int", flags=("-",), low=1, high=LIMIT_MOST)
CURSOR = Parameter("cursor", "上一页给出的游标", flags=("-",))
REVISION = Parameter("revision", "等待该修订可读（最多5秒）", "int", flags=("-",), low=0)
ID = Parameter("id", "节点的标识（命令行上也可用全称或 上级/简称）", "id", required=True, example="fuxing.130404001000")
KIND = Parameter("kind", "只列这一类型（如 街道、党支部）", flags=("--kind",))
TEXT = Parameter("q", "名称、简称或标识的一部分；多个词用空格分开", required=True, example="钢铁厂")
COMMON = (DISTRICT, AS_OF, LIMIT, CURSOR, REVISION)


def parse(parameters: Sequence[Parameter], given: Mapping[str, Sequence[str]]) -> dict[str, Any]:
    """Values by name: None (or an empty tuple for `many`) where nothing was given.

    Args:
        given: name → the texts given for it.

    Raises one `ParameterError` that names every wrong parameter; values are never echoed.
    """
    known = {p.name: p for p in parameters}
    faults = [_unknown(name, known) for name in given if name not in known]
    values: dict[str, Any] = {}
    for p in parameters:
        texts = [t.strip() for t in given.get(p.name, ()) if t is not None and t.strip()]
        try:
            values[p.name] = _values(p, texts)
        except ParameterError as e:
            faults.append({"code": e.code, "detail": e.detail, "remedy": e.remedy, "parameter": p.name})
    if faults:
        first = faults[0]
        raise ParameterError(first["detail"], first["remedy"], code=first["code"], items=faults)
    return values


def _unknown(name: str, known: Mapping[str, Parameter]) -> dict[str, str]:
    return {
        "code": "parameter-unknown",
        "detail": "有不认识的参数。",
        "remedy": f"可用的参数：{'、'.join(known) or '无'}。",
        "parameter": name[:40],
    }


def _values(p: Parameter, texts: Sequence[str]) -> Any:
    if p.required and not texts:
        raise ParameterError(f"缺少参数 {p.name}（{p.zh}）。", "请给出这个参数。", code="parameter-missing")
    if not p.many and len(texts) > 1:
        raise ParameterError(f"参数 {p.name} 只能给一次。", "请只保留一个值。")
    if p.type == "flag":
        return bool(texts) and _flag(p, texts[0])
    parsed = [_value(p, t) for t in texts]
    if p.many:
        return tuple(parsed)
    return parsed[0] if parsed else p.default


def _value(p: Parameter, text: str) -> Any:
    if p.choices and text not in p.choices:
        raise ParameterError(f"参数 {p.name} 的值不在可用范围内。", f"可用的值：{'、'.join(p.choices)}。")
    if p.type == "int":
        return _int(p, text)
    if p.type == "date":
        try:
            return dt.date.fromisoformat(text)
        except ValueError:
            raise ParameterError(f"参数 {p.name} 不是日期。", "请写成 2026-01-31 的样子。") from None
    if len(text) > 200 or any(ord(c) < 32 for c in text):
        raise ParameterError(f"参数 {p.name} 太长或含控制字符。", "请给出不超过200个字符的文字。")
    return text


def _flag(p: Parameter, text: str) -> bool:
    if text not in ("true", "false"):
        raise ParameterError(f"参数 {p.name} 的值不在可用范围内。", "可用的值：true、false。")
    return text == "true"


def _int(p: Parameter, text: str) -> int:
    low, high = p.low if p.low is not None else -(2**31), p.high if p.high is not None else 2**31
    allowed = f"请给出 {low} 到 {high} 之间的整数。" if p.high is not None else f"请给出不小于 {low} 的整数。"
    if not (text.isascii() and text.removeprefix("-").isdigit() and len(text) < 12 and low <= int(text) <= high):
        raise ParameterError(f"参数 {p.name} 不是允许的整数。", allowed)
    return int(text)
