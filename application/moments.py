"""The port to the read models of a moment: those of now, or those of a past moment, folded from the log."""

from collections.abc import Collection, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol
from uuid import UUID

from application.requests import LONGEST_AHEAD
from domain.errors import InFuture, NotFound


@dataclass(frozen=True, kw_only=True)
class Moment:
    """Which facts count, by their instants: all facts, unless it has an instant. With both, a fact must meet both.

    `known_at`: only facts that were known then, up to the last position recorded at or before it.
    `as_of`: only facts that were true then, those said at or before it, whenever they were recorded.
    """

    known_at: datetime | None = None
    as_of: datetime | None = None

    @property
    def is_past(self) -> bool:
        return self.instant is not None

    @property
    def instant(self) -> datetime | None:
        """The instant of this moment's verdicts, None for now."""
        return self.as_of or self.known_at

    def __str__(self) -> str:
        """Says which facts count, such as `recorded by 2026-01-05T00:00:00Z`."""
        named = (("recorded", self.known_at), ("dated", self.as_of))
        return " and ".join(f"{verb} by {_utc(at)}" for verb, at in named if at is not None)


def moment(now: datetime, *, known_at: datetime | None, as_of: datetime | None) -> Moment:
    """Returns the moment that a question names.

    Raises InFuture, with a path, for an instant that is more than five minutes ahead. One that is less far ahead comes
    from a clock that runs ahead, and means now.
    """
    for path, instant in (("known_at", known_at), ("as_of", as_of)):
        if instant is not None and instant > now + LONGEST_AHEAD:
            raise InFuture(
                f"This instant is in the future. Leave {path} out to ask about now.",
                path=path,
                code="in_future",
            )
    return Moment(known_at=known_at, as_of=as_of)


@dataclass(frozen=True, kw_only=True)
class ReadModels:
    """The read models of one moment.

    `connection`: a psycopg connection on which all statements see the same state; its rows are dicts. For a past
    moment, `position` is the last one that counts, and `rules_version` and `smtputf8` are those of the newest decision
    recorded by then, or None if there was none.
    """

    moment: Moment
    connection: Any
    position: int | None = None
    rules_version: int | None = None
    smtputf8: bool | None = None


class Moments(Protocol):
    """Opens read models. `names` are the projections that the questions read.

    A NotFound that the caller raises while they are open says which facts count.
    """

    def of_person(
        self, moment: Moment, profile_id: UUID, names: Collection[str]
    ) -> AbstractContextManager[ReadModels]:
        """Opens what questions about the person of this profile need."""

    def of_stream(
        self, moment: Moment, stream_id: UUID, names: Collection[str]
    ) -> AbstractContextManager[ReadModels]:
        """Opens what questions about one stream need, such as a complaint's."""


@contextmanager
def naming_facts(moment: Moment, position: int) -> Iterator[None]:
    """Adds to a NotFound which facts count. `position`: the last one that counts."""
    try:
        yield
    except NotFound as missing:
        counted = f"Only facts {moment} count" if position else f"No fact at all was {moment}"
        raise type(missing)(f"{missing.message} {counted}.") from missing


def _utc(instant: datetime) -> str:
    return instant.isoformat().replace("+00:00", "Z")
