"""Builds a web process, for `farley web` and for `wsgi:app`.

The modules of the HTTP interface are imported inside functions, because the supervisor imports this module, too.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from infrastructure.machine.home import Located
from infrastructure.wiring.use_cases import UseCases

if TYPE_CHECKING:
    from flask import Flask


def refuse_faulty(located: Located) -> None:
    """Raises the error of a faulty installation at once, before a process serves. Leaves nothing open."""
    UseCases(located, pool_size=1).close()


@contextmanager
def web_app(located: Located) -> Iterator["Flask"]:
    """The Flask application of this process, on pools of its own."""
    from interfaces.http.app import create_app

    with UseCases(located, pool_size=located.settings.pool_size) as installation:
        yield create_app(installation.services())
