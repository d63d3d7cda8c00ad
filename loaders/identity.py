"""Which node a row means: by its id, its code, its superior and full name; else a new id is issued, always the same.

Superiors are settled before what lies under them, in whatever order the rows stand in the files.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl

from graph.dataset import ID_LENGTH, Dataset
from graph.model import RELATION_TYPES
from loaders.assembling import CONTEXT, Part, column_of
from loaders.faults import BLOCK, faults
from loaders.names import normal
from loaders.references import ENTITY, Index, index, inside, resolve, stored_entities, stored_links, with_links
from loaders.sheets import ROW

EID = "eid"
# The relations that say under what a node stands; of these a row's first filled one is its superior.
SUPERIOR = {
    "Area": ("PART_OF",),
    "Organization": ("SUBORDINATE_TO",),
    "Unit": ("LOCATED_IN",),
    "Alliance": ("CONVENED_IN",),
    "Post": ("OF",),
    "Facility": ("LOCATED_IN",),
}
# Labels of which several of one name may stand under one superior: they are told apart by their order.
REPEATED = ("Post", "Demand", "Resource", "Project", "Activity")
_PREFIX = {
    "Area": "a",
    "Organization": "o",
    "Unit": "u",
    "Alliance": "l",
    "Post": "p",
    "Facility": "f",
    "Demand": "d",
    "Resource": "r",
    "Project": "j",
    "Activity": "v",
}
_LOCAL = r"^[A-Za-z0-9._-]+$"
_ROUNDS = 40


@dataclass(frozen=True, slots=True)
class Identified:
    """Rows with their ids.

    Args:
        rows: one row for each row of a node sheet, in order: `part` (index of the Part), `at` (row in its frame),
            `label`, `eid` and ENTITY columns.
        held: stored nodes with each of their superiors: `id, label, code, key, superior_id`.
        where: the Index over stored nodes and rows together.
        errors, warnings: faults of ids.
    """

    rows: pl.DataFrame
    held: pl.DataFrame
    where: Index
    errors: list[pl.DataFrame]
    warnings: list[pl.DataFrame]


def identify(parts: Sequence[Part], district: str, stored: Dataset | None) -> Identified:
    """Give every row of the node parts its id."""
    rows = _gather(parts)
    rows, errors = _given(rows, district)
    old = stored_entities(stored)
    links = stored_links(stored)
    held = _held(old, links)
    rows = _by_code(rows, held, district)
    rows = _by_context(rows, index(district, old, links))
    narrowed = rows["context"].is_not_null().any()
    for round_ in range(_ROUNDS):
        open_rows = rows.filter(pl.col(EID).is_null())
        if not open_rows.height:
            break
        where = index(district, pl.concat([old, _entities(rows.filter(pl.col(EID).is_not_null()))]), links)
        if narrowed:
            links = _linked(rows, where)
            where = with_links(where, links)
        settled = _settle(rows, open_rows, where, held, district, last=round_ == _ROUNDS - 1)
        if settled.height == 0:
            settled = _settle(rows, open_rows, where, held, district, last=True)
        rows = _fill(rows, settled)
    known = rows.filter(pl.col(EID).is_not_null())
    where = index(district, pl.concat([old, _entities(known)]), links)
    return Identified(rows, held, where, errors, [_namesakes(rows, held)])


def _gather(parts: Sequence[Part]) -> pl.DataFrame:
    schema = {"part": pl.Int32, "at": pl.UInt32, BLOCK: pl.Int32, ROW: pl.UInt32, "context": pl.String}
    schema |= {"given": pl.String, "kind": pl.String, "superior": pl.String, "day": pl.String, "id_column": pl.Int32}
    schema |= {k: v for k, v in ENTITY.items() if k != "id"}
    frames = [pl.DataFrame(schema=schema)]
    for i, part in enumerate(parts):
        label = part.mapped.form.target
        have = set(part.frame.columns)
        above = [f"single>{t}>{v}" for t in SUPERIOR.get(label, ()) for v, _ in RELATION_TYPES[t].columns]
        above = [c for c in above if c in have]
        none = pl.lit(None, pl.String)
        frames.append(
            part.frame.with_row_index("at").select(
                pl.lit(i, pl.Int32).alias("part"),
                "at",
                BLOCK,
                ROW,
                context=pl.col(CONTEXT) if CONTEXT in have else none,
                given=pl.col("id") if "id" in have else none,
                kind=pl.col("kind") if "kind" in have else none,
                superior=pl.coalesce(above) if above else none,
                day=pl.coalesce([pl.col(c) for c in ("date", "raised") if c in have] or [none]),
                id_column=pl.lit(column_of(part.mapped, "attribute", "id"), pl.Int32),
                label=pl.lit(label),
                name=pl.col("name") if "name" in have else none,
                short_name=pl.col("short_name") if "short_name" in have else none,
                code=pl.col("code") if "code" in have else none,
                ended=pl.col("until").is_not_null() if "until" in have else pl.lit(False),
            )
        )
    return pl.concat(frames).with_columns(key=normal(pl.col("name"))).with_row_index("n")


def _given(rows: pl.DataFrame, district: str) -> tuple[pl.DataFrame, list[pl.DataFrame]]:
    """Ids that the file gives, with the district in front; wrong ones are errors."""
    prefix = f"{district}."
    given = pl.col("given")
    full = pl.when(given.str.starts_with(prefix)).then(given).otherwise(pl.lit(prefix) + given)
    foreign = given.str.contains(r"^[A-Za-z][A-Za-z0-9_-]*\.") & ~given.str.starts_with(prefix)
    wrong = (~given.str.contains(_LOCAL) | (full.str.len_bytes() > ID_LENGTH)).fill_null(False)
    out = rows.with_columns(eid=pl.when(~wrong).then(full))
    message = f"标识不合规则：只能用字母、数字和 . _ -，含区划前缀不超过 {ID_LENGTH} 个字符"
    other = f"标识属于别的区划，本次导入的区划是 {district}"
    errors = [
        faults(out.filter(wrong), "id-invalid", message, "请改正标识，或留空由程序编号。", "id_column"),
        faults(out.filter(foreign.fill_null(False)), "id-foreign", other, "请改正前缀，或分区划导入。", "id_column"),
    ]
    return out, errors


def _held(old: pl.DataFrame, links: pl.DataFrame) -> pl.DataFrame:
    """Stored nodes with each of their superiors: `id, label, code, key, superior_id`."""
    above = [t for types in SUPERIOR.values() for t in types]
    up = links.filter(pl.col("type").is_in(above)).select("from", superior_id="to").unique()
    held = old.filter(~pl.col("ended")).with_columns(key=normal(pl.col("name")))
    return held.join(up, left_on="id", right_on="from", how="left").select("id", "label", "code", "key", "superior_id")


def _by_code(rows: pl.DataFrame, held: pl.DataFrame, district: str) -> pl.DataFrame:
    """Codes that name one stored node or, new, one row of the file; codes that repeat wait for their superior."""
    coded = rows.filter(pl.col(EID).is_null() & pl.col("code").is_not_null())
    if not coded.height:
        return rows
    ours = coded.filter(pl.len().over("label", "code") == 1)
    theirs = held.filter(pl.col("code").is_not_null()).unique("id").select("id", "label", "code")
    met = ours.join(theirs.rename({"id": "eid_new"}), on=["label", "code"]).filter(pl.len().over("n") == 1)
    matched = met.select("n", "eid_new")
    fresh = ours.join(theirs, on=["label", "code"], how="anti").filter(pl.col("code").str.contains(_LOCAL))
    issued = fresh.select("n", eid_new=pl.lit(f"{district}.") + pl.col("code"))
    taken = pl.concat([held["id"], rows["eid"].drop_nulls()])
    issued = issued.filter(
        ~pl.col("eid_new").is_in(taken.implode())
        & (pl.len().over("eid_new") == 1)
        & (pl.col("eid_new").str.len_bytes() <= ID_LENGTH)
    )
    return _fill(rows, pl.concat([matched, issued]))


def _by_context(rows: pl.DataFrame, where: Index) -> pl.DataFrame:
    """Rows without a superior whose name is stored once inside the street or community that their sheet says."""
    asked = rows.filter(pl.col(EID).is_null() & pl.col("superior").is_null() & pl.col("context").is_not_null())
    asked = asked.filter(~pl.col("label").is_in(list(REPEATED)))
    stored = where.entities.filter(~pl.col("ended")).select("label", "key", "id", held="code")
    met = asked.select(pl.col("n").alias("q"), "label", "key", "context", "code").join(stored, on=["label", "key"])
    met = met.filter(pl.col("code").is_null() | pl.col("held").is_null() | (pl.col("code") == pl.col("held")))
    met = inside(where, met.select("q", "id", "context"))
    alone = met.filter((pl.len().over("q") == 1) & (pl.len().over("id") == 1))
    return _fill(rows, alone.select(pl.col("q").alias("n"), eid_new="id"))


def _fill(rows: pl.DataFrame, settled: pl.DataFrame) -> pl.DataFrame:
    joined = rows.join(settled.select("n", "eid_new"), on="n", how="left", maintain_order="left")
    return joined.with_columns(eid=pl.coalesce("eid", "eid_new")).drop("eid_new")


def _entities(rows: pl.DataFrame) -> pl.DataFrame:
    return rows.select(pl.col(EID).alias("id"), *[c for c in ENTITY if c != "id"])


def _linked(rows: pl.DataFrame, where: Index) -> pl.DataFrame:
    """The links with those of rows that have ids to their superiors: what a context is looked up in."""
    out = [where.links]
    known = rows.filter(pl.col(EID).is_not_null() & pl.col("superior").is_not_null())
    known = known.join(where.links.select(pl.col("from").alias(EID)).unique(), on=EID, how="anti")
    for label, part in known.group_by("label", maintain_order=True):
        type_ = SUPERIOR[str(label[0])][0]
        labels = sorted({e[1] for e in RELATION_TYPES[type_].ends if e[0] == label[0]})
        asked = part.select(text="superior", context="context").unique()
        found = resolve(where, asked, labels).rows.select("text", "context", to="id").drop_nulls("to")
        met = part.join(
            found,
            left_on=["superior", "context"],
            right_on=["text", "context"],
            nulls_equal=True,
            maintain_order="left",
        )
        out.append(met.select(type=pl.lit(type_), **{"from": pl.col(EID)}, to="to"))
    return pl.concat(out)


def _settle(
    rows: pl.DataFrame, open_rows: pl.DataFrame, where: Index, held: pl.DataFrame, district: str, *, last: bool
) -> pl.DataFrame:
    """Ids of the rows whose superior is settled (with `last`, of all): `n`, `eid_new`."""
    waiting = open_rows.filter(pl.col("superior").is_not_null())
    free = open_rows.filter(pl.col("superior").is_null()).with_columns(superior_id=pl.lit(None, pl.String))
    parts = [free]
    for label, above in waiting.group_by("label"):
        types = SUPERIOR[str(label[0])]
        labels = sorted({e[1] for t in types for e in RELATION_TYPES[t].ends if e[0] == label[0]})
        open_names = rows.filter(pl.col(EID).is_null() & pl.col("label").is_in(labels))["key"]
        asked = above.select(text="superior", context="context").unique()
        # A name that a row still without id bears may mean that row: wait for it.
        if not last:
            asked = asked.filter(~normal(pl.col("text")).is_in(open_names.drop_nulls().implode()))
        found = resolve(where, asked, labels).rows.select("text", "context", superior_id="id")
        parts.append(
            above.join(
                found,
                left_on=["superior", "context"],
                right_on=["text", "context"],
                nulls_equal=True,
                maintain_order="left",
            ).select(free.columns)
        )
    ready = pl.concat(parts).sort("n")
    if not ready.height:
        return pl.DataFrame(schema={"n": pl.UInt32, "eid_new": pl.String})
    return _match_or_issue(rows, ready, held, district)


def _match_or_issue(rows: pl.DataFrame, ready: pl.DataFrame, held: pl.DataFrame, district: str) -> pl.DataFrame:
    same = ["label", "superior_id", "key"]
    # Rows of one name under one superior are told apart by their order only where the label allows several.
    ordered = ready.with_columns(k=pl.int_range(pl.len()).over(same)).with_columns(
        k=pl.when(pl.col("label").is_in(list(REPEATED))).then(pl.col("k")).otherwise(0)
    )
    free = held.join(rows.select(pl.col(EID).alias("id")).drop_nulls(), on="id", how="anti")
    free = free.sort("id").with_columns(k=pl.int_range(pl.len()).over(same))
    by_code = ordered.join(free.select("id", "label", "superior_id", "code"), on=["label", "superior_id", "code"])
    by_code = by_code.filter(pl.len().over("n") == 1).select("n", eid_new="id")
    # A row that was imported before finds the id it was issued then; several of one name keep apart by it.
    several = ordered.filter(pl.len().over(same) > 1).join(by_code, on="n", how="anti")
    own = _issue(several, district).join(free.select(eid_new="id").unique(), on="eid_new", how="semi")
    by_code = pl.concat([by_code, own])
    free = free.join(own.select(id="eid_new"), on="id", how="anti")
    met = ordered.join(by_code, on="n", how="anti").join(free, on=[*same, "k"], nulls_equal=True, suffix="_held")
    met = met.filter(_same_code())
    matched = pl.concat([by_code, met.select("n", eid_new="id")])
    by_name = _alone(ordered.join(matched, on="n", how="anti"), free)
    matched = pl.concat([matched, by_name]).unique("n")
    issued = _issue(ordered.join(matched, on="n", how="anti"), district)
    return pl.concat([matched, issued])


def _same_code() -> pl.Expr:
    return pl.col("code").is_null() | pl.col("code_held").is_null() | (pl.col("code") == pl.col("code_held"))


def _alone(rest: pl.DataFrame, free: pl.DataFrame) -> pl.DataFrame:
    """Where the file or the store names no superior, a full name that is stored once is that node."""
    once = free.unique("id").filter(pl.len().over("label", "key") == 1)
    asked = rest.filter((pl.len().over("label", "key") == 1) & (pl.col("k") == 0))
    held = once.select("id", "label", "key", code_held="code", above_held="superior_id")
    met = asked.join(held, on=["label", "key"]).filter(_same_code())
    return met.filter(pl.col("superior").is_null() | pl.col("above_held").is_null()).select("n", eid_new="id")


def _namesakes(rows: pl.DataFrame, held: pl.DataFrame) -> pl.DataFrame:
    """New rows of which a namesake with another superior is stored: told, because a move needs the id or code."""
    rare = pl.col("label").is_in(["Organization", "Unit", "Alliance", "Facility"])
    new = rows.filter(rare & pl.col("given").is_null() & pl.col("code").is_null())
    new = new.join(held.select(pl.col("id").alias(EID)).unique(), on=EID, how="anti")
    met = new.join(held.select("label", "key").unique(), on=["label", "key"], how="semi")
    message = "库中另有同名对象，上级不同；本行按新对象处理"
    return faults(met, "namesake-stored", message, "如果是同一对象调整了上级，请填写它的标识或代码。")


def _issue(new: pl.DataFrame, district: str) -> pl.DataFrame:
    """New ids: the code qualified by its superior, else a hash of label, superior and name."""
    rows = []
    for n, label, above, superior, key, code, day, k in new.select(
        "n", "label", "superior_id", "superior", "key", "code", "day", "k"
    ).iter_rows():
        parent = above or superior or ""
        local = f"{parent.removeprefix(district + '.')}-{code}" if code and above else ""
        if not local or not _plain(local) or len(district) + 1 + len(local) > ID_LENGTH:
            said = "\x1f".join((label, parent, key or "", code or "", day or "", str(k)))
            local = _PREFIX[label] + hashlib.blake2b(said.encode(), digest_size=8).hexdigest()
        rows.append((n, f"{district}.{local}"))
    return pl.DataFrame(rows, schema={"n": pl.UInt32, "eid_new": pl.String}, orient="row")


def _plain(local: str) -> bool:
    return local.isascii() and all(c.isalnum() or c in "._-" for c in local)
