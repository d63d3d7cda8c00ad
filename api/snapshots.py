"""The mapped Snapshots in DATA_DIR: built once per store, district and revision, by a child process when large.

Run as `python -P -m api.snapshots` it is that child: the order comes as JSON on stdin, so that no password is on a
command line.
"""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
from contextlib import suppress
from dataclasses import asdict, astuple, dataclass
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout

from api.opening import Address, reach
from graph.errors import PartygraphError, UnavailableError
from graph.model import NODES, RELATIONS
from graph.snapshot import Snapshot, build, load, save
from graph.store.bolt import Store
from graph.store.read import read_narrow

SMALL = 20_000
"""Nodes up to which the Snapshot is built in this process: a second of Python start costs more than it frees."""
BUILD_SECONDS = 300.0


def shape() -> str:
    """Fingerprint of the model: a Snapshot of another model has another file name."""
    parts = [astuple(n) for n in NODES] + [(r.type, r.key, [astuple(a) for a in r.attributes]) for r in RELATIONS]
    return hashlib.sha256(repr(parts).encode()).hexdigest()[:8]


@dataclass(frozen=True, slots=True)
class Shelf:
    """Where the Snapshots of one store lie: its id, its address (for the child that builds) and the folder."""

    store_id: str
    address: Address
    folder: Path

    def path(self, district: str, revision: int) -> Path:
        """The file of one revision."""
        return self.folder / f"{self.store_id[:12]}-{shape()}-{district}-{revision}.snap"


def ensure(store: Store, shelf: Shelf, district: str, revision: int, nodes: int) -> Snapshot:
    """The mapped Snapshot of a revision, or of a newer one if the district moved on meanwhile.

    Args:
        store: an open store.
        district, revision: what is asked for, as the store said.
        nodes: number of nodes, which decides where it is built.
    """
    path = shelf.path(district, revision)
    if path.is_file():
        return load(path)
    try:
        shelf.folder.mkdir(parents=True, exist_ok=True)
        with FileLock(shelf.folder / f".{shelf.store_id[:12]}-{district}.lock", timeout=BUILD_SECONDS):
            if not path.is_file():
                path = make(store, shelf, district) if nodes <= SMALL else _made_by_child(shelf, district)
            snapshot = load(path)
            _tidy(path, district)
    except Timeout:
        raise UnavailableError(
            "另一个进程正在生成快照，等待超时。", "请稍后重试；若无其他进程，请删除 DATA_DIR/snapshots 后重试。"
        ) from None
    return snapshot


def _made_by_child(shelf: Shelf, district: str) -> Path:
    order = {
        "folder": str(shelf.folder),
        "district": district,
        "store": shelf.store_id,
        "address": asdict(shelf.address),
    }
    try:
        done = subprocess.run(
            [sys.executable, "-P", "-m", "api.snapshots"],
            input=json.dumps(order).encode(),
            capture_output=True,
            timeout=BUILD_SECONDS,
            check=False,
        )
        said: dict[str, Any] = json.loads(done.stdout or b"{}")
    except subprocess.TimeoutExpired:
        raise UnavailableError("生成快照超时。", "请检查存储是否繁忙，稍后重试。") from None
    if "path" not in said:
        detail, remedy = said.get("detail", "生成快照的子进程异常退出。"), said.get("remedy", "请查看日志后重试。")
        raise UnavailableError(detail, remedy, code=said.get("code"))
    return Path(said["path"])


def make(store: Store, shelf: Shelf, district: str) -> Path:
    """Read a district narrowly, build its Snapshot and write it; the path."""
    data, revision = read_narrow(store, district)
    path = shelf.path(district, revision)
    save(build(data, revision), path)
    return path


def forget(shelf: Shelf, district: str) -> None:
    """Remove the Snapshots of an unloaded district."""
    for old in shelf.folder.glob(f"{shelf.store_id[:12]}-*-{district}-*.snap"):
        with suppress(PermissionError):
            old.unlink(missing_ok=True)


def _tidy(kept: Path, district: str) -> None:
    """Remove other revisions of the same store and district; one that Windows still maps stays until the next time."""
    store_id = kept.name.partition("-")[0]
    for old in kept.parent.glob(f"{store_id}-*-{district}-*.snap"):
        if old != kept:
            with suppress(PermissionError):
                old.unlink(missing_ok=True)


def main() -> int:
    """The child: read the order, build, answer with the path or the error as JSON."""
    order = json.load(sys.stdin)
    try:
        shelf = Shelf(order["store"], Address(**order["address"]), Path(order["folder"]))
        with reach(shelf.address) as store:
            said = {"path": str(make(store, shelf, order["district"]))}
    except PartygraphError as e:
        said = {"code": e.code, "detail": e.detail, "remedy": e.remedy}
    sys.stdout.write(json.dumps(said))
    return 0


if __name__ == "__main__":
    sys.exit(main())
