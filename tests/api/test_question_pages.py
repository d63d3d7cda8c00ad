"""Every question has a page that says what it means, and its example is what the program answers today."""

from pathlib import Path

import pytest

from api.examples import with_examples
from api.questions import QUESTIONS

PAGES = Path(__file__).parents[2] / "docs/questions"
HEADINGS = ("Definition", "Formula", "Denominator", "Source", "Example")


@pytest.mark.parametrize("name", [q.name for q in QUESTIONS])
def test_a_question_has_a_page_with_its_definition_formula_denominator_source_and_example(name: str) -> None:
    page = (PAGES / f"{name}.md").read_text("utf-8")
    assert [h for h in HEADINGS if h not in page] == []


@pytest.mark.parametrize("name", ["chain", "coverage", "gaps", "unpaired", "path"])
def test_the_example_of_a_page_is_what_is_answered_today(name: str) -> None:
    page = (PAGES / f"{name}.md").read_text("utf-8")
    assert "<!-- example:" in page
    assert with_examples(page) == page
