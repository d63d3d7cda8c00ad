"""联席机制图: the alliances of each tier with who leads and who is in them; an area that lacks one is a gap."""

from __future__ import annotations

from collections import defaultdict

from graph.errors import NotFoundError
from graph.profile import AllianceRule
from graph.view import View, official_order
from visual.charts.naming import Options, box, chosen_area, frame
from visual.figure import Box, Drawing, Row, Section
from visual.groups import draw_groups

LEADING = ("牵头", "召集人", "副召集人", "轮值主席")
MOST_NAMED, MOST_LEVELS = 12, 12
MOST_ROWS = 120  # lower tiers that would make more rows are counted, unless a depth asks for them


def alliance_chart(view: View, options: Options) -> Drawing:
    """Alliances within the asked area, one section a rule of the profile, one row an area of that tier.

    Columns: who leads, who takes part. More than `MOST_NAMED` members are counted by kind. `depth` keeps to areas at
    most so many levels below the asked one, or the first that have any; without it, lower tiers are counted where
    there are too many rows. `NotFoundError` when the profile declares no alliance or the area holds none of its tiers.
    """
    area = chosen_area(view, options)
    depth = _reached(view, area, options.depth)
    convened, members = _convened(view), _members(view)
    sections: list[Section] = []
    behind: list[int] = []
    counted: list[str] = []
    have = lacking = 0
    for rule in view.profile.alliances:
        places = _areas(view, area, rule, depth)
        found = [(here, _of_kind(view, convened.get(here, []), rule)) for here in places]
        found = [(here, alliance) for here, alliance in found if alliance >= 0 or rule.required]
        if not found:
            continue
        have += sum(alliance >= 0 for _, alliance in found)
        lacking += sum(alliance < 0 for _, alliance in found)
        if depth is None and sections and sum(len(s.rows) for s in sections) + len(found) > MOST_ROWS:
            counted.append(f"{rule.local}{len(found)}处")
            behind += [here if alliance < 0 else alliance for here, alliance in found]
            continue
        for here, alliance in found:
            behind += [here] if alliance < 0 else [alliance, *(m for m, _ in members.get(alliance, []))]
        head = Box(f"tier.{rule.kind}", rule.local, style="area", note=f"{rule.tier}级{len(found)}个")
        sections.append(Section(head, tuple(_row(view, *each, members, rule) for each in found)))
    if not sections:
        raise NotFoundError(
            "这个区域内没有治理方案声明的联席机制。",
            "请用 --area 指定别的区域，或在方案中加入 [[alliances]]。",
            code="empty-chart",
        )
    basis = [f"按治理方案声明的层级统计；已建{have}个，未建{lacking}个。"]
    if counted:
        basis.append(f"{'、'.join(counted)}未逐一列出。")
    return draw_groups(
        tuple(sections),
        frame(view, options, f"{view.name(area)}联席机制图", basis, behind),
        columns=("牵头与召集", "成员"),
        paper=options.paper,
        orientation=options.orientation,
        mono=options.mono,
    )


def _reached(view: View, top: int, depth: int | None) -> int | None:
    """`depth`, or the least one beyond it at which a tier of the profile is met (a city's begin at its streets)."""
    levels = [depth] if depth is None else range(depth, MOST_LEVELS)
    rules = view.profile.alliances
    return next((each for each in levels if any(_areas(view, top, rule, each) for rule in rules)), depth)


def _areas(view: View, top: int, rule: AllianceRule, depth: int | None) -> list[int]:
    """The areas of a rule's tier at or below `top`, at most `depth` levels below it."""
    span = view.snapshot.span("Area")
    forest = view.areas("行政")
    below = forest.descendants(top - span.start)
    below = below[view.coded("Area", "kind", rule.area_kinds)[below]]
    if depth is not None:
        below = below[forest.depth[below] <= forest.depth[top - span.start] + depth]
    return [int(position) + span.start for position in below]


def _convened(view: View) -> dict[int, list[int]]:
    edges = view.edges("CONVENED_IN")
    found: dict[int, list[int]] = defaultdict(list)
    for alliance, area in zip(edges.source.tolist(), edges.target.tolist(), strict=True):
        found[area].append(alliance)
    return found


def _members(view: View) -> dict[int, list[tuple[int, str]]]:
    """Alliance → its members with their roles, leaders first, then the official order."""
    edges = view.edges("MEMBER_OF")
    roles = view.edge_words(edges, "role")
    order = official_order(view.snapshot)
    found: dict[int, list[tuple[int, str]]] = defaultdict(list)
    for member, alliance, role in zip(edges.source.tolist(), edges.target.tolist(), roles, strict=True):
        found[alliance].append((member, role))
    rank = {role: i for i, role in enumerate(LEADING)}
    return {
        a: sorted(listed, key=lambda m: (rank.get(m[1], len(rank)), order[m[0]], m[0])) for a, listed in found.items()
    }


def _of_kind(view: View, alliances: list[int], rule: AllianceRule) -> int:
    return next((a for a in alliances if view.kind(a) == rule.kind), -1)


def _row(view: View, area: int, alliance: int, members: dict[int, list[tuple[int, str]]], rule: AllianceRule) -> Row:
    if alliance < 0:
        return Row(box(view, area, style="gap", note=f"未建{rule.local}"), ((), ()))
    leading: list[Box] = []
    ordinary: list[tuple[int, str]] = []
    for member, role in members.get(alliance, []):
        if role in LEADING:
            leading.append(box(view, member, note=role))
        else:
            ordinary.append((member, role))
    if len(ordinary) <= MOST_NAMED:
        return Row(box(view, alliance), (tuple(leading), tuple(box(view, m) for m, _ in ordinary)))
    counts: dict[str, int] = defaultdict(int)
    for member, _ in ordinary:
        counts[view.kind(member) or "其他"] += 1
    summary = tuple(
        Box(f"{view.id(alliance)}.{i}", f"{kind}{count}个", style="unit")
        for i, (kind, count) in enumerate(counts.items())
    )
    return Row(box(view, alliance), (tuple(leading), summary))
