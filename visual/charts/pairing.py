"""结对共建图: each community with its partners by kind, grouped by street; the unpaired stand out as gaps."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from graph.errors import NotFoundError
from graph.profile import Pairing
from graph.view import View, official_order
from visual.charts.naming import Options, box, chosen_area, frame
from visual.figure import Box, Drawing, Row, Section
from visual.groups import draw_groups

OTHER = "其他单位"
MOST_LEVELS = 12
MOST_ROWS = 240  # more communities than these are counted by the area above them, unless a depth asks for them


def pairing_chart(view: View, options: Options) -> Drawing:
    """Communities of the asked area with their pairing partners in one column a kind of the profile.

    Communities more than `depth` area levels below the asked one are counted in the row of their ancestor there;
    without a depth only where there are more than `MOST_ROWS`. `NotFoundError` when the profile declares no pairing or
    the area holds no community.
    """
    pairing = view.profile.pairing
    if pairing is None:
        raise NotFoundError(
            "这个区划的治理方案没有声明结对共建。", "请在方案中加入 [pairing] 后重试。", code="no-pairing"
        )
    area = chosen_area(view, options)
    pairs = _pairs(view, pairing, area)
    if not pairs:
        raise NotFoundError("这个区域内没有可结对的社区。", "请用 --area 指定街道或区县。", code="empty-chart")
    heads = rows_of(view, area, [community for community, _ in pairs], options.depth)
    sections = _sections(view, pairing, pairs, heads)
    empty = sum(not units for _, units in pairs)
    said = f"社区{len(pairs)}个，已结对{len(pairs) - empty}个，未结对{empty}个"
    basis = [f"以现行有效的结对关系为准；{said}。"]
    if heads != [community for community, _ in pairs]:
        basis.append("社区未逐一列出，按上级区域合计，一个单位只计一次；有未结对社区的标为空白。")
    behind = {node for community, units in pairs for node in (community, *units)}
    return draw_groups(
        sections,
        frame(view, options, f"{view.name(area)}{pairing.local}图", basis, sorted(behind)),
        columns=_columns(pairing, sections),
        paper=options.paper,
        orientation=options.orientation,
        mono=options.mono,
    )


def _columns(pairing: Pairing, sections: tuple[Section, ...]) -> tuple[str, ...]:
    names = [k.name for k in pairing.kinds]
    return (*names, OTHER) if any(len(r.cells) > len(names) for s in sections for r in s.rows) else tuple(names)


def _partners(view: View) -> dict[int, list[int]]:
    """Paired area → its partner units, in official order; an organization stands for the area that is its home."""
    edges = view.edges("PAIRED_WITH")
    home = view.home()
    order = official_order(view.snapshot)
    found: dict[int, set[int]] = defaultdict(set)
    for organization, unit in zip(edges.source.tolist(), edges.target.tolist(), strict=True):
        if home[organization] >= 0:
            found[int(home[organization])].add(unit)
    return {area: sorted(units, key=lambda u: (order[u], u)) for area, units in found.items()}


def _pairs(view: View, pairing: Pairing, area: int) -> list[tuple[int, list[int]]]:
    """The communities of the area with their partners, in official order."""
    span = view.snapshot.span("Area")
    fits = view.coded("Area", "kind", pairing.area_kinds)
    below = view.areas("行政").descendants(area - span.start)
    partners = _partners(view)
    inside = below[fits[below] & view.inside[span][below]].tolist()
    return [(p + span.start, partners.get(p + span.start, [])) for p in inside]


def rows_of(view: View, top: int, areas: Sequence[int], depth: int | None) -> list[int]:
    """For each area the one that has its row: itself, or its ancestor `depth` levels below `top`; without a depth the
    deepest level that leaves at most `MOST_ROWS` rows."""
    start: int = view.snapshot.span("Area").start
    forest = view.areas("行政")
    base = int(forest.depth[top - start])

    def raised(area: int, level: int) -> int:
        position = area - start
        while int(forest.depth[position]) > base + level:
            position = int(forest.parent[position])
        return int(position) + start

    for level in [depth] if depth else [MOST_LEVELS, 3, 2, 1]:
        found = [raised(area, level) for area in areas]
        if len(set(found)) <= MOST_ROWS:
            break
    return found


def _sections(
    view: View, pairing: Pairing, pairs: Sequence[tuple[int, list[int]]], heads: Sequence[int]
) -> tuple[Section, ...]:
    start = view.snapshot.span("Area").start
    forest = view.areas("行政")
    held: dict[int, list[tuple[int, list[int]]]] = defaultdict(list)
    for head, pair in zip(heads, pairs, strict=True):
        held[head].append(pair)
    rows: dict[int, list[Row]] = defaultdict(list)
    for head, found in held.items():
        above = int(forest.parent[head - start])
        row = _row(view, pairing, *found[0]) if found[0][0] == head else _counted(view, pairing, head, found)
        rows[above + start if above >= 0 else head].append(row)
    return tuple(Section(box(view, above), tuple(found)) for above, found in rows.items())


def _counted(view: View, pairing: Pairing, head: int, pairs: Sequence[tuple[int, list[int]]]) -> Row:
    """A row of an area above communities: how many they are and how many partners of each kind they have."""
    lone = sum(not units for _, units in pairs)
    units = list(dict.fromkeys(unit for _, found in pairs for unit in found))
    note = f"社区{len(pairs)}" + (f"·未结对{lone}" if lone else "")
    names = [*(kind.name for kind in pairing.kinds), OTHER]
    cells = tuple(
        (Box(f"{view.id(head)}.{at}", f"{len(found)}个", style="unit", tooltip=f"{view.name(head)}：{names[at]}"),)
        if found
        else ()
        for at, found in enumerate(_by_kind(view, pairing, units))
    )
    filled = cells if cells[-1] else cells[:-1]
    return Row(box(view, head, style="gap" if lone else "area", note=note), filled)


def _row(view: View, pairing: Pairing, community: int, units: list[int]) -> Row:
    cells = [tuple(box(view, unit) for unit in found) for found in _by_kind(view, pairing, units)]
    head = box(view, community, style="gap" if not units else "area")
    return Row(head, tuple(cells if cells[-1] else cells[:-1]))


def _by_kind(view: View, pairing: Pairing, units: Sequence[int]) -> list[list[int]]:
    """The units by the kinds of the profile, the first that fits; last those of no kind."""
    found: list[list[int]] = [[] for _ in (*pairing.kinds, OTHER)]
    for unit in units:
        kind, level, sector = (str(view.snapshot.value(unit, a) or "") for a in ("kind", "level", "sector"))
        fits = [
            i
            for i, k in enumerate(pairing.kinds)
            if kind in k.unit_kinds and (not k.levels or level in k.levels) and (not k.sectors or sector in k.sectors)
        ]
        found[fits[0] if fits else -1].append(unit)
    return found
