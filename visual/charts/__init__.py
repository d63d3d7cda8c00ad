"""One chart kind a module: a View and options become a Drawing."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

from graph.errors import NotFoundError
from graph.view import View
from visual.charts.alliance import alliance_chart
from visual.charts.chain import chain_chart
from visual.charts.change import change_chart
from visual.charts.community import community_chart
from visual.charts.coverage import coverage_chart
from visual.charts.grid import grid_chart
from visual.charts.naming import Options
from visual.charts.organization import organization_chart
from visual.charts.pairing import pairing_chart
from visual.charts.path import path_chart
from visual.charts.weak_points import weak_points_chart
from visual.figure import Drawing

Chart = Callable[[View, Options], Drawing]

CHARTS: Mapping[str, tuple[str, Chart]] = MappingProxyType(
    {
        "organization": ("党组织体系图", organization_chart),
        "grid": ("网格图", grid_chart),
        "coverage": ("覆盖情况图", coverage_chart),
        "pairing": ("结对共建图", pairing_chart),
        "alliance": ("联席机制图", alliance_chart),
        "path": ("路径图", path_chart),
        "weak-points": ("薄弱点图", weak_points_chart),
        "change": ("变化图", change_chart),
        "chain": ("体系示意图", chain_chart),
        "community": ("社区关系图", community_chart),
    }
)


def chart(kind: str, view: View, options: Options) -> Drawing:
    """A chart of a kind; `NotFoundError` names the kinds there are."""
    if kind not in CHARTS:
        known = "、".join(f"{k}（{zh}）" for k, (zh, _) in CHARTS.items())
        raise NotFoundError("没有这种图。", f"可用的种类：{known}。", code="unknown-kind")
    return CHARTS[kind][1](view, options)
