"""How boxes and lines look: the styles of the printed charts as data. Mono keeps every difference in shape or dash."""

from __future__ import annotations

from dataclasses import dataclass

TEXT_FONT = "Noto Sans SC"
# The first family found wins: the official title face from FONT_DIR, else the bundled serif.
TITLE_FONTS = "方正小标宋简体, FZXiaoBiaoSong-B05S, FZXiaoBiaoSong-B05, Noto Serif SC"
GENERATED_MARK = "含示例数据，不得作为正式材料"


@dataclass(frozen=True, slots=True)
class BoxLook:
    """Frame and fill of a box: line width in points, colour (black when mono), fill of at most 10% grey."""

    words: str
    pen: float
    colour: str
    fill: str = "#ffffff"
    rounded: bool = False
    dashed: bool = False


@dataclass(frozen=True, slots=True)
class LineLook:
    """A line: width in points, Graphviz style, arrow at the target. A double line has a white core (see compose)."""

    words: str
    pen: float
    dash: str = "solid"
    arrow: bool = False
    double: bool = False


BOXES: dict[str, BoxLook] = {
    "organization": BoxLook("党组织", 0.75, "#000000"),
    "unit": BoxLook("单位", 0.5, "#000000", fill="#efefef"),
    "alliance": BoxLook("联席机制", 0.75, "#1f4e79", rounded=True),
    "temporary": BoxLook("临时党组织", 0.75, "#000000", dashed=True),
    "gap": BoxLook("空白点", 1.5, "#c00000", dashed=True),
    "area": BoxLook("区域", 0.5, "#000000"),
}
LINES: dict[str, LineLook] = {
    "lead": LineLook("隶属", 1.0),
    "guidance": LineLook("业务指导", 0.75, dash="dashed"),
    "pairing": LineLook("结对共建", 2.0, double=True),
    "member": LineLook("成员", 0.75),
    "report": LineLook("双报到", 0.75, dash="dotted", arrow=True),
}
STAR_WORDS = "示例数据"
BLACK = "#000000"


def box_colour(style: str, mono: bool) -> str:
    """Colour of a box's frame."""
    return BLACK if mono else BOXES[style].colour


def words(style: str, replaced: tuple[tuple[str, str], ...]) -> str:
    """The legend's words for a style, with the chart's own words first; none where the chart does not explain it."""
    own = dict(replaced)
    if style in own:
        return own[style]
    if style == "star":
        return STAR_WORDS
    return BOXES[style].words if style in BOXES else LINES[style].words
