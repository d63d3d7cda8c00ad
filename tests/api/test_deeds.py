"""What the command line does stands in the same audit as what comes over HTTP, with its result, before it is told."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.main import get_command

from api import audit
from api.cli.entry import build
from api.cli.shell import DEEDS
from api.records import FILE, Records
from tests.api.conftest import Cli
from tests.api.test_documentation import commands

pytestmark = pytest.mark.usefixtures("fuxing")
GOOD = "社区,网格名称,网格编号\n钢铁厂社区,命令网格,fuxing.deed-1\n"
BAD = "党组织名称,上级党组织\n甲试党支部,没有的某某党委\n"


@pytest.fixture
def home(cli: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A data folder of this test alone, so that its audit begins empty."""
    assert cli is not None
    monkeypatch.setenv("PARTYGRAPH_DATA_DIR", str(tmp_path / "data"))
    return tmp_path / "data"


def deeds(home: Path) -> list[tuple[str, str, str]]:
    with Records(home) as records:
        assert audit.verified(records)["whole"]
        return [(r["action"], r["object"], r["result"]) for r in audit.listed(records)]


def test_every_deed_is_recorded_with_its_result(cli: Cli, home: Path, tmp_path: Path) -> None:
    good, bad = tmp_path / "good.csv", tmp_path / "bad.csv"
    good.write_text(GOOD, "utf-8")
    bad.write_text(BAD, "utf-8")
    assert cli("import", str(good), "--district", "fuxing", "--dry-run").code == 0
    assert cli("import", str(bad), "--district", "fuxing", "--dry-run").code == 2
    assert cli("export", "--district", "fuxing", "--format", "json", "-o", str(tmp_path / "out.json")).code == 0
    assert cli("revert", "9999", "--district", "fuxing").code == 2
    assert cli("findings", "start", "no-such", "--by", "甲").code == 2
    assert cli("coverage", "--district", "fuxing").code == 0
    assert deeds(home) == [
        ("import", "command import", "ok"),
        ("import", "command import", "import-invalid"),
        ("export", "command export", "ok"),
        ("revert", "command revert", "unknown-revision"),
        ("rectify", "command findings start", "unknown-finding"),
    ]


def test_nothing_is_done_where_it_cannot_be_recorded(cli: Cli, home: Path, tmp_path: Path) -> None:
    (home / FILE).mkdir(parents=True)
    out = tmp_path / "out.json"
    done = cli("export", "--district", "fuxing", "--format", "json", "-o", str(out))
    assert done.code == 3
    assert "记录文件" in done.err
    assert not out.exists()


def test_every_deed_is_a_command() -> None:
    assert set(DEEDS) <= {name for name, _ in commands(get_command(build()))}
