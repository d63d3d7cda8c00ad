"""结对共建图: each community with its partners by kind, grouped by street; the unpaired stand out as gaps."""

from __future__ import annotations

from collections import defaultdict

from graph.errors import NotFoundError
from graph.profile import Pairing
from graph.view import View, official_order
from visual.charts.naming import Options, box, chosen_area, frame
from visual.figure import Box, Drawing, Row, Section
from visual.groups import draw_groups

OTHER = "其他单位"


def pairing_chart(view: View, options: Options) -> Drawing:
    """Communities of the asked area with their pairing partners in one column a kind of the profile.

    `NotFoundError` when the profile declares no pairing or the area holds no community.
    """
    pairing = view.profile.pairing
    if pairing is None:
        raise NotFoundError(
            "这个区划的治理方案没有声明结对共建。", "请在方案中加入 [pairing] 后重试。", code="no-pairing"
        )
    area = chosen_area(view, options)
    partners = _partners(view)
    sections, behind, empty = _sections(view, pairing, area, partners)
    if not sections:
        raise NotFoundError("这个区域内没有可结对的社区。", "请用 --area 指定街道或区县。", code="empty-chart")
    communities = sum(len(s.rows) for s in sections)
    lead = f"口径：以现行有效的结对关系为准；社区{communities}个，已结对{communities - empty}个，未结对{empty}个。"
    return draw_groups(
        sections,
        frame(view, options, f"{view.name(area)}{pairing.local}图", (lead,), behind),
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


def _sections(
    view: View, pairing: Pairing, area: int, partners: dict[int, list[int]]
) -> tuple[tuple[Section, ...], list[int], int]:
    span = view.snapshot.span("Area")
    forest = view.areas("行政")
    paired_kinds = view.coded("Area", "kind", pairing.area_kinds)
    below = forest.descendants(area - span.start)
    rows: dict[int, list[Row]] = defaultdict(list)
    behind: list[int] = []
    empty = 0
    for position in below[paired_kinds[below] & view.inside[span][below]].tolist():
        community = position + span.start
        units = partners.get(community, [])
        empty += not units
        behind += [community, *units]
        street = int(forest.parent[position])
        rows[street + span.start if street >= 0 else community].append(_row(view, pairing, community, units))
    sections = tuple(Section(box(view, street), tuple(found)) for street, found in rows.items())
    return sections, behind, empty


def _row(view: View, pairing: Pairing, community: int, units: list[int]) -> Row:
    cells: list[list[Box]] = [[] for _ in pairing.kinds]
    others: list[Box] = []
    for unit in units:
        snapshot = view.snapshot
        kind, level, sector = (str(snapshot.value(unit, a) or "") for a in ("kind", "level", "sector"))
        fits = [
            i
            for i, k in enumerate(pairing.kinds)
            if kind in k.unit_kinds and (not k.levels or level in k.levels) and (not k.sectors or sector in k.sectors)
        ]
        (cells[fits[0]] if fits else others).append(box(view, unit))
    filled = tuple(tuple(c) for c in cells)
    head = box(view, community, style="gap" if not units else "area")
    return Row(head, (*filled, tuple(others)) if others else filled)
