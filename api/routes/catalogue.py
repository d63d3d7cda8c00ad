"""Routes of districts and governance profiles."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Request

from api.catalogue import district_rows, profile_rows
from api.described import described
from api.parameters import DISTRICT
from api.serving import caller_of, serving_of
from graph.errors import NotFoundError

router = APIRouter(tags=["区划"])


def districts(request: Request) -> dict[str, Any]:
    """Districts that are loaded or can be loaded."""
    return {"rows": district_rows(serving_of(request).desk, caller_of(request)), "next": None}


def profiles(request: Request) -> dict[str, Any]:
    """Governance profiles."""
    rows = profile_rows(serving_of(request).desk.settings.profiles)
    known = caller_of(request).districts(r["id"] for r in rows)
    return {"rows": [r for r in rows if r["id"] in known], "next": None}


def profile(request: Request) -> dict[str, Any]:
    """One governance profile, whole."""
    desk, asked = serving_of(request).desk, request.path_params["district"]
    if asked not in caller_of(request).districts([asked]):
        raise NotFoundError("没有这个治理方案。", "全部方案见 profiles。", code="unknown-district")
    found: dict[str, Any] = desk.profile(asked)[1].model_dump(mode="json")
    return found


router.add_api_route(
    "/districts", districts, **described("districts", "区划", "可以载入的公布区划和已载入的区划。", (), "Listed")
)
router.add_api_route("/profiles", profiles, **described("profiles", "治理方案", "全部治理方案及其规则。", (), "Listed"))
router.add_api_route(
    "/profiles/{district}",
    profile,
    **described("profile", "一个治理方案", "条线、层级、覆盖规则、结对类型、权重等。", (), "Profile", path=(DISTRICT,)),
)
