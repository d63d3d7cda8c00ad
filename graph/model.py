"""The organization graph declared once as data: node labels, relation types and their attributes.

Constraints, indexes, Cypher statements, the workbook's sheets, the Snapshot's columns and the data dictionary are
derived from this module. Labels, types and keys are English; values are the Chinese terms of the profile.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from graph.declaration import Attribute, AttributeType, NodeType, RelationType
from graph.nodes import GENERATED, NODE_COMMON, NODE_TAIL, NODES, RELATION_TAIL, SINCE, SOURCE, UNTIL
from graph.relations import COVER_MODES, HIERARCHIES, RELATIONS

SCHEMA_VERSION = 1

__all__ = [
    "COVER_MODES",
    "GENERATED",
    "HIERARCHIES",
    "NODES",
    "NODE_COMMON",
    "NODE_TAIL",
    "NODE_TYPES",
    "RELATIONS",
    "RELATION_TAIL",
    "RELATION_TYPES",
    "SCHEMA_VERSION",
    "SINCE",
    "SOURCE",
    "UNTIL",
    "Attribute",
    "AttributeType",
    "NodeType",
    "RelationType",
    "node_attributes",
    "relation_attributes",
]

NODE_TYPES: Mapping[str, NodeType] = MappingProxyType({n.label: n for n in NODES})
RELATION_TYPES: Mapping[str, RelationType] = MappingProxyType({r.type: r for r in RELATIONS})


def node_attributes(label: str) -> tuple[Attribute, ...]:
    """All attributes of a node label in official order: common, own, since/until, source, generated."""
    return NODE_COMMON + NODE_TYPES[label].attributes + NODE_TAIL


def relation_attributes(type_: str) -> tuple[Attribute, ...]:
    """All attributes of a relation type besides `id`, `from` and `to`: own, since/until, source, generated."""
    return RELATION_TYPES[type_].attributes + RELATION_TAIL
