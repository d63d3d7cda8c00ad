"""The command line: what it prints, what it writes, how it ends."""

from __future__ import annotations

import csv
import os
import subprocess
import sys
from pathlib import Path

import openpyxl
import orjson
import pytest
from starlette.testclient import TestClient

from tests.api.conftest import Cli

STREET = "fuxing.130404001000"
pytestmark = pytest.mark.usefixtures("fuxing")


def test_a_table_shows_twenty_rows_and_says_how_many_more(cli: Cli) -> None:
    done = cli("gaps")
    assert done.code == 0
    assert done.out.count("没有党组织") == 20
    assert "还有170条" in done.out
    assert "含示例数据，不得作为正式材料" in done.out
    assert "网格党组织覆盖" in done.out


@pytest.mark.parametrize(
    ("command", "route"),
    [
        (("coverage",), "coverage"),
        (("gaps", "--area", STREET), f"gaps?area={STREET}"),
        (("chain", "--as-of", "2026-01-01"), "chain?as_of=2026-01-01"),
        (
            ("path", "fuxing.o-qw", "fuxing.130404007008", "-k", "2"),
            "paths?from=fuxing.o-qw&to=fuxing.130404007008&k=2",
        ),
        (("search", "钢铁厂"), "search?q=钢铁厂"),
        (("show", "fuxing.o-qw"), "nodes/fuxing.o-qw"),
        (("influence", "fuxing.o-qw"), "influence/fuxing.o-qw"),
        (("districts",), "districts"),
        (("profile", "list"), "profiles"),
    ],
)
def test_json_is_exactly_the_body_of_the_api(
    cli: Cli, client: TestClient, command: tuple[str, ...], route: str
) -> None:
    done = cli(*command, "--json")
    assert done.code == 0
    assert done.out.encode() == client.get(f"/api/v1/{route}").content + b"\n"


def test_names_are_taken_where_ids_are(cli: Cli) -> None:
    by_name = cli("path", "复兴区委", "石化街道/钢铁厂社区", "--json")
    by_id = cli("path", "fuxing.o-qw", "fuxing.130404007008", "--json")
    assert by_name.json == by_id.json
    assert cli("coverage", "--area", "胜利桥街道", "--json").json == cli("coverage", "--area", STREET, "--json").json


def test_files_hold_all_rows(cli: Cli, tmp_path: Path) -> None:
    assert cli("gaps", "-o", str(tmp_path / "g.csv")).code == 0
    with (tmp_path / "g.csv").open(encoding="utf-8-sig", newline="") as f:
        rows = list(csv.reader(f))
    assert rows[0][0] == "规则"
    assert len(rows) == 1 + 190 + 2
    assert cli("gaps", "-o", str(tmp_path / "g.xlsx")).code == 0
    sheet = openpyxl.load_workbook(tmp_path / "g.xlsx").active
    assert [[c.value or "" for c in r] for r in sheet.iter_rows(max_row=5)] == rows[:5]


@pytest.mark.parametrize(
    ("command", "code", "said"),
    [
        (("nonsense",), 2, "没有这个命令"),
        (("coverage", "--nonsense"), 2, "没有选项 --nonsense"),
        (("coverage", "--area"), 2, "缺少值"),
        (("path", "fuxing.o-qw"), 2, "缺少参数 TO…。"),
        (("import",), 2, "缺少参数 PATH…。"),
        (("template",), 2, "缺少选项 -o / --output。"),
        (("coverage", "extra"), 2, "多余的参数"),
        (("coverage", "--district", "gulou"), 2, "没有载入"),
        (("coverage", "--area", "第3网格"), 2, "三丰园社区第3网格（fuxing.g-130404001008-03）"),
        (("coverage", "--area", "铁西"), 2, "铁西南社区"),
        (("coverage", "--level", "省"), 2, "街道"),
        (("coverage", "--as-of", "昨天"), 2, "2026-01-31"),
        (("gaps", "-o", "gaps.txt"), 2, ".xlsx"),
        (("gaps", "-o", "missing-folder/gaps.xlsx"), 3, "写不进去"),
        (("load", "atlantis"), 2, "fuxing"),
        (("unload", "fuxing"), 2, "--yes"),
        (("unload", "gulou", "--yes"), 2, "fuxing"),
        (("import", "missing.xlsx"), 2, "不存在"),
        (("draw", "nonsense"), 2, "organization"),
        (("draw", "pairing", "-o", "a.bmp"), 2, "svg"),
        (("profile", "check", "missing.toml"), 2, "不存在"),
        (("serve", "--host", "0.0.0.0"), 2, "127.0.0.1"),
        (("serve", "--port", "99999"), 2, "65535"),
        (("--neo4j-uri", "bolt://127.0.0.1:9", "districts"), 3, "连接不上"),
        (("--log-level", "loud", "settings"), 2, "warning"),
    ],
)
def test_an_error_says_what_and_what_to_do(
    cli: Cli,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    command: tuple[str, ...],
    code: int,
    said: str,
) -> None:
    monkeypatch.chdir(tmp_path)
    done = cli(*command)
    assert (done.code, done.out) == (code, "")
    assert said in done.err
    assert "怎么办：" in done.err
    assert "Traceback" not in done.err
    assert list(tmp_path.iterdir()) == []
    as_object = cli(*command, "--json") if command[0] not in ("unload", "draw", "serve", "profile") else None
    if as_object is not None:
        problem = orjson.loads(as_object.err.splitlines()[-1])
        assert {"type", "title", "status", "detail", "code", "remedy", "errors"} <= set(problem)


def test_a_wrong_password_is_told_without_it(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PARTYGRAPH_NEO4J_PASSWORD", "canary-password")
    done = cli("districts")
    assert done.code == 3
    assert "密码" in done.err
    assert "canary-password" not in done.err + done.out


def test_check_ends_with_one_where_there_are_breaches(cli: Cli) -> None:
    assert cli("gaps", "--check").code == 1
    assert cli("gaps", "--check", "--rule", "community-organization").code == 0
    assert cli("store", "check", "--check").code == 0


def test_loading_again_changes_nothing(cli: Cli) -> None:
    done = cli("load", "fuxing")
    assert done.code == 0
    assert "没有改动" in done.out


def test_a_workbook_of_ones_own_is_imported_and_the_published_data_comes_back(cli: Cli, tmp_path: Path) -> None:
    file = tmp_path / "单位.csv"
    file.write_text("标识,名称,类型\nfuxing.u-new,新来的单位,国企\n", "utf-8")
    assert "将新增1" in cli("import", str(file), "--dry-run").out
    assert cli("search", "新来的单位", "--json").json["rows"] == []
    assert cli("import", str(file)).code == 0
    assert cli("show", "新来的单位").code == 0
    assert "没有改动" in cli("import", str(file)).out
    refused = cli("load", "fuxing")
    assert refused.code == 3
    assert "--replace" in refused.err
    assert cli("load", "fuxing", "--replace").code == 0
    assert cli("search", "新来的单位", "--json").json["rows"] == []


def test_import_errors_are_listed_and_written(cli: Cli, tmp_path: Path) -> None:
    file = tmp_path / "党组织.csv"
    file.write_text("名称,类型,上级党组织\n甲支部,党支部,没有的上级\n乙支部,不是类型,复兴区委\n", "utf-8")
    done = cli("import", str(file), "--errors", str(tmp_path / "errors.xlsx"))
    assert done.code == 2
    assert "党组织.csv" in done.err
    assert "第2行" in done.err
    assert (tmp_path / "errors.xlsx").is_file()


def test_pictures_are_written_page_by_page(cli: Cli, tmp_path: Path) -> None:
    done = cli("draw", "organization", "--area", STREET, "--depth", "2", "-o", str(tmp_path / "chart.svg"))
    assert done.code == 0
    files = sorted(p.name for p in tmp_path.iterdir())
    assert files == ["chart.svg"] or files[0] == "chart-1.svg"


def test_a_profile_of_ones_own_is_started_and_checked(cli: Cli, tmp_path: Path) -> None:
    file = tmp_path / "mine.toml"
    assert cli("profile", "new", "-o", str(file)).code == 0
    draft = file.read_text("utf-8")
    assert "公布数" not in draft, "another district's published numbers"
    assert "三下沉”构建" not in draft.split("[[", 1)[1], "another district's sources"
    assert "支部工作条例" in draft, "regulations hold everywhere"
    assert cli("profile", "check", str(file)).code == 0
    assert cli("profile", "new", "-o", str(file)).code == 2
    file.write_text(file.read_text("utf-8").replace('level = "区县"', 'level = "省"'), "utf-8")
    wrong = cli("profile", "check", str(file))
    assert wrong.code == 2
    assert "level" in wrong.err


def test_settings_show_sources_and_mask_the_password(cli: Cli, environment: dict[str, str]) -> None:
    done = cli("settings")
    assert done.code == 0
    assert "PARTYGRAPH_DATA_DIR" in done.out
    assert environment["PARTYGRAPH_NEO4J_PASSWORD"] not in done.out + cli("settings", "--json").out


def test_a_console_of_gbk_survives(environment: dict[str, str]) -> None:
    done = subprocess.run(
        [sys.executable, "-P", "-m", "api.cli", "coverage"],
        env={**os.environ, **environment, "PYTHONIOENCODING": "gbk"},
        capture_output=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr.decode("gbk", "replace")
    assert "胜利桥街道" in done.stdout.decode("gbk")


def test_help_is_chinese(cli: Cli) -> None:
    for command in ((), ("coverage",), ("store",), ("path",)):
        done = cli(*command, "--help")
        assert done.code == 0
        assert "用法：" in done.out
        assert not {"Usage", "Options", "Show this"} & set(done.out.split())


def test_an_embedded_store_that_nobody_runs_is_said_so(
    cli: Cli, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("PARTYGRAPH_NEO4J_URI", "")
    monkeypatch.setenv("PARTYGRAPH_DATA_DIR", str(tmp_path))
    status = cli("store", "status", "--json").json
    assert (status["kind"], status["running"], status["pid"]) == ("embedded", False, None)
    assert "没有运行" in cli("store", "status").out
    assert "没有在运行" in cli("store", "stop").out
    assert not (tmp_path / "neo4j" / "data").exists()
