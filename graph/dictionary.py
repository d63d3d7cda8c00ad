"""The data dictionary as Markdown, derived from the model: `python -m graph.dictionary > docs/data-dictionary.md`."""

from __future__ import annotations

import sys
from collections.abc import Iterable

from graph.model import NODE_COMMON, NODE_TAIL, NODE_TYPES, NODES, RELATION_TAIL, RELATIONS, Attribute

_TYPES = {
    "text": "text",
    "code": "code (text)",
    "int": "integer",
    "number": "number",
    "date": "date (ISO day)",
    "bool": "yes/no",
    "texts": "list of text",
}


def data_dictionary() -> str:
    """All node labels, relation types and attributes with keys, headers, aliases, values and meaning."""
    parts = [
        "# Data dictionary",
        "Generated from `graph/nodes.py` and `graph/relations.py` by `python -m graph.dictionary`; do not edit.",
        "## Carried by every node",
        _table((*NODE_COMMON, *NODE_TAIL)),
        "## Carried by every relation",
        _table(RELATION_TAIL),
        "# Nodes",
    ]
    for node in NODES:
        parts += [f"## {node.label} {node.zh}", node.note]
        if node.kinds:
            parts.append(f"Kinds: {'、'.join(node.kinds)}.")
        parts.append(_table(node.attributes))
    parts.append("# Relations")
    for relation in RELATIONS:
        ends = ", ".join(f"{NODE_TYPES[a].zh} → {NODE_TYPES[b].zh} (`{a}` → `{b}`)" for a, b in relation.ends)
        parts += [f"## {relation.type} {relation.zh}", f"{ends}.", relation.note]
        identity = f" and `{relation.key}`" if relation.key else ""
        parts.append(f"Identity: type, both ends, `since`{identity}.")
        if relation.columns:
            headers = "、".join(header for _, header in relation.columns)
            parts.append(f"At most one current target: a column of the source's sheet ({headers}).")
        if relation.attributes:
            parts.append(_table(relation.attributes))
    return "\n\n".join(p for p in parts if p) + "\n"


def _table(attributes: Iterable[Attribute]) -> str:
    rows = ["| key | header | type | also read | values or meaning |", "|---|---|---|---|---|"]
    for a in attributes:
        meaning = "；".join(p for p in ("/".join(v for v in a.values if v), a.note) if p)
        rows.append(f"| `{a.name}` | {a.zh} | {_TYPES[a.type]} | {'、'.join(a.aliases)} | {meaning} |")
    return "\n".join(rows)


if __name__ == "__main__":
    sys.stdout.write(data_dictionary())
