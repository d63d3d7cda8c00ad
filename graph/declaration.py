"""How the model is declared: attributes, node labels and relation types as frozen data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

AttributeType = Literal["text", "code", "int", "number", "date", "bool", "texts"]


@dataclass(frozen=True, slots=True)
class Attribute:
    """One attribute of a node or relation.

    Args:
        name: English key in code, database and API.
        zh: the column header a user reads and writes.
        type: `text`; `code` (text that Excel must not turn into a number); `int`; `number`; `date` (ISO text, whole
            day); `bool`; `texts` (list of text).
        aliases: other headers of real ledgers that mean the same (headers.csv as corrected in domain.md 6).
        narrow: kept in the Snapshot, so that analyses can use it.
        personal: a post holder's name: stored as given, masked unless the caller may see it.
        values: the closed set of values, empty when open.
        note: what it means, its unit or its source.
    """

    name: str
    zh: str
    type: AttributeType = "text"
    aliases: tuple[str, ...] = ()
    narrow: bool = False
    personal: bool = False
    values: tuple[str, ...] = ()
    note: str = ""


@dataclass(frozen=True, slots=True)
class NodeType:
    """A node label with its Chinese name (also its sheet), its standard kinds and its own attributes."""

    label: str
    zh: str
    kinds: tuple[str, ...]
    attributes: tuple[Attribute, ...]
    note: str = ""


@dataclass(frozen=True, slots=True)
class RelationType:
    """A relation type.

    Args:
        type: English name in the database.
        zh: Chinese name (also its sheet).
        ends: allowed (from label, to label) pairs.
        key: the attribute that is part of the identity (role, mode, kind, hierarchy …), or None.
        attributes: its attributes besides the common ones; includes `key`.
        columns: when a source has at most one current target (per value of `key`), the headers of the columns on the
            source's sheet, as (value of key or "", header); empty when the relation has a sheet of its own.
        aliases: other headers for those columns.
    """

    type: str
    zh: str
    ends: tuple[tuple[str, str], ...]
    key: str | None = None
    attributes: tuple[Attribute, ...] = ()
    columns: tuple[tuple[str, str], ...] = ()
    aliases: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    note: str = ""

    @property
    def single(self) -> bool:
        """Whether a source has at most one current target for each value of the key."""
        return bool(self.columns)
