"""Fuxing with one street's ledger imported after it: the store, the service and the command line of these tests."""

from __future__ import annotations

from collections.abc import Iterator

import polars as pl
import pytest
from starlette.testclient import TestClient

from api.app import create
from api.desk import Desk
from api.loading import load_published
from api.opening import Opened, opened
from api.settings import Settings
from graph.changes import difference
from graph.dataset import Dataset, relation_table
from graph.store.read import read_stored
from graph.store.write import write
from tests.api.conftest import cli, environment, settings
from tests.conftest import wipe

__all__ = ["cli", "environment", "settings"]
STREET = "fuxing.130404001000"
COMMUNITY = "fuxing.130404001008"
POST = "fuxing.p-u-w-b01"
LEDGER = "胜利桥街道.xlsx"


@pytest.fixture(scope="package")
def handed_in(settings: Settings) -> Iterator[Opened]:
    """Revision 1 is the published district; revision 2 a ledger of one street."""
    with opened(settings) as store:
        wipe(store.store)
        desk = Desk(settings, store)
        load_published(desk, "fuxing", "测试", lambda _: None)
        stored, base = read_stored(store.store, "fuxing")
        changes = difference(stored, ledger(stored), on=desk.today().isoformat())
        write(store.store, "fuxing", changes, author="填报员", source=LEDGER, base=base)
        yield store


def ledger(stored: Dataset) -> Dataset:
    """A community gets another name, its first grid ends, an adviser is another person, a unit is new."""
    below = stored.relation("PART_OF").filter(pl.col("to") == COMMUNITY)["from"].sort()
    nodes = {
        "Area": pl.DataFrame(
            {
                "id": [COMMUNITY, below[0]],
                "name": ["胜利新社区", stored.node("Area").filter(pl.col("id") == below[0])["name"][0]],
                "until": [None, "2026-01-31"],
            },
            schema=dict.fromkeys(("id", "name", "until"), pl.String),
        ),
        "Post": pl.DataFrame({"id": [POST], "holder": ["王某某"]}),
        "Unit": pl.DataFrame({"id": ["fuxing.new"], "name": ["新来的公司"], "kind": ["非公企业"]}),
    }
    placed = relation_table("LOCATED_IN", [{"from": "fuxing.new", "to": COMMUNITY}])
    return Dataset("fuxing", nodes, {"LOCATED_IN": placed.select("from", "to")})


@pytest.fixture(scope="package")
def service(settings: Settings, handed_in: Opened) -> Iterator[TestClient]:
    """The service on that store."""
    with TestClient(create(settings, handed_in), raise_server_exceptions=False) as made:
        yield made
