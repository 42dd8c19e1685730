"""A source profile: the customers who hold its identifier, and the profiles that it is linked to.

A profile has at most one link by its identifier. That link goes to the first holder, as long as stated links
make all holders one person and no holder contradicts. The profile of a registered customer has no identifier: all
its links are stated. A profile has at most one link to any other profile, so its newest ProfileLinked or
ProfileUnlinked that names the other profile says whether the link holds.
"""

from collections.abc import Mapping, Sequence
from functools import singledispatchmethod
from typing import TypeVar
from uuid import UUID

from domain.aggregates import Aggregate
from domain.customers.errors import LinkNotFound, SelfLink
from domain.customers.events import (
    IdentifierHolderAdded,
    IdentifierHolderRemoved,
    LinkBasis,
    ProfileLinked,
    ProfileUnlinked,
)
from domain.facts import Circumstances, Fact

V = TypeVar("V")


class Profile(Aggregate, begun_by=(ProfileLinked, IdentifierHolderAdded)):
    """`holders` maps holders, oldest first, to whether they contradict; `links` maps profiles to a LinkBasis."""

    # Either of two facts may come first, so every profile starts from these values; `apply` never mutates them.
    holders = dict[UUID, bool]()
    links = dict[UUID, LinkBasis]()

    def add_holder(
        self, customer_id: UUID, circumstances: Circumstances, joined: frozenset[UUID], *, contradicts: bool
    ) -> None:
        """Adds a holder of the identifier.

        `joined`: the oldest holder (this customer if there is none), with all profiles that stated links join to it.
        """
        if customer_id in self.holders:
            return
        if not contradicts and not self.holders and self._customer_to_link((customer_id,), joined):
            self._link(customer_id, circumstances, LinkBasis.IDENTIFIER)
        else:
            self.trigger(
                IdentifierHolderAdded,
                circumstances,
                customer_id=self.id,
                holder_id=customer_id,
                contradicts=contradicts,
            )
        self.settle(circumstances, joined)

    def remove_holder(self, customer_id: UUID, circumstances: Circumstances) -> None:
        """Removes the customer from the holders, and ends the customer's link by the identifier, if there is one.

        Call `settle` afterwards: it may link the profile to one of the remaining holders.
        """
        if customer_id not in self.holders:
            return
        self.trigger(IdentifierHolderRemoved, circumstances, customer_id=self.id, holder_id=customer_id)
        if self.links.get(customer_id) is LinkBasis.IDENTIFIER:
            self._end(customer_id, circumstances)

    def settle(self, circumstances: Circumstances, joined: frozenset[UUID]) -> None:
        """Makes or ends the link by the identifier.

        The profile is linked to the oldest holder if all holders are in `joined`, no holder contradicts, and the
        profile itself is not in `joined`. Otherwise the profile has no link by the identifier.

        `joined`: the oldest holder, with all profiles that stated links join to it.
        """
        linkable = self._customer_to_link(tuple(self.holders), joined)
        linked = self.linked_holder
        if linked not in (None, linkable):
            self._end(linked, circumstances)
        if linkable not in (None, linked):
            self._link(linkable, circumstances, LinkBasis.IDENTIFIER)

    def link(self, other: UUID, circumstances: Circumstances) -> None:
        """Records a stated link of the two profiles. It replaces a link by the identifier."""
        if other == self.id:
            raise SelfLink()
        if self.links.get(other) is not LinkBasis.STATED:
            self._link(other, circumstances, LinkBasis.STATED)

    def unlink(self, other: UUID, circumstances: Circumstances) -> None:
        """Ends a link, or raises LinkNotFound.

        If the link was by the identifier, the customer also stops holding the identifier.
        """
        if other not in self.links:
            raise LinkNotFound()
        if self.links[other] is LinkBasis.IDENTIFIER:
            self.remove_holder(other, circumstances)
        else:
            self._end(other, circumstances)

    @singledispatchmethod
    def apply(self, fact: Fact) -> None:
        """Facts of other kinds change nothing."""

    @apply.register
    def _(self, fact: ProfileLinked) -> None:
        self.links = {**self.links, fact.other_profile_id: fact.basis}
        if fact.basis is LinkBasis.IDENTIFIER and fact.other_profile_id not in self.holders:
            self.holders = {**self.holders, fact.other_profile_id: False}

    @apply.register
    def _(self, fact: ProfileUnlinked) -> None:
        self.links = _without(fact.other_profile_id, self.links)

    @apply.register
    def _(self, fact: IdentifierHolderAdded) -> None:
        self.holders = {**self.holders, fact.holder_id: fact.contradicts}

    @apply.register
    def _(self, fact: IdentifierHolderRemoved) -> None:
        self.holders = _without(fact.holder_id, self.holders)

    @property
    def linked_holder(self) -> UUID | None:
        """The customer that this profile is linked to because that customer holds this profile's identifier.

        None if there is no such link.
        """
        return next((other for other, basis in self.links.items() if basis is LinkBasis.IDENTIFIER), None)

    @property
    def has_stated_link(self) -> bool:
        """Whether somebody stated a link of this profile."""
        return LinkBasis.STATED in self.links.values()

    def _customer_to_link(self, holders: Sequence[UUID], joined: frozenset[UUID]) -> UUID | None:
        """Returns the customer to link to by the identifier, or None.

        A profile that stated links join to its holders needs no such link.
        """
        agreed = joined.issuperset(holders) and not any(self.holders.values())
        return holders[0] if holders and agreed and self.id not in joined else None

    def _link(self, other: UUID, circumstances: Circumstances, basis: LinkBasis) -> None:
        self.trigger(ProfileLinked, circumstances, customer_id=self.id, other_profile_id=other, basis=basis)

    def _end(self, other: UUID, circumstances: Circumstances) -> None:
        self.trigger(
            ProfileUnlinked,
            circumstances,
            customer_id=self.id,
            other_profile_id=other,
            basis=self.links[other],
        )


def _without(gone: UUID, known: Mapping[UUID, V]) -> dict[UUID, V]:
    return {profile: value for profile, value in known.items() if profile != gone}
