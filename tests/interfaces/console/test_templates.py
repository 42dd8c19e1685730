"""Every page in both languages: whole for a screen reader, and nothing that the policy for contents refuses."""

import re
from collections import Counter
from pathlib import Path

import pytest

from interfaces.console.languages import LANGUAGES
from tests.interfaces.console import samples
from tests.interfaces.console.gallery import PAGES, page
from tests.interfaces.console.read_pages import Read
from tests.interfaces.console.rendering import TEMPLATES, rendered

SOURCES = sorted(TEMPLATES.rglob("*.html"))
NOT_TEXTS = {"Enter", "j", "k", "g", "required"}
"""Keys, the same in every language, and an attribute without a value."""
READ_ALOUD = ("aria-label", "alt", "placeholder", "title")
HOSTILE = "\"><script>alert(1)</script>{{ 7 * 7 }}'&"

every_page = pytest.mark.parametrize("name", PAGES)
every_language = pytest.mark.parametrize("language", LANGUAGES)
every_source = pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(TEMPLATES)))


@every_page
@every_language
def test_a_page_is_whole_for_a_screen_reader(name: str, language: str) -> None:
    source = page(name, language)
    html = Read(source)
    assert html.all("html") == [{"lang": language}]
    assert [len(html.all(tag)) for tag in ("h1", "main")] == [1, 1]
    assert source.partition("</head>")[0].count("<title>") == 1
    assert not [of for of, times in Counter(html.values("id")).items() if times > 1]
    ids = set(html.values("id"))
    named = [
        one for attribute in ("aria-describedby", "aria-labelledby", "for") for one in html.values(attribute)
    ]
    assert {one for names in named for one in names.split()} <= ids
    assert {href[1:] for href in html.values("href") if href.startswith("#") and len(href) > 1} <= ids
    assert all(
        {"aria-hidden", "aria-label"} & of.keys()
        for of in html.all("svg")
        if "icon" in (of.get("class") or "")
    )


@every_page
@every_language
def test_each_field_has_a_label_and_each_form_a_token(name: str, language: str) -> None:
    html = Read(page(name, language))
    fields = [of for tag in ("input", "select", "textarea") for of in html.all(tag)]
    asked = [
        of for of in fields if of.get("type") not in ("hidden", "checkbox", "radio") and "hidden" not in of
    ]
    assert {of["id"] for of in asked} <= set(html.values("for"))
    posts = [form for form in html.all("form") if form["method"] == "post"]
    assert [of.get("value") for of in fields if of["name"] == "form_token"] == ["token-of-a-form"] * len(
        posts
    )


@every_page
@every_language
def test_a_page_has_no_inline_script_or_style_and_asks_no_other_host(name: str, language: str) -> None:
    source = page(name, language)
    html = Read(source)
    assert "<style" not in source
    assert not [a for _, of in html.elements for a in of if a == "style" or a.startswith(("on", "hx-on"))]
    assert all((of.get("src") or "").startswith("/console/static/") for of in html.all("script"))
    paths = [*html.values("src"), *html.values("href"), *html.values("action")]
    assert not [path for path in paths if not path.startswith(("/console", "#", "?lang="))]


@every_source
def test_a_template_has_no_text_of_its_own(path: Path) -> None:
    markup = re.sub(r"\{#.*?#\}|\{%.*?%\}|\{\{.*?\}\}", "", path.read_text(encoding="utf-8"), flags=re.DOTALL)
    words = re.findall(r"[^\W\d_]+", re.sub(r'<[^>]*>|[a-z-]+="[^"]*"', " ", markup))
    assert set(words) <= NOT_TEXTS
    said = [value for attribute in READ_ALOUD for value in re.findall(rf'[ <]{attribute}="([^"]+)"', markup)]
    assert said == []


def test_only_drawings_are_not_escaped() -> None:
    unescaped = [
        path.name for path in SOURCES for _ in re.findall(r"\|\s*safe|Markup|autoescape", path.read_text())
    ]
    assert unescaped == ["icon.html"]


def test_what_people_wrote_is_printed_literally() -> None:
    values = samples.framed("en", notice=HOSTILE, waiting=[])
    values["person"].name = HOSTILE
    for html in (
        rendered("home.html", "en", **values),
        rendered(
            "sign_in_link.html", "en", **samples.bare(person_name=HOSTILE, action="/console/sign-in/link")
        ),
        rendered("sign_in.html", "en", **samples.bare(error=HOSTILE, kept=[(HOSTILE, HOSTILE)])),
    ):
        assert "<script>alert" not in html
        assert "&#34;&gt;&lt;script&gt;alert(1)&lt;/script&gt;{{ 7 * 7 }}" in html


@every_language
def test_what_is_not_known_is_never_shown_as_zero(language: str) -> None:
    values = samples.framed(language, waiting=samples.waiting(samples.saying(language)))
    values["reached"].position = None
    html = rendered("home.html", language, **values)
    assert {"en": "Position not known", "es": "Posición desconocida"}[language] in html
    assert {"en": "not known</span>", "es": "se desconoce</span>"}[language] in html
    assert ">0<" not in html


@pytest.mark.parametrize(
    ("seconds", "said"), [(None, None), (0.2, None), (1.2, "1 second behind"), (42, "42 seconds")]
)
def test_a_page_says_how_far_behind_it_is(seconds: float | None, said: str | None) -> None:
    values = samples.framed("en", waiting=[])
    values["reached"].behind_seconds = seconds
    html = rendered("home.html", "en", **values)
    assert "84</span>" in html
    assert (said in html) if said else ("behind" not in html)


def test_keys_are_shown_only_where_they_work() -> None:
    on, off = page("help", "en"), page("help-off", "en")
    assert 'data-shortcuts="on"' in on
    assert "<kbd>g</kbd> <kbd>c</kbd>" in on
    assert 'data-shortcuts="off"' in off
    assert "<kbd>" not in off


def test_each_error_stands_at_its_field_and_in_the_list_on_top() -> None:
    html = page("account-refused", "en")
    assert '<a href="#zone">Unknown zone.</a>' in html
    assert 'aria-describedby="zone-hint zone-error" aria-invalid="true"' in html
    assert '<p class="error" id="zone-error">' in html
