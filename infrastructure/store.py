"""The Store port on the eventsourcing library's application, with our recorder and mapper."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, TypeVar, cast
from uuid import UUID

from eventsourcing.application import AggregateNotFoundError, Application
from eventsourcing.persistence import ApplicationRecorder, IntegrityError, Mapper

import domain.registry  # noqa: F401 - every fact is known before the first one is read
from application import codec
from application.leases import Fence
from application.receipts import ReceiptClaim
from application.requests import Answer, Request
from domain.errors import Conflict
from domain.facts import Aggregate, CustomerFact, Fact, personal_fields
from infrastructure.keys import KeyRing
from infrastructure.mapper import FactMapper
from infrastructure.postgres.recorder import LogRecorder

A = TypeVar("A", bound=Aggregate)


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

    def find(self, aggregate_class: type[A], stream_id: UUID) -> A | None:
        try:
            aggregate: Any = self._log.repository.get(stream_id)
        except AggregateNotFoundError:
            return None
        return aggregate if isinstance(aggregate, aggregate_class) else None

    def caught_up(self, aggregate: A) -> A:
        for fact in self._log.events.get(aggregate.id, gt=aggregate.version):
            cast(Fact, fact).mutate(aggregate)
        return aggregate

    def first_fact(self, stream_id: UUID) -> tuple[Fact, int] | None:
        stored = self.recorder.select_events(stream_id, limit=1)
        if not stored:
            return None
        fact: Any = self.mapper.to_domain_event(stored[0])
        return fact, self.recorder.position_of(stream_id, stored[0].originator_version)

    def fact(self, stream_id: UUID, version: int) -> Fact:
        (stored,) = self.recorder.select_events(stream_id, gt=version - 1, lte=version)
        return cast(Fact, self.mapper.to_domain_event(stored))

    def last_fact(self, stream_id: UUID) -> Fact | None:
        stored = self.recorder.select_events(stream_id, desc=True, limit=1)
        return cast(Fact, self.mapper.to_domain_event(stored[0])) if stored else None

    def position_of(self, stream_id: UUID, version: int) -> int:
        return self.recorder.position_of(stream_id, version)

    def unreadable_fields(self, stream_id: UUID) -> frozenset[str]:
        stored = self.recorder.select_events(stream_id, limit=1)
        if not stored:
            return frozenset()
        fact: Any = self.mapper.to_domain_event(stored[0])
        sealed = personal_fields(type(fact)) & codec.decode(stored[0].state).keys()
        return frozenset(name for name in sealed if getattr(fact, name) is None)

    def present(self, stream_ids: Sequence[UUID]) -> set[UUID]:
        return self.recorder.streams_present(stream_ids)

    def save(
        self, *aggregates: Aggregate, request: Request, answer: Answer, fence: Fence | None = None
    ) -> Answer:
        pending = [fact for aggregate in aggregates for fact in aggregate.pending_events]
        claim = answer.claim(request.idempotency_key)
        self._prepare_keys(pending)
        if not pending:
            return replace(answer, position=self._leave(claim), unchanged=True)
        try:
            recordings = self._log.save(*aggregates, receipt=claim, fence=fence)
        except IntegrityError as error:
            raise Conflict() from error
        return answer.at(recordings[-1].notification.id)

    def head(self) -> int:
        return self.recorder.max_notification_id() or 0

    def _leave(self, claim: ReceiptClaim | None) -> int:
        """The head, as the receipt names it where one is left."""
        return self.head() if claim is None else self.recorder.leave_receipt(claim)

    def _prepare_keys(self, pending: Sequence[Any]) -> None:
        profiles = {
            f.customer_id for f in pending if isinstance(f, CustomerFact) and personal_fields(type(f))
        }
        if profiles:
            self._keys.prepare(profiles)
