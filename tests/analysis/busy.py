"""Random small districts in which somebody is sent, called, assessed, elected and held to a list.

`busy_datasets()` adds to `districts.datasets()` the relations and attributes that the questions about work read.
"""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from graph.dataset import Dataset, dataset
from tests.analysis.districts import datasets

_DAYS = (None, "2020-03-01", "2025-07-01", "2026-06-30", "2026-09-30", "2027-06-30")
_ELECTED = (None, "2021-06-30", "2023-07-31", "2024-02-29")
_AT = (None, "驻地", "居住地")
_SMALL = (None, 0, 1, 3)


@st.composite
def busy_datasets(draw: st.DrawFn) -> Dataset:
    """A random district of some thirty nodes."""
    base = draw(datasets())
    nodes: dict[str, list[dict[str, Any]]] = {k: f.to_dicts() for k, f in base.nodes.items()}
    relations: dict[str, list[dict[str, Any]]] = {k: f.to_dicts() for k, f in base.relations.items()}

    def some(options: Any) -> Any:
        return draw(st.sampled_from(list(options)))

    def ids(*labels: str) -> list[str]:
        return [r["id"] for label in labels for r in nodes.get(label, [])]

    for row in nodes["Organization"]:
        row |= {"serving_members": some((None, None, 5)), "members": some((None, 4, 9))}
        row |= {"term_years": some((None, None, 3)), "elected": some(_ELECTED), "term_ends": some(_DAYS)}
    if draw(st.booleans()):
        nodes.setdefault("Unit", []).append({"id": "t.yw", "name": "业委会", "kind": some(("业委会", "自管组织"))})
    for label, letter in (("Demand", "n"), ("Resource", "r")):
        nodes[label] = [{"id": f"t.{letter}{i}", "name": f"{letter}{i}"} for i in range(draw(st.integers(0, 2)))]
    for row in (*nodes["Demand"], *nodes.get("Project", [])):
        row |= {"due": some(_DAYS), "done": some((None, None, "2026-01-01", "2026-12-01"))}
    for row in nodes.get("Alliance", []):
        row |= {"period_days": some((None, 30)), "since": some((None, "2020-01-01", "2026-06-01"))}

    def link(type_: str, sources: list[str], targets: list[str], most: int, **more: Any) -> None:
        if not sources or not targets:
            return
        ends = st.tuples(st.sampled_from(sources), st.sampled_from(targets)).filter(lambda e: e[0] != e[1])
        pairs = draw(st.lists(ends, max_size=most, unique=True))
        relations[type_] = [{"from": a, "to": b} | {k: some(v) for k, v in more.items()} for a, b in pairs]

    orgs, units, areas = ids("Organization"), ids("Unit"), ids("Area")
    reports = {"half": ("单位", "在职党员"), "at": _AT, "members": (None, 2, 6), "active_members": (None, 1)}
    link("REPORTED_TO", orgs, orgs + areas, 4, **reports)
    link("RESPONDS_TO", units, orgs + areas, 3, period=("2026-05",), calls=_SMALL, answered=_SMALL, on_time=_SMALL)
    again = [
        {**r, "period": "2026-06", "calls": some(_SMALL), "on_time": some(_SMALL)}
        for r in relations.get("RESPONDS_TO", [])
    ]
    relations["RESPONDS_TO"] = relations.get("RESPONDS_TO", []) + (again if draw(st.booleans()) else [])
    link("DELEGATES_TO", units, orgs + areas, 2, power=("行政处罚", None), items=_SMALL)
    link("STATIONED_AT", units, orgs + areas, 2, people=_SMALL)
    link("HAS_POWER_OVER", orgs, units, 2, power=("考核", "人事"))
    link("ASSESSED_BY", orgs + units, orgs, 4, year=(None, 2025, 2026), kind=("述职",), since=(None, "2026-02-01"))
    link("ASSIGNED_TO", units + orgs + ids("Post"), areas, 4, mode=("下沉", "包联"), people=_SMALL, households=_SMALL)
    link("MEETS", ids("Resource"), ids("Demand"), 2)
    link("USES", ids("Project"), ids("Resource"), 1)
    link("CLAIMS", units + orgs, ids("Demand", "Project"), 2)
    took = relations.get("TOOK_PART", [])
    meetings = ids("Activity")
    relations["TOOK_PART"] = took + [{"from": a, "to": some(meetings)} for a in ids("Alliance") if meetings]
    if "t.yw" in units:
        relations["LOCATED_IN"] = [*relations.get("LOCATED_IN", []), {"from": "t.yw", "to": some(areas)}]
    return _without_ids(nodes, relations)


def _without_ids(nodes: dict[str, list[dict[str, Any]]], relations: dict[str, list[dict[str, Any]]]) -> Dataset:
    """The rows as a Dataset; relations get their ids anew."""
    told = {k: [{a: v for a, v in r.items() if a != "id"} for r in rows] for k, rows in relations.items()}
    return dataset("t", nodes, told)
