"""The facts about who a customer is, how to reach them and what they allow."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Annotated, Any
from uuid import UUID

from domain.customers.details import Channel, CustomerKind
from domain.customers.mailability import Mailability
from domain.facts import PERSONAL, CustomerFact, PersonalText, PersonalTree, stored


@stored("customers.CustomerRegistered")
@dataclass(frozen=True, kw_only=True)
class CustomerRegistered(CustomerFact):
    """A person or an organisation was registered as a customer."""

    kind: CustomerKind
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
    """Some details of the customer were corrected. `corrected` names the fields. A corrected field may be empty."""

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
    """The customer can be reached at this contact point. `address_id` is the id of the address's profile.

    `region` is the region that completed a national phone number. For an e-mail address, `domain_ids` are the
    ids of the profiles of its domain and its parent domains, and `mailability` says which next hops can deliver
    mail to it.
    """

    contact_point_id: UUID
    channel: Channel
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
    """The customer can no longer be reached at this contact point."""

    contact_point_id: UUID
    channel: Channel
    address_id: UUID

    @property
    def concerns_also(self) -> UUID:
        return self.address_id


@stored("customers.ExternalIdAdded")
@dataclass(frozen=True, kw_only=True)
class ExternalIdAdded(CustomerFact):
    """Another system has this number for the customer. `profile_id` is the id of the number's profile."""

    source: str
    profile_id: UUID
    number: PersonalText = None


@stored("customers.ConsentGranted", stream_kind="consents")
@dataclass(frozen=True, kw_only=True)
class ConsentGranted(CustomerFact):
    """The customer allowed a purpose on a channel or at one contact point. Without a topic it is for every topic."""

    purpose: str
    purpose_folded: str
    channel: Channel
    contact_point_id: UUID | None = None
    topic: str | None = None
    topic_folded: str | None = None
    expires_at: datetime | None = None
    evidence: PersonalTree = None


@stored("customers.ConsentWithdrawn", stream_kind="consents")
@dataclass(frozen=True, kw_only=True)
class ConsentWithdrawn(CustomerFact):
    """The customer withdrew consent for the named scope. An absent field means all values.

    If the customer used the link in a message, `campaign_id`, `run_id` and `message_id` name that message.
    """

    purpose: str | None = None
    purpose_folded: str | None = None
    channel: Channel | None = None
    contact_point_id: UUID | None = None
    topic: str | None = None
    topic_folded: str | None = None
    reason: PersonalText = None
    campaign_id: UUID | None = None
    run_id: UUID | None = None
    message_id: UUID | None = None


class LinkBasis(StrEnum):
    """Why two profiles are linked: the customer holds the profile's identifier, or somebody stated the link."""

    IDENTIFIER = "identifier"
    STATED = "stated"


@stored("customers.ProfileLinked", stream_kind="profiles")
@dataclass(frozen=True, kw_only=True)
class ProfileLinked(CustomerFact):
    """Profile `customer_id` was linked to the customer `other_profile_id`: they are the same person."""

    other_profile_id: UUID
    basis: LinkBasis


@stored("customers.ProfileUnlinked", stream_kind="profiles")
@dataclass(frozen=True, kw_only=True)
class ProfileUnlinked(CustomerFact):
    """The link of profile `customer_id` to the customer `other_profile_id` ended."""

    other_profile_id: UUID
    basis: LinkBasis


@stored("customers.IdentifierHolderAdded", stream_kind="profiles")
@dataclass(frozen=True, kw_only=True)
class IdentifierHolderAdded(CustomerFact):
    """The customer `holder_id` holds the identifier whose profile is `customer_id`.

    This fact makes no link. If `contradicts` is true, a link would join two persons whose external ids from one
    source differ. Otherwise the identifier has other holders, or stated links already join the profile to the
    holder.
    """

    holder_id: UUID
    contradicts: bool

    @property
    def concerns_also(self) -> UUID:
        return self.holder_id


@stored("customers.IdentifierHolderRemoved", stream_kind="profiles")
@dataclass(frozen=True, kw_only=True)
class IdentifierHolderRemoved(CustomerFact):
    """The customer `holder_id` no longer holds the identifier whose profile is `customer_id`."""

    holder_id: UUID

    @property
    def concerns_also(self) -> UUID:
        return self.holder_id
