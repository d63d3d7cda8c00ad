"""下沉、包联、驻村: who has been sent to which area, with how many people, and which area has nobody."""

from __future__ import annotations

from collections import Counter
from typing import Any

import numpy as np
from numpy.typing import NDArray

from graph.analysis.answer import Answer, Row, answer
from graph.analysis.asked import asked_nodes, notice
from graph.analysis.evidence import vacant
from graph.snapshot import NULL_INT
from graph.view import View

Array = NDArray[Any]
AMOUNTS = ("people", "households", "shops")
_NONE = "数据中没有{mode}记录，无法判断。"


def assignments(view: View, area: str | None = None, mode: str | None = None) -> Answer:
    """Rows `{"area", "state": "assigned|nobody", "assigned", "people", "households", "shops", "generated"}`.

    Asked are all areas of the kinds and grades that somebody is assigned to anywhere in the district, by `mode` if
    one is given: where 一级网格 have people and 单元网格 have not, these are not asked. `assigned` are
    `{"node", "mode"}`; a vacant post is nobody. An amount nobody gives is null. Totals are over the rows.
    """
    edges = view.edges("ASSIGNED_TO")
    known = view.edge_coded(edges, "mode", (mode,) if mode else ())
    modes = view.edge_words(edges, "mode")
    start = view.snapshot.span("Area").start
    sorts = _sorts(view)
    areas = asked_nodes(view, "Area", area)
    areas = areas[np.isin(sorts[areas - start], np.unique(sorts[edges.target[known] - start]))]
    chosen = known & np.isin(edges.target, areas) & ~vacant(view)[edges.source]
    columns = {name: view.snapshot.edge_column("ASSIGNED_TO", name)[edges.row] for name in AMOUNTS}
    by_area: dict[int, list[int]] = {}
    for i in np.flatnonzero(chosen).tolist():
        by_area.setdefault(int(edges.target[i]), []).append(i)
    rows: list[Row] = []
    for node in areas.tolist():
        mine = by_area.get(node, [])
        sums = {k: [int(c[i]) for i in mine if c[i] != NULL_INT] for k, c in columns.items()}
        rows.append(
            {
                "area": view.ref(node),
                "state": "assigned" if mine else "nobody",
                "assigned": [{"node": view.ref(int(edges.source[i])), "mode": modes[i] or None} for i in mine],
                **{k: sum(v) if v else None for k, v in sums.items()},
                "generated": bool(view.snapshot.arrays["generated"][node]),
            }
        )
    totals = {
        "areas": len(rows),
        "nobody": sum(r["state"] == "nobody" for r in rows),
        "kinds": sorted({r["area"]["kind"] for r in rows}),
        "by_mode": dict(sorted(Counter(modes[i] or "未注明" for x in by_area.values() for i in x).items())),
        **{k: sum(r[k] or 0 for r in rows) for k in AMOUNTS},
        "notices": [] if known.any() else [notice("no-assignments", _NONE.format(mode=mode or "下沉、包联、驻村"))],
    }
    return answer(view, rows, totals, np.concatenate([areas, edges.source[chosen]]))


def _sorts(view: View) -> Array:
    """Kind and grade of each area (over the area range) as one number."""
    kinds, grades = (view.snapshot.column("Area", a).astype(np.int64) for a in ("kind", "grade"))
    return np.asarray(kinds * (int(grades.max(initial=0)) + 1) + grades)
