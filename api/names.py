"""From what a person types to a node: id, full name, short name or 上级/简称; and search by parts of names."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from graph.analysis.answer import Row
from graph.errors import AmbiguousError, NotFoundError
from graph.snapshot import Texts
from graph.view import View

CANDIDATES = 10
COLUMNS = ("id", "name", "short_name")


def superior(view: View, node: int) -> int:
    """The node above, that tells two of one name apart: superior organization, parent area, or the area it lies in."""
    label = view.snapshot.label(node)
    span = view.snapshot.span(label)
    if label == "Area":
        parent = int(view.area_parent("行政")[node - span.start])
        return parent + int(span.start) if parent >= 0 else -1
    if label == "Organization":
        parent = int(view.organizations().parent[node - span.start])
        if parent >= 0:
            return parent + int(span.start)
    home = int(view.home()[node])
    return home if home != node else -1


def search(view: View, text: str) -> list[int]:
    """Numbers of the nodes inside whose id, name or short name holds every word of `text`.

    Order: the whole name, then names that begin with it, then shorter names, then the official order of the data.
    """
    words = text.split()
    if not words:
        return []
    found: set[int] | None = None
    for word in words:
        rows = {r for c in COLUMNS for r in _rows_with(view.snapshot.texts(c), word).tolist()}
        found = rows if found is None else found & rows
    inside = [n for n in found or () if view.inside[n]]
    names = {n: view.name(n) for n in inside}
    return sorted(inside, key=lambda n: (names[n] != text, not names[n].startswith(words[0]), len(names[n]), n))


def resolve(view: View, text: str) -> str:
    """The id that a text names inside the view.

    Raises `AmbiguousError` that lists candidates with what lies above them, `NotFoundError` with similar names.
    """
    wanted = text.strip()
    if view.snapshot.find(wanted) is not None:
        return wanted
    above, _, last = wanted.replace("／", "/").rpartition("/")
    hits = [n for n in _named(view, last.strip()) if _lies_below(view, n, [p.strip() for p in above.split("/") if p])]
    full = [n for n in hits if view.name(n) == last.strip()]
    chosen = full if len(full) == 1 else hits
    if len(chosen) == 1:
        return view.id(chosen[0])
    if chosen:
        raise AmbiguousError(
            f"有{len(chosen)}个同名的节点。",
            "请改用标识，或写成 上级/简称，例如 " + "；".join(_said(view, n) for n in chosen[:3]) + "。",
            items=[_candidate(view, n) for n in chosen[:CANDIDATES]],
        )
    near = search(view, last.strip())[:CANDIDATES]
    raise NotFoundError(
        "没有这个名称或标识的节点。",
        f"相近的有：{'；'.join(_said(view, n) for n in near[:5])}。" if near else "请用 partygraph search 查找。",
        code="unknown-id",
        items=[_candidate(view, n) for n in near],
    )


def found_row(view: View, node: int) -> Row:
    """A row of the search: the ref of a node and of what lies above it."""
    return {"node": view.ref(node), "above": view.ref(superior(view, node))}


def _named(view: View, name: str) -> list[int]:
    rows = {r for c in ("name", "short_name") for r in _rows_equal(view.snapshot.texts(c), name).tolist()}
    return sorted(n for n in rows if view.inside[n])


def _lies_below(view: View, node: int, above: Iterable[str]) -> bool:
    """Whether the names of `above` (outermost first) are met in this order on the way up."""
    for wanted in reversed(list(above)):
        node = superior(view, node)
        while node >= 0 and wanted not in (view.name(node), view.snapshot.texts("short_name")[node]):
            node = superior(view, node)
        if node < 0:
            return False
    return True


def _candidate(view: View, node: int) -> dict[str, Any]:
    return {"code": "candidate", "detail": _said(view, node), "remedy": f"用标识 {view.id(node)}。"}


def _said(view: View, node: int) -> str:
    up = superior(view, node)
    return (f"{view.name(up)}/" if up >= 0 else "") + f"{view.name(node)}（{view.id(node)}）"


def _rows_with(texts: Texts, word: str) -> NDArray[Any]:
    """Rows whose text holds the word, found in the mapped bytes without decoding a row."""
    needle = word.encode()
    if not needle:
        return np.zeros(0, np.int64)
    starts = np.array([m.start() for m in re.finditer(re.escape(needle), texts.blob.data)], np.int64)
    rows = np.searchsorted(texts.offsets, starts, side="right") - 1
    return np.unique(rows[starts + len(needle) <= texts.offsets[rows + 1]])


def _rows_equal(texts: Texts, word: str) -> NDArray[Any]:
    rows = _rows_with(texts, word)
    return np.asarray(rows[texts.offsets[rows + 1] - texts.offsets[rows] == len(word.encode())])
