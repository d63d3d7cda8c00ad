"""A stand-in for the organization's OIDC: its keys and the tokens it signs."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric import ec, rsa

ISSUER, AUDIENCE, KID = "https://login.example", "partygraph", "one"
PRIVATE = ec.generate_private_key(ec.SECP256R1())
SECOND = rsa.generate_private_key(public_exponent=65537, key_size=2048)
STRANGER = ec.generate_private_key(ec.SECP256R1())
"""A key that the organization does not know."""


def jwks() -> dict[str, Any]:
    """The public keys `one` (ES256) and `two` (RS256)."""
    first = json.loads(jwt.algorithms.ECAlgorithm.to_jwk(PRIVATE.public_key()))
    second = json.loads(jwt.algorithms.RSAAlgorithm.to_jwk(SECOND.public_key()))
    return {
        "keys": [
            {**first, "kid": KID, "use": "sig", "alg": "ES256"},
            {**second, "kid": "two", "use": "sig", "alg": "RS256"},
        ]
    }


def public_keys(path: Path) -> Path:
    """They as a file."""
    path.write_text(json.dumps(jwks()))
    return path


def token(
    key: Any = PRIVATE, algorithm: str = "ES256", kid: str | None = KID, minutes: int = 600, **claims: Any
) -> str:
    """A token of somebody who sees everything as viewer; a claim given as None is left out."""
    now = dt.datetime.now(dt.UTC)
    said = {
        "sub": "u1",
        "name": "甲",
        "iss": ISSUER,
        "aud": AUDIENCE,
        "exp": now + dt.timedelta(minutes=minutes),
        "partygraph_roles": ["viewer"],
        "partygraph_scope": "*",
        **claims,
    }
    headers = {"kid": kid} if kid is not None else {}
    return jwt.encode({k: v for k, v in said.items() if v is not None}, key, algorithm, headers=headers)
