"""A plan for what-if from a file: JSON, or the rows of a workbook or CSV, with English or Chinese headers."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Mapping, Sequence
from typing import Any

from python_calamine import CalamineError, CalamineWorkbook, PasswordError

from graph.errors import InputError
from graph.model import NODE_TYPES, node_attributes
from loaders.delimited import decode
from loaders.sheets import NUMBER_MARK
from loaders.spreadsheets import cell_text, unreadable

OPS = {"结对": "pair", "解除": "unpair", "新增": "add", "撤销": "dissolve", "移动": "move", "合并": "merge"}
KEYS = {
    "操作": "op", "党组织": "organization", "社区": "organization", "单位": "unit", "对象": "node", "移到": "to",
    "并入": "into", "对象类别": "label", "名称": "name", "标识": "id", "上级": "under", "所在": "at",
    "层系": "hierarchy", "生效日期": "since", "协议到期时间": "agreement_until",
}  # fmt: skip
_ZH = {a.zh: a.name for label in NODE_TYPES for a in node_attributes(label)} | KEYS


def read_plan(content: bytes, file: str) -> list[dict[str, Any]]:
    """The changes of a plan, in order; `graph.analysis.plan` says what they hold.

    JSON is a list of objects, or an object with one under `ops`. A table has a header row with `op` (操作); empty
    cells are left out.
    """
    if not content.strip():
        raise InputError(f"文件 {file} 是空的。", "请检查是否选错了文件。", code="file-empty")
    if content.startswith((b"PK\x03\x04", bytes.fromhex("D0CF11E0A1B11AE1"))):
        return _table(_workbook(content, file), file)
    text = decode(content, file)
    if text.lstrip().startswith(("[", "{")):
        return _json(text, file)
    return _table(list(csv.reader(io.StringIO(text))), file)


def _json(text: str, file: str) -> list[dict[str, Any]]:
    try:
        found = json.loads(text)
    except (json.JSONDecodeError, RecursionError) as e:
        where = f"第{e.lineno}行第{e.colno}列" if isinstance(e, json.JSONDecodeError) else "嵌套过深"
        raise InputError(f"文件 {file} 不是合法的 JSON：{where}。", "请按提示改正。", code="plan-unreadable") from None
    ops = found.get("ops") if isinstance(found, dict) else found
    if not isinstance(ops, list) or not all(isinstance(op, dict) for op in ops):
        raise InputError(f"文件 {file} 不是改动的列表。", '请写成 [{"op": "pair", …}, …]。', code="plan-unreadable")
    return [_named(op) for op in ops]


def _named(op: Mapping[str, Any]) -> dict[str, Any]:
    return {**op, "op": OPS.get(str(op["op"]).strip(), op["op"])} if "op" in op else dict(op)


def _workbook(content: bytes, file: str) -> list[list[str]]:
    try:
        with CalamineWorkbook.from_filelike(io.BytesIO(content)) as book:
            rows = book.get_sheet_by_index(0).to_python(skip_empty_area=False)
    except PasswordError:
        raise InputError(
            f"文件 {file} 设有密码，无法读取。", "请去掉密码后另存为 xlsx。", code="file-encrypted"
        ) from None
    except (CalamineError, OSError, ValueError, OverflowError):
        raise unreadable(file) from None
    return [[v if isinstance(v, str) else cell_text(v) or "" for v in row] for row in rows]


def _table(rows: Sequence[Sequence[str]], file: str) -> list[dict[str, Any]]:
    """The rows below the first that has a column for the operation."""
    head = next((i for i, row in enumerate(rows) if "op" in [_key(c) for c in row]), None)
    if head is None:
        raise InputError(
            f"文件 {file} 没有“操作”（op）一列。",
            "表头请用：操作、党组织、单位、对象、移到、并入、对象类别、名称、类型、上级、所在、生效日期。",
            code="plan-unreadable",
        )
    keys = [_key(c) for c in rows[head]]
    filled = [
        {k: c.strip().removeprefix(NUMBER_MARK) for k, c in zip(keys, row, strict=False)} for row in rows[head + 1 :]
    ]
    return [_named({k: v for k, v in row.items() if k and v}) for row in filled if any(row.values())]


def _key(header: str) -> str:
    text = header.strip()
    return _ZH.get(text, text)
