"""One Flask app for the whole run, because making it takes long: what varies is the use cases below it."""

from functools import cache
from typing import Any

from flask import Flask

from application.services import Services
from interfaces.http.app import create_app
from interfaces.http.current import EXTENSION


def app_of(services: Services) -> Flask:
    """The run's app, which asks these use cases from now on."""
    app = _app()
    app.extensions[EXTENSION] = services
    return app


@cache
def _app() -> Flask:
    no_services: Any = None
    return create_app(no_services)
