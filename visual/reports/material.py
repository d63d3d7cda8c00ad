"""What a report is built from: the caller's view, the answers it was given, and what they are called."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from graph.errors import NotFoundError
from graph.view import View
from visual.reports.content import Imprint, Paragraph, Report, Section
from visual.sheet import chinese_date
from visual.text import clean, em

Row = Mapping[str, Any]
TITLE_EM = 19.0  # characters of 22 pt in 156 mm, one left free
SAMPLE = "（示例）"
TOGETHER = {"街镇": {"街道", "镇", "乡"}, "县区": {"区县"}}


@dataclass(frozen=True, slots=True)
class Material:
    """The parts of a report.

    Args:
        view: the caller's; nothing outside it is told.
        answers: bodies of answers by the name of their question, redacted; a missing one was not allowed.
        area: id of the asked area, None for all that the caller sees.
        levels: the kinds of area that reports are broken down by: 街道, 镇 …
        imprint: 落款, 主送, 抄送, mark.
    """

    view: View
    answers: Mapping[str, Row]
    area: str | None
    levels: tuple[str, ...]
    imprint: Imprint

    @property
    def level(self) -> str:
        """The word for these: the kind itself, 街镇 or 县区 for several of that tier."""
        together = next((word for word, kinds in TOGETHER.items() if kinds & set(self.levels)), "")
        return together if together and len(self.levels) > 1 else "、".join(self.levels)

    def rows(self, name: str) -> Sequence[Row]:
        """The rows of an answer."""
        return self.answers[name]["rows"]  # type: ignore[no-any-return]

    def totals(self, name: str) -> Row:
        """The totals of an answer."""
        return self.answers[name]["totals"]  # type: ignore[no-any-return]


def subject(material: Material) -> str:
    """Whom the report is about: the asked area, else the tops of the caller's scope, else the district."""
    view = material.view
    if material.area is not None:
        return view.name(view.index(material.area))
    if view.scope:
        return "、".join(view.name(root) for root in view.scope)
    return view.name(view.root_area()) if view.root_area() >= 0 else view.profile.name


def tops(material: Material) -> frozenset[str]:
    """Ids of the areas that a report sums up: their rows are the sums of the others'."""
    view = material.view
    if material.area is not None:
        return frozenset({material.area})
    if view.scope:
        return frozenset(view.id(root) for root in view.scope) if len(view.scope) == 1 else frozenset()
    return frozenset({view.id(view.root_area())}) if view.root_area() >= 0 else frozenset()


def called(material: Material, ref: Row | None) -> str:
    """A ref's name; a made-up node is marked * unless its name says so."""
    if ref is None:
        return ""
    if ref.get("hidden"):
        return "（范围外）"
    name, node = clean(str(ref["name"])), material.view.snapshot.find(str(ref["id"]))
    made_up = node is not None and bool(material.view.snapshot.arrays["generated"][node])
    return name + ("*" if made_up and SAMPLE not in name else "")


def street_of(material: Material, ref: Row | None) -> str:
    """The name of the reporting area (街道, 镇) that an area is or lies in, "" for none."""
    node = material.view.snapshot.find(str(ref["id"])) if ref and not ref.get("hidden") else None
    if node is None:
        return ""
    view = material.view
    start, forest = view.snapshot.span("Area").start, view.areas()
    place = int(view.home()[node]) - start
    while place >= 0:
        if view.kind(place + start) in view.profile.reporting_kinds:
            return called(material, view.ref(place + start))
        place = int(forest.parent[place])
    return ""


def notices(material: Material, *names: str) -> list[str]:
    """The sentences of what is missing for some answers."""
    found = [n["text"] for name in names if name in material.answers for n in material.totals(name).get("notices", ())]
    return list(dict.fromkeys(found))


def report(
    material: Material,
    kind: str,
    words: str,
    lead: Iterable[str],
    sections: Iterable[Section],
    *,
    attachments: Iterable[Section] = (),
    basis: Iterable[str] = (),
    book: bool = False,
) -> Report:
    """A report about the material's subject, its title broken between subject and `words` where one line is short."""
    name, view = subject(material), material.view
    whole = name + words
    title = (whole,) if em(whole) <= TITLE_EM else (name, words)
    generated = max((int(a["generated"]) for a in material.answers.values()), default=0)
    own = [f"数据截至{chinese_date(view.as_of)}，为第{view.snapshot.revision}次修订。"]
    if material.level in TOGETHER:
        own.insert(0, f"{material.level}指{'、'.join(material.levels)}。")
    if generated:
        own.append(f"所依据的数据中有{generated}个节点为示例（名称带“（示例）”或标“*”），不得作为正式材料。")
    return Report(
        kind,
        title,
        view.as_of,
        view.snapshot.revision,
        tuple(Paragraph(text) for text in lead),
        tuple(sections),
        tuple(attachments),
        (*(s for s in basis if s), *own),
        generated,
        material.imprint,
        book,
    )


def empty(what: str) -> NotFoundError:
    """The error of a report that would have nothing to say."""
    return NotFoundError(
        f"没有可写的内容：{what}。", "请换一个区域（--area）或日期（--as-of），或先导入数据。", code="empty-report"
    )


def most_common(values: Iterable[str], most: int) -> list[tuple[str, int]]:
    """The most frequent values with their numbers; equal ones in their first order."""
    return Counter(values).most_common(most)
