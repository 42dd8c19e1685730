"""The base classes of all facts.

A fact (event) is a frozen dataclass with an explicit stored name, version and kind of stream. Its annotations
are its schema: the mapper stores by them, and the SQL views are generated from them. `PERSONAL` marks a field
that is encrypted under the key of the source profile `customer_id`. Such a field is None once that key is
gone, so it must be optional. A field `X_folded` holds the folded form of the name in field `X`, so that
readers in SQL compare names without folding them.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from datetime import datetime
from functools import lru_cache, singledispatchmethod
from hashlib import sha1
from inspect import getattr_static
from typing import Annotated, Any, ClassVar, TypeVar, get_type_hints
from uuid import UUID

from eventsourcing.domain import CanMutateAggregate

from domain.plain_text import folded

FOLDED = "_folded"
"""The end of the names of fields that hold the folded form of another field."""

DERIVED_IDS = UUID("6f1d2c55-5a0c-4a52-9d64-0b3d6a1c7f10")
"""The namespace of ids that derive from other ids. It must never change."""


_NAMESPACE = sha1(DERIVED_IDS.bytes, usedforsecurity=False)
VERSION_AND_VARIANT = 0xF000_C000 << 48
"""The bits of a UUID that say its version and its variant (RFC 9562)."""
_VERSION_5 = 0x5000_8000 << 48


class PersonalMark:
    """Marks a field of a fact as personal data."""


PERSONAL = PersonalMark()
PersonalText = Annotated[str | None, PERSONAL]
PersonalTree = Annotated[dict[str, Any] | None, PERSONAL]


class WrongKind(Exception):
    """A fact is in a stream of another kind, or is the first of its stream but begins no aggregate."""


@dataclass(frozen=True, kw_only=True)
class Circumstances:
    """The circumstances of a fact: when it happened, who stated it, and which request or event caused it."""

    occurred_at: datetime
    actor: str
    correlation_id: UUID
    causation_id: UUID | None = None
    brand: str | None = None
    division: str | None = None


@dataclass(frozen=True, kw_only=True)
class Fact(CanMutateAggregate[UUID]):
    """Something that happened. `occurred_at` is the source's clock, UTC.

    `originator_id` is the aggregate's id, as clients know it; `stream_kind` is the kind of that aggregate.
    """

    originator_id: UUID
    originator_version: int
    occurred_at: datetime
    actor: str
    correlation_id: UUID
    causation_id: UUID | None = None

    stored_name: ClassVar[str] = ""
    stored_version: ClassVar[int] = 1
    stream_kind: ClassVar[str] = ""

    @property
    def timestamp(self) -> datetime:  # type: ignore[override]
        """The timestamp that the eventsourcing library asks for: `occurred_at`. It is not stored."""
        return self.occurred_at

    @property
    def stream_id(self) -> UUID:
        """The id of the stream in the log that this fact belongs to."""
        return stream_of(self.stream_kind, self.originator_id)

    @property
    def concerns_also(self) -> UUID | None:
        """A second profile by which this fact must be found in the log."""
        return getattr(self, "other_profile_id", None)

    def mutate(self, aggregate: Any) -> Any:
        """Returns the aggregate after this fact. A first fact creates the aggregate.

        Raises WrongKind if the fact does not fit the aggregate's stream.
        """
        if aggregate is None:
            aggregate = self._begun()
        if aggregate.stream_kind != self.stream_kind:
            raise WrongKind(self.stream_kind)
        return super().mutate(aggregate)

    def apply(self, aggregate: Any) -> None:
        _applying(type(aggregate), type(self))(aggregate, self)

    def _begun(self) -> Any:
        if type(self) not in BEGINS:
            raise WrongKind(self.stream_kind)
        version = self.originator_version - 1
        return BEGINS[type(self)].before_first_fact(self.originator_id, version=version)


@dataclass(frozen=True, kw_only=True)
class CustomerFact(Fact):
    """A fact about a customer; `customer_id` is the source profile it was said of."""

    customer_id: UUID
    brand: str | None = None
    brand_folded: str | None = None
    division: str | None = None
    division_folded: str | None = None


@dataclass(frozen=True, kw_only=True)
class Upcast:
    """How to read a fact stored at `from_version` as the next version.

    `state` converts the stored state in Python. `columns` maps a field to the expression over the `data`
    column that the SQL view uses instead of its own.
    """

    from_version: int
    state: Callable[[dict[str, Any]], dict[str, Any]]
    columns: dict[str, str]


F = TypeVar("F", bound=Fact)

FACTS: dict[str, type[Fact]] = {}
"""Every fact class by its stored name: the only way from a name in the log to a class."""

BEGINS: dict[type[Fact], type[Any]] = {}
"""The class of the aggregate that a fact begins, for each class of facts that can be the first of a stream."""

UPCASTS: dict[str, tuple[Upcast, ...]] = {}
_FOLDED_NAMES: dict[type[Fact], tuple[str, ...]] = {}
_PERSONAL_FIELDS: dict[type[Fact], frozenset[str]] = {}
_APPLYING: dict[tuple[type[Any], type[Fact]], Callable[[Any, Fact], None]] = {}


def stored(
    name: str, version: int = 1, upcasts: tuple[Upcast, ...] = (), *, stream_kind: str | None = None
) -> Callable[[type[F]], type[F]]:
    """Gives a fact class its permanent name and version in the log. They stay when the class moves.

    `stream_kind` is the kind of the streams that hold such facts, permanent too. The default is the context,
    which is the first part of the name.
    """

    def register(cls: type[F]) -> type[F]:
        if FACTS.setdefault(name, cls) is not cls:
            raise TypeError(f"the stored name {name} is taken by {FACTS[name]}")
        cls.stored_name, cls.stored_version, UPCASTS[name] = name, version, upcasts
        cls.stream_kind = stream_kind or name.partition(".")[0]
        return cls

    return register


def personal_fields(fact_class: type[Fact]) -> frozenset[str]:
    """Returns the names of the fact's encrypted fields."""
    if fact_class not in _PERSONAL_FIELDS:
        hints = get_type_hints(fact_class, include_extras=True)
        _PERSONAL_FIELDS[fact_class] = frozenset(
            field.name
            for field in fields(fact_class)
            if PERSONAL in getattr(hints[field.name], "__metadata__", ())
        )
    return _PERSONAL_FIELDS[fact_class]


def folded_names(fact_class: type[Fact]) -> tuple[str, ...]:
    """Returns the fields whose folded form the fact stores in another field."""
    if fact_class not in _FOLDED_NAMES:
        _FOLDED_NAMES[fact_class] = tuple(
            field.name.removesuffix(FOLDED) for field in fields(fact_class) if field.name.endswith(FOLDED)
        )
    return _FOLDED_NAMES[fact_class]


def derived_id(context: str, *parts: object) -> UUID:
    """Returns an id that derives from other ids. The same context and parts always give the same id.

    It is the UUID of version 5 (RFC 9562) of their texts, which Python's `uuid5` makes in twice the time.
    """
    named = _NAMESPACE.copy()
    named.update("\x1f".join((context, *map(str, parts))).encode())
    number = int.from_bytes(named.digest()[:16], "big")
    return UUID(int=number & ~VERSION_AND_VARIANT | _VERSION_5)


@lru_cache(maxsize=16_384)
def stream_of(kind: str, aggregate_id: UUID) -> UUID:
    """The id of a stream in the log. No id that a client chooses can make it the stream of another kind."""
    return derived_id("stream", kind, aggregate_id)


def _applying(aggregate_class: type[Any], fact_class: type[Fact]) -> Callable[[Any, Fact], None]:
    """Returns the method that applies such facts to such aggregates.

    It is looked up once: `singledispatchmethod` makes a function at each call, which takes longer than most methods.
    """
    classes = aggregate_class, fact_class
    if classes not in _APPLYING:
        apply = getattr_static(aggregate_class, "apply")
        single = isinstance(apply, singledispatchmethod)
        _APPLYING[classes] = apply.dispatcher.dispatch(fact_class) if single else apply
    return _APPLYING[classes]


def folded_fields(fact_class: type[Fact], stated: Mapping[str, Any]) -> dict[str, str | None]:
    """Returns the fields with folded forms that a fact with these values has. Others have their default, None."""
    folded_values: dict[str, str | None] = {}
    for name in folded_names(fact_class):
        text = stated.get(name)
        if text is not None:
            folded_values[name + FOLDED] = folded(text)
    return folded_values
