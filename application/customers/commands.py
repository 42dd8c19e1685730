"""The commands about customers."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from application.statements import CustomerStatement, Statement


@dataclass(frozen=True, kw_only=True)
class GivenContactPoint:
    """A contact point as the client wrote it.

    For the channel post `value` is {"lines", "city", "postal_code", "country"}.
    """

    channel: str
    value: str | Mapping[str, Any] = field(repr=False)
    label: str | None = None


@dataclass(frozen=True, kw_only=True)
class GivenExternalId:
    """The number that another system, the source, has for this customer."""

    source: str
    number: str


@dataclass(frozen=True, kw_only=True)
class RegisterCustomer(Statement):
    """Registers a customer. `customer_id` is an id that the client chose. Without it Farley makes one."""

    customer_id: UUID | None = None
    kind: str
    name: str | None = field(default=None, repr=False)
    language: str | None = None
    country: str | None = None
    time_zone: str | None = None
    birth_date: str | None = field(default=None, repr=False)
    contact_points: tuple[GivenContactPoint, ...] = ()
    external_ids: tuple[GivenExternalId, ...] = ()
    attributes: Mapping[str, Any] = field(default_factory=dict, repr=False)


@dataclass(frozen=True, kw_only=True)
class CorrectCustomerDetails(Statement):
    """Corrects details of a customer: name, language, country, time_zone or birth_date.

    `details` contains only the details that change. None empties a detail.
    """

    customer_id: UUID
    details: Mapping[str, str | None] = field(default_factory=dict, repr=False)
    attributes: Mapping[str, Any] = field(default_factory=dict, repr=False)


@dataclass(frozen=True, kw_only=True)
class AddContactPoint(Statement):
    """Adds a contact point. The same address on the same channel is the same contact point, with a new label."""

    customer_id: UUID
    contact_point: GivenContactPoint


@dataclass(frozen=True, kw_only=True)
class RemoveContactPoint(Statement):
    customer_id: UUID
    contact_point_id: UUID


@dataclass(frozen=True, kw_only=True)
class AddExternalId(Statement):
    customer_id: UUID
    external_id: GivenExternalId


@dataclass(frozen=True, kw_only=True)
class GrantConsent(CustomerStatement):
    """Grants consent on a channel or at one contact point. Without a topic it is for every topic.

    `evidence` is {"source", "text"?}.
    """

    purpose: str
    channel: str | None = None
    contact_point_id: UUID | None = None
    topic: str | None = None
    evidence: Mapping[str, Any] = field(repr=False)
    expires_at: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class WithdrawConsent(CustomerStatement):
    """Withdraws consent. A field of the scope that is None means all values."""

    purpose: str | None = None
    channel: str | None = None
    contact_point_id: UUID | None = None
    topic: str | None = None
    reason: str | None = field(default=None, repr=False)


@dataclass(frozen=True, kw_only=True)
class LinkProfile(Statement):
    """States that this profile is the same person as this customer."""

    customer_id: UUID
    profile_id: UUID


@dataclass(frozen=True, kw_only=True)
class UnlinkProfile(Statement):
    """States that this profile is not this customer."""

    customer_id: UUID
    profile_id: UUID
