"""What the charts of the published districts say, and what they refuse."""

from __future__ import annotations

import datetime as dt
import time
import xml.etree.ElementTree as ET

import pytest

from api.gallery import BEFORE, seen
from graph.errors import NotFoundError, ParameterError
from graph.view import view
from tests.visual.measure import measure
from visual.charts import CHARTS, chart
from visual.charts.coverage import percent
from visual.charts.naming import Options
from visual.charts.notes import abbreviations
from visual.figure import Drawing
from visual.render import render

STREET, COMMUNITY = "fuxing.130404001000", "fuxing.130404001008"


def words(drawing: Drawing, page: int = 1) -> str:
    return " ".join(measure(render(drawing, "svg", page=page)[0]).texts)


@pytest.mark.parametrize(("district", "streets", "communities"), [("fuxing", 8, 56), ("gulou", 10, 69)])
def test_a_whole_district_stands_on_one_a3(district: str, streets: int, communities: int) -> None:
    drawing = chart("organization", seen(district, False), Options())
    assert len(drawing.pages) == 1
    found = measure(render(drawing, "svg")[0])
    assert found.faults == ()
    assert min(found.fill_x, found.fill_y) >= 0.75
    kinds = [item.box.kind for item in drawing.pages[0].placed]
    assert kinds.count("社区党委") == communities
    assert sum("街" in kind for kind in kinds) == streets
    leaves = [item for item in drawing.pages[0].placed if item.box.kind == "社区党委"]
    assert {max(run.size for run in item.texts) for item in leaves} == {10.5}
    assert "社区党委框内" in "".join(text.text for text in drawing.pages[0].texts)


def test_a_street_is_drawn_in_half_a_second_and_a_district_in_one_and_a_half() -> None:
    whole = seen("fuxing", False)
    whole.home()
    for options, limit in ((Options(area=STREET), 0.5), (Options(), 1.5)):
        start = time.process_time()
        render(chart("organization", whole, options), "svg")
        assert time.process_time() - start <= limit


def test_mono_differs_in_colours_only() -> None:
    whole = seen("fuxing", False)
    for kind in ("coverage", "pairing", "alliance", "grid"):
        coloured = chart(kind, whole, Options(area=STREET)).pages[0].dot
        mono = chart(kind, whole, Options(area=STREET, mono=True)).pages[0].dot
        assert mono == coloured.replace("#c00000", "#000000").replace("#1f4e79", "#000000")


def test_every_picture_has_title_description_and_tooltips() -> None:
    root = ET.fromstring(render(chart("coverage", seen("fuxing", False), Options()), "svg")[0])
    assert root.findtext("{http://www.w3.org/2000/svg}title") == "复兴区覆盖情况图（第1页）"
    assert "8行" in (root.findtext("{http://www.w3.org/2000/svg}desc") or "")
    tips = [title.text or "" for title in root.iter("{http://www.w3.org/2000/svg}title")]
    assert "胜利桥街道：网格党组织覆盖144/165；87.3%，空白21" in tips


def test_coverage_counts_what_an_area_is_and_what_lies_below_it() -> None:
    drawing = chart("coverage", seen("fuxing", False), Options(area=STREET))
    tiles = {(item.box.id, item.box.label) for item in drawing.pages[0].placed if "/" in item.box.label}
    assert (COMMUNITY, "1/1") in tiles
    assert any(id_ == COMMUNITY and label.endswith("/17") for id_, label in tiles)


@pytest.mark.parametrize(
    ("n", "of", "said"),
    [
        (0, 5, "0%"),
        (5, 5, "100%"),
        (1, 3, "33.3%"),
        (9997, 10000, "99.97%"),
        (1, 100000, "0.001%"),
        (999, 1000, "99.9%"),
    ],
)
def test_a_rate_is_never_rounded_to_all_or_nothing(n: int, of: int, said: str) -> None:
    assert percent(n, of) == said


def test_the_path_names_relations_weights_and_alternatives() -> None:
    options = Options(start="gulou.u-j-01", goal="gulou.o-350102001002", k=2)
    drawing = chart("path", seen("gulou", False), options)
    said = words(drawing)
    assert "主路径" in said
    assert "备选1" in said
    assert "备选2" not in said
    assert "结对共建·0.6" in said


def test_a_change_shows_what_came_went_and_was_tied_otherwise() -> None:
    said = words(chart("change", seen("fuxing", True), Options(before=BEFORE)))
    assert "新设4处" in said
    assert "撤销2处" in said
    assert "结对变化" in said
    with pytest.raises(NotFoundError) as nothing:
        chart("change", seen("fuxing", False), Options(before=BEFORE))
    assert "没有变化" in nothing.value.detail
    with pytest.raises(ParameterError):
        chart("change", seen("fuxing", True), Options(before=dt.date(2027, 1, 1)))


def test_the_lines_of_a_profile_say_which_tiers_are_shared() -> None:
    said = words(chart("chain", seen("gulou", False), Options()))
    assert "同街道社区线" in said
    assert "区级·1个" in said
    assert "社区级·69个" in said


def test_one_community_has_its_superior_and_what_it_lacks() -> None:
    drawing = chart("community", seen("fuxing", False), Options(area=COMMUNITY))
    assert drawing.pages[0].placed[0].box.label == "胜利桥街道党工委"
    assert "阵地设施" in words(drawing)
    with pytest.raises(ParameterError) as unsaid:
        chart("community", seen("fuxing", False), Options())
    assert "--area" in unsaid.value.remedy


@pytest.mark.parametrize("kind", CHARTS)
def test_what_cannot_be_drawn_is_refused_with_a_remedy(kind: str) -> None:
    grid = next(iter(seen("fuxing", False).areas().preorder[::-1]))
    whole = seen("fuxing", False)
    node = int(grid) + whole.snapshot.span("Area").start
    options = Options(area=whole.id(node), before=BEFORE)
    if kind in ("organization", "chain", "community"):
        assert chart(kind, whole, options).pages
        return
    with pytest.raises((NotFoundError, ParameterError)) as refused:
        chart(kind, whole, options)
    assert refused.value.remedy


def test_an_unknown_kind_is_refused_with_those_there_are() -> None:
    with pytest.raises(NotFoundError) as unknown:
        chart("pie", seen("fuxing", False), Options())
    assert all(kind in unknown.value.remedy for kind in CHARTS)


def test_a_caller_bound_to_a_street_sees_no_other() -> None:
    whole = seen("fuxing", False)
    bound = view(whole.snapshot, whole.profile, whole.as_of, [STREET])
    for kind in ("organization", "grid", "coverage", "pairing", "weak-points"):
        ids = {item.box.id for page in chart(kind, bound, Options()).pages for item in page.placed}
        assert not {i for i in ids if i.startswith(("fuxing.130404002", "fuxing.o-130404002"))}, kind


def test_draw_io_has_every_box_where_the_page_has_it() -> None:
    drawing = chart("pairing", seen("fuxing", False), Options(area=STREET))
    (first,) = render(drawing, "drawio")
    assert [first] == render(drawing, "drawio")
    diagrams = ET.fromstring(first).findall("diagram")
    assert len(diagrams) == len(drawing.pages)
    for diagram, page in zip(diagrams, drawing.pages, strict=True):
        cells = {each.attrib["id"]: each.find("mxCell/mxGeometry") for each in diagram.iter("object")}
        for item in page.placed:
            place = cells[item.key]
            assert place is not None
            x, y, width, height = (float(place.attrib[k]) for k in ("x", "y", "width", "height"))
            assert (x + width / 2, y + height / 2) == pytest.approx((item.x, item.y), abs=0.02)
        assert len(list(diagram.iter("Array"))) >= len(page.routes)


def test_tiers_are_abbreviated_only_as_far_as_they_stay_apart() -> None:
    assert abbreviations(["楼栋党支部", "单元党小组"]) == {"楼栋党支部": "支部", "单元党小组": "小组"}
    assert abbreviations(["小区党支部", "坊巷党支部"]) == {"小区党支部": "小区支部", "坊巷党支部": "坊巷支部"}
    assert abbreviations(["网格"]) == {"网格": "网格"}


def test_a_made_up_row_behind_a_chart_marks_its_page() -> None:
    assert "含示例数据" in words(chart("coverage", seen("fuxing", False), Options()))
