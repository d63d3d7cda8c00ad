"""All kinds × five districts × three depths × two papers, drawn and measured: `python -m tests.visual.matrix`.

The whole takes minutes; the tests take a share (`share`) in which every kind, district, depth and paper occurs.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from api.gallery import BEFORE, seen
from loaders.districts import published
from tests.visual.measure import LEFT_MARGIN, MARGIN, measure
from visual.charts import CHARTS, chart
from visual.charts.naming import Options
from visual.charts.seats import seats
from visual.figure import Drawing
from visual.render import render

DEPTHS, PAPERS = (1, 2, 3), ("A4", "A3")
LARGE, DEEP = "changchun", 3
FEW_BOXES = 12  # a sheet with so few boxes need not be filled
LEAST_FILL, MOST_USED = 0.6, 0.85  # of the print area; of the part that title and 口径 leave, where they take much


@dataclass(frozen=True)
class Case:
    """One drawing of the matrix."""

    district: str
    kind: str
    depth: int
    paper: str


@dataclass(frozen=True)
class Sheet:
    """What was measured on one page."""

    case: Case
    number: int
    pages: int
    boxes: int
    fill: tuple[float, float]
    used: tuple[float, float]
    faults: tuple[str, ...]

    @property
    def sparse(self) -> bool:
        """Filled less than asked, though it has boxes enough."""
        return self.boxes > FEW_BOXES and min(self.fill) < LEAST_FILL and min(self.used) < MOST_USED


def cases(districts: Sequence[str]) -> Iterator[Case]:
    """Every drawing of some districts."""
    for district in districts:
        for kind in CHARTS:
            for depth in DEPTHS:
                if district == LARGE and kind == "change" and depth < DEEP:
                    continue  # the made-up changes of the city lie deeper
                for paper in PAPERS:
                    yield Case(district, kind, depth, paper)


def share() -> list[Case]:
    """One drawing a kind and district, depths and papers in turn; of the largest district the least depth."""
    found = []
    for row, district in enumerate(published()):
        for column, kind in enumerate(CHARTS):
            depth = DEPTHS[(row + column) % len(DEPTHS)]
            if district == LARGE:
                depth = DEEP if kind == "change" else 1
            found.append(Case(district, kind, depth, PAPERS[(row + column // 3) % len(PAPERS)]))
    return found


def drawing(case: Case) -> Drawing:
    """The case drawn. Paths lead from the district's committee to its last community's organization."""
    whole = seen(case.district, case.kind == "change")
    span = whole.snapshot.span("Area")
    kinds = whole.profile.pairing.area_kinds if whole.profile.pairing else ("社区",)
    fits = whole.coded("Area", "kind", kinds)
    communities = [int(p) + span.start for p in whole.areas().preorder if fits[p]]
    chain = seats(whole)
    options = Options(
        area=whole.id(communities[0]) if case.kind == "community" else None,
        depth=case.depth,
        paper=case.paper,
        unit="中共某某委员会组织部",
        start=whole.id(chain.organization_of(whole.root_area())) if case.kind == "path" else "",
        goal=whole.id(chain.organization_of(communities[-1])) if case.kind == "path" else "",
        before=BEFORE,
    )
    return chart(case.kind, whole, options)


def sheets(case: Case, most: int | None = None) -> Iterator[Sheet]:
    """The pages of a case measured, at most the first `most`−1 and the last."""
    made = drawing(case)
    count = len(made.pages)
    numbers = range(1, count + 1) if most is None or count <= most else [*range(1, most), count]
    for number in numbers:
        page = made.pages[number - 1]
        found = measure(render(made, "svg", page=number)[0])
        wide = (page.width - LEFT_MARGIN - MARGIN) / page.area.width
        high = (page.height - 2 * MARGIN) / page.area.height
        used = (found.fill_x * wide, found.fill_y * high)
        yield Sheet(case, number, count, found.boxes, (found.fill_x, found.fill_y), used, found.faults)


def main(districts: Sequence[str]) -> int:
    """Measure the whole matrix of some districts, print what is wrong and a summary; 1 when something is."""
    total = faulty = sparse = 0
    for case in cases(districts or published()):
        start = time.perf_counter()
        for sheet in sheets(case):
            total += 1
            faulty += bool(sheet.faults)
            sparse += sheet.sparse
            if sheet.faults or sheet.sparse:
                print(case, sheet.number, sheet.boxes, [round(f, 2) for f in sheet.fill], sheet.faults[:3])
        print(f"{case.district} {case.kind} {case.depth} {case.paper}: {time.perf_counter() - start:.1f} s", flush=True)
    print(f"{total} sheets, {faulty} with faults, {sparse} filled under {LEAST_FILL:.0%}")
    return int(bool(faulty))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
