"""The Store port in memory: one list of facts, versions and leases enforced, receipts kept.

tests/infrastructure/test_store.py holds it to what the store in the database does.
"""

from collections import defaultdict
from collections.abc import Callable, Collection, Sequence
from dataclasses import replace
from datetime import datetime
from functools import lru_cache
from typing import Any, TypeVar, cast
from uuid import UUID

import domain.registry  # noqa: F401 - every aggregate is known before the first one is found
from application.leases import Fence, LeaseLost
from application.receipts import Receipt, ReceiptExists
from application.requests import Answer, Request
from application.store import StreamUnreadable
from domain.aggregates import Aggregate
from domain.errors import Conflict, KeyReused, Outdated
from domain.facts import CustomerFact, Fact, personal_fields, stream_of

A = TypeVar("A", bound=Aggregate)
_stream_of = lru_cache(maxsize=10_000)(stream_of)


class MemoryStore:
    """A position is a place in `log`, from 1; `log` only grows. `saves` counts the appends.

    `held` has the epoch of each lease that is held. `unreadable` has the ids of damaged streams. `meanwhile` runs
    once, just before the next save: what someone else does between reading and saving. `now` is the clock by which
    facts are recorded; without one the store keeps no instants.
    """

    def __init__(self, now: Callable[[], datetime] | None = None) -> None:
        self.log: list[Fact] = []
        self.recorded_at: list[datetime] = []
        self.saves = 0
        self.held: dict[str, int] = {}
        self._now = now
        self._streams: dict[UUID, list[int]] = defaultdict(list)
        self._indexed = 0
        self.meanwhile: Callable[[], object] | None = None
        self.unreadable: set[UUID] = set()
        self._receipts: dict[tuple[str, str], tuple[bytes, Receipt]] = {}
        self._forgotten: set[UUID] = set()
        self._remembered: dict[UUID, Aggregate | None] = {}

    def find(self, aggregate_class: type[A], aggregate_id: UUID) -> A | None:
        aggregate: Any = None
        for fact in self.stream(aggregate_class, aggregate_id):
            aggregate = fact.mutate(aggregate)
        return cast("A | None", aggregate)

    def recall(self, aggregate_class: type[A], aggregate_id: UUID) -> A | None:
        if aggregate_id not in self._remembered:
            self._remembered[aggregate_id] = self.find(aggregate_class, aggregate_id)
        return cast("A | None", self._remembered[aggregate_id])

    def find_all(self, aggregate_class: type[A], aggregate_ids: Collection[UUID]) -> dict[UUID, A]:
        found = {one: self.find(aggregate_class, one) for one in aggregate_ids}
        return {one: aggregate for one, aggregate in found.items() if aggregate is not None}

    def caught_up(self, aggregate: A) -> A:
        for fact in self.stream(type(aggregate), aggregate.id)[aggregate.version :]:
            fact.mutate(aggregate)
        return aggregate

    def first_fact(self, aggregate_class: type[A], aggregate_id: UUID) -> tuple[Fact, int] | None:
        positions = self.positions(_stream_of(aggregate_class.stream_kind, aggregate_id))
        return (self._readable(self.log[positions[0] - 1]), positions[0]) if positions else None

    def first_facts(
        self, aggregate_class: type[A], aggregate_ids: Collection[UUID]
    ) -> dict[UUID, tuple[Fact, int]]:
        found = {one: self.first_fact(aggregate_class, one) for one in aggregate_ids}
        return {one: first for one, first in found.items() if first is not None}

    def fact(self, aggregate_class: type[A], aggregate_id: UUID, version: int) -> Fact:
        return self.stream(aggregate_class, aggregate_id)[version - 1]

    def fact_and_unreadable_fields(
        self, aggregate_class: type[A], aggregate_id: UUID, version: int
    ) -> tuple[Fact, frozenset[str]]:
        fact = self.fact(aggregate_class, aggregate_id, version)
        return fact, self.unreadable_fields(fact)

    def last_fact(self, aggregate_class: type[A], aggregate_id: UUID) -> Fact | None:
        return next(reversed(self.stream(aggregate_class, aggregate_id)), None)

    def position_of(self, aggregate_class: type[A], aggregate_id: UUID, version: int) -> int:
        return self.positions(_stream_of(aggregate_class.stream_kind, aggregate_id))[version - 1]

    def positions_of(
        self, aggregate_class: type[A], aggregate_ids: Collection[UUID], version: int
    ) -> dict[UUID, int]:
        positions = {
            one: self.positions(_stream_of(aggregate_class.stream_kind, one)) for one in aggregate_ids
        }
        return {one: found[version - 1] for one, found in positions.items() if len(found) >= version}

    def unreadable_fields(self, fact: Fact) -> frozenset[str]:
        stored = self.log[
            self.positions(_stream_of(fact.stream_kind, fact.originator_id))[fact.originator_version - 1] - 1
        ]
        return frozenset(name for name in self._lost(stored) if getattr(stored, name) is not None)

    def present(self, aggregate_class: type[A], aggregate_ids: Sequence[UUID]) -> set[UUID]:
        return {one for one in aggregate_ids if self.positions(_stream_of(aggregate_class.stream_kind, one))}

    def save(
        self,
        *aggregates: Aggregate,
        request: Request,
        answer: Answer,
        fence: Fence | None = None,
        rests_on: Sequence[Aggregate] = (),
    ) -> Answer:
        self._let_others_in()
        # As the library does, what is pending is taken from the aggregate whether or not it can be stored.
        pending = [cast(Fact, fact) for aggregate in aggregates for fact in aggregate.collect_events()]
        return self._saved(pending, request, answer, fence, rests_on)

    def save_facts(
        self,
        facts: Sequence[Fact],
        *,
        request: Request,
        answer: Answer,
        rests_on: Sequence[Aggregate] = (),
    ) -> Answer:
        self._let_others_in()
        return self._saved(facts, request, answer, None, rests_on)

    def _saved(
        self,
        pending: Sequence[Fact],
        request: Request,
        answer: Answer,
        fence: Fence | None,
        rests_on: Sequence[Aggregate],
    ) -> Answer:
        if pending:
            self._require(fence)
        self._meet_receipt(answer, request)
        if pending:
            self._refuse_outdated(rests_on)
            self.append(pending, fence)
        self._leave_receipt(answer, request)
        return replace(answer, position=self.head(), unchanged=not pending)

    def head(self) -> int:
        return len(self.log)

    def stream(self, aggregate_class: type[A], aggregate_id: UUID) -> list[Fact]:
        stream_id = _stream_of(aggregate_class.stream_kind, aggregate_id)
        positions = self.positions(stream_id)
        if stream_id in self.unreadable:
            raise StreamUnreadable(stream_id, len(positions))
        return [self._readable(self.log[position - 1]) for position in positions]

    def positions(self, stream_id: UUID) -> list[int]:
        """The positions of a stream's facts, in the order of their versions."""
        for position, fact in enumerate(self.log[self._indexed :], start=self._indexed + 1):
            self._streams[_stream_of(fact.stream_kind, fact.originator_id)].append(position)
        self._indexed = len(self.log)
        return self._streams.get(stream_id, [])

    def forget(self, profile_id: UUID) -> None:
        """What was personal of this profile cannot be read any more."""
        self._forgotten.add(profile_id)

    def append(self, pending: Sequence[Fact], fence: Fence | None = None) -> None:
        """Appends all of these facts or none. Raises LeaseLost, and Conflict if a stream has other facts by now."""
        self._require(fence)
        versions: dict[UUID, int] = {}
        for fact in pending:
            stream = _stream_of(fact.stream_kind, fact.originator_id)
            known = versions.get(stream, len(self.positions(stream)))
            if fact.originator_version != known + 1:
                raise Conflict()
            versions[stream] = known + 1
        self.record(pending)

    def _refuse_outdated(self, rests_on: Sequence[Aggregate]) -> None:
        for read in rests_on:
            if len(self.positions(_stream_of(read.stream_kind, read.id))) > read.version:
                self._remembered.pop(read.id, None)
                raise Outdated()

    def _require(self, fence: Fence | None) -> None:
        if fence is not None and self.held.get(fence.lease) != fence.epoch:
            raise LeaseLost()

    def record(self, pending: Sequence[Fact]) -> None:
        """Appends facts that the caller has checked."""
        self.saves += 1
        self.log.extend(pending)
        if self._now is not None:
            self.recorded_at.extend([self._now()] * len(pending))

    def _let_others_in(self) -> None:
        others, self.meanwhile = self.meanwhile, None
        if others is not None:
            others()

    def _meet_receipt(self, answer: Answer, request: Request) -> None:
        claim = answer.claim(request.idempotency_key)
        earlier = self._receipts.get((claim.subject, claim.key)) if claim is not None else None
        if claim is None or earlier is None:
            return
        fingerprint, receipt = earlier
        if fingerprint != claim.fingerprint:
            raise KeyReused(position=str(receipt.position))
        raise ReceiptExists(receipt)

    def _leave_receipt(self, answer: Answer, request: Request) -> None:
        claim = answer.claim(request.idempotency_key)
        if claim is not None:
            receipt = Receipt(answer=claim.answer, position=self.head())
            self._receipts[claim.subject, claim.key] = (claim.fingerprint, receipt)

    def _lost(self, fact: Fact) -> frozenset[str]:
        forgotten = isinstance(fact, CustomerFact) and fact.customer_id in self._forgotten
        return personal_fields(cast(Any, type(fact))) if forgotten else frozenset()

    def _readable(self, fact: Fact) -> Fact:
        lost = self._lost(fact)
        return replace(fact, **cast(Any, dict.fromkeys(lost))) if lost else fact
