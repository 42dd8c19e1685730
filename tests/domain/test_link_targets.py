"""Where a link may lead: the corpus of tricks by which redirects were opened elsewhere."""

from urllib.parse import urlsplit

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.link_targets import InvalidLinkTarget, link_target
from tests.domain.targets import GOOD, OPEN


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
