"""Fixtures for tests in a real browser: `chromium`, started once in a process, and `browse`, which opens pages.

A folder of such tests has a fixture of its own, which serves the application of its installation:

    @pytest.fixture
    def pages(api: Api, browse: Browse) -> Iterator[Pages]:
        with browse(api.app) as pages:
            yield pages

All these tests are in one group of xdist, so that one worker has the only browser. Without a browser they are skipped.
"""

import re
from collections.abc import Callable, Generator, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from playwright.sync_api import Browser

    from tests.browsers.pages import Pages

    Browse = Callable[[Any], AbstractContextManager[Pages]]

FAILED = pytest.StashKey[bool]()


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Marks the tests that use the browser. They begin early, because one worker is busy with all of them."""
    for item in items:
        if "chromium" in getattr(item, "fixturenames", ()):
            for mark in (pytest.mark.browser, pytest.mark.xdist_group("browser"), pytest.mark.long):
                item.add_marker(mark)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Notes that a test failed, for the fixtures that are closed after it."""
    report = yield
    item.stash[FAILED] = report.failed or item.stash.get(FAILED, False)
    return report


@pytest.fixture(scope="session")
def chromium(tmp_path_factory: pytest.TempPathFactory) -> Iterator["Browser"]:
    """The process's browser."""
    # These slow imports are here because most runs of a few tests need no browser.
    from playwright.sync_api import sync_playwright

    from tests.browsers.finding import started

    with sync_playwright() as playwright:
        browser = started(playwright.chromium, tmp_path_factory.mktemp("home"))
        yield browser
        browser.close()


@pytest.fixture
def browse(chromium: "Browser", request: pytest.FixtureRequest) -> "Browse":
    """Serves an app within a `with` block, and opens its pages."""
    from tests.browsers.pages import SCREENSHOTS, Pages
    from tests.interfaces.served import served

    evidence = SCREENSHOTS / f"failed-{re.sub(r'[^a-z0-9]+', '-', request.node.nodeid.lower())[-120:]}"

    @contextmanager
    def browse(app: Any) -> Iterator[Pages]:
        with served(app) as server:
            pages, failed = Pages(chromium, server.url), True
            try:
                yield pages
                failed = request.node.stash.get(FAILED, False)
            finally:
                pages.close(evidence, failed=failed)

    return browse
