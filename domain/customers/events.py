"""The facts about who a customer is, how to reach them and what they allow."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from domain.customers.mailability import Mailability
from domain.facts import PERSONAL, CustomerFact, PersonalText, PersonalTree, stored


@stored("customers.CustomerRegistered")
@dataclass(frozen=True, kw_only=True)
class CustomerRegistered(CustomerFact):
    """A person or an organisation became a customer of their own."""

    kind: str
    attributes: dict[str, Any]
    name: PersonalText = None
    language: str | None = None
    country: str | None = None
    time_zone: str | None = None
    birth_date: PersonalText = None
    year_of_birth: int | None = None
    personal_attributes: PersonalTree = None


@stored("customers.CustomerDetailsCorrected")
@dataclass(frozen=True, kw_only=True)
class CustomerDetailsCorrected(CustomerFact):
    """Some details are now known to be otherwise; `corrected` names them, a named one may be empty."""

    corrected: tuple[str, ...]
    name: PersonalText = None
    language: str | None = None
    country: str | None = None
    time_zone: str | None = None
    birth_date: PersonalText = None
    year_of_birth: int | None = None
    attributes: dict[str, Any] = field(default_factory=dict)
    personal_attributes: PersonalTree = None


@stored("customers.ContactPointAdded")
@dataclass(frozen=True, kw_only=True)
class ContactPointAdded(CustomerFact):
    """The customer can be reached here. `address_id` is the profile that the address stands for.

    `region` is the region a national phone number was read with. Of an e-mail address: `domain_ids` stand for its
    domain and the parents of it, whoever has an address there; `mailability` is by which next hops mail reaches it.
    """

    contact_point_id: UUID
    channel: str
    address_id: UUID
    domain_ids: tuple[UUID, ...]
    mailability: Mailability | None = None
    value: Annotated[str | dict[str, Any] | None, PERSONAL] = None
    label: str | None = None
    region: str | None = None

    @property
    def concerns_also(self) -> UUID:
        return self.address_id


@stored("customers.ContactPointRemoved")
@dataclass(frozen=True, kw_only=True)
class ContactPointRemoved(CustomerFact):
    """The customer is no longer to be reached here."""

    contact_point_id: UUID
    channel: str
    address_id: UUID

    @property
    def concerns_also(self) -> UUID:
        return self.address_id


@stored("customers.ExternalIdAdded")
@dataclass(frozen=True, kw_only=True)
class ExternalIdAdded(CustomerFact):
    """Another system numbers this customer. `profile_id` is the profile that the number stands for."""

    source: str
    profile_id: UUID
    number: PersonalText = None


@stored("customers.ConsentGranted", stream_kind="consents")
@dataclass(frozen=True, kw_only=True)
class ConsentGranted(CustomerFact):
    """The customer allows a purpose on a channel or at one contact point; no topic means every topic."""

    purpose: str
    purpose_folded: str
    channel: str
    contact_point_id: UUID | None = None
    topic: str | None = None
    topic_folded: str | None = None
    expires_at: datetime | None = None
    evidence: PersonalTree = None


@stored("customers.ConsentWithdrawn", stream_kind="consents")
@dataclass(frozen=True, kw_only=True)
class ConsentWithdrawn(CustomerFact):
    """The customer forbids what is named; what is absent means all.

    `campaign_id`, `run_id` and `about_message_id` name the message whose link was used, where one was.
    """

    purpose: str | None = None
    purpose_folded: str | None = None
    channel: str | None = None
    contact_point_id: UUID | None = None
    topic: str | None = None
    topic_folded: str | None = None
    reason: PersonalText = None
    campaign_id: UUID | None = None
    run_id: UUID | None = None
    about_message_id: UUID | None = None


@stored("customers.ProfileLinked", stream_kind="profiles")
@dataclass(frozen=True, kw_only=True)
class ProfileLinked(CustomerFact):
    """Profile `customer_id` is the same person as `other_customer_id`.

    `how`: "identifier" when the other one holds the identifier, "stated" when somebody said so.
    """

    other_customer_id: UUID
    how: str


@stored("customers.ProfileUnlinked", stream_kind="profiles")
@dataclass(frozen=True, kw_only=True)
class ProfileUnlinked(CustomerFact):
    """The link of these two profiles ended."""

    other_customer_id: UUID
    how: str


@stored("customers.IdentifierShared", stream_kind="profiles")
@dataclass(frozen=True, kw_only=True)
class IdentifierShared(CustomerFact):
    """`other_customer_id` holds the identifier of profile `customer_id` too, as another customer does."""

    other_customer_id: UUID


@stored("customers.IdentifierContradicted", stream_kind="profiles")
@dataclass(frozen=True, kw_only=True)
class IdentifierContradicted(CustomerFact):
    """`other_customer_id` holds this identifier beside another value of the same strong kind: no link."""

    other_customer_id: UUID


@stored("customers.IdentifierReleased", stream_kind="profiles")
@dataclass(frozen=True, kw_only=True)
class IdentifierReleased(CustomerFact):
    """`other_customer_id` no longer holds the identifier of profile `customer_id`."""

    other_customer_id: UUID
