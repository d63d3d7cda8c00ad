"""A small language that says what a figure counts in the graph: `count Area kind=网格`, with its faults in Chinese.

measure  = part | part "/" part                      (a ratio, in percent)
part     = "count" LABEL where* | "sum" TARGET where* | "distinct" TARGET where*
TARGET   = LABEL.attribute | RELATION.attribute | RELATION.from | RELATION.to
where    = attribute=word|word…                      of the counted node or relation
         | from.attribute=… | to.attribute=…         of an end of the relation (`from.label=Unit` too)
         | with=RELATION.end[attribute=…&…]|…        the node stands at that end of such a relation (one suffices)
         | under=ID                                  the area lies in that area (id without the district)
         | once=from                                 a sum counts each source once, with its largest value
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Literal

from graph.errors import InputError
from graph.model import NODE_TYPES, RELATION_TYPES, node_attributes, relation_attributes
from graph.quantities import Dimension

Verb = Literal["count", "sum", "distinct"]
Words = Mapping[str, tuple[str, ...]]
ENDS = ("from", "to")
_TIE = re.compile(r"(?P<type>[A-Z_]+)\.(?P<end>from|to)(?:\[(?P<where>[^\]]*)\])?")
_SPLIT = re.compile(r"\|(?![^\[]*\])")
_DIMENSIONS: Mapping[str, Dimension] = {
    "people": "persons", "members": "persons", "full_members": "persons", "serving_members": "persons",
    "linked_members": "persons", "active_members": "persons", "employees": "persons", "residents": "persons",
    "households": "households", "money": "money", "activities": "times", "floor_area": "area",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Tie:
    """The node stands at `end` of a relation of `type` whose attributes and other end fit `where`."""

    type: str
    end: str
    where: Words = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Part:
    """One counting.

    Args:
        verb: what is done. of: a node label or a relation type. attribute: what is summed or told apart
            (`from`, `to` for the ends of a relation), "" for a count.
        where: words by attribute; of a relation also `from.…` and `to.…`.
        ties: each entry must hold; an entry holds when one of its ties does.
        under: id of an area without its district. once: a sum takes each source once.
    """

    verb: Verb
    of: str
    attribute: str = ""
    where: Words = field(default_factory=dict)
    ties: tuple[tuple[Tie, ...], ...] = ()
    under: str = ""
    once: bool = False

    @property
    def on_nodes(self) -> bool:
        """Whether nodes are counted (else relations)."""
        return self.of in NODE_TYPES


@dataclass(frozen=True, slots=True)
class Measure:
    """A parsed measure: one part, or a share of a whole."""

    text: str
    part: Part
    whole: Part | None = None

    @property
    def dimensions(self) -> frozenset[Dimension]:
        """Which figures the result may be compared with; a post stands for the person who holds it."""
        if self.whole is not None:
            return frozenset({"percent"})
        if self.part.attribute in _DIMENSIONS and self.part.verb == "sum":
            return frozenset({_DIMENSIONS[self.part.attribute]})
        if self.part.attribute == "holder_key":
            return frozenset({"persons"})
        if self.part.of == "Post":
            return frozenset({"persons", "things"})
        return frozenset({"things", "households"} if self.part.of == "Organization" else {"things"})


@cache
def parse_measure(text: str) -> Measure:
    """A measure from its text; `InputError` says which word is wrong and what is allowed.

    >>> parse_measure("count Area kind=街道|镇").part.where["kind"]
    ('街道', '镇')
    """
    parts = [_part(p) for p in text.split(" / ")]
    if len(parts) > 2:
        raise _wrong("一个口径最多有一个除号", "请写成 部分 / 整体。")
    return Measure(text, parts[0], parts[1] if len(parts) == 2 else None)


def _wrong(what: str, remedy: str) -> InputError:
    return InputError(f"统计口径有误：{what}。", remedy, code="measure-invalid")


def _part(text: str) -> Part:
    words = text.split()
    if len(words) < 2 or words[0] not in ("count", "sum", "distinct"):
        raise _wrong("口径应以 count、sum 或 distinct 开头，后接统计对象", "例如 count Area kind=网格。")
    verb: Verb = "count" if words[0] == "count" else "sum" if words[0] == "sum" else "distinct"
    of, _, attribute = words[1].partition(".")
    if of not in NODE_TYPES and of not in RELATION_TYPES:
        raise _wrong("统计对象不是节点或关系类型", f"可用：{'、'.join((*NODE_TYPES, *RELATION_TYPES))}。")
    if (verb == "count") == bool(attribute):
        raise _wrong("count 后不带属性，sum 和 distinct 后必须带属性", "例如 sum ASSIGNED_TO.people。")
    if verb == "count" and of not in NODE_TYPES:
        raise _wrong("count 只数节点", "关系请用 distinct 关系.from 或 sum 关系.属性。")
    if attribute:
        _known(of, attribute, numeric=verb == "sum")
    where: dict[str, tuple[str, ...]] = {}
    ties: list[tuple[Tie, ...]] = []
    under, once = "", False
    for word in words[2:]:
        key, equals, value = word.partition("=")
        if not equals or not value:
            raise _wrong("条件应写成 属性=值", "多个值用 | 分开。")
        if key == "with":
            ties.append(tuple(_tie(t) for t in _SPLIT.split(value)))
        elif key == "under":
            under = value
        elif key == "once":
            once = True
        else:
            _check(of, key)
            where[key] = tuple(value.split("|"))
    if (ties or under) and of not in NODE_TYPES:
        raise _wrong("with 和 under 只用于节点", "关系请用 from.属性 或 to.属性。")
    if once and (verb != "sum" or of not in RELATION_TYPES):
        raise _wrong("once 只用于关系属性之和", "例如 sum DELEGATES_TO.items once=from。")
    return Part(verb, of, attribute, where, tuple(ties), under, once)


def _tie(text: str) -> Tie:
    found = _TIE.fullmatch(text)
    if found is None or found["type"] not in RELATION_TYPES:
        raise _wrong("with 后应为 关系.from 或 关系.to", f"可用的关系：{'、'.join(RELATION_TYPES)}。")
    other = ENDS[1 - ENDS.index(found["end"])]
    where: dict[str, tuple[str, ...]] = {}
    for word in filter(None, (found["where"] or "").split("&")):
        key, _, value = word.partition("=")
        own = key in {a.name for a in relation_attributes(found["type"])} and key != "kind"
        named = key if own else f"{other}.{key}"
        _check(found["type"], named)
        where[named] = tuple(value.split("|"))
    return Tie(found["type"], found["end"], where)


def _check(of: str, key: str) -> None:
    """A condition's key is an attribute of what is counted, or of an end of the relation."""
    end, _, attribute = key.rpartition(".")
    if not end:
        _known(of, key, numeric=None)
    elif end not in ENDS or of not in RELATION_TYPES:
        raise _wrong("条件的写法不对", "只有关系才有 from.属性 和 to.属性。")
    elif attribute != "label":
        labels = {pair[ENDS.index(end)] for pair in RELATION_TYPES[of].ends}
        if not any(attribute in _words(label) for label in labels):
            raise _wrong("关系这一端的节点没有这个属性", "请对照数据字典。")


def _words(label: str) -> set[str]:
    return {a.name for a in node_attributes(label) if a.narrow and a.type in ("text", "code") and a.name != "name"}


def _known(of: str, attribute: str, *, numeric: bool | None) -> None:
    """An attribute to sum (numeric), to tell apart or to ask for (a word)."""
    if of in RELATION_TYPES and attribute in ENDS and numeric is False:
        return
    declared = node_attributes(of) if of in NODE_TYPES else relation_attributes(of)
    kinds = ("int", "number") if numeric else ("text", "code")
    allowed = [
        a.name for a in declared if a.narrow and a.type in kinds and a.name not in ("id", "name", "short_name", "order")
    ]
    if attribute not in allowed:
        raise _wrong("属性不能这样用", f"可用的属性：{'、'.join(allowed) or '（无）'}。")
