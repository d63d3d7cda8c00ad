"""Who asks: the subtrees a caller is bound to and the permissions it has."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

PERMISSIONS = ("read", "names", "query", "what-if", "import", "rectify", "audit", "keys", "metrics")
ROLES: Mapping[str, frozenset[str]] = {
    "viewer": frozenset({"read"}),
    "analyst": frozenset({"read", "query", "what-if"}),
    "editor": frozenset({"read", "import", "rectify"}),
    "auditor": frozenset({"audit", "metrics"}),
    "administrator": frozenset({"read", "query", "what-if", "import", "rectify", "keys", "metrics"}),
}
"""Named sets of permissions. Who hands out keys does not read the audit, and nobody edits it."""

ROLES_ZH: Mapping[str, str] = {
    "viewer": "查看",
    "analyst": "分析",
    "editor": "编辑",
    "auditor": "审计",
    "administrator": "管理",
}


@dataclass(frozen=True, slots=True)
class Caller:
    """A caller.

    Args:
        name: shown in revisions and the audit.
        scope: ids of the roots of the subtrees it sees, None for everything.
        permissions: some of PERMISSIONS; `names` lets it see post holders' names.
        id: of its key, or `oidc:` and the subject; "" on this machine without a key.
        expires: when its key or token ends (ISO 8601), None for never.
    """

    name: str
    scope: tuple[str, ...] | None
    permissions: frozenset[str]
    id: str = ""
    expires: str | None = None

    def sees_names(self) -> bool:
        """Whether it may see post holders' names unmasked."""
        return "names" in self.permissions

    def districts(self, loaded: Iterable[str]) -> tuple[str, ...]:
        """Those of the loaded districts that it knows of."""
        if self.scope is None:
            return tuple(sorted(loaded))
        own = {root.partition(".")[0] for root in self.scope}
        return tuple(sorted(own & set(loaded)))

    def scope_in(self, district: str) -> tuple[str, ...] | None:
        """The roots of its scope that lie in a district; None for all of it."""
        if self.scope is None:
            return None
        return tuple(root for root in self.scope if root.partition(".")[0] == district)


def permissions_of(roles: Iterable[str], *, names: bool) -> frozenset[str]:
    """The permissions of some roles together, with that for post holders' names if granted."""
    found: frozenset[str] = frozenset().union(*(ROLES[r] for r in roles))
    return found | {"names"} if names else found


LOCAL = Caller("本机", None, frozenset(PERMISSIONS) - {"names"})
"""Whoever works on this machine without a key; holders' names stay masked."""

NOBODY = Caller("", (), frozenset())
"""Who has shown no valid key: in the audit's denials."""
