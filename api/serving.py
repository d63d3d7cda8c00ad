"""What every route needs: the desk, the watch, the kept answers, and how a body becomes a prepared answer."""

from __future__ import annotations

import gzip
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast
from urllib.parse import urlencode

import orjson
from starlette.requests import Request
from starlette.responses import Response

from api.analysts import Analysts, Told
from api.asking import NO_FILES, Asked, Given, asked
from api.caller import Caller
from api.desk import Desk
from api.measures import Measures
from api.parameters import Parameter
from api.prepared import WORTH_ZIPPING, Kept, PreparedResponse, key_of, prepare, takes_gzip
from api.records import Records
from api.redaction import redacted
from api.watch import Watch
from graph.analysis.answer import Row

JSON = "application/json"


@dataclass(frozen=True, slots=True)
class Serving:
    """The parts of one serving process."""

    desk: Desk
    watch: Watch
    kept: Kept
    records: Records
    measures: Measures
    analysts: Analysts


def serving_of(request: Request) -> Serving:
    """The parts behind a request."""
    return cast(Serving, request.app.state.serving)


def caller_of(request: Request) -> Caller:
    """Who asks, as the edge found."""
    return cast(Caller, request.scope["state"]["caller"])


def given_in(request: Request) -> Given:
    """The query string as name → texts."""
    found: dict[str, list[str]] = {}
    for name, text in request.query_params.multi_items():
        found.setdefault(name, []).append(text)
    return found


def asked_in(
    request: Request,
    parameters: Sequence[Parameter],
    path: Mapping[str, str] | None = None,
    files: Mapping[str, tuple[str, bytes]] = NO_FILES,
) -> Asked:
    """The parsed question of a request; `path` holds the values of the route's own parameters."""
    given = {**given_in(request), **{k: [v] for k, v in (path or {}).items()}}
    return asked(serving_of(request).desk, parameters, given, caller_of(request), files=files)


def answered(request: Request, about: Asked, body: Row) -> PreparedResponse:
    """A JSON body as prepared answer, kept for the next who asks the same."""
    body = redacted(about.view, body)
    headers = _link(request, body.get("next"))
    return keep(request, about, orjson.dumps(body, option=orjson.OPT_SERIALIZE_NUMPY), JSON, headers)


def sent(request: Request, body: Any, status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
    """A JSON answer that is this caller's alone and not kept; gzipped if it is long and the client takes that."""
    content = orjson.dumps(body, option=orjson.OPT_SERIALIZE_NUMPY)
    head = {"Cache-Control": "no-store", "Vary": "Authorization, Accept-Encoding", **(headers or {})}
    if len(content) > WORTH_ZIPPING and takes_gzip(request.headers.get("accept-encoding", "").encode()):
        content, head["Content-Encoding"] = gzip.compress(content, 6, mtime=0), "gzip"
    return Response(content, status, head, JSON)


def keep(request: Request, about: Asked, body: bytes, media_type: str, headers: Mapping[str, str]) -> PreparedResponse:
    """Bytes as prepared answer under the request's key and the stamp of the revision they were made from."""
    made_from = (about.district, about.view.snapshot.revision, about.loaded, about.serial)
    return kept_as(request, made_from, body, media_type, headers)


def told(request: Request, found: Told) -> PreparedResponse:
    """The answer of an analyst as prepared answer."""
    made_from = (found.district, found.revision, found.loaded, found.serial)
    return kept_as(request, made_from, found.body, JSON, _link(request, found.following))


def _link(request: Request, following: str | None) -> dict[str, str]:
    """The header that names the next page."""
    if not following:
        return {}
    query = [(k, v) for k, v in request.query_params.multi_items() if k != "cursor"] + [("cursor", following)]
    return {"Link": f'<{request.url.path}?{urlencode(query)}>; rel="next"'}


def kept_as(
    request: Request,
    made_from: tuple[str, int, tuple[str, ...], int],
    body: bytes,
    media_type: str,
    headers: Mapping[str, str],
) -> PreparedResponse:
    """Bytes made from a district, its revision, the loaded districts and the serial of findings' states, kept."""
    serving = serving_of(request)
    stamp = serving.desk.stamp(*made_from)
    key = key_of(request.scope, caller_of(request))
    prepared = prepare(body, media_type, key, made_from[0], stamp, headers)
    serving.kept.put(key, prepared)
    return PreparedResponse(prepared)
