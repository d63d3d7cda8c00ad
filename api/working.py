"""Doing a job: in the request if it is short, else by `python -P -m api.working`, one at a time on a host.

The order comes as JSON on stdin, so that no password is on a command line. The job's row tells how far it is; its
outcome is written by whoever did it.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path
from typing import Any

import structlog
from filelock import FileLock

from api import audit, jobs
from api.audit import Deed
from api.desk import Desk
from api.importing import import_files, write_marked
from api.opening import Address, Opened, reach
from api.problems import problem
from api.records import Records
from api.settings import Settings
from graph.analysis.answer import Row
from graph.errors import InputError, PartygraphError
from loaders.mapping import read_mapping

TELL_SECONDS = 0.5
JOB_SECONDS = 3600.0
FILES, MAPPING, ERRORS = "files", "mapping", "errors.xlsx"
log = structlog.get_logger("partygraph.jobs")


def perform(desk: Desk, records: Records, id_: str) -> None:
    """Do a job and note its outcome; its uploaded files are gone when this returns."""
    kind, district, orders, caller = jobs.orders_of(records, id_)
    place = jobs.folder(desk.settings.data_dir, id_)
    jobs.begin(records, id_)
    result: Row = {"report": None, "problem": None}
    status = 200
    try:
        report = _import(desk, place, district, caller.name, orders, _teller(records, id_))
        result["report"] = report
        refuse_faulty(report)
    except PartygraphError as error:
        status, result["problem"] = error.status, problem(error)
    except Exception as error:
        log.error("job-defect", job=id_, kind=type(error).__qualname__)
        told = PartygraphError("任务内部出错，没有完成。", "请带着任务的标识联系维护人员。")
        status, result["problem"] = 500, problem(told)
    finally:
        shutil.rmtree(place / FILES, ignore_errors=True)
        shutil.rmtree(place / MAPPING, ignore_errors=True)
    outcome = "ok" if status < 400 else result["problem"]["code"]
    audit.append(records, caller, Deed(kind, f"jobs/{id_}", outcome))
    jobs.end(records, id_, status, result)


def _import(
    desk: Desk, place: Path, district: str, author: str, orders: dict[str, Any], progress: Callable[[str], None]
) -> Row:
    paths = sorted((place / FILES).iterdir())
    given = sorted((place / MAPPING).iterdir()) if (place / MAPPING).is_dir() else []
    report = import_files(
        desk,
        paths,
        district,
        author,
        progress,
        dry_run=orders["dry_run"],
        mapping=read_mapping(given[0]) if given else None,
        complete=orders["complete"],
        drop_personal=orders["drop_personal"],
    )
    if report["errors"] or report["warnings"]:
        # An import is not undone because its list of faults could not be written.
        with suppress(PartygraphError):
            write_marked(paths, report, place / ERRORS)
    return report


def refuse_faulty(report: Row) -> None:
    """`InputError` import-invalid with every error at its place, unless the report is ok."""
    if report["ok"]:
        return
    first = report["errors"][0]
    raise InputError(
        f"文件有{len(report['errors'])}处错误，没有写入任何内容。",
        f"请按 errors 逐处改正后重新导入；第一处：{first['message']}。",
        code="import-invalid",
        items=[{**e, "detail": e["message"]} for e in report["errors"]],
    )


def _teller(records: Records, id_: str) -> Callable[[str], None]:
    last = 0.0

    def progress(line: str) -> None:
        nonlocal last
        if time.monotonic() - last > TELL_SECONDS:
            jobs.tell(records, id_, line)
            last = time.monotonic()

    return progress


def submit(desk: Desk, records: Records, id_: str, done: Callable[[], None]) -> None:
    """Have a job done by a process of its own as soon as no other runs on this host.

    Args:
        done: called when it has ended.
    """
    threading.Thread(target=_run, args=(desk, records, id_, done), name=f"job-{id_}", daemon=True).start()


def _run(desk: Desk, records: Records, id_: str, done: Callable[[], None]) -> None:
    settings = desk.settings
    order = {
        "id": id_,
        "address": asdict(desk.address),
        "settings": {
            **settings.model_dump(mode="json"),
            "neo4j_password": settings.neo4j_password.get_secret_value(),
        },
    }
    try:
        with FileLock(settings.data_dir / "jobs.lock", thread_local=False):
            with suppress(subprocess.TimeoutExpired):
                subprocess.run(
                    [sys.executable, "-P", "-m", "api.working"],
                    input=json.dumps(order).encode(),
                    stdout=subprocess.DEVNULL,
                    timeout=JOB_SECONDS,
                    check=False,
                )
            if not jobs.ended(records, id_):
                jobs.end(records, id_, 503, {"report": None, "problem": jobs.INTERRUPTED})
        done()
    except PartygraphError as error:
        log.error("job-not-noted", job=id_, code=error.code)


def main() -> int:
    """The job process: read the order, do the job."""
    order = json.load(sys.stdin)
    settings = Settings(**order["settings"])
    address = Address(**order["address"])
    with Records(settings.data_dir) as records, reach(address) as store:
        perform(Desk(settings, Opened(address, store, None)), records, order["id"])
    return 0


if __name__ == "__main__":
    sys.exit(main())
