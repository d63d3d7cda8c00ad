"""What is wrong in a document of the user's, in Chinese: place, fault and what is allowed there."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Mapping
from typing import Any, get_args

from pydantic import BaseModel, ValidationError


def faults(file: str, error: ValidationError, root: type[BaseModel]) -> list[dict[str, str]]:
    """One item for each fault of a validation: `code`, Chinese `detail` with file and place, `remedy`, `pointer`."""
    return [_item(file, dict(each), root) for each in error.errors(include_url=False)]


def not_toml(error: tomllib.TOMLDecodeError, file: str) -> tuple[str, str]:
    """Where a text stops being TOML, which the parser tells in English only, and what to do."""
    found = re.search(r"line (\d+), column (\d+)", str(error))
    place = f"第{found[1]}行第{found[2]}列" if found else "文件末尾"
    return f"{file} 不是合法的 TOML：{place}写错了。", "请改正那一行，例如文字要加引号、键与值之间用等号。"


def _item(file: str, error: Mapping[str, Any], root: type[BaseModel]) -> dict[str, str]:
    loc: tuple[str | int, ...] = tuple(error["loc"])
    place = " ".join(f"第{p + 1}项" if isinstance(p, int) else p for p in loc) or "（整个文件）"
    said, remedy = _said(str(error["type"]), error.get("ctx", {}), loc, root)
    pointer = ".".join(str(p) for p in loc)
    return {"code": "profile-invalid", "detail": f"{file} {place}：{said}。", "remedy": remedy, "pointer": pointer}


def _said(kind: str, context: Mapping[str, Any], loc: tuple[str | int, ...], root: type[BaseModel]) -> tuple[str, str]:
    """What is wrong and what is allowed, for one type of pydantic's errors."""
    if kind == "missing":
        return "缺少必填的键", "请补上这个键。"
    if kind == "extra_forbidden":
        return "不认识的键", f"请删去或更正；此处可用的键：{'、'.join(_part_at(root, loc[:-1]).model_fields)}。"
    if kind == "value_error":
        return str(context["error"]), "请按括号中可用的值修改，或补上所缺的键。"
    if kind == "literal_error":
        return "值不合要求", f"可用的值：{str(context['expected']).replace(' or ', '、').replace(', ', '、')}。"
    if kind == "string_pattern_mismatch":
        return "格式不合要求", f"应符合：{context['pattern']}。"
    if kind == "too_short":
        return "项数太少", f"至少要有{context['min_length']}项。"
    bound = next((word.format(context[k]) for k, word in _BOUNDS.items() if k in context), None)
    if bound:
        return "数值超出范围", f"应{bound}。"
    wanted = next((zh for start, zh in _TYPES.items() if kind.startswith(start)), "规定的类型")
    return "类型不对", f"应为{wanted}。"


_BOUNDS = {"ge": "不小于{}", "gt": "大于{}", "le": "不大于{}", "lt": "小于{}"}
_TYPES = {
    "string": "加引号的文字",
    "int": "整数",
    "float": "数字",
    "bool": " true 或 false",
    "tuple": '列表，如 ["甲", "乙"]',
    "dict": "表，如 { 键 = 值 }",
    "model": "表，如 { 键 = 值 }",
}


def _part_at(part: type[BaseModel], loc: Iterable[str | int]) -> type[BaseModel]:
    """The part of a document that a place in it belongs to."""
    for step in loc:
        if step in part.model_fields:
            inner = _part_in(part.model_fields[str(step)].annotation)
            part = inner or part
    return part


def _part_in(annotation: Any) -> type[BaseModel] | None:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    return next((found for a in get_args(annotation) if (found := _part_in(a))), None)
