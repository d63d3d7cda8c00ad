"""How the demo tells answers: streets against rules, gaps by rule, a path hop by hop."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from api.columns import Column, Row, at, count, text
from api.names import superior
from graph.view import View


def coverage_table(every: Sequence[Row]) -> tuple[list[Column], list[Row]]:
    """Areas down, rules across: `covered/total` by what each rule accepts."""
    asked = {r["rule"] for r in every if r["total"]}
    rows = [r for r in every if r["rule"] in asked]
    names = {str(r["rule"]): str(r["name"]) for r in rows}
    found: dict[str, dict[str, Any]] = {}
    for row in rows:
        area = row["area"]
        line = found.setdefault(area["id"], {"area": area["name"]})
        line[row["rule"]] = f"{row['covered']}/{row['total']}" if row["total"] else "—"
    columns = [text("区域", "area"), *(_cell(names[rule], rule) for rule in names)]
    return columns, list(found.values())


def _cell(zh: str, rule: str) -> Column:
    return Column(zh, lambda row: str(row.get(rule, "")), number=True)


def gap_table(coverage: Sequence[Row], gaps: Sequence[Row]) -> tuple[list[Column], list[Row]]:
    """By rule how many gaps of what denominator, and the first of them with who answers for it."""
    names = {r["rule"]: (r["name"], r["denominator"]) for r in coverage if r["total"]}
    rows: list[Row] = []
    for rule, (name, denominator) in names.items():
        mine = [g for g in gaps if g["rule"] == rule]
        first = mine[0] if mine else None
        rows.append(
            {
                "name": name,
                "denominator": denominator,
                "n": len(mine),
                "example": at(first, "node.name") if first else "",
                "why": at(first, "reason.text") if first else "",
                "responsible": at(first, "responsible.name") if first else "",
            }
        )
    columns = [
        text("规则", "name"),
        text("分母", "denominator"),
        count("空白点", "n"),
        text("例如", "example"),
        text("原因", "why"),
        text("责任组织", "responsible"),
    ]
    return columns, rows


def story(view: View, lacking: Sequence[Row]) -> tuple[str, str]:
    """Ends of a path worth telling: the committee at the top, and a community (one with a pairing gap if there is one).

    Either is "" where the data has none.
    """
    root = view.root_area()
    covers = view.edges("COVERS")
    tops = covers.source[covers.target == root].tolist() if root >= 0 else []
    highest = [n for n in tops if superior(view, n) < 0 or view.snapshot.label(superior(view, n)) == "Area"]
    start = view.id(highest[0]) if highest else ""
    if lacking:
        return start, str(at(lacking[0], "node.id"))
    kinds = view.profile.pairing.area_kinds if view.profile.pairing else ()
    span = view.snapshot.span("Area")
    areas = [n for n in view.nodes("Area").tolist() if view.coded("Area", "kind", kinds)[n - span.start]]
    return start, view.id(areas[0]) if areas else ""


def path_lines(rows: Sequence[Row]) -> list[str]:
    """Each path hop by hop, with the reason and the weight of every step."""
    lines: list[str] = []
    words = {"leadership": "领导链", "pairing": "共建", "alliance": "联席", "mixed": "混合"}
    for number, row in enumerate(rows):
        hops = row["hops"]
        label = "最强路径" if number == 0 else "备选路径"
        lines.append(f"{label}（{words[row['channel']]}，强度{round(row['strength'], 4)}，权重为本地设定）")
        lines.append(f"  {at(hops[0], 'from.name')}")
        for hop in hops:
            weight = at(hop, "weight")
            shown = f"（×{round(weight, 4)}）" if weight is not None else ""
            lines.append(f"   ↓ {at(hop, 'reason.text')}{shown}")
            lines.append(f"  {at(hop, 'to.name')}")
    return lines
