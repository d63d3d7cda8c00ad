"""Exporting a district, and the template to fill in."""

from __future__ import annotations

import tempfile
import zipfile
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path

from xlsxwriter.exceptions import XlsxWriterException

from api.desk import Desk
from graph.dataset import Dataset
from graph.errors import NotFoundError, UnavailableError
from graph.profile import Profile
from graph.store.read import read_full
from loaders.writing import write_csv, write_template, write_workbook

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
Write = Callable[[Dataset, Path, Profile, bool], None]


def _xlsx(data: Dataset, path: Path, profile: Profile, strip: bool) -> None:
    write_workbook(data, path, profile, strip_personal=strip)


def _csv(data: Dataset, path: Path, profile: Profile, strip: bool) -> None:
    """A folder of CSV, or one zip of it where the path ends so. Zipped entries bear no time: same data, same bytes."""
    del profile
    if path.suffix != ".zip":
        write_csv(data, path, strip_personal=strip)
        return
    with tempfile.TemporaryDirectory() as folder, zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for file in write_csv(data, Path(folder), strip_personal=strip):
            archive.writestr(zipfile.ZipInfo(file.name), file.read_bytes(), zipfile.ZIP_DEFLATED)


FORMATS: Mapping[str, tuple[str, str, str, Write]] = {
    "xlsx": ("工作簿", ".xlsx", XLSX, _xlsx),
    "csv": ("CSV（每表一个文件）", ".zip", "application/zip", _csv),
}
"""Format → Chinese name, ending of the one file over HTTP, media type, writer."""


def export(desk: Desk, district: str, fmt: str, path: Path, *, strip_personal: bool) -> int:
    """Write a district in a format; the revision written. Nothing half-written stays behind."""
    if fmt not in FORMATS:
        raise NotFoundError("没有这种导出格式。", f"可用的格式：{'、'.join(FORMATS)}。", code="format-unknown")
    data, revision = read_full(desk.store, district)
    try:
        FORMATS[fmt][3](data, path, desk.profile(district)[1], strip_personal)
    except (OSError, XlsxWriterException):
        with suppress(OSError):
            path.unlink(missing_ok=True)
        raise UnavailableError(
            f"导出文件 {path.name} 写不进去。", "请检查文件夹、磁盘空间和权限。", code="file-unwritable"
        ) from None
    return revision


def template(profile: Profile, path: Path) -> None:
    """Write the template of a profile."""

    try:
        write_template(path, profile)
    except (OSError, XlsxWriterException):
        raise UnavailableError(
            f"模板 {path.name} 写不进去。", "请检查文件夹、磁盘空间和权限。", code="file-unwritable"
        ) from None
