"""From what a person types to a node."""

import pytest

from api.names import found_row, resolve, search
from graph.errors import AmbiguousError, NotFoundError
from graph.view import View


@pytest.mark.parametrize(
    ("typed", "id_"),
    [
        ("fuxing.130404001000", "fuxing.130404001000"),
        ("胜利桥街道", "fuxing.130404001000"),
        (" 胜利桥街道 ", "fuxing.130404001000"),
        ("复兴区委", "fuxing.o-qw"),
        ("中共邯郸市复兴区委员会", "fuxing.o-qw"),
        ("钢铁厂社区/第3网格", "fuxing.g-130404007008-03"),
        ("石化街道/钢铁厂社区/第3网格", "fuxing.g-130404007008-03"),
        ("石化街道／第3网格／", None),
    ],
)
def test_ids_names_and_paths_of_names_are_found(fuxing_view: View, typed: str, id_: str | None) -> None:
    if id_ is None:
        with pytest.raises(NotFoundError):
            resolve(fuxing_view, typed)
    else:
        assert resolve(fuxing_view, typed) == id_


def test_an_ambiguous_name_lists_candidates_with_what_lies_above(fuxing_view: View) -> None:
    with pytest.raises(AmbiguousError) as refused:
        resolve(fuxing_view, "第3网格")
    details = [i["detail"] for i in refused.value.items]
    assert len(details) == 10
    assert details[0] == "三丰园社区/三丰园社区第3网格（fuxing.g-130404001008-03）"


def test_an_unknown_name_offers_similar_ones(fuxing_view: View) -> None:
    with pytest.raises(NotFoundError) as refused:
        resolve(fuxing_view, "铁西")
    assert refused.value.code == "unknown-id"
    assert "铁西南社区" in refused.value.remedy


def test_search_puts_the_whole_name_first_and_wants_every_word(fuxing_view: View) -> None:
    names = [fuxing_view.name(n) for n in search(fuxing_view, "钢铁厂社区")]
    assert names[0] == "钢铁厂社区"
    assert all("钢铁厂" in n for n in names)
    both = [fuxing_view.name(n) for n in search(fuxing_view, "钢铁厂 大党委")]
    assert both == ["钢铁厂社区大党委"]
    assert search(fuxing_view, "  ") == []
    assert search(fuxing_view, ".*") == []


def test_search_equals_brute_force(fuxing_view: View) -> None:
    snapshot = fuxing_view.snapshot
    columns = [list(snapshot.texts(c)) for c in ("id", "name", "short_name")]
    for word in ("社区", "1", "g-1304", "（示例）", "党"):
        wanted = {n for n in range(snapshot.n) if any(word in column[n] for column in columns)}
        assert set(search(fuxing_view, word)) == wanted


def test_a_found_row_names_what_lies_above(fuxing_view: View) -> None:
    row = found_row(fuxing_view, fuxing_view.index("fuxing.130404007008"))
    assert (row["node"]["name"], row["above"]["name"]) == ("钢铁厂社区", "石化街道")
