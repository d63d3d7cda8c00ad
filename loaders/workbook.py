"""A Dataset as sheets: the template filled. Reading it back and taking the difference gives nothing.

One sheet per node label with its single relations as columns, one per other relation type, and 关系历史 for what a
column cannot hold. A reference is written as the full name where that is understood again, else 上级/名称, else the id.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import polars as pl

from graph.dataset import Dataset
from graph.declaration import Attribute
from graph.model import NODE_TYPES, RELATION_TYPES, SOURCE, node_attributes, relation_attributes
from loaders.headers import ENDS, HISTORY
from loaders.references import Index, index, resolve, stored_entities, stored_links
from loaders.values import clean_series

_SOURCE = {a.name for a in SOURCE}
# Labels that a reference may name → `id` and the text written for it.
Told = dict[tuple[str, ...], pl.DataFrame]


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a sheet: its header, the attribute that types it, and what a reference in it may name."""

    header: str
    attribute: Attribute
    labels: tuple[str, ...] = ()
    required: bool = False


def node_columns(label: str) -> list[Column]:
    """The columns of a node sheet: attributes, then single relations."""
    columns = [Column(a.zh, a, required=a.name == "name") for a in node_attributes(label) if a.name not in _SOURCE]
    singles = [
        Column(zh, Attribute(f"single>{r.type}>{value}", zh), _ends(r.type, label))
        for r in RELATION_TYPES.values()
        if r.single and label in {e[0] for e in r.ends}
        for value, zh in r.columns
    ]
    # Superiors stand beside the name; the rest of the attributes follow.
    head = [c for c in columns if c.attribute.name in ("id", "name", "short_name", "code", "order", "kind")]
    return [*head, *singles, *(c for c in columns if c not in head)]


def relation_columns(type_: str) -> list[Column]:
    """The columns of a relation sheet: both ends, then attributes."""
    ends = RELATION_TYPES[type_].ends
    starts, stops = ENDS[type_]
    return [
        Column(starts[0], Attribute("from", starts[0]), tuple(sorted({e[0] for e in ends})), required=True),
        Column(stops[0], Attribute("to", stops[0]), tuple(sorted({e[1] for e in ends})), required=True),
        *(Column(a.zh, a) for a in relation_attributes(type_) if a.name not in _SOURCE),
    ]


def history_columns() -> list[Column]:
    """The columns of 关系历史."""
    tail = [a for a in relation_attributes("SUBORDINATE_TO") if a.name not in _SOURCE]
    every = tuple(sorted(NODE_TYPES))
    return [
        Column("关系", Attribute("type", "关系"), required=True),
        Column("起点", Attribute("from", "起点"), every, required=True),
        Column("终点", Attribute("to", "终点"), every, required=True),
        Column("层系", Attribute("key", "层系")),
        *(Column(a.zh, a) for a in tail),
    ]


def _ends(type_: str, label: str) -> tuple[str, ...]:
    return tuple(sorted({e[1] for e in RELATION_TYPES[type_].ends if e[0] == label}))


def sheets(data: Dataset, *, strip_personal: bool = False) -> Iterator[tuple[str, list[Column], pl.DataFrame]]:
    """Every sheet with content: Chinese name, columns, and a frame of values in the order of the columns.

    References are text; lists are text with one value a line where a value itself holds a separator.
    """
    where = index(data.district, stored_entities(data), stored_links(data))
    told: Told = {}
    for label, node in NODE_TYPES.items():
        if label in data.nodes:
            yield node.zh, node_columns(label), _node_sheet(data, label, where, told, strip_personal)
    for type_, relation in RELATION_TYPES.items():
        if not relation.single and type_ in data.relations:
            columns = relation_columns(type_)
            yield relation.zh, columns, _values(data.relations[type_], columns, where, told)
    history = _history(data)
    if history.height:
        yield HISTORY, history_columns(), _values(history, history_columns(), where, told)


def _node_sheet(data: Dataset, label: str, where: Index, told: Told, strip_personal: bool) -> pl.DataFrame:
    frame = data.nodes[label]
    if strip_personal:
        personal = [a.name for a in node_attributes(label) if a.personal]
        frame = frame.with_columns(pl.lit(None, pl.String).alias(p) for p in personal)
    for type_, relation in RELATION_TYPES.items():
        if not relation.single or label not in {e[0] for e in relation.ends}:
            continue
        current = data.relation(type_).filter(pl.col("until").is_null())
        for value, _ in relation.columns:
            mine = current.filter(pl.col(relation.key) == value) if relation.key else current
            target = mine.unique("from", keep="first", maintain_order=True)
            target = target.select("from", pl.col("to").alias(f"single>{type_}>{value}"))
            frame = frame.join(target, left_on="id", right_on="from", how="left", maintain_order="left")
    return _values(frame, node_columns(label), where, told)


def _values(frame: pl.DataFrame, columns: Sequence[Column], where: Index, told: Told) -> pl.DataFrame:
    out: dict[str, pl.Series] = {}
    for column in columns:
        values = frame[column.attribute.name]
        if column.labels:
            values = written(values, where, column.labels, told)
        elif column.attribute.type == "texts":
            values = _lists(values)
        elif column.attribute.type == "bool":
            blank = None if column.attribute.name == "generated" else "否"
            values = pl.select(pl.when(values).then(pl.lit("是")).when(~values).then(pl.lit(blank))).to_series()
        out[column.header] = values.alias(column.header)
    return pl.DataFrame(list(out.values()))


def _lists(values: pl.Series) -> pl.Series:
    """Values joined by 、; on lines of their own where one of them holds a separator."""
    frame = values.to_frame("v").with_columns(plain=pl.col("v").list.join("、"))
    held = pl.col("v").list.eval(pl.element().str.contains("[、，；,;]")).list.any()
    lines = pl.col("v").list.join("\n") + "\n"
    return frame.select(pl.when(held).then(lines).otherwise("plain")).to_series()


def written(ids: pl.Series, where: Index, labels: tuple[str, ...], told: Told) -> pl.Series:
    """Ids as text that `resolve` understands as the same ids: full name, else 上级/名称, else the id.

    What was found out for the same labels before is kept in `told`.
    """
    known = told.setdefault(labels, pl.DataFrame(schema={"id": pl.String, "text": pl.String}))
    asked = ids.drop_nulls().unique().to_frame("id").join(known, on="id", how="anti")
    if asked.height:
        known = told[labels] = pl.concat([known, _texts(asked, where, labels)])
    return ids.to_frame("id").join(known, on="id", how="left", maintain_order="left")["text"]


def _texts(asked: pl.DataFrame, where: Index, labels: tuple[str, ...]) -> pl.DataFrame:
    """`id` and `text` of the ids asked for."""
    named = asked.join(where.entities.select("id", "name"), on="id", how="left")
    above = where.above.join(asked, on="id", how="semi").unique("id", keep="first", maintain_order=True)
    paths = named.join(above.select("id", above="name"), on="id", how="left", maintain_order="left")
    choices = paths.with_columns(path=pl.col("above") + "/" + pl.col("name"))
    done = pl.DataFrame(schema={"id": pl.String, "text": pl.String})
    for choice in ("name", "path"):
        rest = choices.join(done, on="id", how="anti").filter(pl.col(choice).is_not_null())
        clean = rest.filter(rest[choice] == clean_series(rest[choice]))
        texts = clean.select(text=choice, context=pl.lit(None, pl.String)).unique()
        met = resolve(where, texts, labels).rows.filter(pl.col("how").is_in(["name", "path"])).drop_nulls("id")
        same = clean.join(met.select("text", met_id="id"), left_on=choice, right_on="text", coalesce=False)
        same = same.filter(pl.col("met_id") == pl.col("id"))
        done = pl.concat([done, same.select("id", text=choice)])
    return asked.join(done, on="id", how="left").select("id", text=pl.coalesce("text", "id"))


def _history(data: Dataset) -> pl.DataFrame:
    """Single relations of which a column says too little: ended, dated, made up, or a second one."""
    out = []
    for type_, relation in RELATION_TYPES.items():
        if not relation.single or type_ not in data.relations:
            continue
        frame = data.relations[type_]
        source = ["from", *([relation.key] if relation.key else [])]
        nth = pl.int_range(pl.len()).over([*source, pl.col("until").is_null()])
        columned = pl.col(relation.key).is_in([v for v, _ in relation.columns]) if relation.key else pl.lit(True)
        told = pl.col("until").is_not_null() | pl.col("since").is_not_null() | pl.col("generated")
        told = told | (nth > 0) | ~columned.fill_null(False)
        key = pl.col(relation.key) if relation.key else pl.lit(None, pl.String)
        out.append(
            frame.filter(told).select(
                pl.lit(relation.zh).alias("type"), "from", "to", key.alias("key"), "since", "until", "generated"
            )
        )
    return pl.concat(out) if out else pl.DataFrame()
