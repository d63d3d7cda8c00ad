"""Claims: the verdict follows the ledger both ways, and never rests on what was made up from the figure itself."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

import pytest

import loaders.districts
from graph.analysis.checks import CHECKS, Checks, Rows, checks_of, read_checks
from graph.analysis.claims import claims
from graph.errors import InputError
from graph.figures import figures_of, published, read_figures
from graph.profile import load_profile
from graph.snapshot import build
from graph.view import View, view
from tests.analysis.districts import view_of
from tests.analysis.ledgers import CASES, DAY, Ledger, ledger_view, rows
from tests.loaders.counts import data

DISTRICTS = ("fuxing", "changchun", "lufeng", "sishui", "gulou")
HEADER = "seed,literal,value,qualifier,unit,counts"


def row_of(shown: View, literal: str, **more: Any) -> dict[str, Any]:
    """The row of one claim."""
    return next(r for r in claims(shown, **more).rows if r["literal"] == literal)


def own(*lines: str, header: str = HEADER) -> Any:
    """Figures of a user's file."""
    return read_figures("\n".join([header, *lines]).encode(), "own.csv")


@pytest.mark.parametrize(("district", "literal"), CASES)
def test_a_ledger_that_comes_to_the_figure_supports_it(district: str, literal: str) -> None:
    make, fits, _ = CASES[district, literal]
    row = row_of(ledger_view(district, make(fits)), literal)
    assert (row["verdict"], row["basis"]) == ("supported", "ledger"), row["why"]
    assert row["computed"]["low"] == row["computed"]["high"] == fits


@pytest.mark.parametrize(("district", "literal"), CASES)
def test_the_same_ledger_changed_contradicts_it(district: str, literal: str) -> None:
    make, _, wrong = CASES[district, literal]
    for number in wrong:
        row = row_of(ledger_view(district, make(number)), literal)
        assert (row["verdict"], row["basis"]) == ("contradicted", "ledger"), row["why"]
        assert row["computed"]["low"] == number
        assert "不一致" in row["why"]


def made_up(ledger: Ledger) -> Ledger:
    """The ledger with one made-up row of each label."""
    nodes = {k: [listed[0] | {"generated": True}, *listed[1:]] for k, listed in ledger[0].items()}
    return nodes, ledger[1]


@pytest.mark.parametrize(("district", "literal"), CASES)
def test_one_made_up_row_ends_the_verdict(district: str, literal: str) -> None:
    make, fits, _ = CASES[district, literal]
    row = row_of(ledger_view(district, made_up(make(fits))), literal)
    assert row["basis"] != "ledger"
    if row["basis"] == "generated":
        assert row["verdict"] == "not_computable"
        assert "不构成核实" in row["why"]
    else:
        assert row["basis"] in ("divisions", "figures")


@pytest.mark.parametrize("district", DISTRICTS)
def test_no_verdict_of_a_published_district_rests_on_its_own_rows(district: str) -> None:
    shown = view(build(data(district), 1), load_profile(district), DAY)
    answer = claims(shown)
    literals = [r["literal"] for r in answer.rows]
    assert literals[: len(figures_of(published(), district))] == [f.literal for f in figures_of(published(), district)]
    assert answer.totals["claims"] == len(literals) > len(figures_of(published(), district))
    for row in answer.rows:
        assert set(row) == {
            "figure", "literal", "unit", "published", "computed", "basis", "verdict", "why", "evidence",
        }  # fmt: skip
        assert row["basis"] != "ledger"
        assert row["why"].endswith("。")
        if row["verdict"] != "not_computable":
            assert row["basis"] in ("divisions", "figures")


EXPECTED = {
    "fuxing": {
        "8个街道": "contradicted",
        "56个城市社区": "contradicted",
        "“五事共办”": "supported",
        "56个社区": "not_computable",
    },
    "changchun": {
        "44个社区": "contradicted",
        "“四双”": "supported",
        "八项职责": "not_computable",
        "四率评价的第四率": "not_computable",
    },
    "lufeng": {
        "346个村(社区)": "not_computable",
        "21个镇(街)": "not_computable",
        "“五有”": "supported",
        "2.0升级版": "not_computable",
    },
    "sishui": {
        "13个镇(街道)": "supported",
        "11个城市社区": "contradicted",
        "101个小区党支部": "supported",
        "14.8万人": "supported",
    },
    "gulou": {
        "9个街道": "supported",
        "69个社区": "supported",
        "10家“党建促进会”": "supported",
        "覆盖率达到100%": "not_computable",
    },
}


@pytest.mark.parametrize("district", DISTRICTS)
def test_divisions_and_figures_judge_what_they_can(district: str) -> None:
    shown = view(build(data(district), 1), load_profile(district), DAY)
    found = {r["literal"]: r["verdict"] for r in claims(shown).rows}
    assert {k: found[k] for k in EXPECTED[district]} == EXPECTED[district]


def test_a_figure_equal_to_a_refuted_one_is_not_supported_by_it() -> None:
    row = row_of(ledger_view("fuxing", rows("Area", kind="网格")(1)), "56个党群综合服务中心")
    assert (row["verdict"], row["basis"]) == ("not_computable", "figures")
    assert "与区划表不符" in row["why"]


def test_missing_denominators_are_named() -> None:
    row = row_of(ledger_view("gulou", ({}, {})), "覆盖率达到100%")
    assert (row["verdict"], row["basis"], row["computed"]) == ("not_computable", "none", None)
    assert row["evidence"]["missing"] == "小区总数（覆盖率的分母）"


def test_a_gap_is_the_evidence_against_a_full_rate() -> None:
    make, _, _ = CASES["gulou", "覆盖率达到100%"]
    row = row_of(ledger_view("gulou", make(98)), "覆盖率达到100%")
    assert sorted(n["id"] for n in row["evidence"]["nodes"]) == ["gulou.a98", "gulou.a99"]
    assert row["evidence"]["count"] == 2


def test_a_rate_named_without_a_value_is_computed_and_never_judged() -> None:
    make, _, _ = CASES["changchun", "573个老旧小区"]
    row = row_of(ledger_view("changchun", make(3)), "小区治理看自治率")
    assert (row["verdict"], row["basis"], row["published"]) == ("not_computable", "ledger", None)
    assert row["computed"]["low"] == pytest.approx(80)
    assert "自治率的数值" in row["why"]


def test_empty_cells_leave_a_range() -> None:
    make, _, _ = CASES["lufeng", "1890人"]
    nodes, relations = make(1890)
    nodes["Unit"].append({"id": "blank", "kind": "志愿服务队"})
    row = row_of(ledger_view("lufeng", (nodes, relations)), "1890人")
    assert (row["verdict"], row["computed"]) == ("not_computable", {"low": 1890, "high": None})
    nodes["Unit"][0]["members"] += 1
    assert row_of(ledger_view("lufeng", (nodes, relations)), "1890人")["verdict"] == "contradicted"


def test_ended_rows_do_not_count() -> None:
    nodes, relations = rows("Area", kind="街道")(8)
    nodes["Area"].append({"id": "old", "kind": "街道", "until": "2020-01-01"})
    assert row_of(ledger_view("fuxing", (nodes, relations)), "8个街道")["verdict"] == "supported"


def test_a_part_of_the_district_does_not_judge_the_whole() -> None:
    nodes, relations = rows("Area", kind="街道")(8)
    shown = ledger_view("fuxing", (nodes, relations), scope=["fuxing.x0"])
    row = row_of(shown, "8个街道")
    assert row["basis"] == "divisions"
    row = row_of(ledger_view("fuxing", rows("Area", kind="网格")(1013), scope=["fuxing.x0"]), "1013个网格")
    assert (row["verdict"], row["basis"]) == ("not_computable", "none")
    assert "不是全区" in row["why"]


def test_own_figures_are_judged_by_the_check_of_the_same_statement() -> None:
    shown = ledger_view("fuxing", rows("Area", kind="网格")(1020))
    answer = claims(shown, own("fuxing,1020个网格,1020,=,网格,", "gulou,9个街道,9,=,街道,"))
    assert [(r["literal"], r["verdict"], r["basis"]) for r in answer.rows] == [("1020个网格", "supported", "ledger")]


def test_own_measures_judge_figures_of_any_district() -> None:
    shown = view_of({"Area": [{"id": "d", "kind": "区县"}, {"id": "e", "kind": "小区"}]})
    lines = own(",3个小区,3,=,小区,,count Area kind=小区", header=f"{HEADER},measure")
    row = claims(shown, lines).rows[0]
    assert (row["verdict"], row["basis"], row["computed"]) == ("contradicted", "ledger", {"low": 1, "high": 1})


def test_persons_and_person_times_never_meet() -> None:
    make, _, _ = CASES["lufeng", "2465名机关干部"]
    measure = "sum ASSIGNED_TO.people mode=包联"
    lines = own(
        f"lufeng,2465人次,2465,=,人次,,{measure}", f"lufeng,2465人,2465,=,人,,{measure}", header=f"{HEADER},measure"
    )
    first, second = claims(ledger_view("lufeng", make(2465)), lines).rows
    assert (first["verdict"], first["computed"]) == ("not_computable", None)
    assert "人次" in first["why"]
    assert second["verdict"] == "supported"


def test_a_printed_percentage_is_compared_as_printed_but_never_rounded_to_full() -> None:
    measure = "count Area kind=小区 with=COVERS.to / count Area kind=小区"
    make, _, _ = CASES["gulou", "覆盖率达到100%"]
    nodes, relations = make(2)
    nodes["Area"] = nodes["Area"][:3]
    lines = [
        f"gulou,覆盖率66.7%,66.7,=,%,,{measure}",
        f"gulou,覆盖率66.6%,66.6,=,%,,{measure}",
        f"gulou,覆盖率100%,100,=,%,,{measure}",
    ]
    found = claims(ledger_view("gulou", (nodes, relations)), own(*lines, header=f"{HEADER},measure")).rows
    assert [r["verdict"] for r in found] == ["supported", "contradicted", "contradicted"]


def test_a_district_without_figures_says_what_to_do() -> None:
    answer = claims(view_of({"Area": [{"id": "d", "kind": "区县"}]}))
    assert answer.rows == []
    assert answer.totals["notices"][0]["code"] == "figures-missing"


@pytest.mark.parametrize(
    ("lines", "header", "row", "column"),
    [
        (["fuxing,,5,=,个,"], HEADER, 2, "B"),
        (["fuxing,8个街道,8,=,街道,", "fuxing,9个街道,九,=,街道,"], HEADER, 3, "C"),
        (["fuxing,1013个网格,1031,=,网格,"], HEADER, 2, "C"),
        (["fuxing,8个街道,8,约,街道,"], HEADER, 2, "D"),
        (["fuxing,8个街道"], "seed,literal", 1, "A"),
        (["fuxing,8个街道,8,=,街道,,count Area kind"], f"{HEADER},measure", 2, "G"),
    ],
)
def test_a_wrong_file_is_refused_with_row_and_column(lines: list[str], header: str, row: int, column: str) -> None:
    with pytest.raises(InputError) as caught:
        claims(ledger_view("fuxing", rows("Area", kind="街道")(8)), own(*lines, header=header))
    item = caught.value.items[0]
    assert (item["row"], item["column"]) == (row, column)
    assert item["remedy"]


def test_every_figure_has_a_check_or_a_reason_and_no_check_is_idle() -> None:
    for district in DISTRICTS:
        checks = checks_of(district)
        literals = {f.literal for f in figures_of(published(), district)}
        told = [c.figure for c in checks.claims if not c.universal] + [x for g in checks.unmodelled for x in g.figures]
        assert len(told) == len(set(told))
        assert set(told) <= literals
        silent = {f.literal for f in figures_of(published(), district) if f.quantity} - set(told)
        assert silent == set()


def counted(asked: Rows, table: list[dict[str, str]]) -> int:
    """How many rows of the official table an entry means."""
    by_code = {r["code"]: r for r in table}

    def above(row: dict[str, str]) -> list[str]:
        chain, at = [], row["parent_code"]
        while at in by_code:
            chain.append(at)
            at = by_code[at]["parent_code"]
        return chain

    return sum(
        (not asked.kinds or r["kind"] in asked.kinds)
        and (not asked.level or r["level"] == asked.level)
        and r["kind"] not in asked.not_kinds
        and (not asked.under or any(a in asked.under for a in above(r)))
        and not any(a in asked.not_under for a in above(r))
        and (not asked.under_kinds or by_code[r["parent_code"]]["kind"] in asked.under_kinds)
        for r in table
    )


@pytest.mark.parametrize("district", DISTRICTS)
def test_declared_divisions_are_those_of_the_official_table(district: str) -> None:
    path = Path(loaders.districts.__file__).parent / "divisions" / f"{district}_2023.csv"
    with path.open(encoding="utf-8-sig", newline="") as lines:
        table = list(csv.DictReader(lines))
    for reading in checks_of(district).divisions:
        assert counted(reading.low_rows, table) == reading.low
        if reading.high_rows is not None:
            assert counted(reading.high_rows, table) == reading.high


def test_wrong_checks_are_refused(tmp_path: Path) -> None:
    assert {p.stem for p in CHECKS.glob("*.toml")} == set(DISTRICTS)
    for text in ("district = 1", "district = ", 'district = "x"\n[[claims]]\nfigure = "a"\nmeasure = "count Nothing"',
                 'district = "x"\n[[claims]]\nfigure = "a"\ndivisions = ["none"]'):  # fmt: skip
        path = tmp_path / "x.toml"
        path.write_text(text, "utf-8")
        with pytest.raises(InputError):
            read_checks(path)
    assert checks_of("nowhere") == Checks(district="nowhere")
