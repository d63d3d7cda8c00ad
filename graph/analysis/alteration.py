"""The single changes of a plan, on the tables of a copy. What would break the model is refused."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Any

import polars as pl

from graph.analysis.drafting import attributes_of, current, end_rows, extended, new_id, with_table
from graph.dataset import Dataset
from graph.model import NODE_TYPES, RELATION_TYPES
from graph.view import View

Op = Mapping[str, Any]
_BELOW = {"Organization": "SUBORDINATE_TO", "Area": "PART_OF"}
_SUMMED = {"Organization": ("members", "full_members", "serving_members"), "Area": ("households", "residents")}
_AT = {"Unit": ("LOCATED_IN",), "Facility": ("LOCATED_IN", "SERVES"), "Alliance": ("CONVENED_IN",), "Post": ("OF",)}
_HIERARCHY = {"网格": "网格", "专属网格": "网格", "小区": "小区", "楼栋": "小区", "单元": "小区"}


class Refusal(Exception):  # noqa: N818
    """A change that cannot be made: the key it is about, what is wrong and what to do (Chinese)."""

    def __init__(self, key: str, detail: str, remedy: str) -> None:
        super().__init__(detail)
        self.key, self.detail, self.remedy = key, detail, remedy


@dataclass(frozen=True)
class Draft:
    """A copy under change: the tables, the view it was copied from, ids added (with their labels) and ended since."""

    data: Dataset
    view: View
    added: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    gone: frozenset[str] = frozenset()

    def named(self, op: Op, key: str, labels: tuple[str, ...]) -> tuple[str, str]:
        """Id and label of the node that a key names; it must be in force and have one of the labels."""
        text = str(op[key]).strip()
        found = self._found(text)
        if len(found) > 1:
            listed = "、".join(i for i, _ in found[:5])
            raise Refusal(key, f"的 {key} 名称对应{len(found)}个节点：{listed}。", "请改用标识。")
        if not found:
            raise Refusal(key, f"的 {key} 没有这个节点，或它不在有效期或可见范围内。", "请用 search 查找标识。")
        id_, label = found[0]
        if label not in labels:
            wanted = "、".join(NODE_TYPES[each].zh for each in labels)
            raise Refusal(key, f"的 {key} 是{NODE_TYPES[label].zh}，不合要求。", f"这里应是：{wanted}。")
        return id_, label

    def _found(self, text: str) -> list[tuple[str, str]]:
        if text in self.added and text not in self.gone:
            return [(text, self.added[text])]
        node = self.view.snapshot.find(text)
        if node is not None:
            seen = self.view.visible[node] and text not in self.gone
            return [(text, self.view.snapshot.label(node))] if seen else []
        found = []
        for label, frame in self.data.nodes.items():
            for id_ in frame.filter(pl.col("name") == text)["id"].to_list():
                at = self.view.snapshot.find(id_)
                if id_ not in self.gone and (at is None or self.view.visible[at]):
                    found.append((id_, label))
        return found


def pair(draft: Draft, op: Op, since: str) -> Draft:
    """A new pairing; two that are paired already are refused, unless their agreement is over (then it is renewed)."""
    organization, unit = _sides(draft, op)
    held = _pairing(draft, organization, unit, since)
    until = op.get("agreement_until") or None
    for row in held.to_dicts():
        if row["agreement_until"] is None or row["agreement_until"] >= draft.view.as_of.isoformat():
            raise Refusal("unit", "的双方已经结对。", "请删去这一项，或先 unpair。")
    draft = _ended(draft, "PAIRED_WITH", held, since)
    row = {"from": organization, "to": unit, "since": since, "agreement_until": until}
    return replace(draft, data=extended(draft.data, "PAIRED_WITH", [row]))


def unpair(draft: Draft, op: Op, since: str) -> Draft:
    """End the pairing of two."""
    organization, unit = _sides(draft, op)
    held = _pairing(draft, organization, unit, since)
    if not held.height:
        raise Refusal("unit", "的双方没有在效的结对。", "请核对双方，或删去这一项。")
    return _ended(draft, "PAIRED_WITH", held, since)


def _sides(draft: Draft, op: Op) -> tuple[str, str]:
    organization, label = draft.named(op, "organization", ("Organization", "Area"))
    unit, _ = draft.named(op, "unit", ("Unit",))
    if label == "Area":
        covers = current(draft.data, "COVERS", draft.view.as_of.isoformat()).filter(pl.col("to") == organization)
        covers = covers.filter(pl.col("mode").is_null() | pl.col("mode").is_in(["单独", "联合"]))
        tiers = list(draft.view.profile.pairing.tiers) if draft.view.profile.pairing else []
        nodes = draft.data.node("Organization").filter(pl.col("id").is_in(covers["from"].to_list()))
        chosen = nodes.sort(~pl.col("tier").is_in(tiers).fill_null(False), "id")["id"].to_list()
        if not chosen:
            raise Refusal("organization", "的区域没有党组织，不能结对。", "请先用 add 建立党组织，或改用别的区域。")
        organization = chosen[0]
    return organization, unit


def _pairing(draft: Draft, organization: str, unit: str, since: str) -> pl.DataFrame:
    both = (pl.col("from") == organization) & (pl.col("to") == unit)
    return current(draft.data, "PAIRED_WITH", since).filter(both)


def _ended(draft: Draft, type_: str, rows: pl.DataFrame, since: str) -> Draft:
    return replace(draft, data=end_rows(draft.data, type_, rows, since))


def add(draft: Draft, op: Op, since: str) -> Draft:
    """A new node in its place: an organization under its superior, an area in its parent, a unit where it stands."""
    label = str(op["label"])
    label = next((k for k, n in NODE_TYPES.items() if label in (k, n.zh)), "")
    if label not in ("Organization", "Area", *_AT):
        listed = "、".join(("Organization", "Area", *_AT))
        raise Refusal("label", "的 label 不能这样添加。", f"可以添加：{listed}。")
    values, problem = attributes_of(label, op)
    if problem:
        raise Refusal(*problem)
    kinds = NODE_TYPES[label].kinds
    if values.get("kind") is None or (kinds and values["kind"] not in kinds):
        raise Refusal("kind", "缺少类型或类型不在可用范围内。", f"kind 可用：{'、'.join(kinds)}。")
    id_ = new_id(draft.data.district, op, len(draft.added))
    if id_ is None:
        raise Refusal("id", "的 id 格式不对。", f"应为 {draft.data.district}.本地标识，不超过64个字符。")
    if draft.view.snapshot.find(id_) is not None or id_ in draft.added:
        raise Refusal("id", "的 id 已被使用。", "请换一个标识，或省去 id。")
    relations = _placed(draft, op, label, str(values["kind"]))
    row = {**values, "id": id_, "name": str(op["name"]).strip(), "since": since}
    data = extended(draft.data, label, [row])
    for type_, more in relations:
        data = extended(data, type_, [{"from": id_, "since": since, **more}])
    return replace(draft, data=data, added=MappingProxyType({**draft.added, id_: label}))


def _placed(draft: Draft, op: Op, label: str, kind: str) -> list[tuple[str, dict[str, Any]]]:
    """The relations that put a new node in its place; one that would stand nowhere is refused."""
    out: list[tuple[str, dict[str, Any]]] = []
    key = "under" if label in _BELOW else "at"
    if not op.get(key) and not (label == "Organization" and op.get("external_superior")):
        what = {"Organization": "上级党组织", "Area": "上级区域"}.get(label, "所在区域")
        raise Refusal(key, f"的 {key} 没有填。", f"请填{what}，否则新增的对象不在体系中。")
    if label in _BELOW and op.get("under"):
        superior, _ = draft.named(op, "under", (label,))
        more = {"hierarchy": str(op.get("hierarchy") or _HIERARCHY.get(kind, "行政"))} if label == "Area" else {}
        out.append((_BELOW[label], {"to": superior, **more}))
    if op.get("at"):
        if label == "Organization":
            place, found = draft.named(op, "at", ("Area", "Unit"))
            out.append(("COVERS", {"to": place, "mode": "单独"}) if found == "Area" else ("BELONGS_TO", {"to": place}))
        elif label in _AT:
            ends = tuple(t for s, t in RELATION_TYPES[_AT[label][0]].ends if s == label)
            place, _ = draft.named(op, "at", ends)
            out += [(type_, {"to": place}) for type_ in _AT[label]]
    return out


def dissolve(draft: Draft, op: Op, since: str) -> Draft:
    """End a node and all its relations; one with others below it is refused."""
    id_, label = draft.named(op, "node", tuple(NODE_TYPES))
    _refuse_unborn(draft, label, id_, since)
    if label in _BELOW:
        below = current(draft.data, _BELOW[label], since).filter(pl.col("to") == id_)["from"].to_list()
        if below:
            what = "下级党组织" if label == "Organization" else "下级区域"
            raise Refusal("node", f"还有{len(below)}个{what}，如 {below[0]}。", "请先把它们 move 或 dissolve。")
    data = draft.data
    for type_ in data.relations:
        rows = current(data, type_, since)
        data = end_rows(data, type_, rows.filter((pl.col("from") == id_) | (pl.col("to") == id_)), since)
    return _without(replace(draft, data=data), label, id_, since)


def _without(draft: Draft, label: str, id_: str, since: str) -> Draft:
    rows = draft.data.node(label).filter(pl.col("id") == id_)
    return replace(draft, data=end_rows(draft.data, label, rows, since), gone=draft.gone | {id_})


def _refuse_unborn(draft: Draft, label: str, id_: str, since: str) -> None:
    first = draft.data.node(label).filter(pl.col("id") == id_)["since"].to_list()[0]
    if first is not None and first > since:
        raise Refusal("since", "的对象在该日尚未设立。", "请把 since 改为它设立之后的日期。")


def move(draft: Draft, op: Op, since: str) -> Draft:
    """Another superior, parent area or place."""
    id_, label = draft.named(op, "node", ("Organization", "Area", *_AT))
    _refuse_unborn(draft, label, id_, since)
    type_ = _BELOW.get(label) or _AT[label][0]
    ends = tuple(t for s, t in RELATION_TYPES[type_].ends if s == label)
    to, _ = draft.named(op, "to", ends)
    held = current(draft.data, type_, since).filter(pl.col("from") == id_)
    more: dict[str, Any] = {}
    if label == "Area":
        levels = held["hierarchy"].to_list()
        more["hierarchy"] = str(op.get("hierarchy") or (levels[0] if len(levels) == 1 else ""))
        if not more["hierarchy"]:
            raise Refusal("hierarchy", "的区域有几个上级。", "请用 hierarchy 说明改哪一个：行政、网格、小区。")
        held = held.filter(pl.col("hierarchy") == more["hierarchy"])
    if to in held["to"].to_list():
        raise Refusal("to", "的 to 就是现在的上级或所在地，没有变化。", "请删去这一项，或改正 to。")
    if label in _BELOW and (to == id_ or id_ in _above(draft, type_, to, since)):
        raise Refusal("to", "的 to 是它自己或它的下级，会形成循环。", "请改为不在它之下的上级。")
    draft = _ended(draft, type_, held, since)
    return replace(draft, data=extended(draft.data, type_, [{"from": id_, "to": to, "since": since, **more}]))


def _above(draft: Draft, type_: str, id_: str, since: str) -> set[str]:
    """All that stand above a node."""
    rows = current(draft.data, type_, since).select("from", "to")
    found: set[str] = set()
    edge = {id_}
    while edge:
        edge = set(rows.filter(pl.col("from").is_in(list(edge)))["to"].to_list()) - found
        found |= edge
    return found


def merge(draft: Draft, op: Op, since: str) -> Draft:
    """One node into another of its label: its relations pass over, its members or residents are added, it ends."""
    id_, label = draft.named(op, "node", ("Organization", "Area", "Unit"))
    into, _ = draft.named(op, "into", (label,))
    _refuse_unborn(draft, label, id_, since)
    if into == id_:
        raise Refusal("into", "的 into 就是它自己。", "请填并入的另一个对象。")
    if label in _BELOW and id_ in _above(draft, _BELOW[label], into, since):
        raise Refusal("into", "的 into 是它的下级。", "请先用 move 把 into 移到它的上级之下。")
    data = draft.data
    for type_, relation in RELATION_TYPES.items():
        if type_ in data.relations:
            data = _passed_over(data, type_, relation.key, id_, into, since, single=relation.single)
    frame = data.node(label)
    both = frame.filter(pl.col("id").is_in([id_, into]))
    for name in _SUMMED.get(label, ()):
        known = [v for v in both[name].to_list() if v is not None]
        if known:
            frame = frame.with_columns(pl.when(pl.col("id") == into).then(sum(known)).otherwise(name).alias(name))
    return _without(replace(draft, data=with_table(data, label, frame)), label, id_, since)


def _passed_over(
    data: Dataset, type_: str, key: str | None, id_: str, into: str, since: str, *, single: bool
) -> Dataset:
    """The relations of a type with `into` in the place of `id_`: none to itself, none twice, no second superior."""
    rows = current(data, type_, since)
    mine = rows.filter((pl.col("from") == id_) | (pl.col("to") == id_))
    if not mine.height:
        return data
    identity = ["from", "to", *([key] if key else [])]
    source = ["from", *([key] if key else [])]
    rest = rows.join(mine.select("id"), on="id", how="anti")
    new = mine.with_columns(pl.col("from", "to").replace({id_: into}), since=pl.lit(since))
    new = new.filter(pl.col("from") != pl.col("to")).unique(identity, keep="first", maintain_order=True)
    new = new.join(rest.select(identity), on=identity, how="anti", nulls_equal=True)
    if single:
        new = new.join(rest.select(source), on=source, how="anti", nulls_equal=True)
        new = new.unique(source, keep="first", maintain_order=True)
    return extended(end_rows(data, type_, mine, since), type_, new.to_dicts())
