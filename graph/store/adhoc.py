"""Judging a user's own Cypher: what its text may say, and what the plan of its EXPLAIN may do.

Both are needed. The plan names every operator and procedure, but a subquery inside an expression (`[x IN y | EXISTS
{ LOAD CSV … }]`) stands in it as text only, and Neo4j counts it as reading.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping
from typing import Any

from graph.errors import InputError

TEXT_MOST = 10_000
OPERATORS = frozenset(
    """
    AllNodesScan AntiConditionalApply AntiSemiApply Apply Argument AssertSameNode AssertSameRelationship
    BFSPruningVarLengthExpand CacheProperties CartesianProduct ConditionalApply DirectedAllRelationshipsScan
    DirectedRelationshipByElementIdSeek DirectedRelationshipIndexContainsScan
    DirectedRelationshipIndexEndsWithScan DirectedRelationshipIndexScan DirectedRelationshipIndexSeek
    DirectedRelationshipIndexSeekByRange DirectedRelationshipTypeScan DirectedRelationshipUniqueIndexSeek
    DirectedUnionRelationshipTypesScan Distinct Eager EagerAggregation EmptyResult EmptyRow Expand(All)
    Expand(Into) Filter IntersectionNodeByLabelsScan LetAntiSemiApply LetSelectOrAntiSemiApply
    LetSelectOrSemiApply LetSemiApply Limit MultiNodeIndexSeek NodeByElementIdSeek NodeByLabelScan
    NodeCountFromCountStore NodeHashJoin NodeIndexContainsScan NodeIndexEndsWithScan NodeIndexScan NodeIndexSeek
    NodeIndexSeekByRange NodeLeftOuterHashJoin NodeRightOuterHashJoin NodeUniqueIndexSeek
    NodeUniqueIndexSeekByRange Optional OptionalExpand(All) OptionalExpand(Into) OrderedAggregation
    OrderedDistinct OrderedLeftOuterJoin OrderedUnion PartialSort PartialTop PathPropagatingBFS ProcedureCall
    ProduceResults ProjectEndpoints Projection PruningVarLengthExpand RelationshipCountFromCountStore
    Repeat(Trail) RollUpApply SelectOrAntiSemiApply SelectOrSemiApply SemiApply ShortestPath SimulatedExpand
    Skip Sort StatefulShortestPath(All) StatefulShortestPath(Into) SubtractionNodeByLabelsScan Top Top1WithTies
    Trail TriadicSelection UndirectedAllRelationshipsScan UndirectedRelationshipByElementIdSeek
    UndirectedRelationshipIndexContainsScan UndirectedRelationshipIndexEndsWithScan
    UndirectedRelationshipIndexScan UndirectedRelationshipIndexSeek UndirectedRelationshipIndexSeekByRange
    UndirectedRelationshipTypeScan UndirectedRelationshipUniqueIndexSeek UndirectedUnionRelationshipTypesScan
    Union UnionNodeByLabelsScan Unwind ValueHashJoin VarLengthExpand(All) VarLengthExpand(Into)
    VarLengthExpand(Pruning) VarLengthExpand(Pruning,BFS,All) VarLengthExpand(Pruning,BFS,Into)
    """.split()  # noqa: SIM905  one word a line would be ninety lines
)
"""Operators of Neo4j 5 plans that only read the graph."""

PROCEDURES = frozenset({"db.labels", "db.relationshipTypes", "db.propertyKeys"})
_NEVER = re.compile(r"\b(?:LOAD\W+CSV|IN\W+(?:CONCURRENT\W+|\d+\W+|\w+\W+)?TRANSACTIONS?)\b", re.IGNORECASE)
_CLAUSES = re.compile(
    r"\b(?:USE|SHOW|TERMINATE|CREATE|MERGE|SET|DELETE|DETACH|REMOVE|FOREACH|INSERT|DROP|ALTER|GRANT|DENY|REVOKE|RENAME"
    r"|ENABLE|EXPLAIN|PROFILE|CYPHER)\b",
    re.IGNORECASE,
)
# Where a clause's word stands as a name: a property, a label, a parameter, an alias; a map's key below.
_AS_NAME = re.compile(r"(?:[.:|&!$]\s*|\bAS\s+)$", re.IGNORECASE)
_KEY = re.compile(r"\s*:(?!:)")
_CALL = re.compile(r"\bCALL\s+(?!\{|\()((?:\w+|`[^`]*`)(?:\s*\.\s*(?:\w+|`[^`]*`))*)", re.IGNORECASE)
# In the order in which Cypher's own scanner takes them; quotes inside a comment open nothing and the other way round.
_SKIPPED = re.compile(r"//[^\n\r]*|/\*.*?(?:\*/|\Z)|'(?:\\.|[^'\\])*'|\"(?:\\.|[^\"\\])*\"|`(?:``|[^`])*`", re.DOTALL)
_ESCAPE = re.compile(r"\\u", re.IGNORECASE)
REMEDY = "只能查询：用 MATCH、WITH、UNWIND、RETURN、ORDER BY 等；不能写入，不能读文件或网址，不能看系统。"


def judge_text(statement: str) -> None:
    """`InputError` query-refused for a text that says more than reading the graph, whatever its plan would say."""
    if not statement.strip() or len(statement) > TEXT_MOST:
        raise refused(f"查询语句为空，或超过{TEXT_MOST}个字符。")
    if any(ord(c) < 32 and c not in "\t\n\r" for c in statement) or _ESCAPE.search(statement):
        # Cypher resolves \uXXXX before it reads: an escaped quote would end a string that we take for longer.
        raise refused("查询语句含控制字符或 \\u 写法。")
    bare = _SKIPPED.sub(_blank, statement)
    if any(q in bare for q in "'\"`"):
        raise refused("查询语句中有没有结束的引号。")
    if any(c not in " \t\n\r" and unicodedata.category(c)[0] in "ZC" for c in bare):
        raise refused("查询语句含不可见的字符。")
    if _NEVER.search(bare):
        raise refused("查询语句中不能使用 LOAD CSV 和 IN TRANSACTIONS。")
    for found in _CLAUSES.finditer(bare):
        if not _AS_NAME.search(bare[: found.start()]) and not _KEY.match(bare, found.end()):
            raise refused(f"查询语句中不能使用 {found[0].upper()}。")
    for call in _CALL.finditer(bare):
        if re.sub(r"\s", "", call[1]) not in PROCEDURES:
            raise refused(f"查询语句只能调用这些过程：{'、'.join(sorted(PROCEDURES))}。")


def _blank(found: re.Match[str]) -> str:
    """A comment as a blank; a string or a quoted name as a word that means nothing."""
    return " " if found[0].startswith(("//", "/*")) else (" x " if found[0][0] != "`" else "x")


def judge_plan(kind: str, plan: Mapping[str, Any]) -> None:
    """`InputError` query-refused unless a plan only reads by allowed operators and procedures.

    Args:
        kind: query type as the server says: `r` reads.
        plan: of EXPLAIN, as the driver gives it.
    """
    if kind != "r":
        raise refused("查询语句会写入或改动系统。")
    for operator, details in steps(plan):
        if operator not in OPERATORS:
            raise refused(f"查询计划中有不允许的步骤 {operator[:60]}。")
        if operator == "ProcedureCall" and details.partition("(")[0].strip() not in PROCEDURES:
            raise refused(f"查询语句只能调用这些过程：{'、'.join(sorted(PROCEDURES))}。")


def steps(plan: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Every operator of a plan without its database, with its details."""
    waiting = [plan]
    while waiting:
        step = waiting.pop()
        yield str(step["operatorType"]).partition("@")[0], str(step.get("args", {}).get("Details", ""))
        waiting += step.get("children", ())


def refused(detail: str) -> InputError:
    """The error for a query that may not run."""
    return InputError(detail, REMEDY, code="query-refused")


def plain(value: Any) -> Any:
    """A value of Neo4j as JSON: nodes, relations and paths by their properties, times as ISO text, points as lists.

    Neo4j's own element ids are never shown.
    """
    if value is None or isinstance(value, bool | int | str):
        return value
    if isinstance(value, float):
        return value if value - value == 0 else None
    if hasattr(value, "iso_format"):
        return value.iso_format()
    if isinstance(value, list | tuple) and not hasattr(value, "srid"):
        return [plain(v) for v in value]
    if isinstance(value, dict):
        return {str(k): plain(v) for k, v in value.items()}
    if hasattr(value, "srid"):
        return {"srid": value.srid, "coordinates": list(value)}
    if hasattr(value, "relationships"):
        return {"nodes": [plain(n) for n in value.nodes], "relations": [plain(r) for r in value.relationships]}
    if hasattr(value, "labels"):
        return {"labels": sorted(value.labels), "properties": {k: plain(v) for k, v in sorted(value.items())}}
    if hasattr(value, "start_node"):
        return {"type": value.type, "properties": {k: plain(v) for k, v in sorted(value.items())}}
    return None
