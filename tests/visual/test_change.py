"""变化图: two days, and what a plan would make of a district."""

from __future__ import annotations

import datetime as dt

import pytest

from api.gallery import BEFORE, seen
from graph.errors import InputError, NotFoundError
from graph.view import view
from tests.visual.measure import measure
from visual.charts import chart
from visual.charts.compared import compared_days, compared_plan
from visual.charts.naming import Options
from visual.figure import Drawing
from visual.render import render

STREET = "fuxing.130404001000"
PLAN = [
    {"op": "unpair", "organization": "fuxing.130404001008", "unit": "区直部门01（示例）"},
    {
        "op": "add",
        "label": "Organization",
        "id": "fuxing.o-new",
        "name": "新设党支部",
        "kind": "党支部",
        "under": "胜利桥街道党工委",
    },
]


def words(drawing: Drawing) -> str:
    return " ".join(" ".join(measure(svg).texts) for svg in render(drawing, "svg"))


def test_a_change_shows_rates_nodes_and_ties_before_and_after() -> None:
    district = seen("fuxing", True)
    said = words(chart("change", district, Options(before=BEFORE)))
    for expected in (
        "2025年1月1日",
        "新设4处",
        "撤销2处",
        "结对变化",
        "联席成员变化",
        "社区党组织覆盖",
        "52/56（92.9%）",
        "已结束",
    ):
        assert expected in said, expected


def test_an_area_and_a_depth_narrow_the_change() -> None:
    district = seen("fuxing", True)
    whole = chart("change", district, Options(before=BEFORE))
    street = chart("change", district, Options(before=BEFORE, area=STREET))
    near = chart("change", district, Options(before=BEFORE, depth=1))
    counts = [sum(len(page.placed) for page in drawing.pages) for drawing in (whole, street, near)]
    assert counts[1] < counts[0]
    assert counts[2] < counts[0]
    ids = {item.box.id for page in street.pages for item in page.placed}
    assert not any(i.startswith("fuxing.130404002") for i in ids)


def test_a_plan_is_drawn_as_it_would_come_out_and_nothing_is_said_to_be_written() -> None:
    district = seen("fuxing", False)
    said = words(chart("change", district, Options(compared=compared_plan(district, PLAN, None))))
    for expected in ("现状", "设想", "按设想的2项改动推演，未写入", "新设党支部", "区直部门01", "已结束"):
        assert expected in said, expected


def test_a_plan_that_cannot_be_done_is_refused() -> None:
    with pytest.raises(InputError) as refused:
        compared_plan(seen("fuxing", False), [{"op": "unpair", "organization": "没有", "unit": "没有"}], None)
    assert refused.value.items


def test_a_plan_that_changes_nothing_drawn_is_said_so() -> None:
    district = seen("fuxing", False)
    again = [PLAN[0], {"op": "pair", "organization": "fuxing.130404001008", "unit": "区直部门01（示例）"}]
    with pytest.raises(NotFoundError) as nothing:
        chart("change", district, Options(compared=compared_plan(district, again, None)))
    assert "没有变化" in nothing.value.detail


def test_what_lies_outside_the_scope_has_no_name() -> None:
    whole = seen("fuxing", True)
    bound = view(whole.snapshot, whole.profile, whole.as_of, [STREET])
    drawing = chart("change", bound, Options(before=BEFORE))
    boxes = [item.box for page in drawing.pages for item in page.placed]
    nodes = [whole.snapshot.find(each.id) for each in boxes]
    assert all(node is None or bound.visible[node] for node in nodes)


def test_days_are_compared_by_the_same_rows_as_diff() -> None:
    found = compared_days(seen("fuxing", True), dt.date(2025, 1, 1), None)
    assert sum(row["change"] == "added" and "relation" not in row for row in found.rows) == 4
    assert sum(row["change"] == "ended" and "relation" not in row for row in found.rows) == 2
    assert found.sides == ("2025年1月1日", "2026年1月5日")
