"""The base class of all aggregates, and how they make their facts."""

from dataclasses import MISSING, fields
from datetime import UTC, datetime
from typing import Any, ClassVar, Self, TypeVar
from uuid import UUID

from eventsourcing.domain import Aggregate as LibraryAggregate

from domain.facts import BEGINS, Circumstances, CustomerFact, Fact, folded_fields, stream_of

F = TypeVar("F", bound=Fact)

NO_TIME = datetime.fromtimestamp(0, UTC)
"""The creation time that the eventsourcing library asks for. Nothing reads it."""

_FIELDS: dict[type[Fact], tuple[dict[str, Any], frozenset[str]]] = {}


class Aggregate(LibraryAggregate):
    """State made of facts. A subclass says which facts can begin it and how each fact changes it.

    `id` is the id that clients know; a client may have chosen it. The id of the stream is another one, which
    derives from `id` and from the kind of the aggregate.
    """

    stream_kind: ClassVar[str]

    def __init_subclass__(cls, *, begun_by: tuple[type[Fact], ...] = (), **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        for fact_class in begun_by:
            BEGINS[fact_class] = cls
            cls.stream_kind = fact_class.stream_kind

    @classmethod
    def stream_of(cls, aggregate_id: UUID) -> UUID:
        """Returns the id of the stream of the aggregate with this id."""
        return stream_of(cls.stream_kind, aggregate_id)

    @classmethod
    def before_first_fact(cls, aggregate_id: UUID, *, version: int = 0) -> Self:
        """Returns an aggregate to which no fact was applied. The next fact has the version after `version`."""
        aggregate = cls.__new__(cls)
        aggregate.__base_init__(aggregate_id, version, NO_TIME)
        return aggregate

    def apply(self, fact: Fact) -> None:
        """Changes the state by one fact. This method runs on every load and must never raise."""

    @classmethod
    def begin(
        cls, fact_class: type[Fact], aggregate_id: UUID, circumstances: Circumstances, **values: Any
    ) -> Self:
        """Returns a new aggregate with its first fact pending."""
        return cls.begun(cls.first_fact(fact_class, aggregate_id, circumstances, **values))

    @classmethod
    def begun(cls, fact: Fact) -> Self:
        """Returns a new aggregate with this first fact pending."""
        aggregate: Self = fact.mutate(None)
        aggregate.pending_events.append(fact)
        return aggregate

    @classmethod
    def first_fact(
        cls, fact_class: type[F], aggregate_id: UUID, circumstances: Circumstances, **values: Any
    ) -> F:
        """Returns what would be the first fact of the aggregate with this id."""
        return _state_fact(fact_class, aggregate_id, cls.INITIAL_VERSION, circumstances, values)

    def trigger(self, fact_class: type[Fact], circumstances: Circumstances, **values: Any) -> None:
        """Creates the next fact of this stream, applies it and adds it to the pending facts."""
        self.add(self.next_fact(fact_class, circumstances, **values))

    def next_fact(self, fact_class: type[F], circumstances: Circumstances, **values: Any) -> F:
        """Returns what would be the next fact of this stream, without adding it."""
        return _state_fact(fact_class, self.id, self.version + 1, circumstances, values)

    def add(self, fact: Fact) -> None:
        """Applies a fact that `next_fact` returned and adds it to the pending facts."""
        fact.mutate(self)
        self.pending_events.append(fact)


def _state_fact(
    fact_class: type[F],
    aggregate_id: UUID,
    version: int,
    circumstances: Circumstances,
    values: dict[str, Any],
) -> F:
    of_customer = issubclass(fact_class, CustomerFact)
    spoken_for = {"brand": circumstances.brand, "division": circumstances.division} if of_customer else {}
    stated = {**spoken_for, **values}
    return _made(
        fact_class,
        {
            "originator_id": aggregate_id,
            "originator_version": version,
            "occurred_at": circumstances.occurred_at,
            "actor": circumstances.actor,
            "correlation_id": circumstances.correlation_id,
            "causation_id": circumstances.causation_id,
            **stated,
            **folded_fields(fact_class, stated),
        },
    )


def _made(fact_class: type[F], values: dict[str, Any]) -> F:
    """Returns the fact with these values.

    It fills all fields at once: the constructor sets them one by one, which takes twice as long. A fact has no
    `__post_init__`, which would not run here.
    """
    defaults, required = _fields_of(fact_class)
    filled = defaults | values
    if len(filled) > len(defaults) or not required <= values.keys():
        return fact_class(**values)  # which makes missing values, or refuses a missing or an unknown field
    fact = object.__new__(fact_class)
    vars(fact).update(filled)
    return fact


def _fields_of(fact_class: type[Fact]) -> tuple[dict[str, Any], frozenset[str]]:
    """Returns the defaults of the fields, in the order of the fields, and the names of those that have none."""
    if fact_class not in _FIELDS:
        defaults = {field.name: field.default for field in fields(fact_class)}
        required = frozenset(name for name, default in defaults.items() if default is MISSING)
        _FIELDS[fact_class] = defaults, required
    return _FIELDS[fact_class]
