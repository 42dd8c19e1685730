"""Finds the source profile of a fact, from a customer id or from an identifier."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from application.customers.identities import Identities
from application.store import Store
from domain.customers.customer import Customer
from domain.customers.errors import CustomerNotFound
from domain.errors import InvalidInput


@dataclass(frozen=True, kw_only=True)
class GivenIdentifier:
    """An identifier as the client wrote it. Kinds: email, phone, external_id, anonymous, social, push."""

    kind: str
    value: str = field(repr=False)
    source: str | None = None


@dataclass(frozen=True, kw_only=True)
class WhoseProfile:
    """The source profile. `known` is False only for a customer id that nobody registered."""

    profile_id: UUID
    known: bool


class Whose:
    """Finds the profile for a `customer_id` or an `identifier`. An identifier's profile is derived, not looked up."""

    def __init__(self, store: Store, identities: Identities) -> None:
        self._store = store
        self._identities = identities

    def profile_of(
        self,
        customer_id: UUID | None,
        identifier: GivenIdentifier | None,
        *,
        must_exist: bool,
        stops: bool = False,
    ) -> WhoseProfile:
        """Returns the profile. Raises InvalidInput unless exactly one of the two arguments is given.

        Raises CustomerNotFound if the customer must exist and does not. `stops` means that the fact stops messages:
        a phone number with an extension then stands for everyone at the number.
        """
        if identifier is not None and customer_id is None:
            return WhoseProfile(profile_id=self.identified(identifier, stops=stops), known=True)
        if customer_id is None or identifier is not None:
            raise InvalidInput(
                "Name either customer_id or identifier, and not both.", path="customer_id", code="one_of_two"
            )
        if must_exist:
            self.require_customer(customer_id)
        known = must_exist or self._is_registered(customer_id)
        return WhoseProfile(profile_id=customer_id, known=known)

    def identified(self, identifier: GivenIdentifier, *, stops: bool = False) -> UUID:
        """Returns the identifier's profile. Raises InvalidInput with a path below `identifier`."""
        try:
            return self._identities.profile_of(
                identifier.kind, identifier.value, identifier.source, drop_extension=stops
            )[0]
        except InvalidInput as refused:
            raise refused.at("identifier") from None

    def check_address(self, channel: str, value: str | Mapping[str, Any]) -> None:
        """Raises InvalidInput, with path channel or value, if the value is not an address of this channel."""
        self._identities.address_of(channel, value)

    def require_customer(self, customer_id: UUID) -> None:
        """Raises CustomerNotFound if this id is not registered."""
        if not self._is_registered(customer_id):
            raise CustomerNotFound()

    def _is_registered(self, customer_id: UUID) -> bool:
        """Whether the customer has facts. They may be unreadable: a withdrawal does not need to read them."""
        return bool(self._store.present(Customer, [customer_id]))
