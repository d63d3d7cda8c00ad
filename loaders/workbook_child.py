"""Reads one workbook in a process of its own and prints its sheets as JSON: `python -P -m loaders.workbook_child FILE`.

For the formats whose reader trusts the file (.xls, .xlsb, .ods): a damaged one makes it allocate without end, or panic.
Exit codes: 0 read, 3 protected by a password, anything else cannot be read. Imports nothing of ours.
"""

from __future__ import annotations

import datetime as dt
import json
import sys
from typing import Any

from python_calamine import CalamineWorkbook, PasswordError, SheetTypeEnum, SheetVisibleEnum

PROTECTED = 3
MEMORY = 1_000_000_000


def main() -> None:
    """Read the file that the command line names."""
    _limit()
    try:
        with CalamineWorkbook.from_path(sys.argv[1]) as book:
            kinds = [m for m in book.sheets_metadata if m.typ == SheetTypeEnum.WorkSheet]
            shown = [m.name for m in kinds if m.visible == SheetVisibleEnum.Visible]
            hidden = [m.name for m in kinds if m.visible != SheetVisibleEnum.Visible]
            sheets = [(name, book.get_sheet_by_name(name)) for name in shown]
            found = [
                {"name": name, "rows": s.to_python(skip_empty_area=False), "merged": s.merged_cell_ranges or []}
                for name, s in sheets
            ]
    except PasswordError:
        sys.exit(PROTECTED)
    json.dump({"sheets": found, "hidden": hidden}, sys.stdout, default=_plain)


def _limit() -> None:
    try:
        import resource
    except ImportError:  # Windows knows no such limit
        return
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _plain(value: Any) -> Any:
    """A day as a list of its ISO text, so that it is told from text."""
    if isinstance(value, dt.datetime):
        return [value.date().isoformat()]
    return [value.isoformat() if isinstance(value, dt.date) else str(value)]


if __name__ == "__main__":
    main()
