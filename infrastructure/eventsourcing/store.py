"""The Store port on the eventsourcing library's application, with our recorder and mapper."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from itertools import groupby
from typing import Any, TypeVar, cast
from uuid import UUID

import msgspec
from eventsourcing.application import Application
from eventsourcing.domain import OriginatorIDError, OriginatorVersionError
from eventsourcing.persistence import ApplicationRecorder, IntegrityError, Mapper, StoredEvent

import domain.registry  # noqa: F401 - every fact is known before the first one is read
from application import codec
from application.leases import Fence
from application.receipts import ReceiptClaim
from application.requests import Answer, Request
from application.store import StreamUnreadable
from domain.aggregates import Aggregate
from domain.errors import Conflict, Outdated
from domain.facts import FACTS, CustomerFact, Fact, WrongKind, personal_fields
from infrastructure.cryptography.keys import KeyRing
from infrastructure.eventsourcing.mapper import FactMapper, UnknownFact
from infrastructure.postgres.appends import Premise, PremiseOutdated
from infrastructure.postgres.recorder import LogRecorder

A = TypeVar("A", bound=Aggregate)
UNREADABLE = (
    UnknownFact,
    WrongKind,
    codec.MalformedJson,
    msgspec.ValidationError,
    OriginatorIDError,
    OriginatorVersionError,
)
"""The errors of reading facts that were changed after Farley wrote them, or that Farley did not write."""


class FarleyLog(Application[UUID]):
    """One log for all contexts."""

    name = "farley"

    def __init__(self, recorder: LogRecorder, mapper: FactMapper) -> None:
        self._log_recorder, self._fact_mapper = recorder, mapper
        super().__init__(env={"PERSISTENCE_MODULE": "eventsourcing.popo"})

    def construct_mapper(self) -> Mapper[UUID]:
        return self._fact_mapper

    def construct_recorder(self) -> ApplicationRecorder:
        return self._log_recorder


class LogStore:
    """Loads and saves aggregates. Keys are committed before the facts that need them."""

    def __init__(self, recorder: LogRecorder, keys: KeyRing) -> None:
        self.recorder = recorder
        self.mapper = FactMapper(keys)
        self._keys = keys
        self._log = FarleyLog(recorder, self.mapper)
        self._remembered: dict[UUID, Aggregate] = {}

    def find(self, aggregate_class: type[A], aggregate_id: UUID) -> A | None:
        stream_id = aggregate_class.stream_of(aggregate_id)
        stored = self.recorder.select_events(stream_id)
        return self._made_of(aggregate_class, stream_id, stored) if stored else None

    def recall(self, aggregate_class: type[A], aggregate_id: UUID) -> A | None:
        stream_id = aggregate_class.stream_of(aggregate_id)
        remembered = self._remembered.get(stream_id)
        if remembered is None:
            found = self.find(aggregate_class, aggregate_id)
            remembered = found or aggregate_class.before_first_fact(aggregate_id)
            self._remembered[stream_id] = remembered
        return cast(A, remembered) if remembered.version else None

    def find_all(self, aggregate_class: type[A], aggregate_ids: Collection[UUID]) -> dict[UUID, A]:
        streams = {aggregate_class.stream_of(aggregate_id): aggregate_id for aggregate_id in aggregate_ids}
        stored = self.recorder.select_streams(list(streams))
        if any(personal_fields(FACTS[event.topic]) for event in stored if event.topic in FACTS):
            self._keys.recall(aggregate_ids)
        return {
            streams[stream_id]: self._made_of(aggregate_class, stream_id, facts)
            for stream_id, facts in groupby(stored, key=lambda event: cast(UUID, event.originator_id))
        }

    def _made_of(self, aggregate_class: type[A], stream_id: UUID, stored: Iterable[StoredEvent]) -> A:
        with self._readable(stream_id):
            aggregate: Any = None
            for event in stored:
                aggregate = cast(Fact, self.mapper.to_domain_event(event)).mutate(aggregate)
            return _of_kind(aggregate_class, aggregate, stream_id)

    def caught_up(self, aggregate: A) -> A:
        stream_id = aggregate.stream_of(aggregate.id)
        with self._readable(stream_id):
            for fact in self._log.events.get(stream_id, gt=aggregate.version):
                cast(Fact, fact).mutate(aggregate)
        return aggregate

    def first_fact(self, aggregate_class: type[A], aggregate_id: UUID) -> tuple[Fact, int] | None:
        return self.first_facts(aggregate_class, [aggregate_id]).get(aggregate_id)

    def first_facts(
        self, aggregate_class: type[A], aggregate_ids: Collection[UUID]
    ) -> dict[UUID, tuple[Fact, int]]:
        streams = {aggregate_class.stream_of(aggregate_id): aggregate_id for aggregate_id in aggregate_ids}
        first = self.recorder.select_first(list(streams))
        self._keys.recall({event.customer_id for event in first if event.customer_id is not None})
        return {
            streams[stream_id]: (self._fact_of(event, stream_id), event.id)
            for event in first
            for stream_id in [cast(UUID, event.originator_id)]
        }

    def fact(self, aggregate_class: type[A], aggregate_id: UUID, version: int) -> Fact:
        fact = self._one_fact(aggregate_class, aggregate_id, gt=version - 1, lte=version)
        assert fact is not None
        return fact

    def fact_and_unreadable_fields(
        self, aggregate_class: type[A], aggregate_id: UUID, version: int
    ) -> tuple[Fact, frozenset[str]]:
        stream_id = aggregate_class.stream_of(aggregate_id)
        (stored,) = self.recorder.select_events(stream_id, gt=version - 1, lte=version)
        fact = self._fact_of(stored, stream_id)
        return fact, _unreadable_fields(fact, stored)

    def last_fact(self, aggregate_class: type[A], aggregate_id: UUID) -> Fact | None:
        return self._one_fact(aggregate_class, aggregate_id, desc=True, limit=1)

    def position_of(self, aggregate_class: type[A], aggregate_id: UUID, version: int) -> int:
        return self.positions_of(aggregate_class, [aggregate_id], version)[aggregate_id]

    def positions_of(
        self, aggregate_class: type[A], aggregate_ids: Collection[UUID], version: int
    ) -> dict[UUID, int]:
        streams = {aggregate_class.stream_of(aggregate_id): aggregate_id for aggregate_id in aggregate_ids}
        positions = self.recorder.positions_of(list(streams), version)
        return {streams[stream_id]: position for stream_id, position in positions.items()}

    def unreadable_fields(self, fact: Fact) -> frozenset[str]:
        version = fact.originator_version
        (stored,) = self.recorder.select_events(fact.stream_id, gt=version - 1, lte=version)
        return _unreadable_fields(fact, stored)

    def present(self, aggregate_class: type[A], aggregate_ids: Sequence[UUID]) -> set[UUID]:
        streams = {aggregate_class.stream_of(aggregate_id): aggregate_id for aggregate_id in aggregate_ids}
        return {streams[stream_id] for stream_id in self.recorder.streams_present(list(streams))}

    def save(
        self,
        *aggregates: Aggregate,
        request: Request,
        answer: Answer,
        fence: Fence | None = None,
        rests_on: Sequence[Aggregate] = (),
    ) -> Answer:
        pending = [cast(Fact, fact) for aggregate in aggregates for fact in aggregate.pending_events]
        self._prepare_keys(pending)
        for aggregate in aggregates:
            aggregate.collect_events()
        return self._append(pending, request, answer, fence, rests_on)

    def save_facts(
        self,
        facts: Sequence[Fact],
        *,
        request: Request,
        answer: Answer,
        rests_on: Sequence[Aggregate] = (),
    ) -> Answer:
        self._prepare_keys(facts)
        return self._append(facts, request, answer, None, rests_on)

    def _append(
        self,
        facts: Sequence[Fact],
        request: Request,
        answer: Answer,
        fence: Fence | None,
        rests_on: Sequence[Aggregate],
    ) -> Answer:
        claim = answer.claim(request.idempotency_key)
        if not facts:
            return replace(answer, position=self._leave(claim), unchanged=True)
        premises = [Premise(read.stream_of(read.id), read.version) for read in rests_on]
        stored = [self.mapper.to_stored_event(fact) for fact in facts]
        try:
            positions = self.recorder.insert_events(stored, receipt=claim, fence=fence, premises=premises)
        except PremiseOutdated as error:
            self._drop(rests_on)
            raise Outdated() from error
        except IntegrityError as error:
            raise Conflict() from error
        return answer.at(positions[-1])

    def _drop(self, rests_on: Sequence[Aggregate]) -> None:
        """Forgets these aggregates, unless newer ones are remembered already."""
        for read in rests_on:
            stream_id = read.stream_of(read.id)
            remembered = self._remembered.get(stream_id)
            if remembered is not None and remembered.version <= read.version:
                self._remembered.pop(stream_id, None)

    def head(self) -> int:
        return self.recorder.max_notification_id() or 0

    def _one_fact(self, aggregate_class: type[A], aggregate_id: UUID, **which: Any) -> Fact | None:
        stream_id = aggregate_class.stream_of(aggregate_id)
        stored = self.recorder.select_events(stream_id, **which)
        return self._fact_of(stored[0], stream_id) if stored else None

    def _fact_of(self, stored: StoredEvent, stream_id: UUID) -> Fact:
        with self._readable(stream_id):
            fact = cast(Fact, self.mapper.to_domain_event(stored))
            if fact.stream_id != stream_id:
                raise WrongKind(fact.stream_kind)
            return fact

    @contextmanager
    def _readable(self, stream_id: UUID) -> Iterator[None]:
        """Names the stream, and its length, of which a fact cannot be read."""
        try:
            yield
        except UNREADABLE as error:
            last = self.recorder.select_events(stream_id, desc=True, limit=1)
            raise StreamUnreadable(stream_id, last[0].originator_version) from error

    def _leave(self, claim: ReceiptClaim | None) -> int:
        """Writes the receipt, if there is one. Returns the head."""
        return self.head() if claim is None else self.recorder.leave_receipt(claim)

    def _prepare_keys(self, pending: Sequence[Any]) -> None:
        profiles = {
            f.customer_id for f in pending if isinstance(f, CustomerFact) and personal_fields(type(f))
        }
        if profiles:
            self._keys.prepare(profiles)


def _of_kind(aggregate_class: type[A], aggregate: Any, stream_id: UUID) -> A:
    """Raises WrongKind if the stream contains facts of another kind."""
    if aggregate.stream_of(aggregate.id) != stream_id:
        raise WrongKind(aggregate.stream_kind)
    return cast(A, aggregate)


def _unreadable_fields(fact: Fact, stored: StoredEvent) -> frozenset[str]:
    sealed = personal_fields(type(fact)) & codec.decode(stored.state).keys()
    return frozenset(name for name in sealed if getattr(fact, name) is None)
