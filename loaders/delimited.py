"""CSV and other delimited text to a Sheet, whatever its encoding."""

from __future__ import annotations

import codecs
import csv
import io

import numpy as np
import polars as pl
from charset_normalizer import from_bytes

from graph.errors import InputError
from loaders.sheets import Sheet

MAX_COLUMNS = 1_000
_BOMS = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))
_SAMPLE = 65_536


def decode(data: bytes, file: str) -> str:
    """The text of a file in UTF-8 (with or without BOM), UTF-16 or GB18030; `InputError` for anything else."""
    for bom, encoding in _BOMS:
        if data.startswith(bom):
            return _strict(data[len(bom) :], encoding, file)
    sample = data[:_SAMPLE]
    if sample.count(0) > len(sample) // 10:
        found = from_bytes(sample[: len(sample) // 2 * 2], cp_isolation=["utf_16_le", "utf_16_be"]).best()
        if found is None:
            raise _wrong_encoding(file)
        return _strict(data, found.encoding, file)
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as e:
        damaged = data.decode("utf-8", "replace").count("\ufffd")
        # Chinese text in GB18030 is nearly all damage when read as UTF-8; a few bad bytes are a damaged UTF-8 file.
        if e.start > 1_000 and damaged < 20:
            raise _wrong_encoding(file) from None
    return _strict(data, "gb18030", file)


def _strict(data: bytes, encoding: str, file: str) -> str:
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError:
        raise _wrong_encoding(file) from None
    if "\x00" in text[:_SAMPLE]:
        raise InputError(f"文件 {file} 不是表格文件。", "请另存为 xlsx 或 UTF-8 编码的 CSV 后重试。", code="file-type")
    return text


def _wrong_encoding(file: str) -> InputError:
    return InputError(
        f"文件 {file} 的编码无法识别（可用：UTF-8、GB18030、UTF-16），或内容已损坏。",
        "请用 WPS 或 Excel 打开后另存为 xlsx，或另存为 UTF-8 编码的 CSV。",
        code="file-encoding",
    )


def read_delimited(data: bytes, file: str, name: str) -> Sheet:
    """One delimited file as a Sheet; every record keeps its row."""
    text = decode(data, file)
    separator = _separator(text)
    raw = text.encode("utf-8")
    width = _width(raw, separator)
    if width > MAX_COLUMNS:
        raise InputError(
            f"文件 {file} 有 {width} 列，超过上限 {MAX_COLUMNS} 列。", "请删去多余的列后重试。", code="file-too-wide"
        )
    return Sheet(file, name, _frame(raw, separator, width))


def _separator(text: str) -> str:
    head = text[:_SAMPLE]
    return max(",\t;|", key=lambda c: (head.count(c), c == ","))


def _width(raw: bytes, separator: str) -> int:
    """One more than the most separators on a line."""
    cells = np.frombuffer(raw, np.uint8)
    ends = np.flatnonzero((cells == ord("\n")) | (cells == ord("\r")))
    marks = np.flatnonzero(cells == ord(separator))
    before = np.searchsorted(marks, np.concatenate([[0], ends, [len(cells)]]))
    return int(np.diff(before).max()) + 1


def _frame(raw: bytes, separator: str, width: int) -> pl.DataFrame:
    # A first line of our own fixes the width: titles above the header are narrower than the table.
    head = (separator.join(str(i) for i in range(width)) + "\n").encode()
    try:
        frame = pl.read_csv(
            io.BytesIO(head + raw),
            separator=separator,
            infer_schema=False,
            truncate_ragged_lines=True,
        )
    except pl.exceptions.PolarsError:
        # Unbalanced quotes: Python's reader takes them as Excel does.
        rows = list(csv.reader(io.StringIO(raw.decode()), delimiter=separator))
        columns = {str(i): [r[i] if i < len(r) else None for r in rows] for i in range(width)}
        frame = pl.DataFrame(columns, schema={str(i): pl.String for i in range(width)})
    return blank_to_null(frame)


def blank_to_null(frame: pl.DataFrame) -> pl.DataFrame:
    """Blank text becomes null and columns that hold nothing at the right edge go."""
    if not frame.height:
        return frame
    stripped = frame.with_columns(pl.when(pl.all().str.strip_chars() == "").then(None).otherwise(pl.all()).name.keep())
    used = [i for i, c in enumerate(stripped.columns) if stripped[c].null_count() < stripped.height]
    return stripped.select(stripped.columns[: used[-1] + 1 if used else 1])
