"""Routes of ad-hoc Cypher and of saved queries."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Path, Request
from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import Response

from api import saved
from api.described import problems
from api.querying import ROWS, ROWS_MOST, SECONDS, SECONDS_MOST, Query, run_query
from api.serving import caller_of, sent, serving_of
from graph.errors import ParameterError

router = APIRouter(tags=["查询"])
ID = Annotated[str, Path(alias="id", description="查询的标识")]


class QueryBody(BaseModel):
    """A query to run: its Cypher or the id of a saved one, and the values of its parameters."""

    model_config = ConfigDict(extra="forbid")

    query: str = Field("", description="Cypher，只读")
    saved: str = Field("", description="保存的查询的标识，代替 query", examples=["areas-by-kind"])
    parameters: dict[str, Any] = Field({}, description="参数的值；$district 与 $today 自动给出")
    limit: int = Field(ROWS, ge=1, le=ROWS_MOST, description="最多几行")
    seconds: int = Field(SECONDS, ge=1, le=SECONDS_MOST, description="最多几秒")


class SavedBody(BaseModel):
    """A query to save."""

    model_config = ConfigDict(extra="forbid")

    name: str = Field(description="名称")
    about: str = Field("", description="说明")
    text: str = Field(description="Cypher，只读")
    parameters: dict[str, Any] = Field({}, description="没有给出值时用的参数值")
    shared: bool = Field(False, description="别人也可使用")


def query(request: Request, body: QueryBody) -> Response:
    """Run a query; it may need names, so only callers who may see them ask."""
    serving, caller = serving_of(request), caller_of(request)
    if bool(body.query.strip()) == bool(body.saved):
        raise ParameterError("query 和 saved 要给出其中一个。", "请给出查询语句，或保存的查询的标识。")
    text, parameters = body.query, body.parameters
    if body.saved:
        found = saved.get(serving.records, caller, body.saved)
        text, parameters = found["text"], {**found["parameters"], **parameters}
    loaded = caller.districts(serving.desk.loaded())
    return sent(request, run_query(serving.desk, Query(text, parameters, body.limit, body.seconds), loaded))


def queries(request: Request) -> Response:
    """What the caller may run."""
    return sent(request, {"rows": saved.listed(serving_of(request).records, caller_of(request)), "next": None})


def add_query(request: Request, body: SavedBody) -> Response:
    """Save a query."""
    row = saved.add(serving_of(request).records, caller_of(request), body.model_dump())
    return sent(request, row, 201, {"Location": f"/api/v1/queries/{row['id']}"})


def get_query(request: Request, id_: ID) -> Response:
    """One saved query."""
    return sent(request, saved.get(serving_of(request).records, caller_of(request), id_))


def put_query(request: Request, id_: ID, body: SavedBody) -> Response:
    """Replace an own query."""
    return sent(request, saved.change(serving_of(request).records, caller_of(request), id_, body.model_dump()))


def delete_query(request: Request, id_: ID) -> Response:
    """Delete an own query."""
    saved.remove(serving_of(request).records, caller_of(request), id_)
    return Response(status_code=204)


def _said(title: str, about: str, shape: str = "", status: int = 200) -> dict[str, Any]:
    content = {"content": {"application/json": {"schema": {"$ref": f"#/components/schemas/{shape}"}}}} if shape else {}
    return {
        "summary": title,
        "description": about,
        "response_model": None,
        "status_code": status,
        "responses": {status: {"description": title, **content}, **problems()},
    }


_ABOUT = "只读 Cypher：先看语句和执行计划再执行，行数、时间、大小有限，一次一个；超出的截断并在 cut 注明。"
router.add_api_route("/query", query, methods=["POST"], **_said("自由查询", _ABOUT, "QueryAnswer"))
router.add_api_route("/queries", queries, **_said("保存的查询", "自己的、别人共享的、随附的。", "SavedQueries"))
router.add_api_route("/queries", add_query, methods=["POST"], **_said("保存查询", "保存一个查询。", "SavedQuery", 201))
router.add_api_route("/queries/{id}", get_query, **_said("一个查询", "一个保存的查询。", "SavedQuery"))
router.add_api_route(
    "/queries/{id}", put_query, methods=["PUT"], **_said("改查询", "替换自己保存的查询。", "SavedQuery")
)
router.add_api_route(
    "/queries/{id}", delete_query, methods=["DELETE"], **_said("删查询", "删除自己保存的查询。", status=204)
)
