"""The moment that a question names by its parameters known_at and as_of."""

from typing import Any

from application.moments import Moment, moment
from interfaces.http.blueprint import Body
from interfaces.http.current import services


def moment_of(query: Body) -> Moment:
    """Removes known_at and as_of from the query and returns the moment that they name. Raises InFuture."""
    named = {name: query.pop(name, None) for name in ("known_at", "as_of")}
    return moment(services().clock.now(), **named)


def without_etag(shown: dict[str, Any]) -> dict[str, Any]:
    """Removes the version from an answer about the past, because no command may rest on such an answer."""
    return {name: value for name, value in shown.items() if name != "version"}
