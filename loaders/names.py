"""When two written names are the same: the normal form of a name, and the Party forms that are equal pairwise."""

from __future__ import annotations

import polars as pl

_BRACKETS = {"（": "(", "）": ")", "〔": "(", "〕": ")", "【": "(", "】": ")", "［": "(", "］": ")"}
_PREFIX = "^(中国共产党|中共)"
# The longer form first; 居民委员会 and the like are units, never committees of the Party.
_PARTY_FORMS = (
    ("(党的)?工作委员会$", "党工委"),
    ("党?总支部委员会$", "党总支"),
    ("党?支部委员会$", "党支部"),
    ("委员会$", "党委"),
)
_CIVIC = "(居民|村民|业主|管理|职工|妇女|工会|团|企业|物业管理)委员会$"


def normal(name: pl.Expr) -> pl.Expr:
    """The form in which names are compared: no spaces, half-width brackets. Suffixes are never stripped."""
    return name.str.replace_all(r"\s", "").str.replace_many(list(_BRACKETS), list(_BRACKETS.values()))


def party_form(key: pl.Expr) -> pl.Expr:
    """The common form of a normal name of a Party organization (domain.md 6: equal pairwise, a notice)."""
    out = key.str.replace(_PREFIX, "")
    civic = out.str.contains(_CIVIC)
    formed = out
    for pattern, form in _PARTY_FORMS:
        formed = formed.str.replace(pattern, form)
    return pl.when(civic).then(out).otherwise(formed)
