"""Routes of nodes: lists, one node with everything known of it, its neighbours, search."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from fastapi import APIRouter, Request

from api import nodes
from api.asking import search_rows
from api.described import described
from api.parameters import AREA, COMMON, ID, KIND, TEXT, Parameter
from api.prepared import PreparedResponse
from api.serving import answered, asked_in, caller_of, serving_of
from graph.errors import NotFoundError
from graph.store.read import fetch

router = APIRouter(tags=["节点"])
TITLES = {
    "areas": "区域",
    "organizations": "党组织",
    "units": "单位",
    "alliances": "联盟",
    "posts": "岗位",
    "facilities": "阵地",
    "demands": "需求",
    "resources": "资源",
    "projects": "项目",
    "activities": "活动",
}
LISTED = (KIND, AREA, *COMMON)
ONE = (ID, *COMMON)


def _list(name: str) -> Callable[[Request], Any]:
    def listed(request: Request) -> PreparedResponse:
        about = asked_in(request, LISTED)
        return answered(request, about, nodes.listed(about.view, name, about.values))

    return listed


def _one(label: str | None) -> Callable[[Request], Any]:
    def one(request: Request) -> PreparedResponse:
        about = asked_in(request, ONE, request.path_params)
        id_ = about.values["id"]
        if label is not None and about.view.snapshot.label(about.view.index(id_)) != label:
            raise NotFoundError("这一类中没有这个标识的节点。", "请改用 nodes/{id}，或检查标识。", code="unknown-id")
        about.view.index(id_)
        found = fetch(serving_of(request).desk.store, [id_], relations=False)
        names = caller_of(request).sees_names()
        return answered(request, about, nodes.card(about.view, id_, found[0] if found else None, names=names))

    return one


def search(request: Request) -> PreparedResponse:
    """Nodes by parts of their names."""
    about = asked_in(request, (TEXT, *COMMON))
    return answered(request, about, search_rows(about))


def children(request: Request) -> PreparedResponse:
    """The areas directly below one."""
    about = asked_in(request, ONE, request.path_params)
    return answered(request, about, nodes.children(about.view, about.values["id"], about.values))


def neighbours(request: Request) -> PreparedResponse:
    """The relations in force at a node."""
    about = asked_in(request, ONE, request.path_params)
    return answered(request, about, nodes.neighbour_rows(about.view, about.values["id"], about.values))


def pairings(request: Request) -> PreparedResponse:
    """结对共建 relations."""
    about = asked_in(request, COMMON)
    return answered(request, about, nodes.pairings(about.view, about.values))


def _add(path: str, run: Any, name: str, title: str, about: str, own: tuple[Parameter, ...], shape: str) -> None:
    inner = (ID,) if "{id}" in path else ()
    router.add_api_route(path, run, methods=["GET"], **described(name, title, about, own, shape, path=inner))


_add(
    "/search",
    search,
    "search",
    "查找",
    "按标识、全称、简称的片段查找节点；空格分开的词须都有。",
    (TEXT, *COMMON),
    "Listed",
)
_add("/pairings", pairings, "pairings", "结对共建", "现行的结对共建关系。", COMMON, "Listed")
_add("/areas/{id}/children", children, "area_children", "下级区域", "直接下级区域。", ONE, "Listed")
for _name, _label in nodes.LISTS.items():
    _title = TITLES[_name]
    _about = f"{_title}名册，按标识排序，每页100行。"
    _add(f"/{_name}", _list(_name), _name, _title, _about, LISTED, "Listed")
    _add(f"/{_name}/{{id}}", _one(_label), f"{_name}_one", f"一个{_title}", "一组织一档。", ONE, "Card")
_add(
    "/nodes/{id}",
    _one(None),
    "node",
    "一组织一档",
    "一个节点的全部属性、所在和现行关系；岗位人员姓名遮盖。",
    ONE,
    "Card",
)
_add("/nodes/{id}/neighbours", neighbours, "neighbours", "相邻节点", "现行关系和对端节点。", ONE, "Listed")
