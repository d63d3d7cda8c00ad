"""The process that runs one user's query: `python -P -m graph.store.adhoc_child`, the order as JSON on stdin.

So a huge answer, a slow one or one that never ends takes memory and time of its own, never those of the service; when
it is killed its connection breaks, and the server ends the transaction.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

from graph.errors import PartygraphError, UnavailableError
from graph.store.adhoc import judge_plan, plain
from graph.store.bolt import connect

MEMORY = 1_500_000_000
BYTES_MOST = 4_000_000


def main() -> int:
    """Read the order, run it, write `{"columns", "rows", "cut"}` or `{"error": {…}}` as JSON."""
    order = json.load(sys.stdin)
    _bound_memory()
    try:
        said = answer(order)
    except PartygraphError as e:
        said = {"error": {"code": e.code, "detail": e.detail, "remedy": e.remedy, "status": e.status}}
    except MemoryError:
        said = {"error": {"code": "query-too-large", "detail": "", "remedy": "", "status": 422}}
    sys.stdout.write(json.dumps(said, ensure_ascii=False))
    return 0


def answer(order: dict[str, Any]) -> dict[str, Any]:
    """The rows of a query up to `limit` rows, 4 MB and `seconds`; `cut` says which of them ended it, null if none."""
    limits = {"timeout": order["seconds"], "metadata": {"partygraph": order["mark"]}}
    with connect(**order["address"]) as store:
        if not store.refuses_writes():
            raise UnavailableError(
                "图数据库服务器不拦阻只读会话中的写入，不能在上面自由查询。",
                "请使用内嵌的或单机的 Neo4j。",
                code="query-off",
            )
        with store.asking(order["statement"], order["parameters"], judge_plan, **limits) as (columns, records):
            rows, cut = _taken(records, order["limit"], time.monotonic() + order["seconds"])
    return {"columns": columns, "rows": rows, "cut": cut}


def _taken(records: Iterator[tuple[Any, ...]], limit: int, deadline: float) -> tuple[list[Any], str | None]:
    rows: list[Any] = []
    left = BYTES_MOST
    for record in records:
        row = [plain(value) for value in record]
        left -= len(json.dumps(row, ensure_ascii=False).encode())
        if len(rows) == limit:
            return rows, "rows"
        if left < 0:
            return rows, "bytes"
        if time.monotonic() > deadline:
            return rows, "seconds"
        rows.append(row)
    return rows, None


def _bound_memory() -> None:
    """One value may be as large as the server's heap: this process ends before the machine suffers (not on Windows)."""
    with suppress(ImportError):
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))


if __name__ == "__main__":
    sys.exit(main())
