"""What the title of a list says: which alliance its members belong to."""

from __future__ import annotations

import re

from graph.model import NODE_TYPES
from loaders.sheets import Block

_TAIL = re.compile(r"(成员单位|成员|组成人员|组成单位)?(名单|名册|台账|一览表|表)?$")
_DATED = re.compile(r"[(（].*|\d{4}年.*")


def alliance_kind(name: str) -> str:
    """The kind of alliance with which a name ends, "" for none.

    >>> alliance_kind("胜利桥街道党建联席会议")
    '联席会议'
    """
    return next((k for k in NODE_TYPES["Alliance"].kinds if name.endswith(k)), "")


def titled_alliance(block: Block) -> str:
    """The alliance that a list of members is about, by a title above it, its sheet's or its file's name."""
    for text in (*block.titles, block.sheet, block.file.rsplit(".", 1)[0]):
        name = _TAIL.sub("", _DATED.sub("", "".join(text.split())))
        kind = alliance_kind(name)
        if kind and name != kind and name.removesuffix(kind) not in ("党建", "城市党建", "区域化党建"):
            return name
    return ""
