"""Click links in templates: the filter `track`."""

import pytest

from domain.campaigns.errors import InvalidTemplate
from domain.errors import InvalidInput
from domain.messages.errors import RenderError
from infrastructure.templates import LiquidTemplates

templates = LiquidTemplates()


def track(url: str) -> str:
    if "evil" in url:
        raise InvalidInput("No such target.")
    return f"https://farley.example/c/{len(url)}"


def test_a_tracked_url_becomes_a_link_of_the_message() -> None:
    source = '{{ "https://shop.example/offer" | track }} {{ "https://shop.example/" | append: name | track }}'
    templates.check(source, ["name"])
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


def test_a_template_tells_the_names_that_it_asks_for() -> None:
    assert templates.names("{{ a.b }} {% if c %}{% assign d = 1 %}{{ d }}{% endif %}") == {"a", "c"}
