"""Saved queries: the shipped library (`queries.toml`), a caller's own, and those that others share."""

from __future__ import annotations

import datetime as dt
import json
import re
import secrets
import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from api.caller import Caller
from api.problems import RefusedError
from api.querying import PARAMETERS_MOST
from api.records import Records
from graph.analysis.answer import Row
from graph.errors import ConflictError, NotFoundError, ParameterError
from graph.store.adhoc import judge_text

SHIPPED = "随附"
_NAME = re.compile(r"[^\x00-\x1f\x7f]{1,60}")
_COLUMNS = ("id", "owner", "owner_name", "name", "about", "text", "parameters", "shared", "changed")


@cache
def library() -> tuple[Row, ...]:
    """The shipped queries, as `listed` shows them."""
    raw = tomllib.loads(Path(__file__).with_name("queries.toml").read_text("utf-8"))
    return tuple(
        {
            "id": q["id"],
            "name": q["name"],
            "about": q["about"],
            "text": q["text"].strip(),
            "parameters": q.get("parameters", {}),
            "shared": True,
            "owner": SHIPPED,
            "own": False,
            "changed": None,
        }
        for q in raw["queries"]
    )


def listed(records: Records, caller: Caller) -> list[Row]:
    """The queries a caller may run: its own, those shared, the shipped ones.

    Rows `{"id", "name", "about", "text", "parameters", "shared", "owner", "own", "changed"}`; `parameters` holds the
    values used where none are given.
    """
    sql = f"SELECT {', '.join(_COLUMNS)} FROM queries WHERE owner = ? OR shared = 1 ORDER BY name, id"
    return [*(_row(values, caller) for values in records.rows(sql, (caller.id,))), *library()]


def get(records: Records, caller: Caller, id_: str) -> Row:
    """One of them, by id or by its whole name; `NotFoundError` unknown-query."""
    for row in listed(records, caller):
        if id_ in (row["id"], row["name"]):
            return row
    raise NotFoundError("没有这个保存的查询。", "全部查询见 queries。", code="unknown-query")


def add(records: Records, caller: Caller, said: Mapping[str, Any]) -> Row:
    """Save a query of the caller: `name`, `about`, `text`, `parameters`, `shared`; its row."""
    _check(said)
    id_ = f"q-{secrets.token_hex(6)}"
    _refuse_same_name(records, caller, said["name"], id_)
    with records.writing() as connection:
        connection.execute("INSERT INTO queries VALUES (?,?,?,?,?,?,?,?,?)", _values(id_, caller, said))
    return get(records, caller, id_)


def change(records: Records, caller: Caller, id_: str, said: Mapping[str, Any]) -> Row:
    """Replace one of the caller's own queries; `RefusedError` for one of others."""
    _own(records, caller, id_)
    _check(said)
    _refuse_same_name(records, caller, said["name"], id_)
    with records.writing() as connection:
        connection.execute("INSERT OR REPLACE INTO queries VALUES (?,?,?,?,?,?,?,?,?)", _values(id_, caller, said))
    return get(records, caller, id_)


def remove(records: Records, caller: Caller, id_: str) -> None:
    """Delete one of the caller's own queries."""
    _own(records, caller, id_)
    with records.writing() as connection:
        connection.execute("DELETE FROM queries WHERE id = ? AND owner = ?", (id_, caller.id))


def _own(records: Records, caller: Caller, id_: str) -> None:
    if not get(records, caller, id_)["own"]:
        raise RefusedError("只能改动自己保存的查询。", "请另存一份再改。")


def _check(said: Mapping[str, Any]) -> None:
    if not _NAME.fullmatch(said["name"].strip()) or len(said["about"]) > 500:
        raise ParameterError("查询的名称为空、太长或含控制字符，或说明太长。", "名称不超过60个字符，说明不超过500个。")
    if len(json.dumps(said["parameters"], ensure_ascii=False)) > PARAMETERS_MOST:
        raise ParameterError("查询的参数太大。", "请缩短参数的值。")
    judge_text(said["text"])


def _refuse_same_name(records: Records, caller: Caller, name: str, id_: str) -> None:
    for row in listed(records, caller):
        if row["name"] == name.strip() and row["id"] != id_:
            raise ConflictError("已有同名的查询。", "请换一个名称。", code="query-name-taken")


def _values(id_: str, caller: Caller, said: Mapping[str, Any]) -> tuple[Any, ...]:
    now = dt.datetime.now(dt.UTC).isoformat(timespec="seconds")
    parameters = json.dumps(dict(said["parameters"]), ensure_ascii=False)
    name, about, text = (said[k].strip() for k in ("name", "about", "text"))
    return (id_, caller.id, caller.name, name, about, text, parameters, int(said["shared"]), now)


def _row(values: tuple[Any, ...], caller: Caller) -> Row:
    found = dict(zip(_COLUMNS, values, strict=True))
    return {
        "id": found["id"],
        "name": found["name"],
        "about": found["about"],
        "text": found["text"],
        "parameters": json.loads(found["parameters"]),
        "shared": bool(found["shared"]),
        "owner": found["owner_name"],
        "own": found["owner"] == caller.id,
        "changed": found["changed"],
    }
