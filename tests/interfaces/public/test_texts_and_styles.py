"""The pages in both languages, for everybody's eyes and hands."""

import json
import re
import string

import pytest

from interfaces.http.pages import languages, rendering
from interfaces.http.pages.languages import LANGUAGES, texts
from interfaces.http.pages.masking import masked
from interfaces.http.service.assets_routes import FILES, FOLDER
from tests.interfaces.public.conftest import Page, Site

ANN = "ann@example.org"
READABLE = 4.5
"""The contrast that WCAG 2.2 AA asks of text."""
PAIRS = [
    ("ink", "paper"),
    ("ink", "ground"),
    ("soft", "paper"),
    ("soft", "ground"),
    ("accent", "paper"),
    ("accent", "ground"),
    ("on-accent", "accent"),
    ("ink", "good"),
    ("ink", "note"),
]


def test_each_language_says_all_and_names_the_same_things() -> None:
    assert {path.stem for path in languages.FOLDER.iterdir()} == LANGUAGES.keys()
    first, *others = (texts(language) for language in LANGUAGES)
    for other in others:
        assert list(other) == list(first)
        for name, text in first.items():
            assert _fields(other[name]) == _fields(text), name


def test_every_text_that_a_page_asks_for_is_there_and_every_text_is_asked_for() -> None:
    sources = "".join(path.read_text() for path in rendering.FOLDER.iterdir())
    asked = set(re.findall(r"\bt\.([a-z_]+)", sources))
    told = {"told_unsubscribed", "told_saved", "told_unchanged"}
    purposes = {"purpose.marketing", "purpose.survey", "purpose.service"}
    refusals = {
        f"refusal_{name}{part}"
        for name in ("link_unknown", "form_expired", "later", "refused", "fault")
        for part in ("", "_title")
    }
    assert asked | told | purposes | refusals == set(texts("en"))


def test_no_text_has_markup() -> None:
    for language in LANGUAGES:
        assert not re.search(r"[<>&]", json.dumps(texts(language), ensure_ascii=False))


def test_a_page_is_whole_for_a_screen_reader(site: Site) -> None:
    site.world.customer(ANN)
    site.send(topic="vinyl")
    for path in (site.page_of(ANN), site.click_of(ANN)):
        page = site.look(path)
        tags = [tag for tag, _ in page.tags]
        assert tags.count("h1") == tags.count("main") == tags.count("title") == 1
        assert ("meta", {"name": "viewport", "content": "width=device-width, initial-scale=1"}) in page.tags
        assert tags.count("label") == len(page.boxes)
        assert tags.count("fieldset") == tags.count("legend") == bool(page.boxes)
        ids = {a["id"] for _, a in page.tags if "id" in a}
        assert {a["aria-describedby"] for _, a in page.tags if "aria-describedby" in a} <= ids


def test_what_was_done_is_announced(site: Site) -> None:
    site.world.customer(ANN)
    site.send()
    answer = Page(site.one_click(site.page_of(ANN)).text)
    assert ("p", {"class": "told", "role": "status"}) in answer.tags


def test_pages_have_no_other_files(site: Site) -> None:
    assert {path.name for path in FOLDER.iterdir()} == FILES.keys()
    for name in ("../docs.html", "..%2fdocs.html", "pages", "pages/pages.css", "x.css"):
        assert site.client.get(f"/static/{name}").status_code == 404
    assert site.client.get("/static/pages.css").content_type == "text/css; charset=utf-8"


@pytest.mark.parametrize(("text", "behind"), PAIRS)
def test_text_can_be_read_by_day_and_by_night(text: str, behind: str) -> None:
    day, night = (
        dict(re.findall(r"--([a-z-]+): (#[0-9a-f]{6});", part))
        for part in (FOLDER / "pages.css").read_text().split("@media")
    )
    for colours in (day, night):
        lighter, darker = sorted(map(_luminance, (colours[text], colours[behind])), reverse=True)
        assert (lighter + 0.05) / (darker + 0.05) >= READABLE


@pytest.mark.parametrize(
    ("address", "shown"),
    [
        ("ann@example.org", "a•••@example.org"),
        ("a@b.example", "a•••@b.example"),
        ("@x", "•••@x"),
        ("é@x", "é•••@x"),
    ],
)
def test_an_address_is_masked(address: str, shown: str) -> None:
    assert masked(address) == shown


def _fields(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


def _luminance(colour: str) -> float:
    """As WCAG defines it, of #rrggbb."""
    parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    red, green, blue = (p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
