"""The options of verbs that can show a past moment."""

from collections.abc import Callable
from typing import Any, TypeVar

import click

from application.moments import Moment, moment
from application.services import Services
from interfaces.cli.instants import instant

Command = TypeVar("Command", bound=Callable[..., Any])

KNOWN_AT = click.option(
    "--known-at",
    metavar="INSTANT",
    help="Show what was known then: only facts recorded at or before it, such as 2026-01-31T09:30:00Z.",
)
AS_OF = click.option(
    "--as-of",
    metavar="INSTANT",
    help="Show what was true then: only facts dated at or before it, whenever they were recorded.",
)


def of_moment(command: Command) -> Command:
    """Adds the options --known-at and --as-of."""
    return KNOWN_AT(AS_OF(command))


def moment_meant(services: Services, known_at: str | None, as_of: str | None) -> Moment:
    """Returns the moment that the options mean. Raises InvalidInput, or InFuture."""
    return moment(
        services.clock.now(),
        known_at=instant(known_at, "known_at") if known_at else None,
        as_of=instant(as_of, "as_of") if as_of else None,
    )
