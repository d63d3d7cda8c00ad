"""The examples in `docs/questions`: each page's question asked of a published district, without a store.

`python -m api.examples docs/questions` writes the part of every page between the two markers anew.
"""

from __future__ import annotations

import datetime as dt
import re
import sys
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path

from api.parameters import parse
from api.questions import question
from graph.profile import load_profile
from graph.snapshot import build
from graph.view import View, view
from loaders import districts

DAY = dt.date(2026, 1, 1)
ROWS = 4
PART = re.compile(r"<!-- example: (.*?) -->.*?<!-- end -->", re.S)


@lru_cache(maxsize=2)
def published_view(district: str) -> View:
    """The whole of a published district on the examples' day."""
    return view(build(districts.build(district), 1), load_profile(district), DAY)


def example(asked: str) -> str:
    """Markdown of one question: `DISTRICT QUESTION [NAME=VALUE]…` → the command, the first rows, the totals."""
    district, name, *given = asked.split()
    values: dict[str, list[str]] = {}
    for pair in given:
        key, value = pair.split("=", 1)
        values.setdefault(key, []).append(value)
    whole, found = published_view(district), question(name)
    answer = found.ask(whole, whole, parse(found.parameters, values))
    rows = [[_cell(column.value(row)) for column in found.columns] for row in answer.rows[:ROWS]]
    heads = [column.zh for column in found.columns]
    table = [f"| {' | '.join(line)} |" for line in (heads, ["---"] * len(heads), *rows)]
    more = len(answer.rows) - len(rows)
    tail = [f"还有{more}条。"] if more > 0 else []
    said = [f"{len(answer.rows)} rows; {answer.generated} made-up nodes stand behind this answer."]
    notices = [f"> {n['text']}" for n in _notices(answer.totals)]
    return "\n\n".join(["\n".join(table), *tail, *notices, *said])


def _notices(totals: Mapping[str, object]) -> list[dict[str, str]]:
    found = totals.get("notices", [])
    return found if isinstance(found, list) else []


def _cell(value: object) -> str:
    return "" if value is None else str(value).replace("|", "\\|").replace("\n", " ")


def with_examples(page: str) -> str:
    """A page with its examples written anew."""
    return PART.sub(lambda m: f"<!-- example: {m[1]} -->\n\n{example(m[1])}\n\n<!-- end -->", page)


def main(folder: Path) -> None:
    """Rewrite all pages of a folder, district by district."""
    for path in sorted(folder.glob("*.md")):
        path.write_text(with_examples(path.read_text("utf-8")), "utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
