"""Loading and unloading the published districts."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Callable
from dataclasses import dataclass

from api.desk import Desk
from api.snapshots import forget
from graph.changes import KINDS_OF_CHANGE, difference
from graph.dataset import Dataset
from graph.errors import ConflictError, NotFoundError
from graph.model import NODE_TYPES, RELATION_TYPES
from graph.store import districts, manifest, revisions
from graph.store.read import read_stored
from graph.store.write import unload, write
from loaders.districts import build, published

PUBLISHED = "公布数据"
Progress = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Done:
    """What a load did: the revision in force, counts of changes, and how much the district holds."""

    district: str
    revision: int
    counts: dict[str, int]
    nodes: int
    relations: int
    generated: int

    @property
    def changed(self) -> bool:
        """Whether anything was written."""
        return any(self.counts[k] for k in ("added", "changed", "moved", "ended"))


def load_published(desk: Desk, district: str, author: str, progress: Progress, *, replace: bool = False) -> Done:
    """Load a published district; again it changes nothing.

    Args:
        replace: rebuild it: what a user's files added or changed ends or goes back, in one revision.

    Raises:
        NotFoundError: no published district of that id.
        ConflictError: rows from a user's file exist and `replace` was not given.
    """
    if district not in published():
        raise NotFoundError(
            "没有这个已公布的区划。",
            f"可用的区划：{'、'.join(published())}；自己的数据用 import。",
            code="unknown-district",
        )
    held = districts.find(desk.store, district) if manifest.examine(desk.store) else None
    if held is not None and not held.loaded:
        held = None
    progress(f"正在生成{district}的公布数据……")
    built = build(district)
    content = digest(built)
    if not replace and held is not None and held.about.get("content") == f"{held.revision}:{content}":
        return _done(built, held.revision, {"unchanged": built.node_count + built.relation_count})
    if not replace and held is not None and _own_rows(desk, district):
        raise ConflictError(
            "这个区划里有用户文件导入的数据，没有重新载入。",
            "确实要恢复为公布数据，请加 --replace（用户数据会结束，但保留在历史中）。",
            code="own-rows",
        )
    progress("正在与图数据库中的内容比对……")
    stored, base = read_stored(desk.store, district)
    whole = dict.fromkeys((*NODE_TYPES, *RELATION_TYPES)) if replace else {}
    changes = difference(stored, built, on=desk.today().isoformat(), complete=whole)
    name = desk.profile(district)[1].name

    def tell(done: int, total: int) -> None:
        progress(f"正在写入 {done}/{total}……")

    revision = write(
        desk.store,
        district,
        changes,
        author=author,
        source=PUBLISHED,
        base=base,
        # With the number of the revision, so that a later one by other hands does not pass for this content.
        about={"name": name, "content": f"{base + 1}:{content}"},
        progress=tell,
    )
    return _done(built, revision, changes.counts())


def _done(built: Dataset, revision: int, counts: dict[str, int]) -> Done:
    every = dict.fromkeys(KINDS_OF_CHANGE, 0) | counts
    return Done(built.district, revision, every, built.node_count, built.relation_count, generated(built))


def generated(data: Dataset) -> int:
    """Number of made-up nodes."""
    return sum(int(f["generated"].sum()) for f in data.nodes.values())


def unload_district(desk: Desk, district: str, author: str) -> None:
    """Delete a district with its revisions and Snapshots."""
    unload(desk.store, district, author=author)
    forget(desk.shelf(), district)


def digest(data: Dataset) -> str:
    """SHA-256 over all tables by name, with their columns and rows in order: equal content, equal digest."""
    whole = hashlib.sha256()
    for tables in (data.nodes, data.relations):
        for name in sorted(tables):
            whole.update(name.encode())
            table = io.BytesIO()
            tables[name].rechunk().write_ipc(table)
            whole.update(table.getbuffer())
    return whole.hexdigest()


def _own_rows(desk: Desk, district: str) -> bool:
    """Whether a revision since the last rebuild came from a user's file."""
    return any(r.get("source") != PUBLISHED for r in revisions.listed(desk.store, district))
