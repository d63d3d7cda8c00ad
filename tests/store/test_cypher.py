"""The exact text of the statements that the model yields."""

from __future__ import annotations

from graph.model import NODE_TYPES, RELATION_TYPES
from graph.store import cypher


def test_every_id_is_unique_and_nothing_else_is_indexed() -> None:
    texts = cypher.constraints()
    assert texts[0] == "CREATE CONSTRAINT entity_id IF NOT EXISTS FOR (n:Entity) REQUIRE n.id IS UNIQUE"
    assert "CREATE CONSTRAINT of_id IF NOT EXISTS FOR ()-[r:OF]-() REQUIRE r.id IS UNIQUE" in texts
    assert len(texts) == len(set(texts)) == len(cypher.OWN_LABELS) + len(RELATION_TYPES)


def test_add_nodes() -> None:
    assert cypher.add_nodes("Area", ["id", "order"]) == (
        "UNWIND $rows AS row CREATE (n:Entity:Area {`id`: row[0], `order`: row[1], revision: $revision}) "
        "RETURN count(n)"
    )


def test_values_that_all_rows_share_are_given_once() -> None:
    assert cypher.add_nodes("Area", ["id"], ["generated", "source_file"]) == (
        "UNWIND $rows AS row CREATE (n:Entity:Area {`id`: row[0], `generated`: $same[0], `source_file`: $same[1], "
        "revision: $revision}) RETURN count(n)"
    )
    assert cypher.add_relations("PART_OF", ["id"], ["since"]) == (
        "UNWIND $rows AS row MATCH (a:Entity {id: row[0]}) MATCH (b:Entity {id: row[1]}) "
        "CREATE (a)-[r:PART_OF {`id`: row[2], `since`: $same[0], revision: $revision}]->(b) RETURN count(r)"
    )


def test_add_relations() -> None:
    assert cypher.add_relations("PART_OF", ["id", "hierarchy"]) == (
        "UNWIND $rows AS row MATCH (a:Entity {id: row[0]}) MATCH (b:Entity {id: row[1]}) "
        "CREATE (a)-[r:PART_OF {`id`: row[2], `hierarchy`: row[3], revision: $revision}]->(b) RETURN count(r)"
    )


def test_set_values() -> None:
    assert cypher.set_values("Unit") == (
        "UNWIND $rows AS row MATCH (e:Entity {id: row[0]}) SET e += row[1], e.revision = $revision RETURN count(e)"
    )
    assert cypher.set_values("USES") == (
        "UNWIND $rows AS row MATCH ()-[e:USES {id: row[0]}]->() SET e += row[1], e.revision = $revision RETURN count(e)"
    )


def test_undo_touches_only_what_is_stamped() -> None:
    assert cypher.restore_values("USES") == (
        "UNWIND $rows AS row MATCH ()-[e:USES {id: row[0]}]->() WHERE e.revision = $revision "
        "SET e += row[1], e.revision = $base RETURN count(e)"
    )
    assert cypher.remove_added("Unit") == (
        "UNWIND $ids AS id MATCH (e:Entity {id: id}) WHERE e.revision = $revision DETACH DELETE e RETURN count(e)"
    )
    assert cypher.remove_added("USES") == (
        "UNWIND $ids AS id MATCH ()-[e:USES {id: id}]->() WHERE e.revision = $revision DELETE e RETURN count(e)"
    )


def test_tables_are_read_in_slices() -> None:
    assert cypher.read_relations("PART_OF", ["id", "hierarchy"]) == (
        "MATCH ()-[e:PART_OF]->() WHERE e.id STARTS WITH $prefix WITH properties(e) AS p "
        "WITH collect(coalesce(p.`id`, $null)) AS c0, collect(coalesce(p.`hierarchy`, $null)) AS c1 "
        "UNWIND range(0, size(c0) - 1, 5000) AS i RETURN c0[i..i + 5000], c1[i..i + 5000]"
    )
    assert cypher.read_nodes("Area", ["id"]).startswith("MATCH (e:Area) WHERE e.id STARTS WITH $prefix ")


def test_narrow_columns_have_no_names_of_holders_and_no_sources() -> None:
    columns = cypher.columns_of("Post", narrow=True)
    assert "holder_key" in columns
    assert not {"holder", "source_file", "code"} & set(columns)
    assert "holder" in cypher.columns_of("Post", narrow=False)


def test_narrow_columns_of_relations() -> None:
    assert cypher.columns_of("PART_OF", narrow=True) == ("id", "hierarchy", "since", "until", "generated")


def test_every_table_has_an_id_first() -> None:
    for table in (*NODE_TYPES, *RELATION_TYPES):
        assert cypher.columns_of(table, narrow=True)[0] == "id"
        assert set(cypher.columns_of(table, narrow=True)) <= set(cypher.columns_of(table, narrow=False))
