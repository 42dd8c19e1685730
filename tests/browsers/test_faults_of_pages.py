"""What is wrong with a page fails its test, and leaves a picture and what the console said."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from flask import Flask, Response
from playwright.sync_api import Browser

from tests.browsers.checks import assert_accessible, assert_no_sideways_scroll, tab_to
from tests.browsers.pages import Pages
from tests.interfaces.served import served

ICON = '<!doctype html><html lang="en"><title>Page</title><link rel="icon" href="data:,">'
STRICT = "default-src 'self'; img-src data:"

Opened = Callable[..., Pages]


@pytest.fixture
def opened(chromium: Browser) -> Iterator[Opened]:
    """Opens a page with this body and policy."""
    html, policy = "", ""
    app = Flask("page")
    app.add_url_rule("/", view_func=lambda: Response(html, headers={"Content-Security-Policy": policy}))
    with served(app) as server:

        def opened(body: str, its_policy: str = "", *, script: bool = True) -> Pages:
            nonlocal html, policy
            html, policy = ICON + body, its_policy
            pages = Pages(chromium, server.url)
            pages.open("/", script=script)
            return pages

        yield opened


def assert_clean(pages: Pages, folder: Path) -> None:
    """Closes the pages, which leave no evidence."""
    pages.close(folder / "page", failed=False)
    assert list(folder.iterdir()) == []


@pytest.mark.parametrize("script", [True, False])
@pytest.mark.parametrize(
    ("body", "policy", "fault"),
    [
        ('<p style="color: red">', STRICT, "violates the following Content Security Policy"),
        ('<img alt="" src="https://farley.example/">', "", "request to another host: GET https://farley.ex"),
        ('<img alt="" src="/none.png">', "", "status of 404"),
    ],
)
def test_a_fault_of_a_page_fails_its_test(
    opened: Opened, tmp_path: Path, body: str, policy: str, fault: str, script: bool
) -> None:
    pages = opened(body, policy, script=script)
    with pytest.raises(AssertionError, match=fault):
        pages.close(tmp_path / "page", failed=False)
    assert fault in (tmp_path / "page-console.log").read_text()
    assert (tmp_path / "page-1.png").stat().st_size > 0


@pytest.mark.parametrize("code", ["throw new Error('a fault')", "console.error('a fault')"])
def test_an_error_of_a_script_fails_its_test(opened: Opened, tmp_path: Path, code: str) -> None:
    with pytest.raises(AssertionError, match="a fault"):
        opened(f"<script>{code}</script>").close(tmp_path / "page", failed=False)


def test_a_page_without_fault_passes_and_removes_what_an_earlier_run_left(
    opened: Opened, tmp_path: Path
) -> None:
    (tmp_path / "page-1.png").touch()
    assert_clean(opened("<p>", STRICT), tmp_path)


def test_a_failed_test_leaves_a_picture_of_each_page(opened: Opened, tmp_path: Path) -> None:
    pages = opened("<p>")
    pages.open("/")
    pages.close(tmp_path / "page", failed=True)
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        "page-1.png",
        "page-2.png",
        "page-console.log",
    ]


def test_an_expected_fault_passes_once_and_must_come(opened: Opened, tmp_path: Path) -> None:
    pages = opened("<script>console.error('refused')</script>")
    pages.expect_fault("refused")
    assert_clean(pages, tmp_path)
    pages.expect_fault("refused")
    assert pages.faults() == ["expected, and did not come: refused"]


def test_the_checks_name_what_is_wrong(opened: Opened, tmp_path: Path) -> None:
    pages = opened('<main><input><p style="width: 400px">wide</p><button disabled>No</button></main>')
    (page,) = pages.pages()
    with pytest.raises(
        AssertionError, match=r"390-dark: Form elements must have labels \(label\): \['input'\]"
    ):
        assert_accessible(page)
    with pytest.raises(AssertionError, match="wide"):
        assert_no_sideways_scroll(page)
    with pytest.raises(AssertionError, match="is not reached"):
        tab_to(page, page.get_by_role("button"), at_most=5)
    assert page.viewport_size == {"width": 1280, "height": 720}
    assert_clean(pages, tmp_path)
