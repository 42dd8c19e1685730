"""`wsgi:app` for any WSGI server, configured by the environment. It serves; it never migrates.

Importing it fails, saying why, where the installation is not ready. Each process opens its own connections at
its first request, so a server may import this before it forks. FARLEY_THREADS is at least the server's threads.
`farley web` does not use this: what a slow or broken client may do here is up to the server.
"""

import atexit
import os
import threading
from collections.abc import Iterable
from contextlib import ExitStack
from typing import TYPE_CHECKING

from infrastructure.machine import logs
from infrastructure.machine.home import Located, locate
from infrastructure.machine.settings import Settings, drop_secrets
from infrastructure.postgres.migrated import refuse_unmigrated, refuse_unsafe
from infrastructure.wiring.web import refuse_faulty, web_app

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment


class AppOfEachProcess:
    """Passes a request on to the app of the process that serves it."""

    def __init__(self, located: Located) -> None:
        self._located = located
        self._lock = threading.Lock()
        self._apps: dict[int, WSGIApplication] = {}

    def __call__(self, environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        return self.app()(environ, start_response)

    def app(self) -> "WSGIApplication":
        """The Flask application of this process."""
        process = os.getpid()
        with self._lock:
            if process not in self._apps:
                self._apps[process] = self._made()
            return self._apps[process]

    def _made(self) -> "WSGIApplication":
        opened = ExitStack()
        atexit.register(opened.close)
        return opened.enter_context(web_app(self._located))


def _ready() -> Located:
    """Everything located and looked at once, nothing left open."""
    logs.configure("web")
    settings = Settings.from_env(os.environ)
    drop_secrets(os.environ)
    located = locate(settings)
    refuse_unmigrated(located.database_url)
    refuse_unsafe(located.database_url, located.keys_url)
    refuse_faulty(located)
    return located


app = AppOfEachProcess(_ready())
