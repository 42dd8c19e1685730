"""Persons as the log has them: which registered profiles are one, and which of them has a contact point."""

from collections.abc import Iterator
from uuid import UUID

from application.customers.clusters import EVERY_LINK, Clusters
from application.customers.links import Links
from application.requests import Request
from application.store import Store, load
from domain.customers.customer import Customer
from domain.customers.events import CustomerRegistered
from domain.errors import ContactPointNotFound, CustomerNotFound, PreconditionFailed


class Persons:
    """A person is asked for by the id of any of their profiles; no projection, no lag."""

    def __init__(self, store: Store, links: Links) -> None:
        self._store = store
        self._links = links

    def shown(self, profile_id: UUID, request: Request) -> Customer:
        """The canonical profile, registered first, which questions show. CustomerNotFound; PreconditionFailed.

        Under a merged id If-Match has to name the stream, too. A version alone may have been shown before the
        link came, and be the other profile's.
        """
        canonical_id = self._registered(profile_id)[0]
        customer = load(self._store, Customer, canonical_id, CustomerNotFound, request)
        unnamed = request.expected_version is not None and request.expected_stream is None
        if unnamed and canonical_id != profile_id:
            raise PreconditionFailed(version=customer.version)
        return customer

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
        others = (one for one in self._registered(profile_id) if one != profile_id)
        yield from filter(None, (self._store.find(Customer, one) for one in others))

    def _registered(self, profile_id: UUID) -> list[UUID]:
        """The registered profiles of the person, the first registered first. CustomerNotFound for none."""
        members = Clusters(self._links, {}).joined(profile_id, EVERY_LINK)
        begun = {one: self._store.first_fact(one) for one in self._store.present(sorted(members))}
        found = {
            one: first[1]
            for one, first in begun.items()
            if first is not None and isinstance(first[0], CustomerRegistered)
        }
        if not found:
            raise CustomerNotFound()
        return sorted(found, key=found.__getitem__)
