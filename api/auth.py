"""From `Authorization: Bearer …` to the caller: a key of this service, or a token of the organization's OIDC."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path
from typing import Any

import jwt
from starlette.concurrency import run_in_threadpool

from api import audit, keys
from api.audit import Deed
from api.caller import LOCAL, ROLES, Caller, permissions_of
from api.problems import UnauthenticatedError
from api.records import Records
from api.settings import Settings
from graph.errors import InputError, UnavailableError

LOOPBACK = ("127.0.0.1", "localhost", "::1")
ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "EdDSA")
ROLES_CLAIM, SCOPE_CLAIM, NAMES_CLAIM = "partygraph_roles", "partygraph_scope", "partygraph_names"
EVERYTHING = "*"


class Access:
    """Decides who asks.

    Without any key ever made and without OIDC a loopback service is open to whoever works on the machine.
    """

    def __init__(self, settings: Settings, records: Records) -> None:
        self._records = records
        self._settings = settings
        self._loopback = settings.host in LOOPBACK
        self._locked = False
        self._seen: dict[str, dt.datetime] = {}
        self._fetched: jwt.PyJWKClient | None = None

    async def caller(self, authorization: bytes, request_id: str) -> Caller:
        """The caller of a request; `UnauthenticatedError` where a valid key or token is missing."""
        kind, _, token = authorization.decode("latin-1").partition(" ")
        if not authorization and self.open():
            return LOCAL
        if kind.lower() != "bearer" or not token.strip():
            raise UnauthenticatedError("请求没有附上密钥或令牌。", "请加上请求头 Authorization: Bearer 密钥。")
        if token.startswith(keys.PREFIX):
            return await self._of_key(token.strip(), request_id)
        if self._settings.oidc_issuer:
            return await run_in_threadpool(self._of_token, token.strip(), request_id)
        raise refused()

    def open(self) -> bool:
        """Whether whoever works on this machine needs no key; keys are never deleted, so once locked it stays so."""
        self._locked = self._locked or bool(self._settings.oidc_issuer) or keys.issued(self._records)
        return self._loopback and not self._locked

    async def _of_key(self, key: str, request_id: str) -> Caller:
        found = keys.find(self._records, key)
        if found is None:
            raise refused()
        caller, used = found
        if keys.stale(used, keys.TOUCH_AFTER):
            await run_in_threadpool(self._noted, caller, used, request_id)
        return caller

    def _noted(self, caller: Caller, used: str | None, request_id: str) -> None:
        if keys.stale(used, keys.LOGIN_AFTER):
            audit.append(self._records, caller, Deed("login", "key", "ok", request_id))
        keys.touch(self._records, caller.id)

    def _of_token(self, token: str, request_id: str) -> Caller:
        """Claims: `partygraph_roles` (names of roles), `partygraph_scope` (ids, or `*` for everything; without it
        nobody gets in), `partygraph_names` (true shows holders' names)."""
        try:
            claims = jwt.decode(
                token,
                self._signing_key(token),
                algorithms=list(ALGORITHMS),
                issuer=self._settings.oidc_issuer,
                audience=self._settings.oidc_audience or None,
                options={"require": ["exp", "sub"], "verify_aud": bool(self._settings.oidc_audience)},
            )
        except jwt.PyJWKClientConnectionError:
            raise UnavailableError("取不到统一身份认证的公钥。", "请检查网络和设置 OIDC_JWKS。") from None
        except jwt.PyJWTError:
            raise refused() from None
        caller = of_claims(claims)
        now = dt.datetime.now(dt.UTC)
        last = self._seen.get(caller.id)
        if last is None or now - last > keys.LOGIN_AFTER:
            audit.append(self._records, caller, Deed("login", "oidc", "ok", request_id))
        self._seen[caller.id] = now
        return caller

    def _signing_key(self, token: str) -> Any:
        """The public key that the token names, from the file or address of OIDC_JWKS."""
        where = self._settings.oidc_jwks
        if where.startswith(("https://", "http://")):
            self._fetched = self._fetched or jwt.PyJWKClient(where, timeout=5)
            return self._fetched.get_signing_key_from_jwt(token)
        try:
            listed = jwt.PyJWKSet.from_dict(json.loads(Path(where).expanduser().read_text("utf-8")))
        except (OSError, ValueError):
            raise UnavailableError("统一身份认证的公钥文件读不出来。", "请检查设置 OIDC_JWKS。") from None
        wanted = jwt.get_unverified_header(token).get("kid")
        fitting = [k for k in listed.keys if wanted is None or k.key_id == wanted]
        if len(fitting) != 1:
            raise refused()
        return fitting[0]


def of_claims(claims: dict[str, Any]) -> Caller:
    """The caller of a verified token; `UnauthenticatedError` where its roles or scope say nothing we know."""
    roles = _listed(claims.get(ROLES_CLAIM))
    scope = _listed(claims.get(SCOPE_CLAIM))
    if not roles or any(r not in ROLES for r in roles) or not scope:
        raise UnauthenticatedError(
            "令牌没有说明在本服务中的角色和范围。", f"请在令牌中加入 {ROLES_CLAIM} 和 {SCOPE_CLAIM}。"
        )
    bound = None if EVERYTHING in scope else tuple(sorted(set(scope)))
    ends = dt.datetime.fromtimestamp(int(claims["exp"]), dt.UTC).isoformat()
    names = claims.get(NAMES_CLAIM) is True
    name = str(claims.get("name") or claims["sub"])[:60]
    return Caller(name, bound, permissions_of(roles, names=names), f"oidc:{claims['sub']}"[:80], ends)


def _listed(value: Any) -> list[str]:
    return value.split() if isinstance(value, str) else [str(v) for v in value] if isinstance(value, list) else []


def refused() -> UnauthenticatedError:
    """The error for a key or token that is unknown, ended or wrong; it does not say which."""
    return UnauthenticatedError("密钥或令牌无效、已过期或已撤销。", "请向管理员申请新的密钥。")


def require_lock(settings: Settings) -> None:
    """Refuse to serve on an address of the network before somebody could be told from anybody."""
    if settings.host in LOOPBACK or settings.oidc_issuer:
        return
    with Records(settings.data_dir) as records:
        if not keys.usable(records):
            raise InputError(
                "没有身份验证时不能在本机以外的地址上服务。",
                "请先用 partygraph keys add 建立密钥，或把 HOST 设为 127.0.0.1。",
                code="authentication-missing",
            )
