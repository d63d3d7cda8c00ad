"""Tables of a copy under change: the rows in force, ending and adding rows, values of a new node from text."""

from __future__ import annotations

import datetime as dt
import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from types import MappingProxyType
from typing import Any

import polars as pl

from graph.dataset import ID_LENGTH, ID_PATTERN, Dataset, node_table, relation_table
from graph.declaration import Attribute
from graph.model import NODE_TYPES, node_attributes

_STRUCTURAL = frozenset({"op", "label", "under", "at", "since", "hierarchy", "id", "name"})
_NOT_PLANNED = frozenset({"until", "source_file", "source_sheet", "source_row", "generated"})


def current(data: Dataset, name: str, day: str) -> pl.DataFrame:
    """The rows of a table in force on a day or later."""
    frame = data.node(name) if name in NODE_TYPES else data.relation(name)
    return frame.filter(pl.col("until").is_null() | (pl.col("until") >= day))


def end_rows(data: Dataset, name: str, rows: pl.DataFrame, since: str) -> Dataset:
    """End rows on the day before `since`; those that would begin only then or later never were."""
    if not rows.height:
        return data
    frame = data.node(name) if name in NODE_TYPES else data.relation(name)
    last = (dt.date.fromisoformat(since) - dt.timedelta(days=1)).isoformat()
    hit = pl.col("id").is_in(rows["id"].to_list())
    ended = frame.with_columns(until=pl.when(hit).then(pl.lit(last)).otherwise("until"))
    never = hit & pl.col("since").is_not_null() & (pl.col("since") > last)
    # A node that never was is kept as ended too: other rows may still name it.
    return with_table(data, name, ended if name in NODE_TYPES else ended.filter(~never))


def extended(data: Dataset, name: str, rows: Sequence[Mapping[str, Any]]) -> Dataset:
    """A table with further rows."""
    if not rows:
        return data
    node = name in NODE_TYPES
    frame = data.node(name) if node else data.relation(name)
    return with_table(data, name, pl.concat([frame, (node_table if node else relation_table)(name, rows)]))


def with_table(data: Dataset, name: str, frame: pl.DataFrame) -> Dataset:
    """The Dataset with one table in the place of the old one."""
    if name in NODE_TYPES:
        return replace(data, nodes=MappingProxyType({**data.nodes, name: frame}))
    return replace(data, relations=MappingProxyType({**data.relations, name: frame}))


def new_id(district: str, op: Mapping[str, Any], added: int) -> str | None:
    """The id that a new node is given: its own, else one by its place in the plan; None for one of a wrong form."""
    given = str(op.get("id") or "").strip() or f"{district}.plan-{added + 1}"
    fits = ID_PATTERN.fullmatch(given) and len(given) <= ID_LENGTH and given.startswith(f"{district}.")
    return given if fits else None


def attributes_of(label: str, op: Mapping[str, Any]) -> tuple[dict[str, Any], tuple[str, str, str] | None]:
    """The attributes of a new node, or the key that is wrong, why, and what to do."""
    known = {a.name: a for a in node_attributes(label) if a.name not in _NOT_PLANNED and not a.personal}
    values: dict[str, Any] = {}
    for key, raw in op.items():
        if key in _STRUCTURAL or raw in (None, ""):
            continue
        if key not in known:
            listed = "、".join(k for k in known if k not in _STRUCTURAL)
            return {}, (key, f"的 {key[:40]} 不是{NODE_TYPES[label].zh}的属性。", f"可用：{listed}。")
        value = _value(known[key], raw)
        if value is None:
            allowed = "、".join(known[key].values) or _EXPECTED[known[key].type]
            return {}, (key, f"的 {key} 不合要求。", f"应为：{allowed}。")
        values[key] = value
    return values, None


_EXPECTED = {
    "text": "文字",
    "code": "文字",
    "int": "不小于0的整数",
    "number": "不小于0的数字",
    "date": "如 2026-01-31 的日期",
    "bool": "true 或 false",
    "texts": "文字的列表",
}


def _value(spec: Attribute, raw: Any) -> Any:
    """The value of an attribute from JSON or a cell's text, None where it does not fit."""
    text = str(raw).strip()
    if spec.type == "bool":
        return {"true": True, "是": True, "1": True, "false": False, "否": False, "0": False}.get(text.lower())
    if spec.type == "int":
        return int(text) if re.fullmatch(r"[0-9]{1,12}", text, re.ASCII) else None
    if spec.type == "number":
        try:
            number = float(text)
        except ValueError:
            return None
        return number if math.isfinite(number) and number >= 0 else None
    if spec.type == "texts":
        return [str(t) for t in raw] if isinstance(raw, list | tuple) else [text]
    if spec.type == "date":
        try:
            return dt.date.fromisoformat(text).isoformat()
        except ValueError:
            return None
    return text if not spec.values or text in spec.values else None
