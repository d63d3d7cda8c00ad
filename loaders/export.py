"""The door for graph formats of other programs; workbooks and CSV are in `writing`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from types import MappingProxyType

from graph.dataset import Dataset
from graph.errors import ParameterError
from loaders.elements import without_personal
from loaders.graph_json import write_json, write_jsonld
from loaders.graph_xml import write_gexf, write_graphml
from loaders.neo4j_files import write_cypher, write_neo4j_csv

FORMATS: Mapping[str, Callable[[Dataset, Path], None]] = MappingProxyType(
    {
        "graphml": write_graphml,
        "gexf": write_gexf,
        "json": write_json,
        "cypher": write_cypher,
        "neo4j-csv": write_neo4j_csv,
        "jsonld": write_jsonld,
    }
)


def export(data: Dataset, path: Path, format_: str, *, strip_personal: bool = False) -> None:
    """Write a Dataset.

    Args:
        data: what to write.
        path: a file; for `neo4j-csv` a folder.
        format_: a key of FORMATS.
        strip_personal: leave out the names of post holders.

    Raises:
        ParameterError: an unknown format.
    """
    if format_ not in FORMATS:
        raise ParameterError("没有这种导出格式。", f"可用的格式：{'、'.join(FORMATS)}。")
    FORMATS[format_](without_personal(data) if strip_personal else data, path)
