"""Analyses in a process of their own answer as those in the serving process do, and outlive its end."""

from __future__ import annotations

from collections.abc import Iterator

import orjson
import pytest

from api.analysts import Analysts
from api.asking import asked, body
from api.caller import LOCAL, Caller
from api.desk import Desk
from api.opening import Opened
from api.questions import question
from api.redaction import redacted
from api.settings import Settings
from graph.errors import PartygraphError

STREET = Caller("街道", ("fuxing.130404001000",), frozenset({"read"}), "k1")


@pytest.fixture(scope="module")
def analysts(settings: Settings, fuxing: Opened) -> Iterator[Analysts]:
    with Analysts(settings, fuxing.address) as made:
        yield made


@pytest.fixture(scope="module")
def desk(settings: Settings, fuxing: Opened) -> Desk:
    return Desk(settings, fuxing)


@pytest.mark.parametrize("caller", [LOCAL, STREET], ids=["whole", "street"])
@pytest.mark.parametrize("name", ["coverage", "gaps", "findings", "weak-points"])
def test_an_analyst_answers_as_the_serving_process_does(
    analysts: Analysts, desk: Desk, name: str, caller: Caller
) -> None:
    revision = desk.loaded()["fuxing"].revision
    told = analysts.ask(name, {"limit": ["7"]}, caller, revision)
    about = asked(desk, question(name).parameters, {"limit": ["7"]}, caller)
    expected = redacted(about.view, body(question(name), about))
    assert orjson.loads(told.body) == orjson.loads(orjson.dumps(expected, option=orjson.OPT_SERIALIZE_NUMPY))
    assert (told.district, told.revision, told.loaded) == ("fuxing", revision, about.loaded)
    assert told.following == expected["next"]


def test_an_error_is_told_as_it_was_raised(analysts: Analysts) -> None:
    with pytest.raises(PartygraphError) as refused:
        analysts.ask("coverage", {"area": ["fuxing.130404002000"]}, STREET, 1)
    assert (refused.value.status, refused.value.code) == (404, "unknown-id")


def test_an_analyst_that_was_ended_is_started_again(analysts: Analysts) -> None:
    for analyst in analysts.everyone:
        analyst.close()
    assert analysts.ask("overview", {}, LOCAL, 1).district == "fuxing"
