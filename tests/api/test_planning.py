"""Recommendation, what-if and comparison on the command line and over HTTP."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import xlsxwriter
from starlette.testclient import TestClient

from tests.api.conftest import Cli

PLAN = [{"op": "add", "label": "Area", "name": "推演网格", "kind": "网格", "under": "fuxing.130404001008"}]


def test_recommend_is_the_same_on_both_ways_and_shows_the_lack(client: TestClient, cli: Cli) -> None:
    body = client.get("/api/v1/pairing-recommendations", params={"every_kind": "true"}).json()
    assert body["rows"] == body["pairs"] == []
    assert (body["hall"]["demand"], body["hall"]["capacity"], body["hall"]["missing"]) == (14, 0, 14)
    lacking = [u["kind"] for u in body["unmet"]]
    assert [lacking.count(k) for k in ("区直部门", "企事业单位", "两新组织")] == [2, 9, 3]
    assert cli("recommend", "--every-kind", "--json").json == body
    assert "缺14个" in cli("recommend", "--every-kind").out
    assert client.get("/api/v1/pairing-recommendations").json()["hall"] is None


def test_what_if_takes_json_and_files_and_changes_nothing(client: TestClient, cli: Cli, tmp_path: Path) -> None:
    before = client.get("/api/v1/coverage").json()
    body = client.post("/api/v1/what-if", json=PLAN).json()
    changed = {(r["metric"], r["area"]["name"]): (r["before"], r["after"]) for r in body["rows"][:4]}
    assert changed[("coverage.grid-organization.total", "复兴区")] == (1013, 1014)
    file = tmp_path / "plan.json"
    file.write_text(json.dumps(PLAN), "utf-8")
    assert cli("what-if", str(file), "--json").json == body
    sheet = client.post("/api/v1/what-if", files={"plan": ("设想.xlsx", workbook())})
    assert sheet.json() == body
    assert client.get("/api/v1/coverage").json() == before


def workbook() -> bytes:
    out = io.BytesIO()
    with xlsxwriter.Workbook(out) as book:
        page = book.add_worksheet()
        page.write_row(0, 0, ["操作", "对象类别", "名称", "类型", "上级"])
        page.write_row(1, 0, ["新增", "区域", "推演网格", "网格", "fuxing.130404001008"])
    return out.getvalue()


def faults(body: dict[str, Any]) -> list[str]:
    return [e["pointer"] for e in body["errors"]]


def test_a_plan_that_breaks_the_model_is_refused_with_its_places(client: TestClient, cli: Cli, tmp_path: Path) -> None:
    broken = [{"op": "dissolve", "node": "fuxing.130404001008"}, {"op": "move", "node": "没有这个", "to": "x"}]
    answer = client.post("/api/v1/what-if", json=broken)
    assert answer.status_code == 422
    assert answer.json()["code"] == "plan-invalid" and faults(answer.json()) == ["1.node", "2.node"]
    assert client.post("/api/v1/what-if", content=b"[{").json()["code"] == "plan-unreadable"
    assert client.post("/api/v1/what-if", content=b"").json()["code"] == "file-empty"
    assert client.get("/api/v1/what-if").status_code == 405
    file = tmp_path / "plan.json"
    file.write_text(json.dumps(broken), "utf-8")
    done = cli("what-if", str(file))
    assert done.code == 2 and "第2项" in done.err


def test_comparing_needs_two_districts(client: TestClient, cli: Cli) -> None:
    answer = client.get("/api/v1/compare")
    assert answer.status_code == 400 and answer.json()["code"] == "districts-too-few"
    assert client.get("/api/v1/compare", params={"district": "nowhere"}).status_code == 404
    done = cli("compare", "--topic", "coverage")
    assert done.code == 2 and "至少要两个区划" in done.err
