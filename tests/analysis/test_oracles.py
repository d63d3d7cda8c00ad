"""Each of the small analyses against the plainest reading of its definition: dictionaries, no arrays, no code of ours.

On random small districts, and on the published ones.
"""

from __future__ import annotations

import calendar
import datetime as dt
from collections import Counter, defaultdict
from functools import cache
from typing import Any

import networkx as nx
import polars as pl
import pytest
from hypothesis import given

from graph.analysis.alliances import alliance_status
from graph.analysis.assessments import assessments
from graph.analysis.assignments import assignments
from graph.analysis.calls import calls
from graph.analysis.dossier import show
from graph.analysis.lists import lists
from graph.analysis.overview import KINDS, overview
from graph.analysis.powers import powers
from graph.analysis.reports_in import reports_in
from graph.analysis.terms import terms
from graph.analysis.tiers import place
from graph.analysis.vacancies import vacancies
from graph.dataset import Dataset
from graph.model import RELATION_TYPES
from graph.profile import Profile, load_profile
from graph.view import View
from tests.analysis.busy import busy_datasets
from tests.analysis.districts import DAY, few, profile, view_data
from tests.analysis.plain import Plain, Row
from tests.loaders.counts import data as published

DISTRICTS = ("fuxing", "lufeng", "sishui", "gulou", "changchun")


class Told(Plain):
    """The plain reading with what several definitions share: the area where something is, superiors, tiers.

    Where a node is and at which tier it stands have oracles of their own (coverage, chain): they are taken from the
    view, so that each test is about one definition.
    """

    def __init__(self, data: Dataset, view: View, profile: Profile) -> None:
        self.cached: dict[str, list[Row]] = {}
        super().__init__(data)
        self.profile = profile
        number = {i: n for n, i in enumerate(view.snapshot.ids)}
        self.tiers = {i: t.tier if (t := place(view, number[i])[1]) else None for i in self.of("Organization")}
        self.up = {r["from"]: r["to"] for r in self.links("SUBORDINATE_TO")}
        self.home = {
            i: None if h < 0 else view.id(h) for i, h in zip(view.snapshot.ids, view.home().tolist(), strict=True)
        }
        parents = {(r["from"], r["hierarchy"]): r["to"] for r in self.links("PART_OF")}
        self.below_of = nx.DiGraph()
        self.below_of.add_nodes_from(self.of("Area"))
        for id_ in self.of("Area"):
            above = next((p for h in ("行政", "网格", "小区") if (p := parents.get((id_, h)))), None)
            if above:
                self.below_of.add_edge(above, id_)

    def links(self, type_: str) -> list[Row]:
        """The relations in force, read once."""
        if type_ not in self.cached:
            self.cached[type_] = super().links(type_)
        return self.cached[type_]

    def within(self, area: str) -> set[str]:
        """The area and all below it."""
        return nx.descendants(self.below_of, area) | {area}

    def above(self, organization: str) -> list[str]:
        """Formal superiors, the nearest first."""
        out: list[str] = []
        while organization in self.up:
            organization = self.up[organization]
            out.append(organization)
        return out


def without_entrances(data: Dataset) -> Dataset:
    """Without buildings, entrances and their heads: of Changchun 320,000 rows of one sort."""
    gone = {"Area": ["楼栋", "单元"], "Post": ["楼栋长", "单元长"]} if data.district == "changchun" else {}
    nodes = {k: f.filter(~pl.col("kind").is_in(gone[k])) if k in gone else f for k, f in data.nodes.items()}
    left = pl.concat([f["id"] for f in nodes.values()]).to_frame()
    relations = {
        k: f.join(left, left_on="from", right_on="id", how="semi").join(left, left_on="to", right_on="id", how="semi")
        for k, f in data.relations.items()
    }
    return Dataset(data.district, nodes, relations)


@cache
def of_district(name: str) -> tuple[Told, View]:
    data, chosen = without_entrances(published(name)), load_profile(name)
    view = view_data(data, with_profile=chosen)
    return Told(data, view, chosen), view


def small(data: Dataset) -> tuple[Told, View]:
    view = view_data(data)
    return Told(data, view, profile()), view


# Terms --------------------------------------------------------------------------------------------------------------

NO_TERM = {"党工委", "机关工委", "两新工委", "临时党支部", "功能型党组织", "流动党员党支部", "党小组", "党员中心户"}


def years_on(day: str, years: int) -> dt.date:
    on = dt.date.fromisoformat(day)
    return dt.date(on.year + years, on.month, min(on.day, calendar.monthrange(on.year + years, on.month)[1]))


def term_of(told: Told, id_: str, row: Row) -> tuple[str, str | None] | None:
    """State and last day of a term; None for an organization without terms."""
    tier = told.tiers[id_]
    if row["kind"] in NO_TERM or tier in told.profile.terms.no_term_tiers:
        return None
    years = row["term_years"] or told.profile.terms.years.get(tier or "")
    ends = dt.date.fromisoformat(row["term_ends"]) if row["term_ends"] else None
    if ends is None and row["elected"] and years:
        ends = years_on(row["elected"], years)
    if ends is None:
        return "unknown", None
    if ends < DAY:
        return "over", ends.isoformat()
    months = (ends.year - DAY.year) * 12 + ends.month - DAY.month + (ends.day > DAY.day)
    return next((f"within_{m}" for m in (3, 6, 12) if months <= m), "later"), ends.isoformat()


def terms_agree(told: Told, view: View) -> None:
    wanted = {i: t for i, r in told.of("Organization").items() if (t := term_of(told, i, r))}
    answer = terms(view)
    assert {r["node"]["id"]: (r["state"], r["term_ends"]) for r in answer.rows} == {
        i: t for i, t in wanted.items() if t[0] != "later"
    }
    counted = Counter(t[0] for t in wanted.values())
    assert answer.totals["of"] == len(wanted)
    assert {k: n for k, n in answer.totals["states"].items() if n} == dict(counted)


# Vacancies ----------------------------------------------------------------------------------------------------------


def has_post(rule: Any, area: Row) -> bool:
    return area["kind"] in rule.area_kinds and (not rule.grades or area["grade"] in rule.grades)


def vacancies_agree(told: Told, view: View) -> None:
    posts, owner = told.of("Post"), {r["from"]: r["to"] for r in told.links("OF")}
    wanted: Counter[tuple[str, Any, Any]] = Counter()
    for id_, row in posts.items():
        if row["status"] == "空缺":
            wanted["vacant", owner.get(id_), id_] += 1
    held = defaultdict(list)
    for id_, row in posts.items():
        if row["holder_key"] and row["status"] != "空缺":
            held[row["holder_key"]].append(id_)
    for mine in held.values():
        if len(mine) > 1:
            wanted["together", None, frozenset(mine)] += 1
    for rule in told.profile.posts:
        known = {owner[i] for i, r in posts.items() if r["kind"] == rule.kind and i in owner}
        asked = [i for i, r in told.of("Area").items() if has_post(rule, r)]
        asked += [i for i in told.of("Organization") if told.tiers[i] in rule.tiers]
        for id_ in asked if rule.required else ():
            if id_ not in known:
                wanted["without_post", id_, rule.kind] += 1
    for facility in told.profile.facilities:
        served = {r["to"] for r in told.links("SERVES") if told.every[r["from"]]["kind"] == facility.kind}
        for id_, row in told.of("Area").items():
            if facility.required and row["kind"] in facility.area_kinds and id_ not in served:
                wanted["without_facility", id_, facility.kind] += 1
    found: Counter[tuple[str, Any, Any]] = Counter()
    for row in vacancies(view).rows:
        node = row["node"]["id"] if row["node"] else None
        if row["fault"] == "vacant":
            found["vacant", node, row["post"]["id"]] += 1
        elif row["fault"] == "together":
            found["together", None, frozenset(p["id"] for p in row["posts"])] += 1
        else:
            found[row["fault"], node, row["kind"]] += 1
    assert found == wanted


# Alliances ----------------------------------------------------------------------------------------------------------


def alliance_states(told: Told, rule: Any, alliance: str) -> tuple[set[str], str | None]:
    row, members = told.every[alliance], [r for r in told.links("MEMBER_OF") if r["to"] == alliance]
    lacking = bool(rule.leader_tiers) and not any(
        r["role"] in ("牵头", "召集人") and told.tiers.get(r["from"]) in rule.leader_tiers for r in members
    )
    unit_of = {r["from"]: r["to"] for r in told.links("BELONGS_TO")}
    for element in rule.composition:
        fit = set()
        for who in {r["from"] for r in members}:
            unit = who if who in told.of("Unit") else unit_of.get(who)
            known = told.every[unit] if unit else None
            if told.tiers.get(who) in element.tiers:
                fit.add(who)
            elif (element.unit_kinds or element.sectors) and known:
                kinds, sectors = element.unit_kinds, element.sectors
                if (not kinds or known["kind"] in kinds) and (not sectors or known["sector"] in sectors):
                    fit.add(who)
        lacking = lacking or len(fit) < element.minimum
    days = [told.every[r["to"]]["date"] for r in told.links("TOOK_PART") if r["from"] == alliance]
    met = max((d for d in days if d and d <= DAY.isoformat()), default=None)
    period = row["period_days"] or rule.period_days
    limit = (DAY - dt.timedelta(days=period)).isoformat() if period is not None else None
    young = limit is not None and row["since"] is not None and row["since"] >= limit
    states = {"incomplete"} if lacking else set()
    if met is None:
        states |= set() if young else {"unknown"}
    elif limit is not None and met < limit and not young:
        states.add("dormant")
    return states or {"ok"}, met


def alliances_agree(told: Told, view: View) -> None:
    wanted: Counter[Any] = Counter()
    for rule in told.profile.alliances:
        for area, row in told.of("Area").items():
            if row["kind"] not in rule.area_kinds:
                continue
            here = {r["from"] for r in told.links("CONVENED_IN") if r["to"] == area}
            here = {a for a in here if told.every[a]["kind"] == rule.kind}
            for alliance in here:
                states, met = alliance_states(told, rule, alliance)
                wanted[rule.tier, area, alliance, frozenset(states), met] += 1
            if not here and rule.required:
                wanted[rule.tier, area, None, frozenset({"missing"}), None] += 1
    found: Counter[Any] = Counter()
    for r in alliance_status(view).rows:
        alliance = r["alliance"]["id"] if r["alliance"] else None
        found[r["tier"], r["area"]["id"], alliance, frozenset(r["states"]), r["last_met"]] += 1
    assert found == wanted


# Reports ------------------------------------------------------------------------------------------------------------


def reports_agree(told: Told, view: View) -> None:
    links = told.links("REPORTED_TO")
    root = view.id(view.root_area())
    formal = {i for i, r in told.of("Organization").items() if r["kind"] not in ("党小组", "党员中心户")}
    formal -= {i for i in formal if (t := told.tiers[i]) and t in INFORMAL_TIERS[told.profile.id]}
    reported = {r["from"] for r in links if r["half"] == "单位"} & formal
    should = ({r["from"] for r in told.links("BELONGS_TO")} & formal) | reported
    members = [r for r in links if r["half"] == "在职党员" and r["at"] != "驻地"]
    serving = {i: s for i, r in told.of("Organization").items() if (s := r["serving_members"]) is not None}
    known = {r["half"] for r in links}
    for row in reports_in(view).rows:
        inner = told.within(row["area"]["id"])

        def here(id_: str, inner: set[str] = inner) -> bool:
            return (told.home[id_] or root) in inner

        of, n = sum(map(here, should)), sum(map(here, reported))
        assert row["organizations"] == {
            "n": n if "单位" in known else None, "of": of or None, "rate": n / of if of and "单位" in known else None,
        }  # fmt: skip
        whole = sum(s for i, s in serving.items() if here(i))
        part = sum(r["members"] or 0 for r in members if r["from"] in serving and here(r["from"]))
        judged = whole and "在职党员" in known
        assert row["serving_members"] == {
            "n": part if judged else None, "of": whole or None, "rate": part / whole if judged else None,
        }  # fmt: skip
        left = sum(r["members"] or 0 for r in members if r["from"] not in serving and here(r["from"]))
        assert row["uncounted"] == left
        assert row["received"] == {
            "organizations": sum(r["half"] == "单位" and here(r["to"]) for r in links),
            "members": sum(r["members"] or 0 for r in members if here(r["to"])),
        }


INFORMAL_TIERS = {
    p.id: {t.tier for line in p.lines for t in line.tiers if not t.statistical}
    for p in (profile(), *(load_profile(d) for d in DISTRICTS))
}


# Calls, powers, people sent down -------------------------------------------------------------------------------------


def calls_agree(told: Told, view: View) -> None:
    by: dict[tuple[str, str], list[Row]] = defaultdict(list)
    for r in told.links("RESPONDS_TO"):
        by[r["from"], r["to"]].append(r)
    rows = {(r["unit"]["id"], r["node"]["id"]): r for r in calls(view).rows}
    assert set(rows) == set(by)
    for key, periods in by.items():
        row = rows[key]
        for part, rate in (("answered", "answer_rate"), ("on_time", "on_time_rate")):
            both = [p for p in periods if p["calls"] is not None and p[part] is not None]
            whole = sum(p["calls"] for p in both)
            assert row[rate] == (sum(p[part] for p in both) / whole if whole else None)
        said = {p["answered"] for p in periods} - {None}
        if sum(p["calls"] or 0 for p in periods) and said == {0}:
            state = "never"
        elif any(p["calls"] is not None and p["answered"] is not None and p["answered"] < p["calls"] for p in periods):
            state = "unanswered"
        elif any(None not in p.values() and p["on_time"] < p["answered"] for p in map(numbers, periods)):
            state = "overdue"
        else:
            state = "unknown" if any(p["calls"] is None or p["answered"] is None for p in periods) else "ok"
        assert row["state"] == state
    offices = {i for i, r in told.of("Unit").items() if r["kind"] == "机关"}
    silent = offices - {u for u, _ in by} if by else set()
    assert {r["id"] for r in calls(view).totals["without_calls"]} == silent


def numbers(period: Row) -> Row:
    return {k: period[k] for k in ("calls", "answered", "on_time")}


def powers_agree(told: Told, view: View) -> None:
    answer = powers(view)
    given, sent, over = (told.links(t) for t in ("DELEGATES_TO", "STATIONED_AT", "HAS_POWER_OVER"))
    for row in answer.rows:
        inner = told.within(row["area"]["id"])
        items = [r for r in given if told.home[r["to"]] in inner]
        people = [r for r in sent if told.home[r["to"]] in inner]
        held = [r for r in over if told.home[r["from"]] in inner]
        assert row["delegated"]["items"] == sum(1 if r["items"] is None else r["items"] for r in items)
        assert sum(b["items"] for b in row["delegated"]["by"]) == row["delegated"]["items"]
        assert sum(b["people"] for b in row["stationed"]["by"]) == sum(
            1 if r["people"] is None else r["people"] for r in people
        )
        assert row["over"] == dict(Counter(r["power"] or "未注明" for r in held))
        known = given or sent or over
        assert row["state"] == ("some" if items or people or held else "none" if known else "unknown")
    offices = {i for i, r in told.of("Unit").items() if r["kind"] == "机关"}
    sending = {r["from"] for r in (*given, *sent)}
    assert {u["id"] for u in answer.totals["sent_nothing"]} == (offices - sending if sending else set())


def assignments_agree(told: Told, view: View) -> None:
    links = told.links("ASSIGNED_TO")
    sorts = {(told.every[r["to"]]["kind"], told.every[r["to"]]["grade"]) for r in links}
    asked = {i for i, r in told.of("Area").items() if (r["kind"], r["grade"]) in sorts}
    links = [r for r in links if told.every[r["from"]].get("status") != "空缺"]
    answer = assignments(view)
    assert {r["area"]["id"] for r in answer.rows} == asked
    by_area: dict[str, list[Row]] = defaultdict(list)
    for r in links:
        by_area[r["to"]].append(r)
    for row in answer.rows:
        mine = by_area[row["area"]["id"]]
        assert row["state"] == ("assigned" if mine else "nobody")
        assert Counter((a["node"]["id"], a["mode"]) for a in row["assigned"]) == Counter(
            (r["from"], r["mode"]) for r in mine
        )
        for name in ("people", "households", "shops"):
            known = [r[name] for r in mine if r[name] is not None]
            assert row[name] == (sum(known) if known else None)
    assert answer.totals["nobody"] == len(asked - {r["to"] for r in links})
    assert answer.totals["by_mode"] == dict(Counter(r["mode"] or "未注明" for r in links))
    # An area's answer is its rows, and its totals are over them.
    for street in [i for i, r in told.of("Area").items() if r["kind"] in ("街道", "镇")][:3]:
        part = assignments(view, area=street)
        assert part.rows == [r for r in answer.rows if r["area"]["id"] in told.within(street)]
        assert sum(part.totals["by_mode"].values()) == sum(len(r["assigned"]) for r in part.rows)


# Assessments --------------------------------------------------------------------------------------------------------


def assessments_agree(told: Told, view: View) -> None:
    def group(id_: str) -> str:
        return told.tiers.get(id_) or told.every[id_]["kind"]

    def direction(r: Row) -> str:
        if r["from"] in told.of("Organization"):
            if r["to"] in told.above(r["from"]):
                return "from_above"
            if r["from"] in told.above(r["to"]):
                return "from_below"
        return "other"

    links = told.links("ASSESSED_BY")
    expected: dict[str, set[str]] = defaultdict(set)
    for r in links:
        expected[group(r["from"])].add(direction(r))
    rows = {r["node"]["id"]: r for r in assessments(view).rows}
    asked = [i for i in (*told.of("Organization"), *told.of("Unit")) if group(i) in expected]
    assert set(rows) == set(asked)
    for id_ in asked:
        now = [
            r
            for r in links
            if r["from"] == id_ and (r["year"] or (int(r["since"][:4]) if r["since"] else None)) == DAY.year
        ]
        has = {direction(r) for r in now}
        assert set(rows[id_]["missing"]) == expected[group(id_)] - has
        assert sum(len(rows[id_][d]) for d in ("from_above", "from_below", "other")) == len(now)


# Lists, dossier, overview -------------------------------------------------------------------------------------------


def lists_agree(told: Told, view: View) -> None:
    met = {r["to"] for r in told.links("MEETS")}
    taken = {r["to"] for t in ("CLAIMS", "RESPONSIBLE_FOR") for r in told.links(t)}
    used = {r["from"] for r in told.links("MEETS")} | {r["to"] for r in told.links("USES")}
    wanted = {}
    for label, yes, no, held in (
        ("Demand", "matched", "unmet", met | taken),
        ("Resource", "used", "unused", used),
        ("Project", "claimed", "unclaimed", taken),
    ):
        for id_, row in told.of(label).items():
            done = bool(row.get("done")) and row["done"] <= DAY.isoformat()
            late = row.get("due") and not done and row["due"] < DAY.isoformat()
            days = (DAY - dt.date.fromisoformat(row["due"])).days if late else 0
            wanted[id_] = ("done" if done else yes if id_ in held else no, days)
    assert {r["node"]["id"]: (r["state"], r["overdue_days"] or 0) for r in lists(view).rows} == wanted


def dossiers_agree(told: Told, view: View, ids: list[str]) -> None:
    for id_ in ids:
        (row,) = show(view, id_).rows
        wanted = {}
        for type_ in RELATION_TYPES:
            for way, near in (("out", "from"), ("in", "to")):
                n = sum(r[near] == id_ for r in told.links(type_))
                if n:
                    wanted[type_, way] = n
        assert {(r["relation"], r["direction"]): r["count"] for r in row["relations"]} == wanted
        if row["node"]["label"] == "Organization":
            assert [o["id"] for o in row["superiors"]] == told.above(id_)
            below = [o for o in told.of("Organization") if id_ in told.above(o)]
            assert sum(row["below"].values()) == sum(told.every[o]["kind"] in SORTED for o in below)
        assert (row["area"]["id"] if row["area"] else None) == told.home[id_]


SORTED = {kind for kinds in KINDS.values() for kind in kinds}


def overview_agrees(told: Told, view: View) -> None:
    estates = {i for i, r in told.of("Area").items() if r["kind"] == "小区"}
    bodies = {i for i, r in told.of("Unit").items() if r["kind"] in ("业委会", "自管组织")}
    governed = {r["to"] for t in ("MANAGES", "LOCATED_IN") for r in told.links(t) if r["from"] in bodies} & estates
    sources = {r["from"] for t in ("REPORTED_TO", "MEMBER_OF", "CLAIMS") for r in told.links(t)}
    unit_of = [(r["from"], r["to"]) for r in told.links("BELONGS_TO")]
    active = sources | {u for o, u in unit_of if o in sources}
    paired = {r["to"] for r in told.links("PAIRED_WITH")}
    formal = [
        i
        for i, r in told.of("Organization").items()
        if r["kind"] not in ("临时党支部", "功能型党组织", "流动党员党支部", "党小组", "党员中心户")
        and told.tiers[i] not in INFORMAL_TIERS[told.profile.id]
        and r["members"] is not None
    ]
    lowest = [i for i in formal if not any(i in told.above(o) for o in formal)]
    for row in overview(view).rows:
        inner = told.within(row["area"]["id"])
        located = {u for u in told.of("Unit") if told.unit_area(u) in inner}
        assert row["participation"]["of"] == len(located)
        assert len(located & active) <= row["participation"]["n"] <= len(located & (active | paired))
        mine = estates & inner
        assert row["self_governance"]["of"] == len(mine)
        assert row["self_governance"]["n"] == len(mine & governed)
        root = view.id(view.root_area())
        here = [i for i in lowest if (told.home[i] or root) in inner]
        assert row["members"] == (sum(told.every[i]["members"] for i in here) if here else None)


AGREE = (
    terms_agree, vacancies_agree, alliances_agree, reports_agree, calls_agree, powers_agree, assignments_agree,
    assessments_agree, lists_agree, overview_agrees,
)  # fmt: skip


@few(40)
@given(busy_datasets())
def test_each_analysis_equals_its_definition_on_random_districts(data: Dataset) -> None:
    told, view = small(data)
    for agree in AGREE:
        agree(told, view)
    dossiers_agree(told, view, sorted(told.every))


@pytest.mark.parametrize("name", DISTRICTS)
@pytest.mark.parametrize("agree", AGREE, ids=lambda f: f.__name__)
def test_each_analysis_equals_its_definition_on_the_districts(name: str, agree: Any) -> None:
    agree(*of_district(name))


@pytest.mark.parametrize("name", DISTRICTS)
def test_dossiers_of_the_districts_equal_plain_counting(name: str) -> None:
    told, view = of_district(name)
    labels = ("Area", "Organization", "Unit", "Post")
    ids = [i for label in labels for i in sorted(told.of(label))[:: max(len(told.of(label)) // 3, 1)][:3]]
    dossiers_agree(told, view, ids)
