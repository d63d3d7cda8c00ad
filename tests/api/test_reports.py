"""Reports by command and over HTTP: the same bytes, errors without files, and nothing outside a caller's scope."""

from __future__ import annotations

import datetime as dt
import io
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import docx
import pytest
from starlette.testclient import TestClient

from api import audit, keys
from api.app import create
from api.opening import Opened
from api.records import Records
from api.reporting import MEDIA
from api.settings import Settings
from api.specimens import specimen_of
from graph.view import View, view
from tests.api.conftest import Cli
from tests.visual.reports.reading import of_docx
from visual.reports.content import Imprint
from visual.reports.kinds import KINDS
from visual.reports.pdf import Tools
from visual.reports.writing import write

V1 = "/api/v1"
STREET = "fuxing.130404001000"
BOUND = ("coverage", "pairing", "rectification", "booklet")
pytestmark = pytest.mark.usefixtures("fuxing")


def texts(content: bytes) -> str:
    return "\n".join(of_docx(content))


@pytest.mark.parametrize("fmt", MEDIA)
def test_the_command_writes_what_the_service_answers(cli: Cli, client: TestClient, tmp_path: Path, fmt: str) -> None:
    file = tmp_path / f"report.{fmt}"
    done = cli("report", "coverage", "--area", "胜利桥街道", "--unit", "某单位", "-o", str(file))
    assert done.code == 0
    assert f"已写出 {file}" in done.out
    answer = client.get(f"{V1}/reports/coverage.{fmt}?area={STREET}&unit=某单位")
    assert answer.status_code == 200
    assert answer.headers["content-type"] == MEDIA[fmt]
    assert answer.content == file.read_bytes()
    again = client.get(answer.request.url, headers={"If-None-Match": answer.headers["etag"]})
    assert again.status_code == 304


def test_replaced_fonts_are_told_once(cli: Cli, tmp_path: Path) -> None:
    done = cli("report", "claims", "-o", str(tmp_path / "c.pdf"))
    assert done.code == 0
    assert done.err.count("FONT_DIR") <= 1


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_is_answered(client: TestClient, kind: str) -> None:
    answer = client.get(f"{V1}/reports/{kind}.xlsx")
    assert answer.status_code == 200, answer.text
    assert zipfile.ZipFile(io.BytesIO(answer.content)).testzip() is None


def test_below_a_street_the_communities_are_listed(client: TestClient) -> None:
    said = texts(client.get(f"{V1}/reports/coverage.docx?area={STREET}").content)
    assert "胜利桥街道党组织覆盖情况分析" in said
    assert "二、各社区情况" in said
    assert "三丰园社区" in said
    assert "百家村街道" not in said


def test_a_month_is_told_by_its_days_or_its_revisions(client: TestClient) -> None:
    said = texts(client.get(f"{V1}/reports/monthly.docx").content)
    assert "没有街道填报过台账" in said
    assert "之间生效和结束的内容" in said
    refused = client.get(f"{V1}/reports/monthly.docx?before=2999-01-01")
    assert (refused.status_code, refused.json()["code"]) == (400, "before-invalid")


def test_a_month_with_a_file_names_who_has_not_handed_in(cli: Cli, client: TestClient, tmp_path: Path) -> None:
    file = tmp_path / "单位.csv"
    file.write_text("标识,名称,类型,驻在区域\nfuxing.u-new,新来的单位,国企,三丰园社区\n", "utf-8")
    assert cli("import", str(file)).code == 0
    client.get(f"{V1}/coverage?revision=2")
    said = texts(client.get(f"{V1}/reports/monthly.docx").content)
    assert "应填报的街道8个，本月已填报12.5%（1/8）。" in said
    assert "从未填报的7个：百家村街道" in said
    assert "没有街道填报过台账" not in said
    assert "未报" in said
    assert cli("load", "fuxing", "--replace").code == 0


@pytest.mark.parametrize(
    ("command", "code", "said"),
    [
        (("report", "nonsense", "-o", "a.pdf"), 2, "booklet（一区一册）"),
        (("report", "coverage", "-o", "a.txt"), 2, "pdf、docx、xlsx"),
        (("report", "coverage", "-o", "broken.docx/a.pdf"), 3, "写不进去"),
        (("report", "coverage", "--area", "没有的街道", "-o", "a.pdf"), 2, "没有"),
        (("report", "coverage", "--template", "none.docx", "-o", "a.docx"), 2, "不存在"),
        (("report", "coverage", "--template", "broken.docx", "-o", "a.docx"), 2, "另存为 .docx"),
        (("report", "coverage", "--template", "broken.docx", "-o", "a.pdf"), 2, "--template"),
        (("report", "monthly", "--before", "2999-01-01", "-o", "a.pdf"), 2, "--before"),
    ],
)
def test_an_error_leaves_no_file(
    cli: Cli, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, command: tuple[str, ...], code: int, said: str
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("broken.docx").write_bytes(b"not a document")
    done = cli(*command)
    assert (done.code, done.out) == (code, "")
    assert said in done.err
    assert "怎么办：" in done.err
    assert [p.name for p in tmp_path.iterdir()] == ["broken.docx"]


def test_a_template_of_ones_own(cli: Cli, tmp_path: Path) -> None:
    made = docx.Document()
    made.add_paragraph("某某区委文件")
    made.add_paragraph("{{正文}}")
    made.save(str(tmp_path / "own.docx"))
    out = tmp_path / "a.docx"
    assert cli("report", "pairing", "--template", str(tmp_path / "own.docx"), "-o", str(out)).code == 0
    assert texts(out.read_bytes()).startswith("某某区委文件")


@pytest.mark.parametrize(
    ("path", "status", "code"),
    [
        ("reports/nonsense.pdf", 404, "unknown-kind"),
        ("reports/coverage.odt", 404, "format-unknown"),
        ("reports/coverage.pdf?area=fuxing.none", 404, "unknown-id"),
        ("reports/coverage.pdf?nonsense=1", 400, "parameter-unknown"),
        ("reports/coverage.pdf?area=fuxing.g-130404001008-01", 404, "empty-report"),
    ],
)
def test_over_http_errors_are_problems(client: TestClient, path: str, status: int, code: str) -> None:
    answer = client.get(f"{V1}/{path}")
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert answer.json()["remedy"]


@dataclass(frozen=True)
class Locked:
    """A service with a key for one street, and its records."""

    client: TestClient
    records: Records


@pytest.fixture(scope="module")
def locked(settings: Settings, fuxing: Opened, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Locked]:
    folder: Path = tmp_path_factory.mktemp("locked")
    with Records(folder) as records:
        key = keys.add(records, "街道", ["viewer"], scope=[STREET])[1]
        own = settings.model_copy(update={"data_dir": folder})
        with TestClient(create(own, fuxing), raise_server_exceptions=False) as client:
            client.headers["Authorization"] = f"Bearer {key}"
            yield Locked(client, records)


def hidden_names(seen: View) -> list[str]:
    shown = "\n".join(seen.name(n) for n in range(seen.snapshot.n) if seen.visible[n])
    names = {seen.name(n) for n in range(seen.snapshot.n) if not seen.visible[n]}
    return [n for n in names if len(n) > 2 and n not in shown]


@pytest.mark.parametrize("kind", BOUND)
def test_a_street_reads_of_itself_only(fuxing_view: View, kind: str) -> None:
    seen = view(fuxing_view.snapshot, fuxing_view.profile, fuxing_view.as_of, (STREET,))
    report = specimen_of(kind, seen, Imprint())
    said = texts(write(report, "docx", Tools()).files[0])
    assert "胜利桥街道" in said
    assert [name for name in hidden_names(seen) if name in said] == []


@pytest.mark.parametrize("kind", ["coverage", "pairing"])
def test_over_http_too(locked: Locked, fuxing_view: View, kind: str) -> None:
    answer = locked.client.get(f"{V1}/reports/{kind}.docx")
    assert answer.status_code == 200
    today = dt.datetime.now(dt.UTC).date()
    seen = view(fuxing_view.snapshot, fuxing_view.profile, today, (STREET,))
    assert [name for name in hidden_names(seen) if name in texts(answer.content)] == []


@pytest.mark.parametrize("kind", ["claims", "monthly"])
def test_what_cannot_be_bound_is_refused_and_recorded(locked: Locked, kind: str) -> None:
    answer = locked.client.get(f"{V1}/reports/{kind}.pdf")
    assert (answer.status_code, answer.json()["code"]) == (403, "scope-unbound")
    last = audit.listed(locked.records)[-1]
    assert (last["action"], last["object"]) == ("denied", f"GET reports/{kind}.pdf")
    other = locked.client.get(f"{V1}/reports/coverage.pdf?area=fuxing.130404002000")
    assert other.status_code == 404
