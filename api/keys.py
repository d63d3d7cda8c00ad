"""API keys: made, found again by their hash, listed, revoked. A key is shown once; only its hash is kept."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import re
import secrets
from collections.abc import Sequence
from functools import lru_cache

from api.caller import ROLES, Caller, permissions_of
from api.records import Records
from graph.analysis.answer import Row
from graph.errors import NotFoundError, ParameterError

PREFIX = "pgk_"
LOGIN_AFTER = dt.timedelta(hours=1)
"""A key unused for so long logs in anew: one record of the audit, not one for every request."""
TOUCH_AFTER = dt.timedelta(minutes=1)
_COLUMNS = ("id", "name", "roles", "scope", "names", "created", "expires", "used", "revoked")
_NAME = re.compile(r"[^\x00-\x1f\x7f]{1,60}")
_ROOT = re.compile(r"[A-Za-z0-9_-]+\.[A-Za-z0-9._-]+")


def add(
    records: Records,
    name: str,
    roles: Sequence[str],
    *,
    scope: Sequence[str] = (),
    names: bool = False,
    expires: dt.date | None = None,
    now: dt.datetime | None = None,
) -> tuple[Row, str]:
    """Make a key: its row as in `listed`, and the key itself, which nobody can find out again.

    Args:
        scope: ids of the subtrees it is bound to; empty for everything.
        names: whether it shows post holders' names.
        expires: the last day it is valid, None for no end.
    """
    when = now or dt.datetime.now(dt.UTC)
    _check(name, roles, scope, expires, when)
    key = PREFIX + secrets.token_urlsafe(32)
    id_ = secrets.token_hex(6)
    with records.writing() as connection:
        connection.execute(
            "INSERT INTO keys (id, hash, name, roles, scope, names, created, expires) VALUES (?,?,?,?,?,?,?,?)",
            (
                id_,
                _hash(key),
                name.strip(),
                json.dumps(sorted(set(roles))),
                json.dumps(sorted(set(scope))) if scope else None,
                int(names),
                when.isoformat(timespec="seconds"),
                expires.isoformat() if expires else None,
            ),
        )
    return next(row for row in listed(records) if row["id"] == id_), key


def _check(name: str, roles: Sequence[str], scope: Sequence[str], expires: dt.date | None, now: dt.datetime) -> None:
    if not _NAME.fullmatch(name.strip()):
        raise ParameterError("密钥的名称为空、太长或含控制字符。", "请给出不超过60个字符的名称，说明谁用。")
    if not roles or any(r not in ROLES for r in roles):
        raise ParameterError("没有给出角色，或有不认识的角色。", f"可用的角色：{'、'.join(ROLES)}。")
    if any(not _ROOT.fullmatch(root) for root in scope):
        raise ParameterError("范围不是区域或党组织的标识。", "请用 partygraph search 查找标识。")
    unbound = {"keys", "audit"} & permissions_of(roles, names=False)
    if scope and unbound:
        raise ParameterError("管理和审计的角色不能限定范围。", "请去掉范围，或改用其他角色。")
    if expires is not None and expires < now.date():
        raise ParameterError("密钥的有效期已经过去。", "请给出今天以后的日期。")


def listed(records: Records) -> list[Row]:
    """Every key without its hash: `{"id", "name", "roles", "scope", "names", "created", "expires", "used",
    "revoked"}`, the oldest first."""
    found = records.rows(f"SELECT {', '.join(_COLUMNS)} FROM keys ORDER BY created, rowid")
    rows = [dict(zip(_COLUMNS, values, strict=True)) for values in found]
    return [
        {
            **row,
            "roles": json.loads(row["roles"]),
            "scope": json.loads(row["scope"]) if row["scope"] else None,
            "names": bool(row["names"]),
        }
        for row in rows
    ]


def issued(records: Records) -> bool:
    """Whether a key was ever made: then every request needs one, even when all are revoked."""
    return bool(records.rows("SELECT EXISTS (SELECT 1 FROM keys)")[0][0])


def usable(records: Records, now: dt.datetime | None = None) -> bool:
    """Whether there is a key that is neither revoked nor over."""
    today = (now or dt.datetime.now(dt.UTC)).date().isoformat()
    return any(not row["revoked"] and (row["expires"] is None or row["expires"] >= today) for row in listed(records))


def revoke(records: Records, id_: str, now: dt.datetime | None = None) -> None:
    """End a key at once; again it changes nothing. `NotFoundError` unknown-key."""
    when = (now or dt.datetime.now(dt.UTC)).isoformat(timespec="seconds")
    with records.writing() as connection:
        changed = connection.execute("UPDATE keys SET revoked = coalesce(revoked, ?) WHERE id = ?", (when, id_))
        if not changed.rowcount:
            raise NotFoundError("没有这个密钥。", "标识见 partygraph keys list。", code="unknown-key")


def find(records: Records, key: str, now: dt.datetime | None = None) -> tuple[Caller, str | None] | None:
    """The caller of a key and when it was last used; None for one that is unknown, expired or revoked."""
    when = now or dt.datetime.now(dt.UTC)
    sql = "SELECT id, name, roles, scope, names, expires, used FROM keys WHERE hash = ? AND revoked IS NULL"
    found = records.rows(sql, (_hash(key),))
    if not found:
        return None
    id_, name, roles, scope, names, expires, used = found[0]
    if expires is not None and when.date().isoformat() > expires:
        return None
    return _caller(id_, name, roles, scope, names, expires), used


@lru_cache(maxsize=1024)
def _caller(id_: str, name: str, roles: str, scope: str | None, names: int, expires: str | None) -> Caller:
    """The caller of a key's columns; a request every third of a millisecond asks for the same."""
    bound = tuple(json.loads(scope)) if scope else None
    return Caller(name, bound, permissions_of(json.loads(roles), names=bool(names)), id_, expires)


def stale(used: str | None, after: dt.timedelta, now: dt.datetime | None = None) -> bool:
    """Whether the last use lies longer ago than `after`, or there was none."""
    return used is None or (now or dt.datetime.now(dt.UTC)) - dt.datetime.fromisoformat(used) > after


def touch(records: Records, id_: str, now: dt.datetime | None = None) -> None:
    """Note that a key was used."""
    when = (now or dt.datetime.now(dt.UTC)).isoformat(timespec="seconds")
    with records.writing() as connection:
        connection.execute("UPDATE keys SET used = ? WHERE id = ?", (when, id_))


def _hash(key: str) -> bytes:
    """A key holds 256 random bits, so one round of SHA-256 is as good as a slow hash."""
    return hashlib.sha256(key.encode()).digest()
