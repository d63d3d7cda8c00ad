"""One picture of each kind of chart for the documents: `python -m api.gallery [FOLDER]` writes `docs/gallery`.

It stands in `api` because it needs both the published districts (loaders) and the charts (visual).
"""

from __future__ import annotations

import datetime as dt
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import polars as pl

from graph.dataset import Dataset
from graph.profile import load_profile
from graph.snapshot import build as build_snapshot
from graph.view import View, view
from loaders.districts import build
from visual.charts import chart
from visual.charts.naming import Options
from visual.figure import Drawing
from visual.render import render

FOLDER = Path(__file__).parents[1] / "docs" / "gallery"
DAY, BEFORE = dt.date(2026, 1, 5), dt.date(2025, 1, 1)
DPI = 96.0  # of the PNG that README shows: enough to read, small enough to keep


@dataclass(frozen=True)
class Picture:
    """A picture of the gallery: the kind, whose district, and what is asked of it beside the paper."""

    kind: str
    district: str = "fuxing"
    changed: bool = False
    asked: dict[str, Any] = field(default_factory=dict)


PICTURES = (
    Picture("organization"),
    Picture("grid", "sishui", asked={"area": "sishui.370831001000"}),
    Picture("coverage"),
    Picture("pairing", asked={"area": "fuxing.130404001000"}),
    Picture("alliance", "gulou", asked={"area": "gulou.350102001000"}),
    Picture("path", "gulou", asked={"start": "gulou.u-j-01", "goal": "gulou.o-350102001002", "paper": "A4"}),
    Picture("weak-points", "gulou", asked={"area": "gulou.350102001000", "depth": 1}),
    Picture("change", changed=True, asked={"before": BEFORE, "paper": "A4"}),
    Picture("chain"),
    Picture("community", asked={"area": "fuxing.130404001008"}),
)


def dated(frame: pl.DataFrame, column: str, start: int, count: int, day: str) -> pl.DataFrame:
    """The frame with a day written into `count` rows from `start` on."""
    at = pl.int_range(pl.len())
    inside = (at >= start) & (at < start + count)
    return frame.with_columns(pl.when(inside).then(pl.lit(day)).otherwise(pl.col(column)).alias(column))


def with_a_year(data: Dataset) -> Dataset:
    """A published district (which has no history) with made-up changes of 2025: organizations and ties that began or
    ended."""
    nodes, relations = dict(data.nodes), dict(data.relations)
    founded = dated(nodes["Organization"], "since", 20, 4, "2025-08-01")
    nodes["Organization"] = dated(founded, "until", 30, 2, "2025-05-01")
    for type_ in {"PAIRED_WITH", "MEMBER_OF"} & set(relations):
        ended = dated(relations[type_], "until", 0, 3, "2025-06-30")
        relations[type_] = dated(ended, "since", 3, 3, "2025-07-01")
    return Dataset(data.district, nodes, relations)


@cache
def seen(district: str, changed: bool) -> View:
    """The whole view of a published district on the gallery's day, as it is or with a year's changes."""
    data = build(district)
    return view(build_snapshot(with_a_year(data) if changed else data, 1), load_profile(district), DAY)


def drawings() -> Iterator[tuple[str, Drawing]]:
    """Every picture's kind and drawing."""
    for picture in PICTURES:
        options = Options(**{"paper": "A3", **picture.asked})
        yield picture.kind, chart(picture.kind, seen(picture.district, picture.changed), options)


def main(folder: Path) -> None:
    """Write the first page of each picture as SVG, and the organization chart as PNG too."""
    folder.mkdir(parents=True, exist_ok=True)
    for kind, drawing in drawings():
        (folder / f"{kind}.svg").write_bytes(render(drawing, "svg", page=1)[0])
        if kind == "organization":
            (folder / f"{kind}.png").write_bytes(render(drawing, "png", page=1, dpi=DPI)[0])


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else FOLDER)
