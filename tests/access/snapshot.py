"""The OpenAPI document as it was last agreed to: `python -m tests.access.snapshot` writes it anew."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path
from typing import Any, cast

from api.app import create
from api.opening import Address, Opened
from api.settings import read_settings
from graph.store.bolt import Store

FILE = Path(__file__).with_name("openapi.json")
RENEW = (
    "the API's schema is not the agreed one. If that is meant: python -m tests.access.snapshot, look at the difference "
    "in git (what scripts rely on may be added to, not taken away or renamed), and tell of it in CHANGELOG.md"
)


def document() -> dict[str, Any]:
    """The document of the service; no store is opened for it."""
    with tempfile.TemporaryDirectory() as folder:
        settings = read_settings({"data_dir": folder})[0]
        nowhere = Opened(Address("bolt://127.0.0.1:1", "", "", ""), cast(Store, None), None)
        app = cast(Any, create(settings, nowhere)).app
        found: dict[str, Any] = json.loads(json.dumps(app.openapi()))
        app.state.serving.records.close()
    return found


def written(found: dict[str, Any]) -> str:
    """A document as text that changes in few lines."""
    return json.dumps(found, ensure_ascii=False, indent=1, sort_keys=True) + "\n"


def names(found: dict[str, Any]) -> set[str]:
    """What scripts rely on: routes with methods, their parameters, shapes with their fields and words."""
    told = set()
    for path, item in found["paths"].items():
        for method, operation in item.items():
            told |= {f"{method.upper()} {path}"}
            told |= {f"{method.upper()} {path} ?{p['name']}" for p in operation.get("parameters", ())}
    for name, shape in found["components"]["schemas"].items():
        told |= {f"shape {name}"} | {f"shape {name}.{field}" for field in shape.get("properties", {})}
    return told


if __name__ == "__main__":
    FILE.write_text(written(document()), "utf-8")
