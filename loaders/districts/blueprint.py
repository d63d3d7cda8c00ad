"""The blueprint of a district: the steps from official divisions and published totals to a Dataset, as data."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

FOLDER = Path(__file__).parent
Scalar = str | int | float | bool
Match = Literal["near", "spread", "cycle", "inside", "preceding", "all"]


class Part(BaseModel):
    """Base of all parts of a blueprint: unknown keys are refused, values are frozen."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)


class LeftOut(Part):
    """A row of the divisions, with all below it, that is not taken, and why."""

    code: str
    name: str
    because: str


class Taken(Part):
    """What becomes of a level or kind of the divisions: the kind of area and the group it joins."""

    kind: str
    group: str


class Divisions(Part):
    """Areas from the official divisions.

    Args:
        file: name in `divisions/`.
        root: code of the district itself.
        take: kind (or level, where the kind is empty) in the file → area kind and group.
        leave_out: rows left out with all below them.
        names: (ending in the file, ending here) pairs: the first that fits turns the name of a committee
            (三丰园社区居民委员会) into that of its area (三丰园社区).
        single: code → kind and group, for single rows that differ from their like.
        named: code → a group of its own besides, for rows that later steps name.
        facts: code → published attributes of that area.
    """

    do: Literal["divisions"]
    file: str
    root: str
    take: dict[str, Taken]
    leave_out: tuple[LeftOut, ...] = ()
    names: tuple[tuple[str, str], ...] = ()
    single: dict[str, Taken] = {}
    named: dict[str, str] = {}
    facts: dict[str, dict[str, Scalar]] = {}


class Relate(Part):
    """Relations between two groups.

    Args:
        to: groups, or `over`: the row it was made for.
        match: how a chooser finds its partner: `near` the one that stands at the nearest area at or above its own;
            `spread` evenly in order; `cycle` one after another, over and over; `inside` evenly in order inside the
            same area of `within`; `preceding` the last one at or before its place there; `all` everyone.
        by: which side chooses.
        reverse: swap both ends at last (a link whose new row is the far end).
        under: groups: only choosers at or below the areas where these stand.
        count: only so many choosers, evenly picked; all if absent.
        shift: moves the picked choosers (with `count`) or the partners found, along the group.
        within: with `inside` and `preceding`, the groups of areas inside which partners are sought.
        fixed: attributes with one value; `totals` whole numbers shared out; `cycles` values over and over.
        repeated: with `all`, whole numbers shared out over the choosers, the same in each relation of one.
    """

    type: str
    from_: str | tuple[str, ...] = Field(default=(), alias="from")
    to: str | tuple[str, ...] = "over"
    match: Match = "near"
    by: Literal["from", "to"] = "from"
    under: str | tuple[str, ...] = ()
    count: int | None = None
    reverse: bool = False
    shift: int = 0
    within: str | tuple[str, ...] = ()
    fixed: dict[str, Scalar] = {}
    totals: dict[str, int] = {}
    cycles: dict[str, tuple[Scalar | None, ...]] = {}
    repeated: dict[str, int] = {}
    generated: bool = True
    source: str = ""


class RelateStep(Relate):
    """A step that adds relations."""

    do: Literal["relate"]


class Holders(Part):
    """Who holds the posts: `own` of them each somebody of his own, the others the holder of the nearest in `shared`."""

    own: int
    shared: str | tuple[str, ...] = ()


class Nodes(Part):
    """Rows of one label, made for the rows of other groups.

    Args:
        group: name under which later steps find them.
        over: groups of rows for which they are made (empty: made for nothing, `count` of them).
        count: how many in all, shared out over `over` by `weights`; one each if absent.
        under: groups: only those of `over` at or below the areas where these stand.
        besides: groups whose rows were made for some of `over`: those are passed over.
        only: only so many of `over`, evenly picked and moved by `shift`.
        weights: whole numbers, over and over along `over`; equal if absent.
        id, name, short: patterns with {parent} (local id), {name}, {short} (of the row it is made for), {n} (number
            there, from `start`), {i} (number in all).
        names: names in order instead of the pattern.
        fixed, totals, cycles: as in Relate.
        holders: for posts.
        links: relations from the new rows.
        generated: made up to fill a published total (every row that no published source names).
        source: what names them, where they are not made up.
    """

    do: Literal["nodes"]
    group: str
    label: str
    kind: str | None = None
    over: str | tuple[str, ...] = ()
    count: Annotated[int, Field(ge=1)] | None = None
    under: str | tuple[str, ...] = ()
    besides: str | tuple[str, ...] = ()
    only: int | None = None
    shift: int = 0
    weights: tuple[int, ...] = (1,)
    start: int = 1
    id: str
    name: str = ""
    short: str = ""
    names: tuple[str, ...] = ()
    fixed: dict[str, Scalar] = {}
    totals: dict[str, int] = {}
    cycles: dict[str, tuple[Scalar | None, ...]] = {}
    holders: Holders | None = None
    links: tuple[Relate, ...] = ()
    generated: bool = True
    source: str = ""


class Blueprint(Part):
    """All steps of a district, in order, and remarks on what the divisions and the article do not agree on."""

    district: str
    remarks: tuple[str, ...] = ()
    steps: tuple[Annotated[Divisions | Nodes | RelateStep, Field(discriminator="do")], ...]


def blueprint_paths() -> dict[str, Path]:
    """District → blueprint file, in the order of the file names."""
    return {p.stem: p for p in sorted((FOLDER / "blueprints").glob("*.toml"))}


def read_blueprint(path: Path) -> Blueprint:
    """A blueprint; pydantic's error names the step and key (a defect of the package, not of the user)."""
    raw: dict[str, Any] = tomllib.loads(path.read_text("utf-8"))
    return Blueprint.model_validate(raw)
