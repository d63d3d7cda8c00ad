"""Which fonts a picture is set in, and which characters none of them has."""

from __future__ import annotations

import bisect
import os
import struct
import sys
from collections.abc import Iterable, Iterator
from functools import lru_cache
from pathlib import Path

import pylopdf_fonts_zh_cn

from graph.errors import UnavailableError
from visual.figure import Drawing

FONT_SUFFIXES = frozenset({".otf", ".ttf", ".ttc"})


def font_folders(font_dir: str | os.PathLike[str] | None = None) -> tuple[Path, ...]:
    """Folders searched for fonts: the user's, then the bundled Noto. The system's fonts are left out, so that the
    same input gives the same bytes on every machine. UnavailableError when a folder or the bundled font is missing."""
    folders: list[Path] = []
    if font_dir:
        folders.append(Path(font_dir))
        if not folders[0].is_dir():
            raise UnavailableError(
                "设置 FONT_DIR 指定的字体目录不存在。",
                "请改正 PARTYGRAPH_FONT_DIR，或清空它以使用自带的思源字体。",
                code="font-missing",
            )
    bundled = Path(pylopdf_fonts_zh_cn.sans_path())
    if not bundled.is_file():
        raise UnavailableError(
            "自带的中文字体不见了。", "请重新安装本程序（python3 run.py demo）。", code="font-missing"
        )
    return (*folders, bundled.parent)


def missing_characters(drawing: Drawing, font_dir: str | os.PathLike[str] | None = None) -> tuple[str, ...]:
    """Characters of the drawing that no available font can show, in order; they print as empty squares."""
    texts = [text.text for page in drawing.pages for text in page.texts]
    for page in drawing.pages:
        runs = [run for item in page.placed for run in item.texts] + list(page.captions)
        texts += [line for run in runs for line in run.lines]
    return missing_in(texts, font_dir)


def missing_in(texts: Iterable[str], font_dir: str | os.PathLike[str] | None = None) -> tuple[str, ...]:
    """Characters of some texts that no available font can show, in order."""
    characters = dict.fromkeys(char for text in texts for char in text if not char.isspace())
    files = sorted(
        file for folder in font_folders(font_dir) for file in folder.iterdir() if file.suffix.lower() in FONT_SUFFIXES
    )
    missing = list(characters)
    for file in files:
        ranges = _ranges(str(file))
        missing = [char for char in missing if not _covered(ord(char), ranges)]
    return tuple(missing)


def font_warning(missing: Iterable[str]) -> str:
    """A sentence naming characters without a glyph, empty when there are none."""
    named = "、".join(f"{char}（U+{ord(char):04X}）" for char in missing)
    return f"字体中没有以下字符，图上显示为方框：{named}。请在 FONT_DIR 放入含有它们的字体。" if named else ""


def _covered(code: int, ranges: tuple[tuple[int, int], ...]) -> bool:
    at = bisect.bisect_right(ranges, (code, sys.maxunicode)) - 1
    return at >= 0 and ranges[at][0] <= code <= ranges[at][1]


@lru_cache(maxsize=64)
def _ranges(path: str) -> tuple[tuple[int, int], ...]:
    """Ranges of code points in a font's cmap table (OpenType 1.9, formats 4 and 12); none for a broken file."""
    data = Path(path).read_bytes()
    try:
        start = struct.unpack_from(">I", data, 12)[0] if data[:4] == b"ttcf" else 0
        count = struct.unpack_from(">H", data, start + 4)[0]
        for entry in range(count):
            tag, _, offset, _ = struct.unpack_from(">4sIII", data, start + 12 + 16 * entry)
            if tag == b"cmap":
                return tuple(_merged(_cmap(data, offset)))
    except struct.error:
        return ()
    return ()


def _merged(ranges: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    """Ranges in order, those that meet joined."""
    found: list[tuple[int, int]] = []
    for start, end in sorted(ranges):
        if found and start <= found[-1][1] + 1:
            found[-1] = (found[-1][0], max(found[-1][1], end))
        else:
            found.append((start, end))
    return found


def _cmap(data: bytes, base: int) -> Iterator[tuple[int, int]]:
    for entry in range(struct.unpack_from(">H", data, base + 2)[0]):
        at = base + struct.unpack_from(">HHI", data, base + 4 + 8 * entry)[2]
        kind = struct.unpack_from(">H", data, at)[0]
        if kind == 12:
            for group in range(struct.unpack_from(">I", data, at + 12)[0]):
                first, last, _ = struct.unpack_from(">III", data, at + 16 + 12 * group)
                yield first, last
        elif kind == 4:
            count = struct.unpack_from(">H", data, at + 6)[0] // 2
            ends = struct.unpack_from(f">{count}H", data, at + 14)
            starts = struct.unpack_from(f">{count}H", data, at + 16 + 2 * count)
            yield from zip(starts, ends, strict=True)
