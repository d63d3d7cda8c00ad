"""Cypher text from the model; pure, no driver. Rows travel as lists: a map a row costs a fifth more time.

Every node of a district carries two labels, `:Entity` and its own, so that one constraint holds all ids apart and
relations find their ends by one index. Cypher 5 that Neo4j 5.26 and the calendar versions both take.
"""

from __future__ import annotations

from collections.abc import Sequence

from graph.model import NODES, RELATIONS, node_attributes, relation_attributes

BATCH = 5_000
NULL = "\x00"
OWN_LABELS = ("Entity", "Manifest", "District", "Revision", "Change")


def constraints() -> tuple[str, ...]:
    """Unique ids: of all entities together, of the store's own nodes, and of each relation type.

    They are the only indexes: districts, tables and single elements are all found by id.
    """
    nodes = [
        f"CREATE CONSTRAINT {label.lower()}_id IF NOT EXISTS FOR (n:{label}) REQUIRE n.id IS UNIQUE"
        for label in OWN_LABELS
    ]
    relations = [
        f"CREATE CONSTRAINT {r.type.lower()}_id IF NOT EXISTS FOR ()-[r:{r.type}]-() REQUIRE r.id IS UNIQUE"
        for r in RELATIONS
    ]
    return (*nodes, *relations)


def add_nodes(label: str, columns: Sequence[str], same: Sequence[str] = ()) -> str:
    """Create a batch of nodes: `$rows` of values in the order of `columns`, `$revision`; returns how many.

    The columns `same` have one value in all rows, given once in `$same`, in their order.
    """
    values = f"{_values(columns, 0)}, {_same(same)}revision: $revision"
    return f"UNWIND $rows AS row CREATE (n:Entity:{label} {{{values}}}) RETURN count(n)"


def add_relations(type_: str, columns: Sequence[str], same: Sequence[str] = ()) -> str:
    """Create a batch of relations: `$rows` of from id, to id and values in the order of `columns`; returns how many.

    A row whose end does not exist is not created: compare the count. `same` as for `add_nodes`.
    """
    values = f"{_values(columns, 2)}, {_same(same)}revision: $revision"
    return (
        "UNWIND $rows AS row MATCH (a:Entity {id: row[0]}) MATCH (b:Entity {id: row[1]}) "
        f"CREATE (a)-[r:{type_} {{{values}}}]->(b) RETURN count(r)"
    )


def set_values(table: str) -> str:
    """Set some values of stored elements: `$rows` of id and map (null clears), `$revision`; returns how many."""
    return (
        f"UNWIND $rows AS row MATCH {_pattern(table, 'row[0]')} SET e += row[1], e.revision = $revision RETURN count(e)"
    )


def restore_values(table: str) -> str:
    """Undo `set_values`: only elements stamped `$revision` get the old values and the stamp `$base`."""
    return (
        f"UNWIND $rows AS row MATCH {_pattern(table, 'row[0]')} WHERE e.revision = $revision "
        "SET e += row[1], e.revision = $base RETURN count(e)"
    )


def remove_added(table: str) -> str:
    """Undo additions: delete the elements of `$ids` that are stamped `$revision`; returns how many."""
    delete = "DETACH DELETE" if table in _LABELS else "DELETE"
    return f"UNWIND $ids AS id MATCH {_pattern(table, 'id')} WHERE e.revision = $revision {delete} e RETURN count(e)"


def read_nodes(label: str, columns: Sequence[str]) -> str:
    """Read a label's nodes of the district `$prefix`, a list of each column's values for each slice of rows.

    A record a row costs 14 s for a city; a list a row costs half as much again as a list a column. `$null` (NULL)
    stands where there is no value.
    """
    return _sliced(f"MATCH (e:{label}) WHERE e.id STARTS WITH $prefix", columns)


def read_relations(type_: str, columns: Sequence[str]) -> str:
    """Read a type's relations of the district `$prefix` in slices; both ends are part of the id."""
    return _sliced(f"MATCH ()-[e:{type_}]->() WHERE e.id STARTS WITH $prefix", columns)


def columns_of(table: str, *, narrow: bool) -> tuple[str, ...]:
    """The properties of a label or type to read: `id`, then the attributes; narrow: those that analyses use."""
    if table in _LABELS:
        return tuple(a.name for a in node_attributes(table) if a.narrow or not narrow)
    return ("id", *(a.name for a in relation_attributes(table) if a.narrow or not narrow))


_LABELS = frozenset(n.label for n in NODES)


def _pattern(table: str, id_: str) -> str:
    return f"(e:Entity {{id: {id_}}})" if table in _LABELS else f"()-[e:{table} {{id: {id_}}}]->()"


def _values(columns: Sequence[str], first: int) -> str:
    return ", ".join(f"`{c}`: row[{i}]" for i, c in enumerate(columns, first))


def _same(columns: Sequence[str]) -> str:
    return "".join(f"`{c}`: $same[{i}], " for i, c in enumerate(columns))


def _sliced(match: str, columns: Sequence[str]) -> str:
    """A record is a slice of each column. `properties` walks an element's chain of properties once; a look at each
    walks it again (a fourth slower). `collect` leaves out nulls, so `$null` stands for them."""
    collected = ", ".join(f"collect(coalesce(p.`{c}`, $null)) AS c{i}" for i, c in enumerate(columns))
    slices = ", ".join(f"c{i}[i..i + {BATCH}]" for i in range(len(columns)))
    return (
        f"{match} WITH properties(e) AS p WITH {collected} UNWIND range(0, size(c0) - 1, {BATCH}) AS i RETURN {slices}"
    )
