"""Click links in templates: the filter `track`."""

import pytest

from application.templates import Named
from domain.campaigns.errors import InvalidTemplate
from domain.errors import InvalidInput
from domain.messages.errors import RenderError
from infrastructure.liquid.templates import LiquidTemplates

templates = LiquidTemplates()


def track(url: str) -> str:
    if "evil" in url:
        raise InvalidInput("No such target.")
    return f"https://farley.example/c/{len(url)}"


def test_a_tracked_url_becomes_a_link_of_the_message() -> None:
    source = '{{ "https://shop.example/offer" | track }} {{ "https://shop.example/" | append: name | track }}'
    templates.check(source)
    assert templates.render(source, {"name": "Ann"}, track) == (
        "https://farley.example/c/26 https://farley.example/c/24"
    )


def test_each_message_has_its_own_links() -> None:
    source = '{{ "https://shop.example/" | track }}'
    assert [templates.render(source, {}, {"https://shop.example/": link}.__getitem__) for link in "ab"] == [
        "a",
        "b",
    ]
    assert templates.render(source, {}) == "https://shop.example/"


@pytest.mark.parametrize(
    "source",
    ['{{ "/offer" | track }}', '{{ "javascript:x" | track }}', '{{ "https://a@b" | track | upcase }}'],
)
def test_a_target_that_is_none_is_refused_at_the_draft(source: str) -> None:
    with pytest.raises(InvalidTemplate, match="track: A link leads to an absolute"):
        templates.check(source)


@pytest.mark.parametrize(
    "source", ['{{ "https://evil" | track }}', "{{ seven | track }}", "{{ gone | track }}"]
)
def test_a_target_that_is_none_for_one_person_fails_that_rendering(source: str) -> None:
    with pytest.raises(RenderError):
        templates.render(source, {"seven": 7}, track)


def test_a_template_tells_the_values_that_it_asks_for_with_their_lines() -> None:
    source = "{{ a.b }} {% if c['d'].e %}\n{% assign f = 1 %}{{ f }}{{ a[0].g | append: a[c] }}{% endif %}{{ [c] }}"
    assert templates.names(source) == [
        Named(("a", "b"), 1),
        Named(("c", "d", "e"), 1),
        Named(("a",), 2),
        Named(("a",), 2),
        Named(("c",), 2),
        Named(("['c']",), 2),
        Named(("c",), 2),
    ]
