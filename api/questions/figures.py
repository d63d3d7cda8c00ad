"""Questions about published figures: are they true, and what do they force?"""

from __future__ import annotations

from api.columns import Column, Row, at, text, word
from api.questions.form import Question, Values
from graph.analysis.answer import Answer
from graph.analysis.bounds import bounds
from graph.analysis.claims import claims
from graph.figures import Figure, read_figures
from graph.view import View

FILE = "figures"
VERDICTS = {"supported": "相符", "contradicted": "不符", "not_computable": "无法核对"}
BASES = {"ledger": "台账", "figures": "公布数字互证", "divisions": "行政区划", "generated": "示例数据", "none": "无"}


def _figures(values: Values) -> tuple[Figure, ...] | None:
    given = values.get(FILE)
    return read_figures(given[1], given[0]) if given else None


def _claims(view: View, _: View, values: Values) -> Answer:
    return claims(view, _figures(values))


def _bounds(view: View, _: View, values: Values) -> Answer:
    return bounds(view, _figures(values))


def _between(zh: str, path: str) -> Column:
    def value(row: Row) -> str:
        found = at(row, path) if path else row
        if not found:
            return "—"
        low, high = found["low"], found["high"]
        if low == high:
            return _shown(low)
        return f"{_shown(low)}～{_shown(high)}"

    return Column(zh, value, number=True)


def _shown(value: float | None) -> str:
    if value is None:
        return "…"
    return str(int(value)) if float(value).is_integer() else f"{value:.2f}"


QUESTIONS = (
    Question(
        "claims",
        "claims",
        "口径核对",
        "公布的数字和全覆盖的说法，数据是否支持；示例数据不作为依据。",
        (),
        _claims,
        (
            word("结论", "verdict", VERDICTS),
            text("数字", "figure"),
            text("原文", "literal"),
            _between("公布", "published"),
            _between("算得", "computed"),
            word("依据", "basis", BASES),
            text("说明", "why"),
        ),
        "Claims",
        breach=lambda row: bool(row["verdict"] == "contradicted"),
        file=FILE,
    ),
    Question(
        "bounds",
        "bounds",
        "数字推断",
        "公布的数字必然意味着什么：上下限、前提和理由。",
        (),
        _bounds,
        (
            text("推断", "about"),
            _between("范围", ""),
            text("前提", "assumption"),
            text("前提不成立时", "without.text"),
            text("理由", "because"),
        ),
        "Bounds",
        file=FILE,
    ),
)
