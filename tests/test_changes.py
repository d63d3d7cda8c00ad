"""What a file changes in a stored district: added, changed, moved, ended, unchanged; and what it leaves alone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import polars as pl
import pytest

from graph.changes import Changes, apply, difference
from graph.dataset import Dataset, dataset, digest
from graph.errors import InputError

Rows = Sequence[Mapping[str, Any]]
EMPTY = Dataset("d", {}, {})
ON = "2024-05-01"


def small(**areas: str) -> Dataset:
    """Two communities of a street, each with an organization under the street's; `areas` gives names by local id."""
    names = {"s": "青龙街道", "a": "东湖社区", "b": "西湖社区"} | areas
    kinds = {"s": "街道", "a": "社区", "b": "社区"}
    return dataset(
        "d",
        {
            "Area": [{"id": f"d.{i}", "name": n, "kind": kinds[i], "order": 1} for i, n in names.items()],
            "Organization": [
                {"id": f"d.o{i}", "name": f"{names[i]}党委", "kind": "党委", "tier": kinds[i]} for i in names
            ],
        },
        {
            "PART_OF": [{"from": f"d.{i}", "to": "d.s", "hierarchy": "行政"} for i in "ab"],
            "SUBORDINATE_TO": [{"from": f"d.o{i}", "to": "d.os"} for i in "ab"],
            "COVERS": [{"from": f"d.o{i}", "to": f"d.{i}", "mode": "单独"} for i in "sab"],
        },
    )


def patch(nodes: Mapping[str, Rows] | None = None, relations: Mapping[str, Rows] | None = None) -> Dataset:
    """A file whose tables have only the columns its rows name."""

    def frame(rows: Rows) -> pl.DataFrame:
        return pl.DataFrame(rows, infer_schema_length=None)

    return Dataset(
        "d",
        {k: frame(r) for k, r in (nodes or {}).items()},
        {k: frame(r) for k, r in (relations or {}).items()},
    )


def counts(changes: Changes) -> tuple[int, int, int, int]:
    """Added, changed, moved, ended."""
    c = changes.counts()
    return c["added"], c["changed"], c["moved"], c["ended"]


def current(data: Dataset, type_: str) -> list[tuple[str, str]]:
    """The ends of a type's current relations."""
    return sorted(data.relation(type_).filter(pl.col("until").is_null()).select("from", "to").iter_rows())


def test_everything_is_new_in_an_empty_store() -> None:
    changes = difference(EMPTY, small(), on=ON)
    assert counts(changes) == (13, 0, 0, 0)
    assert digest(apply(EMPTY, changes)) == digest(small())


def test_the_same_file_again_changes_nothing() -> None:
    changes = difference(small(), small(), on=ON)
    assert changes.elements == 0
    assert changes.counts()["unchanged"] == 13


def test_the_source_alone_is_no_change_but_is_kept_with_one() -> None:
    file = patch({"Area": [{"id": "d.a", "source_file": "b.xlsx", "source_row": 7}]})
    assert difference(small(), file, on=ON).elements == 0
    file = patch({"Area": [{"id": "d.a", "name": "东湖新社区", "source_file": "b.xlsx", "source_row": 7}]})
    after = difference(small(), file, on=ON).nodes["Area"].after
    assert after.select("name", "source_file", "source_row").rows() == [("东湖新社区", "b.xlsx", 7)]


def test_rows_and_columns_that_a_file_lacks_stay() -> None:
    changes = difference(small(), patch({"Area": [{"id": "d.a", "residents": 900}]}), on=ON)
    assert counts(changes) == (0, 1, 0, 0)
    after = apply(small(), changes).node("Area").filter(id="d.a")
    assert after.select("name", "order", "residents").rows() == [("东湖社区", 1, 900)]
    assert changes.by_kind() == [{"label": "Area", "kind": "社区", "added": 0, "changed": 1, "moved": 0, "ended": 0}]


def test_an_empty_cell_of_a_column_the_file_has_clears_the_value() -> None:
    changes = difference(small(), patch({"Area": [{"id": "d.a", "order": None}]}), on=ON)
    assert changes.nodes["Area"].before["order"].to_list() == [1]
    assert changes.nodes["Area"].after["order"].to_list() == [None]


def test_no_list_and_an_empty_list_are_the_same() -> None:
    file = patch({"Area": [{"id": "d.a", "former_names": []}]})
    assert difference(small(), file, on=ON).elements == 0
    file = patch({"Area": [{"id": "d.a", "former_names": ["东门"]}]})
    assert counts(difference(small(), file, on=ON)) == (0, 1, 0, 0)


def test_an_end_date_ends() -> None:
    changes = difference(small(), patch({"Area": [{"id": "d.a", "until": "2024-04-30"}]}), on=ON)
    assert counts(changes) == (0, 0, 0, 1)


def test_a_new_superior_moves_and_the_old_one_ends_the_day_before() -> None:
    file = patch(relations={"SUBORDINATE_TO": [{"from": "d.oa", "to": "d.ob"}]})
    changes = difference(small(), file, on="2024-03-01")
    assert counts(changes) == (0, 0, 1, 0)
    table = changes.relations["SUBORDINATE_TO"]
    assert table.after.select("to", "until").rows() == [("d.os", "2024-02-29")]
    assert table.moved.select("to", "since", "until").rows() == [("d.ob", "2024-03-01", None)]
    after = apply(small(), changes)
    assert current(after, "SUBORDINATE_TO") == [("d.oa", "d.ob"), ("d.ob", "d.os")]
    assert difference(after, file, on="2024-03-05").elements == 0


def test_a_move_with_its_own_date_begins_there() -> None:
    file = patch(relations={"SUBORDINATE_TO": [{"from": "d.oa", "to": "d.ob", "since": "2024-01-01"}]})
    table = difference(small(), file, on=ON).relations["SUBORDINATE_TO"]
    assert table.after["until"].to_list() == ["2023-12-31"]
    assert table.moved["since"].to_list() == ["2024-01-01"]


def test_a_move_in_one_hierarchy_leaves_the_other_alone() -> None:
    file = patch(relations={"PART_OF": [{"from": "d.a", "to": "d.b", "hierarchy": "网格"}]})
    assert counts(difference(small(), file, on=ON)) == (1, 0, 0, 0)


def test_back_and_forth_makes_three_periods_even_on_one_day() -> None:
    there = patch(relations={"SUBORDINATE_TO": [{"from": "d.oa", "to": "d.ob"}]})
    back = patch(relations={"SUBORDINATE_TO": [{"from": "d.oa", "to": "d.os"}]})
    moved = apply(small(), difference(small(), there, on="2024-03-01"))
    returned = apply(moved, difference(moved, back, on="2024-04-01"))
    assert current(returned, "SUBORDINATE_TO") == current(small(), "SUBORDINATE_TO")
    history = returned.relation("SUBORDINATE_TO").filter(pl.col("from") == "d.oa").sort("since", nulls_last=False)
    assert history.select("to", "since", "until").rows() == [
        ("d.os", None, "2024-02-29"),
        ("d.ob", "2024-03-01", "2024-03-31"),
        ("d.os", "2024-04-01", None),
    ]
    again = apply(returned, difference(returned, there, on="2024-04-01"))
    home = apply(again, difference(again, back, on="2024-04-01"))
    assert current(home, "SUBORDINATE_TO") == current(small(), "SUBORDINATE_TO")
    assert home.relation("SUBORDINATE_TO")["id"].is_unique().all()


def test_a_relation_that_may_have_many_targets_is_added_not_moved() -> None:
    file = patch(relations={"COVERS": [{"from": "d.oa", "to": "d.b", "mode": "联合"}]})
    changes = difference(small(), file, on=ON)
    assert counts(changes) == (1, 0, 0, 0)
    assert changes.relations["COVERS"].added["since"].to_list() == [None]


def test_a_row_without_a_date_means_the_current_relation() -> None:
    stored = dataset(
        "d",
        {"Organization": [{"id": "d.o", "name": "甲"}], "Unit": [{"id": "d.u", "name": "乙"}]},
        {"PAIRED_WITH": [{"from": "d.o", "to": "d.u", "since": "2022-01-01"}]},
    )
    file = patch(relations={"PAIRED_WITH": [{"from": "d.o", "to": "d.u", "activities": 3}]})
    changes = difference(stored, file, on=ON)
    assert counts(changes) == (0, 1, 0, 0)
    after = changes.relations["PAIRED_WITH"].after
    assert after.select("id", "since", "activities").rows() == [("d.o>PAIRED_WITH>d.u>>2022-01-01", "2022-01-01", 3)]


def test_a_date_learned_later_belongs_to_the_same_relation() -> None:
    file = patch(relations={"SUBORDINATE_TO": [{"from": "d.oa", "to": "d.os", "since": "2020-01-01"}]})
    changes = difference(small(), file, on=ON)
    assert counts(changes) == (0, 1, 0, 0)
    after = apply(small(), changes)
    assert difference(after, file, on=ON).elements == 0
    assert current(after, "SUBORDINATE_TO") == current(small(), "SUBORDINATE_TO")


def test_a_file_without_the_key_column_means_whatever_mode_is_stored() -> None:
    file = patch(relations={"COVERS": [{"from": "d.oa", "to": "d.a"}]})
    assert difference(small(), file, on=ON).elements == 0


def test_an_old_period_given_with_its_dates_is_kept_beside_the_current_one() -> None:
    file = patch(
        relations={"SUBORDINATE_TO": [{"from": "d.oa", "to": "d.ob", "since": "2010-01-01", "until": "2011-12-31"}]}
    )
    changes = difference(small(), file, on=ON)
    assert counts(changes) == (1, 0, 0, 0)
    assert current(apply(small(), changes), "SUBORDINATE_TO") == current(small(), "SUBORDINATE_TO")


def test_only_a_complete_table_ends_what_it_lacks() -> None:
    file = patch({"Area": [{"id": "d.s"}, {"id": "d.a"}]})
    assert difference(small(), file, on=ON).elements == 0
    changes = difference(small(), file, on=ON, complete={"Area": None})
    assert counts(changes) == (0, 0, 0, 1)
    assert changes.nodes["Area"].after.select("id", "until").rows() == [("d.b", "2024-04-30")]
    limited = difference(small(), file, on=ON, complete={"Area": {"d.s", "d.a"}})
    assert limited.elements == 0


def test_a_complete_table_brings_back_what_had_ended() -> None:
    file = patch({"Area": [{"id": "d.s"}, {"id": "d.a"}]})
    ended = apply(small(), difference(small(), file, on=ON, complete={"Area": None}))
    whole = patch({"Area": [{"id": f"d.{i}"} for i in "sab"]})
    changes = difference(ended, whole, on="2024-06-01", complete={"Area": None})
    assert counts(changes) == (0, 1, 0, 0)
    assert digest(apply(ended, changes)) == digest(small())


def test_a_complete_relation_ends_by_its_source() -> None:
    file = patch(relations={"COVERS": [{"from": "d.os", "to": "d.s", "mode": "单独"}]})
    changes = difference(small(), file, on=ON, complete={"COVERS": {"d.os", "d.oa"}})
    assert changes.relations["COVERS"].after["from"].to_list() == ["d.oa"]
    gone = difference(small(), EMPTY, on=ON, complete={"COVERS": None})
    assert counts(gone) == (0, 0, 0, 3)


def test_an_id_twice_or_of_another_label_is_refused() -> None:
    with pytest.raises(InputError, match="重复的标识"):
        difference(EMPTY, patch({"Area": [{"id": "d.x"}, {"id": "d.x"}]}), on=ON)
    with pytest.raises(InputError, match="另一类对象"):
        difference(small(), patch({"Unit": [{"id": "d.a"}]}), on=ON)


def test_a_column_that_the_model_lacks_is_refused() -> None:
    with pytest.raises(InputError, match="colour"):
        difference(small(), patch({"Area": [{"id": "d.a", "colour": "red"}]}), on=ON)
