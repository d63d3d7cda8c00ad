"""The house rules that a tool can judge: lint, format, types and the direction of imports."""

import subprocess
import sys
from pathlib import Path

import pytest

from graph.dictionary import data_dictionary

ROOT = Path(__file__).parents[2]
TOOLS = {
    "lint": ["-m", "ruff", "check", "."],
    "format": ["-m", "ruff", "format", "--check", "."],
    "types": ["-m", "mypy"],
    "imports": ["-c", "from importlinter.cli import lint_imports_command; lint_imports_command()"],
}


@pytest.mark.parametrize("tool", TOOLS)
def test_house_tool_finds_nothing(tool: str) -> None:
    done = subprocess.run([sys.executable, *TOOLS[tool]], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_data_dictionary_is_the_models() -> None:
    assert (ROOT / "docs/data-dictionary.md").read_text("utf-8") == data_dictionary()


def _product_files() -> list[Path]:
    return [p for top in ("graph", "loaders", "visual", "api") for p in sorted((ROOT / top).rglob("*.py"))]


def test_every_module_says_its_purpose_on_its_first_line() -> None:
    silent = [str(p.relative_to(ROOT)) for p in _product_files() if not p.read_text("utf-8").startswith('"""')]
    assert silent == []


def test_no_module_has_a_name_that_says_nothing() -> None:
    empty = {"utils", "util", "helpers", "helper", "common", "misc", "manager", "service"}
    assert [p for p in _product_files() if empty & set(p.stem.split("_"))] == []


def test_nothing_in_the_project_reads_a_path_of_one_machine() -> None:
    machine = ("/wo" + "rk/", "/ro" + "ot/", "../sha" + "red")
    files = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True).stdout.split("\n")
    texts = [ROOT / f for f in files if Path(f).suffix in {".py", ".md", ".toml", ".txt", ""} and (ROOT / f).is_file()]
    assert [str(p) for p in texts if any(m in p.read_text("utf-8", "replace") for m in machine)] == []
