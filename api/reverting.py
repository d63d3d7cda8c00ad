"""Undoing a revision for the command line and over HTTP."""

from __future__ import annotations

from collections.abc import Callable

from api.desk import Desk
from graph.analysis.answer import Row
from graph.store.revert import revert


def revert_revision(desk: Desk, district: str | None, number: int, author: str, progress: Callable[[str], None]) -> Row:
    """Undo revision `number` of a district: `{"district", "revision", "reverted", "counts"}`.

    Errors as `graph.store.revert.revert` and `Desk.choose`.
    """
    chosen = desk.choose(district, (), sorted(desk.loaded()))
    revision, counts = revert(
        desk.store,
        chosen,
        number,
        author=author,
        progress=lambda done, total: progress(f"正在写入 {done}/{total}……"),
    )
    return {"district": chosen, "revision": revision, "reverted": number, "counts": counts}
