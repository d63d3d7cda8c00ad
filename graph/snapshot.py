"""The Snapshot: one revision of one district as flat arrays that can be memory-mapped; no names of holders inside.

Nodes are sorted by label (the model's order), then id, so that a label is a contiguous range and a node is an int.
Null is `NULL_INT` (-1) for counts, `DAY_MIN` for dates (`DAY_MAX` for `until`), NaN for numbers, code 0 ("") for words.
Dates are int32 days since 1970-01-01.
"""

from __future__ import annotations

import datetime as dt
import itertools
import json
import os
import struct
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from graph.dataset import Dataset
from graph.errors import NotFoundError, UnavailableError
from graph.model import NODES, RELATIONS, Attribute, node_attributes, relation_attributes

NULL_INT = -1
DAY_MIN = np.iinfo(np.int32).min
DAY_MAX = np.iinfo(np.int32).max
LABELS = tuple(n.label for n in NODES)
_MAGIC = b"PGSNAP01"
_EPOCH = dt.date(1970, 1, 1)
Array = NDArray[Any]


def day(date: dt.date) -> int:
    """Days since 1970-01-01."""
    return (date - _EPOCH).days


def date_text(days: int) -> str | None:
    """ISO text of a day, None for the nulls."""
    return None if days in (DAY_MIN, DAY_MAX) else (_EPOCH + dt.timedelta(days=int(days))).isoformat()


@dataclass(frozen=True)
class Texts:
    """A column of text as one UTF-8 blob and n+1 offsets."""

    blob: Array
    offsets: Array

    def __len__(self) -> int:
        return len(self.offsets) - 1

    def __getitem__(self, i: int) -> str:
        return bytes(self.blob[self.offsets[i] : self.offsets[i + 1]]).decode()

    def raw(self, i: int) -> bytes:
        """The UTF-8 bytes of row i."""
        return bytes(self.blob[self.offsets[i] : self.offsets[i + 1]])

    def __iter__(self) -> Iterator[str]:
        blob = self.blob.tobytes()
        bounds = self.offsets.tolist()
        return (blob[a:b].decode() for a, b in itertools.pairwise(bounds))


class _Key:
    """Bisect adapter: compares the id of a row without decoding the column."""

    def __init__(self, texts: Texts) -> None:
        self.texts = texts

    def __len__(self) -> int:
        return len(self.texts)

    def __getitem__(self, i: int) -> bytes:
        return self.texts.raw(i)


@dataclass(frozen=True)
class Snapshot:
    """One revision of one district.

    Args:
        district: its id.
        revision: the revision it was built from.
        arrays: name → array. Nodes: `id`, `name`, `short_name` (blob and offsets), `since`, `until`, `generated`,
            `order` over all n nodes; `n.<Label>.<attribute>` over a label's range. Relations: `r.<TYPE>.from`, `.to`,
            `.since`, `.until`, `.generated`, `.<attribute>`. Words: `w.<…>` hold the vocabulary of coded columns.
        bounds: the len(LABELS)+1 first node numbers of the labels' ranges.
    """

    district: str
    revision: int
    bounds: tuple[int, ...]
    arrays: Mapping[str, Array]

    @property
    def n(self) -> int:
        """Number of nodes, ended ones included."""
        return self.bounds[-1]

    def span(self, label: str) -> slice:
        """The range of node numbers of a label."""
        i = LABELS.index(label)
        return slice(self.bounds[i], self.bounds[i + 1])

    def label(self, node: int) -> str:
        """The label of a node."""
        return LABELS[bisect_right(self.bounds, node) - 1]

    def texts(self, name: str) -> Texts:
        """A text column: `id`, `name`, `short_name` or a vocabulary."""
        return Texts(self.arrays[f"{name}.blob"], self.arrays[f"{name}.offsets"])

    @cached_property
    def ids(self) -> Texts:
        """The ids of all nodes."""
        return self.texts("id")

    @cached_property
    def names(self) -> Texts:
        """The full names of all nodes."""
        return self.texts("name")

    def column(self, label: str, attribute: str) -> Array:
        """A narrow attribute over a label's range (codes for words)."""
        return self.arrays[f"n.{label}.{attribute}"]

    def words(self, label: str, attribute: str) -> tuple[str, ...]:
        """Vocabulary of a coded attribute; code 0 is ""."""
        return self._vocabulary(f"w.n.{label}.{attribute}")

    def edge_column(self, type_: str, attribute: str) -> Array:
        """A column of a relation type: `from`, `to`, `since`, `until`, `generated` or a narrow attribute."""
        return self.arrays[f"r.{type_}.{attribute}"]

    def edge_words(self, type_: str, attribute: str) -> tuple[str, ...]:
        """Vocabulary of a coded relation attribute; code 0 is ""."""
        return self._vocabulary(f"w.r.{type_}.{attribute}")

    def _vocabulary(self, name: str) -> tuple[str, ...]:
        if name not in self._vocabularies:
            self._vocabularies[name] = tuple(self.texts(name))
        return self._vocabularies[name]

    @cached_property
    def _vocabularies(self) -> dict[str, tuple[str, ...]]:
        return {}

    def find(self, id_: str) -> int | None:
        """Node number of an id, None if there is none."""
        wanted, keys = id_.encode(), _Key(self.ids)
        for lo, hi in itertools.pairwise(self.bounds):
            i = bisect_left(keys, wanted, lo, hi)
            if i < hi and keys[i] == wanted:
                return i
        return None

    def index(self, id_: str) -> int:
        """Node number of an id; `NotFoundError` if there is none."""
        found = self.find(id_)
        if found is None:
            raise NotFoundError("没有这个标识的节点。", "请用 partygraph search 查找名称或标识。", code="unknown-id")
        return found

    def value(self, node: int, attribute: str) -> Any:
        """One narrow attribute of a node as Python value: text, int, float, ISO date, bool or None."""
        label = self.label(node)
        if attribute in ("since", "until"):
            return date_text(self.arrays[attribute][node])
        if attribute == "generated":
            return bool(self.arrays["generated"][node])
        spec = _specs(label)[attribute]
        cell = self.column(label, attribute)[node - self.span(label).start]
        return _value(spec, cell, self.words(label, attribute) if spec.type in ("text", "code") else ())

    def edge_value(self, type_: str, row: int, attribute: str) -> Any:
        """One narrow attribute of a relation (by its row in the type's columns) as Python value, like `value`."""
        spec = _specs(type_)[attribute]
        words = self.edge_words(type_, attribute) if spec.type in ("text", "code") else ()
        return _value(spec, self.edge_column(type_, attribute)[row], words)


@cache
def _specs(table: str) -> Mapping[str, Attribute]:
    """The attributes of a label or relation type by name."""
    return {a.name: a for a in (node_attributes if table in LABELS else relation_attributes)(table)}


def _value(spec: Attribute, cell: Any, words: tuple[str, ...]) -> Any:
    if spec.type in ("text", "code"):
        return words[int(cell)] or None
    if spec.type == "date":
        return date_text(int(cell))
    if spec.type == "bool":
        return None if cell < 0 else bool(cell)
    if spec.type == "number":
        return None if np.isnan(cell) else float(cell)
    return None if cell == NULL_INT else int(cell)


def _texts(series: pl.Series) -> tuple[Array, Array]:
    values = series.fill_null("")
    lengths = values.str.len_bytes().to_numpy().astype(np.int64)
    offsets = np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64)
    blob = values.str.join("").item() if len(values) else ""
    return np.frombuffer(blob.encode(), np.uint8), offsets


def _days(series: pl.Series, null: int) -> Array:
    return series.str.to_date("%Y-%m-%d", strict=False).cast(pl.Int32).fill_null(null).to_numpy().astype(np.int32)


def _put(arrays: dict[str, Array], name: str, spec: Attribute, series: pl.Series) -> None:
    """Store one narrow column (and the vocabulary of words)."""
    if spec.type in ("text", "code"):
        words = pl.concat([pl.Series([""], dtype=pl.String), series.fill_null("").unique().sort()]).unique(
            maintain_order=True
        )
        codes = series.fill_null("").replace_strict(words, pl.Series(range(len(words)), dtype=pl.Int32))
        small = np.uint8 if len(words) < 256 else np.int32
        arrays[name] = codes.to_numpy().astype(small)
        arrays[f"w.{name}.blob"], arrays[f"w.{name}.offsets"] = _texts(words)
    elif spec.type == "date":
        arrays[name] = _days(series, DAY_MAX if spec.name == "until" else DAY_MIN)
    elif spec.type == "bool":
        arrays[name] = series.cast(pl.Int8).fill_null(-1).to_numpy().astype(np.int8)
    elif spec.type == "number":
        arrays[name] = series.cast(pl.Float64).fill_null(float("nan")).to_numpy()
    else:
        arrays[name] = series.cast(pl.Int64).fill_null(NULL_INT).to_numpy()


_GLOBAL = ("id", "name", "short_name", "since", "until", "generated", "order")


def build(data: Dataset, revision: int) -> Snapshot:
    """A Snapshot from a Dataset that holds at least the narrow columns (the store's narrow read, or a full one)."""
    arrays: dict[str, Array] = {}
    frames = [data.node(label).sort("id") for label in LABELS]
    bounds = tuple(np.concatenate([[0], np.cumsum([f.height for f in frames])]).tolist())
    head = pl.concat([f.select(_GLOBAL) for f in frames])
    for name in ("id", "name", "short_name"):
        arrays[f"{name}.blob"], arrays[f"{name}.offsets"] = _texts(head[name])
    arrays["since"], arrays["until"] = _days(head["since"], DAY_MIN), _days(head["until"], DAY_MAX)
    arrays["generated"] = head["generated"].to_numpy().astype(np.bool_)
    arrays["order"] = head["order"].cast(pl.Int64).fill_null(NULL_INT).to_numpy()
    for label, frame in zip(LABELS, frames, strict=True):
        for spec in node_attributes(label):
            if spec.narrow and spec.name not in _GLOBAL:
                _put(arrays, f"n.{label}.{spec.name}", spec, frame[spec.name])
    numbers = _ends(data, head["id"])
    for relation in RELATIONS:
        frame = data.relation(relation.type)
        arrays[f"r.{relation.type}.from"], arrays[f"r.{relation.type}.to"] = numbers[relation.type]
        for spec in relation_attributes(relation.type):
            if spec.narrow:
                _put(arrays, f"r.{relation.type}.{spec.name}", spec, frame[spec.name])
    return Snapshot(data.district, revision, bounds, arrays)


def _ends(data: Dataset, ids: pl.Series) -> dict[str, tuple[Array, Array]]:
    """Node numbers of both ends of every relation by type; found in one join, for each makes a table of all ids."""
    frames = {r.type: data.relation(r.type) for r in RELATIONS}
    ends = pl.concat([f[end].alias("id") for f in frames.values() for end in ("from", "to")])
    number = pl.DataFrame({"id": ids, "i": np.arange(len(ids), dtype=np.int32)})
    found = ends.to_frame().join(number, on="id", how="left", maintain_order="left")["i"]
    place, out = 0, {}
    for relation in RELATIONS:
        height = frames[relation.type].height
        source, target = found.slice(place, height), found.slice(place + height, height)
        if source.null_count() or target.null_count():
            raise NotFoundError(
                f"关系“{relation.zh}”有一端不在数据中。",
                "请运行 partygraph store check 检查存储。",
                code="dangling-end",
            )
        out[relation.type] = source.to_numpy(), target.to_numpy()
        place += 2 * height
    return out


def save(snapshot: Snapshot, path: Path) -> None:
    """Write a Snapshot to one file, complete or not at all (temporary name, then rename)."""
    head: dict[str, Any] = {"district": snapshot.district, "revision": snapshot.revision, "bounds": snapshot.bounds}
    places: dict[str, tuple[str, int, int]] = {}
    offset = 0
    for name, array in snapshot.arrays.items():
        places[name] = (array.dtype.str, offset, len(array))
        offset += -(-array.nbytes // 64) * 64
    raw = json.dumps(head | {"arrays": places}).encode()
    start = -(-(len(_MAGIC) + 8 + len(raw)) // 64) * 64
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        with temporary.open("wb") as f:
            f.write(_MAGIC + struct.pack("<Q", len(raw)) + raw)
            for name, array in snapshot.arrays.items():
                f.seek(start + places[name][1])
                f.write(np.ascontiguousarray(array).tobytes())
            f.truncate(max(f.tell(), start + offset))
        temporary.replace(path)
    except OSError as e:
        temporary.unlink(missing_ok=True)
        raise UnavailableError(f"快照写不进数据目录：{e.strerror}。", "请检查 DATA_DIR 的磁盘空间和权限。") from None


def load(path: Path) -> Snapshot:
    """Map a Snapshot file: no array is read before it is used. `UnavailableError` if it is not one of ours."""
    with path.open("rb") as f:
        magic = f.read(len(_MAGIC))
        if magic != _MAGIC:
            raise UnavailableError("快照文件已损坏或版本不符。", "请删除 DATA_DIR 下的 snapshots 目录后重试。")
        (length,) = struct.unpack("<Q", f.read(8))
        head = json.loads(f.read(length))
    start = -(-(len(_MAGIC) + 8 + length) // 64) * 64
    whole = np.memmap(path, np.uint8, "r")
    arrays = {
        name: whole[start + offset : start + offset + count * np.dtype(kind).itemsize].view(kind)
        for name, (kind, offset, count) in head["arrays"].items()
    }
    return Snapshot(head["district"], head["revision"], tuple(head["bounds"]), arrays)
