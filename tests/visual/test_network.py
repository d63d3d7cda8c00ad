import pytest

from graph.errors import ParameterError
from tests.visual.charts import FRAME
from tests.visual.measure import measure
from visual.figure import Box, Link
from visual.network import draw_network
from visual.render import render

BOXES = [
    Box("d.a", "中共某区委员会"),
    Box("d.b", "甲街道党工委"),
    Box("d.c", "一社区党委", starred=True),
    Box("d.u", "某区教育局", style="unit"),
    Box("d.g", "第3网格", style="gap"),
]
LINKS = [
    Link("d.a", "d.b"),
    Link("d.b", "d.c"),
    Link("d.c", "d.g"),
    Link("d.u", "d.c", "pairing"),
    Link("d.a", "d.u", "guidance"),
]


@pytest.mark.parametrize("orientation", ["landscape", "portrait"])
def test_a_network_is_fitted_to_its_sheet_without_faults(orientation: str) -> None:
    found = measure(render(draw_network(BOXES, LINKS, FRAME, paper="A4", orientation=orientation), "svg")[0])
    assert found.faults == ()
    assert found.boxes == 5


def test_a_network_whose_text_would_be_too_small_is_refused() -> None:
    boxes = [Box(f"d.{number}", f"第{number}个单位党支部") for number in range(60)]
    links = [Link("d.0", f"d.{number}") for number in range(1, 60)]
    with pytest.raises(ParameterError) as refused:
        render(draw_network(boxes, links, FRAME, paper="A4"), "svg")
    assert refused.value.code == "chart-too-large"


@pytest.mark.parametrize(("boxes", "links"), [([], []), (BOXES[:1] * 2, []), (BOXES[:1], [Link("d.a", "d.zz")])])
def test_a_network_that_is_none_is_refused(boxes: list[Box], links: list[Link]) -> None:
    with pytest.raises(ParameterError):
        draw_network(boxes, links, FRAME)
