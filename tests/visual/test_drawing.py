"""What a user meets when something is missing, too large or too slow: a smaller chart that says so, or a message."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest

from api.gallery import seen
from graph.errors import UnavailableError
from tests.visual.measure import measure
from visual.charts import chart
from visual.charts.naming import Options
from visual.drawing import draw
from visual.figure import Drawing
from visual.layout import find_program

SHORT = 20_000  # bytes of DOT text that the slow program still lays out


def program(folder: Path, when_long: str) -> Path:
    """A layout program that does `when_long` for long texts and lays out short ones."""
    path = folder / "dot"
    path.write_text(
        f'#!/bin/sh\ntext=$(cat; printf x)\ntext=${{text%x}}\n[ "${{#text}}" -gt {SHORT} ] && {when_long}\n'
        f'printf "%s" "$text" | "{find_program()}" "$@"\n',
        encoding="utf-8",
    )
    path.chmod(path.stat().st_mode | stat.S_IXUSR)
    return path


def said(drawing: Drawing) -> str:
    return "".join(text.text for text in drawing.pages[0].texts)


@pytest.mark.parametrize(
    ("when_long", "words"), [("exec sleep 60", "超出制图的时限"), ("exit 137", "超出制图的时限或内存限制")]
)
def test_a_layout_beyond_its_limits_is_rolled_up_and_says_so(tmp_path: Path, when_long: str, words: str) -> None:
    dot = program(tmp_path, when_long)
    whole = chart("organization", seen("fuxing", False), Options(depth=2))
    drawing, (svg,) = draw("organization", seen("fuxing", False), Options(depth=2), "svg", dot=dot, timeout=3)
    assert sum(len(page.placed) for page in drawing.pages) < sum(len(page.placed) for page in whole.pages)
    assert words in said(drawing)
    assert "只画1层" in said(drawing)
    assert measure(svg).faults == ()


def test_a_layout_that_never_ends_is_given_up(tmp_path: Path) -> None:
    path = program(tmp_path, "true")
    path.write_text("#!/bin/sh\nexec sleep 60\n", encoding="utf-8")
    with pytest.raises(UnavailableError) as late:
        draw("organization", seen("fuxing", False), Options(depth=1), "svg", dot=path, timeout=0.3)
    assert late.value.code == "layout-timeout"
    assert late.value.remedy


@pytest.mark.parametrize(("kind", "depth"), [("grid", 12), ("coverage", 5)])
def test_more_levels_than_sheets_can_hold_are_cut_and_said(kind: str, depth: int) -> None:
    drawing = chart(kind, seen("changchun", False), Options(depth=depth))
    assert f"只画{3}层" in said(drawing).replace(" ", "")
    assert len(drawing.pages) < 120


def test_a_citys_pairing_is_counted_by_street() -> None:
    drawing = chart("pairing", seen("changchun", False), Options())
    assert len(drawing.pages) <= 6
    assert "社区未逐一列出" in said(drawing)
    communities = chart("pairing", seen("fuxing", False), Options())
    assert "社区未逐一列出" not in said(communities)
    streets = chart("pairing", seen("fuxing", False), Options(depth=1))
    assert {item.box.note for item in streets.pages[0].placed if item.box.label == "胜利桥街道"} == {"社区9"}
