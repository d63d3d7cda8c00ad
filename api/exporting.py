"""Exporting a district, and the template to fill in."""

from __future__ import annotations

import shutil
import tempfile
import zipfile
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from xlsxwriter.exceptions import XlsxWriterException

from api.desk import Desk
from graph.errors import NotFoundError, ParameterError, UnavailableError
from graph.profile import Profile, profile_paths
from graph.store.read import read_full
from loaders import export as graphs
from loaders.writing import write_csv, write_template, write_workbook

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@dataclass(frozen=True, slots=True)
class Format:
    """An export format: its ending as one file and the media type of that; `folder` ones are several files."""

    ending: str
    media: str
    folder: bool = False


FORMATS: Mapping[str, Format] = {
    "xlsx": Format(".xlsx", XLSX),
    "csv": Format(".zip", "application/zip", folder=True),
    "neo4j-csv": Format(".zip", "application/zip", folder=True),
    "graphml": Format(".graphml", "application/graphml+xml"),
    "gexf": Format(".gexf", "application/gexf+xml"),
    "json": Format(".json", "application/json"),
    "jsonld": Format(".jsonld", "application/ld+json"),
    "cypher": Format(".cypher", "text/plain; charset=utf-8"),
}


def export(desk: Desk, district: str, fmt: str, path: Path, *, strip_personal: bool) -> int:
    """Write a district in a format; the revision written. Nothing half-written stays behind.

    Args:
        path: a file; for a format of several files a folder, or a zip of it if the path ends so.
        strip_personal: leave out the names of post holders.
    """
    if fmt not in FORMATS:
        raise NotFoundError("没有这种导出格式。", f"可用的格式：{'、'.join(FORMATS)}。", code="format-unknown")
    data, revision = read_full(desk.store, district)
    profile = desk.profile(district)[1]

    def put(target: Path) -> None:
        if fmt == "xlsx":
            write_workbook(data, target, profile, strip_personal=strip_personal)
        elif fmt == "csv":
            write_csv(data, target, strip_personal=strip_personal)
        else:
            graphs.export(data, target, fmt, strip_personal=strip_personal)

    with tempfile.TemporaryDirectory() as folder:
        made = Path(folder) / district
        try:
            put(made)
            if FORMATS[fmt].folder and path.suffix == ".zip":
                _zip(made, path)
            elif FORMATS[fmt].folder:
                shutil.copytree(made, path, dirs_exist_ok=True)
            else:
                shutil.copyfile(made, path)
        except (OSError, XlsxWriterException):
            with suppress(OSError):
                path.unlink(missing_ok=True)
            raise _unwritable(path) from None
    return revision


def _zip(folder: Path, path: Path) -> None:
    """Entries bear no time: same data, same bytes."""
    with zipfile.ZipFile(path, "w") as archive:
        for file in sorted(folder.iterdir()):
            archive.writestr(zipfile.ZipInfo(file.name), file.read_bytes(), zipfile.ZIP_DEFLATED)


def template_district(desk: Desk, asked: str | None) -> str:
    """Whose profile a template follows: the district asked for, the default, the only one loaded.

    Raises `ParameterError` listing the published profiles where none of these says it.
    """
    loaded = sorted(desk.loaded())
    named = asked or desk.settings.district or (loaded[0] if len(loaded) == 1 else "")
    if not named:
        choices = "、".join(loaded or profile_paths(desk.settings.profiles))
        raise ParameterError(
            "没有说明按哪个区划的治理方案生成模板。", f"请用 district 指定：{choices}。", code="district-missing"
        )
    return named


def template(profile: Profile, path: Path) -> None:
    """Write the template of a profile."""
    try:
        write_template(path, profile)
    except (OSError, XlsxWriterException):
        raise _unwritable(path) from None


def _unwritable(path: Path) -> UnavailableError:
    return UnavailableError(f"文件 {path.name} 写不进去。", "请检查文件夹、磁盘空间和权限。", code="file-unwritable")
