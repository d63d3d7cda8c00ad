"""Two workers on one host: they serve the same store, follow an import of either, and count together."""

from __future__ import annotations

import json
import socket
import subprocess
import time
import urllib.request
from collections.abc import Iterator
from uuid import uuid4

import pytest

from api.desk import Desk
from api.opening import Opened
from api.settings import Settings
from tests.api.test_serve import ask, free_port, serving

Served = tuple[int, subprocess.Popen[bytes]]


@pytest.fixture(scope="module")
def served(environment: dict[str, str], fuxing: Opened) -> Iterator[Served]:
    """Port and supervisor of two workers."""
    assert fuxing.embedded is None
    port = free_port()
    with serving({**environment, "PARTYGRAPH_WORKERS": "2"}, port) as process:
        ask(port, "/readyz")
        yield port, process


def imported(port: int, name: str) -> int:
    """Import one grid over HTTP; the revision that wrote it."""
    boundary = uuid4().hex
    body = (
        f'--{boundary}\r\nContent-Disposition: form-data; name="files"; filename="a.csv"\r\n\r\n'
        f"所属社区,网格名称,网格编号\n钢铁厂社区,{name},{name}\n\r\n--{boundary}--\r\n"
    )
    head = {"Content-Type": f"multipart/form-data; boundary={boundary}"}
    asked = urllib.request.Request(f"http://127.0.0.1:{port}/api/v1/imports", data=body.encode(), headers=head)
    with urllib.request.urlopen(asked, timeout=120) as answer:
        return int(json.loads(answer.read())["revision"])


def test_a_read_asks_for_the_revision_of_an_import_whichever_worker_answers(
    served: Served, settings: Settings, fuxing: Opened
) -> None:
    port, _ = served
    revision = imported(port, "w-1")
    path = f"/api/v1/areas/fuxing.w-1?revision={revision}"
    answers = [json.loads(ask(port, path)) for _ in range(8)]
    assert {a["revision"] for a in answers} == {revision}
    counted = [line for line in _metrics(port).splitlines() if 'route="areas/{id}",status="200"' in line]
    assert float(counted[0].rpartition(" ")[2]) == 8
    assert Desk(settings, fuxing).loaded()["fuxing"].revision == revision


def _metrics(port: int) -> str:
    """The counts, which a worker writes when it has sent its answer."""
    time.sleep(0.5)
    return ask(port, "/metrics").decode()


def test_no_answer_mixes_revisions_while_one_is_written(served: Served) -> None:
    port, _ = served
    seen: set[tuple[int, int]] = set()
    for n in range(3):
        revision = imported(port, f"w-m{n}")
        for _ in range(6):
            body = json.loads(ask(port, f"/api/v1/coverage?revision={revision}"))
            total = next(r["total"] for r in body["rows"] if r["rule"] == "grid-organization")
            seen.add((body["revision"], total))
    # One grid more with every revision, and one total for each of them.
    assert len(seen) == len({revision for revision, _ in seen}) == len({total for _, total in seen}) == 3


def test_no_worker_outlives_a_supervisor_that_was_killed(served: Served) -> None:
    port, process = served
    process.kill()
    process.wait(30)
    deadline = time.monotonic() + 30
    while (found := _taken(port)) and time.monotonic() < deadline:
        time.sleep(0.2)
    assert not found


def _taken(port: int) -> bool:
    with socket.socket() as s:
        return s.connect_ex(("127.0.0.1", port)) == 0
