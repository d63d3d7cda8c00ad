"""Unknown headers become a proposal in a mapping file; only what the user confirmed there counts."""

from __future__ import annotations

from pathlib import Path

import pytest

from api.importing import mapping_of
from graph.errors import InputError
from loaders.proposing import propose
from tests.loaders.files import AREAS, clean, workbook

ROWS = [("网格的名称", "属于哪个社区", "覆盖户数（户）", "灯杆"), ("第一网格", "东风社区", 120, 3)]


def test_a_proposal_is_written_judged_and_used_again(tmp_path: Path) -> None:
    book = workbook(tmp_path / "a.xlsx", {"区域": AREAS, "网格台账": ROWS})
    file = tmp_path / "对照.toml"
    with pytest.raises(InputError) as proposed:
        mapping_of(file, [book])
    assert proposed.value.code == "mapping-proposed"
    text = file.read_text("utf-8")
    assert '"网格的名称" = "网格名称"' in text
    assert '"灯杆" = ""' in text
    with pytest.raises(InputError) as unconfirmed:
        mapping_of(file, [book])
    assert unconfirmed.value.code == "mapping-unconfirmed"
    right = [("网格的名称", "网格名称"), ("属于哪个社区", "所属社区")]
    lines = [line for line in text.split("\n") if not any(line.startswith(f'"{a}"') for a, _ in right)]
    told = "\n".join(lines).replace("confirmed = false", "confirmed = true")
    head = '[columns."网格台账"]'
    file.write_text(told.replace(head, "\n".join([head, *(f'"{a}" = "{b}"' for a, b in right)])), "utf-8")
    settled = mapping_of(file, [book])
    grid = clean(book, mapping=settled).nodes["Area"].to_dicts()[-1]
    assert (grid["name"], grid["kind"], grid["households"]) == ("第一网格", "网格", 120)


def test_an_unknown_sheet_is_proposed_by_its_headers(tmp_path: Path) -> None:
    rows = [("单位的名称", "单位性质", "职工人数"), ("区财政局", "机关", 40)]
    text = propose([workbook(tmp_path / "a.xlsx", {"表甲": rows})])
    assert text is not None
    assert '"表甲" = "单位"' in text


def test_nothing_is_proposed_where_all_is_known(tmp_path: Path) -> None:
    file = tmp_path / "对照.toml"
    assert mapping_of(file, [workbook(tmp_path / "a.xlsx", {"区域": AREAS})]) is None
    assert not file.exists()
