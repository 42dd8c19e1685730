"""A source profile: the customers who hold its identifier, and the profiles that it is linked to.

A profile has at most one link by its identifier. That link goes to the first holder, as long as stated links
make all holders one person and no holder contradicts. The profile of a registered customer has no identifier: all
its links are stated. A profile has at most one link to any other profile, so its newest ProfileLinked or
ProfileUnlinked that names the other profile says whether the link holds.
"""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from enum import StrEnum
from functools import singledispatchmethod
from typing import Self, TypeVar
from uuid import UUID

from domain.customers.errors import LinkNotFound, SelfLink
from domain.customers.events import (
    IdentifierContradicted,
    IdentifierReleased,
    IdentifierShared,
    ProfileLinked,
    ProfileUnlinked,
)
from domain.facts import Aggregate, Circumstances, CustomerFact, Fact

V = TypeVar("V")


class How(StrEnum):
    """Why two profiles are linked."""

    IDENTIFIER = "identifier"
    STATED = "stated"


class Profile(Aggregate, begun_by=(ProfileLinked, IdentifierShared, IdentifierContradicted)):
    """`holders` maps holders, oldest first, to whether they contradict; `links` maps profiles to a How."""

    # Any of three facts may come first, so every profile starts from these values; `apply` never mutates them.
    holders = dict[UUID, bool]()
    links = dict[UUID, How]()

    @classmethod
    def of(cls, profile_id: UUID) -> Self:
        """Returns the profile before its first fact."""
        profile = cls.__new__(cls)
        profile.__base_init__(profile_id, cls.INITIAL_VERSION - 1, datetime.fromtimestamp(0, UTC))
        return profile

    def hold(
        self, customer_id: UUID, circumstances: Circumstances, person: frozenset[UUID], *, contradicts: bool
    ) -> None:
        """Adds a holder of the identifier.

        `person`: the oldest holder (this customer if there is none), with all profiles that stated links join to it.
        """
        if customer_id in self.holders:
            return
        if contradicts:
            self._say(IdentifierContradicted, customer_id, circumstances)
        elif not self.holders and self._links_to((customer_id,), person):
            self._say(ProfileLinked, customer_id, circumstances, how=How.IDENTIFIER)
        else:
            self._say(IdentifierShared, customer_id, circumstances)
        self.settle(circumstances, person)

    def release(self, customer_id: UUID, circumstances: Circumstances) -> None:
        """Removes the customer from the holders, and ends the customer's link by the identifier, if there is one.

        Call `settle` afterwards: it may link the profile to one of the remaining holders.
        """
        if customer_id not in self.holders:
            return
        self._say(IdentifierReleased, customer_id, circumstances)
        if self.links.get(customer_id) is How.IDENTIFIER:
            self._end(customer_id, circumstances)

    def settle(self, circumstances: Circumstances, person: frozenset[UUID]) -> None:
        """Makes or ends the link by the identifier.

        The profile is linked to the oldest holder if all holders are in `person`, no holder contradicts, and the
        profile itself is not in `person`. Otherwise the profile has no link by the identifier.

        `person`: the oldest holder, with all profiles that stated links join to it.
        """
        wanted = self._links_to(tuple(self.holders), person)
        linked = self.identified
        if linked not in (None, wanted):
            self._end(linked, circumstances)
        if wanted not in (None, linked):
            self._say(ProfileLinked, wanted, circumstances, how=How.IDENTIFIER)

    def link(self, other: UUID, circumstances: Circumstances) -> None:
        """Records a stated link of the two profiles. It replaces a link by the identifier."""
        if other == self.id:
            raise SelfLink()
        if self.links.get(other) is not How.STATED:
            self._say(ProfileLinked, other, circumstances, how=How.STATED)

    def unlink(self, other: UUID, circumstances: Circumstances) -> None:
        """Ends a link, or raises LinkNotFound.

        If the link was by the identifier, the customer also stops holding the identifier.
        """
        if other not in self.links:
            raise LinkNotFound()
        if self.links[other] is How.IDENTIFIER:
            self.release(other, circumstances)
        else:
            self._end(other, circumstances)

    @singledispatchmethod
    def apply(self, fact: Fact) -> None:
        """Facts of other kinds change nothing."""

    @apply.register
    def _(self, fact: ProfileLinked) -> None:
        self.links = {**self.links, fact.other_customer_id: How(fact.how)}
        if fact.how == How.IDENTIFIER and fact.other_customer_id not in self.holders:
            self.holders = {**self.holders, fact.other_customer_id: False}

    @apply.register
    def _(self, fact: ProfileUnlinked) -> None:
        self.links = _without(fact.other_customer_id, self.links)

    @apply.register
    def _(self, fact: IdentifierShared) -> None:
        self.holders = {**self.holders, fact.other_customer_id: False}

    @apply.register
    def _(self, fact: IdentifierContradicted) -> None:
        self.holders = {**self.holders, fact.other_customer_id: True}

    @apply.register
    def _(self, fact: IdentifierReleased) -> None:
        self.holders = _without(fact.other_customer_id, self.holders)

    @property
    def identified(self) -> UUID | None:
        """The customer that this profile is linked to because that customer holds this profile's identifier.

        None if there is no such link.
        """
        return next((other for other, how in self.links.items() if how is How.IDENTIFIER), None)

    @property
    def is_stated(self) -> bool:
        """Whether somebody stated a link of this profile."""
        return How.STATED in self.links.values()

    def _links_to(self, holders: Sequence[UUID], person: frozenset[UUID]) -> UUID | None:
        """Returns the customer to link to by the identifier, or None.

        A profile that stated links join to its holders needs no such link.
        """
        agreed = person.issuperset(holders) and not any(self.holders.values())
        return holders[0] if holders and agreed and self.id not in person else None

    def _end(self, other: UUID, circumstances: Circumstances) -> None:
        self._say(ProfileUnlinked, other, circumstances, how=self.links[other])

    def _say(
        self, fact_class: type[CustomerFact], other: UUID, circumstances: Circumstances, **values: str
    ) -> None:
        self.trigger(fact_class, circumstances, customer_id=self.id, other_customer_id=other, **values)


def _without(gone: UUID, known: Mapping[UUID, V]) -> dict[UUID, V]:
    return {one: value for one, value in known.items() if one != gone}
