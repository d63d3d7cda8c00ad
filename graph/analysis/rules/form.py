"""What a check of a rule is: what it asks, how strong it is, what it reads, and what it found."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from graph.view import View

Array = NDArray[Any]
Strength = Literal["must", "norm", "practice", "policy", "target", "local"]
Severity = Literal["error", "warning", "notice"]
SEVERITIES: Mapping[Strength, Severity] = {
    "must": "error",
    "norm": "warning",
    "practice": "notice",
    "policy": "notice",
    "target": "notice",
    "local": "notice",
}
"""应当 without 一般 or 可以 is an error; 一般, 原则上, 可以 a warning; practice, policy, target a notice."""

Numbers = Mapping[str, float]


@dataclass(frozen=True)
class Breached:
    """What a check found.

    Args:
        of: how many subjects were judged; those whose attributes are not known are not.
        nodes: numbers of the nodes that break it, ascending.
        values: for each the number that breaks it (a count, or days since 1970 for a `dated` check).
        others: for each a further node of the evidence, -1 for none.
    """

    of: int
    nodes: Array
    values: Array
    others: Array


@dataclass(frozen=True)
class Check:
    """One judged part of a rule; a row of the catalogue that mixes strengths or subjects has several.

    Args:
        id: rule id, or rule id and part: `R09.size`.
        asks: one Chinese phrase.
        strength: of this part.
        find: the view and the numbers → what breaks it.
        message: Chinese sentence with `{value}` and the names of `numbers`.
        remedy: what to do.
        needs: (label or relation type, attribute or "") of which the ledger must know something at all, else the
            check is not judged (`no_data`): what nobody recorded is no breach.
        numbers: the parameters of the document; a local rule's may be replaced by the profile.
        local: holds only where the profile names the rule.
        topic: breaches of one node and topic are one finding, that of the strongest check.
        dated: `value` is a day.
    """

    id: str
    asks: str
    strength: Strength
    find: Callable[[View, Numbers], Breached]
    message: str
    remedy: str
    needs: tuple[tuple[str, str], ...] = ()
    numbers: Numbers = field(default_factory=dict)
    local: bool = False
    topic: str = ""
    dated: bool = False

    @property
    def rule(self) -> str:
        """Id of the row of the catalogue."""
        return self.id.partition(".")[0]

    @property
    def severity(self) -> Severity:
        """By strength."""
        return SEVERITIES[self.strength]


@dataclass(frozen=True)
class Unchecked:
    """A part of a rule that no check judges.

    Args:
        id, asks: as of a check.
        why: in Chinese the attribute or fact that it would need, or where it is applied instead.
        defines: it defines a figure or a form that other answers use, so that nothing can break it.
        strength: of this part.
    """

    id: str
    asks: str
    why: str
    strength: Strength
    defines: bool = False

    @property
    def rule(self) -> str:
        """Id of the row of the catalogue."""
        return self.id.partition(".")[0]


def found(
    view: View, label: str, judged: Array, bad: Array, values: Array | None = None, others: Array | None = None
) -> Breached:
    """What is both judged and bad; all arrays over the label's range."""
    span = view.snapshot.span(label)
    judged = judged & view.inside[span]
    at = np.flatnonzero(judged & bad)
    none = np.full(len(at), -1, np.int64)
    return Breached(
        int(np.count_nonzero(judged)),
        at + span.start,
        none if values is None else values[at],
        none if others is None else others[at],
    )
