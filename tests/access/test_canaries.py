"""Words that occur nowhere else, put where people put things, must turn up only where they belong."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from api import audit
from api.exporting import FORMATS
from api.records import FILE
from graph.dataset import Dataset
from tests.access.conftest import Service
from tests.access.matrix import MATRIX, READERS
from tests.access.reading import text_of, whole
from tests.access.seeding import COMMUNITY, FILE_NAME, HOLDER_KEYS, HOLDERS, STREET
from tests.loaders.files import workbook

PHONE, IDENTITY = "13912345678", "11010519491231002X"
CARDS = ("posts/fuxing.seed-p1", "nodes/fuxing.seed-p1", "nodes/fuxing.seed-p2", "posts", "posts?limit=1000")
ASKED = sorted({d.ask for (m, _), d in MATRIX.items() if m == "GET" and "{" not in d.ask} | set(CARDS))
MORE = (
    "diff?from=0&to=2",
    "findings?limit=1000",
    f"vacancies?area={STREET}",
    f"diagrams/organization.svg?area={STREET}",
    f"diagrams/organization.pdf?area={STREET}",
    f"diagrams/community.drawio?area={COMMUNITY}",
    f"diagrams/community.dot?area={COMMUNITY}",
    f"reports/coverage.docx?area={STREET}",
    f"reports/coverage.pdf?area={STREET}",
    *(f"exports/{f}" for f in FORMATS),
    f"search?q={HOLDERS[0]}",
    f"search?q={HOLDER_KEYS[0]}",
)
Said = Callable[[], str]


@pytest.fixture
def said(capfd: pytest.CaptureFixture[str]) -> Said:
    """What was written to the log since the last time."""
    return lambda: "".join(capfd.readouterr())


def recorded(service: Service) -> str:
    """The audit, as rows and as the bytes of its file."""
    service.records.rows("SELECT 1")
    files = [p.read_bytes().decode("utf-8", "replace") for p in sorted(service.folder.glob(f"{FILE}*"))]
    return f"{audit.listed(service.records)}\n" + "\n".join(files)


def test_the_canaries_are_there_and_can_be_seen(service: Service, data: Dataset) -> None:
    """Otherwise every test below would hold of anything."""
    assert set(HOLDERS) <= set(data.node("Post")["holder"].drop_nulls())
    for id_, holder in (("fuxing.seed-p1", HOLDERS[0]), ("fuxing.seed-p2", HOLDERS[1])):
        assert service.get(f"posts/{id_}", "named").json()["attributes"]["holder"] == holder
        assert service.get(f"posts/{id_}", "viewer").json()["attributes"]["holder"] == holder[0] + "***"
    for name, form in FORMATS.items():
        assert all(h in text_of(service.get(f"exports/{name}", "named").content, form.media) for h in HOLDERS), name
    assert FILE_NAME in service.get("revisions", "viewer").text


@pytest.mark.parametrize("path", [*ASKED, *MORE])
def test_no_holder_is_told_to_who_may_not_see_names(service: Service, path: str) -> None:
    callers = (*READERS, "auditor", "viewer@own", "editor@own", "")
    for who in callers if "exports" not in path and "diagrams" not in path else ("viewer", "administrator"):
        answer = whole(service.get(path, who))
        assert [w for w in (*HOLDERS, *HOLDER_KEYS) if w in answer and w not in path] == [], who


def test_no_holder_is_found_by_name(service: Service) -> None:
    for who in ("viewer", "named"):
        for word in (*HOLDERS, *HOLDER_KEYS):
            assert service.get(f"search?q={word}", who).json()["rows"] == []


def test_keys_that_tell_persons_apart_leave_in_exports_only(service: Service) -> None:
    for path in CARDS:
        assert not any(k in whole(service.get(path, "named")) for k in HOLDER_KEYS), path


CANARY = "canary.7q.zephyr"
TYPED: tuple[dict[str, Any], ...] = (
    {"path": f"nodes/{HOLDERS[0]}"},
    {"path": f"areas/{PHONE}"},
    {"path": f"no-such-{CANARY}/{PHONE}"},
    {"path": f"coverage?area={CANARY}"},
    {"path": f"coverage?as_of={PHONE}"},
    {"path": f"coverage?cursor={CANARY}"},
    {"path": f"diff?from={CANARY}&to={PHONE}"},
    {"path": f"search?q={HOLDERS[0]}&limit={PHONE}"},
    {"path": f"diagrams/{CANARY}.svg"},
    {"path": f"reports/{CANARY}.pdf"},
    {"path": "me", "headers": {"User-Agent": CANARY, "Referer": f"https://{CANARY}/", "Cookie": f"a={CANARY}"}},
    {"path": "me", "headers": {"X-Request-ID": f"{CANARY} {PHONE}", "X-Forwarded-For": CANARY}},
    {"path": "me", "headers": {"Authorization": f"Bearer {CANARY}"}},
    {"path": "me", "headers": {"Authorization": f"Bearer pgk_{CANARY}"}},
    {"path": "coverage", "headers": {"Accept": CANARY, "If-None-Match": f'"{CANARY}"'}},
    {"method": "POST", "path": "keys", "json": {"name": CANARY, "roles": [CANARY]}},
    {"method": "POST", "path": "keys", "json": {"given": PHONE}},
    {"method": "POST", "path": "keys", "content": f'{{"{CANARY}'},
    {"method": "POST", "path": "what-if", "json": [{"op": CANARY, "id": PHONE}]},
    {"method": "POST", "path": "queries", "json": {"name": CANARY}},
    {"method": "PUT", "path": f"findings/{CANARY}/state", "json": {"state": CANARY}},
    {"method": "POST", "path": f"revisions/{PHONE}/revert", "json": {}},
    {"method": "DELETE", "path": f"keys/{PHONE}"},
    {"method": "DELETE", "path": f"coverage/{PHONE}"},
)


@pytest.mark.parametrize("typed", TYPED, ids=range(len(TYPED)))
def test_what_is_typed_wrongly_is_not_told_again(service: Service, said: Said, typed: dict[str, Any]) -> None:
    words = (*HOLDERS, PHONE, CANARY)
    said()
    request = {"method": "GET", **typed}
    for who in ("administrator", "viewer@own"):
        answer = service.ask(who=who, **{**request, "headers": dict(request.get("headers", {}))})
        text = whole(answer)
        if "instance" in text:
            # The address of the request is the one thing that a problem repeats.
            text = text.replace(answer.json()["instance"], "")
        assert [w for w in words if w in text] == []
        assert answer.status_code < 500
    logged = said()
    assert logged
    assert [w for w in words if w in logged] == []
    assert [w for w in (PHONE, *HOLDERS) if w in str(audit.listed(service.records))] == []


BAD_FILE = "渡鸦花名册玖玖.xlsx"
SHEET, HEADER, CELL = "渡鸦表", "渡鸦列", "渡鸦格"


def _bad_book(folder: Path) -> bytes:
    rows = (
        ("标识", "名称", "类型", "任职人", "岗位所属", HEADER),
        ("fuxing.bad-1", "书记岗甲", "书记", IDENTITY, CELL, PHONE),
        ("fuxing.bad-2", f"{CELL}岗", CELL, f"渡鸦人{PHONE}", "没有的党组织", "1"),
    )
    people = (("姓名", "手机号码", "身份证号"), ("渡鸦人", PHONE, IDENTITY))
    return workbook(folder / BAD_FILE, {"岗位": rows, SHEET: people}).read_bytes()


def test_a_wrong_file_tells_its_places_and_not_its_cells(service: Service, said: Said, tmp_path: Path) -> None:
    said()
    answer = service.handed_in("editor", BAD_FILE, _bad_book(tmp_path), dry_run=True)
    assert answer.status_code == 422, answer.text
    report = answer.json()
    assert {e["file"] for e in report["errors"]} == {BAD_FILE}
    assert [w for w in (PHONE, IDENTITY, CELL, "渡鸦人") if w in answer.text] == []
    place = {"file", "sheet", "header", "message", "detail", "remedy"}
    apart = str([{k: v for k, v in e.items() if k not in place} for e in report["errors"]])
    assert [w for w in (BAD_FILE, HEADER, SHEET) if w in apart] == []
    logged, kept = said(), recorded(service)
    for word in (PHONE, IDENTITY, CELL, "渡鸦人"):
        assert word not in logged
        assert word not in kept, "the file of records"
    for word in (BAD_FILE, HEADER, SHEET):
        assert word not in logged
        assert word not in str(audit.listed(service.records))


def test_logs_metrics_and_audit_hold_no_names(service: Service, said: Said) -> None:
    said()
    for path in ("posts/fuxing.seed-p1", "exports/xlsx", f"search?q={HOLDERS[0]}", "findings"):
        service.get(path, "named")
    told = said() + service.get("/metrics", "administrator").text + recorded(service)
    assert [w for w in (*HOLDERS, *HOLDER_KEYS) if w in told] == []
    assert FILE_NAME not in service.get("/metrics", "administrator").text + str(audit.listed(service.records))
    assert not any(key in told for key in service.key.values())


def test_a_file_name_stays_where_the_source_of_data_is_told(service: Service) -> None:
    sources = ("revisions", "submissions", "imports", "exports", "diff", "jobs")
    for path in ASKED:
        if not path.startswith((*sources, "nodes/", "posts/")):
            assert FILE_NAME not in whole(service.get(path, "viewer")), path


def test_an_exported_workbook_says_nothing_of_who_made_it(service: Service) -> None:
    book = openpyxl.load_workbook(io.BytesIO(service.get("exports/xlsx", "viewer").content))
    assert book.properties.creator in (None, "", "openpyxl", "partygraph")
    assert not any(h in str(list(s.values)) for s in book for h in HOLDERS)
