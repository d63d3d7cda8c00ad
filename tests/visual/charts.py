"""Hand-made charts that the tests of drawing share."""

from __future__ import annotations

import datetime as dt

from visual.figure import Box, Frame, Row, Section, TreeNode

NAMES = (
    "铁路大院",
    "文化",
    "胜利桥",
    "百家村",
    "石化",
    "化工",
    "庞村",
    "彭家寨",
    "户村",
    "康庄",
    "康湖",
    "二六七二",
    "罗城头",
    "前进",
    "联纺西路",
    "岭南路",
    "西苑",
    "春厂",
)
FRAME = Frame(
    "复兴区党组织体系图",
    dt.date(2026, 1, 5),
    unit_name="中共某市复兴区委组织部",
    basis=("本图按正式隶属关系绘制。",),
    generated=3,
)

FIVE = TreeNode(
    Box("d.a", "中共某区委员会"),
    (
        TreeNode(
            Box("d.b", "甲街道党工委", kind="街道"),
            (
                TreeNode(Box("d.c", "一社区党委", kind="社区")),
                TreeNode(Box("d.d", "二社区", style="gap", kind="社区")),
            ),
        ),
        TreeNode(Box("d.e", "乙街道党工委", kind="街道", starred=True), (), "guidance"),
    ),
)


def district(streets: int, communities: int, grids: int = 0) -> TreeNode:
    """A district of so many streets, communities in each and grids in each, every 13th community a gap."""
    number = 0
    parents = []
    for street in range(streets):
        children = []
        for community in range(communities):
            below = tuple(
                TreeNode(Box(f"d.g{street}-{community}-{grid}", f"第{grid + 1}网格党支部", kind="网格", starred=True))
                for grid in range(grids)
            )
            box = Box(
                f"d.c{street}-{community}",
                f"{NAMES[number % len(NAMES)]}社区党委",
                kind="社区",
                style="gap" if number % 13 == 5 else "organization",
            )
            children.append(TreeNode(box, below))
            number += 1
        name = NAMES[street * 3 % len(NAMES)]
        parents.append(TreeNode(Box(f"d.s{street}", f"{name}街道党工委", short=name, kind="街道"), tuple(children)))
    return TreeNode(Box("d.root", "中共某市复兴区委员会", kind="区县"), tuple(parents))


def partners(streets: int, communities: int) -> tuple[Section, ...]:
    """Communities with a partner of each of three kinds; the fourth has three of one kind, the eleventh none."""
    sections = []
    for street in range(streets):
        rows = []
        for community in range(communities):
            number = street * communities + community
            name = NAMES[number % len(NAMES)]
            cells = [
                (Box(f"d.u{kind}-{number}", f"复兴区{name}{word}", style="unit"),)
                for kind, word in enumerate(("局", "公司", "商会"))
            ]
            if number == 3:
                long = Box("d.long", "河北某某新能源科技发展集团股份有限公司某某分公司", style="unit")
                cells[2] = (*cells[2], long, Box("d.u0-0", "复兴区铁路大院局", style="unit"))
            if number == 10:
                cells = [(), (), ()]
            head = Box(f"d.c{number}", f"{name}社区", style="gap" if number == 10 else "area")
            rows.append(Row(head, tuple(cells)))
        sections.append(Section(Box(f"d.s{street}", f"{NAMES[street]}街道", style="area"), tuple(rows)))
    return tuple(sections)


def alliances(members: int) -> tuple[Section, ...]:
    """Three alliances with a convener and so many members, and a community that has none."""
    rows = [
        Row(
            Box(f"d.a{number}", f"{NAMES[number]}街道大工委", style="alliance"),
            (
                (Box(f"d.l{number}", f"{NAMES[number]}街道党工委", note="召集人"),),
                tuple(Box(f"d.m{number}-{at}", f"复兴区{NAMES[at % 18]}局", style="unit") for at in range(members)),
            ),
        )
        for number in range(3)
    ]
    rows.append(Row(Box("d.none", "康庄街道", style="gap", note="未建街道大工委"), ((), ())))
    return (Section(Box("d.tier", "街道大工委", style="area", note="街道级4个"), tuple(rows)),)
