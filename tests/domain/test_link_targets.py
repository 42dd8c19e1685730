"""Where a link may lead: the corpus of tricks by which redirects were opened elsewhere."""

from urllib.parse import urlsplit

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.link_targets import LONGEST_TARGET, InvalidLinkTarget, link_target

GOOD = {
    "https://shop.example": "shop.example",
    "http://shop.example/": "shop.example",
    "HTTPS://Shop.Example:8443/a/b;c?x=1&y=%20#top": "shop.example:8443",
    "https://xn--bcher-kva.example/b%C3%BCcher": "xn--bcher-kva.example",
    "https://shop.example/@evil.example": "shop.example",
    "https://shop.example?next=https://evil.example": "shop.example",
    "https://shop.example#@evil.example": "shop.example",
    "http://127.0.0.1:8000/x": "127.0.0.1:8000",
    "https://[2001:db8::1]:443/": "[2001:db8::1]:443",
    "https://shop.example//double": "shop.example",
}
OPEN = (
    "",
    "/relative",
    "//evil.example",
    "///evil.example",
    "/\\evil.example",
    "https:evil.example",
    "https:/evil.example",
    "https:///evil.example",
    "https:\\\\evil.example",
    "https://shop.example\\@evil.example",
    "https://shop.example@evil.example",
    "https://shop.example:pass@evil.example",
    "https://shop.example%40evil.example",
    "https://shop.example%2f@evil.example",
    "https://shop.example:80@evil.example",
    "https://shop.example:evil.example",
    "https://shop.example:99999/",
    "https://shop.example:/",
    "https://shop.example\t.evil.example",
    "https://shop.example\n.evil.example",
    "https://shop.example/\r\nSet-Cookie: a=b",
    "https://shop.example/\0",
    " https://shop.example",
    "https://shop.example ",
    "https://shop.example/a b",
    "https://shop。example",
    "https://evil.example／.shop.example",
    "https://shop.exämple",
    "https://shop.example/ä",
    'https://shop.example/"><script>',
    "https://shop.example/`{|}^",
    "https://-shop.example",
    "https://shop.example./",
    "https://[::1].evil.example",
    "https://[::1",
    "https://.",
    "https://?x",
    "javascript:alert(1)",
    "javascript://shop.example/%0aalert(1)",
    "data:text/html,x",
    "vbscript:x",
    "file:///etc/passwd",
    "ftp://shop.example",
    "mailto:a@shop.example",
    "blob:https://shop.example/x",
    "view-source:https://shop.example",
    "https://" + "a" * LONGEST_TARGET,
)


@pytest.mark.parametrize(("url", "host"), list(GOOD.items()))
def test_a_target_is_kept_as_it_was_written(url: str, host: str) -> None:
    target = link_target(url)
    assert (target.url, target.host) == (url, host)


@pytest.mark.parametrize("url", OPEN)
def test_what_a_browser_could_read_otherwise_is_no_target(url: str) -> None:
    with pytest.raises(InvalidLinkTarget):
        link_target(url)


@settings(max_examples=500, derandomize=True, deadline=None, database=None)
@given(
    st.text("htps:/\\@.#?%[]0aAz-\t\n é", max_size=30).map(lambda rest: "https://" + rest)
    | st.text(max_size=40)
)
def test_whatever_passes_has_one_host_and_nothing_else_before_its_path(url: str) -> None:
    try:
        target = link_target(url)
    except InvalidLinkTarget:
        return
    parts = urlsplit(url)
    assert parts.scheme in ("http", "https")
    assert parts.netloc.lower() == target.host
    assert "@" not in parts.netloc
    assert url.isascii()
    assert url.isprintable()
