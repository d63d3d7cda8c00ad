"""Files damaged as bytes: cut off, overwritten, doubled, turned round. Anything but a crash will do."""

from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path

from tests.loaders.corpus import LEDGERS
from tests.loaders.formats import FORMATS


def damaged(folder: Path, seed: int, count: int) -> Iterator[Path]:
    """That many files in every format with bytes cut, overwritten, inserted or doubled."""
    rng = random.Random(seed)
    names = list(FORMATS)
    for i in range(count):
        ending, write, _ = FORMATS[names[i % len(names)]]
        ledger = rng.choice(list(LEDGERS))
        path = folder / f"{i:04}" / f"{ledger}{ending}"
        path.parent.mkdir()
        write(path, ledger, LEDGERS[ledger](rng))
        path.write_bytes(_damage(rng, path.read_bytes()))
        yield path


def _damage(rng: random.Random, data: bytes) -> bytes:
    at = rng.randrange(len(data))
    way = rng.randrange(5)
    if way == 0:
        return data[:at]
    if way == 1:
        return data[:at] + rng.randbytes(rng.randint(1, 64)) + data[at + 1 :]
    if way == 2:
        return data[at:] + data[:at]
    if way == 3:
        return data + data
    bad = bytearray(data)
    for _ in range(rng.randint(1, 40)):
        bad[rng.randrange(len(bad))] = rng.randrange(256)
    return bytes(bad)
