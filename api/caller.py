"""Who asks: the subtrees a caller is bound to and the permissions it has."""

from __future__ import annotations

from dataclasses import dataclass

PERMISSIONS = ("read", "names", "query", "what-if", "import", "audit", "keys")


@dataclass(frozen=True, slots=True)
class Caller:
    """A caller.

    Args:
        name: shown in revisions and the audit.
        scope: ids of the roots of the subtrees it sees, None for everything.
        permissions: some of PERMISSIONS; `names` lets it see post holders' names.
    """

    name: str
    scope: tuple[str, ...] | None
    permissions: frozenset[str]

    def sees_names(self) -> bool:
        """Whether it may see post holders' names unmasked."""
        return "names" in self.permissions


LOCAL = Caller("本机", None, frozenset(PERMISSIONS) - {"names"})
"""Whoever works on this machine without a key; holders' names stay masked."""
