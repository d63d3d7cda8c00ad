"""Which form a sheet has and what each of its columns means. Never a silent guess: what is unknown is named."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Any

import polars as pl
from rapidfuzz import fuzz, process

from graph.errors import InputError, NotFoundError
from graph.model import NODE_TYPES
from loaders.faults import fault
from loaders.headers import GUIDE, HISTORY, MARKS_LIST, ROSTER, Form, Target, forms, header_forms, normal_header
from loaders.sheets import Block
from loaders.titles import titled_alliance

# A node sheet whose name column says what its rows are; the other names on the sheet are those of its parents.
NAME_KINDS: Mapping[str, tuple[str, Target]] = MappingProxyType(
    {
        "单元名称": ("单元", Target("context")),
        "楼栋名称": ("楼栋", Target("single", "PART_OF", "小区")),
        "小区名称": ("小区", Target("single", "PART_OF", "小区")),
        "网格名称": ("网格", Target("single", "PART_OF", "网格")),
        "社区名称": ("社区", Target("single", "PART_OF", "行政")),
        "街道名称": ("街道", Target("context")),
    }
)
_PARENT_ORDER = ("上级区域", "所属社区", "上级行政区", "行政区划", "所属街道")


@dataclass(frozen=True, slots=True)
class Settled:
    """What the user settled once for all.

    Args:
        sheets: sheet or file name → name of a form; "" leaves the sheet out.
        columns: sheet name (or "*") → header → standard header; "" leaves the column out.
        drop_personal: drop columns of ID-card and telephone numbers.
    """

    sheets: Mapping[str, str] = field(default_factory=dict)
    columns: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    drop_personal: bool = False


NO_MAPPING = Settled()


@dataclass(frozen=True, slots=True)
class Mapped:
    """A block with its form; `targets[i]` is the meaning of column i (None: not imported)."""

    index: int
    block: Block
    form: Form
    targets: tuple[Target | None, ...]
    defaults: Mapping[str, str]


def read_mapping(path: Path) -> Settled:
    """A mapping file (TOML with `drop_personal`, `[sheets]`, `[columns."SHEET"]`)."""
    try:
        raw = tomllib.loads(path.read_text("utf-8"))
    except FileNotFoundError:
        raise NotFoundError(f"对照文件 {path.name} 不存在。", "请检查文件路径。") from None
    except (UnicodeDecodeError, tomllib.TOMLDecodeError):
        raise InputError(f"对照文件 {path.name} 不是合法的 UTF-8 TOML。", "请按文档中的例子改正。") from None
    return parse_mapping(raw, path.name)


def parse_mapping(raw: Mapping[str, Any], file: str) -> Settled:
    """A mapping from parsed TOML or JSON; unknown keys, forms and headers are refused with what is allowed."""
    unknown = set(raw) - {"sheets", "columns", "drop_personal", "confirmed"}
    if raw.get("confirmed", True) is not True:
        raise InputError(
            f"对照文件 {file} 是程序写出的建议，还没有核对。",
            "请逐条核对，然后把其中的 confirmed = false 改为 confirmed = true，再导入。",
            code="mapping-unconfirmed",
        )
    if unknown or not isinstance(raw.get("sheets", {}), dict) or not isinstance(raw.get("columns", {}), dict):
        raise InputError(f"对照文件 {file} 的格式不对。", "可用的键：sheets、columns、drop_personal、confirmed。")
    names = {f.name for f in forms()}
    if wrong := [s for s in raw.get("sheets", {}).values() if s and s not in names]:
        raise InputError(
            f"对照文件 {file} 中有 {len(wrong)} 个不认识的表名。", f"可用的表名：{'、'.join(sorted(names))}。"
        )
    return Settled(raw.get("sheets", {}), raw.get("columns", {}), bool(raw.get("drop_personal", False)))


def map_block(
    index: int, block: Block, mapping: Settled
) -> tuple[Mapped | None, list[pl.DataFrame], list[pl.DataFrame]]:
    """The form and columns of a block, with errors and warnings; None where it is not imported."""
    settled = mapping.sheets.get(block.sheet, mapping.sheets.get(block.file))
    if normal_header(block.sheet) in (GUIDE, MARKS_LIST) and not settled:
        return None, [], []
    if settled == "" or _is_guide(block):
        return None, [], [fault(index, 0, "sheet-skipped", "工作表未导入", "如需导入，请在对照文件中指明它是哪张表。")]
    form = next((f for f in forms() if f.name == settled), None) if settled else choose_form(block)
    if form is None:
        return None, [_unknown_sheet(index, block)], []
    own = normal_header(block.sheet) == normal_header(form.name) and form.target != ROSTER
    chosen = {**mapping.columns.get("*", {}), **mapping.columns.get(block.sheet, {})}
    targets: list[Target | None] = []
    errors: list[pl.DataFrame] = []
    warnings: list[pl.DataFrame] = []
    for column, header in enumerate(block.headers):
        target = header_target(form, chosen.get(header, header)) if chosen.get(header, header) else Target("ignore")
        used = block.rows[str(column)].null_count() < block.rows.height
        if target is None and (used or header):
            unknown = _unknown_column(index, block, column, form, header)
            (errors if own and header else warnings).append(unknown)
        elif target is not None and target.kind == "personal" and used and not mapping.drop_personal:
            errors.append(_personal(index, block, column))
        elif target is not None and target.kind == "dropped" and used:
            warnings.append(_dropped(index, block, column))
        targets.append(target)
    settled_targets, defaults, twice = _resolve_conflicts(index, block, form, targets, chosen)
    (errors if own else warnings).extend(twice)
    defaults |= _implied(form, block, settled_targets)
    errors += _required(index, block, form, settled_targets, defaults)
    if form.target == "REPORTED_TO" and Target("attribute", "half") not in settled_targets:
        persons = any(header_forms(h)[-1] in ("党员姓名", "姓名") for h in block.headers if h)
        defaults["half"] = "在职党员" if persons else "单位"
    return Mapped(index, block, form, settled_targets, defaults), errors, warnings


def _is_guide(block: Block) -> bool:
    return (
        any(w in block.sheet for w in ("填表说明", "填报说明", "使用说明", "说明页", "填写说明"))
        or block.sheet == "说明"
    )


def choose_form(block: Block) -> Form | None:
    """The form by the sheet's name, else by the words of titles and file, else by its headers if one fits best."""
    name = normal_header(block.sheet)
    if (exact := next((f for f in forms() if name in (normal_header(f.name), f.target)), None)) is not None:
        return exact
    said = [block.sheet, *block.titles, block.file]
    for text in said:
        hits = [f for f in forms() if any(w in text for w in (*f.words, f"{f.name}台账", f"{f.name}名册"))]
        if len(hits) == 1 and _fit(hits[0], block) > 0:
            return hits[0]
    fits = sorted(((_fit(f, block), i) for i, f in enumerate(forms())), reverse=True)
    (best, i), (second, _) = fits[0], fits[1]
    return forms()[i] if best >= 0.5 and best > second else None


def _fit(form: Form, block: Block) -> float:
    """Share of the headers that the form knows as its own; 0 where what it requires is missing."""
    targets = [header_target(form, h) for h in block.headers if h]
    kinds = {(t.kind, t.name) for t in targets if t is not None}
    if _implied(form, block, targets):
        kinds |= {("attribute", "name"), ("to", "")}
    if form.is_node and not kinds & {("attribute", "name"), ("attribute", "id")}:
        return 0.0
    if not form.is_node and not {("from", ""), ("to", "")} <= kinds and form.target != ROSTER:
        return 0.0
    if form.target == ROSTER:
        return 0.9 if {("from", ""), ("attribute", "category")} <= kinds else 0.0
    own = [t for t in targets if t is not None and t.kind not in ("context", "dropped", "ignore", "personal")]
    neutral = [t for t in targets if t is not None and t.kind in ("ignore", "personal")]
    return len(own) / max(len(targets) - len(neutral), 1)


def header_target(form: Form, header: str) -> Target | None:
    """The meaning of a header; of a joined header (甲方/联系人) the whole path, then its lower part."""
    for spelling in (*header_forms(header), *(header_forms(header.rsplit("/", 1)[1]) if "/" in header else ())):
        if spelling in form.headers:
            return form.headers[spelling]
    return None


def _resolve_conflicts(
    index: int, block: Block, form: Form, targets: list[Target | None], chosen: Mapping[str, str]
) -> tuple[tuple[Target | None, ...], dict[str, str], list[pl.DataFrame]]:
    """One column for each meaning: parents by closeness, names by what the rows are; further ones are faults."""
    out = list(targets)
    spoken = [chosen.get(h, h).rsplit("/", 1)[-1] for h in block.headers]
    headers = [header_forms(h)[-1] if h else "" for h in spoken]
    defaults = dict(form.defaults)
    if form.target == "Area":
        named = [h for h in NAME_KINDS if h in headers]
        if named:
            defaults["kind"] = NAME_KINDS[named[0]][0]
            for other in named[1:]:
                out[headers.index(other)] = NAME_KINDS[other][1]
        parents = [h for h in _PARENT_ORDER if h in headers]
        for other in parents[1:]:
            out[headers.index(other)] = Target("context")
    seen: dict[Target, int] = {}
    faults = []
    for column, target in enumerate(out):
        if target is None or target.kind in ("context", "dropped", "ignore", "personal"):
            continue
        if target in seen:
            out[column] = None
            message = "与前面的一列含义相同，本列未导入"
            faults.append(fault(index, block.header_row, "column-twice", message, "请只保留其中一列。", column))
        seen.setdefault(target, column)
    return tuple(out), defaults, faults


def _implied(form: Form, block: Block, targets: Sequence[Target | None]) -> dict[str, str]:
    """What the title of a list says instead of a column: the alliance of its members, the post of its holders."""
    kinds = {(t.kind, t.name) for t in targets if t is not None}
    if form.target == "MEMBER_OF" and ("to", "") not in kinds and (named := titled_alliance(block)):
        return {"@to": named}
    if form.target == "Post" and ("attribute", "holder") in kinds and not kinds & _NAMED:
        said = (*block.titles, block.sheet, block.file)
        posts = (k for text in said for k in sorted(NODE_TYPES["Post"].kinds, key=len, reverse=True) if k in text)
        if post := next(posts, ""):
            return {"name": post, "kind": post}
    return {}


_NAMED = {("attribute", "name"), ("attribute", "id")}


def _required(
    index: int, block: Block, form: Form, targets: tuple[Target | None, ...], implied: Mapping[str, str]
) -> list[pl.DataFrame]:
    kinds = {(t.kind, t.name) for t in targets if t is not None}
    kinds |= {("attribute", "name")} if "name" in implied else set()
    kinds |= {("to", "")} if "@to" in implied else set()
    if form.is_node:
        missing = [] if kinds & {("attribute", "name"), ("attribute", "id")} else ["名称"]
    else:
        ends = (("from", "起点"),) if form.target == ROSTER else (("from", "起点"), ("to", "终点"))
        missing = [zh for kind, zh in ends if (kind, "") not in kinds]
        if form.target != HISTORY:
            missing = [_end_header(form, "from" if m == "起点" else "to") for m in missing]
    return [
        fault(
            index,
            block.header_row,
            "header-missing",
            f"缺少必需的列“{m}”",
            f"请补上“{m}”列，或用 template 命令取得模板。",
        )
        for m in missing
    ]


def _end_header(form: Form, kind: str) -> str:
    return next(h for h, t in form.headers.items() if t.kind == kind)


def _unknown_sheet(index: int, block: Block) -> pl.DataFrame:
    known = "、".join(f.name for f in forms())
    message = "无法判断这张表是什么台账，未导入" if block.header_row else "没有找到表头，未导入"
    return fault(
        index, block.header_row, "sheet-unknown", message, f"请把工作表名改为以下之一：{known}；或在对照文件中指明。"
    )


def _unknown_column(index: int, block: Block, column: int, form: Form, header: str) -> pl.DataFrame:
    near = process.extract(normal_header(header), list(form.headers), scorer=fuzz.ratio, limit=1, score_cutoff=60)
    hint = f"是否为“{near[0][0]}”？请改表头，或在对照文件中写明；" if near and header else ""
    message = "不认识的列，未导入" if header else "该列没有表头，未导入"
    return fault(index, block.header_row, "column-unknown", message, f"{hint}不需要的列请删去。", column)


def _personal(index: int, block: Block, column: int) -> pl.DataFrame:
    return fault(
        index,
        block.header_row,
        "personal-column",
        "含有身份证号或电话号码的列，不得导入",
        "请删去该列；或导入时加 --drop-personal，或在对照文件中写 drop_personal = true，由程序丢弃。",
        column,
    )


def _dropped(index: int, block: Block, column: int) -> pl.DataFrame:
    return fault(index, block.header_row, "column-dropped", "该列不属于组织数据，未导入", "无需处理。", column)
