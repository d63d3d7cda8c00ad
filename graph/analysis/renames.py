"""疑似更名、合并、拆分: which ended and which new nodes may be the same, told by code, parent and name.

A code makes a rename certain. A near-equal name under the same parent is a proposal for a person to review, no fact.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

_SUFFIX = {
    "Area": re.compile(
        r"(街道办事处|办事处|街道|镇|乡|(社区|村)?(居民委员会|居委会)|村?(村民委员会|村民会员会|村委会)|社区|小区|村)$"
    ),
    "Organization": re.compile(
        r"(联合|临时)?(党委|党工委|党总支|总支部|党支部|支部|委员会|工作委员会|总支部委员会|支部委员会|党小组)$"
    ),
    "Unit": re.compile(r"(有限责任公司|股份有限公司|有限公司|公司|集团)$"),
}
# 汕尾市华侨管理区侨兴街道办事处第一社区 is the same as 第一社区 below that street.
_ABOVE = re.compile(r"^.{2,}(街道办事处|街道(?!办)|管理区)(?=.{2,})")
_PARTY = re.compile(r"^(中国共产党|中共)")
# What tells siblings apart (东泽沟铺, 西泽沟铺; 第一, 第二): one of these for another is never the same place.
_TELLS_APART = frozenset("东西南北中上下前后左右大小新老内外一二三四五六七八九十百0123456789甲乙丙丁")
_RANKS = (frozenset({"社区", "村"}), frozenset({"街道", "镇", "乡"}))
LABELS = tuple(_SUFFIX)


@dataclass(frozen=True, slots=True)
class Named:
    """An ended or a new node: its number, label, kind, name, code ("" for none) and parent (-1 for none)."""

    node: int
    label: str
    kind: str
    name: str
    code: str
    parent: int


@dataclass(frozen=True, slots=True)
class Proposal:
    """What may have become of nodes.

    Args:
        change: `renamed`, `merged` (several into one) or `split` (one into several).
        before, after: numbers of the ended and of the new nodes.
        why: `code` (certain), `same` (the name but for its ending), `near` (an almost equal name), `stem` (siblings'
            common stem).
    """

    change: str
    before: tuple[int, ...]
    after: tuple[int, ...]
    why: str

    @property
    def certain(self) -> bool:
        """Whether it needs no review."""
        return self.why == "code"


def stem(name: str, label: str) -> str:
    """The name without its ending, the street in front and 村 at its end, as siblings are told apart by it.

    >>> stem("尖山村村民委员会", "Area"), stem("第一社区居委会", "Area")
    ('尖山', '第一')
    """
    said = _PARTY.sub("", re.sub(r"\s", "", name))
    said = _ABOVE.sub("", said) if label == "Area" else said
    cut = _SUFFIX[label].sub("", said) or said
    if label == "Area" and len(cut) > 2:
        cut = cut.removesuffix("村")
    return cut


def near(one: str, other: str) -> bool:
    """Whether two different stems may be one name written or given otherwise.

    The same parts in another order, one character more or less, or one replaced by another that sounds like it (a
    typing error); 张家庄 and 李家庄, 东泽沟铺 and 西泽沟铺 are different.

    >>> near("广夏", "广厦"), near("东泽沟铺", "西泽沟铺"), near("河南杨桥", "杨桥河南")
    (True, False, True)
    """
    short, long = sorted((one, other), key=len)
    if len(short) == len(long):
        if len(one) > 3 and other in one + one:
            return True
        differ = [(a, b) for a, b in zip(one, other, strict=True) if a != b]
        return len(one) > 1 and len(differ) == 1 and not set(differ[0]) <= _TELLS_APART and _sound_alike(*differ[0])
    if len(long) - len(short) != 1 or len(short) < 2:
        return False
    return any(long[:i] + long[i + 1 :] == short for i in range(len(long)))


def _sound_alike(one: str, other: str) -> bool:
    def sounds(character: str) -> set[str]:
        # Imported here: its dictionary takes half a second, which every other command would pay.
        from pypinyin import Style, pinyin

        return set(pinyin(character, style=Style.NORMAL, heteronym=True)[0])

    return bool(sounds(one) & sounds(other))


def base(name: str) -> str:
    """A stem without the characters that tell siblings apart: 东枣山峪 and 西枣山峪 have one base.

    >>> base("东枣山峪"), base("山河西"), base("大小")
    ('枣山峪', '山河', '大小')
    """
    cut = name.strip("".join(_TELLS_APART))
    return cut if len(cut) > 1 else name


def proposals(ended: Sequence[Named], added: Sequence[Named]) -> list[Proposal]:
    """Renames by code, then top-down (a child of a renamed parent stays its child) by name; then merges and splits."""
    found = _by_code(ended, added)
    became = {p.before[0]: p.after[0] for p in found}
    while True:
        olds = [e for e in ended if e.node not in became]
        news = [a for a in added if a.node not in set(became.values())]
        fresh = _by_name(olds, news, became)
        if not fresh:
            break
        found += fresh
        became |= {p.before[0]: p.after[0] for p in fresh}
    return found + _merged(ended, added, became)


def _by_code(ended: Sequence[Named], added: Sequence[Named]) -> list[Proposal]:
    old, new = _coded(ended), _coded(added)
    return [Proposal("renamed", (old[k],), (new[k],), "code") for k in old if k in new]


def _coded(nodes: Sequence[Named]) -> dict[tuple[str, str], int]:
    """Label and code → node, for codes that one node alone bears."""
    found: dict[tuple[str, str], list[int]] = {}
    for n in nodes:
        if n.code:
            found.setdefault((n.label, n.code), []).append(n.node)
    return {k: v[0] for k, v in found.items() if len(v) == 1}


Siblings = dict[tuple[str, int, object], tuple[list[Named], list[Named]]]


def _siblings(ended: Sequence[Named], added: Sequence[Named], became: Mapping[int, int]) -> Siblings:
    """Ended and new nodes of one label and rank under one parent."""
    found: Siblings = {}
    for side, nodes in enumerate((ended, added)):
        for n in nodes:
            if n.label in _SUFFIX:
                key = (n.label, became.get(n.parent, n.parent), _rank(n))
                found.setdefault(key, ([], []))[side].append(n)
    return found


def _rank(n: Named) -> object:
    """Nodes of different ranks are never one: an area keeps its rank, an organization may become another kind."""
    if n.label == "Organization":
        return ""
    return next((rank for rank in _RANKS if n.kind in rank), n.kind)


def _by_name(ended: Sequence[Named], added: Sequence[Named], became: Mapping[int, int]) -> list[Proposal]:
    """Pairs of which each is the other's only candidate: first by equal stems, then by near ones."""
    out: list[Proposal] = []
    taken = set[int]()
    for (label, parent, _), (olds, news) in _siblings(ended, added, became).items():
        old, new = ({n.node: stem(n.name, label) for n in nodes} for nodes in (olds, news))
        # Without a parent on either side nothing but the whole stem speaks for one.
        for why in ("same", "near") if parent >= 0 else ("same",):
            for o, n in _only(old, new, taken, why):
                out.append(Proposal("renamed", (o,), (n,), why))
                taken |= {o, n}
    return out


def _only(old: Mapping[int, str], new: Mapping[int, str], taken: set[int], why: str) -> list[tuple[int, int]]:
    """Ended and new nodes, not yet taken, whose stems are alike and like no other's."""
    left, right = ({n: s for n, s in stems.items() if n not in taken} for stems in (old, new))
    if why == "same":
        by_stem: dict[str, list[int]] = {}
        for n, s in right.items():
            by_stem.setdefault(s, []).append(n)
        pairs = [(o, n) for o, s in left.items() for n in by_stem.get(s, ())]
    else:
        pairs = [(o, n) for o, s in left.items() for n, t in right.items() if near(s, t)]
    olds, news = Counter(o for o, _ in pairs), Counter(n for _, n in pairs)
    return [(o, n) for o, n in pairs if olds[o] == 1 == news[n]]


def _merged(ended: Sequence[Named], added: Sequence[Named], became: Mapping[int, int]) -> list[Proposal]:
    """Several ended nodes of one base and a single new one (or the other way round) under one parent."""
    out = []
    left = [n for n in ended if n.node not in became]
    fresh = [n for n in added if n.node not in set(became.values())]
    for (label, _, _), (olds, news) in _siblings(left, fresh, became).items():
        bases: dict[str, tuple[list[int], list[int]]] = {}
        for side, nodes in enumerate((olds, news)):
            for n in nodes:
                bases.setdefault(base(stem(n.name, label)), ([], []))[side].append(n.node)
        for before, after in bases.values():
            if len(before) > 1 and len(after) == 1:
                out.append(Proposal("merged", tuple(before), tuple(after), "stem"))
            elif len(before) == 1 and len(after) > 1:
                out.append(Proposal("split", tuple(before), tuple(after), "stem"))
    return out
