"""Profiles: the five are valid, a sixth written by a user works, a wrong one is refused with key and remedy."""

from __future__ import annotations

from pathlib import Path

import pytest

from graph.errors import InputError, NotFoundError
from graph.profile import load_profile, profile_paths, read_profile

PUBLISHED = ("changchun", "fuxing", "gulou", "lufeng", "sishui")
TINY = """
id = "tiny"
name = "小县"
full_name = "某省某市小县"
level = "区县"
root_area_kind = "区县"
reporting_kinds = ["街道"]
area_kinds = ["区县", "街道"]

[[lines]]
id = "街道社区线"
name = "街道社区线"
tiers = [
  { tier = "县委", kinds = ["党委"], area_kinds = ["区县"] },
  { tier = "街道党工委", kinds = ["党工委"], area_kinds = ["街道"] },
]

[[coverage]]
id = "street"
name = "街道党工委覆盖"
subject = { label = "Area", kinds = ["街道"] }
accepts = ["organization"]
responsible = "县委"
denominator = "全部街道"

[influence.weights]
SUBORDINATE_TO = { backward = 1.0, channel = "leadership" }
"""


def written(folder: Path, text: str) -> Path:
    """A profile file with that text."""
    path = folder / "tiny.toml"
    path.write_text(text, "utf-8")
    return path


@pytest.mark.parametrize("district", PUBLISHED)
def test_published_profiles_are_valid_and_walk_subordination_downwards(district: str) -> None:
    profile = load_profile(district)
    assert profile.id == district
    weight = profile.influence.weights["SUBORDINATE_TO"]
    assert (weight.forward, weight.backward) == (0.0, 1.0)
    assert len(profile.lines) >= 3
    assert all(rule.denominator for rule in profile.coverage)
    assert not {"PART_OF"} & set(profile.influence.weights)


@pytest.mark.parametrize("district", PUBLISHED)
def test_no_pairing_kind_is_required_without_a_cited_source(district: str) -> None:
    pairing = load_profile(district).pairing
    assert pairing is not None
    assert not [k.id for k in pairing.kinds if k.required and not k.source]


@pytest.mark.parametrize("district", PUBLISHED)
def test_party_groups_and_households_are_shown_apart(district: str) -> None:
    tiers = [t for line in load_profile(district).lines for t in line.tiers]
    apart = [t for t in tiers if set(t.kinds) & {"党小组", "党员中心户"}]
    assert not [t.tier for t in apart if t.statistical]


def test_a_sixth_profile_from_a_file_works_beside_the_published_ones(tmp_path: Path) -> None:
    written(tmp_path, TINY)
    assert set(profile_paths(tmp_path)) == {*PUBLISHED, "tiny"}
    profile = load_profile("tiny", tmp_path)
    assert profile.rule("street").subject.kinds == ("街道",)
    line = profile.line("街道社区线")
    assert line is not None
    assert (line.index("街道党工委"), line.index("没有")) == (1, -1)
    assert profile.line("没有") is None
    with pytest.raises(NotFoundError, match="覆盖规则") as refused:
        profile.rule("nothing")
    assert "street" in refused.value.remedy


@pytest.mark.parametrize(
    ("right", "wrong", "pointer", "place", "remedy"),
    [
        ('level = "区县"', 'level = "县"', "level", "level", "'区县'"),
        ('name = "小县"\n', "", "name", "name", "补上"),
        ('name = "小县"', "name = 3", "name", "name", "文字"),
        ('id = "tiny"', 'id = "小 县"', "id", "id", "A-Za-z0-9"),
        (
            'denominator = "全部街道"',
            'denominators = "全部街道"',
            "coverage.0.denominators",
            "coverage 第1项",
            "subject",
        ),
        ('accepts = ["organization"]', 'accepts = ["committee"]', "coverage.0.accepts.0", "accepts 第1项", "facility"),
        ('accepts = ["organization"]', "accepts = []", "coverage.0.accepts", "accepts", "至少要有1项"),
        ('accepts = ["organization"]', 'accepts = "organization"', "coverage.0.accepts", "accepts", "列表"),
        ('accepts = ["organization"]', 'accepts = ["post"]', "coverage.0", "post_kinds", "补上"),
        ("backward = 1.0", "backward = 1.5", "influence.weights.SUBORDINATE_TO.backward", "backward", "不大于1"),
        ("backward = 1.0", 'backward = "强"', "influence.weights.SUBORDINATE_TO.backward", "backward", "数字"),
        (
            'channel = "leadership"',
            'channel = "power"',
            "influence.weights.SUBORDINATE_TO.channel",
            "channel",
            "pairing",
        ),
        ("SUBORDINATE_TO =", "LEADS =", "", "influence.weights 中的“LEADS”不是关系类型（可用：PART_OF", "可用"),
        (
            'reporting_kinds = ["街道"]',
            'reporting_kinds = ["片"]',
            "",
            "“片”不在 area_kinds 中（可用：区县",
            "可用",
        ),
        ('responsible = "县委"', 'responsible = "市委"', "", "不是任何条线的层级（可用：县委、街道党工委）", "可用"),
    ],
)
def test_a_wrong_profile_is_refused_with_key_and_what_is_allowed(
    tmp_path: Path, right: str, wrong: str, pointer: str, place: str, remedy: str
) -> None:
    assert right in TINY
    with pytest.raises(InputError) as refused:
        read_profile(written(tmp_path, TINY.replace(right, wrong)))
    assert refused.value.code == "profile-invalid"
    assert refused.value.detail.startswith("治理方案文件 tiny.toml 有误")
    item = next(i for i in refused.value.items if i["pointer"] == pointer)
    assert place in item["detail"]
    assert remedy in item["remedy"]
    assert "Input should" not in item["detail"] + item["remedy"]


def test_two_rules_of_one_id_are_refused(tmp_path: Path) -> None:
    rule = TINY[TINY.index("[[coverage]]") : TINY.index("[influence")]
    with pytest.raises(InputError, match="coverage 中的标识重复：street"):
        read_profile(written(tmp_path, TINY + rule))


def test_a_file_that_is_no_profile_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="不是合法的 TOML"):
        read_profile(written(tmp_path, "id = "))
    latin = tmp_path / "latin.toml"
    latin.write_bytes('name = "复兴"'.encode("gbk"))
    with pytest.raises(InputError, match="不是 UTF-8"):
        read_profile(latin)
    with pytest.raises(NotFoundError, match="不存在"):
        read_profile(tmp_path / "none.toml")


def test_an_unknown_district_and_a_misnamed_file_are_refused(tmp_path: Path) -> None:
    with pytest.raises(NotFoundError) as refused:
        load_profile("nowhere", tmp_path)
    assert refused.value.code == "unknown-district"
    assert "fuxing" in refused.value.remedy
    (tmp_path / "other.toml").write_text(TINY, "utf-8")
    with pytest.raises(InputError, match="与文件名不一致"):
        load_profile("other", tmp_path)
