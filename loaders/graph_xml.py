"""GraphML and GEXF."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, TextIO
from xml.sax.saxutils import escape, quoteattr

import polars as pl

from graph.dataset import Dataset
from loaders.elements import nodes, relations, xml_text

_XML_TYPES = {pl.Int64: "long", pl.Float64: "double", pl.Boolean: "boolean"}


def _columns(frames: Mapping[str, pl.DataFrame], skip: tuple[str, ...]) -> dict[str, Any]:
    """Attribute → polars type over all frames, text where they differ."""
    out: dict[str, Any] = {}
    for frame in frames.values():
        for name, kind in frame.schema.items():
            if name not in skip:
                out[name] = kind if out.get(name, kind) == kind else pl.String
    return out


def write_graphml(data: Dataset, path: Path) -> None:
    """GraphML with typed keys; `label` and `type` hold the node label and the relation type; lists are JSON."""
    columns = {"n": _columns(data.nodes, ("id",)), "e": _columns(data.relations, ("id", "from", "to"))}
    with path.open("w", encoding="utf-8") as out:
        out.write('<?xml version="1.0" encoding="UTF-8"?>\n')
        out.write('<graphml xmlns="http://graphml.graphdrawing.org/xmlns">\n')
        for side, word, head in (("n", "node", "label"), ("e", "edge", "type")):
            out.write(f'<key id="{side}_{head}" for="{word}" attr.name="{head}" attr.type="string"/>\n')
            for name, kind in columns[side].items():
                xml_type = _XML_TYPES.get(kind, "string")
                out.write(f'<key id="{side}.{name}" for="{word}" attr.name="{name}" attr.type="{xml_type}"/>\n')
        out.write('<graph id="partygraph" edgedefault="directed">\n')
        for label, row in nodes(data):
            out.write(f"<node id={quoteattr(row.pop('id'))}>")
            _graphml_data(out, "n", "label", label, row)
            out.write("</node>\n")
        for type_, row in relations(data):
            ends = f"source={quoteattr(row.pop('from'))} target={quoteattr(row.pop('to'))}"
            out.write(f"<edge id={quoteattr(xml_text(row.pop('id')))} {ends}>")
            _graphml_data(out, "e", "type", type_, row)
            out.write("</edge>\n")
        out.write("</graph>\n</graphml>\n")


def _graphml_data(out: TextIO, side: str, head: str, value: str, row: Mapping[str, Any]) -> None:
    out.write(f'<data key="{side}_{head}">{value}</data>')
    for name, v in row.items():
        out.write(f'<data key="{side}.{name}">{escape(xml_text(v))}</data>')


def write_gexf(data: Dataset, path: Path) -> None:
    """GEXF 1.3 with attributes by class; valid time is in since and until."""
    columns = {"node": _columns(data.nodes, ("id",)), "edge": _columns(data.relations, ("id", "from", "to"))}
    with path.open("w", encoding="utf-8") as out:
        out.write('<?xml version="1.0" encoding="UTF-8"?>\n<gexf xmlns="http://gexf.net/1.3" version="1.3">\n')
        out.write('<graph defaultedgetype="directed" mode="static">\n')
        for side, head in (("node", "label"), ("edge", "type")):
            out.write(f'<attributes class="{side}"><attribute id="_{head}" title="{head}" type="string"/>')
            for name, kind in columns[side].items():
                out.write(f'<attribute id="{name}" title="{name}" type="{_XML_TYPES.get(kind, "string")}"/>')
            out.write("</attributes>\n")
        out.write("<nodes>\n")
        for label, row in nodes(data):
            shown = quoteattr(xml_text(row.get("name", row["id"])))
            out.write(f"<node id={quoteattr(row.pop('id'))} label={shown}>")
            _gexf_values(out, {"_label": label, **row})
            out.write("</node>\n")
        out.write("</nodes>\n<edges>\n")
        for type_, row in relations(data):
            ends = f"source={quoteattr(row.pop('from'))} target={quoteattr(row.pop('to'))}"
            out.write(f'<edge id={quoteattr(xml_text(row.pop("id")))} {ends} kind="{type_}">')
            _gexf_values(out, {"_type": type_, **row})
            out.write("</edge>\n")
        out.write("</edges>\n</graph>\n</gexf>\n")


def _gexf_values(out: TextIO, row: Mapping[str, Any]) -> None:
    out.write("<attvalues>")
    for name, v in row.items():
        out.write(f'<attvalue for="{name}" value={quoteattr(xml_text(v))}/>')
    out.write("</attvalues>")
