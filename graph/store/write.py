"""Write changes so that readers see the old revision or the new one, never a mixture, whatever dies in between.

(a) A small transaction claims the district: `writing`, next revision, owner, lease. (b) Up to 50,000 elements go in
one transaction together with their Revision and its change list. More: first the change list, so that an interrupted
write can be undone, then batches stamped with the revision, then the Revision is complete. (c) A small transaction
makes the revision the current one.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

import orjson
import polars as pl

from graph.changes import Changes, TableChanges
from graph.errors import ConflictError, InputError, UnavailableError
from graph.model import NODE_TYPES
from graph.store import cypher, districts, manifest, recovery, revisions
from graph.store.bolt import Run, Store
from graph.store.districts import Claim

SMALL = 50_000
_CHUNKS_AT_ONCE = 10
_NODES_AT_ONCE = 2
Progress = Callable[[int, int], None]
NO_NOTES: Mapping[str, Any] = {}


@dataclass(frozen=True, slots=True)
class Batch:
    """One statement with up to 5,000 rows of which every one must be met, and the values that all rows share."""

    statement: str
    rows: list[Any]
    same: list[Any] = field(default_factory=list)


def write(
    store: Store,
    district: str,
    changes: Changes,
    *,
    author: str,
    source: str = "",
    base: int | None = None,
    about: Mapping[str, Any] = NO_NOTES,
    small: int = SMALL,
    wait: float = districts.WAIT_SECONDS,
    progress: Progress | None = None,
) -> int:
    """Write the changes of a district as its next revision and return its number.

    Changes without elements write nothing and return the current number (0 for a district never written).

    Args:
        changes: from `graph.changes.difference` with what the store holds.
        author: who writes, kept with the revision.
        source: where the changes come from, such as the names of the files.
        base: the revision the difference was made with; the write is refused if the district has moved on.
        about: notes kept on the district, such as its `name` and `profile`.
        small: up to how many elements go in one transaction.
        wait: seconds to wait for another writer.
        progress: called with elements written and elements in all.

    Raises:
        ConflictError: another writer holds the district, or it is no longer at `base`.
        InputError: a relation whose end is not there, or an id that is.
        UnavailableError: the store cannot be used.
    """
    if not changes.elements:
        held = districts.find(store, district)
        return held.revision if held else 0
    manifest.prepare(store)
    claim = claim_district(store, district, author=author, base=base, wait=wait)
    try:
        values = _after(districts.find(store, district), changes)
        values |= {"author": author, "source": source, "about": orjson.dumps(dict(about)).decode()}
        if changes.elements <= small:
            _write_small(store, claim, changes, values)
        else:
            _write_large(store, claim, changes, values, progress)
    except BaseException:
        # Without the server, or without the lease, the next writer or reader clears up.
        with suppress(UnavailableError, ConflictError):
            recovery.settle(store, claim)
        raise
    if not recovery.settle(store, claim):
        raise ConflictError(f"区划“{district}”的写入没有完成，已撤回。", "请重试。", code="lease-lost")
    if progress is not None:
        progress(changes.elements, changes.elements)
    return claim.revision


def _after(held: districts.District | None, changes: Changes) -> dict[str, Any]:
    """What the district will hold: number of nodes and relations, and the columns that have values."""
    nodes, relations = (sum(t.additions.height for t in part.values()) for part in (changes.nodes, changes.relations))
    filled = {
        f"{name}.{column}"
        for name, table in changes.tables()
        for frame in (table.additions, table.after)
        for column in frame.columns
        if frame[column].null_count() < frame.height
    }
    return {
        "nodes": nodes + (held.nodes if held else 0),
        "relations": relations + (held.relations if held else 0),
        "columns": sorted(filled | (held.columns if held else frozenset())),
    }


def claim_district(
    store: Store, district: str, *, author: str, state: str = "writing", base: int | None = None, wait: float
) -> Claim:
    """Become the writer of a district: clear up after a dead one, wait up to `wait` seconds for a living one."""
    deadline = time.monotonic() + wait
    while True:
        claim = districts.try_take(store, district, author=author, state=state, base=base)
        if claim is not None:
            return claim
        held = districts.find(store, district)
        if held is not None and held.abandoned:
            recovery.recover(store, held)
        elif not districts.pause(deadline) and held is not None:
            raise districts.busy(held)


def _write_small(store: Store, claim: Claim, changes: Changes, values: Mapping[str, Any]) -> None:
    def work(run: Run) -> None:
        districts.fence(run, claim)
        revisions.add(run, claim, changes, values, complete=True)
        revisions.add_list(run, claim, list(revisions.listing(changes)), 0)
        for batch in batches(changes):
            _run_batch(run, claim, batch)

    store.write(work)


def _write_large(
    store: Store, claim: Claim, changes: Changes, values: Mapping[str, Any], progress: Progress | None
) -> None:
    def start(run: Run) -> None:
        districts.fence(run, claim)
        revisions.add(run, claim, changes, values, complete=False)

    store.write(start)
    chunks = revisions.listing(changes)
    first = 0
    while some := list(islice(chunks, _CHUNKS_AT_ONCE)):

        def listed(run: Run, some: list[revisions.Chunk] = some, first: int = first) -> None:
            districts.fence(run, claim)
            revisions.add_list(run, claim, some, first)

        store.write(listed)
        first += len(some)
    done = 0

    def written(rows: int) -> None:
        nonlocal done
        done += rows
        if progress is not None:
            progress(done, changes.elements)

    _send(store, claim, _tables(changes.nodes), _NODES_AT_ONCE, written)
    # One at a time: relations lock their ends, and two transactions that wait for each other are begun again.
    _send(store, claim, _tables(changes.relations), 1, written)

    def finish(run: Run) -> None:
        districts.fence(run, claim)
        revisions.complete(run, claim)

    store.write(finish)


def _send(store: Store, claim: Claim, some: Iterable[Batch], at_once: int, written: Callable[[int], None]) -> None:
    """Write batches, each in a transaction of its own, while the rows of the next ones are made ready.

    The fence comes last in each: it locks the district, so that before it several batches can be under way. What a
    batch wrote is seen by nobody until it has passed the fence, and is undone if it does not.
    """

    def send(batch: Batch) -> int:
        def work(run: Run) -> None:
            _run_batch(run, claim, batch)
            districts.fence(run, claim)

        store.write(work)
        return len(batch.rows)

    under_way: deque[Future[int]] = deque()
    with ThreadPoolExecutor(at_once) as pool:
        try:
            for batch in some:
                under_way.append(pool.submit(send, batch))
                while len(under_way) > at_once:
                    written(under_way.popleft().result())
            while under_way:
                written(under_way.popleft().result())
        finally:
            # After an error no batch may begin any more; those under way end before the write is cleared up.
            pool.shutdown(cancel_futures=True)


def batches(changes: Changes) -> Iterator[Batch]:
    """The statements that write some changes: for each table additions, then altered values; nodes first."""
    yield from _tables(changes.nodes)
    yield from _tables(changes.relations)


def _tables(tables: Mapping[str, TableChanges]) -> Iterator[Batch]:
    for table, part in tables.items():
        yield from _additions(table, part.additions)
        yield from _alterations(table, part)


def _additions(table: str, frame: pl.DataFrame) -> Iterator[Batch]:
    ends = () if table in NODE_TYPES else ("from", "to")
    filled = [c for c in frame.columns if c not in ends and frame[c].null_count() < frame.height]
    # Sources, marks and days are the same all through a large table; sent once they cost half as much to send.
    same = [c for c in filled if frame.height > cypher.BATCH and _alike(frame[c])]
    columns = [c for c in filled if c not in same]
    statement = (cypher.add_relations if ends else cypher.add_nodes)(table, columns, same)
    shared = [frame[c][0] for c in same]
    for part in frame.select(*ends, *columns).iter_slices(cypher.BATCH):
        yield Batch(statement, part.rows(), shared)


def _alike(values: pl.Series) -> bool:
    """Whether all values are the same one."""
    return not values.dtype.is_nested() and not values.null_count() and bool((values == values[0]).all())


def _alterations(table: str, part: TableChanges) -> Iterator[Batch]:
    for start in range(0, part.after.height, cypher.BATCH):
        before, after = (f.slice(start, cypher.BATCH) for f in (part.before, part.after))
        pairs = zip(after["id"].to_list(), revisions.altered_values(before, after), strict=True)
        yield Batch(cypher.set_values(table), [[id_, values] for id_, (_, values) in pairs])


def _run_batch(run: Run, claim: Claim, batch: Batch) -> None:
    """Run a batch and fail the whole write if one of its rows met nothing: better none than a wrong graph."""
    written = run(batch.statement, rows=batch.rows, same=batch.same, revision=claim.revision)[0][0]
    if written != len(batch.rows):
        raise InputError(
            f"有{len(batch.rows) - written}条关系的一端不在库中，或要改的内容已不在库中，全部撤回。",
            "请补齐所引用的对象后重新导入。",
            code="end-missing",
        )


def unload(store: Store, district: str, *, author: str, wait: float = districts.WAIT_SECONDS) -> None:
    """Delete a district with its revisions. Once begun it is always carried through, by others if need be.

    Raises:
        NotFoundError: the district is not loaded.
        ConflictError: another writer holds it.
    """
    manifest.require(store)
    districts.get(store, district)
    claim = claim_district(store, district, author=author, state="unloading", wait=wait)
    recovery.carry_out_unload(store, claim)
