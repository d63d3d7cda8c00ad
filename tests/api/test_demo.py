"""The demo, twice, in its own embedded store."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path


def demo(folder: Path) -> subprocess.CompletedProcess[bytes]:
    kept = {k: v for k, v in os.environ.items() if not k.startswith("PARTYGRAPH_") or k == "PARTYGRAPH_NEO4J_JARS"}
    # The demo never touches the user's server: this address would fail.
    own = {"PARTYGRAPH_DATA_DIR": str(folder / "data"), "PARTYGRAPH_NEO4J_URI": "bolt://127.0.0.1:9", "CI": "true"}
    command = [sys.executable, "-P", "-m", "api.cli", "demo", "fuxing", "--out", str(folder / "out")]
    return subprocess.run(command, env=kept | own, capture_output=True, check=False, timeout=500)


def test_the_demo_tells_a_district_draws_it_and_changes_nothing_again(tmp_path: Path) -> None:
    first = demo(tmp_path)
    told = first.stdout.decode()
    assert first.returncode == 0, first.stderr.decode()
    for part in ("各区域覆盖", "胜利桥街道", "894/1013", "空白点", "结对有缺口", "影响路径", "↓", "不得作为正式材料"):
        assert part in told
    names = {p.name for p in (tmp_path / "out").iterdir()}
    assert {"organization.pdf", "pairing.pdf", "coverage-report.pdf"} <= names
    assert {".svg", ".png", ".pdf"} == {Path(n).suffix for n in names}
    before = {p: (p.stat().st_mtime_ns, p.read_bytes()) for p in (tmp_path / "out").iterdir()}
    again = demo(tmp_path)
    assert again.returncode == 0
    assert "没有改动" in again.stdout.decode()
    assert {p: (p.stat().st_mtime_ns, p.read_bytes()) for p in (tmp_path / "out").iterdir()} == before
