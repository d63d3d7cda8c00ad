"""Numbers in words: zero, one and missing ones."""

from __future__ import annotations

import pytest

from visual.reports.content import Section, Share, chinese_number, outline
from visual.reports.wording import cell_words, extremes, listed, share_words


@pytest.mark.parametrize(
    ("share", "words", "cell"),
    [
        (Share(894, 1013), "88.3%（894/1013）", "894/1013 88.3%"),
        (Share(9997, 10000), "99.97%（9997/10000）", "9997/10000 99.97%"),
        (Share(3, 10000), "0.03%（3/10000）", "3/10000 0.03%"),
        (Share(56, 56), "100%（56/56）", "56/56 100%"),
        (Share(0, 56), "0%（0/56）", "0/56 0%"),
        (Share(0, 0), "不可计算", "—"),
        (Share(5, None), "不可计算", "—"),
        (Share(None, 56), "未报", "未报"),
    ],
)
def test_a_share_is_never_bare(share: Share, words: str, cell: str) -> None:
    assert share_words(share) == words
    assert cell_words(share) == cell


def test_what_is_missing_in_a_cell_is_a_dash_and_zero_is_zero() -> None:
    assert [cell_words(c) for c in (None, "", 0, "a\nb\tc")] == ["—", "—", "0", "a b c"]


def test_small_denominators_and_missing_data_are_not_ranked() -> None:
    named = [("甲街道", Share(9, 10)), ("乙街道", Share(10, 20)), ("丙街道", Share(1, 9)), ("丁街道", Share(None, 30))]
    assert extremes(named, "街道") == (
        "最高的是甲街道（90.0%，9/10），最低的是乙街道（50.0%，10/20），应计对象不足10个的1个街道不排名，1个街道未报"
    )
    assert extremes(named[:1], "街道") == "可以排名的只有甲街道，为90.0%（9/10）"
    assert extremes(named[2:], "街道").startswith("没有可以排名的街道，")
    equal = [("甲街道", Share(5, 10)), ("乙街道", Share(10, 20))]
    assert extremes(equal, "街道") == "参加排名的2个街道均为50.0%（15/30）"
    tied = [("甲街道", Share(10, 10)), ("乙街道", Share(20, 20)), ("丙街道", Share(1, 20))]
    assert extremes(tied, "街道") == "最高的是甲街道、乙街道（均为100%，10/10、20/20），最低的是丙街道（5.0%，1/20）"


def test_many_names_are_counted() -> None:
    assert listed(["甲"]) == "甲"
    assert listed(["甲", "乙", "丙", "丁"]) == "甲、乙、丙等4个"


def test_headings_are_numbered_by_the_standard() -> None:
    deep = (Section("总", (), (Section("甲", (), (Section("子"),)), Section("乙"))), Section("分"))
    found = [(level, title) for level, title, _ in outline(deep)]
    assert found == [(1, "一、总"), (2, "（一）甲"), (3, "1.子"), (2, "（二）乙"), (1, "二、分")]
    assert [chinese_number(n) for n in (1, 10, 11, 20, 23)] == ["一", "十", "十一", "二十", "二十三"]
