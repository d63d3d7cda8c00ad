import pytest

from graph.errors import ParameterError
from tests.visual.charts import FRAME, alliances, partners
from tests.visual.measure import measure
from visual.figure import Box, Section
from visual.groups import draw_groups
from visual.render import render

KINDS = ("机关事业单位", "国有企业", "两新组织")


@pytest.mark.parametrize("paper", ["A4", "A3"])
def test_fifty_six_communities_are_drawn_without_faults(paper: str) -> None:
    drawing = draw_groups(partners(8, 7), FRAME, columns=KINDS, paper=paper)
    found = [measure(svg) for svg in render(drawing, "svg")]
    assert [fault for page in found for fault in page.faults] == []
    assert min(page.fill_x for page in found) >= 0.6
    assert min(page.fill_y for page in found) >= 0.6
    heads = [item.box.id for page in drawing.pages for item in page.placed if item.box.id.startswith("d.c")]
    assert len(heads) == len(set(heads)) == 56


def test_every_partner_hangs_on_a_line_from_its_head() -> None:
    drawing = draw_groups(partners(1, 7), FRAME, columns=KINDS)
    page = drawing.pages[0]
    ties = [route for route in page.routes if route.style == "pairing"]
    assert len(ties) == 7 * 3 + 2
    assert sum(route.source == "d.c3" for route in ties) == 5
    # The unit that partners two communities stands there twice, with one id.
    twice = [item.key for item in page.placed if item.box.id == "d.u0-0"]
    assert twice == ["d.u0-0", "d.u0-0~2"]


def test_an_unpaired_community_is_a_gap_without_a_line() -> None:
    page = draw_groups(partners(2, 7), FRAME, columns=KINDS).pages[0]
    lone = next(item for item in page.placed if item.box.id == "d.c10")
    assert lone.box.style == "gap"
    assert [run.lines for run in lone.texts][-1] == ("空白",)
    assert not [route for route in page.routes if route.source == "d.c10"]


@pytest.mark.parametrize("members", [0, 3, 30, 300])
@pytest.mark.parametrize("paper", ["A4", "A3"])
def test_alliances_continue_over_lines_and_pages(members: int, paper: str) -> None:
    drawing = draw_groups(alliances(members), FRAME, columns=("牵头与召集", "成员"), paper=paper)
    assert [fault for svg in render(drawing, "svg") for fault in measure(svg).faults] == []
    drawn = [item.box.id for page in drawing.pages for item in page.placed if item.box.id.startswith("d.m")]
    assert len(drawn) == 3 * members
    assert {route.style for page in drawing.pages for route in page.routes} == {"member"}


def test_nothing_to_draw_is_refused() -> None:
    with pytest.raises(ParameterError) as refused:
        draw_groups((Section(Box("d.s", "甲街道"), ()),), FRAME, columns=KINDS)
    assert refused.value.remedy
