"""given(facts).when(command).then(facts), without a database.

    given(told(ComplaintOpened, ...)).when(lambda c: c.close(now(), ...)).then(told(ComplaintClosed, ...))
    begun(lambda: Complaint.open(...)).then_refused(InvalidInput, path="severity")

Facts are written in one way on both sides: the class and what it says. All are in one stream and of one
customer unless they say otherwise.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, cast
from uuid import UUID

from domain.aggregates import Aggregate
from domain.errors import FarleyError, InvalidInput
from domain.facts import Circumstances, CustomerFact, Fact, folded_fields
from domain.repetition import content

STREAM = UUID("00000000-0000-4000-8000-00000000000a")
CUSTOMER = UUID("00000000-0000-4000-8000-00000000000b")
REQUEST = UUID("00000000-0000-4000-8000-00000000000c")
START = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


def minute(number: int) -> datetime:
    """An instant so many minutes after the first fact."""
    return START + timedelta(minutes=number)


def now(at: datetime = minute(1_000), **values: Any) -> Circumstances:
    """The circumstances of a command: long after all that was given, unless it says when."""
    return Circumstances(occurred_at=at, actor="tests", correlation_id=REQUEST, **values)


@dataclass(frozen=True)
class Told:
    """What a fact says, and when where that matters."""

    fact_class: type[Fact]
    values: dict[str, Any]
    at: datetime | None = None

    def fact(self, version: int) -> Fact:
        whose = {"customer_id": CUSTOMER} if issubclass(self.fact_class, CustomerFact) else {}
        values = cast(Any, whose | self.values)
        of_profile = self.fact_class.stream_kind in ("consents", "profiles")
        return self.fact_class(
            originator_id=values["customer_id"] if of_profile else STREAM,
            originator_version=version,
            occurred_at=self.at or minute(version),
            actor="tests",
            correlation_id=REQUEST,
            **values,
            **folded_fields(self.fact_class, values),
        )


def told(fact_class: type[Fact], *, at: datetime | None = None, **values: Any) -> Told:
    return Told(fact_class, values, at)


@dataclass
class Outcome:
    """What a command did: the facts it triggered, or its refusal."""

    facts: list[Fact] = field(default_factory=list)
    refusal: FarleyError | None = None

    def then(self, *expected: Told) -> None:
        """Exactly these facts; a date is compared where one is expected."""
        assert self.refusal is None, f"refused: {self.refusal!r}"
        assert [_shown(fact) for fact in self.facts] == [_shown(one.fact(0)) for one in expected]
        for fact, one in zip(self.facts, expected, strict=True):
            assert one.at in (None, fact.occurred_at)

    def then_nothing(self) -> None:
        self.then()

    def then_refused(self, error: type[FarleyError], *, path: str | None = None) -> None:
        """Exactly this error, and no fact."""
        assert type(self.refusal) is error, f"{self.refusal!r}, facts {self.facts}"
        assert self.facts == []
        if path is not None:
            assert cast(InvalidInput, self.refusal).path == path


class Given:
    """An aggregate to which this has happened, loaded from its facts as from the log."""

    def __init__(self, facts: list[Fact]) -> None:
        self._aggregate: Any = None
        for fact in facts:
            self._aggregate = fact.mutate(self._aggregate)

    def when(self, command: Callable[[Any], object]) -> Outcome:
        return _outcome(lambda: command(self._aggregate), lambda _: self._aggregate.pending_events)


def given(*facts: Told) -> Given:
    return Given([one.fact(version) for version, one in enumerate(facts, start=1)])


def begun(command: Callable[[], Aggregate]) -> Outcome:
    """What a command does that begins an aggregate."""
    return _outcome(command, lambda aggregate: aggregate.pending_events)


def _outcome(command: Callable[[], Any], pending: Callable[[Any], list[Any]]) -> Outcome:
    try:
        result = command()
    except FarleyError as refusal:
        return Outcome(refusal=refusal)
    return Outcome(facts=list(pending(result)))


def _shown(fact: Fact) -> tuple[type[Fact], dict[str, Any]]:
    return type(fact), content(fact)
