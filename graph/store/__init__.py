"""The model as Cypher, one driver, and the embedded Neo4j."""
