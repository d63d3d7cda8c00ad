"""Plans for what-if: JSON, workbooks and CSV with Chinese headers say the same."""

from __future__ import annotations

import io
import json

import pytest
import xlsxwriter

from graph.errors import InputError
from loaders.plans import read_plan

PLAN = [
    {"op": "pair", "organization": "东社区", "unit": "t.u1", "since": "2026-06-01"},
    {"op": "add", "label": "单位", "name": "新单位", "kind": "机关", "at": "一街道", "members": "12"},
]
ROWS = [
    ["设想：一街道"],
    ["操作", "党组织", "单位", "生效日期", "对象类别", "名称", "类型", "所在", "党员数"],
    ["结对", "东社区", "t.u1", "2026-06-01"],
    [],
    ["新增", "", "", "", "单位", "新单位", "机关", "一街道", 12],
]


def workbook() -> bytes:
    out = io.BytesIO()
    with xlsxwriter.Workbook(out) as book:
        sheet = book.add_worksheet()
        for i, row in enumerate(ROWS):
            sheet.write_row(i, 0, row)
    return out.getvalue()


CONTENTS = {
    "list.json": json.dumps(PLAN).encode(),
    "ops.json": json.dumps({"ops": [{**PLAN[0], "op": "结对"}, PLAN[1]]}).encode("utf-8-sig"),
    "plan.csv": "\n".join(",".join(map(str, row)) for row in ROWS).encode("gb18030"),
    "plan.xlsx": workbook(),
}


@pytest.mark.parametrize("file", CONTENTS)
def test_every_format_gives_the_same_plan(file: str) -> None:
    assert read_plan(CONTENTS[file], file) == PLAN


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b" ", "file-empty"),
        (b"[{", "plan-unreadable"),
        (b'{"op": "pair"}', "plan-unreadable"),
        (b"[1]", "plan-unreadable"),
        (b"a,b\n1,2", "plan-unreadable"),
        (b"PK\x03\x04 not a workbook", "file-unreadable"),
    ],
)
def test_what_is_no_plan_is_refused_in_chinese(content: bytes, code: str) -> None:
    with pytest.raises(InputError) as caught:
        read_plan(content, "设想.json")
    assert caught.value.code == code
    assert "设想.json" in caught.value.detail
