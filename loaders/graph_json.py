"""Node-link JSON and JSON-LD."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import orjson

from graph.dataset import Dataset
from graph.model import RELATION_TYPES
from loaders.elements import nodes, relations

_ORG = {
    "@vocab": "https://partygraph.invalid/terms#",
    "org": "http://www.w3.org/ns/org#",
    "skos": "http://www.w3.org/2004/02/skos/core#",
    "name": "skos:prefLabel",
    "short_name": "skos:altLabel",
    "SUBORDINATE_TO": {"@id": "org:subOrganizationOf", "@type": "@id"},
    "MEMBER_OF": {"@id": "org:memberOf", "@type": "@id"},
    "OF": {"@id": "org:postIn", "@type": "@id"},
    "LOCATED_IN": {"@id": "org:basedAt", "@type": "@id"},
}
_ORG_TYPES = {
    "Organization": "org:Organization",
    "Unit": "org:FormalOrganization",
    "Alliance": "org:OrganizationalCollaboration",
    "Post": "org:Post",
    "Facility": "org:Site",
}


def write_json(data: Dataset, path: Path) -> None:
    """Node-link JSON as `networkx.node_link_graph(…, edges="links")` reads it."""
    with path.open("wb") as out:
        out.write(b'{"directed":true,"multigraph":true,"graph":{"district":')
        out.write(orjson.dumps(data.district) + b'},"nodes":[')
        _listed(out, ({"label": label, **row} for label, row in nodes(data)))
        out.write(b'],"links":[')
        links = (
            {"source": r.pop("from"), "target": r.pop("to"), "key": r.pop("id"), "type": type_, **r}
            for type_, r in relations(data)
        )
        _listed(out, links)
        out.write(b"]}\n")


def _listed(out: Any, rows: Iterator[dict[str, Any]]) -> None:
    for i, row in enumerate(rows):
        out.write((b",\n" if i else b"\n") + orjson.dumps(row))


def write_jsonld(data: Dataset, path: Path) -> None:
    """JSON-LD with the W3C organization ontology: current relations as properties, all of them as statements."""
    links: dict[str, dict[str, list[str]]] = {}
    for type_, row in relations(data):
        if "until" not in row:
            links.setdefault(row["from"], {}).setdefault(type_, []).append(f"urn:partygraph:{row['to']}")
    context = dict(_ORG)
    for type_ in RELATION_TYPES:
        context.setdefault(type_, {"@type": "@id"})
    with path.open("wb") as out:
        out.write(b'{"@context":' + orjson.dumps(context) + b',"@graph":[')
        entries = (
            {"@id": f"urn:partygraph:{r['id']}", "@type": [label, *_typed(label)], **r, **links.get(r["id"], {})}
            for label, r in nodes(data)
        )
        _listed(out, entries)
        out.write(b"]}\n")


def _typed(label: str) -> list[str]:
    return [_ORG_TYPES[label]] if label in _ORG_TYPES else []
