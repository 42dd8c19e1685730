"""The facts about suppressions. A person imposes them, or a next hop's refusal does."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from domain.customers.details import Channel
from domain.deciding.codes import ReasonCode
from domain.facts import CustomerFact, PersonalText, stored


class SuppressionScope(StrEnum):
    """What a suppression is said of."""

    CUSTOMER = "customer"
    ADDRESS = "address"
    DOMAIN = "domain"


@stored("suppressions.SuppressionImposed")
@dataclass(frozen=True, kw_only=True)
class SuppressionImposed(CustomerFact):
    """A suppression was imposed. It stops messages for this reason until it expires or is lifted.

    `customer_id` is the customer's profile, or the profile of the address or domain. `only_channel`,
    `only_purpose` and `only_brand` limit the suppression; an absent one means all. `address` is the address or domain
    as the client wrote it. `message_id` is the message whose refusal imposed it.
    """

    reason_code: ReasonCode
    scope: SuppressionScope
    only_channel: Channel | None = None
    only_purpose: str | None = None
    only_purpose_folded: str | None = None
    only_brand: str | None = None
    only_brand_folded: str | None = None
    until: datetime | None = None
    message_id: UUID | None = None
    address: PersonalText = None
    note: PersonalText = None


@stored("suppressions.SuppressionLifted")
@dataclass(frozen=True, kw_only=True)
class SuppressionLifted(CustomerFact):
    """The suppression was lifted and stops no more messages. `reason` is the operator's text."""

    reason: PersonalText = None
