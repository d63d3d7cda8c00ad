"""The door for files: paths to Sheets. The format is told by the content, never by the suffix."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from graph.errors import InputError, NotFoundError
from loaders.delimited import read_delimited
from loaders.markup import read_html, read_xml
from loaders.sheets import Sheet
from loaders.spreadsheets import read_workbook

MAX_FILE = 200_000_000
_HEAD = 4_096
_ZIP, _OLE = b"PK\x03\x04", bytes.fromhex("D0CF11E0A1B11AE1")
_FOREIGN = {b"%PDF": "PDF", b"\x89PNG": "图片", b"\xff\xd8\xff": "图片", b"Rar!": "压缩包", b"7z\xbc\xaf": "压缩包"}
_SUFFIXES = {".xlsx", ".xlsm", ".xlsb", ".xls", ".et", ".ods", ".csv", ".tsv", ".txt", ".htm", ".html", ".xml"}


def files_of(paths: Sequence[Path]) -> list[tuple[Path, str]]:
    """Every file to read with the name shown for it; folders give the tables inside them, in order.

    `~$` lock files and hidden files are left out. `NotFoundError` for a path that does not exist, `InputError` for a
    folder without tables.
    """
    found: list[tuple[Path, str]] = []
    for path in paths:
        if path.is_dir():
            inside = [p for p in sorted(path.rglob("*")) if p.is_file() and p.suffix.lower() in _SUFFIXES]
            inside = [p for p in inside if not p.name.startswith(("~$", "."))]
            if not inside:
                raise InputError(
                    f"文件夹 {path.name} 中没有表格。", "请放入 xlsx、xls 或 CSV 文件后重试。", code="folder-empty"
                )
            found += [(p, p.relative_to(path).as_posix()) for p in inside]
        elif path.is_file():
            found.append((path, path.name))
        else:
            raise NotFoundError(f"文件 {path.name} 不存在。", "请检查文件路径。", code="file-missing")
    return [(p, name) for p, name in found if not p.name.startswith("~$")]


def read_file(path: Path, file: str) -> tuple[list[Sheet], list[str]]:
    """The sheets of one file and the names of its hidden sheets; `InputError` says why it cannot be read."""
    size = path.stat().st_size
    if size == 0:
        raise InputError(f"文件 {file} 是空的。", "请检查是否选错了文件。", code="file-empty")
    if size >= MAX_FILE:
        raise InputError(
            f"文件 {file} 超过 {MAX_FILE // 1_000_000} MB。", "请按街道或按表拆分后重试。", code="file-too-large"
        )
    with path.open("rb") as stream:
        head = stream.read(_HEAD)
    if head.startswith(_OLE) and _encrypted(path):
        raise InputError(f"文件 {file} 设有密码，无法读取。", "请去掉密码后另存为 xlsx。", code="file-encrypted")
    if head.startswith((_ZIP, _OLE)):
        return read_workbook(path, file, zipped=head.startswith(_ZIP))
    for magic, what in _FOREIGN.items():
        if head.startswith(magic):
            raise InputError(f"文件 {file} 是{what}，不是表格。", "请提供 xlsx、xls 或 CSV 文件。", code="file-type")
    return list(_text_sheets(path.read_bytes(), file)), []


def _encrypted(path: Path) -> bool:
    data = path.read_bytes()
    return "EncryptedPackage".encode("utf-16-le") in data


def _text_sheets(data: bytes, file: str) -> Iterator[Sheet]:
    start = data[:_HEAD].lstrip(b"\xef\xbb\xbf\xff\xfe \t\r\n").replace(b"\x00", b"").lower()
    if not start:
        raise InputError(f"文件 {file} 是空的。", "请检查是否选错了文件。", code="file-empty")
    name = Path(file).stem
    if b"schemas-microsoft-com:office:spreadsheet" in start and start.startswith((b"<?xml", b"<workbook")):
        yield from read_xml(data, file)
    elif start.startswith((b"<!doctype html", b"<html", b"<table", b"<head", b"<meta", b"<style", b"<?xml")):
        yield from read_html(data, file, name)
    else:
        yield read_delimited(data, file, name)
