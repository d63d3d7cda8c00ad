"""Measuring and the table: medians of several runs, each figure beside its limit and what it is compared with."""

from __future__ import annotations

import platform
import statistics
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import psutil

T = TypeVar("T")


@dataclass(frozen=True)
class Figure:
    """One line of the table; times in milliseconds, None where it was not measured.

    Args:
        what: what was done.
        ours: median.
        limit: what it may take.
        plain, cypher: the same by plain NetworkX, and as one Cypher query.
        note: equality with them, 95th percentile, size.
        unit: of `ours` and `limit`.
    """

    what: str
    ours: float
    limit: float | None = None
    plain: float | None = None
    cypher: float | None = None
    note: str = ""
    unit: str = "ms"


def once(work: Callable[[], T]) -> tuple[float, T]:
    """Milliseconds and result of one run."""
    start = time.perf_counter()
    result = work()
    return (time.perf_counter() - start) * 1000, result


def median(work: Callable[[], Any], runs: int = 7) -> float:
    """Median milliseconds of several runs after one to warm up."""
    work()
    return statistics.median(once(work)[0] for _ in range(runs))


def percentile(values: Sequence[float], share: float) -> float:
    """The value below which a share of the values lies."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


def machine() -> str:
    """Processor, cores, memory, system and Python, in one line."""
    lines = Path("/proc/cpuinfo").read_text().splitlines() if Path("/proc/cpuinfo").exists() else []
    model = next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), "")
    memory = psutil.virtual_memory().total / 2**30
    load = ", ".join(f"{x:.1f}" for x in psutil.getloadavg())
    return (
        f"{model or platform.processor()}, {psutil.cpu_count()} cores, {memory:.0f} GB, {platform.system()} "
        f"{platform.release()}, Python {platform.python_version()}; load averages at the start: {load}"
    )


def table(figures: Iterable[Figure]) -> str:
    """The figures as a Markdown table; a figure above its limit is marked."""
    lines = [
        "| what | median | limit | plain NetworkX | ratio | Cypher | ratio | note |",
        "|---|---|---|---|---|---|---|---|",
    ]
    for f in figures:
        over = f.limit is not None and f.ours > f.limit
        ours = f"{_number(f.ours)} {f.unit}" + (" **above**" if over else "")
        limit = "" if f.limit is None else f"{_number(f.limit)} {f.unit}"
        lines.append(f"| {f.what} | {ours} | {limit} | {_beside(f, f.plain)} | {_beside(f, f.cypher)} | {f.note} |")
    return "\n".join(lines)


def _beside(figure: Figure, other: float | None) -> str:
    if other is None:
        return "|"
    return f"{_number(other)} {figure.unit} | {other / figure.ours:,.0f}×"


def _number(value: float) -> str:
    return f"{value:,.0f}" if value >= 100 else f"{value:,.1f}" if value >= 1 else f"{value:,.2g}"
