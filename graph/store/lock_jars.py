"""Write `jars.lock` anew; run by hand after changing NEO4J: `python -m graph.store.lock_jars`.

jgo resolves Neo4j and everything it needs (about two minutes, into the local Maven repository). Commit the changed
lock; users then fetch exactly those files.
"""

from __future__ import annotations

import tempfile
from pathlib import Path

from graph.store.jars import LOCK

NEO4J = "5.26.30"
ENDPOINT = f"org.neo4j:neo4j:{NEO4J}+org.neo4j:neo4j-bolt:{NEO4J}"


def main() -> None:
    """Resolve, then write one line `sha256 size path` for each jar, sorted by path."""
    import jgo
    from jgo.constants import default_maven_repo

    with tempfile.TemporaryDirectory() as cache:
        lockfile = jgo.build(ENDPOINT, cache_dir=Path(cache)).lockfile
    if lockfile is None:
        raise SystemExit("jgo wrote no lock file")
    lines = []
    for jar in lockfile.dependencies:
        classifier = f"-{jar.classifier}" if jar.classifier else ""
        folder = f"{jar.groupId.replace('.', '/')}/{jar.artifactId}/{jar.version}"
        path = f"{folder}/{jar.artifactId}-{jar.version}{classifier}.{jar.packaging}"
        lines.append((path, (default_maven_repo() / path).stat().st_size, jar.sha256))
    names = {path.rpartition("/")[2] for path, _, _ in lines}
    if len(names) != len(lines):
        raise SystemExit("two jars share a file name: a flat folder can not hold them")
    head = f"# {ENDPOINT}: sha256, size in bytes, path in a Maven repository. Written by lock_jars.py.\n"
    body = "".join(f"{sha256} {size} {path}\n" for path, size, sha256 in sorted(lines))
    LOCK.write_text(head + body, encoding="ascii")
    print(f"{len(lines)} jars, {sum(size for _, size, _ in lines) / 1e6:.0f} MB")


if __name__ == "__main__":
    main()
