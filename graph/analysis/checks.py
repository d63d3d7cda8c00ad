"""Declared checks: by which counting, official row or other figure each published figure of a district is judged."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from pydantic import ConfigDict, Field, ValidationError

from graph.analysis.measure import Measure, parse_measure
from graph.errors import InputError
from graph.faults import faults
from graph.figures import Figure, template
from graph.profile import PROFILES, Part
from graph.quantities import Dimension, Interval, Quantity, quantity

CHECKS = PROFILES / "claims"
_SIGN = re.compile(r" ([+-]) ")


class Rows(Part):
    """Rows of the official table: of these kinds, below a row of one of these kinds or codes, none when left out."""

    kinds: tuple[str, ...] = ()
    level: str = ""
    under: tuple[str, ...] = ()
    under_kinds: tuple[str, ...] = ()
    not_under: tuple[str, ...] = ()
    not_kinds: tuple[str, ...] = ()


class Reading(Part):
    """One way to read the official divisions: how many there are, from `low` to `high` where the table leaves it open.

    `low_rows` and `high_rows` say which rows these are (the tests count them again).
    """

    id: str
    text: str
    low: int
    high: int | None = None
    low_rows: Rows
    high_rows: Rows | None = None

    @property
    def interval(self) -> Interval:
        """The numbers that this reading allows."""
        return Interval(self.low, self.low if self.high is None else self.high)


class Check(Part):
    """How one figure is judged; the first of ledger, divisions and figures that can decide does.

    Args:
        figure: literal of figures.csv, or of a claim without a number when `universal` (its measure is a share of
            which it asserts 100%; `valueless`: a rate that is named without a value, so nothing is asserted).
        measure: a counting (`graph.analysis.measure`) over the graph.
        divisions: ids of readings; the verdict stands only if all of them agree.
        equals: sums and differences of other figures that must be the same; at_most, at_least: bounds that must hold.
        listed: what the text itself enumerates; complete: whether it enumerates all.
        missing: the denominator or fact that was not published. why: why nothing can be judged, or what to mind.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)
    figure: str
    universal: bool = False
    valueless: bool = False
    measure: str = ""
    divisions: tuple[str, ...] = ()
    equals: tuple[str, ...] = ()
    at_most: tuple[str, ...] = ()
    at_least: tuple[str, ...] = ()
    listed: tuple[str, ...] = ()
    complete: bool = True
    missing: str = ""
    why: str = ""

    @property
    def counting(self) -> Measure | None:
        """The parsed measure."""
        return parse_measure(self.measure) if self.measure else None


class Unmodelled(Part):
    """Figures for which the model has no rows, with the reason."""

    why: str
    figures: tuple[str, ...] = Field(min_length=1)


class Bound(Part):
    """What figures force where rows are missing; inputs are expressions over figures (`graph.analysis.bounds`).

    Args:
        figure: the figure it is about. about: what is bounded. kind: the rule. containers, items: its inputs.
        per_item: how many containers one item can serve; need: how many items a container needs;
        at_least: how many each container has.
        assumption: what must hold; without: what remains if it does not; kept: whether the lower end remains.
        because: where the inputs come from.
    """

    figure: str
    about: str
    kind: str = Field(pattern="^(lacking|exactly|fullest|difference|average)$")
    containers: str
    items: str
    per_item: int = Field(default=1, ge=1)
    need: int = Field(default=1, ge=1)
    at_least: int = Field(default=1, ge=0)
    assumption: str
    kept: bool = False
    without: str
    because: str


class Checks(Part):
    """All checks of a district."""

    district: str
    edition: str = ""
    divisions: tuple[Reading, ...] = ()
    claims: tuple[Check, ...] = ()
    unmodelled: tuple[Unmodelled, ...] = ()
    bounds: tuple[Bound, ...] = ()

    def reading(self, id_: str) -> Reading:
        """The reading of that id; `InputError` if it is not declared."""
        for found in self.divisions:
            if found.id == id_:
                return found
        raise InputError(
            f"核对声明中没有区划口径“{id_}”。", f"可用：{'、'.join(r.id for r in self.divisions) or '（无）'}。"
        )


@cache
def checks_of(district: str) -> Checks:
    """The declared checks of a district, none for one of which nothing was published.

    `InputError` names the key that is wrong in the file.
    """
    path = CHECKS / f"{district}.toml"
    return read_checks(path) if path.is_file() else Checks(district=district)


def read_checks(path: Path) -> Checks:
    """Checks from a TOML file, every measure and reading of them known."""
    try:
        found = Checks.model_validate(tomllib.loads(path.read_text("utf-8")))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError):
        raise InputError(f"核对声明 {path.name} 不是合法的 UTF-8 TOML。", "请改正后重试。") from None
    except ValidationError as e:
        items = faults(path.name, e, Checks)
        raise InputError(
            f"核对声明 {path.name} 有误：{items[0]['detail']}", items[0]["remedy"], code="checks-invalid", items=items
        ) from None
    for check in found.claims:
        if check.measure:
            parse_measure(check.measure)
        for id_ in check.divisions:
            found.reading(id_)
    return found


@dataclass(frozen=True, slots=True)
class Sum:
    """A sum or difference of figures: what it comes to and the one dimension of its terms (None if they differ)."""

    text: str
    interval: Interval
    dimension: Dimension | None


def summed(expression: str, values: Mapping[str, Quantity]) -> Sum | None:
    """An expression over figures: `9个街道 + 1个镇`; a term is a figure's literal, or a number as the text prints it.

    None when a term is no quantity.
    """
    pieces = _SIGN.split(expression)
    total: Interval | None = None
    dimensions: set[Dimension] = set()
    for i in range(0, len(pieces), 2):
        term = values.get(pieces[i]) or quantity(pieces[i], unit=_unit(pieces[i]))
        if term is None:
            return None
        dimensions.add(term.dimension)
        if total is None:
            total = term.interval
        else:
            total = total + term.interval if pieces[i - 1] == "+" else total - term.interval
    if total is None:
        return None
    return Sum(expression, total, dimensions.pop() if len(dimensions) == 1 else None)


def terms(expression: str) -> list[str]:
    """The terms of an expression over figures.

    >>> terms("9个街道 + 1个镇")
    ['9个街道', '1个镇']
    """
    return _SIGN.split(expression)[::2]


def _unit(literal: str) -> str:
    """The unit that a literal ends with."""
    return next((u for u in ("人次", "人", "名", "户", "元", "%") if literal.endswith(u)), "")


Restated = Callable[[Figure], "Figure | None"]


def restated(published: Sequence[Figure]) -> Restated:
    """A function that finds the published figure which a figure restates: same literal, statement or count.

    A statement is the same when only its number differs and no other figure of the district reads so.
    """
    keys: tuple[Callable[[Figure], object], ...] = (
        lambda f: f.literal,
        lambda f: (template(f.literal), f.unit),
        lambda f: template(f.literal),
        lambda f: (f.counts, f.unit),
    )
    found: list[dict[object, list[Figure]]] = [{} for _ in keys]
    for figure in published:
        for index, key in zip(found, keys, strict=True):
            index.setdefault(key(figure), []).append(figure)

    def find(figure: Figure) -> Figure | None:
        for number, (index, key) in enumerate(zip(found, keys, strict=True)):
            if (number == 2 and figure.unit) or (number == 3 and not figure.counts):
                continue
            alike = index.get(key(figure), ())
            if len(alike) == 1:
                return alike[0]
        return None

    return find


def check_for(figure: Figure, checks: Checks, same: Figure | None) -> Check:
    """The check of a figure: its own measure, else that of the published figure it restates, else an empty one."""
    if figure.measure:
        return Check(figure=figure.literal, measure=figure.measure)
    literal = same.literal if same else figure.literal
    return _by_literal(checks).get(literal) or Check(figure=figure.literal)


@cache
def _by_literal(checks: Checks) -> Mapping[str, Check]:
    reasons = {x: Check(figure=x, why=group.why) for group in checks.unmodelled for x in group.figures}
    return reasons | {c.figure: c for c in checks.claims if not c.universal}
