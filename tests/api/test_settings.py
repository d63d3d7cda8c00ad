"""Where a setting's value comes from, and what is refused."""

from pathlib import Path

import pytest

from api.settings import Settings, explain, read_settings
from graph.errors import InputError


@pytest.fixture(autouse=True)
def clean(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in Settings.model_fields:
        monkeypatch.delenv(f"PARTYGRAPH_{name.upper()}", raising=False)
    monkeypatch.setenv("PARTYGRAPH_DATA_DIR", str(tmp_path / "data"))
    (tmp_path / "data").mkdir()


def test_each_source_wins_over_the_next(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    def port() -> tuple[int, str]:
        found, sources = read_settings(flags, cwd=tmp_path)
        return found.port, sources["port"]

    flags: dict[str, str] = {}
    assert port() == (8000, "默认")
    (tmp_path / "data" / "partygraph.toml").write_text("PORT = 8001\n")
    assert port() == (8001, "DATA_DIR/partygraph.toml")
    (tmp_path / "partygraph.toml").write_text("port = 8002\n")
    assert port() == (8002, "./partygraph.toml")
    monkeypatch.setenv("PARTYGRAPH_PORT", "8003")
    assert port() == (8003, "环境变量 PARTYGRAPH_PORT")
    flags["port"] = "8004"
    assert port() == (8004, "命令行")


def test_an_empty_environment_text_counts_and_an_empty_number_does_not(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "partygraph.toml").write_text('NEO4J_URI = "bolt://host:7687"\nPORT = 8002\n')
    monkeypatch.setenv("PARTYGRAPH_NEO4J_URI", "")
    monkeypatch.setenv("PARTYGRAPH_PORT", "")
    found, _ = read_settings(cwd=tmp_path)
    assert (found.neo4j_uri, found.port) == ("", 8002)


@pytest.mark.parametrize(
    ("name", "value", "allowed"),
    [
        ("PORT", "0", "1 到 65535"),
        ("WORKERS", "many", "1 到 64"),
        ("LOG_LEVEL", "loud", "debug"),
        ("HEAP", "big", "512m"),
        ("TIMEZONE", "Mars/Olympus", "Asia/Shanghai"),
        ("NEO4J_URI", "http://host", "bolt://"),
    ],
)
def test_a_wrong_value_is_refused_with_what_is_allowed(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, name: str, value: str, allowed: str
) -> None:
    monkeypatch.setenv(f"PARTYGRAPH_{name}", value)
    with pytest.raises(InputError) as refused:
        read_settings(cwd=tmp_path)
    assert f"环境变量 PARTYGRAPH_{name}" in refused.value.detail
    assert allowed in refused.value.remedy
    assert value not in refused.value.detail.replace("PORT", "")


@pytest.mark.parametrize(
    ("content", "said"),
    [("PROT = 1\n", "PORT"), ("PORT = \n", "TOML"), ("WORKER = 1\n", "WORKERS")],
)
def test_a_wrong_file_is_refused(tmp_path: Path, content: str, said: str) -> None:
    (tmp_path / "partygraph.toml").write_text(content)
    with pytest.raises(InputError) as refused:
        read_settings(cwd=tmp_path)
    assert "./partygraph.toml" in refused.value.detail
    assert said in refused.value.detail + refused.value.remedy


def test_secrets_are_masked(tmp_path: Path) -> None:
    found, sources = read_settings({"neo4j_password": "opensesame"}, cwd=tmp_path)
    shown = {e.name: e for e in explain(found, sources)}
    assert set(shown) == {n.upper() for n in Settings.model_fields}
    assert shown["NEO4J_PASSWORD"].value == "******"
    assert "opensesame" not in repr((found, list(shown.values())))
    assert all(e.meaning for e in shown.values())
