"""Adds contact points and external ids, as clients write them, to a customer."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from application.customers.commands import GivenContactPoint, GivenExternalId, RegisterCustomer
from application.customers.identities import Identities
from application.paths import under
from domain.customers.customer import Customer
from domain.customers.mailability import Mailability, mailability
from domain.facts import Circumstances
from domain.identifiers import Identifier, IdentifierKind
from domain.identifiers.errors import InvalidIdentifier
from domain.identifiers.text_forms import LONGEST, text_form


class Reaching:
    """Changes one customer. `held` lists the profiles and identifiers that the customer did not hold before."""

    def __init__(self, customer: Customer, identities: Identities, circumstances: Circumstances) -> None:
        self.customer = customer
        self.held: list[tuple[UUID, Identifier]] = []
        self._identities = identities
        self._circumstances = circumstances

    def add_all(self, command: RegisterCustomer) -> None:
        """Adds external ids before contact points, so that weaker identifiers give way to contradicting ones."""
        for index, external_id in enumerate(command.external_ids):
            with under(f"external_ids.{index}"):
                self.add_external_id(external_id)
        for index, contact_point in enumerate(command.contact_points):
            with under(f"contact_points.{index}"):
                self.add_contact_point(contact_point)

    def add_contact_point(self, given: GivenContactPoint) -> UUID:
        """Returns the contact point's id. Raises InvalidInput with path channel, value or label."""
        address_id, identifier = self._identities.address_of(given.channel, given.value)
        self._note(address_id, identifier)
        value = _as_given(given.value)
        return self.customer.add_contact_point(
            self._circumstances,
            channel=given.channel,
            address_id=address_id,
            value=value,
            label=given.label,
            region=self._identities.region_of(given.channel),
            domain_ids=self._identities.domain_ids_of(identifier),
            mailability=_mailability(value, identifier),
        )

    def add_external_id(self, given: GivenExternalId) -> UUID:
        """Returns the external id's profile. Raises InvalidInput with path source or number."""
        profile_id, identifier = self._identities.number_of(given.source, given.number)
        self._note(profile_id, identifier)
        self.customer.add_external_id(
            self._circumstances, source=identifier.source, number=identifier.normal, profile_id=profile_id
        )
        return profile_id

    def _note(self, profile_id: UUID, identifier: Identifier) -> None:
        if not self.customer.holds(profile_id):
            self.held.append((profile_id, identifier))


def _mailability(value: str | dict[str, Any], identifier: Identifier) -> Mailability | None:
    """Returns the mailability of the address with its local part as given and its domain in normal form."""
    if identifier.kind is not IdentifierKind.EMAIL or not isinstance(value, str):
        return None
    return mailability(f"{value.rpartition('@')[0]}@{identifier.normal.rpartition('@')[2]}")


def _as_given(value: str | Mapping[str, Any]) -> str | dict[str, Any]:
    """Returns the value to show and to send to: trimmed, but in the client's spelling."""
    if isinstance(value, str):
        return text_form(value, longest=LONGEST, refusal=InvalidIdentifier)
    return dict(value)
