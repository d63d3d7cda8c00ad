"""`run.py` as a user runs it: in a copy whose `.venv` is made here, so that nothing is downloaded."""

from __future__ import annotations

import ast
import json
import os
import runpy
import shutil
import signal
import subprocess
import sys
import venv
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
ECHO = "import json, os, sys\nprint(json.dumps([sys.argv[1:], sys.flags.safe_path]))\nsys.exit(7)\n"
WAIT = "import sys, time\nprint('ready', flush=True)\ntime.sleep(60)\n"


@pytest.fixture(scope="module")
def clone(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A clone with an installed `.venv`, in which `api.cli` tells its arguments and `pytest` waits."""
    root = tmp_path_factory.mktemp("clone")
    for name in ("run.py", "pyproject.toml", "graph/store/jars.lock"):
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / name, root / name)
    (root / "api").mkdir()
    (root / "api" / "cli.py").write_text(ECHO)
    (root / "pytest.py").write_text(WAIT)
    venv.create(root / ".venv", symlinks=os.name != "nt")
    program = runpy.run_path(str(root / "run.py"))
    (root / ".venv" / "partygraph.json").write_text(
        json.dumps({"key": program["stamp_key"](), "extras": ["embedded", "test"]})
    )
    return root


def start(root: Path, *arguments: str, code: str = "", **environment: str) -> subprocess.Popen[str]:
    """Run the clone's run.py, after `code` if given."""
    clean = {name: value for name, value in os.environ.items() if name != "CI"}
    text = f"{code}; import runpy; runpy.run_path({str(root / 'run.py')!r}, run_name='__main__')"
    return subprocess.Popen(
        [sys.executable, *(["-c", text] if code else [str(root / "run.py")]), *arguments],
        env=clean | {"PYTHONPATH": str(root), "PYTHONIOENCODING": "utf-8"} | environment,
        cwd=root,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        encoding="utf-8",
        start_new_session=True,
    )


def run(root: Path, *arguments: str, code: str = "", **environment: str) -> tuple[int, str, str]:
    process = start(root, *arguments, code=code, **environment)
    out, err = process.communicate(timeout=120)
    return process.returncode, out, err


def test_every_python_3_can_read_it() -> None:
    text = (ROOT / "run.py").read_text("utf-8")
    assert ast.parse(text, feature_version=(3, 4))
    third_party = {"graph", "api", "loaders", "visual"}
    imported = {
        name.name.partition(".")[0] for node in ast.walk(ast.parse(text)) if isinstance(node, ast.Import)
        for name in node.names
    }  # fmt: skip
    assert imported <= set(sys.stdlib_module_names) - third_party


def test_an_old_python_is_told_what_is_needed(clone: Path) -> None:
    status, out, err = run(clone, "demo", code="import sys; sys.version_info = (3, 10, 4)")
    assert (status, out) == (3, "")
    assert "需要 Python 3.11 或更新版本，当前是 3.10" in err


@pytest.mark.parametrize(
    ("given", "environment", "passed"),
    [
        ([], {}, ["demo", "fuxing", "--port", "8000", "--out", str(Path("out", "fuxing"))]),
        (
            ["gulou", "--no-serve", "--port=81", "--out", "x"],
            {},
            ["demo", "gulou", "--no-serve", "--port", "81", "--out", "x"],
        ),
        (["--port", "9000", "lufeng"], {"CI": "true"},
         ["demo", "lufeng", "--no-serve", "--port", "9000", "--out", str(Path("out", "lufeng"))]),
    ],
)  # fmt: skip
def test_demo_hands_its_arguments_and_the_exit_code_on(
    clone: Path, given: list[str], environment: dict[str, str], passed: list[str]
) -> None:
    status, out, err = run(clone, "demo", *given, **environment)
    assert (status, err) == (7, "")
    assert json.loads(out) == [passed, True]  # and nothing was installed or announced


@pytest.mark.parametrize(
    ("arguments", "status", "text"),
    [
        (["--help"], 0, "用法："),
        ([], 2, "用法："),
        (["dmeo"], 2, "没有名为 dmeo 的命令"),
        (["demo", "--prot", "1"], 2, "不认识的参数 --prot"),
        (["demo", "a", "b"], 2, "不认识的参数 b"),
        (["demo", "--port"], 2, "--port 后面缺少值"),
        (["demo", "--port", "0"], 2, "1 到 65535"),
        (["demo", "--help"], 0, "--no-serve"),
    ],
)
def test_usage_is_chinese(clone: Path, arguments: list[str], status: int, text: str) -> None:
    code, out, err = run(clone, *arguments)
    assert code == status
    assert text in out + err


def test_ctrl_c_is_130_and_sigterm_is_handed_on(clone: Path) -> None:
    process = start(clone, "test")
    assert process.stdout is not None
    assert process.stdout.readline() == "ready\n"
    os.killpg(process.pid, signal.SIGINT)
    process.communicate(timeout=20)
    assert process.returncode == 130
    process = start(clone, "test")
    assert process.stdout is not None
    assert process.stdout.readline() == "ready\n"
    process.terminate()
    process.communicate(timeout=20)
    assert process.returncode == 128 + signal.SIGTERM


def test_a_python_without_venv_names_the_package_before_any_download(clone: Path, tmp_path: Path) -> None:
    fresh = tmp_path / "fresh"
    shutil.copytree(clone, fresh, ignore=shutil.ignore_patterns(".venv"))
    status, out, err = run(fresh, "demo", code="import sys; sys.modules['ensurepip'] = None")
    assert (status, out) == (3, "")
    assert f"sudo apt install python3.{sys.version_info[1]}-venv" in err
    assert not (fresh / ".venv").exists()


def test_the_download_is_announced_and_a_failed_one_is_told_and_not_taken_for_done(clone: Path, tmp_path: Path) -> None:
    fresh = tmp_path / "fresh"
    shutil.copytree(clone, fresh, ignore=shutil.ignore_patterns(".venv"))
    offline = {"PIP_INDEX_URL": "http://127.0.0.1:9/", "PIP_RETRIES": "0", "PIP_FIND_LINKS": ""}
    status, out, err = run(fresh, "demo", PIP_CONFIG_FILE=os.devnull, **offline)
    assert status == 3
    assert "Neo4j 社区版运行库，约 140 MB" in out
    assert "安装没有完成" in err
    assert not (fresh / ".venv" / "partygraph.json").exists()
