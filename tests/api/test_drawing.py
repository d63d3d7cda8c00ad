"""Charts by command and over HTTP: what is compared, which glyphs are missing, and that nothing half is left."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from tests.api.conftest import Cli

STREET, COMMUNITY = "fuxing.130404001000", "fuxing.130404001008"
pytestmark = pytest.mark.usefixtures("fuxing")


def test_a_character_no_font_has_is_named_on_stderr_and_in_a_header(
    cli: Cli, client: TestClient, tmp_path: Path
) -> None:
    done = cli("draw", "chain", "--mark", "𠮷", "-o", str(tmp_path / "a.svg"))
    assert done.code == 0
    assert "𠮷（U+20BB7）" in done.err
    assert "FONT_DIR" in done.err
    answer = client.get("/api/v1/diagrams/chain.svg", params={"mark": "𠮷"})
    assert answer.headers["x-font-warning"] == "U+20BB7"
    assert "x-font-warning" not in client.get("/api/v1/diagrams/chain.svg").headers


def test_a_plan_is_drawn_by_command(cli: Cli, tmp_path: Path) -> None:
    plan = tmp_path / "plan.json"
    unit = "区直部门01（示例）"
    plan.write_text(json.dumps([{"op": "unpair", "organization": COMMUNITY, "unit": unit}]), "utf-8")
    picture = tmp_path / "change.svg"
    done = cli("draw", "change", "--what-if", str(plan), "-o", str(picture))
    assert done.code == 0, done.err
    assert "未写入" in picture.read_text("utf-8")
    both = cli("draw", "change", "--what-if", str(plan), "--before", "2025-01-01", "-o", str(tmp_path / "b.svg"))
    assert both.code == 2
    assert not (tmp_path / "b.svg").exists()


@pytest.mark.parametrize(
    ("asked", "status", "code"),
    [
        ({"before": "1", "after": "1"}, 400, "before-invalid"),
        ({"before": "2025-01-01"}, 404, "empty-chart"),
        ({"before": "2025-01-01", "after": "2024-01-01"}, 400, "before-invalid"),
        ({"before": "0", "after": "2025-01-01"}, 400, "parameter-invalid"),
        ({"after": "2025-01-01"}, 400, "before-missing"),
        ({"before": "yesterday"}, 400, "parameter-invalid"),
    ],
)
def test_what_cannot_be_compared_is_refused(client: TestClient, asked: dict[str, str], status: int, code: str) -> None:
    answer = client.get("/api/v1/diagrams/change.svg", params=asked)
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert answer.json()["remedy"]


def test_two_revisions_are_compared(client: TestClient) -> None:
    answer = client.get("/api/v1/diagrams/change.svg", params={"before": "0", "area": STREET})
    assert answer.status_code == 200
    assert "修订0" in answer.text
    assert "新设" in answer.text


@pytest.mark.parametrize(
    ("command", "code", "words"),
    [
        (("draw", "pie"), 2, "organization"),
        (("draw", "grid", "--area", "fuxing.none"), 2, "search"),
        (("draw", "path"), 2, "--from"),
        (("draw", "community"), 2, "--area"),
        (("draw", "organization", "--page", "99"), 2, "页码从1到"),
    ],
)
def test_a_refused_chart_leaves_no_file(
    cli: Cli, tmp_path: Path, command: tuple[str, ...], code: int, words: str
) -> None:
    done = cli(*command, "-o", str(tmp_path / "a.svg"))
    assert done.code == code
    assert words in done.err
    assert list(tmp_path.iterdir()) == []
