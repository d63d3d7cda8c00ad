"""Parameters, pages, columns and prepared answers by themselves."""

import asyncio
import datetime as dt
import doctest
import gzip
from typing import Any

import pytest

from api import columns, nodes
from api.caller import LOCAL
from api.pages import made, opened, page
from api.parameters import AS_OF, DISTRICT, LIMIT, Parameter, parse
from api.prepared import Kept, Prepared, key_of, prepare, takes_gzip
from graph.errors import ParameterError


def test_the_examples_in_the_docstrings_hold() -> None:
    for module in (columns, nodes):
        assert doctest.testmod(module).failed == 0


@pytest.mark.parametrize(
    ("value", "n", "of", "shown"),
    [
        (None, 0, 0, "—"),
        (0.0, 0, 5, "0.0%（0/5）"),
        (1.0, 5, 5, "100.0%（5/5）"),
        (0.9997, 9997, 10000, "99.97%（9997/10000）"),
        (0.9999997, 9999997, 10000000, "99.99997%（9999997/10000000）"),
        (0.0004, 4, 10000, "0.04%（4/10000）"),
    ],
)
def test_a_rate_is_never_shown_as_whole_while_a_gap_exists(value: float | None, n: int, of: int, shown: str) -> None:
    assert columns.percent(value, n, of) == shown


def test_parameters_are_parsed_and_empty_ones_are_not_given() -> None:
    many = Parameter("to", "终点", "id", many=True)
    flag = Parameter("mono", "黑白", "flag")
    found = parse((AS_OF, LIMIT, DISTRICT, many, flag), {"as_of": ["2026-01-31"], "district": [" "], "to": ["a", "b"]})
    assert found == {"as_of": dt.date(2026, 1, 31), "limit": None, "district": None, "to": ("a", "b"), "mono": False}


@pytest.mark.parametrize(
    ("given", "wrong"),
    [
        ({"limit": ["0"]}, "limit"),
        ({"limit": ["1001"]}, "limit"),
        ({"limit": ["٣"]}, "limit"),
        ({"limit": ["9" * 400]}, "limit"),
        ({"as_of": ["2026-02-30"]}, "as_of"),
        ({"as_of": ["2026-01-01", "2026-01-02"]}, "as_of"),
        ({"district": ["x" * 201]}, "district"),
        ({"district": ["a\nb"]}, "district"),
        ({"colour": ["red"]}, "colour"),
    ],
)
def test_wrong_parameters_are_named_and_never_echoed(given: dict[str, list[str]], wrong: str) -> None:
    with pytest.raises(ParameterError) as refused:
        parse((AS_OF, LIMIT, DISTRICT), given)
    assert [i["parameter"] for i in refused.value.items] == [wrong]
    assert refused.value.remedy
    assert next(iter(given.values()))[0] not in refused.value.detail


def test_pages_join_to_the_whole_and_cursors_are_bound_to_their_query() -> None:
    rows = list(range(7))
    got: list[int] = []
    cursor: str | None = None
    while True:
        part, cursor = page(rows, 3, cursor, "query")
        got += part
        if cursor is None:
            break
    assert got == rows
    assert page(rows, None, None, "query") == (rows, None)
    for wrong in (made("3", "another"), "%%%", "bm9uc2Vuc2U", "W10"):
        with pytest.raises(ParameterError) as refused:
            opened(wrong, "query")
        assert refused.value.code == "cursor-invalid"


@pytest.mark.parametrize(
    ("header", "takes"),
    [(b"gzip", True), (b"br, gzip;q=0.5", True), (b"*", True), (b"", False), (b"gzip;q=0", False), (b"br", False)],
)
def test_gzip_is_sent_to_those_who_take_it(header: bytes, takes: bool) -> None:
    assert takes_gzip(header) is takes


def send(prepared: Prepared, headers: dict[bytes, bytes]) -> tuple[int, dict[bytes, bytes], bytes]:
    sent: list[dict[str, Any]] = []

    async def collect(message: Any) -> None:
        sent.append(message)

    async def nothing() -> Any:
        return {}

    asyncio.run(prepared({"headers": list(headers.items())}, nothing, collect))
    return sent[0]["status"], dict(sent[0]["headers"]), sent[1]["body"]


def test_a_prepared_answer_leaves_whole_zipped_or_not_at_all() -> None:
    body = b'{"rows": [' + b"1," * 2000 + b"1]}"
    prepared = prepare(body, "application/json", ("key",), "d", ("stamp",))
    assert send(prepared, {})[2] == body
    status, headers, zipped = send(prepared, {b"accept-encoding": b"gzip"})
    assert (status, headers[b"content-encoding"], gzip.decompress(zipped)) == (200, b"gzip", body)
    etag = prepared.etag.encode()
    for condition in (etag, etag.removeprefix(b"W/"), b'"other", ' + etag, b"*"):
        assert send(prepared, {b"if-none-match": condition})[::2] == (304, b"")
    assert send(prepared, {b"if-none-match": b'"other"'})[0] == 200
    assert prepare(body, "application/json", ("key",), "d", ("stamp 2",)).etag != prepared.etag


def test_kept_answers_stay_within_their_bytes_and_the_oldest_leave() -> None:
    kept = Kept(most=5000)
    made_ones = [prepare(b"x" * 900, "image/png", (i,), "d", ()) for i in range(6)]
    for i, one in enumerate(made_ones):
        kept.put((i,), one)
        assert kept.get((0,)) is not None or i >= 3
    assert kept.get((5,)) is made_ones[5]
    assert sum(kept.get((i,)) is not None for i in range(6)) == 3


def test_the_key_holds_what_a_caller_may_see() -> None:
    scope: Any = {"path": "/api/v1/x", "query_string": b"a=1", "headers": [(b"accept", b"*/*")]}
    assert key_of(scope, LOCAL) != key_of({**scope, "query_string": b"a=2"}, LOCAL)
    assert LOCAL.permissions == {"read", "query", "what-if", "import", "rectify", "audit", "keys", "metrics"}


def test_a_name_is_masked_after_its_first_character() -> None:
    assert [nodes.masked(n) for n in ("王某某", "李四", "张", "")] == ["王**", "李*", "张*", ""]
