"""Importing a user's files: read, compare, check, write all or nothing, report."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import polars as pl
from xlsxwriter.exceptions import XlsxWriterException

from api.desk import Desk
from api.opening import java_options
from api.settings import Settings
from graph import changes as differing
from graph.analysis.answer import Row
from graph.changes import KINDS_OF_CHANGE, Changes, difference
from graph.dataset import Dataset
from graph.errors import InputError, NotFoundError, ParameterError, UnavailableError
from graph.profile import Profile, load_profile
from graph.snapshot import build
from graph.store.bulk import write_bulk
from graph.store.read import read_stored
from graph.store.write import write
from graph.view import View, view
from loaders.annotating import annotate
from loaders.load import Reading, read
from loaders.mapping import Settled, read_mapping
from loaders.proposing import propose

Progress = Callable[[str], None]
NOTHING: dict[str, int] = dict.fromkeys(KINDS_OF_CHANGE, 0)


def import_files(
    desk: Desk,
    paths: Sequence[Path],
    district: str,
    author: str,
    progress: Progress,
    *,
    dry_run: bool = False,
    mapping: Settled | None = None,
    complete: Sequence[str] = (),
    drop_personal: bool = False,
) -> Row:
    """Import files into a district; the import report of interface.md.

    Args:
        paths: workbooks, CSV files or folders.
        district: an id for which there is a governance profile.
        dry_run: check and compare only.
        mapping, complete, drop_personal: as `loaders.load.read` takes them.
    """
    profile = desk.profile(district)[1]
    progress("正在读取图数据库中的内容……")
    stored, base = read_stored(desk.store, district)
    progress("正在读取和检查文件……")
    reading = read(
        paths,
        district,
        profile,
        stored if stored.node_count else None,
        mapping=mapping,
        complete=complete,
        drop_personal=drop_personal,
    )
    report = _report(reading, dry_run=dry_run, revision=base or None)
    if reading.dataset is None:
        return report
    progress("正在比对……")
    changes = difference(stored, reading.dataset, on=desk.today().isoformat(), complete=reading.complete)
    _count(report, stored, changes, profile, desk.today())
    if not dry_run:
        files = "、".join(p.name for p in paths)
        report["revision"] = write(
            desk.store,
            district,
            changes,
            author=author,
            source=files,
            base=base,
            about={"name": profile.name},
            progress=lambda done, total: progress(f"正在写入 {done}/{total}……"),
        )
    return report


def _report(reading: Reading, *, dry_run: bool, revision: int | None) -> Row:
    return {
        "ok": reading.ok,
        "dry_run": dry_run,
        "revision": revision,
        "counts": dict(NOTHING),
        "by_kind": [],
        "by_area": [],
        "errors": [dict(e) for e in reading.errors],
        "warnings": [dict(w) for w in reading.warnings],
        "truncated": reading.truncated,
    }


def _count(report: Row, stored: Dataset, changes: Changes, profile: Profile, today: dt.date) -> None:
    report |= {"counts": changes.counts(), "by_kind": changes.by_kind()}
    if changes.elements:
        report["by_area"] = by_area(today, stored, changes, profile)


def import_bulk(
    settings: Settings,
    paths: Sequence[Path],
    district: str,
    author: str,
    progress: Progress,
    *,
    dry_run: bool = False,
    mapping: Settled | None = None,
    drop_personal: bool = False,
) -> Row:
    """The first import of a district into an empty embedded store that nobody has open, by Neo4j's own tool.

    Arguments and report are those of `import_files`; the store is opened by this function alone.

    Raises:
        ParameterError: the settings name a server.
        ConflictError: the store is open or not empty.
    """
    if settings.neo4j_uri:
        raise ParameterError(
            "--bulk 只用于内嵌的图数据库，现在设置的是服务器。", "请不加 --bulk 导入。", code="bulk-needs-embedded"
        )
    profile = load_profile(district, settings.profiles)
    progress("正在读取和检查文件……")
    reading = read(paths, district, profile, None, mapping=mapping, drop_personal=drop_personal)
    report = _report(reading, dry_run=dry_run, revision=None)
    if reading.dataset is None:
        return report
    today = dt.datetime.now(ZoneInfo(settings.timezone)).date()
    nothing = Dataset(district, MappingProxyType({}), MappingProxyType({}))
    changes = difference(nothing, reading.dataset, on=today.isoformat())
    _count(report, nothing, changes, profile, today)
    if not dry_run and changes.elements:
        report["revision"] = write_bulk(
            settings.embedded_home,
            java_options(settings, progress),
            changes,
            author=author,
            source="、".join(p.name for p in paths),
            about={"name": profile.name},
            progress=progress,
        )
    return report


def mapping_of(path: Path, paths: Sequence[Path]) -> Settled | None:
    """What the mapping file says; where there is none yet, a proposal is written there for the user to judge.

    None where there is none and none is needed.

    Raises:
        InputError: it is wrong or not confirmed yet; or it was written just now.
    """
    if path.exists():
        return read_mapping(path)
    proposal = propose(paths)
    if proposal is None:
        return None
    try:
        path.write_text(proposal, "utf-8")
    except OSError:
        raise UnavailableError(
            f"文件 {path.name} 写不进去。", "请检查文件夹、磁盘空间和权限。", code="file-unwritable"
        ) from None
    raise InputError(
        f"有不认识的表或列，已按相似程度写出对照建议 {path.name}，没有导入。",
        "请核对其中每一条，把 confirmed 改为 true，再用同一个 --mapping 导入。",
        code="mapping-proposed",
    )


def write_marked(paths: Sequence[Path], report: Row, out: Path) -> None:
    """Write the marked copy of an import's files as one .xlsx: red cells, comments, an error column, a list of all.

    Args:
        paths: what was imported, still there.
        report: its import report.
        out: the workbook to write.

    Raises:
        UnavailableError: it cannot be written.
    """
    try:
        annotate(paths, [*report["errors"], *report["warnings"]], out)
    except (OSError, XlsxWriterException):
        raise UnavailableError(
            f"文件 {out.name} 写不进去。",
            "请检查文件夹、磁盘空间、权限，以及文件是否正被打开。",
            code="file-unwritable",
        ) from None


def chosen_district(desk: Desk, asked: str | None) -> str:
    """The district to import into: the one asked for, the default, the only one loaded; it needs a profile."""
    named = asked or desk.settings.district
    if not named:
        loaded = sorted(desk.loaded())
        if len(loaded) != 1:
            raise ParameterError(
                "没有说明导入到哪个区划。",
                f"请用 district 指定；已载入：{'、'.join(loaded) or '无'}。",
                code="district-missing",
            )
        named = loaded[0]
    desk.profile(named)
    return named


def by_area(today: dt.date, stored: Dataset, changes: Changes, profile: Profile) -> list[Row]:
    """Changed nodes by the area of the profile's reporting tier in which they lie: `{"area", added, changed, …}`."""
    kinds = [k for k in KINDS_OF_CHANGE if k != "unchanged"]
    parts = [pl.DataFrame(schema={"id": pl.String, "change": pl.String})]
    for part in changes.nodes.values():
        parts += [part.added.select("id", change=pl.lit("added")), part.moved.select("id", change=pl.lit("moved"))]
        parts.append(part.after.select("id", change=part.change))
    changed = pl.concat(parts)
    seen = view(build(differing.apply(stored, changes), 0), profile, today)
    number = pl.DataFrame({"id": list(seen.snapshot.ids), "node": np.arange(seen.snapshot.n)})
    met = changed.join(number, on="id")
    home = seen.home()[met["node"].to_numpy()]
    # What lies nowhere takes the last place, which is nobody's.
    place = np.append(_reporting(seen), -1)[np.where(home >= 0, home - seen.snapshot.span("Area").start, -1)]
    counts: dict[int, Row] = {}
    counted = met.select("change", area=pl.Series(place)).group_by("area", "change").len()
    for area, change, n in counted.select("area", "change", "len").iter_rows():
        counts.setdefault(area, dict.fromkeys(kinds, 0))[change] = n
    return [{"area": seen.ref(area), **found} for area, found in sorted(counts.items())]


def _reporting(seen: View) -> Any:
    """For each area the reporting area it is or lies in (node number), -1 if none."""
    span = seen.snapshot.span("Area")
    forest = seen.areas()
    fits = np.flatnonzero(seen.coded("Area", "kind", seen.profile.reporting_kinds))
    found = np.full(span.stop - span.start, -1)
    # From the top, so that of two in one chain the nearer one counts.
    for area in fits[np.argsort(forest.depth[fits], kind="stable")].tolist():
        found[forest.descendants(area)] = area + span.start
    return found


def refuse_missing(paths: Sequence[Path]) -> None:
    """`NotFoundError` for a path that is not there."""
    for path in paths:
        if not path.exists():
            raise NotFoundError(f"文件或文件夹 {path.name} 不存在。", "请检查路径。", code="file-missing")
