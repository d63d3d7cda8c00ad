"""Cells that make a node of their own: 书记 on an organization's row is a Post, 可提供资源 on a unit's a Resource."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

import polars as pl

from graph.dataset import Dataset
from graph.declaration import Attribute
from loaders.assembling import Part, reference
from loaders.faults import BLOCK
from loaders.headers import Target, forms
from loaders.identity import EID
from loaders.mapping import Mapped
from loaders.sheets import ROW
from loaders.values import parse

_VACANT = ("空缺", "暂缺", "待定", "缺")
# What the child stands in to its row: (relation, whether the child is the `from` end).
_RELATIONS = {"Post": (("OF", True),), "Resource": (("OFFERS", False),)}
_ADVISES = (("OF", True), ("ADVISES", True))


def child_parts(parts: Sequence[Part], stored: Dataset | None) -> list[Part]:
    """A part for each child column of parts that have their ids; its references are ids already."""
    out = []
    for part in parts:
        for target in part.mapped.targets:
            if target is not None and target.kind == "child" and reference(target) in part.frame.columns:
                made = _children(part, target, stored)
                if made.frame.height:
                    out.append(made)
    return out


def _children(part: Part, target: Target, stored: Dataset | None) -> Part:
    texts, _ = parse(part.frame[reference(target)], Attribute("", "", "texts"))
    rows = part.frame.select(pl.col(EID).alias("above"), BLOCK, ROW, texts.alias("text"))
    rows = rows.explode("text").filter(pl.col("text").is_not_null())
    relations = _ADVISES if target.key == "党建指导员" else _RELATIONS[target.name]
    post = target.name == "Post"
    rows = rows.with_columns(
        name=pl.lit(target.key) if post else pl.col("text"),
        kind=pl.lit(target.key) if post else pl.lit(None, pl.String),
    )
    rows = rows.with_columns(k=pl.int_range(pl.len()).over("above", "name"))
    framed = _with_ids(rows, target, relations[0], stored)
    columns = [pl.col(EID), pl.col("name"), pl.col(BLOCK), pl.col(ROW)]
    if post:
        vacant = pl.col("text").is_in(_VACANT)
        columns += [
            pl.col("kind"),
            pl.when(vacant).then(pl.lit("空缺")).otherwise(pl.lit("在岗")).alias("status"),
            pl.when(~vacant).then("text").alias("holder"),
        ]
    targets = tuple(Target("single" if child_first else "side", type_) for type_, child_first in relations)
    columns += [pl.col("above").alias(reference(t)) for t in targets]
    form = next(f for f in forms() if f.target == target.name)
    mapped = Mapped(part.mapped.index, part.mapped.block, form, targets, {})
    return Part(mapped, framed.select(columns))


def _with_ids(rows: pl.DataFrame, target: Target, relation: tuple[str, bool], stored: Dataset | None) -> pl.DataFrame:
    """The id of the stored child of the same row, kind and place, else one that is always the same."""
    type_, child_first = relation
    held = pl.DataFrame(schema={"id": pl.String, "above": pl.String, "match": pl.String, "held_name": pl.String})
    if stored is not None and type_ in stored.relations and target.name in stored.nodes:
        ends = ("from", "to") if child_first else ("to", "from")
        links = stored.relations[type_].filter(pl.col("until").is_null())
        nodes = stored.nodes[target.name].filter(pl.col("until").is_null())
        match = "kind" if target.name == "Post" else "name"
        held = links.select(pl.col(ends[0]).alias("id"), pl.col(ends[1]).alias("above")).join(
            nodes.select("id", pl.col(match).alias("match"), held_name="name"), on="id"
        )
    held = held.sort("id").with_columns(k=pl.int_range(pl.len()).over("above", "match"))
    joined = rows.join(held.rename({"match": "name"}), on=["above", "name", "k"], how="left", maintain_order="left")
    made = [_issued(above, target, name, k) for above, name, k in joined.select("above", "name", "k").iter_rows()]
    return joined.with_columns(
        pl.coalesce("id", pl.Series(made, dtype=pl.String)).alias(EID),
        # A stored post keeps its own, fuller name.
        name=pl.coalesce("held_name", "name"),
    )


def _issued(above: str, target: Target, name: str, k: int) -> str:
    district = above.split(".", 1)[0]
    said = "\x1f".join((target.name, above, name, str(k)))
    return f"{district}.{target.name[0].lower()}{hashlib.blake2b(said.encode(), digest_size=8).hexdigest()}"
