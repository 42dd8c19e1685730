"""The ProfileLinks port over the facts of a store in memory."""

from collections.abc import Collection
from uuid import UUID

from application.customers.profile_links import ProfileLink
from domain.customers.events import (
    IdentifierHolderAdded,
    ProfileLinked,
    ProfileUnlinked,
)
from domain.facts import CustomerFact
from tests.application.memory_store import MemoryStore


class MemoryLinks:
    """`reads` counts the questions."""

    def __init__(self, store: MemoryStore) -> None:
        self._store = store
        self.reads = 0

    def around(self, profile_ids: Collection[UUID]) -> Collection[ProfileLink]:
        self.reads += 1
        joined = set(profile_ids)
        while near := {end for pair in self.ever_linked() if joined & set(pair) for end in pair} - joined:
            joined |= near
        return [link for link in self.live() if link.profile_id in joined]

    def ever_linked(self) -> set[tuple[UUID, UUID]]:
        return {(f.customer_id, f.other_profile_id) for f in self._store.log if isinstance(f, ProfileLinked)}

    def profiles_naming(self, customer_ids: Collection[UUID]) -> set[UUID]:
        self.reads += 1
        return {
            fact.customer_id
            for fact in self._store.log
            if isinstance(fact, ProfileLinked | IdentifierHolderAdded) and fact.concerns_also in customer_ids
        }

    def has_facts(self, profile_id: UUID) -> bool:
        return any(
            profile_id in (fact.customer_id, fact.concerns_also)
            for fact in self._store.log
            if isinstance(fact, CustomerFact)
        )

    def live(self) -> list[ProfileLink]:
        """All links that hold; the newest fact about a pair says whether it does."""
        held: dict[tuple[UUID, UUID], ProfileLink] = {}
        for position, fact in enumerate(self._store.log, 1):
            if isinstance(fact, ProfileLinked):
                pair = fact.customer_id, fact.other_profile_id
                held[pair] = ProfileLink(
                    profile_id=pair[0], other_id=pair[1], basis=fact.basis, position=position
                )
            elif isinstance(fact, ProfileUnlinked):
                held.pop((fact.customer_id, fact.other_profile_id))
        return list(held.values())
