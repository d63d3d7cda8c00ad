"""What a file must not say: judged on what is stored overlaid by the file, all faults in one pass."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import polars as pl
from numpy.typing import NDArray

from graph.dataset import Dataset
from graph.model import NODE_TYPES, RELATION_TYPES
from graph.profile import Profile
from loaders.assembling import Part, column_of
from loaders.building import Tables
from loaders.faults import BLOCK, faults
from loaders.sheets import ROW

Places = Sequence[Part]
_HIERARCHICAL = ("SUBORDINATE_TO", "PART_OF", "FEDERATES")


def check(
    parts: Sequence[Part], nodes: Tables, relations: Tables, stored: Dataset | None, profile: Profile
) -> list[pl.DataFrame]:
    """Every fault of the tables; an error each."""
    out: list[pl.DataFrame] = []
    for label, frame in nodes.items():
        out += _duplicates(frame, parts)
        out += _other_label(label, frame, stored, parts)
        out += _dates(frame, parts)
        out += _words(label, frame, profile, parts)
    for type_, frame in relations.items():
        out += _dates(frame, parts)
        out += _twice(type_, frame, parts)
        out += _self(type_, frame, parts)
        if RELATION_TYPES[type_].single:
            out += _second(type_, frame, parts)
        if type_ in _HIERARCHICAL:
            out += _cycles(type_, frame, stored, parts)
    return out


def _at(frame: pl.DataFrame, parts: Places, kind: str, name: str = "", key: str | None = None) -> pl.DataFrame:
    """The frame with `_column`: where that meaning stands on the sheet of each row, -1 if nowhere."""
    found = {p.mapped.index: column_of(p.mapped, kind, name, key) for p in parts}
    schema = {BLOCK: pl.Int32, "_column": pl.Int32}
    table = pl.DataFrame({BLOCK: list(found), "_column": list(found.values())}, schema=schema)
    return frame.join(table, on=BLOCK, how="left", maintain_order="left").with_columns(pl.col("_column").fill_null(-1))


def _duplicates(frame: pl.DataFrame, parts: Places) -> list[pl.DataFrame]:
    if frame["id"].n_unique() == frame.height:
        return []
    again = frame.with_columns(first=pl.col(ROW).first().over("id"), nth=pl.int_range(pl.len()).over("id"))
    again = again.filter(pl.col("nth") > 0)
    message = pl.format("与第 {} 行是同一个对象（标识、代码或上级与名称相同）", "first")
    where = _at(again, parts, "attribute", "name")
    return [faults(where, "id-duplicate", message, "请删去重复的行，或改正标识、代码、名称。", "_column")]


def _other_label(label: str, frame: pl.DataFrame, stored: Dataset | None, parts: Places) -> list[pl.DataFrame]:
    if stored is None:
        return []
    others = [f.select("id") for k, f in stored.nodes.items() if k != label]
    if not others:
        return []
    met = frame.join(pl.concat(others), on="id", how="semi")
    where = _at(met, parts, "attribute", "id")
    return [faults(where, "id-duplicate", "标识已被另一类对象使用", "请为它换一个标识。", "_column")]


def _dates(frame: pl.DataFrame, parts: Places) -> list[pl.DataFrame]:
    if not {"since", "until"} <= set(frame.columns):
        return []
    wrong = frame.filter(pl.col("until") < pl.col("since"))
    where = _at(wrong, parts, "attribute", "until")
    return [faults(where, "until-before-since", "终止日期早于起始日期", "请改正其中一个日期。", "_column")]


def _words(label: str, frame: pl.DataFrame, profile: Profile, parts: Places) -> list[pl.DataFrame]:
    """Kinds and tiers against the model and the profile."""
    tiers = {t.tier for line in profile.lines for t in line.tiers}
    lines = {line.id for line in profile.lines} | {line.name for line in profile.lines}
    asked: list[tuple[str, set[str], str]] = [("kind", kinds(label, profile), "类型")]
    if label == "Organization":
        asked += [("tier", tiers, "层级"), ("line", lines, "条线")]
    out = []
    for name, allowed, zh in asked:
        if name not in frame.columns or not allowed:
            continue
        wrong = frame.filter(pl.col(name).is_not_null() & ~pl.col(name).is_in(sorted(allowed)))
        where = _at(wrong, parts, "attribute", name)
        remedy = f"可用的{zh}：{'、'.join(sorted(allowed))}。"
        out.append(faults(where, f"{name}-unknown", f"治理方案“{profile.name}”中没有这种{zh}", remedy, "_column"))
    return out


def kinds(label: str, profile: Profile) -> set[str]:
    """The kinds a label may have: the model's and those of the profile; empty where any is allowed."""
    standard = set(NODE_TYPES[label].kinds)
    if not standard:
        return set()
    own: Mapping[str, set[str]] = {
        "Area": set(profile.area_kinds),
        "Organization": {k for line in profile.lines for t in line.tiers for k in t.kinds},
        "Unit": {k for p in (profile.pairing.kinds if profile.pairing else ()) for k in p.unit_kinds},
        "Alliance": {a.kind for a in profile.alliances},
        "Post": {p.kind for p in profile.posts},
        "Facility": {f.kind for f in profile.facilities},
    }
    return standard | own.get(label, set())


def _twice(type_: str, frame: pl.DataFrame, parts: Places) -> list[pl.DataFrame]:
    """The same relation on two rows of relation sheets (a column's row that repeats is a duplicate node)."""
    sheets = [p.mapped.index for p in parts if not p.mapped.form.is_node]
    frame = frame.filter(pl.col(BLOCK).is_in(sheets))
    key = RELATION_TYPES[type_].key
    ends = [c for c in ("from", "to", key, "since", "until") if c in frame.columns]
    if frame.n_unique(ends) == frame.height:
        return []
    again = frame.filter((pl.int_range(pl.len()) > 0).over(ends))
    message = f"“{RELATION_TYPES[type_].zh}”重复：两端、分类和起始日期都相同"
    return [faults(again, "relation-duplicate", message, "请删去重复的行。")]


def _self(type_: str, frame: pl.DataFrame, parts: Places) -> list[pl.DataFrame]:
    wrong = frame.filter(pl.col("from") == pl.col("to"))
    where = _at(wrong, parts, "single", type_)
    return [faults(where, "relation-to-itself", "指向了自己", "请改正所指的对象。", "_column")]


def _second(type_: str, frame: pl.DataFrame, parts: Places) -> list[pl.DataFrame]:
    """A second current target where the model allows one."""
    relation = RELATION_TYPES[type_]
    current = frame.filter(pl.col("until").is_null()) if "until" in frame.columns else frame
    source = ["from", *([relation.key] if relation.key and relation.key in frame.columns else [])]
    if current.n_unique(source) == current.height:
        return []
    second = current.filter(pl.col("to") != pl.col("to").first().over(source))
    where = _at(second, parts, "single", type_)
    code = "second-superior" if type_ == "SUBORDINATE_TO" else "second-target"
    zh = relation.columns[0][1]
    return [
        faults(where, code, f"“{zh}”只能有一个，此前已给出另一个", "请只保留一个现行的，其余写明终止日期。", "_column")
    ]


def _cycles(type_: str, frame: pl.DataFrame, stored: Dataset | None, parts: Places) -> list[pl.DataFrame]:
    relation = RELATION_TYPES[type_]
    current = frame.filter(pl.col("until").is_null()) if "until" in frame.columns else frame
    key = [relation.key] if relation.key else []
    held = stored.relation(type_).filter(pl.col("until").is_null()) if stored else None
    wanted = ["from", "to", *key, BLOCK, ROW]
    rows = current.select(c for c in wanted if c in current.columns)
    if held is not None and held.height:
        kept = held.join(rows, on=["from", *key], how="anti", nulls_equal=True)
        none = [pl.lit(-1, pl.Int32).alias(BLOCK), pl.lit(0, pl.UInt32).alias(ROW)]
        rows = pl.concat([rows, kept.select("from", "to", *key, *none)])
    rows = rows.filter(pl.col("from") != pl.col("to")).unique(["from", *key], keep="first", maintain_order=True)
    out = []
    for value, part in rows.group_by(key) if key else [(("",), rows)]:
        cyclic = part.filter(pl.Series(on_cycles(part["from"], part["to"]))).filter(pl.col(BLOCK) >= 0)
        where = _at(cyclic, parts, "single", type_, str(value[0] or "") if key else None)
        out.append(faults(where, "cycle", "上下级构成循环", "请改正循环中的一个上级。", "_column"))
    return out


def on_cycles(start: pl.Series, end: pl.Series) -> NDArray[np.bool_]:
    """Which edges lie on a cycle, where each start has one end: O(n log n) by doubling the pointers."""
    names = pl.concat([start, end]).unique()
    at = pl.DataFrame({"n": names}).with_row_index("i")
    table = pl.DataFrame({"s": start, "e": end}).join(at.rename({"n": "s", "i": "si"}), on="s", maintain_order="left")
    table = table.join(at.rename({"n": "e", "i": "ei"}), on="e", maintain_order="left")
    size = len(names)
    nothing = size
    up = np.full(size + 1, nothing, dtype=np.int64)
    up[table["si"].to_numpy()] = table["ei"].to_numpy()
    far = up.copy()
    for _ in range(max(size.bit_length(), 1) + 1):
        far = far[far]
    # After more steps than there are nodes, what has not run out stands on a cycle; all of a cycle is reached.
    standing = np.unique(far[far != nothing])
    cyclic = np.zeros(size + 1, dtype=bool)
    front = standing
    while front.size:
        cyclic[front] = True
        front = np.unique(up[front])
        front = front[(front != nothing) & ~cyclic[front]]
    out: NDArray[np.bool_] = cyclic[table["si"].to_numpy()]
    return out
