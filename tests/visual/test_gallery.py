from functools import cache

import pytest

from api.gallery import FOLDER, PICTURES, drawings
from visual.charts import CHARTS
from visual.figure import Drawing
from visual.render import render


@cache
def drawn() -> dict[str, Drawing]:
    return dict(drawings())


def test_the_gallery_shows_every_kind_once() -> None:
    assert sorted(picture.kind for picture in PICTURES) == sorted(CHARTS)


@pytest.mark.parametrize("kind", CHARTS)
def test_the_picture_is_what_the_program_draws(kind: str) -> None:
    fresh = render(drawn()[kind], "svg", page=1)[0]
    assert (FOLDER / f"{kind}.svg").read_bytes() == fresh, "stale: run python -m api.gallery"


def test_the_readme_of_the_project_shows_a_picture_that_is_there() -> None:
    readme = (FOLDER.parents[1] / "README.md").read_text("utf-8")
    assert "docs/gallery/organization.png" in readme
    assert (FOLDER / "organization.png").read_bytes()[:4] == b"\x89PNG"


def test_the_gallerys_page_names_every_picture() -> None:
    page = (FOLDER / "README.md").read_text("utf-8")
    assert [kind for kind in CHARTS if f"({kind}.svg)" not in page] == []
