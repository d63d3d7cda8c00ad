"""空缺与兼任: vacant posts, posts that one person holds together, areas without the head they must have."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from graph.analysis.answer import Answer, Row, answer
from graph.analysis.asked import asked_nodes, notice
from graph.analysis.evidence import of_kind
from graph.analysis.tiers import of_tiers
from graph.profile import PostRule
from graph.view import View

Array = NDArray[Any]


def vacancies(view: View, area: str | None = None) -> Answer:
    """Rows `{"fault", "node", "area", "post", "kind", "posts"}` in the official order.

    vacant: `post` is declared 空缺; without_post: the profile asks for a post of `kind` at `node` and there is none;
    together: one person (by holder_key, no name is shown) holds `posts`; without_facility: likewise for facilities.
    """
    rows = [*_vacant(view, area), *_without(view, area), *_together(view, area)]
    count = {
        fault: sum(r["fault"] == fault for r in rows)
        for fault in ("vacant", "without_post", "together", "without_facility")
    }
    posts = asked_nodes(view, "Post", area)
    by_kind: dict[str, int] = {}
    for row in rows:
        if row["fault"] == "vacant":
            by_kind[row["kind"]] = by_kind.get(row["kind"], 0) + 1
    missing = []
    if not len(posts):
        missing.append(notice("no-posts", "所查范围内没有岗位数据，空缺和兼任无从判断。"))
    elif not (view.values("Post", "holder_key")[posts - view.snapshot.span("Post").start] > 0).any():
        missing.append(notice("no-holder-key", "岗位没有任职人识别码，兼任无法判断。"))
    totals = {"posts": len(posts), "faults": count, "vacant_by_kind": by_kind, "notices": missing}
    return answer(view, rows, totals, posts)


def _row(view: View, fault: str, node: int, post: int, kind: str, posts: list[int]) -> Row:
    return {
        "fault": fault,
        "node": view.ref(node),
        "area": view.ref(int(view.home()[node if node >= 0 else post])),
        "post": view.ref(post),
        "kind": kind,
        "posts": [view.ref(p) for p in posts],
    }


def _owner(view: View) -> Array:
    """What each post is a post of (indexed by node number, -1: nothing)."""
    owner = np.full(view.snapshot.n, -1, np.int64)
    edges = view.edges("OF")
    owner[edges.source] = edges.target
    return owner


def _vacant(view: View, area: str | None) -> Iterator[Row]:
    posts = asked_nodes(view, "Post", area)
    owner = _owner(view)
    empty = view.coded("Post", "status", ("空缺",))[posts - view.snapshot.span("Post").start]
    for post in posts[empty].tolist():
        yield _row(view, "vacant", int(owner[post]), post, view.kind(post), [])


def _without(view: View, area: str | None) -> Iterator[Row]:
    edges = view.edges("OF")
    for rule in view.profile.posts:
        if rule.required:
            known = set(edges.target[of_kind(view, "Post", edges.source, (rule.kind,))].tolist())
            for node in _asked_of(view, rule, area):
                if node not in known:
                    yield _row(view, "without_post", node, -1, rule.kind, [])
    serves = view.edges("SERVES")
    areas = asked_nodes(view, "Area", area)
    for place in view.profile.facilities:
        if place.required and place.area_kinds:
            has = serves.target[of_kind(view, "Facility", serves.source, (place.kind,))]
            fits = view.coded("Area", "kind", place.area_kinds)[areas - view.snapshot.span("Area").start]
            for node in areas[fits & ~np.isin(areas, has)].tolist():
                yield _row(view, "without_facility", node, -1, place.kind, [])


def _asked_of(view: View, rule: PostRule, area: str | None) -> list[int]:
    """Areas and organizations that must have a post by a rule of the profile."""
    out: list[int] = []
    if rule.area_kinds:
        areas = asked_nodes(view, "Area", area)
        at = areas - view.snapshot.span("Area").start
        fits = view.coded("Area", "kind", rule.area_kinds)[at] & view.coded("Area", "grade", rule.grades)[at]
        out += areas[fits].tolist()
    if rule.tiers:
        organizations = asked_nodes(view, "Organization", area)
        at = organizations - view.snapshot.span("Organization").start
        out += organizations[of_tiers(view, rule.tiers)[at]].tolist()
    return out


def _together(view: View, area: str | None) -> Iterator[Row]:
    """One row for each person with several posts of which at least one lies in the asked area."""
    posts = view.nodes("Post")
    keys = view.values("Post", "holder_key")[posts - view.snapshot.span("Post").start]
    vacant = view.coded("Post", "status", ("空缺",))[posts - view.snapshot.span("Post").start]
    posts, keys = posts[(keys > 0) & ~vacant], keys[(keys > 0) & ~vacant]
    asked = set(asked_nodes(view, "Post", area).tolist())
    owner = _owner(view)
    order = np.argsort(keys, kind="stable")
    posts, keys = posts[order], keys[order]
    _, first, count = np.unique(keys, return_index=True, return_counts=True)
    for i in np.flatnonzero(count > 1).tolist():
        mine = posts[first[i] : first[i] + count[i]].tolist()
        if asked.intersection(mine):
            yield _row(view, "together", int(owner[mine[0]]), mine[0], view.kind(mine[0]), mine)
