"""Reads persons from the log: a person's registered profiles, and the profile that has a contact point."""

from collections.abc import Iterator
from dataclasses import replace
from uuid import UUID

from application.customers.clusters import ANY_BASIS, Clusters
from application.customers.profile_links import ProfileLinks
from application.requests import Request
from application.store import Store, load
from domain.customers.customer import Customer
from domain.customers.errors import ContactPointNotFound, CustomerNotFound


class Persons:
    """Finds a person by the id of any of their profiles. Reads the log and no projection."""

    def __init__(self, store: Store, links: ProfileLinks) -> None:
        self._store = store
        self._links = links

    def shown(self, profile_id: UUID, request: Request) -> Customer:
        """Returns the person's canonical profile. Raises CustomerNotFound or PreconditionFailed.

        If `profile_id` is another profile of the person, If-Match has to name the canonical profile as well. A
        version alone could date from before the link and belong to the other profile.
        """
        person_id = self._registered(profile_id)[0]
        if person_id != profile_id and request.expected is not None:
            named = frozenset(expected for expected in request.expected if expected.aggregate_id is not None)
            request = replace(request, expected=named)
        return load(self._store, Customer, person_id, CustomerNotFound, request)

    def owner(self, profile_id: UUID, contact_point_id: UUID) -> Customer:
        """Returns the person's profile that has or had this contact point.

        Raises CustomerNotFound or ContactPointNotFound.
        """
        for customer in self._customers(profile_id):
            if contact_point_id in customer.contact_points:
                return customer
        raise ContactPointNotFound()

    def _customers(self, profile_id: UUID) -> Iterator[Customer]:
        """Yields the person's customers. The named profile comes first, and most callers need no other one."""
        named = self._store.find(Customer, profile_id)
        if named is not None:
            yield named
        others = [other_id for other_id in self._registered(profile_id) if other_id != profile_id]
        customers = self._store.find_all(Customer, others)
        yield from (customers[other_id] for other_id in others)

    def _registered(self, profile_id: UUID) -> list[UUID]:
        """Returns the person's registered profiles in the order of registration.

        Raises CustomerNotFound if there are none.
        """
        profiles = Clusters(self._links, {}).joined(profile_id, ANY_BASIS)
        positions = self._store.positions_of(Customer, sorted(profiles), Customer.INITIAL_VERSION)
        if not positions:
            raise CustomerNotFound()
        return sorted(positions, key=positions.__getitem__)
