"""Texts to nodes: by id, by code, by full name, by 上级/简称, and by Party forms that are equal pairwise.

Suffixes are never stripped. What fits several nodes is ambiguous and lists them; what fits none proposes near names.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl
from rapidfuzz import fuzz, process

from graph.dataset import Dataset
from graph.model import NODE_TYPES, RELATION_TYPES
from loaders.names import normal, party_form

# Which other label may be named instead, and by which relation it leads to the one meant.
FOLDS = {
    ("Organization", "Unit"): ("BELONGS_TO", True),
    ("Unit", "Organization"): ("BELONGS_TO", False),
    ("Area", "Organization"): ("COVERS", False),
}
ENTITY = {
    "id": pl.String,
    "label": pl.String,
    "name": pl.String,
    "short_name": pl.String,
    "code": pl.String,
    "ended": pl.Boolean,
}
LINK = {"type": pl.String, "from": pl.String, "to": pl.String}
_CANDIDATES = 6
# Before a name of the context that the sheet or the file says, not the row itself.
WEAK = "\x1e"
_LIKE_ID = "^[A-Za-z0-9._-]+$"
# Like names are looked for only for the first few: each is compared with every name.
_NEAR = 50


@dataclass(frozen=True, slots=True)
class Index:
    """What texts are looked up in.

    Args:
        district: prefix of every id.
        entities: ENTITY columns and `key`, `party`, `short`: the forms in which names are compared.
        links: LINK columns: current relations, for 上级/简称, context and folding.
        above: `id` and the `name` and `key` of each superior of any kind.
    """

    district: str
    entities: pl.DataFrame
    links: pl.DataFrame
    above: pl.DataFrame


@dataclass(frozen=True, slots=True)
class Resolved:
    """Answers to texts.

    Args:
        rows: `q`, `text`, `context`, `key`, `id` (null where none), `how` (id, code, name, path, party, folded, null).
        several: `q` and `id` of the candidates of texts that fit several nodes.
    """

    rows: pl.DataFrame
    several: pl.DataFrame

    @property
    def unknown(self) -> pl.DataFrame:
        """The rows that fit nothing."""
        return self.rows.filter(pl.col("id").is_null()).join(self.several, on="q", how="anti")

    @property
    def ambiguous(self) -> pl.DataFrame:
        """The rows that fit several nodes."""
        return self.rows.join(self.several, on="q", how="semi")


def stored_entities(data: Dataset | None) -> pl.DataFrame:
    """ENTITY rows of a Dataset."""
    frames = [
        data.node(label).select(
            "id",
            pl.lit(label).alias("label"),
            "name",
            "short_name",
            "code",
            ended=pl.col("until").is_not_null(),
        )
        for label in NODE_TYPES
        if data is not None and label in data.nodes
    ]
    return pl.concat(frames) if frames else pl.DataFrame(schema=ENTITY)


def stored_links(data: Dataset | None) -> pl.DataFrame:
    """LINK rows of a Dataset: current single relations and COVERS."""
    frames = [
        data.relation(t).filter(pl.col("until").is_null()).select(pl.lit(t).alias("type"), "from", "to")
        for t, r in RELATION_TYPES.items()
        if (r.single or t == "COVERS") and data is not None and t in data.relations
    ]
    return pl.concat(frames) if frames else pl.DataFrame(schema=LINK)


def index(district: str, entities: pl.DataFrame, links: pl.DataFrame) -> Index:
    """An Index over ENTITY and LINK rows; an id that is given twice counts by its last row."""
    unique = entities.unique("id", keep="last", maintain_order=True)
    keyed = unique.with_columns(key=normal(pl.col("name")), short=normal(pl.col("short_name")))
    party = pl.when(pl.col("label") == "Organization").then(party_form(pl.col("key")))
    entities_ = keyed.with_columns(party=party)
    return Index(district, entities_, links, _above(entities_, links))


def with_links(where: Index, links: pl.DataFrame) -> Index:
    """The Index with further LINK rows."""
    every = pl.concat([where.links, links]).unique(maintain_order=True)
    return Index(where.district, where.entities, every, _above(where.entities, every))


def _above(entities: pl.DataFrame, links: pl.DataFrame) -> pl.DataFrame:
    superiors = links.select("from", "to").unique(maintain_order=True)
    named = superiors.join(entities.select("id", "name", "key"), left_on="to", right_on="id", maintain_order="left")
    return named.select(pl.col("from").alias("id"), "name", "key").drop_nulls()


def resolve(where: Index, texts: pl.DataFrame, labels: Sequence[str]) -> Resolved:
    """Look up texts among the nodes of some labels.

    Args:
        where: the Index.
        texts: distinct rows of `text` and `context` (street or community of the row, or null).
        labels: allowed labels.
    """
    asked = texts.select("text", "context").with_row_index("q")
    asked = asked.with_columns(key=normal(pl.col("text")))
    among = where.entities.filter(pl.col("label").is_in(list(labels)))
    hits: list[pl.DataFrame] = []
    rest = asked
    for how in ("id", "code", "name", "path", "party", "folded"):
        if not rest.height:
            break
        found = _STEPS[how](where, among, rest, labels).unique(maintain_order=True)
        if found.height:
            hits.append(found.with_columns(how=pl.lit(how)))
            rest = rest.join(found, on="q", how="anti")
    every = pl.concat(hits) if hits else pl.DataFrame(schema={"q": pl.UInt32, "id": pl.String, "how": pl.String})
    single, several = _narrow(where, asked, every)
    rows = asked.join(single, on="q", how="left", maintain_order="left")
    return Resolved(rows.select("q", "text", "context", "key", "id", "how"), several.select("q", "id"))


def _by_id(where: Index, among: pl.DataFrame, asked: pl.DataFrame, _labels: Sequence[str]) -> pl.DataFrame:
    # Ids are of ASCII; most texts are names, and a look at each is cheaper than a join of all.
    like_ids = asked.filter(pl.col("text").str.contains(_LIKE_ID))
    if not like_ids.height:
        return pl.DataFrame(schema={"q": pl.UInt32, "id": pl.String})
    full = like_ids.select("q", "text", local=pl.lit(f"{where.district}.") + pl.col("text"))
    ids = among.select("id")
    exact = full.join(ids, left_on="text", right_on="id", coalesce=False).select("q", "id")
    local = full.join(exact, on="q", how="anti").join(ids, left_on="local", right_on="id", coalesce=False)
    return pl.concat([exact, local.select("q", "id")])


def _by_code(_where: Index, among: pl.DataFrame, asked: pl.DataFrame, _labels: Sequence[str]) -> pl.DataFrame:
    codes = among.select("id", "code").drop_nulls()
    if not codes.height:
        return pl.DataFrame(schema={"q": pl.UInt32, "id": pl.String})
    return asked.join(codes, left_on="text", right_on="code").select("q", "id")


def _by_name(_where: Index, among: pl.DataFrame, asked: pl.DataFrame, _labels: Sequence[str]) -> pl.DataFrame:
    return asked.join(among.select("id", "key"), on="key").select("q", "id")


def _by_path(where: Index, among: pl.DataFrame, asked: pl.DataFrame, _labels: Sequence[str]) -> pl.DataFrame:
    """上级/简称 and 上级/全称: a child of that name whose superior of any kind has the name before the slash."""
    paths = asked.filter(pl.col("key").str.contains("/", literal=True)).select(
        "q",
        above=pl.col("key").str.replace("/[^/]*$", ""),
        below=pl.col("key").str.extract("/([^/]*)$"),
    )
    if not paths.height:
        return pl.DataFrame(schema={"q": pl.UInt32, "id": pl.String})
    named = pl.concat([among.select("id", below="key"), among.select("id", below="short")]).drop_nulls()
    children = named.join(paths.select("below").unique(), on="below", how="semi").unique()
    children = children.join(where.above.select("id", above="key"), on="id")
    return paths.join(children, on=["above", "below"]).select("q", "id")


def _by_party(_where: Index, among: pl.DataFrame, asked: pl.DataFrame, _labels: Sequence[str]) -> pl.DataFrame:
    forms = among.filter(pl.col("party").is_not_null()).select("id", "party")
    if not forms.height:
        return pl.DataFrame(schema={"q": pl.UInt32, "id": pl.String})
    return asked.with_columns(party=party_form(pl.col("key"))).join(forms, on="party").select("q", "id")


def _by_fold(where: Index, _among: pl.DataFrame, asked: pl.DataFrame, labels: Sequence[str]) -> pl.DataFrame:
    """A unit named by its organization, an organization by its unit or by the community it covers."""
    out = [pl.DataFrame(schema={"q": pl.UInt32, "id": pl.String})]
    for (given, wanted), (type_, forward) in FOLDS.items():
        if wanted not in labels or given in labels:
            continue
        others = where.entities.filter(pl.col("label") == given)
        met = _by_name(where, others, asked, ())
        met = pl.concat([met, _by_id(where, others, asked, ())]).unique()
        here, there = ("from", "to") if forward else ("to", "from")
        over = where.links.filter(pl.col("type") == type_).join(
            where.entities.filter(pl.col("label") == wanted).select("id"), left_on=there, right_on="id", how="semi"
        )
        led = met.join(over, left_on="id", right_on=here)
        out.append(led.select("q", id=pl.col(there)))
    return pl.concat(out)


_STEPS = {
    "id": _by_id,
    "code": _by_code,
    "name": _by_name,
    "path": _by_path,
    "party": _by_party,
    "folded": _by_fold,
}


def _narrow(where: Index, asked: pl.DataFrame, every: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Texts with one answer, and those with several: current before ended, then those inside the row's context."""
    counts = every.group_by("q").len()
    several = every.join(counts.filter(pl.col("len") > 1), on="q", how="semi")
    single = every.join(several, on="q", how="anti")
    if not several.height:
        return single, several
    current = several.join(where.entities.filter(~pl.col("ended")).select("id"), on="id", how="semi")
    one = current.filter(pl.len().over("q") == 1)
    single, several = pl.concat([single, one]), several.join(one, on="q", how="anti")
    contexts = several.join(asked.select("q", "context"), on="q").filter(pl.col("context").is_not_null())
    met = inside(where, contexts)
    one = met.filter(pl.len().over("q") == 1).select(single.columns)
    return pl.concat([single, one]), several.join(one, on="q", how="anti")


def inside(where: Index, rows: pl.DataFrame) -> pl.DataFrame:
    """The candidates (`q`, `id`, `context`) that lie inside most of the row's context.

    A candidate lies inside where some superior (of any kind, itself included) bears the name. What the row's own
    columns say outweighs the WEAK names of its sheet and file.
    """
    if not rows.height:
        return rows
    ups: dict[str, list[str]] = {}
    for child, parent in where.links.select("from", "to").iter_rows():
        ups.setdefault(child, []).append(parent)
    names = dict(where.entities.select("id", "key").iter_rows())
    scores = []
    for id_, context in rows.select("id", "context").iter_rows():
        seen, front = {id_}, [id_]
        while front:
            front = [p for i in front for p in ups.get(i, ()) if p not in seen]
            seen.update(front)
        borne = {names.get(i) for i in seen}
        wanted = [c.replace(" ", "") for c in (context or "").split("\x1f")]
        scores.append(sum((1 if c.startswith(WEAK) else 100) for c in wanted if c.lstrip(WEAK) in borne))
    scored = rows.with_columns(score=pl.Series(scores, dtype=pl.Int64)).filter(pl.col("score") > 0)
    return scored.filter(pl.col("score") == pl.col("score").max().over("q")).drop("score")


def candidates(where: Index, answer: Resolved) -> pl.DataFrame:
    """`text`, `context` and `candidates` (superior, name and id of each, joined) of the ambiguous texts."""
    if not answer.several.height:
        return pl.DataFrame(schema=dict.fromkeys(("text", "context", "candidates"), pl.String))
    named = answer.several.join(where.entities.select("id", "name"), on="id", how="left")
    named = named.group_by("q", maintain_order=True).head(_CANDIDATES)
    above = where.above.join(named.select("id"), on="id", how="semi").unique("id", keep="first", maintain_order=True)
    shown = named.join(above.select("id", above="name"), on="id", how="left").select(
        "q", said=pl.concat_str([pl.col("above"), pl.col("name"), pl.format("（{}）", "id")], ignore_nulls=True)
    )
    listed = shown.group_by("q").agg(candidates=pl.col("said").sort().str.join("、"))
    return answer.rows.join(listed, on="q").select("text", "context", "candidates")


def proposals(where: Index, answer: Resolved, labels: Sequence[str]) -> pl.DataFrame:
    """`text`, `context`, `near` (like names, joined) and `other` (a label that bears the name) of unknown texts."""
    allowed = pl.col("label").is_in(list(labels))
    rest = answer.unknown
    if not rest.height:
        return pl.DataFrame(schema=dict.fromkeys(("text", "context", "near", "other"), pl.String))
    others = where.entities.filter(~allowed).select("label", "key").unique("key")
    elsewhere = rest.join(others, on="key", how="left", maintain_order="left")
    names = where.entities.filter(allowed)["name"].drop_nulls().unique().sort().to_list()
    near = []
    for i, text in enumerate(rest["text"].to_list()):
        found = process.extract(text, names, scorer=fuzz.ratio, limit=3, score_cutoff=75) if i < _NEAR else []
        near.append("、".join(name for name, _, _ in found))
    return elsewhere.select(
        "text", "context", pl.Series("near", near, dtype=pl.String), other=pl.col("label").fill_null("")
    )
