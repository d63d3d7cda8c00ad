"""Neo4j itself is killed (kill -9) in the middle of a large write: the graph is the old one or the new one."""

from __future__ import annotations

import os
import signal
from pathlib import Path

from graph.changes import apply
from graph.dataset import digest
from graph.errors import PartygraphError
from graph.store import bolt, embedded, manifest, read, write
from tests.store.graphs import changes_to, many, rebuilt, save

SMALL = 50  # so that the write goes in batches, as a city does


def test_kill_9_of_neo4j_during_a_write_leaves_old_or_new(tmp_path: Path) -> None:
    with embedded.start(tmp_path) as server:
        with bolt.connect(server.uri, server.user, server.password) as store:
            manifest.prepare(store)
            save(store, many(400))
            before = read.read_full(store, "d")[0]
            changes, base = changes_to(store, rebuilt(400))
            old, new = digest(before), digest(apply(before, changes))
            told: list[str] = []

            def kill_in_the_middle(message: str) -> None:
                told.append(message)
                if len(told) == 3:
                    os.kill(server.pid, signal.SIGKILL)

            try:
                write.write(
                    store,
                    "d",
                    changes,
                    author="测试",
                    base=base,
                    small=SMALL,
                    progress=lambda *m: kill_in_the_middle(str(m)),
                )
            except PartygraphError as error:
                told.append(error.code)
        assert len(told) >= 3
        server.revive()
        with bolt.connect(server.uri, server.user, server.password) as store:
            left = read.read_stored(store, "d")[0]
            assert digest(left) in (old, new)
            save(store, rebuilt(400))
            assert changes_to(store, rebuilt(400))[0].elements == 0
