"""Files for tests, built by code: workbooks with merged cells, CSV in any encoding, and how a Reading is asked."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import xlsxwriter

from graph.dataset import Dataset
from graph.profile import load_profile
from loaders.load import Reading, read

PROFILE = load_profile("fuxing")
Rows = Sequence[Sequence[Any]]
AREAS: Rows = (
    ("名称", "类型", "上级区域"),
    ("复兴区", "区县", None),
    ("胜利桥街道", "街道", "复兴区"),
    ("东风社区", "社区", "胜利桥街道"),
)


def workbook(path: Path, sheets: Mapping[str, Rows], merged: Iterable[tuple[int, int, int, int]] = ()) -> Path:
    """A workbook; `merged` ranges (first row, first column, last row, last column) apply to its first sheet."""
    with xlsxwriter.Workbook(str(path)) as book:
        for number, (name, rows) in enumerate(sheets.items()):
            sheet = book.add_worksheet(name)
            for r, row in enumerate(rows):
                for c, value in enumerate(row):
                    if value is not None:
                        write = sheet.write_string if isinstance(value, str) else sheet.write
                        write(r, c, value)
            for first_row, first, last_row, last in merged if number == 0 else ():
                text = rows[first_row][first]
                sheet.merge_range(first_row, first, last_row, last, text)
    return path


def text(path: Path, rows: Rows, encoding: str = "utf-8") -> Path:
    """A CSV file."""
    lines = [",".join("" if v is None else f'"{v}"' if "," in str(v) else str(v) for v in row) for row in rows]
    path.write_bytes("\n".join(lines).encode(encoding))
    return path


def reading(*paths: Path, stored: Dataset | None = None, **options: Any) -> Reading:
    """Read files as Fuxing."""
    return read(list(paths), "fuxing", PROFILE, stored, **options)


def clean(*paths: Path, stored: Dataset | None = None, **options: Any) -> Dataset:
    """The Dataset of files without errors."""
    answer = reading(*paths, stored=stored, **options)
    assert answer.errors == ()
    assert answer.dataset is not None
    return answer.dataset


def codes(answer: Reading) -> list[tuple[str, int | None, str | None]]:
    """Code, row and column of each error."""
    return [(e["code"], e["row"], e["column"]) for e in answer.errors]


def names(data: Dataset, label: str) -> list[str]:
    """Names of a label in order."""
    return data.nodes[label]["name"].to_list() if label in data.nodes else []


def links(data: Dataset, type_: str) -> list[tuple[str, str]]:
    """Names of both ends of every relation of a type, in order."""
    called = {i: n for f in data.nodes.values() for i, n in f.select("id", "name").iter_rows()}
    rows = data.relations[type_].select("from", "to").iter_rows() if type_ in data.relations else ()
    return [(called.get(a, a), called.get(b, b)) for a, b in rows]
