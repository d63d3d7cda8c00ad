import io
import stat
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest
from PIL import Image
from pypdf import PdfReader

from graph.errors import ParameterError, UnavailableError
from tests.visual.charts import FIVE, FRAME, district, partners
from tests.visual.measure import measure
from visual.figure import Box, TreeNode
from visual.fonts import font_folders, font_warning, missing_characters
from visual.groups import draw_groups
from visual.layout import find_program, run_layout
from visual.render import render
from visual.tree import draw_tree

MM = 25.4 / 72


def test_same_drawing_same_bytes_in_every_format() -> None:
    for fmt in ("svg", "png", "pdf", "dot"):
        first = render(draw_tree(FIVE, FRAME, paper="A4"), fmt)
        assert first == render(draw_tree(FIVE, FRAME, paper="A4"), fmt), fmt


def test_pdf_holds_all_pages_in_exact_size_with_text_that_can_be_selected() -> None:
    drawing = draw_groups(
        partners(8, 7), FRAME, columns=("机关事业单位", "国有企业", "两新组织"), orientation="landscape"
    )
    (pdf,) = render(drawing, "pdf")
    reader = PdfReader(io.BytesIO(pdf))
    assert len(reader.pages) == len(drawing.pages)
    box = reader.pages[0].mediabox
    assert (float(box.width) * MM, float(box.height) * MM) == pytest.approx((420, 297), abs=0.05)
    text = reader.pages[0].extract_text()
    assert "铁路大院社区" in text
    assert "含示例数据，不得作为正式材料" in text
    assert reader.metadata is not None
    assert str(reader.metadata["/CreationDate"]).startswith("D:20260105")
    fonts = {font for page in reader.pages for font in page["/Resources"]["/Font"]}  # type: ignore[index]
    assert fonts


def test_a_pdf_holds_upright_names_as_one_text_and_embeds_its_fonts() -> None:
    name = '第"12"网格&<甲>\\党支部'
    children = tuple(TreeNode(Box(f"d.{at}", name)) for at in range(40))
    (pdf,) = render(draw_tree(TreeNode(Box("d", "中共某区委员会"), children), FRAME), "pdf")
    page = PdfReader(io.BytesIO(pdf)).pages[0]
    text = page.extract_text()
    assert text.count(name) == 40
    assert "第\n" in text
    fonts = page["/Resources"]["/Font"]  # type: ignore[index]
    for font in fonts.values():
        descriptor = font.get_object()["/DescendantFonts"][0].get_object()["/FontDescriptor"]
        assert "/FontFile3" in descriptor


@pytest.mark.parametrize(("paper", "size"), [("A3", (4961, 3508)), ("A4", (3508, 2480))])
def test_png_has_three_hundred_dots_an_inch(paper: str, size: tuple[int, int]) -> None:
    (png,) = render(draw_tree(district(3, 4), FRAME, paper=paper, orientation="landscape"), "png")
    image = Image.open(io.BytesIO(png)).convert("L")
    assert image.size == size
    assert image.getextrema() == (0, 255)


def test_svg_has_tooltips_links_title_and_description() -> None:
    (svg,) = render(draw_tree(FIVE, FRAME, paper="A4"), "svg")
    root = ET.fromstring(svg)
    space = "{http://www.w3.org/2000/svg}"
    assert (root.findtext(f"{space}title") or "").startswith("复兴区党组织体系图")
    assert "下级共4个" in (root.findtext(f"{space}desc") or "")
    nodes = {group.get("data-key"): group for group in root.iter(f"{space}g") if group.get("data-key")}
    assert nodes["d.e"].findtext(f"{space}title") == "乙街道党工委*"
    links = [link.get("{http://www.w3.org/1999/xlink}href") for link in nodes["d.e"].iter(f"{space}a")]
    assert links == ["#d.e"]
    gap = next(shape for shape in nodes["d.d"].iter(f"{space}polygon"))
    assert gap.get("fill") == "url(#hatch)"
    assert gap.get("stroke-dasharray")


def test_one_page_can_be_asked_for() -> None:
    drawing = draw_tree(district(21, 16), FRAME)
    assert render(drawing, "dot", page=2) == [drawing.pages[1].dot.encode()]
    with pytest.raises(ParameterError) as refused:
        render(drawing, "svg", page=23)
    assert "共22页" in refused.value.remedy


def test_an_unknown_format_is_refused() -> None:
    with pytest.raises(ParameterError) as refused:
        render(draw_tree(FIVE, FRAME), "gif")
    assert "svg" in refused.value.remedy


def test_a_missing_program_is_named() -> None:
    with pytest.raises(UnavailableError) as missing:
        find_program("/nowhere/dot")
    assert missing.value.code == "layout-missing"
    assert find_program().is_file()


def _program(folder: Path, text: str) -> Path:
    path = folder / "dot"
    path.write_text(f"#!/bin/sh\n{text}\n", encoding="utf-8")
    path.chmod(path.stat().st_mode | stat.S_IXUSR)
    return path


def test_a_layout_beyond_its_deadline_is_ended(tmp_path: Path) -> None:
    with pytest.raises(UnavailableError) as late:
        run_layout("digraph {}", dot=_program(tmp_path, "exec sleep 60"), timeout=0.2)
    assert late.value.code == "layout-timeout"


def test_a_layout_that_fails_or_runs_out_of_memory_is_reported(tmp_path: Path) -> None:
    with pytest.raises(UnavailableError) as failed:
        run_layout("digraph {}", dot=_program(tmp_path, "exit 3"))
    assert failed.value.code == "layout-failed"
    with pytest.raises(UnavailableError) as starved:
        run_layout("digraph {a -> b}", memory=1 << 20)
    assert starved.value.code == "layout-failed"


def test_a_missing_font_folder_is_named() -> None:
    with pytest.raises(UnavailableError) as missing:
        font_folders("/nowhere/fonts")
    assert missing.value.code == "font-missing"


def test_characters_without_a_glyph_are_named() -> None:
    drawing = draw_tree(TreeNode(Box("d.a", "𠮷祥社区党委")), FRAME)
    assert missing_characters(drawing) == ("𠮷",)
    assert "𠮷（U+20BB7）" in font_warning(missing_characters(drawing))
    assert font_warning(missing_characters(draw_tree(FIVE, FRAME))) == ""


def test_the_measure_sees_the_faults_it_looks_for() -> None:
    svg = render(draw_tree(FIVE, FRAME, paper="A4"), "svg")[0].decode()
    spoiled = {
        "leaves its box": svg.replace(">一社区党委</text>", ">一社区党委员会一社区党委员会一社区</text>"),
        "in the margin": svg.replace('id="drawing" transform="translate(0 ', 'id="drawing" transform="translate(-400 '),
        "has 6.0 pt": svg.replace('font-size="7.50"', 'font-size="6.00"'),
        "through box": svg.replace(' d="M', ' d="M481.62,-20C481.62,-20 481.62,-560 481.62,-560 ', 1),
    }
    for words, text in spoiled.items():
        assert text != svg, words
        assert any(words in fault for fault in measure(text.encode()).faults), words
