"""The text of an answer, whatever its format, as a person or a program could read it out of the bytes."""

from __future__ import annotations

import html
import io
import re
import zipfile
from collections.abc import Mapping

from pypdf import PdfReader


def text_of(body: bytes, media_type: str) -> str:
    """All text in an answer's bytes: file names and every member of archives, pages and properties of a PDF."""
    if body.startswith(b"PK"):
        with zipfile.ZipFile(io.BytesIO(body)) as archive:
            parts = [f"{m}\n{text_of(archive.read(m), '')}" for m in archive.namelist()]
        return "\n".join(parts)
    if body.startswith(b"%PDF"):
        reader = PdfReader(io.BytesIO(body))
        pages = "".join(p.extract_text() for p in reader.pages)
        return f"{pages}\n{dict(reader.metadata or {})}\n{_joined(pages)}"
    if body.startswith(b"\x89PNG"):
        return ""
    text = body.decode("utf-8", "replace")
    if "xml" in media_type or "svg" in media_type or text.lstrip().startswith("<"):
        # Once as it stands, attributes and comments too, once as it reads: a name may be split over runs and lines.
        bare = html.unescape(re.sub(r"<[^>]*>", "", text))
        return f"{html.unescape(text)}\n{bare}\n{_joined(bare)}"
    return text


def whole(answer: object) -> str:
    """Body and headers of an answer."""
    headers: Mapping[str, str] = answer.headers  # type: ignore[attr-defined]
    told = "\n".join(f"{k}: {v}" for k, v in headers.items())
    return f"{told}\n{text_of(answer.content, headers.get('content-type', ''))}"  # type: ignore[attr-defined]


def _joined(text: str) -> str:
    return re.sub(r"\s+", "", text)
