"""The moment that a question names by its parameters known_at and as_of."""

from typing import Any

from application.moments import Moment, moment
from domain.errors import InvalidInput
from interfaces.http.blueprint import Body
from interfaces.http.current import services


def moment_of(query: Body) -> Moment:
    """Removes known_at and as_of from the query and returns the moment that they name. Raises InFuture."""
    named = {name: query.pop(name, None) for name in ("known_at", "as_of")}
    return moment(services().clock.now(), **named)


def refuse_past_of_all(moment: Moment, things: str) -> None:
    """Raises InvalidInput for a past moment, in which things are listed for one customer only.

    `things`: the name of the things at the beginning of a sentence.
    """
    if moment.is_past:
        raise InvalidInput(
            f"{things} of a past moment are listed for one customer: name the customer_id.",
            path="customer_id",
            code="customer_needed",
        )


def refuse_reversed(query: Body, since: str = "since", until: str = "until") -> None:
    """Raises InvalidInput for a period that ends before it begins. `since` and `until` name its parameters."""
    begin, end = query.get(since), query.get(until)
    if begin is not None and end is not None and begin > end:
        raise InvalidInput(f"{since} is later than {until}: exchange them.", path=since, code="contradiction")


def without_etag(shown: dict[str, Any]) -> dict[str, Any]:
    """Removes the version from an answer about the past, because no command may rest on such an answer."""
    return {name: value for name, value in shown.items() if name != "version"}
