"""Hand-made graphs for the tests of the store, and a Store that loses its server after some transactions."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

import polars as pl

from graph.changes import Changes, difference
from graph.dataset import Dataset, dataset
from graph.errors import UnavailableError
from graph.store import bolt, read, write
from graph.store.bolt import Run, Store

T = TypeVar("T")
ON = "2024-05-01"
EMPTY = Dataset("d", {}, {})


def five(district: str = "d") -> Dataset:
    """Five nodes with every type of value, and their relations."""

    def i(local: str) -> str:
        return f"{district}.{local}"

    return dataset(
        district,
        {
            "Area": [
                {"id": i("s"), "name": "青龙街道", "kind": "街道", "order": 1, "since": "1995-08-01"},
                {
                    "id": i("c"),
                    "name": "东湖社区",
                    "short_name": "东湖",
                    "former_names": ["东门社区", "湖东居委会"],
                    "kind": "社区",
                    "code": "0211020010",
                    "households": 1200,
                    "source_file": "区域.xlsx",
                    "source_sheet": "区域",
                    "source_row": 3,
                },
            ],
            "Organization": [
                {"id": i("o"), "name": "东湖社区党委", "kind": "党委", "line": "社区", "members": 91, "generated": True}
            ],
            "Unit": [{"id": i("u"), "name": "“第一”医院<x>", "kind": "事业单位", "operating": False}],
            "Facility": [{"id": i("f"), "name": "党群服务中心", "floor_area": 412.5, "until": "2024-01-31"}],
        },
        {
            "PART_OF": [{"from": i("c"), "to": i("s"), "hierarchy": "行政"}],
            "COVERS": [
                {"from": i("o"), "to": i("c"), "mode": "单独", "since": "2020-01-01"},
                {"from": i("o"), "to": i("u"), "mode": "联合"},
            ],
            "PAIRED_WITH": [
                {"from": i("o"), "to": i("u"), "since": "2022-01-01", "items": ["义诊", "讲座"], "activities": 4}
            ],
            "SERVES": [{"from": i("f"), "to": i("c")}],
        },
    )


def many(n: int, district: str = "d", name: str = "楼") -> Dataset:
    """`n` buildings of one community, each with its part-of relation."""
    root = {"id": f"{district}.c", "name": "东湖社区", "kind": "社区", "order": 0}
    areas = [{"id": f"{district}.b{k}", "name": f"{name}{k}", "kind": "楼栋", "order": k} for k in range(n)]
    part = [{"from": a["id"], "to": root["id"], "hierarchy": "行政"} for a in areas]
    return dataset(district, {"Area": [root, *areas]}, {"PART_OF": part})


def rebuilt(n: int) -> Dataset:
    """`many(n)` changed in every way: renamed, moved under a new node, one added, one ended."""
    data = many(n, name="栋")
    areas = data.node("Area").with_columns(
        until=pl.when(pl.col("order") == n - 1).then(pl.lit("2024-04-30")).otherwise("until")
    )
    extra = dataset(
        "d",
        {"Area": [{"id": "d.new", "name": "西湖社区", "kind": "社区"}]},
        {"PART_OF": [{"from": f"d.b{k}", "to": "d.new", "hierarchy": "行政"} for k in range(n)]},
    )
    return Dataset("d", {"Area": pl.concat([areas, extra.node("Area")])}, dict(extra.relations))


def changes_to(store: Store, incoming: Dataset, on: str = ON) -> tuple[Changes, int]:
    """The difference of a file with what is stored, and the revision it was made with."""
    stored, revision = read.read_stored(store, incoming.district)
    return difference(stored, incoming, on=on), revision


def save(store: Store, incoming: Dataset, *, on: str = ON, small: int = write.SMALL) -> int:
    """Write a file's difference and return the revision."""
    changes, base = changes_to(store, incoming, on)
    return write.write(store, incoming.district, changes, author="测试", source="测试.xlsx", base=base, small=small)


class Cut(bolt.Store):
    """A second store on the same server that reaches it for a number of write transactions and then no more."""

    def __init__(self, whole: Store, writes: int) -> None:
        super().__init__(whole._driver, whole._database)
        self.left = writes

    def write(self, work: Callable[[Run], T], *, timeout: float = bolt.WRITE_SECONDS) -> T:
        """Run the transaction, or fail before it as a lost connection does."""
        if self.left <= 0:
            raise UnavailableError("连接中断。", "请检查网络。", code="store-unreachable")
        self.left -= 1
        return super().write(work, timeout=timeout)
