"""The agreed schema, and that every operation of it says what a reader needs."""

from __future__ import annotations

import json

from tests.access.snapshot import FILE, RENEW, document, names, written


def test_the_schema_is_the_agreed_one() -> None:
    found, agreed = document(), json.loads(FILE.read_text("utf-8"))
    gone = sorted(names(agreed) - names(found))
    assert gone == [], f"scripts that rely on these break; {RENEW}"
    assert sorted(names(found) - names(agreed)) == [], f"new names; {RENEW}"
    assert written(found) == written(agreed), RENEW


def test_every_operation_is_described_in_chinese_and_has_a_name_of_its_own() -> None:
    operations = [o for item in document()["paths"].values() for o in item.values()]
    assert len({o["operationId"] for o in operations}) == len(operations)
    assert [o["operationId"] for o in operations if not any("一" <= c <= "鿿" for c in o["description"])] == []
    silent = [
        (o["operationId"], p["name"]) for o in operations for p in o.get("parameters", ()) if not p["description"]
    ]
    assert silent == []
