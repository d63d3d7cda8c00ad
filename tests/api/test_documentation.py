"""An undocumented command, option, setting, route or problem code fails here."""

import re
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient
from typer.main import get_command

from api.cli.entry import build
from api.problems import CODES
from api.settings import Settings

ROOT = Path(__file__).parents[2]
SHARED = {"--json", "--output", "-o", "--district", "--as-of", "--help", "-h"}


def text(name: str) -> str:
    return (ROOT / "docs" / name).read_text("utf-8")


def commands(command: Any, path: str = "") -> list[tuple[str, Any]]:
    inner = getattr(command, "commands", None)
    if inner is None:
        return [(path, command)]
    return [c for name, sub in inner.items() for c in commands(sub, f"{path} {name}".strip())]


def test_every_setting_is_documented_with_its_default() -> None:
    page = text("settings.md")
    for name, field in Settings.model_fields.items():
        assert f"`{name.upper()}`" in page
        if isinstance(field.default, str | int) and field.default != "":
            assert f"`{name.upper()}` | `{field.default}`" in page


def test_every_command_and_option_is_documented_and_explained() -> None:
    page = text("commands.md")
    for name, command in commands(get_command(build())):
        assert re.search(r"[\u4e00-\u9fff]", command.help or ""), name
        line = next((li for li in page.splitlines() if li.startswith("|") and re.search(rf"`{name}[ `]", li)), "")
        assert line, name
        for p in command.params:
            assert getattr(p, "help", None), (name, p.name)
            for flag in (*p.opts, *p.secondary_opts):
                assert not flag.startswith("-") or flag in SHARED or flag in line, (name, flag)


def test_every_route_is_documented_and_described(client: TestClient) -> None:
    page = text("api.md")
    for path, item in client.get("/openapi.json").json()["paths"].items():
        assert f"{path.removeprefix('/api/v1/')}" in page, path
        for operation in item.values():
            assert re.search(r"[\u4e00-\u9fff]", operation["summary"] + operation["description"]), path
            for parameter in operation.get("parameters", ()):
                assert re.search(r"[\u4e00-\u9fff]", parameter["description"]), (path, parameter)


def codes_in_source() -> set[str]:
    found: set[str] = set()
    for top in ("api", "graph", "loaders", "visual"):
        for file in (ROOT / top).rglob("*.py"):
            found |= set(re.findall(r"\bcode(?:: str)? ?= ?\"([a-z][a-z-]+)\"", file.read_text("utf-8")))
    return found


def test_every_problem_code_has_its_page(client: TestClient) -> None:
    missing = codes_in_source() - set(CODES)
    assert missing == set()
    assert client.get("/problems/unknown-id").json()["title"] == CODES["unknown-id"]


@pytest.mark.parametrize("name", ["commands.md", "settings.md", "api.md"])
def test_the_documentation_names_no_machine(name: str) -> None:
    assert "/home/" not in text(name)
