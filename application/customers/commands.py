"""What may be wanted of customers."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from application.statements import CustomerStatement, Statement


@dataclass(frozen=True, kw_only=True)
class GivenContactPoint:
    """As the client wrote it; of channel post `value` is {"lines", "city", "postal_code", "country"}."""

    channel: str
    value: str | Mapping[str, Any] = field(repr=False)
    label: str | None = None


@dataclass(frozen=True, kw_only=True)
class GivenExternalId:
    """The number that another system, the source, gives this customer."""

    source: str
    number: str


@dataclass(frozen=True, kw_only=True)
class RegisterCustomer(Statement):
    """`customer_id`: the client's own; without it a new one is made."""

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
    """`details`: only those that change, None empties; name, language, country, time_zone, birth_date."""

    customer_id: UUID
    details: Mapping[str, str | None] = field(default_factory=dict, repr=False)
    attributes: Mapping[str, Any] = field(default_factory=dict, repr=False)


@dataclass(frozen=True, kw_only=True)
class AddContactPoint(Statement):
    """The same address on the same channel is the same contact point; another label changes its label."""

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
    """On a channel or at one contact point; no topic means every topic. `evidence`: {"source", "text"?}."""

    purpose: str
    channel: str | None = None
    contact_point_id: UUID | None = None
    topic: str | None = None
    evidence: Mapping[str, Any] = field(repr=False)
    expires_at: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class WithdrawConsent(CustomerStatement):
    """What is left out means all."""

    purpose: str | None = None
    channel: str | None = None
    contact_point_id: UUID | None = None
    topic: str | None = None
    reason: str | None = field(default=None, repr=False)


@dataclass(frozen=True, kw_only=True)
class LinkProfile(Statement):
    """Somebody says: this profile is the same person as this customer."""

    customer_id: UUID
    profile_id: UUID


@dataclass(frozen=True, kw_only=True)
class UnlinkProfile(Statement):
    """Somebody says: this profile is not this customer."""

    customer_id: UUID
    profile_id: UUID
