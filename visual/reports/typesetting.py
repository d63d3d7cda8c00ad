"""The child process that runs typst: a request as JSON on its input, the answer as length-prefixed parts on its output.

Run as `python -P -m visual.reports.typesetting`, so that a document that never ends takes nothing with it.
"""

from __future__ import annotations

import json
import struct
import sys
from pathlib import Path
from typing import Any

import typst

SOURCE = Path(__file__).with_name("report.typ")
FACES = {
    "title": ("小标宋", ("方正小标宋简体", "FZXiaoBiaoSong-B05S", "FZXiaoBiaoSong-B05"), "Noto Serif SC"),
    "fang": (
        "仿宋",
        ("仿宋_GB2312", "FangSong_GB2312", "方正仿宋_GBK", "FangSong", "仿宋", "STFangsong"),
        "Noto Serif SC",
    ),
    "kai": ("楷体", ("楷体_GB2312", "KaiTi_GB2312", "方正楷体_GBK", "KaiTi", "楷体", "STKaiti"), "Noto Serif SC"),
    "hei": ("黑体", ("SimHei", "黑体", "方正黑体_GBK", "STHeiti"), "Noto Sans SC"),
    "song": ("宋体", ("SimSun", "宋体", "方正书宋_GBK", "STSong"), "Noto Serif SC"),
}
"""Role → name of the official face, the families that are it, and the bundled one that stands in for it."""
LATIN = "Times New Roman"


def chosen(families: set[str]) -> tuple[dict[str, list[Any]], list[str]]:
    """The fonts of each role among the families there are, and the official faces that are replaced."""
    fonts: dict[str, list[Any]] = {}
    replaced = []
    for role, (name, official, bundled) in FACES.items():
        found = next((f for f in official if f in families), None)
        latin = [{"name": LATIN, "covers": "latin-in-cjk"}] if LATIN in families else []
        fonts[role] = [*latin, *([found] if found else []), bundled]
        if found is None:
            replaced.append(name)
    return fonts, replaced


def typeset(request: dict[str, Any]) -> tuple[list[bytes], list[str]]:
    """The PDF (one part) or the PNG pages of a request, and the names of the faces that were replaced.

    Args:
        request: `report` (what report.typ reads), `inputs` (SVG texts by name), `folders` of fonts, `format` pdf or
            png, `ppi`, `timestamp` (seconds).
    """
    fonts = typst.Fonts(include_system_fonts=True, include_embedded_fonts=False, font_paths=request["folders"])
    roles, replaced = chosen(set(fonts.families()))
    content = json.dumps({**request["report"], "fonts": roles}, ensure_ascii=False)
    output = typst.compile(
        SOURCE.read_bytes(),
        format=request["format"],
        ppi=request["ppi"],
        sys_inputs={"report": content, **request["inputs"]},
        font_paths=fonts,
        timestamp=request["timestamp"],
    )
    parts = output if isinstance(output, list) else [output]
    return [p for p in parts if p], replaced


def main() -> None:
    """One request in, one answer out: each part behind its length (8 bytes, big-endian); the first is JSON."""
    parts, replaced = typeset(json.loads(sys.stdin.buffer.read()))
    for part in (json.dumps({"replaced": replaced}).encode(), *parts):
        sys.stdout.buffer.write(struct.pack(">Q", len(part)))
        sys.stdout.buffer.write(part)


if __name__ == "__main__":
    main()
