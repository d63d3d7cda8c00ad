"""What becomes of a write whose writer is gone: finished if its revision is complete, else undone from its list."""

from __future__ import annotations

import orjson

from graph.store import cypher, districts, revisions
from graph.store.bolt import Run, Store
from graph.store.districts import Claim, District

_ELEMENTS = (
    "MATCH (e:Entity) WHERE e.id STARTS WITH $prefix WITH e LIMIT $batch DETACH DELETE e RETURN count(*)",
    "MATCH (e:Finding) WHERE e.id STARTS WITH $prefix WITH e LIMIT $batch DELETE e RETURN count(*)",
    "MATCH (e:Change) WHERE e.id STARTS WITH $history WITH e LIMIT 50 DELETE e RETURN count(*)",
    "MATCH (e:Revision) WHERE e.id STARTS WITH $history WITH e LIMIT $batch DELETE e RETURN count(*)",
)


def recover(store: Store, dead: District) -> None:
    """Clear up after a dead writer, unless another process does so already."""
    claim = districts.take_over(store, dead)
    if claim is None:
        return
    if dead.state == "unloading":
        carry_out_unload(store, claim)
    else:
        settle(store, claim)


def settle(store: Store, claim: Claim) -> bool:
    """End a claim: make its revision current if that is complete, else undo it. Returns whether it was complete."""

    def finish(run: Run) -> bool:
        values = revisions.completed(run, claim)
        if values is None:
            return False
        districts.release(run, claim, state="ready", revision=claim.revision, **values)
        return True

    if _already_current(store, claim) or store.write(finish):
        return True
    _undo(store, claim)
    return False


def _already_current(store: Store, claim: Claim) -> bool:
    """Whether another process took over and finished it: the lease was over, but the data had all been written."""
    held = districts.find(store, claim.district)
    if held is None or held.token == claim.token:
        return False
    done = store.read(
        "MATCH (r:Revision {id: $id}) RETURN r.token = $token AND r.complete",
        id=revisions.revision_id(claim.district, claim.revision),
        token=claim.token,
    )
    return held.revision >= claim.revision and bool(done) and bool(done[0][0])


def _undo(store: Store, claim: Claim) -> None:
    """Take back what is written of the claim's revision, last table first, then forget the revision."""
    for id_ in reversed(revisions.chunk_ids(store, claim)):

        def undo(run: Run, id_: str = id_) -> None:
            districts.fence(run, claim)
            _undo_chunk(run, claim, revisions.chunk(run, id_))

        store.write(undo)

    def forget(run: Run) -> None:
        revisions.forget(run, claim)
        districts.release(run, claim, state=claim.was)

    store.write(forget)


def _undo_chunk(run: Run, claim: Claim, chunk: revisions.Chunk) -> None:
    if not chunk.before:
        run(cypher.remove_added(chunk.table), ids=chunk.ids, revision=claim.revision)
        return
    rows = [[id_, orjson.loads(text)] for id_, text in zip(chunk.ids, chunk.before, strict=True)]
    run(cypher.restore_values(chunk.table), rows=rows, revision=claim.revision, base=claim.revision - 1)


def carry_out_unload(store: Store, claim: Claim) -> None:
    """Delete a district in batches and leave only its node, so that revision numbers are never used twice."""
    where = {"prefix": f"{claim.district}.", "history": f"{claim.district}/", "batch": cypher.BATCH}
    for statement in _ELEMENTS:

        def remove(run: Run, statement: str = statement) -> int:
            districts.fence(run, claim)
            return int(run(statement, **where)[0][0])

        while store.write(remove):
            pass

    def release(run: Run) -> None:
        districts.release(run, claim, state="unloaded", revision=claim.revision, nodes=0, relations=0, columns=[])

    store.write(release)
