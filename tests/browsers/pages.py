"""Pages in a browser. What its console says and what they ask for is noted, and held against them at the end."""

from contextlib import suppress
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from playwright.sync_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Error,
    Page,
    Request,
    WebError,
    expect,
)

SCREENSHOTS = Path(__file__).parents[2] / ".farley" / "screenshots"
PATIENCE = 15_000
"""The milliseconds within which a page must do what a test waits for."""
expect.set_options(timeout=PATIENCE)
OVER_A_NETWORK = ("http", "https", "ws", "wss")


class Pages:
    """Opens pages of the application at `url`, each in a context of its own: as different people do."""

    def __init__(self, browser: Browser, url: str) -> None:
        self.url = url
        self.log: list[str] = []
        """What the consoles said, and each request, in their order."""
        self._browser = browser
        self._contexts: list[BrowserContext] = []
        self._faults: list[str] = []
        self._expected: list[str] = []

    def open(self, path: str, *, script: bool = True, **options: Any) -> Page:
        """Opens a path in a new context. `options`: those of a context of Playwright, such as locale or viewport."""
        page = self.context(script=script, **options).new_page()
        page.goto(path)
        return page

    def context(self, *, script: bool = True, **options: Any) -> BrowserContext:
        """Returns a new context: no cookies, and whether its pages may run scripts."""
        settings = {"base_url": self.url, "locale": "en", "reduced_motion": "reduce"} | options
        context = self._browser.new_context(java_script_enabled=script, **settings)
        context.set_default_timeout(PATIENCE)
        context.on("console", self._note_console)
        context.on("weberror", self._note_error)
        context.on("request", self._note_request)
        self._contexts.append(context)
        return context

    def pages(self) -> list[Page]:
        """Returns all open pages."""
        return [page for context in self._contexts for page in context.pages]

    def expect_fault(self, text: str) -> None:
        """Says that one fault with this text is right, such as the console's error for a refused form."""
        self._expected.append(text)

    def close(self, evidence: Path, *, failed: bool) -> None:
        """Closes all contexts and fails the test for its pages' faults.

        If the test `failed`, or fails by this, its screenshots and its log stay in files that begin with `evidence`.
        """
        pages = self.pages()
        for page in pages:
            # What the browser said before is noted before it answers.
            with suppress(Error):
                page.title()
        for old in evidence.parent.glob(f"{evidence.name}-*"):
            old.unlink()
        failed = failed or bool(self.faults())
        if failed:
            _photograph(pages, evidence)
        for context in self._contexts:
            context.close()
        if failed or self.faults():
            evidence.parent.mkdir(parents=True, exist_ok=True)
            evidence.with_name(f"{evidence.name}-console.log").write_text("\n".join((*self.log, "")))
        assert not self.faults(), "\n".join(self.faults())

    def faults(self) -> list[str]:
        """Returns errors that were not expected, requests to other hosts, and expected errors that did not come."""
        unexpected, awaited = [], list(self._expected)
        for fault in self._faults:
            expected = next((text for text in awaited if text in fault), None)
            awaited.remove(expected) if expected else unexpected.append(fault)
        return unexpected + [f"expected, and did not come: {text}" for text in awaited]

    def _note_console(self, message: ConsoleMessage) -> None:
        note = self._fault if message.type == "error" else self.log.append
        note(f"console {message.type}: {message.text} ({message.location.get('url')})")

    def _note_error(self, error: WebError) -> None:
        self._fault(f"uncaught: {error.error}")

    def _note_request(self, request: Request) -> None:
        address = urlsplit(request.url)
        other = address.scheme in OVER_A_NETWORK and address.netloc != urlsplit(self.url).netloc
        note = self._fault if other else self.log.append
        note(f"request{' to another host' if other else ''}: {request.method} {request.url}")

    def _fault(self, line: str) -> None:
        self.log.append(line)
        self._faults.append(line)


def _photograph(pages: list[Page], evidence: Path) -> None:
    for number, page in enumerate(pages, start=1):
        with suppress(Error):
            page.screenshot(path=evidence.with_name(f"{evidence.name}-{number}.png"), full_page=True)
