"""A governance profile: how one district is governed, as data (TOML), so that no code says `if district`.

Profiles hold the Chinese terms of the place (`local`) with their common meaning (`common`). The five published
profiles lie in `graph/profiles/`; a user's own lie in PROFILE_DIR and are checked by the same rules.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from graph.errors import InputError, NotFoundError
from graph.faults import faults, not_toml
from graph.model import RELATION_TYPES

Weight = Annotated[float, Field(ge=0.0, le=1.0)]
Days = Annotated[int, Field(ge=1)]
CoverMode = Literal["单独", "联合", "区域", "行业"]
Accept = Literal["organization", "work", "post", "facility", "project", "assignment"]
Hierarchy = Literal["行政", "网格", "小区"]


class Part(BaseModel):
    """Base of all parts of a profile: unknown keys are refused, values are frozen."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Word(Part):
    """A local word and its common meaning: `三长` is 网格长、楼栋长、单元长 here."""

    local: str
    common: str
    note: str = ""


class Tier(Part):
    """A tier of a line, from the top down.

    `area_kinds`/`grades` name the areas at which it stands (none: it stands at no area). A tier that is `optional`
    may be passed over without 越级 and is not asked of every area. `statistical` is false for 党小组 and 党员中心户.
    """

    tier: str
    common: str = ""
    kinds: tuple[str, ...]
    area_kinds: tuple[str, ...] = ()
    grades: tuple[str, ...] = ()
    optional: bool = False
    statistical: bool = True


class Line(Part):
    """A line (条线) of the Party organization, each from the district committee down."""

    id: str
    name: str
    tiers: tuple[Tier, ...] = Field(min_length=2)
    source: str = ""

    def index(self, tier: str) -> int:
        """Position of a tier in the line, 0 at the top, -1 if it is not in the line."""
        return next((i for i, t in enumerate(self.tiers) if t.tier == tier), -1)


class Subject(Part):
    """Which areas or units a rule speaks of: those that fit every list that is given (an empty list asks nothing)."""

    label: Literal["Area", "Unit"]
    kinds: tuple[str, ...] = ()
    grades: tuple[str, ...] = ()
    sectors: tuple[str, ...] = ()
    levels: tuple[str, ...] = ()
    scales: tuple[str, ...] = ()
    operating: bool = False
    min_employees: int = 0
    min_full_members: int = 0


class CoverageRule(Part):
    """What must be covered by what; `covered` counts each subject once by the first of `accepts` that holds.

    `organization`: covered by an organization of `organization_kinds` in one of `modes`. `work`: an adviser, 工会 or
    共青团. `post`: a post of `post_kinds` in office. `facility`: a facility of `facility_kinds` that serves it.
    `project`: a project it is responsible for. `assignment`: somebody assigned in one of `assignment_modes`.
    """

    id: str = Field(pattern=r"^[a-z0-9-]+$")
    name: str
    subject: Subject
    hierarchy: Hierarchy = "行政"
    accepts: tuple[Accept, ...] = Field(min_length=1)
    organization_kinds: tuple[str, ...] = ()
    modes: tuple[CoverMode, ...] = ("单独", "联合")
    post_kinds: tuple[str, ...] = ()
    facility_kinds: tuple[str, ...] = ()
    assignment_modes: tuple[str, ...] = ()
    responsible: str = ""
    denominator: str
    source: str = ""

    @model_validator(mode="after")
    def _kinds_given(self) -> CoverageRule:
        for accept, kinds in (("post", self.post_kinds), ("facility", self.facility_kinds)):
            if accept in self.accepts and not kinds:
                raise ValueError(f"接受方式含 {accept} 时必须给出 {accept}_kinds")
        return self


class PairingKind(Part):
    """A class of partner; `required` only where the profile cites a requirement (`source`)."""

    id: str = Field(pattern=r"^[a-z0-9-]+$")
    name: str
    unit_kinds: tuple[str, ...]
    levels: tuple[str, ...] = ()
    sectors: tuple[str, ...] = ()
    required: bool = False
    source: str = ""


class Pairing(Part):
    """结对共建: which organizations are paired (by area kind), with which kinds, and when a tie is dormant."""

    local: str = "结对共建"
    area_kinds: tuple[str, ...] = ("社区",)
    tiers: tuple[str, ...]
    kinds: tuple[PairingKind, ...]
    dormant_days: Days = 365
    default_capacity: Annotated[int, Field(ge=1)] = 1
    lists: tuple[str, ...] = ()
    source: str = ""


class Member(Part):
    """One element of an alliance's composition: organizations of a tier, units of a kind, or part-time members."""

    name: str
    tiers: tuple[str, ...] = ()
    unit_kinds: tuple[str, ...] = ()
    sectors: tuple[str, ...] = ()
    minimum: Annotated[int, Field(ge=0)] = 1


class AllianceRule(Part):
    """An alliance that each area of a kind has, who leads it, how often it meets and who must be in it."""

    kind: str
    tier: str
    local: str
    common: str = ""
    area_kinds: tuple[str, ...]
    leader_tiers: tuple[str, ...] = ()
    required: bool = True
    period_days: Days | None = None
    composition: tuple[Member, ...] = ()
    source: str = ""


class PostRule(Part):
    """A post that each area (of kinds and grades) or organization (of tiers) has."""

    kind: str
    local: str = ""
    common: str = ""
    area_kinds: tuple[str, ...] = ()
    grades: tuple[str, ...] = ()
    tiers: tuple[str, ...] = ()
    required: bool = True
    source: str = ""


class FacilityRule(Part):
    """A kind of facility and the areas that have one each."""

    kind: str
    local: str = ""
    area_kinds: tuple[str, ...] = ()
    required: bool = False
    source: str = ""


class RelationWeight(Part):
    """Influence along a relation (forward: from → to) and against it; 0 is not walked. 本地设定."""

    forward: Weight = 0.0
    backward: Weight = 0.0
    channel: Literal["leadership", "pairing", "alliance"]


class Influence(Part):
    """Weights of influence; a dormant tie's weight is multiplied by `dormant_factor`."""

    weights: dict[str, RelationWeight]
    dormant_factor: Weight = 0.5


class Terms(Part):
    """Term lengths in years by tier (任期意见 2018: committee 5, branch 3, villages and communities 5)."""

    years: dict[str, Annotated[int, Field(ge=1, le=10)]] = {}
    no_term_tiers: tuple[str, ...] = ()


class Recommendation(Part):
    """Weights of the pairing recommendation (each 0–1), 本地设定."""

    need_match: Weight = 0.4
    missing_kind: Weight = 0.3
    distance: Weight = 0.2
    fairness: Weight = 0.1


class Profile(Part):
    """One district's way of governing."""

    id: str = Field(pattern=r"^[A-Za-z0-9_-]{1,24}$")
    name: str
    full_name: str
    level: Literal["市", "区县"]
    code: str = Field(default="", pattern=r"^[0-9]{0,12}$")
    source: str = ""
    root_area_kind: str
    reporting_kinds: tuple[str, ...]
    area_kinds: tuple[str, ...]
    responsible_level: str = ""
    words: tuple[Word, ...] = ()
    lines: tuple[Line, ...] = Field(min_length=1)
    coverage: tuple[CoverageRule, ...] = ()
    pairing: Pairing | None = None
    alliances: tuple[AllianceRule, ...] = ()
    posts: tuple[PostRule, ...] = ()
    facilities: tuple[FacilityRule, ...] = ()
    influence: Influence
    terms: Terms = Terms()
    recommendation: Recommendation = Recommendation()
    local_rules: dict[str, dict[str, float]] = {}

    def line(self, id_: str) -> Line | None:
        """The line of that id, or None."""
        return next((line for line in self.lines if line.id == id_), None)

    def rule(self, id_: str) -> CoverageRule:
        """The coverage rule of that id; `NotFoundError` names those there are."""
        for rule in self.coverage:
            if rule.id == id_:
                return rule
        allowed = "、".join(r.id for r in self.coverage)
        raise NotFoundError(
            f"治理方案“{self.name}”没有这条覆盖规则。", f"可用的规则：{allowed or '（未声明任何规则）'}。"
        )

    @model_validator(mode="after")
    def _terms_known(self) -> Profile:
        problems = list(_unknown_terms(self))
        if problems:
            raise ValueError("；".join(problems))
        return self


def _unknown_terms(profile: Profile) -> Iterator[str]:
    """Cross references inside a profile that lead nowhere, each with what is allowed."""
    kinds, paired = "不在 area_kinds 中", profile.pairing
    of_areas = [r for r in profile.coverage if r.subject.label == "Area"]
    tier, tiers = "不是任何条线的层级", sorted({t.tier for line in profile.lines for t in line.tiers})
    asked: list[tuple[str, Iterable[str], str]] = [
        ("root_area_kind", (profile.root_area_kind,), kinds),
        ("reporting_kinds", profile.reporting_kinds, kinds),
        *((f"lines.{li.id}.{t.tier}.area_kinds", t.area_kinds, kinds) for li in profile.lines for t in li.tiers),
        *((f"coverage.{r.id}.subject.kinds", r.subject.kinds, kinds) for r in of_areas),
        *((f"alliances.{a.kind}.area_kinds", a.area_kinds, kinds) for a in profile.alliances),
        *((f"posts.{p.kind}.area_kinds", p.area_kinds, kinds) for p in profile.posts),
        *((f"facilities.{f.kind}.area_kinds", f.area_kinds, kinds) for f in profile.facilities),
        ("pairing.area_kinds", paired.area_kinds if paired else (), kinds),
        ("pairing.tiers", paired.tiers if paired else (), tier),
        *((f"alliances.{a.kind}.leader_tiers", a.leader_tiers, tier) for a in profile.alliances),
        *((f"posts.{p.kind}.tiers", p.tiers, tier) for p in profile.posts),
        *((f"coverage.{r.id}.responsible", filter(None, (r.responsible,)), tier) for r in profile.coverage),
        ("responsible_level", filter(None, (profile.responsible_level,)), tier),
        ("terms.years", profile.terms.years, tier),
        ("terms.no_term_tiers", profile.terms.no_term_tiers, tier),
        ("influence.weights", profile.influence.weights, "不是关系类型"),
    ]
    allowed = {kinds: profile.area_kinds, tier: tiers, "不是关系类型": tuple(RELATION_TYPES)}
    for where, used, said in asked:
        for word in used:
            if word not in allowed[said]:
                yield f"{where} 中的“{word}”{said}（可用：{'、'.join(allowed[said])}）"
    for group, ids in (("lines", [li.id for li in profile.lines]), ("coverage", [r.id for r in profile.coverage])):
        twice = {i for i in ids if ids.count(i) > 1}
        if twice:
            yield f"{group} 中的标识重复：{'、'.join(sorted(twice))}"


def read_profile(path: Path) -> Profile:
    """A profile from a TOML file; `InputError` names file, line or key, and what is allowed."""
    try:
        raw = tomllib.loads(path.read_text("utf-8"))
    except FileNotFoundError:
        raise NotFoundError(f"治理方案文件 {path.name} 不存在。", "请检查文件路径。") from None
    except UnicodeDecodeError:
        raise InputError(f"治理方案文件 {path.name} 不是 UTF-8 编码。", "请另存为 UTF-8 后重试。") from None
    except tomllib.TOMLDecodeError as e:
        raise InputError(*not_toml(e, f"治理方案文件 {path.name}")) from None
    return parse_profile(raw, path.name)


def parse_profile(raw: Mapping[str, Any], file: str) -> Profile:
    """A profile from parsed TOML; every fault is one item with its key, what is wrong and what is allowed."""
    try:
        return Profile.model_validate(raw)
    except ValidationError as e:
        items = faults(file, e, Profile)
        first = items[0]
        more = f"（共{len(items)}处）" if len(items) > 1 else ""
        raise InputError(
            f"治理方案文件 {file} 有误{more}：{first['detail']}", first["remedy"], code="profile-invalid", items=items
        ) from None


PROFILES = Path(__file__).with_name("profiles")


def profile_paths(own: Path | None = None) -> dict[str, Path]:
    """District id → profile file: the published ones and those of the user's folder (the user's wins)."""
    found = {p.stem: p for p in sorted(PROFILES.glob("*.toml"))}
    if own is not None and own.is_dir():
        found |= {p.stem: p for p in sorted(own.glob("*.toml"))}
    return found


def load_profile(district: str, own: Path | None = None) -> Profile:
    """The profile of a district; `NotFoundError` lists the known ones."""
    paths = profile_paths(own)
    if district not in paths:
        raise NotFoundError(
            "没有这个区划的治理方案。",
            f"可用的区划：{'、'.join(paths)}；自己的方案请放入 PROFILE_DIR，文件名为 <区划>.toml。",
            code="unknown-district",
        )
    profile = read_profile(paths[district])
    if profile.id != district:
        raise InputError(
            f"治理方案文件 {paths[district].name} 的 id 与文件名不一致。", "请把 id 改成文件名（不含 .toml）。"
        )
    return profile
