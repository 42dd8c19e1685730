"""Persons as the log has them: which registered profiles are one, and which of them has a contact point."""

from collections.abc import Iterator
from dataclasses import replace
from uuid import UUID

from application.customers.clusters import EVERY_LINK, Clusters
from application.customers.links import Links
from application.requests import Request
from application.store import Store, load
from domain.customers.customer import Customer
from domain.customers.errors import ContactPointNotFound, CustomerNotFound


class Persons:
    """A person is asked for by the id of any of their profiles; no projection, no lag."""

    def __init__(self, store: Store, links: Links) -> None:
        self._store = store
        self._links = links

    def shown(self, profile_id: UUID, request: Request) -> Customer:
        """The canonical profile, registered first, which questions show. CustomerNotFound; PreconditionFailed.

        Under a merged id If-Match has to name the profile, too. A version alone may have been shown before the
        link came, and be the other profile's.
        """
        canonical_id = self._registered(profile_id)[0]
        if canonical_id != profile_id and request.expected is not None:
            named = frozenset(one for one in request.expected if one.aggregate_id is not None)
            request = replace(request, expected=named)
        return load(self._store, Customer, canonical_id, CustomerNotFound, request)

    def owner(self, profile_id: UUID, contact_point_id: UUID) -> Customer:
        """Whose of the person this contact point is, or was. CustomerNotFound; ContactPointNotFound."""
        for customer in self._customers(profile_id):
            if contact_point_id in customer.contact_points:
                return customer
        raise ContactPointNotFound()

    def _customers(self, profile_id: UUID) -> Iterator[Customer]:
        """The profile itself first: most are asked for their own, and then nobody else is read."""
        named = self._store.find(Customer, profile_id)
        if named is not None:
            yield named
        others = [one for one in self._registered(profile_id) if one != profile_id]
        found = self._store.find_all(Customer, others)
        yield from (found[one] for one in others)

    def _registered(self, profile_id: UUID) -> list[UUID]:
        """The registered profiles of the person, the first registered first. CustomerNotFound for none."""
        members = Clusters(self._links, {}).joined(profile_id, EVERY_LINK)
        found = self._store.positions_of(Customer, sorted(members), Customer.INITIAL_VERSION)
        if not found:
            raise CustomerNotFound()
        return sorted(found, key=found.__getitem__)
