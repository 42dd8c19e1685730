"""Finds and starts the Chromium of this machine. Nothing is downloaded."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserType

VARIABLE = "FARLEY_BROWSER"
NAMES = ("chromium", "chromium-browser", "chromium-headless-shell", "google-chrome")
"""The usual names, as in bin/browser."""
ARGUMENTS = (
    "--disable-gpu",
    "--disable-background-networking",
    # no page reaches another host, whatever it asks for
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
)


def started(chromium: "BrowserType", home: Path) -> "Browser":
    """Starts the browser that FARLEY_BROWSER names, else the first usual one that starts.

    It takes `home` for its user's home, and so leaves nothing in the real one.
    Fails the test if the named one does not start, and skips it if no usual one does.
    """
    named = os.environ.get(VARIABLE)
    environment: dict[str, str | float | bool] = {**os.environ, "HOME": str(home)}
    failures = []
    for path in [shutil.which(named) or named] if named else _usual():
        try:
            # Without a sandbox, which root cannot have: only Farley's own pages are opened.
            return chromium.launch(
                executable_path=path, args=ARGUMENTS, chromium_sandbox=False, env=environment
            )
        except Exception as error:
            failures.append(f"{path} does not start ({str(error).splitlines()[0]})")
    if named:
        pytest.fail(f"{VARIABLE}: {failures[0]}")
    pytest.skip("; ".join(failures) or f"no Chromium is here; install one, or name it in {VARIABLE}")


def _usual() -> Iterator[str]:
    yield from filter(None, map(shutil.which, NAMES))
