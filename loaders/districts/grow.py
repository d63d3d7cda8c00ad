"""The step `nodes`: rows made for other rows, shared out over them to a published total."""

from __future__ import annotations

from string import Formatter

import numpy as np
import polars as pl

from graph.errors import InputError
from loaders.districts.blueprint import Holders, Nodes
from loaders.districts.draft import Draft, Ints, ascend, cycled, shares
from loaders.districts.relate import attributes, picked, relate


def add_nodes(draft: Draft, step: Nodes) -> Draft:
    """The rows of a step, their group and their links."""
    handles = _handles(draft, step)
    rows = handles.select("id", "name", generated="generated").with_columns(
        pl.Series("short_name", handles["short"]) if step.short else pl.lit(None, pl.String).alias("short_name"),
        pl.lit(step.kind, pl.String).alias("kind"),
        pl.int_range(1, pl.len() + 1).alias("order"),
        pl.lit(step.source or f"blueprints/{draft.district}.toml").alias("source_file"),
        pl.lit(step.group).alias("source_sheet"),
    )
    rows = rows.with_columns(attributes(handles.height, step.fixed, step.totals, step.cycles))
    if step.holders is not None:
        rows = rows.with_columns(_holder_keys(draft, step.holders, handles))
    draft = draft.with_nodes(step.label, rows).with_group(step.group, handles)
    if step.label == "Area":
        draft = draft.with_areas(handles["id"], handles["owner_place"])
    for link in step.links:
        named = link if link.generated or link.source else link.model_copy(update={"source": step.source})
        draft = relate(draft, named, handles, step.group)
    return draft


def _handles(draft: Draft, step: Nodes) -> pl.DataFrame:
    over = _chosen(draft, step) if step.over else None
    owner, number = _owners(step, 1 if over is None else over.height)
    total = len(owner)
    if over is None:
        over = pl.DataFrame([{"id": None, "local": "", "name": "", "short": "", "place": None}])
    parents = over[owner]
    fields = parents.select(pl.col("local").alias("parent"), "name", "short").with_columns(
        pl.Series("n", number + (step.start - 1)), pl.int_range(1, pl.len() + 1).alias("i")
    )
    if step.names and len(step.names) != total:
        raise InputError(f"蓝图中“{step.group}”的名称有{len(step.names)}个，行有{total}个。", "请使两者相等。")
    written = fields.select(
        local=_written(step.id),
        name=pl.Series(step.names) if step.names else _written(step.name),
        short=_written(step.short),
    )
    ids = written.select(pl.lit(f"{draft.district}.") + pl.col("local")).to_series()
    return pl.DataFrame(
        {
            "id": ids,
            "local": written["local"],
            "name": written["name"],
            "short": written["short"] if step.short else written["name"],
            "place": ids if step.label == "Area" else parents["place"].cast(pl.String),
            "owner": parents["id"].cast(pl.String),
            "owner_place": parents["place"].cast(pl.String),
            "generated": pl.Series([step.generated]).new_from_index(0, total),
        }
    )


def _written(pattern: str) -> pl.Expr:
    """A pattern as an expression over the columns it names; `{n:02}` pads with zeros."""
    parts: list[pl.Expr] = []
    for text, field, spec, _ in Formatter().parse(pattern):
        parts.append(pl.lit(text))
        if field:
            parts.append(pl.col(field).cast(pl.String).str.zfill(int(spec or 0)))
    return pl.concat_str(parts) if parts else pl.lit("")


def _chosen(draft: Draft, step: Nodes) -> pl.DataFrame:
    """The rows for which new ones are made."""
    over = draft.group(step.over)
    if step.under:
        over = over.filter(ascend(draft, over["place"], draft.group(step.under)["place"]).is_not_null())
    if step.besides:
        over = over.join(draft.group(step.besides), left_on="id", right_on="owner", how="anti", maintain_order="left")
    return over if step.only is None else over[picked(over.height, step.only, step.shift)]


def _owners(step: Nodes, parents: int) -> tuple[Ints, Ints]:
    """For each new row the position of its parent, and its number there from 1."""
    each = shares(step.count, cycled(step.weights, parents)) if step.count else np.ones(parents, dtype=np.int64)
    owner = np.repeat(np.arange(parents, dtype=np.int64), each)
    first = np.repeat(np.cumsum(each) - each, each)
    return owner, np.arange(len(owner), dtype=np.int64) - first + 1


def _holder_keys(draft: Draft, holders: Holders, handles: pl.DataFrame) -> pl.Series:
    """Opaque keys of the holders; a post without a holder of its own bears the key of the nearest shared post."""
    own = np.zeros(handles.height, dtype=bool)
    own[picked(handles.height, holders.own)] = True
    keys = handles["local"].to_numpy().astype(object)
    if not own.all():
        shared = draft.group(holders.shared)
        at = ascend(draft, handles["place"], shared["place"])
        first = dict(zip(reversed(shared["place"].to_list()), reversed(shared["local"].to_list()), strict=True))
        keys = np.where(own, keys, np.array([first[a] for a in at], dtype=object))
    return pl.Series("holder_key", [f"h-{k}" for k in keys])
