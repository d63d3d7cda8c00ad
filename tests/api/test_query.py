"""Ad-hoc Cypher against a real store: what is answered, what is refused, and that nothing ever changes the graph."""

from __future__ import annotations

import hashlib
import json
import random
from collections.abc import Iterator
from itertools import product
from typing import Any

import pytest
from filelock import FileLock
from starlette.testclient import TestClient

from api import keys, saved
from api.app import create
from api.desk import Desk
from api.opening import Opened
from api.querying import Query, given, run_query
from api.records import Records
from api.settings import Settings
from graph.errors import InputError
from graph.store.adhoc import judge_plan, judge_text
from graph.store.bolt import Store

V1 = "/api/v1"


@pytest.fixture(scope="module")
def open_settings(settings: Settings, tmp_path_factory: pytest.TempPathFactory) -> Settings:
    return settings.model_copy(update={"data_dir": tmp_path_factory.mktemp("query"), "query": "on"})


@pytest.fixture(scope="module")
def asked(open_settings: Settings, fuxing: Opened) -> Iterator[Any]:
    """A function that asks over HTTP as somebody."""
    with Records(open_settings.data_dir) as records:
        made = {
            "analyst": keys.add(records, "分析", ["analyst"], names=True)[1],
            "other": keys.add(records, "另一分析", ["analyst"], names=True)[1],
            "masked": keys.add(records, "遮盖", ["analyst"])[1],
            "street": keys.add(records, "街道", ["analyst"], scope=["fuxing.130404001000"], names=True)[1],
            "viewer": keys.add(records, "查看", ["viewer"], names=True)[1],
        }
    with TestClient(create(open_settings, fuxing), raise_server_exceptions=False) as client:

        def ask(method: str, path: str, who: str = "analyst", **body: Any) -> Any:
            head = {"Authorization": f"Bearer {made[who]}"}
            return client.request(method, f"{V1}/{path}", headers=head, **({"json": body} if body else {}))

        yield ask


def digest(store: Store) -> str:
    """Everything in the graph and its schema, whatever the order."""
    said = store.read(
        "MATCH (n) WITH labels(n) AS l, properties(n) AS p RETURN collect([l, p]) AS all "
        "UNION ALL MATCH (a)-[r]->(b) WITH type(r) AS t, properties(r) AS p, a.id AS a, b.id AS b "
        "RETURN collect([t, a, b, p]) AS all"
    )
    schema = store.read("SHOW CONSTRAINTS YIELD name RETURN collect(name)")
    lines = sorted(json.dumps(one, sort_keys=True, default=str) for found in said for one in found[0])
    return hashlib.sha256(("\n".join(lines) + str(sorted(schema[0][0]))).encode()).hexdigest()


def test_a_query_is_answered_as_columns_and_rows(asked: Any) -> None:
    text = "MATCH (a:Area {id: $id}) RETURN a.name AS 名称, $district, a"
    answer = asked("POST", "query", query=text, parameters={"id": "fuxing.130404001000"})
    assert answer.status_code == 200, answer.text
    body = answer.json()
    assert (body["columns"], body["cut"]) == (["名称", "$district", "a"], None)
    assert body["rows"][0][:2] == ["胜利桥街道", "fuxing"]
    assert body["rows"][0][2]["labels"] == ["Area", "Entity"]
    assert "element" not in answer.text


def test_rows_and_bytes_are_cut_with_a_mark(asked: Any) -> None:
    body = asked("POST", "query", query="MATCH (a:Area) RETURN a.id", limit=3).json()
    assert (len(body["rows"]), body["cut"]) == (3, "rows")
    long = "UNWIND range(1, 9000) AS x RETURN reduce(s = '', i IN range(1, 100) | s + '一二三四五六七八九十')"
    body = asked("POST", "query", query=long, limit=9000).json()
    assert body["cut"] == "bytes"
    assert 0 < len(body["rows"]) < 9000


def test_a_query_ends_within_its_seconds(asked: Any) -> None:
    slow = "MATCH (a), (b), (c) WHERE a.id < b.id + c.id RETURN count(*)"
    answer = asked("POST", "query", query=slow, seconds=1)
    assert (answer.status_code, answer.json()["code"]) == (422, "query-timeout")


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("MATCH (n RETURN n", "query-invalid"),
        ("RETURN 1/0", "query-invalid"),
        ("RETURN $nothing", "query-invalid"),
        (f"UNWIND range(1, 1000000000) AS x RETURN collect(toString(x) + '{'x' * 500}')", "query-memory"),
        ("CREATE (n:X)", "query-refused"),
        ("CALL dbms.components()", "query-refused"),
        ("", "parameter-invalid"),
    ],
)
def test_what_cannot_be_answered_is_told(asked: Any, text: str, code: str) -> None:
    answer = asked("POST", "query", query=text, seconds=30)
    assert answer.json()["code"] == code
    assert "fuxing" not in answer.text


@pytest.mark.parametrize(
    ("who", "code"), [("masked", "permission-missing"), ("viewer", "permission-missing"), ("street", "scope-unbound")]
)
def test_queries_are_for_those_who_may_see_everything(asked: Any, who: str, code: str) -> None:
    for method, path, body in (("POST", "query", {"query": "RETURN 1"}), ("GET", "queries", {})):
        answer = asked(method, path, who, **body)
        assert (answer.status_code, answer.json()["code"]) == (403, code)


def test_on_a_server_queries_are_off_unless_opened(settings: Settings, fuxing: Opened) -> None:
    with pytest.raises(Exception, match="没有开放") as refused:
        run_query(Desk(settings, fuxing), Query("RETURN 1"), ("fuxing",))
    assert getattr(refused.value, "code", "") == "query-off"


@pytest.mark.parametrize("one", saved.library(), ids=lambda q: q["id"])
def test_every_shipped_query_answers(open_settings: Settings, fuxing: Opened, one: dict[str, Any]) -> None:
    judge_text(one["text"])
    parameters = given(Desk(open_settings, fuxing), Query(one["text"], one["parameters"]), ("fuxing",))
    with fuxing.store.asking(one["text"], parameters, judge_plan, timeout=30.0) as (columns, records):
        rows = list(records)
    assert columns
    empty = {"no-superior", "unpaired-communities", "alliances-without-lead", "same-names", "unconnected"}
    empty |= {"joint-coverage", "communities-without-facility", "units-without-organization"}
    assert rows or one["id"] in empty


def test_the_library_is_large_and_chinese() -> None:
    library = saved.library()
    assert len(library) >= 20
    assert len({q["id"] for q in library}) == len({q["name"] for q in library}) == len(library)


def test_saved_queries_are_own_or_shared(asked: Any) -> None:
    body = {"name": "我的区域", "text": "MATCH (a:Area) RETURN count(a) AS 数量", "parameters": {}}
    made = asked("POST", "queries", **body)
    assert made.status_code == 201, made.text
    id_ = made.json()["id"]
    assert made.headers["location"].endswith(id_)
    assert asked("GET", f"queries/{id_}", "other").status_code == 404
    assert asked("POST", "queries", **body).json()["code"] == "query-name-taken"
    assert asked("PUT", f"queries/{id_}", **{**body, "shared": True}).json()["shared"] is True
    assert asked("GET", f"queries/{id_}", "other").json()["own"] is False
    assert asked("POST", "query", "other", saved=id_).json()["rows"] == [[1078]]
    assert asked("DELETE", f"queries/{id_}", "other").status_code == 403
    assert asked("PUT", "queries/areas-by-kind", **body).status_code == 403
    assert asked("DELETE", f"queries/{id_}").status_code == 204
    assert asked("GET", f"queries/{id_}").json()["code"] == "unknown-query"
    assert asked("POST", "queries", **{**body, "text": "MATCH (n) DELETE n"}).json()["code"] == "query-refused"


WRITES = (
    "CREATE (n:Evil {id: 'evil'})",
    "MATCH (n) DETACH DELETE n",
    "MATCH (n:Area) SET n.name = 'evil'",
    "MATCH (n:Area) REMOVE n.name",
    "MERGE (n:Evil {id: 'evil'})",
    "MATCH (n:Area) FOREACH (x IN [1] | SET n.name = 'evil')",
    "CREATE INDEX evil FOR (n:Area) ON (n.name)",
    "CREATE CONSTRAINT evil FOR (n:Area) REQUIRE n.name IS UNIQUE",
    "DROP CONSTRAINT entity_id IF EXISTS",
    "CREATE USER evil SET PASSWORD 'evil-evil'",
    "ALTER USER neo4j SET PASSWORD 'evil-evil'",
    "MATCH (n:Area) CALL (n) { SET n.evil = 1 } IN TRANSACTIONS OF 10 ROWS",
    "CALL db.createLabel('Evil')",
    "CALL db.createProperty('evil')",
    "MATCH (n:Area) CALL db.create.setNodeVectorProperty(n, 'evil', [1.0]) RETURN 1",
    "INSERT (n:Evil)",
)
ESCAPES = (
    "LOAD CSV FROM 'file:///etc/passwd' AS line RETURN line",
    "LOAD CSV FROM 'http://127.0.0.1:9/' AS line RETURN line",
    "RETURN [x IN [1] | COLLECT { LOAD CSV FROM 'http://127.0.0.1:9/' AS l RETURN l }] AS r",
    "RETURN [x IN [1] | EXISTS { LOAD CSV FROM 'file:///etc/passwd' AS l RETURN l }] AS r",
    "WITH 1 AS x WHERE x < 2. LOAD CSV FROM 'http://127.0.0.1:9/' AS l RETURN l",
    "RETURN [x IN [1] | COUNT { CALL dbms.listConfig() YIELD name RETURN name }] AS r",
    "USE system SHOW USERS",
    "CALL { USE system RETURN 1 AS x } RETURN x",
    "CALL dbms.killConnection('bolt-1')",
    "TERMINATE TRANSACTION 'neo4j-transaction-1'",
    "CALL tx.setMetaData({a: 1})",
    "CALL apoc.load.json('http://127.0.0.1:9/')",
    "START DATABASE neo4j",
    "STOP DATABASE neo4j",
)
LEAKS = (
    "SHOW USERS",
    "SHOW SETTINGS",
    "SHOW PROCEDURES",
    "SHOW FUNCTIONS",
    "SHOW TRANSACTIONS",
    "SHOW DATABASES",
    "SHOW CURRENT USER",
    "CALL dbms.listConfig() YIELD name, value RETURN name, value",
    "CALL dbms.queryJmx('*:*') YIELD name RETURN name",
    "CALL dbms.components()",
    "CALL db.info()",
    "CALL dbms.showCurrentUser()",
    "RETURN COLLECT { CALL dbms.listConfig() YIELD value RETURN value } AS x",
)


def _cased(text: str) -> str:
    chance = random.Random(text)
    return "".join(c.upper() if chance.random() < 0.5 else c.lower() for c in text)


DISGUISES = {
    "plain": lambda t: t,
    "cased": _cased,
    "commented": lambda t: "/* nothing */ " + t.replace(" ", " /**/ ", 3) + " // RETURN 1",
    "lines": lambda t: t.replace(" ", "\n\t", 4),
    "explained": lambda t: "EXPLAIN " + t,
    "profiled": lambda t: "PROFILE " + t,
    "optioned": lambda t: "CYPHER 5 " + t,
    "two": lambda t: f"MATCH (n) RETURN n LIMIT 1; {t}",
    "quoted": lambda t: f"WITH 'it\\'s // \"' AS q {t}",
    "ticked": lambda t: f"WITH 1 AS `a``b /*` {t}",
    "escaped": lambda t: "\\u0020" + t,
    "spaced": lambda t: t.replace(" ", "\u00a0", 2),
    "inside": lambda t: f"CALL {{ {t} }} RETURN 1",
    "expression": lambda t: f"RETURN [x IN [1] | EXISTS {{ {t} }}] AS y",
}
ATTEMPTS = [
    (f"{name}: {text}", disguise(text))
    for (name, disguise), text in product(DISGUISES.items(), (*WRITES, *ESCAPES, *LEAKS))
]


def _judged(store: Store, text: str) -> str:
    """How an attempt ends when it is judged and, if it passes, run as the service does."""
    try:
        judge_text(text)
        with store.asking(text, {}, judge_plan, timeout=5.0) as (_, records):
            return f"ran: {[r for _, r in zip(range(3), records, strict=False)]}"
    except InputError as error:
        return error.code


def test_no_attempt_writes_escapes_or_leaks(fuxing: Opened) -> None:
    before = digest(fuxing.store)
    assert len(ATTEMPTS) >= 500
    ran = {name: told for name, text in ATTEMPTS if (told := _judged(fuxing.store, text)).startswith("ran")}
    assert ran == {}
    assert digest(fuxing.store) == before


def test_the_text_alone_stops_what_the_plan_does_not_show(fuxing: Opened) -> None:
    hidden = "RETURN [x IN [1] | EXISTS { LOAD CSV FROM 'http://127.0.0.1:9/' AS l RETURN l }] AS r"
    with pytest.raises(InputError, match="LOAD CSV"):
        judge_text(hidden)
    for text in WRITES[:6]:
        with pytest.raises(InputError), fuxing.store.asking(text, {}, lambda _, __: None, timeout=5.0) as (_, records):
            list(records)
    assert fuxing.store.refuses_writes()


@pytest.mark.parametrize(
    "text",
    [
        "MATCH (n) WHERE n.name = 'CREATE (x) // DELETE' RETURN n LIMIT 1",
        "MATCH (n) WHERE n.set IS NULL RETURN {create: n.id, `delete`: 1} AS set LIMIT 1",
        'MATCH (n:Area) WHERE n.name STARTS WITH "LOAD CSV" RETURN n /* MERGE */ LIMIT 1 // SHOW USERS',
        "MATCH (a:Area)<-[:COVERS]-(o) RETURN a.id, count(DISTINCT o) AS c ORDER BY c DESC SKIP 1 LIMIT 2",
        "MATCH p = SHORTEST 1 (a:Area)-[:PART_OF]->+(b:Area {kind: '区县'}) RETURN p LIMIT 1",
        "MATCH p = shortestPath((a:Unit)-[*..6]-(b:Alliance)) RETURN length(p) LIMIT 1",
        "CALL db.labels() YIELD label RETURN label ORDER BY label",
        "MATCH (a:Area) RETURN [(a)--(x) | x.id][0..2], COUNT { (a)--() }, EXISTS { (a)<-[:COVERS]-() } LIMIT 2",
        "MATCH (a:Area) RETURN a.id AS x LIMIT 1 UNION MATCH (o:Organization) RETURN o.id AS x LIMIT 1",
        "OPTIONAL MATCH (a:Area)-[:PART_OF*1..3]->(b) WITH a, collect(b.id) AS up WHERE size(up) > 1 RETURN up LIMIT 1",
        "MATCH (o:Organization) WHERE o.id IN ['fuxing.o-qw'] RETURN o.id, toUpper(o.id), datetime().year",
    ],
)
def test_honest_queries_run(fuxing: Opened, text: str) -> None:
    assert _judged(fuxing.store, text).startswith("ran")


def test_what_another_cannot_be_asked_while_one_runs(open_settings: Settings, fuxing: Opened) -> None:
    with FileLock(open_settings.data_dir / "query.lock"), pytest.raises(Exception, match="一次只能有一个") as busy:
        run_query(Desk(open_settings, fuxing), Query("RETURN 1"), ("fuxing",))
    assert getattr(busy.value, "status", 0) == 429


@pytest.mark.usefixtures("fuxing")
def test_the_command_runs_a_query_and_a_saved_one(cli: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PARTYGRAPH_QUERY", "on")
    done = cli("query", "RETURN $a AS 甲, $today AS 今", "--param", "a=[1,2]", "--json")
    assert (done.code, done.json["rows"][0][0]) == (0, [1, 2])
    assert "网格" in cli("query", "区域：各类型数量").out
    assert cli("query", "CREATE (n)").code == 2
    assert len(cli("queries", "--json").json["rows"]) >= 20
