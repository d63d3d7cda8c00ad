"""A mapping file proposed by likeness, for the user to judge: nothing of it counts before it is confirmed there."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import orjson
from rapidfuzz import fuzz, process

from graph.errors import InputError
from loaders.headers import Form, forms, header_forms, normal_header
from loaders.layout import blocks
from loaders.mapping import NO_MAPPING, choose_form, header_target, map_block
from loaders.reading import files_of, read_file
from loaders.sheets import Block

_LIKE = 50


def propose(paths: Sequence[Path]) -> str | None:
    """The text of a mapping file for the sheets and headers that are not known; None where all are.

    Files that cannot be read are left to the import, which says why.
    """
    sheets: dict[str, str] = {}
    columns: dict[str, dict[str, str]] = {}
    for path, name in files_of(paths):
        try:
            found = [b for s in read_file(path, name)[0] for b in blocks(s, settled=True)]
        except InputError:
            continue
        for block in found:
            _look(block, sheets, columns)
    return _text(sheets, columns) if sheets or columns else None


def _look(block: Block, sheets: dict[str, str], columns: dict[str, dict[str, str]]) -> None:
    mapped, faults, _ = map_block(0, block, NO_MAPPING)
    if mapped is None and not faults:
        return
    form = choose_form(block)
    if form is None and any("sheet-unknown" in f["code"].to_list() for f in faults):
        form = _likest(block)
        sheets[block.sheet] = form.name
    if form is None:
        return
    taken = {t for h in block.headers if h and (t := header_target(form, h)) is not None}
    for header in block.headers:
        if header and header_target(form, header) is None:
            free = [h for h, t in form.headers.items() if t not in taken and t.kind not in ("ignore", "personal")]
            best = process.extractOne(normal_header(header), free, scorer=fuzz.ratio, score_cutoff=_LIKE)
            columns.setdefault(block.sheet, {})[header] = best[0] if best else ""
            taken |= {form.headers[best[0]]} if best else set()


def _likest(block: Block) -> Form:
    """The form most of whose headers are like those of the block."""

    def likeness(form: Form) -> float:
        spelled = [header_forms(h)[-1] for h in block.headers if h]
        scores = [process.extractOne(h, list(form.headers), scorer=fuzz.ratio) for h in spelled]
        return sum(
            s[1] for s in scores if s and form.headers[s[0]].kind not in ("dropped", "ignore", "personal", "context")
        )

    return max(forms(), key=likeness)


def _text(sheets: dict[str, str], columns: dict[str, dict[str, str]]) -> str:
    lines = [
        '# 对照建议：程序按相似程度写出，没有采用。请逐条核对、改正；不需要的表或列写成空 ""。',
        "# 核对完后把下一行改为 confirmed = true，再用同一个 --mapping 导入；以后可反复使用。",
        "confirmed = false",
        "drop_personal = false",
    ]
    if sheets:
        lines += ["", "# 工作表 = 它是哪张表", "[sheets]", *(f"{_quoted(k)} = {_quoted(v)}" for k, v in sheets.items())]
    for sheet, found in columns.items():
        lines += ["", "# 表中的列名 = 标准列名", f"[columns.{_quoted(sheet)}]"]
        lines += [f"{_quoted(k)} = {_quoted(v)}" for k, v in found.items()]
    return "\n".join(lines) + "\n"


def _quoted(text: str) -> str:
    """A TOML basic string; JSON's escapes are TOML's."""
    return orjson.dumps(text).decode()
