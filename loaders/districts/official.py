"""The step `divisions`: areas with their official names and codes from the last published edition."""

from __future__ import annotations

import polars as pl

from loaders.districts.blueprint import FOLDER, Divisions
from loaders.districts.draft import Draft


def add_divisions(draft: Draft, step: Divisions) -> Draft:
    """The root of the step and everything taken below it, as areas of the hierarchy 行政."""
    rows = _taken(draft.district, step)
    handles = rows.select("id", "local", "name", "short", pl.col("id").alias("place"), "owner", generated=pl.lit(False))
    columns = ("id", "name", "code", "order", "kind", "source_file", "source_row")
    told = sorted({k for facts in step.facts.values() for k in facts})
    facts = [pl.Series(k, [step.facts.get(c, {}).get(k) for c in rows["code"]]) for k in told]
    draft = draft.with_nodes("Area", rows.select(*columns, *facts)).with_areas(rows["id"], rows["owner"])
    part_of = rows.filter(pl.col("owner").is_not_null()).select(
        pl.col("id").alias("from"), pl.col("owner").alias("to"), pl.lit("行政").alias("hierarchy"), *columns[-2:]
    )
    draft = draft.with_relations("PART_OF", part_of)
    for group in dict.fromkeys(rows["group"]):
        draft = draft.with_group(group, handles.filter(rows["group"] == group))
    for code, group in step.named.items():
        draft = draft.with_group(group, handles.filter(rows["code"] == code))
    return draft


def _taken(district: str, step: Divisions) -> pl.DataFrame:
    file = FOLDER / "divisions" / step.file
    table = pl.read_csv(file, infer_schema=False).with_columns(pl.col("kind").fill_null(""))
    table = table.with_columns(source_row=pl.int_range(2, pl.len() + 2), source_file=pl.lit(f"divisions/{step.file}"))
    out = {left.code for left in step.leave_out}
    kept, inside = [], {step.root}
    for i, (code, parent) in enumerate(zip(table["code"], table["parent_code"], strict=True)):
        if (code == step.root or parent in inside) and code not in out:
            inside.add(code)
            kept.append(i)
    rows = table[kept].with_columns(
        word=pl.when(pl.col("kind") == "").then("level").otherwise("kind"),
        owner=pl.when(pl.col("code") != step.root).then(pl.lit(f"{district}.") + pl.col("parent_code")),
        local=pl.col("code"),
        id=pl.lit(f"{district}.") + pl.col("code"),
        name=pl.Series([_area_name(n, step.names) for n in table[kept]["name"]]),
    )
    rows = rows.filter(pl.col("word").is_in(list(step.take)) | pl.col("code").is_in(list(step.single)))
    taken = [step.single.get(c) or step.take[w] for c, w in zip(rows["code"], rows["word"], strict=True)]
    return rows.with_columns(
        pl.Series("kind", [t.kind for t in taken]),
        pl.Series("group", [t.group for t in taken]),
        short=pl.col("name"),
    ).with_columns(order=pl.int_range(1, pl.len() + 1).over("owner"))


def _area_name(official: str, endings: tuple[tuple[str, str], ...]) -> str:
    """The name of the area whose committee the table names."""
    for ending, here in endings:
        if official.endswith(ending):
            return official.removesuffix(ending) + here
    return official
