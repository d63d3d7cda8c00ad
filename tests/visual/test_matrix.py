import itertools

import pytest

from loaders.districts import published
from tests.visual.matrix import DEPTHS, PAPERS, Case, cases, drawing, share, sheets
from visual.charts import CHARTS

PAGES = 3  # of a drawing of many, the first two and the last


@pytest.mark.parametrize("case", share(), ids=lambda case: f"{case.district}-{case.kind}-{case.depth}-{case.paper}")
def test_a_share_of_all_drawings_has_no_fault(case: Case) -> None:
    measured = list(sheets(case, PAGES))
    assert [(sheet.number, sheet.faults) for sheet in measured if sheet.faults] == []
    assert [(sheet.number, sheet.fill) for sheet in measured[:1] if sheet.sparse] == []


def test_the_share_meets_every_kind_district_depth_and_paper() -> None:
    taken = share()
    assert {(case.district, case.kind) for case in taken} == set(itertools.product(published(), CHARTS))
    assert {(case.kind, case.paper) for case in taken} == set(itertools.product(CHARTS, PAPERS))
    assert {(case.kind, case.depth) for case in taken} == set(itertools.product(CHARTS, DEPTHS))
    assert set(taken) < set(cases(published()))


def test_a_drawing_has_the_same_bytes_every_time() -> None:
    for kind in CHARTS:
        case = Case("fuxing", kind, 1, "A4")
        assert [page.dot for page in drawing(case).pages] == [page.dot for page in drawing(case).pages], kind
