"""The same questions as one Cypher query each; ids begin with the district and are indexed on Entity."""

COVERAGE = """
MATCH (s:Area) WHERE s.kind IN $subjects AND s.id STARTS WITH $prefix
WITH s, EXISTS {
  MATCH (o:Organization)-[c:COVERS]->(s) WHERE o.kind IN $kinds AND c.mode IN $modes AND c.until IS NULL
} AS has
MATCH (s)-[:PART_OF*1..]->(a:Area)
RETURN a.id AS area, count(s) AS total, sum(CASE WHEN has THEN 1 ELSE 0 END) AS covered
"""

SHORTEST = """
MATCH (a:Entity {id: $start}), (b:Entity {id: $end})
MATCH p = shortestPath((a)-[:SUBORDINATE_TO|COVERS|PAIRED_WITH|MEMBER_OF|CONVENED_IN*..20]-(b))
RETURN length(p)
"""
