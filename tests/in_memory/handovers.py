"""The Handovers port in memory. tests/in_memory/test_handovers.py holds it to `log.hand_over`."""

from collections.abc import Sequence
from typing import Any, cast
from uuid import UUID

from application.dispatch.ports import FactsTooOld, LeaseLost, PendingHandover
from application.leases import DISPATCHER
from domain.campaigns.campaign import Campaign
from domain.deciding.stopping import STOPPING_NAMES
from domain.facts import CustomerFact, Fact
from domain.messages.events import MessageHandedOver
from domain.policies.events import PolicyKind
from domain.policies.versions import stream_id_of
from infrastructure.postgres.handovers import LONGEST_TAIL
from tests.application.memory_store import MemoryStore


class MemoryHandovers:
    """Searches the tail after the read position, then appends what nothing there stops."""

    def __init__(self, store: MemoryStore) -> None:
        self._store = store

    def hand_over(
        self, pending: Sequence[PendingHandover], *, campaign_id: UUID, epoch: int, read_position: int
    ) -> list[int | None]:
        facts = [cast(Fact, fact) for one in pending for fact in one.message.collect_events()]
        if self._store.held.get(DISPATCHER) != epoch:
            raise LeaseLost()
        if self._store.head() - read_position > LONGEST_TAIL:
            raise FactsTooOld()
        stopped = self._stopped(campaign_id, read_position)
        return [
            self._handed_over(fact, None in stopped or bool(stopped & one.watched))
            for fact, one in zip(facts, pending, strict=True)
        ]

    def _stopped(self, campaign_id: UUID, read_position: int) -> set[UUID | None]:
        """The profiles that stopping facts of the tail are about; None if one stops everybody."""
        streams = {Campaign.stream_of(campaign_id), stream_id_of(PolicyKind.SUPPRESSION)}
        stopped = set[UUID | None]()
        for fact in self._store.log[read_position:]:
            if not _stops(fact, campaign_id):
                continue
            if isinstance(fact, CustomerFact):
                stopped |= {fact.customer_id, fact.concerns_also or fact.customer_id}
            elif fact.stream_id in streams:
                stopped.add(None)
        return stopped

    def _handed_over(self, fact: Fact, stopped: bool) -> int | None:
        """The position of the appended fact; None where it is stopped or its stream has this version."""
        if stopped or len(self._store.positions(fact.stream_id)) >= fact.originator_version:
            return None
        self._store.record([fact])
        return self._store.head()


def _stops(fact: Any, campaign_id: UUID) -> bool:
    if isinstance(fact, MessageHandedOver):
        return fact.campaign_id == campaign_id
    return fact.stored_name in STOPPING_NAMES
