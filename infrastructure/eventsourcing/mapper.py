"""Converts facts to stored JSON and back, with the registry's names and with personal fields sealed."""

from typing import Any, cast
from uuid import UUID

import msgspec
from eventsourcing.domain import DomainEventProtocol
from eventsourcing.persistence import JSONTranscoder, Mapper, StoredEvent

from application import codec
from application.personal import PersonalCipher, Sealed
from domain.facts import FACTS, UPCASTS, CustomerFact, Fact, personal_fields
from infrastructure.postgres.recorder import LogEvent

VERSION_KEY = "class_version"
"""The field with a fact's version. It is stored if the version is above 1, as the library does it."""


class UnknownFact(Exception):
    """The log has a fact of a name that this version of Farley does not know."""


class FactMapper(Mapper[UUID]):
    """Converts facts. It looks topics up in the registry, and never imports a name from the database."""

    def __init__(self, cipher: PersonalCipher) -> None:
        super().__init__(transcoder=JSONTranscoder())
        self._personal = cipher

    def to_stored_event(self, domain_event: DomainEventProtocol[UUID]) -> LogEvent:
        fact = cast(Fact, domain_event)
        state: dict[str, Any] = {k: v for k, v in vars(fact).items() if v is not None}
        del state["originator_version"]
        customer_id = fact.customer_id if isinstance(fact, CustomerFact) else None
        if customer_id is not None:
            self._seal(fact, customer_id, state)
        if fact.stored_version > 1:
            state[VERSION_KEY] = fact.stored_version
        return LogEvent(
            originator_id=fact.stream_id,
            originator_version=fact.originator_version,
            topic=fact.stored_name,
            state=codec.encode(state),
            customer_id=customer_id,
            other_profile_id=fact.concerns_also,
        )

    def to_domain_event(self, stored_event: StoredEvent) -> DomainEventProtocol[UUID]:
        fact_class = FACTS.get(stored_event.topic)
        if fact_class is None:
            raise UnknownFact(stored_event.topic)
        state = upcast(stored_event.topic, codec.decode(stored_event.state))
        self._unseal(fact_class, stored_event, state)
        state["originator_version"] = stored_event.originator_version
        return cast(DomainEventProtocol[UUID], msgspec.convert(state, fact_class))

    def _seal(self, fact: Fact, profile_id: UUID, state: dict[str, Any]) -> None:
        for name in personal_fields(type(fact)):
            if name in state:
                state[name] = self._personal.seal(
                    profile_id, fact.originator_id, fact.originator_version, name, state[name]
                )

    def _unseal(self, fact_class: type[Fact], stored: StoredEvent, state: dict[str, Any]) -> None:
        names = sorted(personal_fields(fact_class) & state.keys())
        if not names:
            return
        sealed = [
            Sealed(
                profile_id=UUID(state["customer_id"]),
                field=name,
                token=state[name],
                stream_id=UUID(state["originator_id"]),
                version=stored.originator_version,
            )
            for name in names
        ]
        state.update(zip(names, self._personal.unseal(sealed), strict=True))


def upcast(stored_name: str, state: dict[str, Any]) -> dict[str, Any]:
    """The stored state as the newest version of its fact has it."""
    version = state.pop(VERSION_KEY, 1)
    for step in UPCASTS[stored_name]:
        if step.from_version >= version:
            state = step.state(state)
    return state
